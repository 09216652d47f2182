/* clean/preview.c - what a clean would do, in lines: tables with rows and bytes, what stays, who is
 * connected, the last backup. */
#include <stdlib.h>
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/last_backup.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 10000, MOST_LINES = 40 };

static void add_line(struct words *lines, const char *format, ...) PGTEND_PRINTF(2, 3);
static void add_line(struct words *lines, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	words_take(lines, mem_vformat(format, args));
	va_end(args);
}

/* ---- tables ---------------------------------------------------------------- */

static char *rows_text(const struct clean_relation *relation)
{
	char count[UNITS_SIZE];
	if (relation->rows_before >= 0)
		return mem_format("%lld row%s", (long long)relation->rows_before, relation->rows_before == 1 ? "" : "s");
	if (relation->rows_estimate > 0)
		return mem_format("about %s rows", units_count(count, relation->rows_estimate));
	return mem_copy(relation->kind == CLEAN_AGGREGATE ? "" : "rows not counted");
}

static void add_relation(struct words *lines, const struct clean_relation *relation)
{
	char size[UNITS_SIZE], *rows = rows_text(relation);
	add_line(lines, "  %s.%s  %s%s%s  %s", relation->schema, relation->name,
	    relation->kind == CLEAN_TABLE ? "" : clean_kind_word(relation->kind),
	    relation->kind == CLEAN_TABLE || *rows == '\0' ? "" : ", ", rows,
	    relation->bytes >= 0 ? units_bytes(size, relation->bytes) : "size unknown");
	mem_free(rows);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = (*(const struct clean_relation *const *)a)->bytes,
	        y = (*(const struct clean_relation *const *)b)->bytes;
	return (x < y) - (x > y);
}

static void add_emptied(struct words *lines, const struct clean_set *set)
{
	const struct clean_relation **order = mem_grow(NULL, (size_t)set->count + 1, sizeof *order);
	size_t count = 0;
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action == CLEAN_EMPTY || set->relations[i].action == CLEAN_BY_PARTS)
			order[count++] = &set->relations[i];
	qsort(order, count, sizeof *order, by_size);
	for (size_t i = 0; i < count && i < MOST_LINES; i++)
		add_relation(lines, order[i]);
	if (count > MOST_LINES)
		add_line(lines, "  ... and %zu smaller ones", count - MOST_LINES);
	mem_free(order);
}

/* Tables of extensions are not what anybody asks about. */
static void add_kept(struct words *lines, const struct clean_set *set)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action == CLEAN_KEEP && !relation->is_extension_member)
			add_line(lines, "  stays: %s.%s (%s)", relation->schema, relation->name, relation->reason);
	}
}

static void add_others(struct words *lines, const struct clean_set *set)
{
	int restarted = 0;
	for (int i = 0; i < set->sequence_count; i++)
		restarted += set->sequences[i].is_in_set && set->sequences[i].owned_by == 0;
	for (int i = 0; i < set->refresh_count; i++) {
		const struct clean_relation *view = &set->relations[set->refresh[i]];
		add_line(lines, "  refreshed: %s.%s (materialized view)", view->schema, view->name);
	}
	if (restarted > 0)
		add_line(lines, "  %d sequence%s that no table owns restart%s too", restarted, restarted == 1 ? "" : "s",
		    restarted == 1 ? "s" : "");
}

static void count_cheap(struct clean_set *set, struct session *session)
{
	char *sql = clean_count_sql(set, false);
	struct result *result = NULL;
	struct err ignored;
	/* A table that is locked right now keeps its estimate. */
	if (sql != NULL && session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &result, &ignored))
		clean_take_counts(set, result);
	result_free(result);
	mem_free(sql);
}

