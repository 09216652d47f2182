/* The team's tool and pgtend exclude each other by the tool's own advisory lock. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

static bool say_locked(struct run *run, int64_t held, struct err *err)
{
	struct result *result = NULL;
	struct err ignored = {0};
	char *key = mem_format("%lld", (long long)held);
	const char *params[] = {key};
	err_set(err, ERR_LOCKED, "another migration is running on %s", run->database->name);
	if (session_query_wait(run->session, sql_runner_lock_holder, params, 1, 5000, &result, &ignored) &&
	    result_rows(result) > 0) {
		const char *pid = result_text(result, 0, result_column(result, "pid")),
		           *name = result_text(result, 0, result_column(result, "application_name"));
		const char *user = result_text(result, 0, result_column(result, "usename")),
		           *client = result_text(result, 0, result_column(result, "client"));
		const char *since = result_text(result, 0, result_column(result, "since")),
		           *state = result_text(result, 0, result_column(result, "state"));
		struct text who = {0};
		text_addf(&who, "pid %s", pid ? pid : "?");
		if (name && *name)
			text_addf(&who, ", %s", name);
		if (user)
			text_addf(&who, ", user %s from %s", user, client ? client : "?");
		if (since)
			text_addf(&who, ", connected since %s UTC", since);
		if (state)
			text_addf(&who, ", %s", state);
		err_set(err, ERR_LOCKED, "another migration is running on %s: it holds the lock (%s)", run->database->name,
		    text_str(&who));
		text_done(&who);
	}
	err_hint(err, "wait until it has ended; nothing was done");
	result_free(result);
	mem_free(key);
	return false;
}

bool run_say_locked(struct run *run, struct err *err)
{
	return say_locked(run, run->lock_key, err);
}

/* A psql that outlives its pgtend (kill -9) has lost the lock with it, and may yet commit. So its transaction has a lock of its own. */
int64_t run_psql_key(const struct run *run)
{
	return run->lock_key ^ INT64_C(0x7067707371); /* "pgpsq" */
}

char *run_psql_lock_sql(const struct run *run)
{
	if (run->is_pooled)
		return mem_copy("");
	/* In this order: whoever gets the lock after our session then finds this one, or this one finds ours gone. */
	return mem_format("SELECT pg_catalog.pg_advisory_xact_lock(%lld) AS pgtend_locked \\gset\n"
	                  "DO $pgtend$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.pid = %d AND "
	                  "l.granted) THEN RAISE EXCEPTION 'the session that holds the migration lock is gone'; END IF; END $pgtend$;\n",
	    (long long)run_psql_key(run), run->backend_pid);
}

static bool try_lock(struct run *run, int64_t key, bool *has_it, struct err *err)
{
	struct result *result = NULL;
	bool is_asked = session_queryf_wait(
	    run->session, 15000, &result, err, "SELECT pg_catalog.pg_try_advisory_lock(%lld)", (long long)key);
	*has_it = is_asked && result_bool(result, 0, 0);
	result_free(result);
	return is_asked && (*has_it || say_locked(run, key, err));
}

static void give_back(struct run *run, int64_t key, bool *has_it)
{
	struct result *result = NULL;
	struct err ignored = {0};
	if (session_queryf_wait(run->session, 5000, &result, &ignored, "SELECT pg_catalog.pg_advisory_unlock(%lld)",
	        (long long)key))
		*has_it = false;
	result_free(result);
}

/* Ours, and no psql left: in one message, in this order. */
static bool try_first_lock(struct run *run, struct err *err)
{
	struct result *result = NULL;
	bool is_asked = session_queryf_wait(run->session, 15000, &result, err,
	    "SELECT CASE WHEN pg_catalog.pg_try_advisory_lock(%lld) THEN pg_catalog.pg_try_advisory_xact_lock(%lld) END",
	    (long long)run->lock_key, (long long)run_psql_key(run));
	run->has_lock = is_asked && result_text(result, 0, 0);
	bool is_alone = run->has_lock && result_bool(result, 0, 0);
	result_free(result);
	if (!is_asked || is_alone)
		return is_asked;
	say_locked(run, run->has_lock ? run_psql_key(run) : run->lock_key, err);
	if (run->has_lock)
		give_back(run, run->lock_key, &run->has_lock);
	return false;
}

