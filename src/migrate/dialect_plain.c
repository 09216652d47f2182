/* Numbered .sql files and a table schema_migrations of a runner of the team's own: Logikids' columns, and the other
 * sets seen in the wild. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "dialect_internal.h"

static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0};
	bool is_read = folder_names(ledger->folder, &names, err);
	for (size_t i = 0; is_read && i < names.count; i++) {
		if (!text_ends_with(names.v[i], ".sql"))
			continue; /* such runners take *.sql alone: anything else is at home here too */
		struct migration_file *file =
		    ledger_add_file(ledger, mem_copy(names.v[i]), places_join(ledger->folder, names.v[i]));
		file->prefix = strtod(names.v[i], NULL);
	}
	words_done(&names);
	return is_read;
}

/* The column that names the file. */
static const char *name_column(const char *columns)
{
	static const char *const names[] = {"migration_name", "filename", "name", "version"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (history_is_text(columns, names[i]))
			return names[i];
	return NULL;
}

static const char *time_column(const char *columns)
{
	static const char *const names[] = {"applied_at", "executed_at"};
	char type[64];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (history_column(columns, names[i], type) && strncmp(type, "timestamp", 9) == 0)
			return names[i];
	return NULL;
}

/* A name and a time, and beside them nothing but a number of its own and a checksum. */
static bool knows_columns(const char *columns)
{
	char type[64];
	int known = (name_column(columns) != NULL) + (time_column(columns) != NULL) + history_column(columns, "id", type) +
	            history_column(columns, "checksum", type);
	return name_column(columns) && time_column(columns) && known == history_column_count(columns);
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	const char *name = name_column(ledger->columns), *time = time_column(ledger->columns);
	char type[64];
	const char *tie = history_column(ledger->columns, "id", type) ? "id" : name;
	bool is_done = session_queryf_wait(session, 15000, &result, err,
	    "select %I, coalesce((pg_catalog.date_part('epoch', %I::timestamptz) * 1000000)::bigint, 0) from %I.%I order by %I, "
	    "%I",
	    name, time, ledger->history_schema, ledger->history_table, time, tie);
	for (int i = 0; is_done && i < result_rows(result); i++)
		ledger_add_row(ledger, result_text(result, i, 0) ? result_text(result, i, 0) : "", result_int(result, i, 1, 0));
	result_free(result);
	return is_done;
}

/* Same name, with or without .sql; a version is the number before the name. */
static bool is_same(const char *row, const char *file)
{
	size_t length = strlen(row);
	if (strncmp(row, file, length) != 0)
		return false;
	return file[length] == 0 || strcmp(file + length, ".sql") == 0 ||
	       (length > 0 && strspn(row, "0123456789") == length && !isdigit((unsigned char)file[length]));
}

static void match(struct ledger *ledger)
{
	ledger_match_by_name(ledger);
	for (int row = 0; row < ledger->row_count; row++)
		for (int file = 0; ledger->rows[row].file < 0 && file < ledger->migration_count; file++)
			if (ledger->files[file].row < 0 && is_same(ledger->rows[row].name, ledger->files[file].name))
				ledger_join(ledger, file, row);
}

/* The next number, as wide as the last one is. */
static bool new_file(const struct ledger *ledger, const char *title, char **path, char **body, struct err *err)
{
	(void)err;
	long long last = -1;
	size_t width = 3;
	for (int i = 0; i < ledger->migration_count; i++) {
		size_t digits = strspn(ledger->files[i].name, "0123456789");
		if (digits == 0 || digits > 17)
			continue;
		long long number = atoll(ledger->files[i].name);
		if (number >= last) {
			last = number;
			width = digits;
		}
	}
	char *name = mem_copy(title);
	for (char *c = name; *c; c++)
		if (*c == ' ')
			*c = '_';
	char *file_name = mem_format("%0*lld_%s.sql", (int)width, last + 1, name);
	*path = places_join(ledger->folder, file_name);
	*body = mem_format("-- %s\n", title);
	mem_free(file_name);
	mem_free(name);
	return true;
}

/* --- running ------------------------------------------------------------------------------------------- */

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	return dialect_ensure_sql(ledger, session,
	    "id SERIAL PRIMARY KEY, migration_name VARCHAR(255) NOT NULL UNIQUE, applied_at TIMESTAMPTZ NOT NULL DEFAULT "
	    "NOW()");
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	const char *column = ledger->columns ? name_column(ledger->columns) : "migration_name";
	char *table = dialect_table_sql(ledger, session), *name = session_quote_literal(session, file->name);
	char *sql = mem_format("INSERT INTO %s (%s) VALUES (%s)", table, column, name);
	mem_free(table);
	mem_free(name);
	return sql;
}

static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	return dialect_forget_sql(ledger, session, ledger->columns ? name_column(ledger->columns) : "migration_name",
	    file->row >= 0 ? ledger->rows[file->row].name : file->name);
}

static const struct dialect_run run = {
    .lock_key = dialect_own_lock_key,
    .locks_history = true,
    .transaction = TRANSACTION_FILE,
    .ensure_sql = ensure_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .up_text = dialect_whole_text,
    .down_text = dialect_whole_down,
    .down_path = dialect_down_beside,
};

const struct dialect dialect_plain = {
    .name = "plain",
    .history_schema = "public",
    .history_table = "schema_migrations",
    .tool = "your own migration script",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .knows_columns = knows_columns,
    .match = match,
    .new_file = new_file,
    .run = &run,
};
