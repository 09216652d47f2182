/* Counters become rates. */
#include "pgtend/probes/rates.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {RATES_COLUMNS};
const struct table_shape rates_shape = {"databases", columns, sizeof columns / sizeof *columns};

static const struct { const char *counter, *rate; bool is_bytes; } rates[] = {
	{"commits", "commits_per_s", false},
	{"rollbacks", "rollbacks_per_s", false},
	{"blks_read", "blocks_read_per_s", false},
	{"blks_hit", "blocks_hit_per_s", false},
	{"tuples_returned", "returned_per_s", false},
	{"tuples_fetched", "fetched_per_s", false},
	{"tuples_inserted", "inserted_per_s", false},
	{"tuples_updated", "updated_per_s", false},
	{"tuples_deleted", "deleted_per_s", false},
	{"temp_bytes", "temp_bytes_per_s", true},
};
enum { RATES = sizeof rates / sizeof *rates };

/* The same database in the answer before; by its number, because a name may be given anew. */
static int row_before(const struct table *before, int64_t oid)
{
	for (int row = 0; before && row < table_rows(before); row++)
		if (table_get_int(before, row, "oid", 0) == oid)
			return row;
	return -1;
}

/* A counter that fell was reset, whatever stats_reset says: a crashed server begins at nothing too. */
static bool is_comparable(const struct table *now, int row, const struct table *before, int old)
{
	const struct cell *reset = table_get(now, row, "stats_reset"), *was = table_get(before, old, "stats_reset");

	if (reset->has_value != was->has_value || (reset->has_value && reset->u.integer != was->u.integer))
		return false;
	for (int i = 0; i < RATES; i++)
		if (table_get_int(now, row, rates[i].counter, 0) < table_get_int(before, old, rates[i].counter, 0))
			return false;
	return true;
}

static double delta(const struct table *now, int row, const struct table *before, int old, const char *counter)
{
	double value = (double)table_get_int(now, row, counter, 0);

	return old < 0 ? value : value - (double)table_get_int(before, old, counter, 0);
}

static void set_rates(const struct facts *facts, int row, int old, double seconds, struct table *table, int to)
{
	for (int i = 0; i < RATES; i++) {
		const struct cell *cell = table_get(facts->table, row, rates[i].counter);
		double rate = delta(facts->table, row, facts->before, old, rates[i].counter) / seconds;

		if (!cell->has_value)
			continue;
		if (rates[i].is_bytes)
			table_set_int(table, to, rates[i].rate, (int64_t)rate);
		else
			table_set_real(table, to, rates[i].rate, rate);
	}
	table_set_real(table, to, "interval_s", seconds);
}

/* Part of part and rest: between the two looks where anything happened, else since the counters began. */
static void set_ratio(const struct facts *facts, int row, int old, const char *part, const char *rest, struct table *table, int to, const char *column)
{
	double some = delta(facts->table, row, facts->before, old, part), others = delta(facts->table, row, facts->before, old, rest);

	if (some + others < 1) {
		some = delta(facts->table, row, NULL, -1, part);
		others = delta(facts->table, row, NULL, -1, rest);
	}
	if (some + others >= 1)
		table_set_real(table, to, column, some / (some + others));
}

/* What could not be counted gives no rate, for the same reason. */
static void pass_reasons(const struct table *now, int row, struct table *table, int to)
{
	for (int i = 0; i < RATES; i++) {
		enum missing why = table_get(now, row, rates[i].counter)->missing;

		if (why != MISSING_NONE)
			table_set_missing(table, to, rates[i].rate, why);
	}
}

struct table *rates_of(const struct facts *databases)
{
	const struct table *now = databases->table;
	double seconds = (double)(databases->taken_us - databases->before_us) / 1e6;

	if (!now)
		return NULL;
	struct table *table = table_new(&rates_shape);

	for (int row = 0; row < table_rows(now); row++) {
		int to = table_add_row(table), old = row_before(databases->before, table_get_int(now, row, "oid", 0));
		bool is_whole = old < 0 || is_comparable(now, row, databases->before, old);

		table_copy_row(table, to, now, row);
		if (old >= 0 && is_whole && seconds > 0)
			set_rates(databases, row, old, seconds, table, to);
		pass_reasons(now, row, table, to);
		set_ratio(databases, row, is_whole ? old : -1, "rollbacks", "commits", table, to, "rollback_ratio");
		set_ratio(databases, row, is_whole ? old : -1, "blks_hit", "blks_read", table, to, "hit_ratio");
	}
	return table;
}
