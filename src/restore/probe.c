/* restore/probe.c - FACT_RESTORES: restores of a database that are at work on its server, or were interrupted there. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/restore/act.h"

static const struct table_column columns[] = {
    {"dbname", CELL_TEXT, "database", 0, "The database that it made, as it is called now (pg_database.datname)."},
    {"stage", CELL_TEXT, "stage", 0, "filling (rows lack), whole (its name lacks), named (a last step lacks)."},
    {"is_running", CELL_BOOL, "running", 0, "Whether somebody works on it now (his advisory lock in pg_locks)."},
    {"words", CELL_TEXT, "what", 0, "What it is, by its marker (comment of the database)."},
    {"mend", CELL_TEXT, NULL, 0, "The command that brings it to its end; null: it is at work."},
};
const struct table_shape restores_shape = {"restores", columns, sizeof columns / sizeof columns[0]};

static const char *stage_word(enum restore_stage stage)
{
	return stage == RESTORE_FILLING ? "filling" : stage == RESTORE_WHOLE ? "whole" : "named";
}

static void add(struct table *table, const struct database *database, const struct restore_leftover *leftover)
{
	char *words = restore_leftover_words(leftover), *name = text_shell_word(database->name), *mend;
	char *tail = strstr(words, ": pgtend restore ");
	int row = table_add_row(table);
	if (tail != NULL)
		*tail = '\0'; /* the command is told by who shows it */
	mend = mem_format("pgtend restore %s %s", name, leftover->is_known || leftover->stage == RESTORE_NAMED ? "--finish" : "--drop");
	table_set_text(table, row, "dbname", leftover->dbname);
	table_set_text(table, row, "stage", stage_word(leftover->stage));
	table_set_int(table, row, "is_running", leftover->is_running);
	table_set_text(table, row, "words", words);
	table_set_text(table, row, "mend", leftover->is_running ? NULL : mend);
	mem_free(mend);
	mem_free(name);
	mem_free(words);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct restore_leftovers leftovers;
	bool is_good = restore_leftovers_wait(target->database, session, &leftovers, err);
	for (int i = 0; is_good && i < leftovers.count; i++)
		add(table, target->database, &leftovers.v[i]);
	restore_leftovers_done(&leftovers);
	return is_good;
}

const struct probe restores_probe = {
    .fact = FACT_RESTORES,
    .name = "restores",
    .scope = PROBE_DATABASE,
    .tier = TIER_MINUTE,
    .deadline_ms = 15000,
    .shape = &restores_shape,
    .ask = ask,
};
