/* A file that only psql understands, run by the real psql in one transaction with its history row, while our session holds the lock. The
 * script goes in by standard input, the connection by environment and passfile. See run_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "run_internal.h"

enum { GONE_S = 30, OUTPUT_LINES_MAX = 200 };
/* The first that it prints: by its number the server tells what became of the transaction. */
/* Behind the lines of the text stands the question whether that transaction is still there. */
enum { CHECK_LINE = 3 };
#define XID_LINE "pgtend_xid "

struct psql {
	char *application;
	struct text script;
	int head_lines, text_lines;
	int status;
	struct text out, errors;
	char xid[24];        /* of its transaction; "": it did not come so far */
	const char *printed; /* by the file */
};

/* --- what it reads ---------------------------------------------------------------------------------------------------- */

static int count_lines(const char *s)
{
	int count = 0;
	for (; *s; s++)
		count += *s == '\n';
	return count;
}

static void write_script(struct run *run, const struct plan_step *step, struct psql *psql)
{
	/* Its session is not ours: it gets what ours has. */
	bool has_settings = run->has_settings;
	int answers;
	run->has_settings = false;
	char *head = run_head(run, step, run->history_rows, &answers), *history = run_history_sql(run, step);
	run->has_settings = has_settings;
	char *lock = run_psql_lock_sql(run);
	text_addf(&psql->script, "%s\n%sSELECT pg_catalog.txid_current() AS pgtend_xid \\gset\n", head, lock);
	/* Should the file leave our transaction (a COMMIT that came by \i or \gexec, \c), what follows must not be committed one by one. */
	text_add(&psql->script, "\\echo " XID_LINE ":pgtend_xid\n\\set AUTOCOMMIT off\n");
	psql->head_lines = count_lines(text_str(&psql->script));
	psql->text_lines = count_lines(step->text.sql);
	text_add(&psql->script, step->text.sql);
	/* Nor must the row. */
	mem_free(lock);
	const char *end = step->text.sql + strlen(step->text.sql);
	text_addf(&psql->script,
	    "\n%s\nSELECT 1 / (pg_catalog.txid_current() = :pgtend_xid)::int AS pgtend_same \\gset\n%s;\nCOMMIT;\n",
	    parse_is_behind_data(step->text.sql, end) ? "" : ";", history);
	mem_free(head);
	mem_free(history);
}

static bool start(struct run *run, const struct plan_step *step, struct psql *psql, struct err *err)
{
	struct database *database = run->database;
	struct conninfo *info = conninfo_copy(database->direct ? database->direct : database->info);
	struct conninfo_child child;
	if (!conninfo_child_init(&child, info, err)) {
		conninfo_free(info);
		return false;
	}
	const char *slash = strrchr(step->path, '/');
	char *folder = slash ? mem_copy_n(step->path, (size_t)(slash - step->path)) : mem_copy(".");
	words_take(&child.env, mem_format("PGAPPNAME=%s", psql->application));
	words_add(&child.env, "LC_MESSAGES=C");
	size_t count = child.env.count;
	words_take(&child.env, NULL);
	const char *const argv[] = {run->psql, "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-f", "-", NULL};
	struct child_spec spec = {.argv = argv,
	    .env = (const char *const *)child.env.v,
	    .folder = folder,
	    .stdin_text = text_str(&psql->script),
	    .stdout_fd = -1,
	    .stderr_fd = -1};
	bool is_run = child_run(run->fleet->loop, &spec, &psql->status, &psql->out, &psql->errors, err);
	child.env.count = count;
	conninfo_child_done(&child);
	conninfo_free(info);
	mem_free(folder);
	return is_run;
}

/* --- what it says ----------------------------------------------------------------------------------------------------- */

/* "psql:<stdin>:12: ERROR:  42P01: text" */
struct saying {
	int line;           /* of the script */
	const char *at;     /* "ERROR:  ..." */
	const char *behind; /* the next line */
};

