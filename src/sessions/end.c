/* One session is cancelled or terminated: looked up, shown, looked up once more in the statement that sends the signal, and watched until it obeys. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/collector.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 5000, WATCH_EVERY_MS = 20, WATCH_MS = 5000, QUERY_COLS = 200 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"pid", CELL_ID, "pid", 0, "Process of the session."},
	{"action", CELL_TEXT, "done", 0, "cancelled or terminated."},
	{"user", CELL_TEXT, "user", 1, "Role that was logged in (pg_stat_activity.usename)."},
	{"application", CELL_TEXT, "app", 2, "What the client called itself (pg_stat_activity.application_name)."},
	{"state", CELL_TEXT, "state", 1, "Its state before (pg_stat_activity.state)."},
	{"releases", CELL_COUNT, "released", 0, "How many sessions that waited could go on (pg_blocking_pids())."},
	{"took_ms", CELL_MS, "after", 0, "How long it took to obey."},
	{"query", CELL_TEXT, "query", 2, "Its query (pg_stat_activity.query)."},
};
const struct table_shape sessions_end_shape = {"ended", columns, sizeof columns / sizeof *columns};

/* What the server says of the one session. */
struct seen {
	struct result *result;
};

static const char *text_of(const struct seen *seen, const char *column)
{
	return result_text(seen->result, 0, result_column(seen->result, column));
}

static bool is_true(const struct seen *seen, const char *column)
{
	return result_bool(seen->result, 0, result_column(seen->result, column));
}

static double seconds_of(const struct seen *seen, const char *column)
{
	double seconds;
	const char *text = text_of(seen, column);
	return text != NULL && units_parse_duration_s(text, &seconds) ? seconds : -1;
}

static bool ask_session(struct session *session, int64_t pid, struct seen *seen, struct err *err)
{
	char *number = mem_format("%lld", (long long)pid);
	const char *params[] = {number};
	bool is_answered = session_query_wait(session, sql_sessions_session, params, 1, DEADLINE_MS, &seen->result, err);
	mem_free(number);
	return is_answered;
}

static void seen_done(struct seen *seen)
{
	result_free(seen->result);
	seen->result = NULL;
}

/* --- what cannot be done, in words ---------------------------------------------------------------- */

static bool refuse_gone(const struct database *database, const struct sessions_target *target, bool was_shown, struct err *err)
{
	char *word = text_shell_word(database->name);
	if (was_shown)
		err_set(err, ERR_REFUSED, "pid %lld is not the session that was shown: it ended, and the number may be another one's now", (long long)target->pid);
	else
		err_set(err, ERR_FAILED, "no session has pid %lld on the server of %s", (long long)target->pid, database->name);
	err_hint(err, "look again: pgtend activity %s", word);
	mem_free(word);
	return false;
}

static bool refuse_place(const struct seen *seen, const struct database *database, const struct sessions_target *target, struct err *err)
{
	const char *dbname = text_of(seen, "database"), *type = text_of(seen, "backend_type");
	if (is_true(seen, "is_asking"))
		return err_set(err, ERR_REFUSED, "pid %lld is the session with which pgtend itself asks", (long long)target->pid);
	if (dbname == NULL)
		return err_set(err, ERR_REFUSED, "pid %lld is no session of a database: it is a %s", (long long)target->pid, type != NULL ? type : "process of the server");
	if (!is_true(seen, "is_here"))
		return err_set(err, ERR_REFUSED, "pid %lld is a session of database %s, not of %s (%s)", (long long)target->pid, dbname, database->name, database->dbname);
	return true;
}

/* Its end is that of its leader's query, whoever it was meant for. */
static bool refuse_worker(const struct seen *seen, const struct database *database, const struct sessions_target *target, enum sessions_how how, struct err *err)
{
	const char *leader = text_of(seen, "leader");
	if (leader == NULL)
		return true;
	char *word = text_shell_word(database->name);
	err_set(err, ERR_REFUSED, "pid %lld is no session: it is a parallel worker of pid %s, whose query would fail", (long long)target->pid, leader);
	err_hint(err, "pgtend %s %s %s", how == SESSIONS_CANCEL ? "cancel" : "terminate", word, leader);
	mem_free(word);
	return false;
}