bool run_lock(struct run *run, struct err *err)
{
	bool has_other = true;
	if (run->is_pooled || run->has_lock)
		return true;
	if (!try_first_lock(run, err))
		return false;
	if (!run->other_lock_key || try_lock(run, run->other_lock_key, &has_other, err))
		return true;
	give_back(run, run->lock_key, &run->has_lock);
	return false;
}

void run_unlock(struct run *run)
{
	bool has_other = true;
	if (!run->has_lock || session_state(run->session) != SESSION_READY)
		return;
	task_shield();
	/* Closing the session gives it back too, but a moment later: whoever starts right after us should find it free. */
	if (run->other_lock_key)
		give_back(run, run->other_lock_key, &has_other);
	give_back(run, run->lock_key, &run->has_lock);
	task_unshield();
}

int64_t run_table_rows(const struct run *run)
{
	const struct dialect_run *how = run->dialect ? run->dialect->run : NULL;
	bool is_there = run->ledger.row_count > 0;
	if (!how || !how->has_one_row)
		return run->ledger.row_count;
	/* Before the first one is done it says so itself. */
	for (int i = 0; i < run->ledger.migration_count && !is_there; i++)
		is_there = run->ledger.files[i].is_dirty;
	return is_there;
}

static void add_try(struct text *sql, const char *lock, int64_t key)
{
	text_addf(sql,
	    " IF NOT pg_catalog.%s(%lld) THEN RAISE EXCEPTION 'another migration is running' USING "
	    "ERRCODE = 'PTLCK'; END IF;",
	    lock, (long long)key);
}

char *run_keep_lock_sql(const struct run *run, const char *sql)
{
	static const char lock[] = "pg_try_advisory_lock";
	struct text text = {0};
	if (!run->has_lock || (!strcasestr(sql, "discard") && !strcasestr(sql, "advisory_unlock")))
		return NULL;
	text_add(&text, "DO $pgtend$ BEGIN");
	add_try(&text, lock, run->lock_key);
	if (run->other_lock_key)
		add_try(&text, lock, run->other_lock_key);
	text_add(&text, " END $pgtend$;");
	return text_take(&text);
}

bool run_keep_lock(struct run *run, const char *sql, struct err *err)
{
	char *lock = run_keep_lock_sql(run, sql);
	struct result *result = NULL;
	bool is_kept = !lock || run_ask(run, lock, &result, err);
	if (!is_kept)
		run_explain_guard(run, err);
	result_free(result);
	mem_free(lock);
	return is_kept;
}

char *run_guard_sql(struct run *run, const struct plan_step *step, int64_t rows)
{
	if (!run->is_pooled && !run->dialect->run->locks_history)
		return NULL;
	struct text sql = {0};
	text_add(&sql, "DO $pgtend$ DECLARE rival integer; asking text[]; begun text[]; suspects text[]; BEGIN");
	if (run->is_pooled)
		add_try(&sql, "pg_try_advisory_xact_lock", run->lock_key);
	if (run->is_pooled && run->other_lock_key)
		add_try(&sql, "pg_try_advisory_xact_lock", run->other_lock_key);
	if (run->ledger.has_history) {
		char *schema = session_quote_identifier(run->session, run->ledger.history_schema);
		char *table = session_quote_identifier(run->session, run->ledger.history_table);
		if (run->dialect->run->locks_history)
			text_addf(&sql, " LOCK TABLE %s.%s IN ACCESS EXCLUSIVE MODE;", schema, table);
		run_rivals_at_begin(run, step, &sql);
		text_addf(&sql,
		    " IF (SELECT pg_catalog.count(*) FROM %s.%s) <> %lld THEN RAISE EXCEPTION 'the migration history was "
		    "changed meanwhile' "
		    "USING ERRCODE = 'PTHIS'; END IF;",
		    schema, table, (long long)rows);
		mem_free(schema);
		mem_free(table);
	}
	text_add(&sql, " END $pgtend$;");
	return text_take(&sql);
}

bool run_explain_guard(struct run *run, struct err *err)
{
	if (strcmp(err->sqlstate, "PTLCK") == 0) {
		run_say_locked(run, err);
		return true;
	}
	if (strcmp(err->sqlstate, "PTRIV") == 0)
		return run_say_rival(run, err);
	if (strcmp(err->sqlstate, "PTHIS") != 0)
		return false;
	err_set(err, ERR_LOCKED, "another migration ran on %s meanwhile", run->database->name);
	err_hint(err, "`pgtend migrate status %s` shows what it did", run->database->name);
	return true;
}