static bool next_saying(const char **s, struct saying *saying)
{
	static const char prefix[] = "psql:<stdin>:";
	const char *at = strstr(*s, prefix);
	if (!at)
		return false;
	char *end;
	saying->line = (int)strtol(at + strlen(prefix), &end, 10);
	saying->at = end + strspn(end, ": ");
	saying->behind = saying->at + strcspn(saying->at, "\n");
	saying->behind += *saying->behind == '\n';
	*s = saying->behind;
	return true;
}

static void take_xid(struct psql *psql)
{
	const char *s = text_str(&psql->out);
	psql->printed = s;
	if (!text_starts_with(s, XID_LINE))
		return;
	s += strlen(XID_LINE);
	size_t length = strspn(s, "0123456789");
	if (s[length] != '\n' || length >= sizeof psql->xid)
		return;
	memcpy(psql->xid, s, length);
	psql->printed = s + length + 1;
}

static bool is_error(const struct saying *saying)
{
	return text_starts_with(saying->at, "ERROR") || text_starts_with(saying->at, "FATAL") || text_starts_with(saying->at, "error") ||
	       text_starts_with(saying->at, "\\");
}

/* What psql printed, and its notices, into the log. */
static void log_output(struct run *run, const struct psql *psql, bool is_done)
{
	struct saying saying;
	for (const char *s = text_str(&psql->errors); next_saying(&s, &saying);)
		if (!is_error(&saying) || is_done) {
			/* "NOTICE:  00000: text" */
			char *line = mem_copy_n(saying.at, strcspn(saying.at, "\n"));
			char *code = strstr(line, ":  "), *text = code ? strstr(code + 3, ": ") : NULL;
			if (text && text - code == 8)
				memmove(code + 3, text + 2, strlen(text + 2) + 1);
			report_log(run->report, "%s%s", is_error(&saying) ? "WARNING: psql went on after " : "", line);
			mem_free(line);
		}
	int lines = 0;
	for (const char *s = psql->printed; *s && lines < OUTPUT_LINES_MAX; lines++) {
		size_t length = strcspn(s, "\n");
		report_log(run->report, "    %.*s", (int)length, s);
		s += length + (s[length] == '\n');
	}
}

/* psql names the line where the statement ended; "LINE 2: text" and a caret below tell where in it. */
static bool find_place(const struct plan_step *step, int line, const char *behind, size_t *offset)
{
	const char *sql = step->text.sql, *end = sql;
	for (int i = 1; i < line && *end; i++) {
		end += strcspn(end, "\n");
		end += *end == '\n';
	}
	*offset = (size_t)(end - sql);
	if (strncmp(behind, "LINE ", 5) != 0)
		return line > 0;
	const char *shown = strstr(behind, ": "), *shown_end = behind + strcspn(behind, "\n");
	const char *caret_line = *shown_end ? shown_end + 1 : shown_end, *caret = caret_line + strspn(caret_line, " ");
	if (!shown || *caret != '^' || (size_t)(caret - caret_line) < (size_t)(shown + 2 - behind))
		return line > 0;
	shown += 2;
	size_t length = (size_t)(shown_end - shown), column = (size_t)(caret - caret_line) - (size_t)(shown - behind);
	/* The nearest line above with this text; a long one is cut and dotted, then the line alone is told. */
	for (const char *at = end;; at--) {
		if ((at == sql || at[-1] == '\n') && strncmp(at, shown, length) == 0) {
			const char *c = at;
			for (; column > 0 && *c && *c != '\n'; column--)
				for (c++; ((unsigned char)*c & 0xC0) == 0x80; c++)
					;
			*offset = (size_t)(c - sql);
			return true;
		}
		if (at == sql)
			return line > 0;
	}
}

