/* golang-migrate: NUMBER_name.up.sql and .down.sql, table schema_migrations(version, dirty) with one row: how far it
 * came. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "dialect_internal.h"

/* Two versions (digits): as numbers of any length. */
static int compare_versions(const char *a, const char *b)
{
	a += strspn(a, "0");
	b += strspn(b, "0");
	size_t left = strlen(a), right = strlen(b);
	return left != right ? (left < right ? -1 : 1) : strcmp(a, b);
}

static int compare_files(const void *a, const void *b)
{
	const struct migration_file *left = a, *right = b;
	int order = compare_versions(left->key, right->key);
	return order ? order : strcmp(left->path, right->path);
}

/* ^([0-9]+)_(.*)\.(down|up)\.(.*)$, both stars greedy: the last .up. or .down. of the name that something precedes. NULL: no migration. */
static const char *direction_of(const char *name, size_t *digits)
{
	*digits = strspn(name, "0123456789");
	if (*digits == 0 || *digits > 20 || name[*digits] != '_')
		return NULL;
	const char *found = NULL;
	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
		if (strncmp(dot, ".up.", 4) == 0 || strncmp(dot, ".down.", 6) == 0)
			found = dot;
	return found;
}

/* The pair's other half is no migration of its own. A version with a down file alone is one that does nothing, for the tool too. */
static void add_half(struct ledger *ledger, const char *name, const char *direction, size_t digits)
{
	struct migration_file *file =
	    ledger_add_file(ledger, mem_copy_n(name, (size_t)(direction - name)), places_join(ledger->folder, name));
	file->key = mem_copy_n(name, digits);
	file->prefix = strtod(file->key, NULL);
	if (direction[1] == 'd')
		file->note = mem_copy("has no .up.sql: it does nothing, and counts as a version all the same");
}

static bool is_down_file(const struct migration_file *file)
{
	const char *slash = strrchr(file->path, '/');
	size_t digits;
	const char *direction = direction_of(slash ? slash + 1 : file->path, &digits);
	return direction && direction[1] == 'd';
}

/* Of two files with one version: an up and a down file become one migration; two of a kind the tool refuses. */
static void join_halves(struct ledger *ledger, struct words *doubles)
{
	int kept = 0;
	for (int i = 0; i < ledger->file_count; i++) {
		struct migration_file *file = &ledger->files[i], *last = kept ? &ledger->files[kept - 1] : NULL;
		if (!last || compare_versions(last->key, file->key) != 0) {
			ledger->files[kept++] = *file;
			continue;
		}
		bool is_half = !last->down_path && is_down_file(last) != is_down_file(file);
		struct migration_file *loser = is_half && is_down_file(last) ? last : file;
		if (!is_half) {
			const char *slash = strrchr(file->path, '/');
			words_add(doubles, slash ? slash + 1 : file->path);
		}
		struct migration_file gone = *loser;
		if (loser == last)
			*last = *file;
		if (is_half) {
			last->down_path = gone.path;
			gone.path = NULL;
		}
		mem_free(gone.name);
		mem_free(gone.path);
		mem_free(gone.key);
		mem_free(gone.note);
	}
	ledger->file_count = ledger->migration_count = kept;
}

static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0}, doubles = {0};
	bool is_read = folder_names(ledger->folder, &names, err);
	size_t digits;
	for (size_t i = 0; is_read && i < names.count; i++) {
		const char *direction = direction_of(names.v[i], &digits);
		if (direction)
			add_half(ledger, names.v[i], direction, digits);
	}
	words_done(&names);
	if (ledger->file_count > 1)
		qsort(ledger->files, (size_t)ledger->file_count, sizeof *ledger->files, compare_files);
	join_halves(ledger, &doubles);
	for (size_t i = 0; i < doubles.count; i++)
		ledger_add_refused(ledger, doubles.v[i],
		    "another file has this version: golang-migrate refuses the folder; give it a number of its own");
	words_done(&doubles);
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
			    "dirty: version %s began and did not end; look what of it is there, then `pgtend migrate repair` or `migrate force "
			    "VERSION`",
			    row->name);
	}
	result_free(result);
	return is_done;
}

