/* See migrate/migrate.h: the ledger as rows for screens and programs. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/dialect.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "The section's name in pgtend.ini."},
    {"name", CELL_TEXT, "migration", 0,
        "The migration as its history table names it; the file's name where it is no migration."},
    {"state", CELL_TEXT, "state", 0,
        "applied, pending, missing (a row without file), out_of_order (also golang-migrate's dirty version), refused (the team's own tool would refuse the "
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
    {"checksum", CELL_TEXT, NULL, 9,
        "sha256 of what ran, as pgtend or the history table wrote it down then; null where nobody did. Of the file, where it is not "
        "applied."},
    {"file_checksum", CELL_TEXT, NULL, 9, "sha256 of the file as it is now."},
    {"duration_ms", CELL_MS, "took", 4, "How long it ran on the server, when pgtend ran it (pgtend.migrations)."},
    {"applied_by", CELL_TEXT, "by", 6, "Who ran it by pgtend: user and machine, and the role in the database."},
    {"applied_with", CELL_TEXT, NULL, 9, "The version of pgtend that ran it."},
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

/* --- what to do ------------------------------------------------------------------------------------------- */

/* Who accepted a changed file did not apply it, and not then. */
static bool tells_of_run(const struct migration_record *record) { return record && strcmp(record->action, "repair") != 0; }

/* " on 2026-11-21 (ada@laptop, role postgres)", as far as it is known. Caller frees. */
static char *when_and_who(const struct migration_record *record)
{
	char stamp[UNITS_SIZE];
	if (!tells_of_run(record))
		return mem_copy("");
	return mem_format(" on %.10s%s%s%s", units_rfc3339(stamp, record->ran_us), record->who ? " (" : "",
	    record->who ? record->who : "", record->who ? ")" : "");
}

static char *advice_of_edited(const struct migration_file *file, const char *database)
{
	char *when = when_and_who(file->record), *word = text_shell_word(file->name);
	char *advice = mem_format("the file was changed after it was applied%s: what ran is not what stands there; bring its old text back "
	                          "and put the change into a new migration, or accept it: pgtend migrate repair %s --accept %s",
	    when, database, word);
	mem_free(when);
	mem_free(word);
	return advice;
}

static char *advice_of_progress(const struct ledger *ledger, const struct migration_file *file, const char *database)
{
	const struct migration_progress *progress = file->progress;
	const char *verb = progress->is_up ? "up" : "down";
	bool is_same = file->checksum && progress->checksum && strcmp(file->checksum, progress->checksum) == 0;
	char *unsettled = progress->begun > progress->done
	                      ? mem_format(", of statement %d nobody knows how it ended", progress->begun)
	                      : mem_copy("");
	char *advice = mem_format("`migrate %s` began it outside a transaction: %d statement%s ended well%s%s%s; %s `pgtend migrate repair %s` "
	                          "shows what is there",
	    verb, progress->done, progress->done == 1 ? "" : "s", unsettled,
	    file->is_dirty ? ", and until it is done the history calls it dirty for " : "", file->is_dirty ? ledger->dialect->name : "",
	    !ledger->dialect->run || (progress->is_up && !is_same) ? "the file was changed since;" : "run it again to go on, or", database);
	mem_free(unsettled);
	return advice;
}

static char *advice_of_pending(const struct ledger *ledger, const struct migration_file *file, const char *database)
{
	const struct dialect *dialect = ledger->dialect;
	if (file->progress)
		return advice_of_progress(ledger, file, database);
	if (file->only_by_tool)
		return mem_format("%s; run by: %s", file->only_by_tool, dialect->tool);
	if (dialect->run)
		return file->note ? mem_copy(file->note) : mem_format("pgtend migrate up %s", database);
	return mem_format("%s%srun by: %s (pgtend shows this tool's migrations and leaves the running to it)",
	    file->note ? file->note : "", file->note ? "; " : "", dialect->tool);
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
		if (file->row >= 0 && ledger->dialect->run && ledger->dialect->run->has_one_row)
			return mem_copy(file->note);
		if (file->row >= 0)
			return mem_format("applied in another order than the files': %s refuses to go on; `pgtend migrate repair %s` shows the ways "
			                  "out", dialect->name, database);
		if (file->note)
			return mem_copy(file->note);
		return mem_format("stands before %s, which is applied: give it a later number (%s refuses to run it)",
		    ledger->files[ledger->last_applied].name, dialect->name);
	case MIGRATION_EDITED:
		return advice_of_edited(file, database);
	case MIGRATION_SKIPPED:
		return mem_copy(file->note);
	case MIGRATION_APPLIED:
		return file->progress ? advice_of_progress(ledger, file, database) : mem_copy(file->note);
	case MIGRATION_PENDING:
		return advice_of_pending(ledger, file, database);
	case MIGRATION_MISSING:
		break;
	}
	return NULL;
}

