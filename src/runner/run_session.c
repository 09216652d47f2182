/* The session of a migration run: where it goes, what a pooler allows, how it comes back. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "run_internal.h"

enum { READY_MS = 15000, WORTH_PREPARING = 4 };

/* With options it runs files, which mean by a date what the database reads in it; what pgtend itself asks of such a session comes as
 * numbers of seconds. Without them only the history is read and written. */
static bool open_session(struct run *run, struct err *err)
{
	run->session = run->options ? database_file_session(run->fleet, run->database, run->verb, run->lock_timeout_ms)
	                            : database_action_session(run->fleet, run->database, NULL, run->verb, run->lock_timeout_ms, true);
	return session_ready_wait(run->session, READY_MS, err);
}

/* DESIGN 6: a pool of one, said so in the configuration, holds its server connection between two of our messages as
 * surely as anything can. */
static bool is_pool_of_one(const struct database *database)
{
	const char *pooler = database->section ? section_text(database->section, "pooler") : NULL;
	return pooler && strcmp(pooler, "statement") != 0 && section_is_set(database->section, "pool_size") &&
	       section_int(database->section, "pool_size") == 1;
}

static bool keeps_session(const struct database *database)
{
	const char *pooler = database->section ? section_text(database->section, "pooler") : NULL;
	return pooler && strcmp(pooler, "session") == 0;
}

bool run_open(struct run *run, struct err *err)
{
	if (!open_session(run, err))
		return false;
	run->backend_pid = session_backend_pid(run->session);
	/* The plan asks what may run in a transaction there. */
	if (run->database->server && !run->database->server->version_num)
		run->database->server->version_num = session_server_version(run->session);
	if (!session_is_pooled(run->session) || keeps_session(run->database))
		return true;
	if (is_pool_of_one(run->database)) {
		run->is_pooled = true;
		return true;
	}
	return run_say_pooled(run, err);
}

bool run_say_pooled(const struct run *run, struct err *err)
{
	err_set(err, ERR_REFUSED,
	    "%s is reached through a pooler, which would give each statement and the lock to another session",
	    run->database->name);
	return err_hint(err, "add the address of the server itself to [database %s]: direct = host=HOST port=5432",
	    run->database->name);
}

/* The server answered, and will say the same for ever: the database was dropped, the role or its password changed. */
static bool is_final(const struct err *err)
{
	return strcmp(err->sqlstate, "3D000") == 0 || strncmp(err->sqlstate, "28", 2) == 0;
}

bool run_reopen(struct run *run, int seconds, struct err *err)
{
	int64_t end = loop_now_ms(run->fleet->loop) + (int64_t)seconds * 1000;
	run->has_lock = run->has_settings = run->is_hasty = run->metadata.is_prepared = false;
	for (;;) {
		session_free(run->session);
		if (open_session(run, err))
			return true;
		if (is_final(err) || loop_now_ms(run->fleet->loop) >= end || task_is_cancelled())
			return false;
		task_sleep(500);
	}
}

/* --- one message, as it is ------------------------------------------------------------------------------ */

struct answer {
	struct task *task;
	struct result *result;
	struct err err;
	bool is_there;
};

static void on_answer(struct result **result, const struct err *err, void *arg)
{
	struct answer *answer = arg;
	answer->result = *result;
	*result = NULL;
	answer->err = *err;
	answer->is_there = true;
	task_wake(answer->task);
}

bool run_ask(struct run *run, const char *sql, struct result **result, struct err *err)
{
	if (!run->is_pooled)
		return session_query_wait(run->session, sql, NULL, 0, 0, result, err);
	struct answer answer = {.task = task_self()};
	struct request request = {.sql = sql, .is_unwrapped = true, .fn = on_answer, .arg = &answer};
	uint64_t number = session_submit(run->session, &request);
	bool is_cancelling = false;
	while (!answer.is_there) {
		if (task_is_cancelled() && !is_cancelling) {
			is_cancelling = true;
			session_cancel(run->session, number);
			continue;
		}
		task_wait();
	}
	*result = answer.result;
	if (answer.err.kind == ERR_NONE)
		return true;
	*err = answer.err;
	return false;
}

void run_roll_back(struct run *run)
{
	if (session_state(run->session) != SESSION_READY || !session_in_transaction(run->session))
		return;
	struct result *result = NULL;
	struct err ignored = {0};
	task_shield();
	if (!run_ask(run, "ROLLBACK", &result, &ignored))
		report_log(run->report, "ROLLBACK: %s", ignored.text);
	result_free(result);
	task_unshield();
}

/* What a session behind a pool cannot keep, or a file may have changed: timeouts, what the tool sets. */
static int add_settings(struct run *run, const char *set, struct text *sql)
{
	text_addf(sql, "%s lock_timeout = %d;%s statement_timeout = %lld;", set, run->lock_timeout_ms, set,
	    (long long)run->statement_timeout_ms);
	char *settings = run->dialect->run->settings_sql
	                     ? run->dialect->run->settings_sql(&run->ledger, run->database->section, run->session)
	                     : NULL;
	if (!settings)
		return 2;
	static const char local[] = "SET LOCAL ";
	bool is_local = text_starts_with(settings, local);
	text_addf(sql, "%s%s%s;", is_local ? set : "", is_local ? " " : "", is_local ? settings + strlen(local) : settings);
	mem_free(settings);
	return 3;
}

bool run_set(struct run *run, struct err *err)
{
	if (run->is_pooled || run->has_settings)
		return true;
	struct text sql = {0};
	struct result *result = NULL;
	/* Only at the beginning: what a file took away from the session, or did not, nobody knows. */
	bool is_worth_it = run->done == 0 && run->plan.count >= WORTH_PREPARING && !run->metadata.is_prepared;
	char *prepare = is_worth_it ? metadata_prepare_sql(&run->metadata, &run->ledger, run->session) : NULL;
	add_settings(run, "SET", &sql);
	/* It holds the lock while psql works, or we wait for another try. */
	if (session_server_version(run->session) >= 140000)
		text_add(&sql, "SET idle_session_timeout = 0;");
	text_add(&sql, prepare ? prepare : "");
	run->has_settings = run_ask(run, text_str(&sql), &result, err);
	run->metadata.is_prepared = run->metadata.is_prepared || (prepare && run->has_settings);
	result_free(result);
	text_done(&sql);
	mem_free(prepare);
	return run->has_settings;
}

char *run_head(struct run *run, const struct plan_step *step, int64_t rows, int *answers)
{
	struct text head = {0};
	*answers = 1;
	text_add(&head, "BEGIN;");
	if (!run->has_settings) {
		/* Once for the session, if this transaction commits. */
		*answers += add_settings(run, run->is_pooled ? "SET LOCAL" : "SET", &head);
		run->has_settings = !run->is_pooled;
	}
	char *guard = run_guard_sql(run, step, rows);
	if (guard) {
		text_add(&head, guard);
		++*answers;
	}
	mem_free(guard);
	text_add_char(&head, '\n');
	return text_take(&head);
}
