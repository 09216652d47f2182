/* FACT_TABLES: one row a table, partitions and chunks folded into theirs, asked without ever waiting for a lock. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/oid_map.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/history.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {TABLES_COLUMNS};
const struct table_shape tables_shape = {"tables", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

static const char *const size_columns[] = {"total_bytes", "heap_bytes", "index_bytes", "toast_bytes", NULL};
/* What is not known of a hypertable whose compressed halves are not to be found. */
static const char *const unseen_columns[] = {"total_bytes", "heap_bytes", "index_bytes", "toast_bytes", "rows", NULL};

static int row_of(const struct table *table, const char *schema, const char *name)
{
	for (int row = 0; row < table_rows(table); row++)
		if (strcmp(table_get_text(table, row, "name"), name) == 0 && strcmp(table_get_text(table, row, "schema"), schema) == 0)
			return row;
	return -1;
}

static void remove_oid(struct table *table, int64_t oid)
{
	for (int row = 0; row < table_rows(table); row++) {
		if (table_get_int(table, row, "oid", 0) == oid) {
			table_remove_row(table, row);
			return;
		}
	}
}

/* The chunks that stand in schemas of the user's: their hypertable speaks for them. "{1,2}" */
static void remove_strangers(struct table *table, const char *oids)
{
	struct words numbers = {0};
	int64_t oid;

	if (!oids)
		return;
	words_split(&numbers, oids, "{,}");
	for (size_t i = 0; i < numbers.count; i++)
		if (units_parse_int(numbers.v[i], &oid))
			remove_oid(table, oid);
	words_done(&numbers);
}

/* Each hypertable takes the place of its empty root; aggregates are new rows. */
static void fold_hypertables(const struct result *result, struct table *table)
{
	int first = table_rows(table);

	for (int i = 0; i < result_rows(result); i++) {
		const char *schema = result_text(result, i, result_column(result, "schema"));
		const char *name = result_text(result, i, result_column(result, "name"));
		int root = schema && name ? row_of(table, schema, name) : -1;

		if (root >= 0 && root < first) {
			table_remove_row(table, root);
			first--;
		}
		remove_strangers(table, result_text(result, i, result_column(result, "strangers")));
	}
	int begin = table_rows(table);

	result_fill(result, table);
	for (int row = begin; row < table_rows(table); row++)
		if (!table_get(table, row, "total_bytes")->has_value)
			probe_mark_missing(table, row, unseen_columns, MISSING_VERSION);
}

static void set_growth(struct history *history, struct table *table, int row)
{
	if (!table_get(table, row, "total_bytes")->has_value)
		return;
	char *name = mem_format("%s.%s", table_get_text(table, row, "schema"), table_get_text(table, row, "name"));
	double growth = 0;
	int64_t since_us = 0;

	if (history_growth(history, name, table_get_int(table, row, "total_bytes", 0), &growth, &since_us))
		table_set_int(table, row, "growth_bytes_per_day", (int64_t)growth);
	mem_free(name);
}

/* What follows from the numbers of one row. is_busy: somebody holds or wants it for itself. */
static void finish_row(struct table *table, int row, bool is_busy)
{
	double dead = (double)table_get_int(table, row, "dead", 0);
	double rows = (double)table_get_int(table, row, "rows", -1);

	if (rows >= 0 && dead + rows > 0)
		table_set_real(table, row, "dead_ratio", dead / (dead + rows));
	if (table_get_int(table, row, "is_exact", 1))
		return;
	for (const char *const *column = size_columns; *column; column++)
		if (table_get(table, row, *column)->has_value)
			table_set_approximate(table, row, *column);
	if (is_busy)
		table_set_missing(table, row, "is_exact", MISSING_LOCKED);
}

static bool ask_hypertables(struct session *session, struct table *table,
                            struct words *busy, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = probe_query_hypertables(session, &result, err);

	if (is_answered) {
		fold_hypertables(result, table);
		for (int i = 0; i < result_rows(result); i++)
			if (result_bool(result, i, result_column(result, "is_busy")))
				words_add(busy, result_text(result, i, result_column(result, "oid")));
	}
	result_free(result);
	return is_answered;
}

