/* Drizzle before 1.0: meta/_journal.json orders TAG.sql files, table drizzle.__drizzle_migrations holds hash and the
 * journal's `when`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "dialect_internal.h"

/* The journal's entries, after what can be wrong with it was said. New reference in *journal. */
static bool read_journal(const char *path, json_t **journal, json_t **entries, struct err *err)
{
	*journal = NULL;
	if (!json_read_file(path, journal, err)) {
		err->kind = ERR_CONFIG;
		return false;
	}
	const char *dialect = json_string_value(json_object_get(*journal, "dialect"));
	*entries = json_object_get(*journal, "entries");
	if (dialect && strcmp(dialect, "postgresql") != 0 && strcmp(dialect, "pg") != 0)
		return err_set(err, ERR_CONFIG, "%s: its dialect is %s, not postgresql", path, dialect);
	if (!json_is_array(*entries))
		return err_set(err, ERR_CONFIG, "%s: no list `entries`: not Drizzle's journal", path);
	return true;
}

static bool add_entry(
    struct ledger *ledger, const char *journal_path, size_t i, const json_t *entry, struct words *tags, struct err *err)
{
	const char *tag = json_string_value(json_object_get(entry, "tag"));
	const json_t *when = json_object_get(entry, "when");
	if (!tag || strchr(tag, '/') || !json_is_number(when))
		return err_set(err, ERR_CONFIG, "%s: entry %zu has no `tag` and `when`", journal_path, i);
	if (json_number_value(when) != floor(json_number_value(when)))
		return err_set(err, ERR_CONFIG, "%s: the `when` of %s is no whole number: Drizzle cannot write it down", journal_path, tag);
	char *file_name = mem_format("%s.sql", tag);
	struct migration_file *file = ledger_add_file(ledger, mem_copy(tag), places_join(ledger->folder, file_name));
	file->when_ms = (int64_t)json_number_value(when);
	file->prefix = (double)i;
	ledger_take_checksum(ledger, file);
	file->key = mem_copy(file->checksum); /* the tool's hash is just that */
	if (!file->key)
		file->note = mem_copy(
		    "the journal names it, but the file is not there: Drizzle stops at it; bring it back from version control");
	words_add(tags, file_name);
	mem_free(file_name);
	return true;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The tags are sorted. */
static bool are_single(const struct words *tags, const char *journal_path, struct err *err)
{
	for (size_t i = 1; i < tags->count; i++)
		if (strcmp(tags->v[i - 1], tags->v[i]) == 0)
			return err_set(err, ERR_CONFIG, "%s: it names %s twice: Drizzle would run it twice", journal_path, tags->v[i]);
	return true;
}

/* .sql files that the journal does not name: never run. Without a key and without `when`. */
static bool add_orphans(struct ledger *ledger, struct words *tags, struct err *err)
{
	struct words names = {0};
	bool is_read = folder_names(ledger->folder, &names, err);
	for (size_t i = 0; is_read && i < names.count; i++) {
		if (!text_ends_with(names.v[i], ".sql") ||
		    (tags->count && bsearch(&names.v[i], tags->v, tags->count, sizeof *tags->v, compare_words)))
			continue;
		struct migration_file *file = ledger_add_file(
		    ledger, mem_copy_n(names.v[i], strlen(names.v[i]) - 4), places_join(ledger->folder, names.v[i]));
		file->when_ms = INT64_MIN;
		file->note = mem_copy("meta/_journal.json does not name it: Drizzle never runs it; name it there, or move it out of the folder");
	}
	words_done(&names);
	return is_read;
}

static bool read_folder(struct ledger *ledger, struct err *err)
{
	char *path = places_join(ledger->folder, "meta/_journal.json");
	json_t *journal, *entries;
	struct words tags = {0};
	bool is_read = read_journal(path, &journal, &entries, err);
	for (size_t i = 0; is_read && i < json_array_size(entries); i++)
		is_read = add_entry(ledger, path, i, json_array_get(entries, i), &tags, err);
	words_sort(&tags);
	is_read = is_read && are_single(&tags, path, err) && add_orphans(ledger, &tags, err);
	json_decref(journal);
	words_done(&tags);
	mem_free(path);
	return is_read;
}

static bool knows_columns(const char *columns)
{
	char type[64];
	return history_column_count(columns) == 3 && history_column(columns, "id", type) &&
	       history_is_text(columns, "hash") && history_column(columns, "created_at", type) &&
	       strcmp(type, "bigint") == 0;
}

/* created_at is the journal's `when`; when the migration ran is written nowhere. */
static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	bool is_done = session_queryf_wait(session, 15000, &result, err, "select hash, created_at from %I.%I order by id",
	    ledger->history_schema, ledger->history_table);
	for (int i = 0; is_done && i < result_rows(result); i++) {
		struct migration_row *row = ledger_add_row(ledger, result_text(result, i, 0), 0);
		row->when_ms = result_int(result, i, 1, 0);
		row->checksum = mem_copy(row->name); /* the hash is that of what ran */
	}
	result_free(result);
	return is_done;
}

