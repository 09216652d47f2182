/* See runner/lock.h. */
#include "pgtend/runner/lock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

enum { DEADLINE_MS = 15000, GONE_MS = 10000 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "The section's name in pgtend.ini."},
    {"state", CELL_TEXT, "state", 0,
        "held, waits (for the one that holds it), or free. The lock is the advisory lock of the team's own tool; where that takes none, "
        "pgtend's own and the lock of the history table."},
    {"pid", CELL_ID, "pid", 0, "The session's process in the server (pg_locks)."},
    {"user", CELL_TEXT, "user", 1, "Its role (pg_stat_activity.usename); null when we may not see it."},
    {"application", CELL_TEXT, "application", 1, "What it calls itself (application_name)."},
    {"client", CELL_TEXT, "from", 2, "Where it comes from (client_addr), or local."},
    {"since", CELL_TIME, "since", 0, "When it connected (backend_start)."},
    {"transaction_since", CELL_TIME, NULL, 9, "When its transaction began (xact_start)."},
    {"doing", CELL_TEXT, "doing", 0, "active, idle, idle in transaction (pg_stat_activity.state)."},
    {"doing_since", CELL_TIME, NULL, 9, "Since when (state_change)."},
    {"wait", CELL_TEXT, "wait", 4, "What it waits for (wait_event_type and wait_event)."},
    {"query", CELL_TEXT, "query", 5, "Its last query."},
    {"verb", CELL_TEXT, NULL, 9, "What pgtend runs there, or, when the lock is free, ran last (pgtend.migration_runs)."},
    {"run_by", CELL_TEXT, "run by", 3, "Who ran that by pgtend: user and machine, and the role in the database."},
    {"run_began_at", CELL_TIME, NULL, 9, "When that began."},
    {"run_ended_at", CELL_TIME, NULL, 9, "When that ended; null: it did not, or died."},
    {"run_outcome", CELL_TEXT, NULL, 9, "done, failed or cancelled; null: it did not end, or died."},
    {"advice", CELL_TEXT, "advice", 2, "What to know or to do about it."},
};
const struct table_shape migrate_lock_shape = {"migrate_lock", columns, (int)(sizeof columns / sizeof columns[0])};

/* --- looking ------------------------------------------------------------------------------------------- */

static bool open_run(struct run *run, struct err *err)
{
	/* Not its rows: whoever runs migrations may hold the table. */
	if (!run_open(run, err) || !ledger_look(run->database, run->session, &run->ledger, err))
		return false;
	run->dialect = run->ledger.dialect;
	if (!run->dialect || !run->dialect->run) {
		err_set(err, ERR_UNSUPPORTED, "%s has no migrations whose lock pgtend knows", run->database->name);
		return err_hint(err, "say where they are with `migrations = FOLDER` in its section");
	}
	const struct dialect_run *how = run->dialect->run;
	run->lock_key = how->lock_key(&run->ledger, run->database->dbname);
	run->other_lock_key = how->other_lock_key ? how->other_lock_key(&run->ledger, run->database->dbname) : 0;
	return true;
}

/* Of the run in this session, or the last one; false: nobody wrote it down. */
static bool ask_run(const struct run *run, const char *pid, const char *since, struct result **result)
{
	struct err ignored = {0};
	const char *params[] = {run->ledger.history, pid, since};
	*result = NULL;
	return run->ledger.record_columns && !run->ledger.is_without_records &&
	       session_query_wait(run->session, sql_runner_lock_run, params, 3, DEADLINE_MS, result, &ignored) &&
	       result_rows(*result) == 1;
}

static void copy(struct table *rows, int row, const char *column, const struct result *result, const char *from)
{
	table_set_parsed(rows, row, column, result_text(result, 0, result_column(result, from)));
}

/* The process on this machine that ran it is gone. */
static bool is_dead(const struct result *result)
{
	const char *host = result_text(result, 0, result_column(result, "host"));
	int64_t pid = result_int(result, 0, result_column(result, "os_pid"), 0);
	char *here = who_host();
	bool is_gone = host && strcmp(host, here) == 0 && pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
	mem_free(here);
	return is_gone;
}

