/* maintain/vacuum.c - VACUUM, table by table, so that time and progress of each are known and one locked table
 * does not stop the rest. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/maintain/maintain.h"
#include "pgtend/pg/alone.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 30000, TICK_MS = 500, TICK_DEADLINE_MS = 2000 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"schema", CELL_TEXT, "schema", 1, "pg_namespace.nspname."},
    {"name", CELL_TEXT, "table", 0, "pg_class.relname."},
    {"state", CELL_TEXT, "state", 0, "done, skipped (no right, or nothing to do for this kind), locked or failed."},
    {"reason", CELL_TEXT, "why", 2, "Why it was not done; null for the others."},
    {"bytes_before", CELL_BYTES, "before", 1,
        "pg_table_size() before; of a hypertable with the pages of its chunks (pg_class.relpages)."},
    {"bytes_after", CELL_BYTES, "after", 1, "The same after it."},
    {"dead_before", CELL_COUNT, "dead", 1, "pg_stat_all_tables.n_dead_tup before."},
    {"duration_ms", CELL_MS, "took", 0, "Time of the statement, with the wait for its lock."},
};
const struct table_shape vacuum_shape = {"vacuum", columns, sizeof columns / sizeof columns[0]};

enum target_state { TARGET_WAITING, TARGET_DONE, TARGET_SKIPPED, TARGET_LOCKED, TARGET_FAILED };

struct target {
	int64_t oid;
	char *schema, *name, *shown, *owner;
	char kind;
	bool may_vacuum;
	int64_t bytes, dead, bytes_after;
	enum target_state state;
	char *reason;
	double took_ms;
};

struct vacuum {
	struct fleet *fleet;
	struct database *database;
	struct session *session;
	struct report *report;
	const char *which; /* NULL, "analyze", "full" */
	struct target *targets;
	int count;
	int64_t all_bytes, done_bytes;
	bool has_progress;
	int backend_pid;
};

static bool is_which(const struct vacuum *vacuum, const char *word)
{
	return vacuum->which != NULL && strcmp(vacuum->which, word) == 0;
}

static const char *statement_word(const struct vacuum *vacuum)
{
	return is_which(vacuum, "full") ? "vacuum (full)" : is_which(vacuum, "analyze") ? "vacuum (analyze)" : "vacuum";
}

/* ---- which tables -------------------------------------------------------------- */

static int64_t number(const struct result *r, int row, const char *column)
{
	return result_int(r, row, result_column(r, column), 0);
}

static void add_target(struct vacuum *vacuum, const struct result *r, int row)
{
	int64_t oid = number(r, row, "oid");
	for (int i = 0; i < vacuum->count; i++)
		if (vacuum->targets[i].oid == oid)
			return;
	vacuum->targets = mem_grow(vacuum->targets, (size_t)vacuum->count + 1, sizeof vacuum->targets[0]);
	struct target *target = &vacuum->targets[vacuum->count++];
	memset(target, 0, sizeof *target);
	target->oid = oid;
	target->schema = mem_copy(result_text(r, row, result_column(r, "schema")));
	target->name = mem_copy(result_text(r, row, result_column(r, "name")));
	target->shown = mem_format("%s.%s", target->schema, target->name);
	target->owner = mem_copy(result_text(r, row, result_column(r, "owner")));
	target->kind = result_text(r, row, result_column(r, "kind"))[0];
	target->may_vacuum = result_bool(r, row, result_column(r, "may_vacuum"));
	target->bytes = number(r, row, "bytes");
	target->dead = number(r, row, "dead");
	target->bytes_after = -1;
	vacuum->all_bytes += target->bytes;
}

static bool ask_tables(const struct vacuum *vacuum, const char *name, struct result **r, struct err *err)
{
	const char *params[] = {name};
	const char *sql =
	    vacuum->database->server->version_num >= 170000 ? sql_maintain_vacuum_tables_17 : sql_maintain_vacuum_tables;
	return session_query_wait(vacuum->session, sql, params, 1, DEADLINE_MS, r, err);
}

static bool unknown_table(const struct vacuum *vacuum, const char *name, struct err *err)
{
	struct result *r = NULL;
	struct words names = {0};
	if (!ask_tables(vacuum, NULL, &r, err)) {
		result_free(r);
		return false;
	}
	for (int row = 0; row < result_rows(r); row++) {
		const char *table = result_text(r, row, result_column(r, "name"));
		words_add(&names, table);
		words_take(&names, mem_format("%s.%s", result_text(r, row, result_column(r, "schema")), table));
	}
	const char *nearest = text_nearest(name, (const char *const *)names.v, names.count);
	err_set(err, ERR_USAGE, "%s has no table \"%s\"", vacuum->database->dbname, name);
	if (nearest != NULL)
		err_hint(err, "did you mean \"%s\"?", nearest);
	words_done(&names);
	result_free(r);
	return false;
}