/* --- which row is which file's ----------------------------------------------------------------------- */

/* By hash and `when`, then by hash, then by `when`: the last are files that were edited, which Drizzle never looks at. */
enum pass { PASS_BOTH, PASS_HASH, PASS_WHEN, PASSES };
struct entry {
	const char *hash;
	int64_t when_ms;
	int file;
};

static int compare_when(const struct entry *a, const struct entry *b)
{
	return a->when_ms < b->when_ms ? -1 : a->when_ms > b->when_ms;
}

static int compare_by_hash(const void *a, const void *b)
{
	int order = strcmp(((const struct entry *)a)->hash, ((const struct entry *)b)->hash);
	return order ? order : compare_when(a, b);
}

static int compare_by_when(const void *a, const void *b)
{
	int order = compare_when(a, b);
	return order ? order : ((const struct entry *)a)->file - ((const struct entry *)b)->file;
}

static int compare_for(enum pass pass, const struct entry *a, const struct entry *b)
{
	return pass == PASS_WHEN ? compare_when(a, b) : pass == PASS_HASH ? strcmp(a->hash, b->hash) : compare_by_hash(a, b);
}

/* The first entry that is the row's in this pass and has no row yet; -1: none. */
static int find_file(const struct ledger *ledger, const struct migration_row *row, enum pass pass,
    const struct entry *entries, int count)
{
	struct entry wanted = {row->name, row->when_ms, 0};
	int low = 0, high = count;
	while (low < high) {
		int middle = low + (high - low) / 2;
		if (compare_for(pass, &entries[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && compare_for(pass, &entries[low], &wanted) == 0; low++)
		if (ledger->files[entries[low].file].row < 0)
			return entries[low].file;
	return -1;
}

static void match_pass(struct ledger *ledger, enum pass pass)
{
	struct entry *entries = mem_grow(NULL, (size_t)ledger->migration_count + 1, sizeof *entries);
	int count = 0;
	for (int i = 0; i < ledger->migration_count; i++) {
		const struct migration_file *file = &ledger->files[i];
		if (file->row < 0 && (file->key || pass == PASS_WHEN))
			entries[count++] = (struct entry){file->key, file->when_ms, i};
	}
	qsort(entries, (size_t)count, sizeof *entries, pass == PASS_WHEN ? compare_by_when : compare_by_hash);
	for (int i = 0; i < ledger->row_count; i++) {
		int file = ledger->rows[i].file < 0 ? find_file(ledger, &ledger->rows[i], pass, entries, count) : -1;
		if (file < 0)
			continue;
		ledger_join(ledger, file, i);
		/* One that is absent is not another one: its note says it. */
		ledger->files[file].is_edited = pass == PASS_WHEN && ledger->files[file].key;
	}
	mem_free(entries);
}

static void note_introspected(struct migration_file *file)
{
	char head[128] = "";
	struct err unreadable;
	int fd = file->row < 0 && !file->note ? places_open_read(file->path, &unreadable) : -1;
	if (fd < 0)
		return;
	ssize_t got = read(fd, head, sizeof head - 1);
	close(fd);
	head[got > 0 ? got : 0] = 0;
	if (dialect_is_introspected(head))
		file->note = mem_format("drizzle-kit's picture of a database that was there before: not to be run; `pgtend migrate "
		                        "mark applied DATABASE %s`",
		    file->name);
}

/* Pending ones whose `when` goes back: together they all run, but once the one before is committed, Drizzle skips the other. */
static void note_backward(struct ledger *ledger)
{
	int64_t newest = INT64_MIN;
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		if (file->row >= 0 || file->is_skipped)
			continue;
		if (file->when_ms <= newest && !file->note)
			file->note = mem_copy("its `when` in the journal is not newer than that of one before it: should that one be committed and "
			                      "this one fail, Drizzle would skip it for ever; give it a newer `when`");
		newest = file->when_ms > newest ? file->when_ms : newest;
	}
}

static void match(struct ledger *ledger)
{
	int64_t newest = INT64_MIN;
	for (int pass = 0; pass < PASSES; pass++)
		match_pass(ledger, (enum pass)pass);
	for (int i = 0; i < ledger->row_count; i++)
		newest = ledger->rows[i].when_ms > newest ? ledger->rows[i].when_ms : newest;
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		bool is_orphan = file->when_ms == INT64_MIN;
		file->is_skipped = file->row < 0 && (is_orphan || (ledger->row_count > 0 && file->when_ms <= newest));
		if (file->is_skipped && !file->note)
			file->note = mem_copy("its `when` in the journal is not newer than the last applied one's: Drizzle skips "
			                      "it for ever; give it a newer `when`");
	}
	note_backward(ledger);
	/* It is the first one of its folder, if any. */
	if (ledger->migration_count > 0)
		note_introspected(&ledger->files[0]);
	for (int i = 0; i < ledger->row_count; i++)
		if (ledger->rows[i].file < 0 && !ledger->rows[i].note)
			ledger->rows[i].note =
			    mem_copy("applied, but no file has this hash or this `when`: bring it back from version control");
}

/* --- running ------------------------------------------------------------------------------------------- */

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	return dialect_ensure_sql(ledger, session, "id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint");
}

