/* golang-migrate: NUMBER_name.up.sql and .down.sql, table schema_migrations(version, dirty) with one row: how far it
 * came. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"

static int compare_numbers(const void *a, const void *b)
{
	const struct migration_file *left = a, *right = b;
	return left->prefix < right->prefix ? -1 : left->prefix > right->prefix ? 1 : strcmp(left->name, right->name);
}

/* ^([0-9]+)_(.*)\.(down|up)\.(.*)$; the down file belongs to its up file and is none of its own. */
static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0};
	bool is_read = folder_names(ledger->folder, &names, err);
	for (size_t i = 0; is_read && i < names.count; i++) {
		const char *name = names.v[i], *up = strstr(name, ".up.");
		size_t digits = strspn(name, "0123456789");
		if (digits == 0 || digits > 20 || name[digits] != '_' || !up)
			continue;
		struct migration_file *file =
		    ledger_add_file(ledger, mem_copy_n(name, (size_t)(up - name)), places_join(ledger->folder, name));
		file->key = mem_copy_n(name, digits);
		file->prefix = strtod(file->key, NULL);
	}
	words_done(&names);
	if (ledger->file_count > 1)
		qsort(ledger->files, (size_t)ledger->file_count, sizeof *ledger->files, compare_numbers);
	return is_read;
}

static bool knows_columns(const char *columns)
{
	char type[64];
	return history_column_count(columns) == 2 && history_column(columns, "version", type) &&
	       strcmp(type, "bigint") == 0 && history_column(columns, "dirty", type) && strcmp(type, "boolean") == 0;
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	bool is_done = session_queryf_wait(session, 15000, &result, err, "select version, dirty from %I.%I",
	    ledger->history_schema, ledger->history_table);
	for (int i = 0; is_done && i < result_rows(result); i++) {
		struct migration_row *row = ledger_add_row(ledger, result_text(result, i, 0), 0);
		if (result_bool(result, i, 1))
			row->note = mem_format(
			    "dirty: version %s began and did not end; look what of it is there, then `migrate force VERSION`",
			    row->name);
	}
	result_free(result);
	return is_done;
}

/* One number says how far: every file up to it counts as applied, for the tool itself too. */
static void match(struct ledger *ledger)
{
	if (ledger->row_count == 0)
		return;
	struct migration_row *row = &ledger->rows[0];
	double version = strtod(row->name, NULL);
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		if (file->prefix > version)
			break;
		file->row = 0;
		if (file->prefix < version)
			continue;
		row->file = i;
		if (row->note && !file->note)
			file->note = mem_copy(row->note);
	}
}

static bool new_file(const struct ledger *ledger, const char *title, char **path, char **body, struct err *err)
{
	(void)path;
	(void)body;
	err_set(err, ERR_UNSUPPORTED, "new files of golang-migrate are made by migrate");
	return err_hint(err, "migrate create -ext sql -dir '%s' %s'%s'", ledger->folder,
	    ledger->migration_count && strlen(ledger->files[0].key) < 14 ? "-seq " : "", title);
}

const struct dialect dialect_golang_migrate = {
    .name = "golang-migrate",
    .history_schema = "public",
    .history_table = "schema_migrations",
    .tool = "migrate up",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .knows_columns = knows_columns,
    .match = match,
    .new_file = new_file,
};