/* What is done to the rows of each, and when autovacuum comes. */
static bool ask_upkeep(struct session *session, const char *chosen, struct table *table, struct err *err)
{
	static const char *const names[] = {"seq_rows", "idx_rows", "inserted", "updated", "hot_updated", "deleted", "is_autovacuum", "vacuum_threshold",
	                                    "vacuum_in", "vacuum_share", "inserted_since_vacuum", "insert_threshold", "insert_in", "changed_since_analyze",
	                                    "analyze_threshold", "analyze_in"};
	enum { NAMES = sizeof names / sizeof *names };
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_probes_tables_upkeep, &chosen, 1, DEADLINE_MS, &result, err);
	struct oid_map *rows = oid_map_new(table, "oid");
	int at[NAMES];

	for (int i = 0; i < NAMES; i++)
		at[i] = is_answered ? result_column(result, names[i]) : -1;
	for (int from = 0; is_answered && from < result_rows(result); from++) {
		int row = oid_map_row(rows, result_int(result, from, result_column(result, "oid"), 0));

		for (int i = 0; row >= 0 && i < NAMES; i++)
			table_set_parsed(table, row, names[i], result_text(result, from, at[i]));
	}
	oid_map_free(rows);
	result_free(result);
	return is_answered;
}

/* The extension may come with a migration and go with a restore, long after the session learned of its database. CHUNKS is asked
 * behind TABLES in the same round, so it is looked up here alone; the first time it has just been learned. */
static bool learn_extension(const struct probe_target *target, struct session *session, struct err *err)
{
	bool is_first = target->database->facts[FACT_TABLES].taken_us == 0;

	return target->database->has_timescaledb || is_first ||
	       database_learn_again_wait(target->fleet, target->database, session, err);
}

static bool is_extension_gone(const struct probe_target *target, struct session *session, const struct err *err)
{
	struct err ignored;
	bool is_unknown_name = strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0;

	return is_unknown_name && database_learn_again_wait(target->fleet, target->database, session, &ignored) &&
	       !target->database->has_timescaledb;
}

static bool ask_tables(struct session *session, const char *chosen, struct table *table, struct words *busy, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = probe_query_sizes(session, sql_probes_tables, &chosen, 1, &result, err);

	if (is_answered) {
		result_fill(result, table);
		for (int i = 0; i < result_rows(result); i++)
			if (result_bool(result, i, result_column(result, "is_busy")))
				words_add(busy, result_text(result, i, result_column(result, "oid")));
	}
	result_free(result);
	return is_answered;
}

/* --- a part of many ---------------------------------------------------------------------------- */

enum { MANY = 1000, BIGGEST = 60, DIRTIEST = 20, WHOLE_US = 600 * 1000000 };

/* Whether the last whole look still holds for most tables. */
static bool look(const struct probe_target *target, struct session *session, int64_t now_us, bool *is_part, struct err *err)
{
	struct database *database = target->database;
	const struct table *before = database->facts[FACT_TABLES].table;
	struct result *result = NULL;

	*is_part = false;
	if (before && table_rows(before) <= MANY) /* a whole look costs no more */
		return true;
	if (!session_query_wait(session, sql_probes_tables_mark, NULL, 0, DEADLINE_MS, &result, err)) {
		result_free(result);
		return false;
	}
	int64_t relations = result_int(result, 0, result_column(result, "relations"), 0), newest = result_int(result, 0, result_column(result, "newest"), 0);
	bool is_same = relations == database->tables_seen.relations && newest == database->tables_seen.newest;

	result_free(result);
	*is_part = before && is_same && now_us - database->tables_seen.taken_us < WHOLE_US && now_us >= database->tables_seen.taken_us;
	if (!*is_part) {
		database->tables_seen.relations = relations;
		database->tables_seen.newest = newest;
		database->tables_seen.taken_us = now_us;
	}
	return true;
}

static bool is_own_row(const struct table *table, int row)
{
	const char *kind = table_get_text(table, row, "kind");

	return strcmp(kind, "hypertable") != 0 && strcmp(kind, "aggregate") != 0;
}

