/* node-pg-migrate 6 to 9: NUMBER_name.sql with Up and Down parts, table pgmigrations. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/config/discover.h"
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

/* unit: the file's name, or of a pair the name of both. */
static void add_migration(struct ledger *ledger, const char *file_name, const char *unit)
{
	const char *suffix = suffix_of(file_name);
	struct migration_file *file = ledger_add_file(
	    ledger, mem_copy_n(unit, (size_t)(suffix_of(unit) - unit)), places_join(ledger->folder, file_name));
	file->prefix = order_prefix(unit, NULL);
	if (is_script(suffix))
		file->only_by_tool = mem_copy("is no SQL but a program for node");
	else if (file_name[0] < '0' || file_name[0] > '9')
		file->note =
		    mem_copy("has no number before its name: it sorts before all others, and node-pg-migrate 9 refuses it; give it one before it is applied");
}

/* NAME.up.sql beside NAME.down.sql: one migration for the loader "sql" of version 9, two up-migrations (the down file first!) for all
 * others. Where neither the configuration nor the folder tells which is meant, none of them runs. */
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
			file->only_by_tool =
			    mem_copy("is half of a pair .up.sql and .down.sql, which node-pg-migrate 6 to 8 runs as two migrations, the "
			             "down file first; with the loader of 9 for pairs say `migrations_loader = sql`, else legacySql");
		mem_free(other);
	}
}

/* For the order and as an identity a pair is NAME.sql, as the loader has it. */
static char *unit_name(const struct ledger *ledger, const char *file_name)
{
	if (ledger->loader == LOADER_SQL && text_ends_with(file_name, ".up.sql"))
		return mem_format("%.*s.sql", (int)strlen(file_name) - 7, file_name);
	return mem_copy(file_name);
}

/* What the loader for pairs refuses the folder for; NULL: nothing. */
static const char *why_refused(const struct words *names, const char *name)
{
	const char *why = NULL;
	bool is_up = text_ends_with(name, ".up.sql"), is_down = text_ends_with(name, ".down.sql");
	if (!is_up && !is_down)
		return NULL;
	int length = (int)strlen(name) - (is_up ? 7 : 9);
	char *up = mem_format("%.*s.up.sql", length, name), *single = mem_format("%.*s.sql", length, name);
	if (words_has(names, single))
		why = "stands beside a file of this name without .up or .down, and node-pg-migrate refuses the folder for it";
	else if (is_down && !words_has(names, up))
		why = "has no .up.sql beside it, and node-pg-migrate refuses the folder for it";
	mem_free(up);
	mem_free(single);
	return why;
}

/* Every .sql file belongs to a pair: no other loader could run such a folder. */
static bool has_pairs_alone(const struct words *names)
{
	bool is_any = false;
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->v[i];
		if (!text_ends_with(name, ".sql"))
			continue;
		if ((!text_ends_with(name, ".up.sql") && !text_ends_with(name, ".down.sql")) || why_refused(names, name))
			return false;
		is_any = is_any || text_ends_with(name, ".down.sql");
	}
	return is_any;
}

static bool is_migration(const struct ledger *ledger, const struct words *names, const char *name)
{
	const char *suffix = suffix_of(name);
	if (strcmp(suffix, ".sql") != 0)
		return is_script(suffix);
	return ledger->loader != LOADER_SQL || (!text_ends_with(name, ".down.sql") && !why_refused(names, name));
}

/* Where no package.json tells the version, the history may: see match(). */
static bool is_by_9(const struct ledger *ledger)
{
	return ledger->tool_major >= 9 || ledger->loader == LOADER_SQL;
}

static void add_migrations(struct ledger *ledger, const struct words *names)
{
	struct words units = {0};
	for (size_t i = 0; i < names->count; i++)
		words_take(&units, unit_name(ledger, names->v[i]));
	size_t *order = mem_grow(NULL, names->count + 1, sizeof *order);
	order_sort((const char *const *)units.v, units.count, is_by_9(ledger), order);
	for (size_t i = 0; i < names->count; i++)
		if (is_migration(ledger, names, names->v[order[i]]))
			add_migration(ledger, names->v[order[i]], units.v[order[i]]);
	mem_free(order);
	words_done(&units);
}

static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0};
	if (!folder_names(ledger->folder, &names, err)) {
		words_done(&names);
		return false;
	}
	if (ledger->said_loader != LOADER_UNKNOWN || has_pairs_alone(&names))
		ledger->loader = ledger->said_loader != LOADER_UNKNOWN ? ledger->said_loader : LOADER_SQL;
	ledger->tool_major = discover_package_major(ledger->folder, "node-pg-migrate");
	add_migrations(ledger, &names);
	if (ledger->loader == LOADER_UNKNOWN)
		mark_pairs(ledger, &names);
	for (size_t i = 0; i < names.count; i++) {
		const char *suffix = suffix_of(names.v[i]), *why = NULL;
		if (ledger->loader == LOADER_SQL)
			why = why_refused(&names, names.v[i]);
		if (why)
			ledger_add_refused(ledger, names.v[i], why);
		else if (strcmp(suffix, ".sql") != 0 && !is_script(suffix))
			ledger_add_refused(ledger, names.v[i],
			    "pgtend leaves it out, but your present tool would refuse this folder because of it: move it out of "
			    "the folder (node-pg-migrate loads every file)");
	}
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

