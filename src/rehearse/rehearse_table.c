/* What a rehearsal tells of each file. See rehearse_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "rehearse_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, NULL, 9, "Name of the [database] section."},
    {"name", CELL_TEXT, "migration", 0, "The migration, as migrate status names it."},
    {"result", CELL_TEXT, "result", 0, "ok, failed, or not_run: one before it failed."},
    {"mode", CELL_TEXT, NULL, 9, "transaction, statements (outside of one) or psql, as migrate plan says it."},
    {"duration_ms", CELL_MS, "took", 0,
        "Its text and its commit on the copy, without pgtend's own questions; null when it did not run to its end."},
    {"locks", CELL_WORDS, "locks", 0,
        "The strongest lock on each table that was there before the file: \"AccessExclusiveLock public.users\" "
        "(pg_locks of the own backend, before the "
        "commit). Without indexes, without what TimescaleDB keeps inside. For files outside a transaction: what was "
        "seen every few milliseconds while they ran."},
    {"rewritten", CELL_WORDS, "rewritten", 0,
        "Tables whose file was written anew or emptied (pg_relation_filenode is another one), and, as \"index "
        "public.i\", indexes that were while their "
        "table was not."},
    {"rewritten_bytes", CELL_BYTES, NULL, 9, "Size of the rewritten tables afterwards (pg_table_size)."},
    {"rows", CELL_COUNT, "rows", 1,
        "Rows inserted, updated and deleted (pg_stat_xact_user_tables); null outside a transaction."},
    {"written", CELL_WORDS, NULL, 9, "The same by table: \"public.users 120\"."},
    {"row_counts", CELL_WORDS, "counts", 2,
        "Tables that have another number of rows now, by count(*): \"public.users 120 -> 125\". Empty with "
        "--schema-only, which copies no rows."},
    {"created", CELL_WORDS, NULL, 9, "Tables and views that it made."},
    {"dropped", CELL_WORDS, NULL, 9, "Tables and views that it dropped."},
    {"invalid", CELL_WORDS, "left invalid", 2,
        "Indexes that are invalid and constraints that are not validated since this file."},
    {"error", CELL_TEXT, NULL, 9, "Why it failed, with FILE:LINE:COL; null when it did not."},
};
const struct table_shape rehearse_shape = {"rehearse", columns, sizeof columns / sizeof columns[0]};

static void set_words(struct table *table, int row, const char *column, const struct words *words)
{
	table_add_word(table, row, column, NULL);
	for (size_t i = 0; i < words->count; i++)
		table_add_word(table, row, column, words->v[i]);
}

static void add_step(
    struct table *table, const struct database *database, const struct rehearse_step *step, const struct err *failure)
{
	int row = table_add_row(table);
	bool is_failed = step->is_begun && !step->is_done;
	table_set_text(table, row, "database", database->name);
	table_set_text(table, row, "name", step->name);
	table_set_text(table, row, "result", step->is_done ? "ok" : is_failed ? "failed" : "not_run");
	table_set_text(table, row, "mode", plan_mode_word(step->mode));
	if (is_failed && failure)
		table_set_text(table, row, "error", failure->text);
	if (!step->is_done)
		return;
	table_set_real(table, row, "duration_ms", step->duration_ms);
	set_words(table, row, "locks", &step->locks);
	set_words(table, row, "rewritten", &step->rewritten);
	table_set_int(table, row, "rewritten_bytes", step->rewritten_bytes);
	if (step->has_rows) {
		table_set_int(table, row, "rows", step->rows);
		set_words(table, row, "written", &step->written);
	} else {
		table_set_missing(table, row, "rows", MISSING_UNSUPPORTED);
		table_set_missing(table, row, "written", MISSING_UNSUPPORTED);
	}
	set_words(table, row, "row_counts", &step->row_counts);
	set_words(table, row, "created", &step->created);
	set_words(table, row, "dropped", &step->dropped);
	set_words(table, row, "invalid", &step->invalid);
}

void rehearse_tell(const struct database *database, const struct rehearse_step *steps, int count,
    const struct err *failure, struct report *report)
{
	struct table *table = table_new(&rehearse_shape);
	for (int i = 0; i < count; i++)
		add_step(table, database, &steps[i], failure);
	report_rows(report, table);
}

void rehearse_step_reset(struct rehearse_step *step)
{
	struct words *lists[] = {&step->locks, &step->rewritten, &step->created, &step->dropped, &step->written,
	    &step->row_counts, &step->invalid};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		words_done(lists[i]);
	step->duration_ms = 0;
	step->rows = step->rewritten_bytes = 0;
	step->has_rows = false;
}

void rehearse_steps_done(struct rehearse_step *steps, int count)
{
	for (int i = 0; i < count; i++)
		rehearse_step_reset(&steps[i]);
	mem_free(steps);
}