/* A full name wins, then what the search path shows, then the only one of that name. */
static bool add_named(struct vacuum *vacuum, const char *name, struct err *err)
{
	struct result *r = NULL;
	bool ok = ask_tables(vacuum, name, &r, err);
	int chosen = -1, rows = ok ? result_rows(r) : 0;
	for (int row = 0; row < rows; row++)
		if (result_bool(r, row, result_column(r, "is_full_name")) && chosen < 0)
			chosen = row;
	for (int row = 0; row < rows; row++)
		if (result_bool(r, row, result_column(r, "is_visible")) && chosen < 0)
			chosen = row;
	if (rows == 1)
		chosen = 0;
	if (ok && rows == 0) {
		ok = unknown_table(vacuum, name, err);
	} else if (ok && chosen < 0) {
		ok = err_set(err, ERR_USAGE, "\"%s\" is a table of %d schemas", name, rows);
		err_hint(err, "give the schema too: %s.%s", result_text(r, 0, result_column(r, "schema")), name);
	} else if (ok) {
		add_target(vacuum, r, chosen);
	}
	result_free(r);
	return ok;
}

/* A partitioned table has no rows of its own: only its statistics are made. */
static void skip_what_cannot(struct vacuum *vacuum)
{
	for (int i = 0; i < vacuum->count; i++) {
		struct target *target = &vacuum->targets[i];
		if (!target->may_vacuum)
			target->reason = mem_format("only its owner %s may", target->owner);
		else if (target->kind == 'p' && !is_which(vacuum, "analyze"))
			target->reason = mem_copy("partitioned: its partitions are vacuumed");
		if (target->reason != NULL)
			target->state = TARGET_SKIPPED;
	}
}

static bool find_targets(struct vacuum *vacuum, const struct words *names, struct err *err)
{
	for (size_t i = 0; names != NULL && i < names->count; i++)
		if (!add_named(vacuum, names->v[i], err))
			return false;
	if (names == NULL || names->count == 0) {
		struct result *r = NULL;
		bool ok = ask_tables(vacuum, NULL, &r, err);
		for (int row = 0; ok && row < result_rows(r); row++)
			add_target(vacuum, r, row);
		result_free(r);
		if (!ok)
			return false;
	}
	/* Partitions of a table that was named are what VACUUM of it goes through by itself. */
	if (names == NULL || names->count == 0)
		skip_what_cannot(vacuum);
	else
		for (int i = 0; i < vacuum->count; i++)
			if (!vacuum->targets[i].may_vacuum) {
				err_set(err, ERR_FAILED, "%s: this role may not vacuum it", vacuum->targets[i].shown);
				return err_hint(err, "connect as its owner %s", vacuum->targets[i].owner);
			}
	return true;
}

/* ---- progress ------------------------------------------------------------------ */

struct tick {
	struct vacuum *vacuum;
	const struct target *target;
};

/* Through the server's session for questions: the action's own is busy. */
static void look(void *arg)
{
	const struct tick *tick = arg;
	struct vacuum *vacuum = tick->vacuum;
	struct session *session = server_session(vacuum->fleet, vacuum->database->server);
	char *pid = mem_format("%d", vacuum->backend_pid);
	const char *params[] = {pid};
	struct result *r = NULL;
	struct err ignored;
	if (session_ready_wait(session, TICK_DEADLINE_MS, &ignored) &&
	    session_query_wait(session, sql_maintain_vacuum_progress, params, 1, TICK_DEADLINE_MS, &r, &ignored) &&
	    result_rows(r) > 0) {
		int64_t done = number(r, 0, "done"), whole = number(r, 0, "whole");
		int64_t part = whole > 0 ? (int64_t)((double)tick->target->bytes * (double)done / (double)whole) : 0;
		report_progress(vacuum->report, vacuum->done_bytes + part, vacuum->all_bytes, "bytes");
	}
	result_free(r);
	mem_free(pid);
}

/* ---- one table ------------------------------------------------------------------ */