static bool hint_grant(const char *granted, const char *role, struct err *err)
{
	char *name = text_sql_name(role);

	err_hint(err, "GRANT %s TO %s", granted, name);
	mem_free(name);
	return false;
}

static bool refuse_right(const struct seen *seen, const struct sessions_target *target, struct err *err)
{
	const char *user = text_of(seen, "user"), *me = text_of(seen, "me");
	if (is_true(seen, "am_superuser"))
		return true;
	if (is_true(seen, "is_superusers")) {
		err_set(err, ERR_REFUSED, "pid %lld is a session of %s, a superuser: only a superuser may end it, and %s is none", (long long)target->pid, user, me);
		return err_hint(err, "connect as a superuser; pg_signal_backend does not suffice");
	}
	if (is_true(seen, "may_signal"))
		return true;
	if (user == NULL)
		return err_set(err, ERR_REFUSED, "pid %lld is an %s: only a superuser may end it, and %s is none", (long long)target->pid, text_of(seen, "backend_type"), me);
	err_set(err, ERR_REFUSED, "pid %lld is a session of %s, which %s may not end", (long long)target->pid, user, me);
	return hint_grant("pg_signal_backend", me, err);
}

/* Without its beginning a session is only a number, which may be another's by then. */
static bool refuse_unseen(const struct seen *seen, const struct sessions_target *target, struct err *err)
{
	if (text_of(seen, "started") != NULL)
		return true;
	err_set(err, ERR_REFUSED, "%s may not see when pid %lld began, and could not tell it from another session that gets the same pid", text_of(seen, "me"),
		(long long)target->pid);
	return hint_grant("pg_read_all_stats", text_of(seen, "me"), err);
}

static bool refuse_idle(const struct seen *seen, const struct database *database, const struct sessions_target *target, struct err *err)
{
	const char *state = text_of(seen, "state");
	if (state == NULL || !text_starts_with(state, "idle"))
		return true;
	char *word = text_shell_word(database->name);
	err_set(err, ERR_REFUSED, "pid %lld is %s: it runs no query that could be cancelled", (long long)target->pid, state);
	err_hint(err, "pgtend terminate %s %lld ends the session, with its transaction and its locks", word, (long long)target->pid);
	mem_free(word);
	return false;
}

/* --- the preview ---------------------------------------------------------------------------------- */

static char *one_line(const char *query)
{
	struct text out = {0};
	for (const char *p = query != NULL ? query : ""; *p != '\0'; p++) {
		bool is_blank = strchr(" \t\r\n", *p) != NULL;
		if (!is_blank)
			text_add_char(&out, *p);
		else if (out.length > 0 && out.s[out.length - 1] != ' ')
			text_add_char(&out, ' ');
	}
	size_t length = out.length < QUERY_COLS ? out.length : QUERY_COLS;
	while (length < out.length && length > 0 && ((unsigned char)out.s[length] & 0xc0) == 0x80)
		length--;
	char *line = mem_format("%.*s%s", (int)length, text_str(&out), length < out.length ? " ..." : "");
	text_done(&out);
	return line;
}

static void add_age(struct text *line, const char *before, double seconds)
{
	char age[UNITS_SIZE];
	if (seconds >= 0)
		text_addf(line, "%s%s", before, units_age(age, (int64_t)seconds));
}

static void preview_session(const struct seen *seen, const struct sessions_target *target, struct words *preview)
{
	const char *user = text_of(seen, "user"), *application = text_of(seen, "application"), *client = text_of(seen, "client"), *state = text_of(seen, "state");
	struct text line = {0};
	text_addf(&line, "pid %lld  %s", (long long)target->pid, user != NULL ? user : text_of(seen, "backend_type"));
	if (application != NULL && *application != '\0')
		text_addf(&line, "  %s", application);
	if (client != NULL)
		text_addf(&line, "  from %s", client);
	words_take(preview, text_take(&line));
	text_add(&line, state != NULL ? state : is_true(seen, "is_hidden") ? "its state may not be seen by this role (GRANT pg_read_all_stats)" : "no state");
	add_age(&line, " for ", seconds_of(seen, "state_s"));
	add_age(&line, ", transaction since ", seconds_of(seen, "xact_s"));
	text_addf(&line, ", connected at %.19s", text_of(seen, "started"));
	words_take(preview, text_take(&line));
	if (!is_true(seen, "is_hidden")) {
		char *query = one_line(text_of(seen, "query"));
		words_take(preview, mem_format("query: %s", query));
		mem_free(query);
	}
}

