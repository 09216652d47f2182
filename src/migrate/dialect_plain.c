/* Numbered .sql files and a table schema_migrations of a runner of the team's own: Logikids' columns, and the other
 * sets seen in the wild. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "plain_internal.h"

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

static bool knows_columns(const char *columns)
{
	struct plain_columns shape;
	return plain_columns_of(columns, &shape);
}

/* name, second name, checksum and time of each row, the oldest first; an absent column is null. */
static bool ask(const struct ledger *ledger, const struct plain_columns *shape, struct session *session,
    struct result **result, struct err *err)
{
	char type[64];
	const char *tie = history_column(ledger->columns, "id", type) ? "id" : shape->name;
	struct text columns = {0}, order = {0};
	const char *wanted[] = {shape->name, shape->also, shape->checksum};
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		char *quoted = wanted[i] ? session_quote_identifier(session, wanted[i]) : NULL;
		text_addf(&columns, quoted ? "%s::text, " : "null, ", quoted);
		mem_free(quoted);
	}
	if (shape->time)
		text_addf(&columns, "(pg_catalog.date_part('epoch', %s::timestamptz) * 1000000)::bigint", shape->time);
	else
		text_add(&columns, "null");
	/* h: else the text of the column above is what is sorted. Several of one run may have one time. */
	text_addf(&order, "%s%s%sh.%s", shape->time ? "h." : "", shape->time ? shape->time : "", shape->time ? ", " : "", tie);
	bool is_done = session_queryf_wait(session, 15000, result, err, "select %s from %I.%I h order by %s",
	    text_str(&columns), ledger->history_schema, ledger->history_table, text_str(&order));
	text_done(&columns);
	text_done(&order);
	return is_done;
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	struct plain_columns shape;
	if (!plain_columns_of(ledger->columns, &shape))
		return err_set(err, ERR_CONFIG, "the history table %s changed its columns meanwhile", ledger->history);
	bool is_done = ask(ledger, &shape, session, &result, err);
	int rows = is_done ? result_rows(result) : 0;
	struct words names = {0};
	const char **also = mem_grow(NULL, (size_t)rows + 1, sizeof *also),
	           **checksums = mem_grow(NULL, (size_t)rows + 1, sizeof *checksums);
	for (int i = 0; i < rows; i++) {
		words_add(&names, result_text(result, i, 0) ? result_text(result, i, 0) : "");
		also[i] = result_text(result, i, 1);
		checksums[i] = result_text(result, i, 2);
		ledger_add_row(ledger, names.v[i], result_int(result, i, 3, 0));
	}
	plain_learn(ledger, &names, also, checksums);
	/* It tells of later changes, where it is one of the file's bytes: metadata.h finds that out. */
	for (int i = 0; i < rows; i++)
		ledger->rows[i].checksum = mem_copy(checksums[i]);
	words_done(&names);
	mem_free(also);
	mem_free(checksums);
	result_free(result);
	return is_done;
}

/* --- which row is which file's ----------------------------------------------------------------------- */

struct by_key {
	char *key;
	int file;
};

static int compare_keys(const void *a, const void *b)
{
	const struct by_key *left = a, *right = b;
	int order = strcmp(left->key, right->key);
	return order ? order : left->file - right->file;
}

static int compare_key(const void *key, const void *item)
{
	return strcmp(key, ((const struct by_key *)item)->key);
}

/* Joins rows that are written in that form and have no file yet. */
static void match_form(struct ledger *ledger, enum plain_name_form form)
{
	struct by_key *keys = mem_grow(NULL, (size_t)ledger->migration_count + 1, sizeof *keys);
	size_t count = 0;
	for (int i = 0; i < ledger->migration_count; i++) {
		char *key = ledger->files[i].row < 0 ? plain_name_in_form(ledger->files[i].name, form) : NULL;
		if (key)
			keys[count++] = (struct by_key){key, i};
	}
	qsort(keys, count, sizeof *keys, compare_keys);
	for (int row = 0; row < ledger->row_count; row++) {
		const char *name = ledger->rows[row].name;
		struct by_key *found = ledger->rows[row].file < 0 ? bsearch(name, keys, count, sizeof *keys, compare_key) : NULL;
		/* Of two files with one number the first. */
		while (found && found > keys && strcmp(found[-1].key, name) == 0)
			found--;
		if (found && ledger->files[found->file].row < 0)
			ledger_join(ledger, found->file, row);
	}
	for (size_t i = 0; i < count; i++)
		mem_free(keys[i].key);
	mem_free(keys);
}

static bool is_whole(const struct ledger *ledger)
{
	for (int i = 0; i < ledger->row_count; i++)
		if (ledger->rows[i].file < 0)
			return false;
	return true;
}

static void match(struct ledger *ledger)
{
	static const enum plain_name_form forms[] = {PLAIN_STEM, PLAIN_DIGITS, PLAIN_NUMBER};
	if (!ledger->has_history)
		plain_foresee(ledger);
	ledger_match_by_name(ledger);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0] && !is_whole(ledger); i++)
		match_form(ledger, forms[i]);
}

/* The next number, as wide as the last one is. */
static bool new_file(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err)
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
	migration_drafts_add(drafts, places_join(ledger->folder, file_name), mem_format("-- %s\n", title), false);
	mem_free(file_name);
	mem_free(name);
	return true;
}

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
    .run = &plain_run,
};