/* They belong to no table: whether a row held the number of one, nobody knows but who wrote it. */
static void add_large_objects(struct words *lines, struct session *session)
{
	enum { COUNTED_MAX = 1000000 };
	struct result *r = NULL;
	struct err ignored;
	char size[UNITS_SIZE];
	bool is_known = session_query_wait(session, sql_clean_large_objects, NULL, 0, DEADLINE_MS, &r, &ignored) && result_rows(r) > 0;
	int64_t objects = is_known ? result_int(r, 0, result_column(r, "objects"), 0) : 0;
	if (objects > 0)
		add_line(lines, "  stays: %s%lld large object%s (pg_largeobject, %s): no table owns them; vacuumlo takes away those whose number stands nowhere",
		    objects >= COUNTED_MAX ? "at least " : "", (long long)objects, objects == 1 ? "" : "s",
		    units_bytes(size, result_int(r, 0, result_column(r, "bytes"), 0)));
	result_free(r);
}

/* ---- around them ------------------------------------------------------------- */

static void add_clients(struct words *lines, const struct database *database, struct session *session)
{
	struct result *r = NULL;
	struct err err;
	if (!database_can(database, CAP_ACTIVITY, &err)) {
		add_line(lines, "connected clients cannot be seen: %s", database->server->lacks[CAP_ACTIVITY]);
		return;
	}
	if (!session_query_wait(session, sql_clean_clients, NULL, 0, DEADLINE_MS, &r, &err))
		add_line(lines, "connected clients cannot be seen: %s", err.text);
	else if (result_rows(r) == 0)
		add_line(lines, "connected: nobody else");
	for (int row = 0; row < (r != NULL ? result_rows(r) : 0); row++) {
		const char *user = result_text(r, row, result_column(r, "user"));
		add_line(lines, "connected: %s (%s), %s connection%s, %s busy",
		    result_text(r, row, result_column(r, "application")), user != NULL ? user : "-",
		    result_text(r, row, result_column(r, "connections")),
		    result_int(r, row, result_column(r, "connections"), 1) == 1 ? "" : "s",
		    result_text(r, row, result_column(r, "busy")));
	}
	result_free(r);
}

static void add_publications(struct words *lines, struct session *session)
{
	struct result *r = NULL;
	struct err ignored;
	if (session_query_wait(session, sql_clean_publications, NULL, 0, DEADLINE_MS, &r, &ignored))
		for (int row = 0; row < result_rows(r); row++)
			add_line(lines, "publication %s carries TRUNCATE to its subscribers%s",
			    result_text(r, row, result_column(r, "name")),
			    result_bool(r, row, result_column(r, "is_followed")) ? ", and a subscriber follows" : "");
	result_free(r);
}

static bool describe(
    struct fleet *fleet, struct database *database, struct session *session, struct words *lines, struct err *err)
{
	struct clean_set set = {0};
	bool ok = clean_set_load(database, session, &set, err) && clean_set_decide(database, &set, err);
	if (ok) {
		int tables = clean_set_emptied(&set);
		clean_load_sizes(&set, session);
		count_cheap(&set, session);
		add_line(lines, "%s on %s:%d (%s): %d table%s would be emptied", database->dbname, database->server->host,
		    database->server->port, environment_word(database->environment), tables, tables == 1 ? "" : "s");
		add_emptied(lines, &set);
		add_others(lines, &set);
		add_kept(lines, &set);
		add_large_objects(lines, session);
		add_clients(lines, database, session);
		add_publications(lines, session);
		words_take(lines, last_backup_words(fleet, database));
	}
	clean_set_done(&set);
	return ok;
}

bool clean_preview(struct fleet *fleet, struct database *database, struct words *lines, struct err *err)
{
	struct session *session = database_action_session(fleet, database, NULL, "clean", 1000, true);
	bool ok = session_ready_wait(session, 0, err) && database_learn_again_wait(fleet, database, session, err) &&
	          database_refuse_standby(database, "clean its primary", err) &&
	          describe(fleet, database, session, lines, err);
	session_free(session);
	return ok;
}