static void word_error(struct run *run, const struct plan_step *step, const struct psql *psql, struct err *err)
{
	struct saying saying, first = {0};
	/* Those behind it say that the transaction is aborted, where the file sets ON_ERROR_STOP off. */
	for (const char *s = text_str(&psql->errors); !first.at && next_saying(&s, &saying);)
		if (is_error(&saying))
			first = saying;
	if (!first.at) {
		const char *s = text_str(&psql->errors);
		char *line = mem_copy_n(s, strcspn(s, "\n"));
		err_set(err, ERR_FAILED, "%s: psql ended with status %d%s%s", step->path, psql->status, *line ? ": " : "", line);
		mem_free(line);
		return;
	}
	const char *text = first.at;
	const char *severity_end = strstr(text, ":  ");
	err_set(err, ERR_FAILED, "?");
	if (severity_end && severity_end < first.behind && severity_end[8] == ':') {
		memcpy(err->sqlstate, severity_end + 3, 5);
		err->sqlstate[5] = 0;
		text = severity_end + 10;
	}
	else if (text_starts_with(text, "error: "))
		text += strlen("error: ");
	char sqlstate[6];
	memcpy(sqlstate, err->sqlstate, sizeof sqlstate);
	size_t offset = 0;
	bool is_found = find_place(step, first.line - psql->head_lines, first.behind, &offset);
	char *place = is_found ? plan_place(step, offset) : mem_copy(step->path), *message = mem_copy_n(text, strcspn(text, "\n"));
	err_set(err, ERR_FAILED, "%s: %s", place, message);
	memcpy(err->sqlstate, sqlstate, sizeof sqlstate);
	report_log(run->report, "%s: ERROR%s%s: %s", place, sqlstate[0] ? " " : "", sqlstate, message);
	if (is_found)
		run_log_line(run, step->text.sql, offset);
	mem_free(place);
	mem_free(message);
	run_hint(run, step, err);
}

/* --- what became of it ------------------------------------------------------------------------------------------------ */

/* Its session may outlive it, with a COMMIT on its way, or with a statement that nobody waits for any more: that one is cancelled. The file may
 * have taken the name from the session, but not the lock from its transaction. */
static bool wait_until_gone(struct run *run, const struct psql *psql, struct err *err)
{
	int64_t end = loop_now_ms(run->fleet->loop) + GONE_S * 1000;
	for (;;) {
		struct result *result = NULL;
		if (!session_queryf_wait(run->session, 15000, &result, err,
		        "SELECT pg_catalog.pg_cancel_backend(s.pid) FROM (SELECT a.pid FROM pg_catalog.pg_stat_activity a WHERE a.application_name = %L "
		        "UNION SELECT l.pid FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND "
		        "l.classid::bigint = (%lld >> 32) & 4294967295 AND l.objid::bigint = %lld & 4294967295 AND l.database = (SELECT d.oid FROM "
		        "pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) s WHERE s.pid <> pg_catalog.pg_backend_pid()",
		        psql->application, (long long)run_psql_key(run), (long long)run_psql_key(run))) {
			result_free(result);
			return false;
		}
		bool is_gone = result_rows(result) == 0;
		result_free(result);
		if (is_gone)
			return true;
		if (loop_now_ms(run->fleet->loop) >= end)
			return err_set(err, ERR_TIMEOUT, "psql's session does not end");
		task_sleep(20);
	}
}

enum fate { FATE_UNKNOWN, FATE_NOTHING, FATE_ALL, FATE_PIECE };

/* By the history; where it has no row, by the number of the transaction, which the file itself may have committed. */
static enum fate settle(struct run *run, const struct psql *psql, struct err *err)
{
	const struct plan_step *step = &run->plan.steps[run->done];
	bool has_piece = false;
	task_shield();
	bool is_known = session_state(run->session) == SESSION_READY || run_come_back(run, err);
	is_known = is_known && wait_until_gone(run, psql, err) && ledger_read_history(&run->ledger, run->session, err);
	bool is_done = is_known && (run_file(run, step)->row >= 0) == step->is_up;
	is_known = is_known && (is_done || !psql->xid[0] || run_fate(run, psql->xid, &has_piece, err));
	task_unshield();
	if (is_known)
		return is_done ? FATE_ALL : has_piece ? FATE_PIECE : FATE_NOTHING;
	err->kind = ERR_PARTIAL;
	err_prefix(err, "%s: whether psql committed it cannot be looked up", step->path);
	err_hint(err, "`pgtend migrate status %s` tells", run->database->name);
	return FATE_UNKNOWN;
}