static void look_after(struct vacuum *vacuum, struct target *target)
{
	char *oid = mem_format("%lld", (long long)target->oid);
	const char *params[] = {oid};
	struct result *r = NULL;
	struct err ignored;
	if (session_query_wait(vacuum->session, sql_maintain_vacuum_after, params, 1, DEADLINE_MS, &r, &ignored) &&
	    result_rows(r) == 1)
		target->bytes_after = number(r, 0, "bytes");
	result_free(r);
	mem_free(oid);
}

static char *reason_of(struct vacuum *vacuum, const struct target *target, const struct err *err)
{
	char *oids = mem_format("{%lld}", (long long)target->oid);
	char *blocker =
	    target->state == TARGET_LOCKED ? database_blocker(vacuum->session, oids, is_which(vacuum, "full")) : NULL;
	mem_free(oids);
	return blocker != NULL ? blocker : mem_copy(err->text);
}

static bool is_over(const struct err *err, const struct vacuum *vacuum)
{
	return err->kind == ERR_CANCELLED || err->kind == ERR_UNREACHABLE ||
	       session_state(vacuum->session) == SESSION_DEAD || session_state(vacuum->session) == SESSION_CLOSED;
}

/* False: the whole must end here. What one table refuses is kept with it. */
static bool vacuum_one(struct vacuum *vacuum, struct target *target, struct err *err)
{
	char *schema = session_quote_identifier(vacuum->session, target->schema),
	     *name = session_quote_identifier(vacuum->session, target->name);
	char *sql = mem_format("%s %s.%s", statement_word(vacuum), schema, name);
	struct tick tick = {vacuum, target};
	struct session_statement statement = {
	    .sql = sql, .tick_ms = vacuum->has_progress ? TICK_MS : 0, .tick = look, .arg = &tick};
	int64_t began_us = units_now_us();
	struct err own = {0};
	bool ok = session_alone_wait(vacuum->session, &statement, NULL, &own);
	target->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	target->state = ok ? TARGET_DONE : strcmp(own.sqlstate, "55P03") == 0 ? TARGET_LOCKED : TARGET_FAILED;
	if (ok)
		look_after(vacuum, target);
	else
		target->reason = reason_of(vacuum, target, &own);
	mem_free(sql);
	mem_free(schema);
	mem_free(name);
	if (!ok && is_over(&own, vacuum)) {
		*err = own;
		return false;
	}
	return true;
}

static bool vacuum_each(struct vacuum *vacuum, struct err *err)
{
	int todo = 0, at = 0;
	for (int i = 0; i < vacuum->count; i++)
		todo += vacuum->targets[i].state == TARGET_WAITING;
	for (int i = 0; i < vacuum->count; i++) {
		struct target *target = &vacuum->targets[i];
		if (target->state != TARGET_WAITING) {
			report_log(vacuum->report, "skipped %s: %s", target->shown, target->reason);
			continue;
		}
		report_step(vacuum->report, "%s %s (%d of %d)", statement_word(vacuum), target->shown, ++at, todo);
		report_progress(vacuum->report, vacuum->done_bytes, vacuum->all_bytes, "bytes");
		if (!vacuum_one(vacuum, target, err))
			return err_prefix(err, "%s", target->shown);
		vacuum->done_bytes += target->bytes;
		if (target->state != TARGET_DONE)
			report_log(vacuum->report, "%s: %s", target->shown, target->reason);
	}
	report_progress(vacuum->report, vacuum->all_bytes, vacuum->all_bytes, "bytes");
	return true;
}

/* ---- telling --------------------------------------------------------------------- */

static struct table *rows_of(const struct vacuum *vacuum)
{
	static const char *const words[] = {"waiting", "done", "skipped", "locked", "failed"};
	struct table *rows = table_new(&vacuum_shape);
	for (int i = 0; i < vacuum->count; i++) {
		const struct target *target = &vacuum->targets[i];
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", vacuum->database->name);
		table_set_text(rows, row, "schema", target->schema);
		table_set_text(rows, row, "name", target->name);
		table_set_text(rows, row, "state", words[target->state]);
		table_set_text(rows, row, "reason", target->reason);
		table_set_int(rows, row, "bytes_before", target->bytes);
		if (target->bytes_after >= 0)
			table_set_int(rows, row, "bytes_after", target->bytes_after);
		table_set_int(rows, row, "dead_before", target->dead);
		if (target->state == TARGET_DONE || target->state == TARGET_LOCKED || target->state == TARGET_FAILED)
			table_set_real(rows, row, "duration_ms", target->took_ms);
	}
	return rows;
}

