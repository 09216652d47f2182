/* dbmate: DIGITS_name.sql, table schema_migrations(version) that holds the digits and no time. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "pgtend/migrate/marker.h"
#include "dialect_internal.h"

/* The tool takes what matches ^(\d+).*\.sql$ and leaves the rest alone; files run in the order of their names. */
static bool read_folder(struct ledger *ledger, struct err *err)
{
	struct words names = {0}, doubles = {0};
	bool is_read = folder_names(ledger->folder, &names, err);
	for (size_t i = 0; is_read && i < names.count; i++) {
		size_t digits = strspn(names.v[i], "0123456789");
		if (digits == 0 || !text_ends_with(names.v[i], ".sql"))
			continue;
		/* The names are sorted: two of one version stand side by side. */
		const struct migration_file *last =
		    ledger->migration_count ? &ledger->files[ledger->migration_count - 1] : NULL;
		if (last && strlen(last->key) == digits && strncmp(last->key, names.v[i], digits) == 0) {
			words_add(&doubles, names.v[i]);
			continue;
		}
		struct migration_file *file = ledger_add_file(
		    ledger, mem_copy_n(names.v[i], strlen(names.v[i]) - 4), places_join(ledger->folder, names.v[i]));
		file->key = mem_copy_n(names.v[i], digits);
	}
	for (size_t i = 0; i < doubles.count; i++)
		ledger_add_refused(ledger, doubles.v[i],
		    "has the version of the file before it: dbmate takes it for applied with that one, and fails at it when both are "
		    "pending; give it a version of its own");
	words_done(&doubles);
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

struct place {
	int file, row;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	return left->file != right->file ? left->file - right->file : left->row - right->row;
}

/* What ran last is the last applied file for the tool (10_b before 1_a, as names are sorted), not the greatest version. A row without file
 * stays behind the one that it followed. */
static void order_rows(struct ledger *ledger)
{
	struct place *places = mem_grow(NULL, (size_t)ledger->row_count + 1, sizeof *places);
	struct migration_row *rows = mem_grow(NULL, (size_t)ledger->row_count + 1, sizeof *rows);
	for (int i = 0, last = -1; i < ledger->row_count; i++) {
		last = ledger->rows[i].file >= 0 ? ledger->rows[i].file : last;
		places[i] = (struct place){last, i};
		rows[i] = ledger->rows[i];
	}
	qsort(places, (size_t)ledger->row_count, sizeof *places, compare_places);
	for (int i = 0; i < ledger->row_count; i++) {
		ledger->rows[i] = rows[places[i].row];
		if (ledger->rows[i].file >= 0)
			ledger->files[ledger->rows[i].file].row = i;
	}
	mem_free(places);
	mem_free(rows);
}

static void match(struct ledger *ledger)
{
	for (int i = 0; ledger->row_count > 0 && i < ledger->migration_count; i++) {
		const struct migration_row *row =
		    bsearch(ledger->files[i].key, ledger->rows, (size_t)ledger->row_count, sizeof *row, compare_key_to_row);
		if (row)
			ledger_join(ledger, i, (int)(row - ledger->rows));
	}
	order_rows(ledger);
}

static bool new_file(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err)
{
	(void)err;
	char stamp[15];
	dialect_new_stamp(ledger, stamp);
	char *file_name = mem_format("%s_%s.sql", stamp, title);
	migration_drafts_add(
	    drafts, places_join(ledger->folder, file_name), mem_copy("-- migrate:up\n\n\n-- migrate:down\n\n"), false);
	mem_free(file_name);
	return true;
}

/* --- the two parts of a file ----------------------------------------------------------------------------- */

/* White space of the tool's regular expressions (RE2's \s). */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* ^--\s*migrate:WORD(\s*$|\s+\S+) at or after `from`, lines ending with \n; NULL: none. The tool knows no SQL: a marker inside a string
 * counts. */
static const char *find_marker(const char *text, const char *from, const char *word)
{
	for (const char *at = strstr(from, "--"); at; at = strstr(at + 1, "--")) {
		const char *s = at + 2;
		if (at > text && at[-1] != '\n')
			continue;
		while (is_blank(*s))
			s++;
		if (strncmp(s, "migrate:", 8) != 0 || strncmp(s + 8, word, strlen(word)) != 0)
			continue;
		s += 8 + strlen(word);
		if (!*s || is_blank(*s))
			return at;
	}
	return NULL;
}

/* The words behind the marker on its line, NAME:VALUE each; the last one of a name counts. */
static bool says_no_transaction(const char *marker)
{
	const char *s = strstr(marker, "migrate:") + 8, *end = marker + strcspn(marker, "\n");
	bool is_outside = false;
	while (s < end) {
		while (s < end && is_blank(*s))
			s++;
		size_t length = 0;
		while (s + length < end && !is_blank(s[length]))
			length++;
		if (length > 12 && strncmp(s, "transaction:", 12) == 0 && !memchr(s + 12, ':', length - 12))
			is_outside = length == 17 && strncmp(s + 12, "false", 5) == 0;
		s += length;
	}
	return is_outside;
}

static bool refuse(const struct migration_file *file, const char *text, const char *at, struct err *err, const char *what,
    const char *hint)
{
	const char *line = at;
	while (line > text && line[-1] != '\n')
		line--;
	err_set(err, ERR_FAILED, "%s:%d:%d: %s", file->path, marker_line(text, (size_t)(at - text)), (int)(at - line) + 1, what);
	return err_hint(err, "%s; nothing was run", hint);
}

/* The first line with SQL before the first marker; NULL: only comments and blank lines stand there. */
static const char *find_statement(const char *text, const char *end)
{
	for (const char *line = text; line < end; line++) {
		const char *s = line;
		while (s < end && *s != '\n' && is_blank(*s))
			s++;
		if (s < end && *s != '\n' && strncmp(s, "--", 2) != 0)
			return s;
		line = memchr(s, '\n', (size_t)(end - s));
		if (!line)
			break;
	}
	return NULL;
}

/* Both markers, or what the tool refuses a file for. */
static bool find_parts(
    const struct migration_file *file, const char *text, const char **up, const char **down, struct err *err)
{
	*up = find_marker(text, text, "up");
	if (!*up)
		return refuse(file, text, text, err, "no line `-- migrate:up`", "dbmate refuses a file without it");
	const char *early = find_statement(text, *up);
	if (early)
		return refuse(file, text, early, err, "a statement before `-- migrate:up`",
		    "dbmate refuses the file: move it below that line");
	*down = find_marker(text, *up, "down");
	if (!*down)
		return refuse(file, text, *up, err, "no line `-- migrate:down`",
		    "dbmate refuses a file without it: add it, with nothing below when there is no way back");
	const char *second = find_marker(text, *up + 1, "up");
	if (second)
		return refuse(file, text, second, err, "a second `-- migrate:up`",
		    "dbmate applies the first part, writes the version down, and fails at the second: make it a file of its own");
	second = find_marker(text, *down + 1, "down");
	return !second || refuse(file, text, second, err, "a second `-- migrate:down`", "dbmate refuses the file");
}

static bool cut(const struct migration_file *file, const char *text, bool is_up, struct migration_text *out, struct err *err)
{
	const char *up = NULL, *down = NULL;
	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		out->warning = "begins with a byte order mark, which is left out (dbmate would not find its marker behind it)";
	}
	if (!find_parts(file, text, &up, &down, err))
		return false;
	const char *begin = is_up ? up : down;
	out->sql = is_up ? mem_copy_n(up, (size_t)(down - up)) : mem_copy(down);
	out->first_line = marker_line(text, (size_t)(begin - text));
	out->is_outside_transaction = says_no_transaction(begin);
	return true;
}

