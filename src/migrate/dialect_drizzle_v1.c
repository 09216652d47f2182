/* Drizzle from 1.0 on: a folder YYYYMMDDHHMMSS_name with migration.sql for each; the table has name and applied_at. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "pgtend/migrate/order.h"
#include "dialect_internal.h"

/* YYYYMMDDHHMMSS in UTC, as the tool reads the beginning of the name; false: it would find no number there. */
static bool time_of(const char *name, int64_t *when_ms)
{
	if (strspn(name, "0123456789") < 14)
		return false;
	char stamp[18];
	snprintf(stamp, sizeof stamp, "%.14s000", name);
	double ms = order_prefix(stamp, NULL);
	*when_ms = isnan(ms) ? 0 : (int64_t)ms;
	return !isnan(ms);
}

static void add_migration(struct ledger *ledger, const char *name, const char *inside)
{
	struct migration_file *file = ledger_add_file(ledger, mem_copy(name), places_join(ledger->folder, inside));
	ledger_take_checksum(ledger, file);
	file->key = mem_copy(file->checksum); /* the tool's hash is just that */
	if (!time_of(name, &file->when_ms))
		file->only_by_tool = mem_copy("has no time (YYYYMMDDHHMMSS) before its name, and Drizzle fails at that");
}

/* As the tool's localeCompare() does; where the times differ that is their digits. */
static int compare_names(const void *a, const void *b)
{
	enum { TIME_DIGITS = 14 };
	const char *left = *(char *const *)a, *right = *(char *const *)b;
	bool have_times = strspn(left, "0123456789") >= TIME_DIGITS && strspn(right, "0123456789") >= TIME_DIGITS;
	int order = have_times ? strncmp(left, right, TIME_DIGITS) : 0;
	return order ? order : order_compare_plain(left, right);
}

static bool read_folder(struct ledger *ledger, struct err *err)
{
	if (folder_has(ledger->folder, "meta/_journal.json")) {
		err_set(err, ERR_CONFIG, "%s still has the journal of Drizzle before 1.0, which 1.0 refuses", ledger->folder);
		return err_hint(err, "npx drizzle-kit up turns the folder into the new form");
	}
	struct words names = {0};
	bool is_read = folder_folders(ledger->folder, &names, err);
	if (is_read && names.count > 1)
		qsort(names.v, names.count, sizeof *names.v, compare_names);
	for (size_t i = 0; is_read && i < names.count; i++) {
		char *inside = mem_format("%s/migration.sql", names.v[i]);
		if (folder_has(ledger->folder, inside))
			add_migration(ledger, names.v[i], inside);
		mem_free(inside);
	}
	words_done(&names);
	return is_read;
}

/* With the two columns that 1.0 adds at its first run on a table from before it; without them it is only read. */
static bool is_upgraded(const char *columns)
{
	char type[64];
	return columns && history_is_text(columns, "name") && history_column(columns, "applied_at", type);
}

static bool knows_columns(const char *columns)
{
	char type[64];
	bool has_old = history_column(columns, "id", type) && history_is_text(columns, "hash") &&
	               history_column(columns, "created_at", type) && strcmp(type, "bigint") == 0;
	return has_old && history_column_count(columns) == (is_upgraded(columns) ? 5 : 3);
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	bool is_new = is_upgraded(ledger->columns);
	const char *name = is_new ? "coalesce(name, hash)" : "hash",
	           *time = is_new ? "coalesce((pg_catalog.date_part('epoch', applied_at::timestamptz) * 1000000)::bigint, 0)" : "0";
	bool is_done = session_queryf_wait(session, 15000, &result, err,
	    "select %s, %s, created_at, hash from %I.%I order by id", name, time, ledger->history_schema, ledger->history_table);
	for (int i = 0; is_done && i < result_rows(result); i++) {
		struct migration_row *row = ledger_add_row(ledger, result_text(result, i, 0), result_int(result, i, 1, 0));
		row->when_ms = result_int(result, i, 2, 0);
		row->checksum = mem_copy(result_text(result, i, 3));
	}
	result_free(result);
	return is_done;
}