static bool tell(const struct vacuum *vacuum, int64_t began_us, struct err *err)
{
	char took[UNITS_SIZE];
	int done = 0, bad = 0, skipped = 0;
	struct words names = {0};
	for (int i = 0; i < vacuum->count; i++) {
		const struct target *target = &vacuum->targets[i];
		done += target->state == TARGET_DONE;
		skipped += target->state == TARGET_SKIPPED;
		bad += target->state == TARGET_LOCKED || target->state == TARGET_FAILED;
		if (target->state == TARGET_LOCKED || target->state == TARGET_FAILED)
			words_take(&names, mem_format("%s (%s)", target->shown, target->reason));
	}
	char *which = words_join(&names, ", ");
	bool ok = bad == 0;
	if (!ok) {
		err_set(err, done > 0 ? ERR_PARTIAL : ERR_FAILED, "%d of %d tables not done: %s", bad, done + bad, which);
		err_hint(err, "see who holds them: pgtend activity %s", vacuum->database->name);
	} else {
		struct text skips = {0};
		if (skipped > 0)
			text_addf(&skips, ", %d skipped", skipped);
		report_summary(vacuum->report, "%s of %d table%s in %s%s", statement_word(vacuum), done, done == 1 ? "" : "s",
		    units_ms(took, (double)(units_now_us() - began_us) / 1000.0), text_str(&skips));
		text_done(&skips);
	}
	mem_free(which);
	words_done(&names);
	return ok;
}

static void tell_plan(const struct vacuum *vacuum)
{
	char size[UNITS_SIZE];
	struct report *report = vacuum->report;
	int todo = 0;
	for (int i = 0; i < vacuum->count; i++) {
		const struct target *target = &vacuum->targets[i];
		todo += target->state == TARGET_WAITING;
		if (target->state == TARGET_WAITING)
			report_log(report, "%s %s  %s, %lld dead rows", statement_word(vacuum), target->shown,
			    units_bytes(size, target->bytes), (long long)target->dead);
		else
			report_log(report, "skips %s: %s", target->shown, target->reason);
	}
	if (is_which(vacuum, "full")) {
		char waits[UNITS_SIZE];
		report_log(report,
		    "one table at a time is locked against everything, also reading; each waits at most %s for its lock",
		    units_ms(waits, database_lock_timeout_ms(vacuum->database)));
		report_log(report, "each is written anew: up to its own size must be free on the server's disk");
	}
	report_summary(report, "%d table%s, %s", todo, todo == 1 ? "" : "s", units_bytes(size, vacuum->all_bytes));
}

/* ---- all --------------------------------------------------------------------------- */

static void vacuum_done(struct vacuum *vacuum)
{
	for (int i = 0; i < vacuum->count; i++) {
		struct target *target = &vacuum->targets[i];
		mem_free(target->schema);
		mem_free(target->name);
		mem_free(target->shown);
		mem_free(target->owner);
		mem_free(target->reason);
	}
	mem_free(vacuum->targets);
	session_free(vacuum->session);
}

/* Progress is read by the backend's pid: behind a pooler that is not ours, and a server of one session would wait
 * for itself. */
static void decide_progress(struct vacuum *vacuum)
{
	const struct server *server = vacuum->database->server;
	vacuum->backend_pid = session_backend_pid(vacuum->session);
	vacuum->has_progress = server->has[CAP_ACTIVITY] && server->has[CAP_MANY_SESSIONS] &&
	                       !session_is_pooled(vacuum->session) && vacuum->backend_pid > 0;
}

bool maintain_vacuum(struct fleet *fleet, struct database *database, const char *which, const struct words *tables,
    bool is_dry_run, struct report *report, struct err *err)
{
	struct vacuum vacuum = {.fleet = fleet, .database = database, .report = report, .which = which};
	int64_t began_us = units_now_us();
	vacuum.session =
	    database_action_session(fleet, database, NULL, "vacuum", database_lock_timeout_ms(database), true);
	bool ok = session_ready_wait(vacuum.session, 0, err) && database_learn_wait(fleet, database, vacuum.session, err) &&
	          find_targets(&vacuum, tables, err);
	if (ok && is_dry_run) {
		tell_plan(&vacuum);
	} else if (ok) {
		decide_progress(&vacuum);
		ok = vacuum_each(&vacuum, err) && tell(&vacuum, began_us, err);
		report_rows(report, rows_of(&vacuum));
	}
	vacuum_done(&vacuum);
	return ok;
}