static void choose(const struct table *before, int row, bool *is_chosen, struct text *oids)
{
	if (is_chosen[row] || !is_own_row(before, row))
		return;
	is_chosen[row] = true;
	text_addf(oids, "%s%lld", oids->length > 0 ? "," : "{", (long long)table_get_int(before, row, "oid", 0));
}

/* The biggest, and those with most dead rows: what the first pages show, however they are sorted. Rows stand with the biggest first. */
static char *choose_part(const struct table *before, bool *is_chosen)
{
	struct text oids = {0};
	struct table *dirty = table_copy(before);
	struct oid_map *rows = oid_map_new(before, "oid");

	for (int row = 0; row < table_rows(before) && row < BIGGEST; row++)
		choose(before, row, is_chosen, &oids);
	table_sort(dirty, table_column(&tables_shape, "dead"), true);
	for (int row = 0; row < table_rows(dirty) && row < DIRTIEST; row++)
		choose(before, oid_map_row(rows, table_get_int(dirty, row, "oid", 0)), is_chosen, &oids);
	oid_map_free(rows);
	table_free(dirty);
	text_add(&oids, oids.length > 0 ? "}" : "{}");
	return text_take(&oids);
}

/* Those that are not asked now stay as they were. */
static void keep_others(const struct table *before, const bool *is_chosen, struct table *table)
{
	for (int row = 0; row < table_rows(before); row++)
		if (!is_chosen[row] && is_own_row(before, row))
			table_copy_row(table, table_add_row(table), before, row);
}

static bool is_kept(const struct table *table, int row)
{
	return table_get(table, row, "asked_at")->has_value;
}

/* --- the question ------------------------------------------------------------------------------- */

static void finish(const struct probe_target *target, struct table *table, const struct words *busy, int64_t now_us)
{
	struct history *history = history_open(target->database);

	for (int row = 0; row < table_rows(table); row++) {
		if (is_kept(table, row))
			continue;
		char *oid = mem_format("%lld", (long long)table_get_int(table, row, "oid", 0));

		finish_row(table, row, words_has(busy, oid));
		set_growth(history, table, row);
		table_set_int(table, row, "asked_at", now_us);
		mem_free(oid);
	}
	history_close(history);
	table_sort(table, table_column(&tables_shape, "total_bytes"), true);
}

/* Hypertables are asked whole each time, and have not been chosen. */
static char *oids_of(const struct table *table)
{
	struct text oids = {0};

	for (int row = 0; row < table_rows(table); row++)
		text_addf(&oids, "%s%lld", row > 0 ? "," : "{", (long long)table_get_int(table, row, "oid", 0));
	text_add(&oids, oids.length > 0 ? "}" : "{}");
	return text_take(&oids);
}

static bool ask_all(const struct probe_target *target, struct session *session, const char *chosen, struct table *table, struct words *busy, struct err *err)
{
	bool is_answered = learn_extension(target, session, err) && ask_tables(session, chosen, table, busy, err);

	if (is_answered && target->database->has_timescaledb && !ask_hypertables(session, table, busy, err)) {
		is_answered = is_extension_gone(target, session, err);
		if (is_answered)
			err_clear(err);
	}
	char *all = is_answered && chosen ? oids_of(table) : NULL;

	is_answered = is_answered && ask_upkeep(session, all, table, err);
	mem_free(all);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	const struct table *before = target->database->facts[FACT_TABLES].table;
	int64_t now_us = units_now_us();
	struct words busy = {0};
	bool is_part = false;

	if (!look(target, session, now_us, &is_part, err))
		return false;
	bool *is_chosen = is_part ? mem_new(sizeof *is_chosen * ((size_t)table_rows(before) + 1)) : NULL;
	char *chosen = is_part ? choose_part(before, is_chosen) : NULL;
	bool is_answered = ask_all(target, session, chosen, table, &busy, err);

	if (is_answered) {
		if (is_part)
			keep_others(before, is_chosen, table);
		finish(target, table, &busy, now_us);
	}
	mem_free(is_chosen);
	mem_free(chosen);
	words_done(&busy);
	return is_answered;
}

const struct probe probe_tables = {
	.fact = FACT_TABLES,
	.name = "tables",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &tables_shape,
	.ask = ask,
};