/* One row says how far it came: every file up to it counts as applied, for the tool itself too. The ledger gets a row for each of them, the
 * table's own is the last. */
static void match(struct ledger *ledger)
{
	if (ledger->row_count != 1)
		return;
	char *version = mem_copy(ledger->rows[0].name), *note = mem_copy(ledger->rows[0].note);
	int applied = 0;
	ledger_forget_rows(ledger);
	while (version[0] != '-' && applied < ledger->migration_count &&
	       compare_versions(ledger->files[applied].key, version) <= 0) {
		ledger_add_row(ledger, ledger->files[applied].key, 0);
		ledger_join(ledger, applied, applied);
		applied++;
	}
	bool is_there = applied > 0 && compare_versions(ledger->files[applied - 1].key, version) == 0;
	struct migration_row *row = is_there ? &ledger->rows[applied - 1] : ledger_add_row(ledger, version, 0);
	row->note = note;
	if (is_there && note) {
		struct migration_file *file = &ledger->files[applied - 1];
		file->is_disordered = true; /* not as it should be, and the tool refuses to go on from there */
		mem_free(file->note);
		file->note = mem_copy(note);
	}
	if (!is_there && !note)
		row->note = mem_copy("the history stands at this version, and no file has it: golang-migrate refuses to go on; bring "
		                     "the file back from version control");
	mem_free(version);
}

/* What the tool refuses to go on from, up or down. */
static bool check_order(const struct ledger *ledger, struct err *err)
{
	for (int i = ledger->migration_count; i < ledger->file_count; i++) {
		err_set(err, ERR_DRIFT, "%s: another file has this version", ledger->files[i].path);
		return err_hint(err, "golang-migrate refuses the folder: give it a number of its own; nothing was run");
	}
	const struct migration_row *last = ledger->row_count ? &ledger->rows[ledger->row_count - 1] : NULL;
	if (last && last->note && text_starts_with(last->note, "dirty")) {
		err_set(err, ERR_DRIFT, "version %s is dirty: it began and did not end", last->name);
		return err_hint(err, "look what of it is there, then `pgtend migrate repair` or `migrate force VERSION`");
	}
	if (!last || last->file >= 0)
		return true;
	err_set(err, ERR_DRIFT, "the history stands at version %s, and no file has it", last->name);
	return err_hint(err, "bring the file back from version control; golang-migrate too refuses to go on");
}

/* As the files that are there are numbered: in sequence, by the seconds or nanoseconds of the epoch, else by the date, which is the tool's
 * default. Caller frees. */
static char *next_version(const struct ledger *ledger)
{
	const char *last = ledger->migration_count ? ledger->files[ledger->migration_count - 1].key : NULL;
	size_t width = last ? strlen(last) : 14;
	int64_t now_us = units_now_us();
	if (width == 10 && last[0] != '0')
		return mem_format("%lld", (long long)(now_us / 1000000));
	if (width == 19)
		return mem_format("%lld", (long long)now_us * 1000);
	if (width < 14)
		return mem_format("%0*lld", (int)width, atoll(last) + 1);
	char stamp[15];
	dialect_new_stamp(ledger, stamp);
	return mem_copy(stamp);
}

static bool new_file(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err)
{
	(void)err;
	char *version = next_version(ledger);
	static const char *const directions[] = {"up", "down"};
	for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
		char *file_name = mem_format("%s_%s.%s.sql", version, title, directions[i]);
		migration_drafts_add(drafts, places_join(ledger->folder, file_name), mem_copy(""), false);
		mem_free(file_name);
	}
	mem_free(version);
	return true;
}