static char *advice_for(const struct run *run, const struct table *rows, int row, const struct result *written)
{
	const char *database = run->database->name, *doing = table_get_text(rows, row, "doing");
	char age[UNITS_SIZE];
	int64_t since_us = table_get_int(rows, row, "doing_since", 0);
	if (strcmp(table_get_text(rows, row, "state"), "waits") == 0)
		return mem_copy("waits until the lock is free");
	if (!doing)
		return mem_copy("what it does may not be seen by this role: ask somebody with pg_read_all_stats");
	if (written && is_dead(written))
		return mem_format("the pgtend that ran there is gone: `pgtend migrate lock %s --release` ends the session", database);
	if (strcmp(doing, "active") == 0)
		return mem_copy("it works: wait until it has ended");
	return mem_format("it has waited for its client for %s: if that is gone, `pgtend migrate lock %s --release` ends the session",
	    units_age(age, since_us ? (units_now_us() - since_us) / 1000000 : 0), database);
}

static void add_run(const struct run *run, struct table *rows, int row, const char *pid, const char *since)
{
	struct result *written = NULL;
	if (ask_run(run, pid, since, &written)) {
		copy(rows, row, "verb", written, "verb");
		copy(rows, row, "run_by", written, "who");
		copy(rows, row, "run_began_at", written, "started_at");
		copy(rows, row, "run_ended_at", written, "ended_at");
		copy(rows, row, "run_outcome", written, "outcome");
	} else {
		result_free(written);
		written = NULL;
	}
	if (pid) {
		char *advice = advice_for(run, rows, row, written);
		table_set_text(rows, row, "advice", advice);
		mem_free(advice);
	} else if (written && !result_text(written, 0, result_column(written, "ended_at"))) {
		char *advice = mem_format("the last run did not come to its end: `pgtend migrate repair %s` shows where it stands",
		    run->database->name);
		table_set_text(rows, row, "advice", advice);
		mem_free(advice);
	}
	result_free(written);
}

static bool look(const struct run *run, struct table *rows, struct err *err)
{
	bool locks_history = run->dialect->run->locks_history;
	/* A psql that outlived its pgtend has the second one, and holds up all others by it. */
	char *keys = mem_format("{%lld,%lld,%lld}", (long long)run->lock_key, (long long)run_psql_key(run),
	    (long long)(run->other_lock_key ? run->other_lock_key : run->lock_key));
	const char *params[] = {keys, locks_history ? run->ledger.history_schema : NULL,
	    locks_history ? run->ledger.history_table : NULL};
	struct result *result = NULL;
	bool is_asked = session_query_wait(run->session, sql_runner_lock_look, params, 3, DEADLINE_MS, &result, err);
	int first = table_rows(rows), held = 0;
	if (is_asked)
		result_fill(result, rows);
	for (int i = 0; is_asked && i < result_rows(result); i++) {
		bool is_held = result_bool(result, i, result_column(result, "is_held"));
		held += is_held;
		table_set_text(rows, first + i, "database", run->database->name);
		table_set_text(rows, first + i, "state", is_held ? "held" : "waits");
		add_run(run, rows, first + i, result_text(result, i, result_column(result, "pid")),
		    result_text(result, i, result_column(result, "since")));
	}
	if (is_asked && held == 0) {
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", run->database->name);
		table_set_text(rows, row, "state", "free");
		add_run(run, rows, row, NULL, NULL);
	}
	result_free(result);
	mem_free(keys);
	return is_asked;
}

static void close_run(struct run *run)
{
	ledger_done(&run->ledger);
	if (run->session)
		session_free(run->session);
}

bool migrate_lock_look(struct fleet *fleet, struct database *database, struct table *rows, struct err *err)
{
	struct report silent = {0};
	struct run run = {.fleet = fleet, .database = database, .report = &silent, .verb = "migrate lock"};
	bool is_done = open_run(&run, err) && look(&run, rows, err);
	close_run(&run);
	report_done(&silent);
	return is_done;
}

/* --- ending the one that holds it ----------------------------------------------------------------------- */

static bool is_holder(const struct table *rows, int row)
{
	return strcmp(table_get_text(rows, row, "state"), "held") == 0;
}

/* "4711 1732190531000000;": a pid is used again, a pid with its beginning is not. */
static char *holder(const struct table *rows, int row)
{
	return mem_format("%lld %lld;", (long long)table_get_int(rows, row, "pid", 0),
	    (long long)table_get_int(rows, row, "since", 0));
}

