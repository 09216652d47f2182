/* See migrate/migrate.h: the ledger as rows for screens and programs. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/dialect.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "The section's name in pgtend.ini."},
    {"name", CELL_TEXT, "migration", 0,
        "The migration as its history table names it; the file's name where it is no migration."},
    {"state", CELL_TEXT, "state", 0,
        "applied, pending, missing (a row without file), out_of_order, refused (the team's own tool would refuse the "
        "folder because of it), "
        "skipped (its own tool will never run it), edited (the file changed after it was applied)."},
    {"applied_at", CELL_TIME, "applied", 1,
        "When it ran, where the history table keeps it. A timestamp without time zone (pgmigrations.run_on) is read in "
        "the time zone that the server gives to "
        "the session, in which the tool wrote it."},
    {"dialect", CELL_TEXT, "tool", 3,
        "Whose files and history these are: node-pg-migrate, drizzle, drizzle-v1, plain, dbmate, golang-migrate."},
    {"advice", CELL_TEXT, "advice", 2, "What to know or to do about it."},
    {"path", CELL_TEXT, NULL, 9, "The file."},
};
const struct table_shape migrations_shape = {"migrations", columns, (int)(sizeof columns / sizeof columns[0])};

const char *migration_state_word(enum migration_state state)
{
	static const char *const words[] = {
	    [MIGRATION_APPLIED] = "applied",
	    [MIGRATION_PENDING] = "pending",
	    [MIGRATION_MISSING] = "missing",
	    [MIGRATION_OUT_OF_ORDER] = "out_of_order",
	    [MIGRATION_REFUSED] = "refused",
	    [MIGRATION_SKIPPED] = "skipped",
	    [MIGRATION_EDITED] = "edited",
	};
	return words[state];
}

enum migration_state ledger_file_state(const struct ledger *ledger, int i)
{
	const struct migration_file *file = &ledger->files[i];
	if (file->refused)
		return MIGRATION_REFUSED;
	if (file->is_disordered)
		return MIGRATION_OUT_OF_ORDER;
	if (file->row >= 0)
		return file->is_edited ? MIGRATION_EDITED : MIGRATION_APPLIED;
	if (file->is_skipped)
		return MIGRATION_SKIPPED;
	return ledger->dialect->check_order && i < ledger->last_applied ? MIGRATION_OUT_OF_ORDER : MIGRATION_PENDING;
}

/* What to do about a file in this state. Caller frees; NULL: nothing. */
static char *advice_of(const struct ledger *ledger, int i, enum migration_state state, const char *database)
{
	const struct migration_file *file = &ledger->files[i];
	const struct dialect *dialect = ledger->dialect;
	switch (state) {
	case MIGRATION_REFUSED:
		return mem_copy(file->refused);
	case MIGRATION_OUT_OF_ORDER:
		if (file->row >= 0)
			return mem_format("applied in another order than the files': %s refuses to go on", dialect->name);
		if (file->note)
			return mem_copy(file->note);
		return mem_format("stands before %s, which is applied: give it a later number (%s refuses to run it)",
		    ledger->files[ledger->last_applied].name, dialect->name);
	case MIGRATION_SKIPPED:
	case MIGRATION_EDITED:
	case MIGRATION_APPLIED:
		return mem_copy(file->note);
	case MIGRATION_PENDING:
		if (file->only_by_tool)
			return mem_format("%s; run by: %s", file->only_by_tool, dialect->tool);
		if (dialect->run)
			return file->note ? mem_copy(file->note) : mem_format("pgtend migrate up %s", database);
		return mem_format("%s%srun by: %s (pgtend shows this tool's migrations and leaves the running to it)",
		    file->note ? file->note : "", file->note ? "; " : "", dialect->tool);
	case MIGRATION_MISSING:
		break;
	}
	return NULL;
}

static void add_row(const struct ledger *ledger, const char *database, struct table *table, const char *name,
    enum migration_state state)
{
	int row = table_add_row(table);
	table_set_text(table, row, "database", database);
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "state", migration_state_word(state));
	table_set_text(table, row, "dialect", ledger->dialect->name);
}

static void set_time(struct table *table, int64_t applied_us)
{
	if (applied_us)
		table_set_int(table, table_rows(table) - 1, "applied_at", applied_us);
	else
		table_set_missing(table, table_rows(table) - 1, "applied_at", MISSING_UNSUPPORTED);
}

/* Rows without file, from number `first` on to the next that has one. */
static void add_missing(const struct ledger *ledger, const char *database, struct table *table, int first)
{
	for (int i = first; i < ledger->row_count && ledger->rows[i].file < 0; i++) {
		const struct migration_row *row = &ledger->rows[i];
		/* Without a folder nothing is missing: the history is all that is known. */
		add_row(ledger, database, table, row->name, ledger->folder ? MIGRATION_MISSING : MIGRATION_APPLIED);
		set_time(table, row->applied_us);
		if (row->note)
			table_set_text(table, table_rows(table) - 1, "advice", row->note);
		else if (ledger->folder)
			table_set_text(table, table_rows(table) - 1, "advice",
			    "applied, but its file is gone: bring it back from version control (it cannot be taken back without)");
	}
}

void ledger_table(const struct ledger *ledger, const char *database, struct table *table)
{
	if (!ledger->dialect)
		return;
	add_missing(ledger, database, table, 0);
	for (int i = 0; i < ledger->file_count; i++) {
		const struct migration_file *file = &ledger->files[i];
		enum migration_state state = ledger_file_state(ledger, i);
		add_row(ledger, database, table, file->name, state);
		int row = table_rows(table) - 1;
		table_set_text(table, row, "path", file->path);
		char *advice = advice_of(ledger, i, state, database);
		table_set_text(table, row, "advice", advice);
		mem_free(advice);
		if (file->row < 0)
			continue;
		bool is_its_own = ledger->rows[file->row].file == i;
		set_time(table, is_its_own ? ledger->rows[file->row].applied_us : 0);
		if (is_its_own)
			add_missing(ledger, database, table, file->row + 1);
	}
}