/* The history tells how its pairs were run, when the folder alone was believed. */
static void check_loader(struct ledger *ledger)
{
	for (int i = 0; ledger->loader == LOADER_SQL && ledger->said_loader == LOADER_UNKNOWN && i < ledger->row_count; i++) {
		struct migration_row *row = &ledger->rows[i];
		if (row->file < 0 && !row->note && (text_ends_with(row->name, ".up") || text_ends_with(row->name, ".down")))
			row->note = mem_copy("was run as a migration of its own, not as half of a pair: if that is meant, say "
			                     "`migrations_loader = legacySql`");
	}
}

/* Puts the files into the order of version 9, or of those before it, and finds their rows again. */
static void sort_again(struct ledger *ledger, bool is_9)
{
	size_t count = (size_t)ledger->migration_count;
	struct migration_file *files = mem_grow(NULL, count + 1, sizeof *files);
	const char **names = mem_grow(NULL, count + 1, sizeof *names);
	size_t *order = mem_grow(NULL, count + 1, sizeof *order);
	for (size_t i = 0; i < count; i++) {
		const char *slash = strrchr(ledger->files[i].path, '/');
		files[i] = ledger->files[i];
		names[i] = slash ? slash + 1 : ledger->files[i].path;
	}
	order_sort(names, count, is_9, order);
	for (size_t i = 0; i < count; i++) {
		ledger->files[i] = files[order[i]];
		ledger->files[i].row = -1;
	}
	for (int i = 0; i < ledger->row_count; i++)
		ledger->rows[i].file = -1;
	ledger->last_applied = -1;
	ledger_match_by_name(ledger);
	mem_free(files);
	mem_free(names);
	mem_free(order);
}

/* A history that the order of version 9 explains and that of 6 to 8 does not was written by it. */
static void try_order_of_9(struct ledger *ledger)
{
	if (first_difference(ledger) < 0 || ledger->tool_major != 0 || is_by_9(ledger))
		return;
	sort_again(ledger, true);
	if (first_difference(ledger) >= 0)
		sort_again(ledger, false);
}

static void match(struct ledger *ledger)
{
	ledger_match_by_name(ledger);
	try_order_of_9(ledger);
	check_loader(ledger);
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
	char *said = dialect_settings_sql(ledger, section, session);
	return said ? said : mem_copy("SET LOCAL search_path TO public");
}

/* A late one, which only `mark` and `adopt` write down, goes where its file stands: the tool compares the order of the rows, by time and
 * then id, with that of the files. */
static char *record_late_sql(const struct ledger *ledger, const struct migration_file *file, int before, struct session *session)
{
	const char *beside = before >= 0 ? ledger->files[before].name : ledger->rows[0].name;
	char *table = dialect_table_sql(ledger, session), *name = session_quote_literal(session, file->name),
	     *other = session_quote_literal(session, beside);
	char *sql = mem_format("INSERT INTO %s (name, run_on) SELECT %s, pg_catalog.max(run_on)%s FROM %s WHERE name = %s", table,
	    name, before >= 0 ? "" : " - interval '1 second'", table, other);
	mem_free(table);
	mem_free(name);
	mem_free(other);
	return sql;
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	int number = (int)(file - ledger->files), before = migration_before(ledger, number);
	if (file->row < 0 && number < ledger->last_applied && migration_has_room(ledger, before))
		return record_late_sql(ledger, file, before, session);
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

static bool is_pair(const struct migration_file *file)
{
	return text_ends_with(file->path, ".up.sql") && !text_ends_with(file->name, ".up");
}

/* Version 6 takes the place of the up part's end for its length: as many characters of the down part as stand before the up marker run with
 * it. Within the marker's own line, a comment, they do no harm. */
static bool has_bug_of_6(const char *text, const struct marker_parts *parts)
{
	if (!parts->has_up_marker || !parts->down.is_there || parts->down.begin < parts->up.begin)
		return false;
	size_t line = strcspn(text + parts->down.begin, "\n");
	return parts->up.begin > line + 1;
}

static bool up_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	struct marker_parts parts;
	if (is_pair(file))
		return dialect_whole_text(ledger, file, text, out, err);
	marker_find(text, &parts);
	cut(out, text, &parts.up);
	/* As the tool does it, so that a database is the same whoever filled it; but nobody should be surprised. */
	if (parts.down.is_there && !parts.has_up_marker)
		out->warning = "has a down marker but no `-- Up Migration`: as in node-pg-migrate the whole file runs, its down "
		               "part too";
	else if (ledger->tool_major == 6 && has_bug_of_6(text, &parts))
		out->warning = "has so much text before `-- Up Migration` that node-pg-migrate 6, which this package has, would run "
		               "the beginning of the down part with it (mended in 7); pgtend runs the up part alone";
	return true;
}

static bool down_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	struct marker_parts parts;
	if (is_pair(file))
		return dialect_whole_down(ledger, file, text, out, err);
	marker_find(text, &parts);
	if (!parts.down.is_there) {
		err_set(err, ERR_FAILED, "%s has no down part", file->path);
		return err_hint(err, "write what takes it back under a line `-- Down Migration`; nothing was taken back");
	}
	cut(out, text, &parts.down);
	return true;
}

static char *down_path(const struct ledger *ledger, const struct migration_file *file)
{
	(void)ledger;
	return is_pair(file) ? mem_format("%.*s.down.sql", (int)strlen(file->path) - 7, file->path) : mem_copy(file->path);
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
    .down_path = down_path,
};

const struct dialect dialect_node_pg_migrate = {
    .name = "node-pg-migrate",
    .history_schema = "public",
    .history_table = "pgmigrations",
    .tool = "npx node-pg-migrate up",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .is_read_at_once = true,
    .knows_columns = knows_columns,
    .match = match,
    .check_order = check_order,
    .new_file = new_file,
    .run = &run,
};
