/* Tables and indexes: air in them, indexes that do not work, and those that nobody needs. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/indexes.h"

/* --- bloat ------------------------------------------------------------------------------------- */

/* A role that may not read the columns; GRANT helps. Caller frees. */
static char *mend_hidden(const struct judging *judging)
{
	char *grant = judging_grant(judging, "pg_read_all_data"), *mend = mem_format("%s (14 and later; SELECT on the tables before)", grant);

	mem_free(grant);
	return mend;
}

static bool is_hidden(const struct table *table, int row)
{
	return table_get(table, row, "bloat_bytes")->missing == MISSING_PRIVILEGE;
}

static void judge_air(struct judging *judging, const struct table *table, int row, bool is_index)
{
	int64_t bytes = table_get_int(table, row, "bloat_bytes", 0);
	double share = table_get_real(table, row, "bloat_ratio", 0);
	char size[UNITS_SIZE], percent[UNITS_SIZE];

	if ((double)bytes < limits_value(judging->fleet, "bloat_least"))
		return;
	char *relation = finding_relation(table, row);
	struct finding *finding = finding_new(judging, relation);
	enum verdict verdict = finding_weigh(judging, finding, "share", share, 0);

	finding_measure(finding, "bytes", (double)bytes);
	finding_raise(finding, verdict,
		mem_format("%s %s: about %s of it (%s) is air", is_index ? "index" : "table", relation, units_percent(percent, share), units_bytes(size, bytes)));
	if (verdict != VERDICT_OK && is_index)
		finding->mend = mem_copy("REINDEX INDEX CONCURRENTLY builds it anew beside the old one");
	else if (verdict != VERDICT_OK)
		finding->mend = mem_copy("new rows fill it again; what must come back to the disk takes pg_repack, or VACUUM FULL, which keeps everybody out meanwhile");
	mem_free(relation);
}

static void judge_bloat(struct judging *judging)
{
	static const enum fact facts[] = {FACT_BLOAT, FACT_INDEXES};
	int hidden = 0;

	for (int i = 0; i < 2; i++) {
		const struct table *table = judging_table(judging, facts[i]);

		for (int row = 0; table != NULL && row < table_rows(table); row++) {
			judge_air(judging, table, row, facts[i] == FACT_INDEXES);
			hidden += is_hidden(table, row);
		}
	}
	if (hidden > 0) {
		struct finding *finding = finding_new(judging, NULL);

		finding->note = mem_format("%d table%s and indexes have columns that this role may not read: no estimate", hidden, hidden == 1 ? "" : "s");
		finding->mend = mend_hidden(judging);
	}
}

static const enum fact bloat_facts[] = {FACT_BLOAT, FACT_INDEXES, FACT_COUNT};
static const struct measure_kind bloat_measures[] = {
	{"share", MEASURE_RATIO, "bloat", "Air in a table or an index, by the estimate, of its size; told from bloat_least on."},
	{"bytes", MEASURE_BYTES, NULL, "The same in bytes."},
	{0},
};
const struct health_check check_bloat = {"bloat", "relation", bloat_facts, false, bloat_measures,
	"tables and indexes that hold more air than rows", "nothing holds much air", judge_bloat};

/* --- indexes ----------------------------------------------------------------------------------- */

static void judge_invalid(struct judging *judging, const struct table *table, int row)
{
	if (table_get_int(table, row, "is_valid", 1) != 0 || table_get_int(table, row, "is_building", 0) != 0)
		return;
	char *relation = finding_relation(table, row);
	const char *advice = table_get_text(table, row, "advice");
	struct finding *finding = finding_new(judging, relation);

	finding_raise(finding, VERDICT_WARN, mem_format("index %s is %s", relation, advice != NULL ? advice : "invalid"));
	mem_free(relation);
}

/* How many, and what they take. */
static void note_spare(struct judging *judging, const struct table *table)
{
	int invalid = 0, unused = 0, twins = 0;
	int64_t bytes = 0;
	char size[UNITS_SIZE];

	for (int row = 0; row < table_rows(table); row++) {
		bool is_unused = table_get_int(table, row, "is_unused", 0) != 0, is_twin = fact_has(table, row, "duplicate_of");

		invalid += table_get_int(table, row, "is_valid", 1) == 0 && table_get_int(table, row, "is_building", 0) == 0;
		twins += is_twin;
		unused += is_unused;
		bytes += is_unused || is_twin ? table_get_int(table, row, "size_bytes", 0) : 0;
	}
	struct finding *finding = finding_new(judging, NULL);

	finding_measure(finding, "invalid", invalid);
	finding_measure(finding, "unused", unused);
	finding_measure(finding, "duplicate", twins);
	finding_measure(finding, "spare", (double)bytes);
	if (unused + twins > 0)
		finding->note = mem_format("%d of %d indexes never scanned, %d with a duplicate: %s", unused, table_rows(table), twins, units_bytes(size, bytes));
}

static void judge_indexes(struct judging *judging)
{
	struct table *table = indexes_of(judging->fleet, judging->database);

	if (table == NULL)
		return;
	for (int row = 0; row < table_rows(table); row++)
		judge_invalid(judging, table, row);
	if (table_rows(table) > 0)
		note_spare(judging, table);
	table_free(table);
}

static const enum fact indexes_facts[] = {FACT_INDEXES, FACT_COUNT};
static const struct measure_kind indexes_measures[] = {
	{"invalid", MEASURE_COUNT, NULL, "Indexes that no query may use, though nobody builds them now."},
	{"unused", MEASURE_COUNT, NULL, "Indexes that nobody has scanned since statistics are counted, and that keep no rule."},
	{"duplicate", MEASURE_COUNT, NULL, "Indexes whose work another one does."},
	{"spare", MEASURE_BYTES, NULL, "What unused and duplicate indexes take."},
	{0},
};
const struct health_check check_indexes = {"indexes", "index", indexes_facts, false, indexes_measures,
	"indexes that are invalid; how many are unused or duplicates", "no index", judge_indexes};