static char *advice_of_row(const struct migration_row *row, const char *database)
{
	if (row->note)
		return mem_copy(row->note);
	char *word = text_shell_word(row->name);
	char *advice = mem_format("applied, but its file is gone: bring it back from version control (it cannot be taken back without); or, if it "
	                  "is to be forgotten: pgtend migrate mark pending %s %s",
	    database, word);
	mem_free(word);
	return advice;
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static int add_row(const struct ledger *ledger, const char *database, struct table *table, const char *name,
    enum migration_state state)
{
	int row = table_add_row(table);
	table_set_text(table, row, "database", database);
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "state", migration_state_word(state));
	table_set_text(table, row, "dialect", ledger->dialect->name);
	return row;
}

static void set_record(struct table *table, int row, const struct migration_record *record)
{
	if (!tells_of_run(record))
		return;
	if (record->duration_ms >= 0)
		table_set_real(table, row, "duration_ms", record->duration_ms);
	table_set_text(table, row, "applied_by", record->who);
	table_set_text(table, row, "applied_with", record->version);
}

static void set_time(struct table *table, int row, int64_t applied_us, const struct migration_record *record)
{
	if (applied_us || tells_of_run(record))
		table_set_int(table, row, "applied_at", applied_us ? applied_us : record->ran_us);
	else
		table_set_missing(table, row, "applied_at", MISSING_UNSUPPORTED);
}

/* Of what ran; NULL: nobody wrote it down, or we may not read it. */
static void set_checksum(const struct ledger *ledger, struct table *table, int row, const char *checksum)
{
	/* A table of the team's own may keep md5. */
	if (checksum && strlen(checksum) == 64)
		table_set_text(table, row, "checksum", checksum);
	else
		table_set_missing(table, row, "checksum", ledger->has_hidden_records ? MISSING_PRIVILEGE : MISSING_UNSUPPORTED);
}

/* Rows without file, from number `first` on to the next that has one. */
static void add_missing(const struct ledger *ledger, const char *database, struct table *table, int first)
{
	for (int i = first; i < ledger->row_count && ledger->rows[i].file < 0; i++) {
		const struct migration_row *from = &ledger->rows[i];
		/* Without a folder nothing is missing: the history is all that is known. */
		int row = add_row(ledger, database, table, from->name, ledger->folder ? MIGRATION_MISSING : MIGRATION_APPLIED);
		set_time(table, row, from->applied_us, from->record);
		set_record(table, row, from->record);
		set_checksum(ledger, table, row, from->checksum);
		char *advice = from->note || ledger->folder ? advice_of_row(from, database) : NULL;
		table_set_text(table, row, "advice", advice);
		mem_free(advice);
	}
}

static void set_applied(const struct ledger *ledger, struct table *table, int row, int i)
{
	const struct migration_file *file = &ledger->files[i];
	const struct migration_row *its = &ledger->rows[file->row];
	bool is_its_own = its->file == i;
	set_time(table, row, is_its_own ? its->applied_us : 0, file->record);
	set_record(table, row, file->record);
	const char *checksum = file->record ? file->record->checksum : NULL;
	set_checksum(ledger, table, row, checksum ? checksum : is_its_own ? its->checksum : NULL);
}

void ledger_table(const struct ledger *ledger, const char *database, struct table *table)
{
	if (!ledger->dialect)
		return;
	add_missing(ledger, database, table, 0);
	for (int i = 0; i < ledger->file_count; i++) {
		const struct migration_file *file = &ledger->files[i];
		enum migration_state state = ledger_file_state(ledger, i);
		int row = add_row(ledger, database, table, file->name, state);
		table_set_text(table, row, "path", file->path);
		table_set_text(table, row, "file_checksum", file->checksum);
		char *advice = advice_of(ledger, i, state, database);
		table_set_text(table, row, "advice", advice);
		mem_free(advice);
		if (file->row < 0) {
			table_set_text(table, row, "checksum", file->checksum);
			continue;
		}
		set_applied(ledger, table, row, i);
		if (ledger->rows[file->row].file == i)
			add_missing(ledger, database, table, file->row + 1);
	}
}