/* It came to the end, and our transaction was not there any more. */
static bool has_left(const struct psql *psql)
{
	struct saying saying;
	for (const char *s = text_str(&psql->errors); next_saying(&s, &saying);)
		if (is_error(&saying))
			return saying.line == psql->head_lines + psql->text_lines + CHECK_LINE && text_starts_with(saying.at, "ERROR:  22012");
	return false;
}

static void explain_left(const struct plan_step *step, enum fate fate, struct err *err)
{
	err_set(err, ERR_PARTIAL, "%s leaves the transaction itself (COMMIT or ROLLBACK by \\i or \\gexec, \\c): %s, the rest is not, and the "
	                          "history does not have it",
	    step->path, fate == FATE_PIECE ? "what stands before its COMMIT is committed" : "what it may have committed itself stays");
	err_hint(err, "take that out of the file, and what is committed out of the database or out of the file");
}

static void explain(struct run *run, const struct plan_step *step, const struct psql *psql, enum fate fate, struct err *err)
{
	bool is_left = has_left(psql), is_cancelled = err->kind == ERR_CANCELLED;
	if (err->kind == ERR_NONE && !is_left && (psql->status != 0 || *text_str(&psql->errors)))
		word_error(run, step, psql, err);
	if (err->kind == ERR_NONE)
		err_set(err, ERR_FAILED, "%s: psql ended before it came to the end of the file: nothing of it is committed", step->path);
	if (fate != FATE_PIECE && !is_left)
		return;
	if (!is_left)
		report_log(run->report, "%s", err->text);
	explain_left(step, fate, err);
	if (is_cancelled)
		report_log(run->report, "it was cancelled after that");
}

static bool attempt(struct run *run, struct err *err)
{
	const struct plan_step *step = &run->plan.steps[run->done];
	struct psql psql = {.application = mem_format("pgtend %s psql %d", run->verb, run->backend_pid)};
	struct err why = {0};
	write_script(run, step, &psql);
	if (!start(run, step, &psql, &why))
		psql.status = -1;
	take_xid(&psql);
	enum fate fate = settle(run, &psql, err);
	log_output(run, &psql, fate == FATE_ALL);
	if (fate == FATE_NOTHING || fate == FATE_PIECE) {
		*err = why;
		explain(run, step, &psql, fate, err);
	}
	text_done(&psql.script);
	text_done(&psql.out);
	text_done(&psql.errors);
	mem_free(psql.application);
	return fate == FATE_ALL;
}

bool run_psql(struct run *run, struct err *err)
{
	const struct plan_step *step = &run->plan.steps[run->done];
	const struct migrate_watch *watch = run->options->watch;
	int64_t started_us = units_now_us();
	char took[UNITS_SIZE];
	report_step(run->report, "%s", run_file(run, step)->name);
	report_progress(run->report, run->done, run->plan.count, "files");
	run_flush(run);
	for (int tries = 1;;) {
		err_clear(err);
		if (watch && !watch->began(run->session, step, watch->arg, err))
			return false;
		if (attempt(run, err))
			break;
		if (!run_may_try_again(run, &tries, run_file(run, step)->name, err))
			return false;
	}
	run_tell(run, "%s %s in %s", step->is_up ? "applied" : "took back", run_file(run, step)->name,
	    units_ms(took, (double)(units_now_us() - started_us) / 1000.0));
	run_committed(run, run->done + 1, false);
	run->history_rows = run_table_rows(run);
	if (watch && !watch->ran(run->session, step, watch->arg, err))
		return false;
	if (watch)
		watch->ended(run->session, step, watch->arg);
	return true;
}