static bool up_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	(void)ledger;
	return cut(file, text, true, out, err);
}

static bool down_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	(void)ledger;
	return cut(file, text, false, out, err);
}

/* --- running ------------------------------------------------------------------------------------------- */

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	return dialect_ensure_sql(ledger, session, "version varchar PRIMARY KEY");
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	char *table = dialect_table_sql(ledger, session), *version = session_quote_literal(session, file->key);
	char *sql = mem_format("INSERT INTO %s (version) VALUES (%s)", table, version);
	mem_free(table);
	mem_free(version);
	return sql;
}

static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	return dialect_forget_sql(ledger, session, "version", file->key);
}

static bool can_record(const struct ledger *ledger, struct err *err)
{
	if (ledger->migration_count == ledger->file_count)
		return true;
	err_set(err, ERR_DRIFT, "%s: another file has this version", ledger->files[ledger->migration_count].path);
	return err_hint(err, "dbmate runs the first of them and fails at this one: give it a number of its own; nothing was run");
}

static const struct dialect_run run = {
    .lock_key = dialect_own_lock_key,
    .locks_history = true,
    .transaction = TRANSACTION_FILE,
    .can_record = can_record,
    .ensure_sql = ensure_sql,
    .settings_sql = dialect_settings_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .up_text = up_text,
    .down_text = down_text,
};

const struct dialect dialect_dbmate = {
    .name = "dbmate",
    .history_schema = "public",
    .history_table = "schema_migrations",
    .tool = "dbmate up",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .is_read_at_once = true,
    .knows_columns = knows_columns,
    .match = match,
    .new_file = new_file,
    .run = &run,
};
