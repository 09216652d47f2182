/* FACT_TABLES: one row a table, partitions and chunks folded into theirs, asked without ever waiting for a lock. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
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

static bool ask_tables(struct session *session, struct table *table, struct words *busy, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = probe_query_sizes(session, sql_probes_tables, NULL, 0, &result, err);

	if (is_answered) {
		result_fill(result, table);
		for (int i = 0; i < result_rows(result); i++)
			if (result_bool(result, i, result_column(result, "is_busy")))
				words_add(busy, result_text(result, i, result_column(result, "oid")));
	}
	result_free(result);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct words busy = {0};
	bool is_answered = learn_extension(target, session, err) && ask_tables(session, table, &busy, err);

	if (is_answered && target->database->has_timescaledb && !ask_hypertables(session, table, &busy, err)) {
		is_answered = is_extension_gone(target, session, err);
		if (is_answered)
			err_clear(err);
	}
	if (is_answered) {
		struct history *history = history_open(target->database);

		table_sort(table, table_column(&tables_shape, "total_bytes"), true);
		for (int row = 0; row < table_rows(table); row++) {
			char *oid = mem_format("%lld", (long long)table_get_int(table, row, "oid", 0));

			finish_row(table, row, words_has(&busy, oid));
			set_growth(history, table, row);
			mem_free(oid);
		}
		history_close(history);
	}
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
