/* node-pg-migrate 6 to 9: NUMBER_name.sql with Up and Down parts, table pgmigrations. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "pgtend/migrate/marker.h"
#include "pgtend/migrate/order.h"
#include "dialect_internal.h"

static const char *suffix_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && dot != name ? dot : "";
}

static bool is_script(const char *suffix)
{
	static const char *const suffixes[] = {".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"};
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (strcmp(suffix, suffixes[i]) == 0)
			return true;
	return false;
}

static void add_migration(struct ledger *ledger, const char *file_name)
{
	const char *suffix = suffix_of(file_name);
	struct migration_file *file = ledger_add_file(
	    ledger, mem_copy_n(file_name, (size_t)(suffix - file_name)), places_join(ledger->folder, file_name));
	file->prefix = order_prefix(file_name, NULL);
	if (is_script(suffix))
		file->only_by_tool = mem_copy("is no SQL but a program for node");
	else if (file_name[0] < '0' || file_name[0] > '9')
		file->note =
		    mem_copy("has no number before its name: it sorts before all others, and node-pg-migrate 9 refuses it");
}

/* NAME.up.sql beside NAME.down.sql: one migration for a loader of version 9, two up-migrations (the down file first!) for
 * all others. Which of both is meant, the folder does not tell. */
static void mark_pairs(struct ledger *ledger, const struct words *names)
{
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		bool is_up = text_ends_with(file->name, ".up"), is_down = text_ends_with(file->name, ".down");
		if (file->only_by_tool || (!is_up && !is_down))
			continue;
		size_t length = strlen(file->name) - (is_up ? 3 : 5);
		char *other = mem_format("%.*s.%s.sql", (int)length, file->name, is_up ? "down" : "up");
		if (words_has(names, other))
			file->only_by_tool = mem_copy("is half of a pair .up.sql and .down.sql, which node-pg-migrate 6 to 8 runs as two "
			                              "migrations, the down file first");
		mem_free(other);
	}
}

static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0};
	if (!folder_names(ledger->folder, &names, err)) {
		words_done(&names);
		return false;
	}
	size_t *order = mem_grow(NULL, names.count + 1, sizeof *order);
	order_sort((const char *const *)names.v, names.count, order);
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.v[order[i]], *suffix = suffix_of(name);
		if (strcmp(suffix, ".sql") == 0 || is_script(suffix))
			add_migration(ledger, name);
	}
	mark_pairs(ledger, &names);
	for (size_t i = 0; i < names.count; i++) {
		const char *suffix = suffix_of(names.v[i]);
		if (strcmp(suffix, ".sql") != 0 && !is_script(suffix))
			ledger_add_refused(ledger, names.v[i],
			    "pgtend leaves it out, but your present tool would refuse this folder because of it: move it out of "
			    "the folder (node-pg-migrate loads every file)");
	}
	mem_free(order);
	words_done(&names);
	return true;
}

/* Exactly the tool's three columns: a table with more has another owner. */
static bool knows_columns(const char *columns)
{
	char type[64];
	return history_column_count(columns) == 3 && history_column(columns, "id", type) &&
	       history_is_text(columns, "name") && history_column(columns, "run_on", type) &&
	       strncmp(type, "timestamp", 9) == 0;
}

/* run_on has no time zone: it is what now() was in the zone of the writer's session, which for the tool is the
 * server's default, as for ours. */
static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	bool is_done = session_queryf_wait(session, 15000, &result, err,
	    "select name, (pg_catalog.date_part('epoch', run_on::timestamptz) * 1000000)::bigint from %I.%I order by run_on, id",
	    ledger->history_schema, ledger->history_table);
	for (int i = 0; is_done && i < result_rows(result); i++)
		ledger_add_row(ledger, result_text(result, i, 0), result_int(result, i, 1, 0));
	result_free(result);
	return is_done;
}

/* The first place where history and files differ, as far as both go; -1: none. */
static int first_difference(const struct ledger *ledger)
{
	for (int i = 0; i < ledger->row_count && i < ledger->migration_count; i++)
		if (strcmp(ledger->rows[i].name, ledger->files[i].name) != 0)
			return i;
	return -1;
}

/* A row without file and a file without row of the same number: most often a file that was renamed after it had been
 * applied. */
static void note_renamed(struct ledger *ledger)
{
	for (int i = 0; i < ledger->row_count; i++) {
		struct migration_row *row = &ledger->rows[i];
		bool is_time;
		double prefix = order_prefix(row->name, &is_time);
		for (int k = 0; row->file < 0 && is_time && !row->note && k < ledger->migration_count; k++) {
			struct migration_file *file = &ledger->files[k];
			if (file->row >= 0 || file->prefix != prefix)
				continue;
			row->note = mem_format("applied, but its file is gone; %s has its number: if that is the same one renamed, "
			                       "give it its old name back",
			    file->name);
			if (!file->note)
				file->note = mem_format("has the number of %s, which is applied and has no file: if it was renamed, "
				                        "give it its old name back",
				    row->name);
		}
	}
}