/* created_at is the journal's `when`, also of one that the tool would have skipped: its newest stays what it is. */
static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *hash = session_quote_literal(session, file->key);
	char *sql = mem_format("INSERT INTO %s (hash, created_at) VALUES (%s, %lld)", table, hash, (long long)file->when_ms);
	mem_free(table);
	mem_free(hash);
	return sql;
}

/* The row that was matched, which has the old hash when the file was edited since. */
static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session),
	     *hash = session_quote_literal(session, file->row >= 0 ? ledger->rows[file->row].name : file->key);
	char *sql =
	    mem_format("DELETE FROM %s WHERE hash = %s AND created_at = %lld", table, hash, (long long)file->when_ms);
	mem_free(table);
	mem_free(hash);
	return sql;
}

/* The row of this `when`, whatever hash it has. */
static char *accept_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *hash = session_quote_literal(session, file->key ? file->key : ""),
	     *old = session_quote_literal(session, ledger->rows[file->row].name);
	char *sql = mem_format("UPDATE %s SET hash = %s WHERE hash = %s AND created_at = %lld", table, hash, old,
	    (long long)file->when_ms);
	mem_free(table);
	mem_free(hash);
	mem_free(old);
	return sql;
}

static const struct dialect_run run = {
    .lock_key = dialect_own_lock_key,
    .locks_history = true,
    .has_no_key = true,
    .transaction = TRANSACTION_ALL,
    .ensure_sql = ensure_sql,
    .settings_sql = dialect_settings_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .accept_sql = accept_sql,
    .up_text = dialect_breakpoint_text,
    .down_text = dialect_whole_down,
    .down_path = dialect_down_beside,
};

const struct dialect dialect_drizzle = {
    .name = "drizzle",
    .history_schema = "drizzle",
    .history_table = "__drizzle_migrations",
    .tool = "npx drizzle-kit migrate",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .is_read_at_once = true,
    .knows_columns = knows_columns,
    .match = match,
    .new_file = drizzle_new,
    .run = &run,
};
