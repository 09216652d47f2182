/* A plan as rows, for people and programs. See migrate/plan.h. */
#include "pgtend/review/plan_table.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/review/lint.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 3, "Its name in pgtend.ini."},
    {"name", CELL_TEXT, "migration", 0, "The migration, as migrate status names it, in the order in which they would run."},
    {"direction", CELL_TEXT, "direction", 4, "up or down."},
    {"transaction", CELL_COUNT, "transaction", 0, "Rows of one number commit together, the history's rows with them; null: outside a transaction."},
    {"mode", CELL_TEXT, "mode", 1,
        "transaction: as one text, its history row with it; statements: one by one outside a transaction, the row after the last; psql: by psql, in one transaction."},
    {"mode_why", CELL_TEXT, "why", 2, "Why not as one text in a transaction; null when it is."},
    {"dangers", CELL_COUNT, "dangers", 0, "Findings of lint that people will notice or that fail, without those that the file allows."},
    {"warnings", CELL_COUNT, "warnings", 1, "Findings of lint to look at, without those that the file allows."},
    {"lint", CELL_OBJECTS, NULL, 9, "All findings of lint in this file: rule, severity, place (FILE:LINE:COL), object, why, safe_form, allowed (the reason that the file gives)."},
    {"path", CELL_TEXT, "file", 5, "The file in which the text stands."},
    {"checksum", CELL_TEXT, NULL, 9, "SHA-256 of the file's bytes, as they were read for this plan."},
    {"sql", CELL_TEXT, NULL, 9, "The text that is sent, without pgtend's own statements around it."},
    {"plan.hash", CELL_TEXT, NULL, 9, "Of the whole plan; migrate up --plan HASH runs it only if it is still this one."},
    {"plan.transactions", CELL_COUNT, NULL, 9, "How many transactions the whole plan takes."},
    {"plan.warnings", CELL_WORDS, NULL, 9, "What is to know before it runs, of the whole plan."},
};
const struct table_shape plan_shape = {"plan", columns, sizeof columns / sizeof columns[0]};

static bool is_of(const struct table *findings, int row, const char *name)
{
	const char *migration = table_get_text(findings, row, "migration");
	return migration && strcmp(migration, name) == 0;
}

static void set_lint(struct table *table, int row, const struct table *findings, const char *name)
{
	int64_t dangers = 0, warnings = 0;
	json_t *list = json_array();
	for (int i = 0; i < table_rows(findings); i++) {
		if (!is_of(findings, i, name))
			continue;
		json_t *one = json_from_row(findings, i);
		const char *severity = table_get_text(findings, i, "severity");
		bool counts = !table_get_text(findings, i, "allowed");
		json_object_del(one, "database");
		json_object_del(one, "migration");
		json_array_append_new(list, one);
		dangers += counts && strcmp(severity, "danger") == 0;
		warnings += counts && strcmp(severity, "warning") == 0;
	}
	char *text = json_dumps(list, JSON_COMPACT);
	table_set_text(table, row, "lint", text);
	table_set_int(table, row, "dangers", dangers);
	table_set_int(table, row, "warnings", warnings);
	free(text);
	json_decref(list);
}

static void add_step(const struct ledger *ledger, const char *database, const struct plan *plan, const struct plan_step *step,
    const struct table *findings, struct table *table)
{
	const char *name = ledger->files[step->file].name;
	int row = table_add_row(table);
	table_set_text(table, row, "database", database);
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "direction", step->is_up ? "up" : "down");
	if (step->transaction > 0)
		table_set_int(table, row, "transaction", step->transaction);
	table_set_text(table, row, "mode", plan_mode_word(step->mode));
	table_set_text(table, row, "mode_why", step->mode_why);
	table_set_text(table, row, "path", step->path);
	table_set_text(table, row, "checksum", step->checksum);
	table_set_text(table, row, "sql", step->text.sql);
	if (findings)
		set_lint(table, row, findings, name);
	table_set_text(table, row, "plan.hash", plan->hash);
	table_set_int(table, row, "plan.transactions", plan->transaction_count);
	table_add_word(table, row, "plan.warnings", NULL);
	for (size_t i = 0; i < plan->warnings.count; i++)
		table_add_word(table, row, "plan.warnings", plan->warnings.v[i]);
}

void plan_table(const struct ledger *ledger, const char *database, const struct plan *plan, const struct table *findings,
    struct table *table)
{
	for (int i = 0; i < plan->count; i++)
		add_step(ledger, database, plan, &plan->steps[i], findings, table);
}