char *migrate_lock_holders(const struct table *rows)
{
	struct text all = {0};
	for (int row = 0; row < table_rows(rows); row++)
		if (is_holder(rows, row)) {
			char *one = holder(rows, row);
			text_add(&all, one);
			mem_free(one);
		}
	return text_take(&all);
}

static bool was_shown(const struct table *rows, int row, const char *shown)
{
	char *one = holder(rows, row);
	bool is_there = !shown || strstr(shown, one) != NULL;
	mem_free(one);
	return is_there;
}

/* Only while the process is still the session that was looked at. */
static bool end_one(struct run *run, const struct table *rows, int row, struct err *err)
{
	struct result *result = NULL;
	long long pid = (long long)table_get_int(rows, row, "pid", 0), since = (long long)table_get_int(rows, row, "since", 0);
	if (since == 0) {
		err_set(err, ERR_FAILED, "the session with pid %lld is one that this role may not see, and so may not end", pid);
		return err_hint(err, "that takes its own role, a member of pg_signal_backend, or a superuser");
	}
	bool is_asked = session_queryf_wait(run->session, DEADLINE_MS, &result, err,
	    "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a WHERE a.pid = %lld AND "
	    "(pg_catalog.date_part('epoch', a.backend_start) * 1000000)::bigint = %lld",
	    pid, since);
	if (!is_asked) {
		err_prefix(err, "ending the session with pid %lld", pid);
		if (strcmp(err->sqlstate, "42501") == 0)
			err_hint(err, "that takes its own role, a member of pg_signal_backend, or a superuser");
	} else if (result_rows(result) == 1) {
		const char *user = table_get_text(rows, row, "user"), *application = table_get_text(rows, row, "application"),
		           *client = table_get_text(rows, row, "client");
		report_log(run->report, "ended pid %lld: %s, user %s from %s; what it had not committed is rolled back", pid,
		    application && *application ? application : "without a name", user ? user : "?", client ? client : "?");
	}
	result_free(result);
	return is_asked;
}

static bool wait_until_free(struct run *run, struct err *err)
{
	int64_t end = loop_now_ms(run->fleet->loop) + GONE_MS;
	for (;;) {
		struct table *rows = table_new(&migrate_lock_shape);
		bool is_asked = look(run, rows, err);
		char *holders = is_asked ? migrate_lock_holders(rows) : NULL;
		bool is_free = holders && !*holders;
		mem_free(holders);
		table_free(rows);
		if (is_free || !is_asked)
			return is_free;
		if (loop_now_ms(run->fleet->loop) >= end || task_is_cancelled()) {
			err_set(err, ERR_LOCKED, "the lock of %s is held still: its session does not end, or another one took it",
			    run->database->name);
			return err_hint(err, "look again: pgtend migrate lock %s", run->database->name);
		}
		task_sleep(100);
	}
}

static bool release(struct run *run, const struct table *rows, const char *shown, struct err *err)
{
	int ended = 0;
	for (int row = 0; row < table_rows(rows); row++)
		if (is_holder(rows, row) && !was_shown(rows, row, shown)) {
			err_set(err, ERR_REFUSED, "the lock of %s is held by another session now: pid %lld", run->database->name,
			    (long long)table_get_int(rows, row, "pid", 0));
			return err_hint(err, "look again: pgtend migrate lock %s", run->database->name);
		}
	for (int row = 0; row < table_rows(rows); row++) {
		if (!is_holder(rows, row))
			continue;
		if (!end_one(run, rows, row, err))
			return false;
		ended++;
	}
	if (ended == 0) {
		report_summary(run->report, "nobody holds the lock");
		return true;
	}
	if (!wait_until_free(run, err))
		return false;
	report_summary(run->report, "the lock is free");
	report_hint(run->report, "pgtend migrate repair %s shows where that run stopped", run->database->name);
	return true;
}

bool migrate_lock_release(
    struct fleet *fleet, struct database *database, const char *shown, struct report *report, struct err *err)
{
	struct run run = {.fleet = fleet, .database = database, .report = report, .verb = "migrate lock"};
	struct table *rows = table_new(&migrate_lock_shape);
	bool is_done = open_run(&run, err) && look(&run, rows, err) && release(&run, rows, shown, err);
	close_run(&run);
	table_free(rows);
	return is_done;
}
