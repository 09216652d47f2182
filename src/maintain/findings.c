/* maintain/findings.c - what the daily and weekly reports tell: sizes, bloat, connections, indexes that nobody uses. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"
#include "pgtend/probes/collector.h"

enum { FACTS_DEADLINE_MS = 60000, MOST_SIZES = 10, MOST_FINDINGS = 50 };

/* NULL: could not be asked, which is said. */
static const struct table *ask(struct chore *chore, enum fact fact, const char *what)
{
	const enum fact wanted[] = {fact, FACT_COUNT};
	struct database *databases[] = {chore->database};
	collect_wait(chore->fleet, databases, 1, wanted, FACTS_DEADLINE_MS);
	const struct facts *facts = database_facts(chore->database, fact);
	if (facts->err.kind != ERR_NONE || facts->table == NULL) {
		report_log(chore->report, "%s could not be asked: %s", what, facts->err.kind != ERR_NONE ? facts->err.text : "no answer");
		return NULL;
	}
	return facts->table;
}

void find_sizes(struct chore *chore)
{
	const struct table *tables = ask(chore, FACT_TABLES, "sizes");
	for (int row = 0; tables != NULL && row < table_rows(tables) && row < MOST_SIZES; row++) {
		char index[UNITS_SIZE], growth[UNITS_SIZE], rows[UNITS_SIZE];
		const struct cell *grows = table_get(tables, row, "growth_bytes_per_day");
		chore_find(chore, "size", table_get_text(tables, row, "schema"), table_get_text(tables, row, "name"), NULL,
		    table_get_int(tables, row, "total_bytes", -1), -1, "%s rows, %s of indexes%s%s%s", units_count(rows, table_get_int(tables, row, "rows", 0)),
		    units_bytes(index, table_get_int(tables, row, "index_bytes", 0)), grows->has_value ? ", grows by " : "",
		    grows->has_value ? units_bytes(growth, grows->u.integer) : "", grows->has_value ? " a day" : "");
	}
}

/* One engine: the limits are those of `check`. */
static void find_dead(struct chore *chore)
{
	const struct table *tables = ask(chore, FACT_TABLES, "dead rows");
	double most = limits_value(chore->fleet, "dead_rows_warn"), least = limits_value(chore->fleet, "dead_rows_least");
	for (int row = 0; tables != NULL && row < table_rows(tables); row++) {
		int64_t dead = table_get_int(tables, row, "dead", 0);
		double ratio = table_get_real(tables, row, "dead_ratio", 0);
		char share[UNITS_SIZE], count[UNITS_SIZE];
		if (ratio < most || (double)dead < least)
			continue;
		chore_find(chore, "bloat", table_get_text(tables, row, "schema"), table_get_text(tables, row, "name"), NULL,
		    table_get_int(tables, row, "total_bytes", -1), -1, "%s of its rows are dead (%s)", units_percent(share, ratio), units_count(count, dead));
		chore->items[chore->count - 1].dead = dead;
	}
}

static void find_air(struct chore *chore, enum fact fact, const char *what)
{
	const struct table *rows = ask(chore, fact, what);
	double most = limits_value(chore->fleet, "bloat_warn"), least = limits_value(chore->fleet, "bloat_least");
	for (int row = 0; rows != NULL && row < table_rows(rows); row++) {
		double ratio = table_get_real(rows, row, "bloat_ratio", 0);
		int64_t bytes = table_get_int(rows, row, "bloat_bytes", 0);
		bool is_index = fact == FACT_INDEXES;
		char share[UNITS_SIZE], size[UNITS_SIZE];
		if (ratio < most || (double)bytes < least)
			continue;
		chore_find(chore, "bloat", table_get_text(rows, row, "schema"), table_get_text(rows, row, is_index ? "table" : "name"),
		    is_index ? table_get_text(rows, row, "name") : NULL, table_get_int(rows, row, "size_bytes", -1), -1, "%s of it is air by estimate, %s: %s",
		    units_percent(share, ratio), units_bytes(size, bytes), is_index ? "reindex concurrently" : "vacuum full locks it; pg_repack does not");
		chore->items[chore->count - 1].ratio = ratio;
	}
}

void find_bloat(struct chore *chore)
{
	find_dead(chore);
	find_air(chore, FACT_BLOAT, "bloat of tables");
	find_air(chore, FACT_INDEXES, "bloat of indexes");
}

void find_connections(struct chore *chore)
{
	static const struct { const char *column, *name; } states[] = {
	    {"active", "active"}, {"idle", "idle"}, {"idle_in_transaction", "idle in transaction"}, {"waiting", "waiting for a lock"}};
	const struct table *databases = ask(chore, FACT_DATABASES, "connections");
	int row = databases != NULL ? database_row(chore->database, databases) : -1;
	if (row < 0)
		return;
	int64_t used = table_get_int(databases, row, "backends", -1), max = table_get_int(databases, row, "max_connections", 0);
	char share[UNITS_SIZE];
	chore_find(chore, "connections", NULL, "all", NULL, -1, used, "%lld of %lld that the server allows, %s", (long long)used, (long long)max,
	    units_percent(share, max > 0 ? (double)used / (double)max : 0));
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		const struct cell *cell = table_get(databases, row, states[i].column);
		if (cell->has_value)
			chore_find(chore, "connections", NULL, states[i].name, NULL, -1, cell->u.integer, "%lld", (long long)cell->u.integer);
		else
			chore_find(chore, "connections", NULL, states[i].name, NULL, -1, -1, "not visible: GRANT pg_monitor TO CURRENT_USER");
	}
}

/* Statistics of this server alone: what its standbys scan is told by the verb indexes. */
void find_unused(struct chore *chore)
{
	const struct table *indexes = ask(chore, FACT_INDEXES, "indexes that nobody uses");
	int found = 0;
	for (int row = 0; indexes != NULL && row < table_rows(indexes) && found < MOST_FINDINGS; row++) {
		const char *same = table_get_text(indexes, row, "duplicate_of");
		bool is_unused = table_get_int(indexes, row, "is_unused", 0) != 0;
		int64_t unseen = table_get_int(indexes, row, "unseen_standbys", 0), since_us = table_get_int(indexes, row, "stats_since", 0);
		char day[UNITS_SIZE];
		if (!is_unused && same == NULL)
			continue;
		found++;
		if (same != NULL)
			chore_find(chore, "unused index", table_get_text(indexes, row, "schema"), table_get_text(indexes, row, "table"),
			    table_get_text(indexes, row, "name"), table_get_int(indexes, row, "size_bytes", -1), -1, "%s does all that it does", same);
		else
			chore_find(chore, "unused index", table_get_text(indexes, row, "schema"), table_get_text(indexes, row, "table"),
			    table_get_text(indexes, row, "name"), table_get_int(indexes, row, "size_bytes", -1), -1, "not scanned since %s%s",
			    since_us > 0 ? units_day(day, since_us) : "the statistics began", unseen > 0 ? "; standbys that pgtend.ini does not name may scan it" : "");
	}
}