/* How many it lets go. Of a large pile-up only a part is looked at; and that nobody could tell is no nobody. */
struct effect {
	int64_t released;
	bool is_known, is_part;
};

static struct effect effect_of(struct fleet *fleet, struct database *database, int64_t pid)
{
	static const enum fact facts[] = {FACT_LOCKS, FACT_COUNT};
	collect_wait(fleet, &database, 1, facts, DEADLINE_MS);
	const struct facts *locks = database_facts(database, FACT_LOCKS);
	char *cap = sessions_cap_words(locks->table);
	struct effect effect = {.released = sessions_releases(locks->table, pid), .is_known = locks->table != NULL && locks->err.kind == ERR_NONE, .is_part = cap != NULL};
	mem_free(cap);
	return effect;
}

static void preview_effect(enum sessions_how how, const struct effect *effect, struct words *preview)
{
	int64_t released = effect->released;
	if (!effect->is_known)
		words_add(preview, "how many would go on by its end is not known: the server did not tell who waits for whom");
	else if (released > 0)
		words_take(preview, mem_format("%s%lld session%s that wait%s for it would go on", effect->is_part ? "at least " : "", (long long)released, released == 1 ? "" : "s",
			released == 1 ? "s" : ""));
	else
		words_add(preview, "no session would go on by its end alone");
	words_add(preview, how == SESSIONS_CANCEL ? "its query ends with an error, and what its transaction did so far with it; the connection stays"
											  : "its connection ends, what its transaction did is rolled back, its locks are released");
}

static bool is_as_shown(const struct seen *seen, const struct sessions_target *target)
{
	int64_t started_us = 0;
	const char *started = text_of(seen, "started");
	if (target->started_us != 0 && (!units_parse_time_us(started, &started_us) || started_us != target->started_us))
		return false;
	return target->started[0] == '\0' || strcmp(target->started, started) == 0;
}

/* The one that was meant, and nothing in the way. seen is filled whatever comes of it. */
static bool look(struct fleet *fleet, struct database *database, enum sessions_how how, struct sessions_target *target, struct seen *seen, struct err *err)
{
	struct session *session = database_session(fleet, database);
	if (!session_ready_wait(session, 2 * DEADLINE_MS, err) || !database_learn_wait(fleet, database, session, err) || !database_can(database, CAP_CANCEL, err) ||
		!ask_session(session, target->pid, seen, err))
		return false;
	bool is_there = result_rows(seen->result) == 1;
	bool was_shown = target->started[0] != '\0' || target->started_us != 0;
	if (!is_there)
		return refuse_gone(database, target, was_shown, err);
	if (!refuse_place(seen, database, target, err) || !refuse_worker(seen, database, target, how, err) || !refuse_right(seen, target, err) || !refuse_unseen(seen, target, err))
		return false;
	if (!is_as_shown(seen, target))
		return refuse_gone(database, target, was_shown, err);
	strncpy(target->started, text_of(seen, "started"), sizeof target->started - 1);
	return how == SESSIONS_TERMINATE || refuse_idle(seen, database, target, err);
}

bool sessions_look(struct fleet *fleet, struct database *database, enum sessions_how how, struct sessions_target *target, struct words *preview, struct err *err)
{
	struct seen seen = {0};
	bool is_good = look(fleet, database, how, target, &seen, err);
	if (is_good) {
		preview_session(&seen, target, preview);
		const struct effect effect = effect_of(fleet, database, target->pid);
		preview_effect(how, &effect, preview);
	}
	seen_done(&seen);
	return is_good;
}

/* --- the signal ----------------------------------------------------------------------------------- */

static bool send_signal(struct session *session, const struct database *database, enum sessions_how how, const struct sessions_target *target, struct err *err)
{
	char *number = mem_format("%lld", (long long)target->pid);
	const char *params[] = {number, target->started};
	struct result *result = NULL;
	bool is_sent = session_query_wait(session, how == SESSIONS_CANCEL ? sql_sessions_cancel : sql_sessions_terminate, params, 2, DEADLINE_MS, &result, err);
	if (is_sent && (result_rows(result) == 0 || !result_bool(result, 0, 0)))
		is_sent = refuse_gone(database, target, true, err);
	result_free(result);
	mem_free(number);
	return is_sent;
}

