/* clean/tell.c - what a clean did: rows, log, summary. */
#include "clean_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"schema", CELL_TEXT, "schema", 1, "pg_namespace.nspname."},
    {"name", CELL_TEXT, "name", 0, "pg_class.relname."},
    {"kind", CELL_TEXT, "kind", 1,
        "table, partitioned table, hypertable, continuous aggregate, materialized view, foreign table or sequence."},
    {"action", CELL_TEXT, "action", 0, "emptied, refreshed, restarted (sequences) or kept."},
    {"way", CELL_TEXT, "by", 1,
        "How a table was emptied: DELETE, TRUNCATE, or \"was empty\"; null for what was not. One that was empty goes by TRUNCATE with the "
        "table that it references."},
    {"reason", CELL_TEXT, "why", 2, "Why it was kept; null for the others."},
    {"rows_before", CELL_COUNT, "before", 0,
        "Rows before: those that DELETE took, else counted up to 16 MB, beyond that pg_class.reltuples (approximate)."},
    {"rows_after", CELL_COUNT, "after", 0, "0: proved in the same transaction before its COMMIT."},
    {"bytes_before", CELL_BYTES, "size", 1, "Table, indexes and TOAST before, without their free space and visibility maps, with partitions or chunks; null for tables that were empty."},
};
const struct table_shape clean_shape = {"clean", columns, sizeof columns / sizeof columns[0]};

static const char *action_word(enum clean_action action)
{
	return action == CLEAN_KEEP ? "kept" : action == CLEAN_REFRESH ? "refreshed" : "emptied";
}

static const char *way_word(const struct clean_relation *relation)
{
	static const char *const words[] = {"was empty", "DELETE", "TRUNCATE"};
	return relation->action == CLEAN_EMPTY ? words[relation->way] : NULL;
}

static int64_t rows_before(const struct clean_relation *relation)
{
	return relation->rows_before >= 0 ? relation->rows_before : relation->rows_estimate > 0 ? relation->rows_estimate : -1;
}

static void add_relation(struct table *rows, const struct database *database, const struct clean_relation *relation)
{
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "schema", relation->schema);
	table_set_text(rows, row, "name", relation->name);
	table_set_text(rows, row, "kind", clean_kind_word(relation->kind));
	table_set_text(rows, row, "action", action_word(relation->action));
	table_set_text(rows, row, "way", way_word(relation));
	table_set_text(rows, row, "reason", relation->reason);
	if (relation->action != CLEAN_EMPTY)
		return;
	if (rows_before(relation) >= 0)
		table_set_int(rows, row, "rows_before", rows_before(relation));
	if (rows_before(relation) >= 0 && relation->rows_before < 0)
		table_set_approximate(rows, row, "rows_before");
	if (relation->rows_after >= 0)
		table_set_int(rows, row, "rows_after", relation->rows_after);
	if (relation->bytes >= 0)
		table_set_int(rows, row, "bytes_before", relation->bytes);
}

static void add_sequence(struct table *rows, const struct database *database, const struct clean_sequence *sequence)
{
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "schema", sequence->schema);
	table_set_text(rows, row, "name", sequence->name);
	table_set_text(rows, row, "kind", "sequence");
	table_set_text(rows, row, "action", "restarted");
}

struct table *clean_rows(const struct database *database, const struct clean_set *set)
{
	struct table *rows = table_new(&clean_shape);
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action != CLEAN_WITH_PARENT && !set->relations[i].is_extension_member)
			add_relation(rows, database, &set->relations[i]);
	for (int i = 0; i < set->sequence_count; i++)
		if (set->sequences[i].is_in_set && set->sequences[i].is_moved)
			add_sequence(rows, database, &set->sequences[i]);
	return rows;
}

static void tell_history(const struct clean_set *set, struct report *report)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action != CLEAN_KEEP || relation->reason != clean_reason_history)
			continue;
		if (clean_is_ledger(set, relation) && set->history_rows >= 0)
			report_log(report, "history kept: %s.%s, %lld row%s", relation->schema, relation->name,
			    (long long)set->history_rows, set->history_rows == 1 ? "" : "s");
		else
			report_log(report, "history kept: %s.%s", relation->schema, relation->name);
	}
	if (set->has_seeds && !set->may_forget)
		report_log(report, "pgtend.seeds still says what was seeded: this role may not write there");
}

void clean_tell(const struct database *database, const struct clean_set *set, double took_ms, struct report *report)
{
	char took[UNITS_SIZE];
	int64_t rows = 0;
	int held = 0, tables = clean_set_emptied(set);
	bool is_about = false;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->unit != i || relation->kind == CLEAN_AGGREGATE)
			continue;
		held += rows_before(relation) != 0 && relation->way != CLEAN_UNTOUCHED;
		rows += rows_before(relation) > 0 ? rows_before(relation) : 0;
		is_about = is_about || relation->rows_before < 0;
	}
	report_summary(report, "%d table%s emptied, of which %d held rows, %s%lld row%s, in %s", tables, tables == 1 ? "" : "s",
	    held, is_about ? "about " : "", (long long)rows, rows == 1 ? "" : "s", units_ms(took, took_ms));
	tell_history(set, report);
	if (section_text(database->section, "seeds") != NULL)
		report_hint(report, "fill it again: pgtend seed %s", database->name);
}