/* --- running ------------------------------------------------------------------------------------------- */

/* The polynomial of IEEE 802.3, as Go's hash/crc32 has it, over the next bytes. */
static uint32_t add_crc(uint32_t crc, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
	}
	return crc;
}

/* crc32 of "SCHEMA\0TABLE\0DATABASE" times a constant, modulo 2^32. */
static int64_t key_of(const struct ledger *ledger, const char *slash, const char *dbname)
{
	uint32_t crc = add_crc(0xFFFFFFFF, ledger->history_schema, strlen(ledger->history_schema) + 1);
	crc = add_crc(crc, ledger->history_table, strlen(ledger->history_table) + 1);
	crc = add_crc(crc, slash, strlen(slash));
	crc = add_crc(crc, dbname, strlen(dbname));
	return (uint32_t)(~crc * 1486364155u);
}

/* The command takes the path of its URL for the name of the database, slash and all; a program that hands it a connection has it ask the
 * server. */
static int64_t lock_key(const struct ledger *ledger, const char *dbname)
{
	return key_of(ledger, "/", dbname);
}

static int64_t other_lock_key(const struct ledger *ledger, const char *dbname)
{
	return key_of(ledger, "", dbname);
}

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	return dialect_ensure_sql(ledger, session, "version bigint not null primary key, dirty boolean not null");
}

/* DELETE instead of the tool's TRUNCATE: the same in the end, and no new file on the server's disk for each migration. version NULL: none. */
static char *version_sql(const struct ledger *ledger, const char *version, bool is_dirty, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *sql;
	if (version) {
		char *literal = session_quote_literal(session, version);
		sql = mem_format("DELETE FROM %s; INSERT INTO %s (version, dirty) VALUES (%s, %s)", table, table, literal,
		    is_dirty ? "true" : "false");
		mem_free(literal);
	} else {
		sql = mem_format("DELETE FROM %s", table);
	}
	mem_free(table);
	return sql;
}

static const char *version_before(const struct ledger *ledger, const struct migration_file *file)
{
	return file > ledger->files ? file[-1].key : NULL;
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	return version_sql(ledger, file->key, false, session);
}

static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	return version_sql(ledger, version_before(ledger, file), false, session);
}

/* The version it is going to have, dirty; -1 is before the first. */
static char *begin_sql(
    const struct ledger *ledger, const struct migration_file *file, bool is_up, struct session *session)
{
	const char *before = version_before(ledger, file);
	return version_sql(ledger, is_up ? file->key : before ? before : "-1", true, session);
}

static bool up_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	bool is_empty = is_down_file(file);
	if (is_empty)
		out->warning = "has no .up.sql beside it: the version is written down, and nothing runs, as in golang-migrate";
	return dialect_whole_text(ledger, file, is_empty ? "" : text, out, err);
}

static char *down_path(const struct ledger *ledger, const struct migration_file *file)
{
	if (file->down_path || is_down_file(file))
		return mem_copy(file->down_path ? file->down_path : file->path);
	char *name = mem_format("%s.down.sql", file->name);
	char *path = places_join(ledger->folder, name);
	mem_free(name);
	return path;
}

static const struct dialect_run run = {
    .lock_key = lock_key,
    .other_lock_key = other_lock_key,
    .has_one_row = true,
    .transaction = TRANSACTION_FILE,
    .ensure_sql = ensure_sql,
    .settings_sql = dialect_settings_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .begin_sql = begin_sql,
    .up_text = up_text,
    .down_text = dialect_whole_down,
    .down_path = down_path,
};

const struct dialect dialect_golang_migrate = {
    .name = "golang-migrate",
    .history_schema = "public",
    .history_table = "schema_migrations",
    .tool = "migrate up",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .is_read_at_once = true,
    .knows_columns = knows_columns,
    .match = match,
    .check_order = check_order,
    .new_file = new_file,
    .run = &run,
};