static bool has_obeyed(const struct seen *before, const struct seen *now, enum sessions_how how)
{
	const char *was = text_of(before, "query_start"), *is = result_rows(now->result) > 0 ? text_of(now, "query_start") : NULL;
	const char *started = result_rows(now->result) > 0 ? text_of(now, "started") : NULL, *state = started != NULL ? text_of(now, "state") : NULL;
	if (started == NULL || strcmp(started, text_of(before, "started")) != 0)
		return true;
	if (how == SESSIONS_TERMINATE)
		return false;
	return (state != NULL && strcmp(state, "active") != 0) || (was != NULL && is != NULL && strcmp(was, is) != 0);
}

/* A backend looks at its signals when it comes to it. */
static bool watch(struct session *session, const struct seen *before, enum sessions_how how, int64_t pid, struct err *err)
{
	int64_t until_us = units_now_us() + (int64_t)WATCH_MS * 1000;
	for (;;) {
		struct seen now = {0};
		bool is_answered = session_ready_wait(session, DEADLINE_MS, err) && ask_session(session, pid, &now, err);
		bool is_over = is_answered && has_obeyed(before, &now, how);
		seen_done(&now);
		if (!is_answered || is_over)
			return is_answered;
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "the signal was sent; whether pid %lld obeyed was not waited for", (long long)pid);
		if (units_now_us() > until_us)
			break;
		task_sleep(WATCH_EVERY_MS);
	}
	err_set(err, ERR_FAILED, "the signal was sent, but pid %lld has not obeyed within %d s", (long long)pid, WATCH_MS / 1000);
	return err_hint(err, how == SESSIONS_CANCEL ? "it looks for it when it can; terminate ends the whole session" : "it looks for it when it can: it may be in the middle of a write, or wait for the network");
}

static void tell(const struct database *database, const struct seen *before, enum sessions_how how, int64_t pid, const struct effect *effect, double took_ms, struct report *report)
{
	char took[UNITS_SIZE];
	struct table *rows = table_new(&sessions_end_shape);
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	table_set_int(rows, row, "pid", pid);
	table_set_text(rows, row, "action", how == SESSIONS_CANCEL ? "cancelled" : "terminated");
	table_set_text(rows, row, "user", text_of(before, "user"));
	table_set_text(rows, row, "application", text_of(before, "application"));
	table_set_text(rows, row, "state", text_of(before, "state"));
	if (effect->is_known)
		table_set_int(rows, row, "releases", effect->released);
	table_set_real(rows, row, "took_ms", took_ms);
	if (is_true(before, "is_hidden"))
		table_set_missing(rows, row, "query", MISSING_PRIVILEGE);
	else
		table_set_text(rows, row, "query", text_of(before, "query"));
	report_rows(report, rows);
	char *freed = !effect->is_known ? mem_copy("") : effect->released == 0 ? mem_copy("; nobody waited for it") :
		mem_format("; %s%lld session%s that waited could go on", effect->is_part ? "at least " : "", (long long)effect->released, effect->released == 1 ? "" : "s");
	report_summary(report, "pid %lld %s after %s%s", (long long)pid, how == SESSIONS_CANCEL ? "was cancelled" : "is gone", units_ms(took, took_ms), freed);
	mem_free(freed);
}

bool sessions_end(struct fleet *fleet, struct database *database, enum sessions_how how, const struct sessions_target *target, struct report *report, struct err *err)
{
	struct sessions_target found = *target;
	struct session *session = database_session(fleet, database);
	struct seen before = {0};
	bool is_good = look(fleet, database, how, &found, &before, err);
	struct effect effect = {0};
	if (is_good)
		effect = effect_of(fleet, database, found.pid);
	int64_t began_us = units_now_us();
	is_good = is_good && send_signal(session, database, how, &found, err) && watch(session, &before, how, found.pid, err);
	if (is_good)
		tell(database, &before, how, found.pid, &effect, (double)(units_now_us() - began_us) / 1000.0, report);
	seen_done(&before);
	return is_good;
}
