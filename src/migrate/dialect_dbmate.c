/* dbmate: DIGITS_name.sql, table schema_migrations(version) that holds the digits and no time. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"

/* The tool takes what matches ^(\d+).*\.sql$ and leaves the rest alone; files run in the order of their names. */
static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0};
	bool is_read = folder_names(ledger->folder, &names, err);
	for (size_t i = 0; is_read && i < names.count; i++) {
		size_t digits = strspn(names.v[i], "0123456789");
		if (digits == 0 || !text_ends_with(names.v[i], ".sql"))
			continue;
		struct migration_file *file = ledger_add_file(
		    ledger, mem_copy_n(names.v[i], strlen(names.v[i]) - 4), places_join(ledger->folder, names.v[i]));
		file->key = mem_copy_n(names.v[i], digits);
	}
	words_done(&names);
	return is_read;
}

static bool knows_columns(const char *columns)
{
	return history_column_count(columns) == 1 && history_is_text(columns, "version");
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	bool is_done = session_queryf_wait(session, 15000, &result, err,
	    "select version from %I.%I order by version collate \"C\"", ledger->history_schema, ledger->history_table);
	for (int i = 0; is_done && i < result_rows(result); i++)
		ledger_add_row(ledger, result_text(result, i, 0), 0);
	result_free(result);
	return is_done;
}

static int compare_key_to_row(const void *key, const void *row)
{
	return strcmp(key, ((const struct migration_row *)row)->name);
}

static void match(struct ledger *ledger)
{
	for (int i = 0; i < ledger->migration_count; i++) {
		const struct migration_row *row =
		    bsearch(ledger->files[i].key, ledger->rows, (size_t)ledger->row_count, sizeof *row, compare_key_to_row);
		if (row)
			ledger_join(ledger, i, (int)(row - ledger->rows));
	}
}

static bool new_file(const struct ledger *ledger, const char *title, char **path, char **body, struct err *err)
{
	(void)path;
	(void)body;
	err_set(err, ERR_UNSUPPORTED, "new files of dbmate are made by dbmate");
	return err_hint(err, "dbmate --migrations-dir '%s' new '%s'", ledger->folder, title);
}

const struct dialect dialect_dbmate = {
    .name = "dbmate",
    .history_schema = "public",
    .history_table = "schema_migrations",
    .tool = "dbmate up",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .knows_columns = knows_columns,
    .match = match,
    .new_file = new_file,
};