static void match(struct ledger *ledger)
{
	ledger_match_by_name(ledger);
	note_renamed(ledger);
	int at = first_difference(ledger);
	/* Both are applied and neither is missing, only the other way round: nothing else would show it. */
	if (at >= 0 && ledger->files[at].row >= 0 && ledger->rows[at].file >= 0)
		ledger->files[at].is_disordered = true;
}

static bool check_order(const struct ledger *ledger, struct err *err)
{
	int at = first_difference(ledger);
	if (at < 0)
		return true;
	const struct migration_row *row = &ledger->rows[at];
	if (row->file < 0) {
		err_set(err, ERR_DRIFT,
		    "the file of the applied migration %s is gone (node-pg-migrate says: Not run migration %s is preceding "
		    "already run migration %s)",
		    row->name, ledger->files[at].name, row->name);
		return err_hint(err, "%s", row->note ? row->note : "bring the file back from version control");
	}
	err_set(err, ERR_DRIFT, "Not run migration %s is preceding already run migration %s", ledger->files[at].name,
	    row->name);
	if (ledger->files[at].row >= 0)
		return err_hint(
		    err, "both are applied, but in another order than the files': make the file names follow the history");
	return err_hint(err, "give %s a later number, so that it comes last", ledger->files[at].name);
}

/* --- new files ----------------------------------------------------------------------------------------- */

/* Milliseconds of now, or one more than the last file has: the new one comes last also when a clock went wrong
 * somewhere. */
static int64_t next_prefix_ms(const struct ledger *ledger)
{
	int64_t ms = units_now_us() / 1000;
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].prefix >= (double)ms && ledger->files[i].prefix < 9999999999999.0)
			ms = (int64_t)ledger->files[i].prefix + 1;
	return ms;
}

static bool new_file(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err)
{
	(void)err;
	char *name = mem_copy(title);
	for (char *c = name; *c; c++)
		if (*c == '_' || *c == ' ')
			*c = '-';
	char *file_name = mem_format("%lld_%s.sql", (long long)next_prefix_ms(ledger), name);
	migration_drafts_add(
	    drafts, places_join(ledger->folder, file_name), mem_copy("-- Up Migration\n\n-- Down Migration"), false);
	mem_free(file_name);
	mem_free(name);
	return true;
}

/* --- running ------------------------------------------------------------------------------------------- */

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	return dialect_ensure_sql(
	    ledger, session, "id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL");
}

static char *settings_sql(const struct ledger *ledger, const struct section *section, struct session *session)
{
	(void)ledger;
	struct words schemas = {0};
	struct text sql = {0};
	if (section)
		section_words(section, "search_path", &schemas);
	if (schemas.count == 0)
		words_add(&schemas, "public");
	for (size_t i = 0; i < schemas.count; i++) {
		char *quoted = session_quote_identifier(session, schemas.v[i]);
		text_addf(&sql, "%s%s", i ? ", " : "SET LOCAL search_path TO ", quoted);
		mem_free(quoted);
	}
	words_done(&schemas);
	return text_take(&sql);
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *name = session_quote_literal(session, file->name);
	char *sql = mem_format("INSERT INTO %s (name, run_on) VALUES (%s, pg_catalog.now())", table, name);
	mem_free(table);
	mem_free(name);
	return sql;
}

static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	return dialect_forget_sql(ledger, session, "name", file->name);
}

static void cut(struct migration_text *out, const char *text, const struct marker_part *part)
{
	out->sql = mem_copy_n(text + part->begin, part->end - part->begin);
	out->first_line = marker_line(text, part->begin);
}

static bool up_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	(void)ledger;
	(void)file;
	(void)err;
	struct marker_parts parts;
	marker_find(text, &parts);
	cut(out, text, &parts.up);
	/* As the tool does it, so that a database is the same whoever filled it; but nobody should be surprised. */
	if (parts.down.is_there && !parts.has_up_marker)
		out->warning = "has a down marker but no `-- Up Migration`: as in node-pg-migrate the whole file runs, its down "
		               "part too";
	return true;
}

static bool down_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	(void)ledger;
	struct marker_parts parts;
	marker_find(text, &parts);
	if (!parts.down.is_there) {
		err_set(err, ERR_FAILED, "%s has no down part", file->path);
		return err_hint(err, "write what takes it back under a line `-- Down Migration`; nothing was taken back");
	}
	cut(out, text, &parts.down);
	return true;
}

static int64_t lock_key(const struct ledger *ledger, const char *dbname)
{
	(void)ledger;
	(void)dbname;
	return 7241865325823964;
}

static const struct dialect_run run = {
    .lock_key = lock_key,
    .transaction = TRANSACTION_ALL,
    .ensure_sql = ensure_sql,
    .settings_sql = settings_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .up_text = up_text,
    .down_text = down_text,
};

const struct dialect dialect_node_pg_migrate = {
    .name = "node-pg-migrate",
    .history_schema = "public",
    .history_table = "pgmigrations",
    .tool = "npx node-pg-migrate up",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .knows_columns = knows_columns,
    .match = match,
    .check_order = check_order,
    .new_file = new_file,
    .run = &run,
};