/* As the tool will match them when it adds the names: by the second of created_at, if one file has it; else by hash. */
static int find_old(const struct ledger *ledger, const struct migration_row *row)
{
	int64_t second = row->when_ms / 1000 * 1000;
	int found = -1, by_hash = -1, count = 0;
	for (int i = 0; i < ledger->migration_count; i++) {
		const struct migration_file *file = &ledger->files[i];
		bool has_hash = file->key && strcmp(file->key, row->name) == 0;
		if (has_hash && by_hash < 0)
			by_hash = i;
		if (file->when_ms != second)
			continue;
		count++;
		if (found < 0 || has_hash)
			found = i;
	}
	return count == 1 ? found : by_hash;
}

static void match(struct ledger *ledger)
{
	if (!ledger->columns || is_upgraded(ledger->columns)) {
		ledger_match_by_name(ledger);
	} else {
		for (int i = 0; i < ledger->row_count; i++) {
			int file = find_old(ledger, &ledger->rows[i]);
			if (file >= 0 && ledger->files[file].row < 0)
				ledger_join(ledger, file, i);
		}
	}
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		const char *hash = file->row >= 0 ? ledger->rows[file->row].checksum : NULL;
		file->is_edited = hash && file->key && strcmp(hash, file->key) != 0;
	}
}

static bool can_record(const struct ledger *ledger, struct err *err)
{
	if (!ledger->has_history || is_upgraded(ledger->columns))
		return true;
	err_set(err, ERR_CONFIG, "%s has the form from before Drizzle 1.0, and the folder that of 1.0", ledger->history);
	return err_hint(err, "run `npx drizzle-kit migrate` once: Drizzle adds its two columns itself");
}

/* --- running ------------------------------------------------------------------------------------------- */

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	return dialect_ensure_sql(ledger, session,
	    "id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint, name text, applied_at timestamp with time zone "
	    "DEFAULT now()");
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *hash = session_quote_literal(session, file->key ? file->key : ""),
	     *name = session_quote_literal(session, file->name);
	char *sql = mem_format("INSERT INTO %s (hash, created_at, name) VALUES (%s, %lld, %s)", table, hash,
	    (long long)file->when_ms, name);
	mem_free(table);
	mem_free(hash);
	mem_free(name);
	return sql;
}

static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	return dialect_forget_sql(ledger, session, "name", file->name);
}

/* Its folder is its own; the tool reads migration.sql and snapshot.json alone. */
static char *down_path(const struct ledger *ledger, const struct migration_file *file)
{
	char *inside = mem_format("%s/down.sql", file->name);
	char *path = places_join(ledger->folder, inside);
	mem_free(inside);
	return path;
}

static char *accept_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *hash = session_quote_literal(session, file->key ? file->key : ""),
	     *name = session_quote_literal(session, file->name);
	char *sql = mem_format("UPDATE %s SET hash = %s WHERE name = %s", table, hash, name);
	mem_free(table);
	mem_free(hash);
	mem_free(name);
	return sql;
}

static const struct dialect_run run = {
    .lock_key = dialect_own_lock_key,
    .locks_history = true,
    .has_no_key = true,
    .transaction = TRANSACTION_ALL,
    .can_record = can_record,
    .ensure_sql = ensure_sql,
    .settings_sql = dialect_settings_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .accept_sql = accept_sql,
    .up_text = dialect_breakpoint_text,
    .down_text = dialect_whole_down,
    .down_path = down_path,
};

const struct dialect dialect_drizzle_v1 = {
    .name = "drizzle-v1",
    .history_schema = "drizzle",
    .history_table = "__drizzle_migrations",
    .tool = "npx drizzle-kit migrate",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .is_read_at_once = true,
    .knows_columns = knows_columns,
    .match = match,
    .new_file = drizzle_v1_new,
    .run = &run,
};
