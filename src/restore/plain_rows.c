/* restore/plain_rows.c - the rows behind COPY ... FROM stdin: counted, and otherwise let through as they are. See plain.h. */
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "plain_private.h"

bool plain_is_line(const char *line, size_t length, const char *what)
{
	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	return length == strlen(what) && memcmp(line, what, length) == 0;
}

/* The counts are in UTF-8, as names come from a server. */
static bool is_odd(const struct plain *plain)
{
	const char *encoding = plain->facts.encoding;
	bool is_plain = true;
	for (const char *c = plain->table; *c; c++)
		is_plain = is_plain && (unsigned char)*c < 0x80;
	return !is_plain && ((encoding && strcasecmp(encoding, "UTF8") != 0) ||
	                        !text_is_valid_utf8(plain->table, strlen(plain->table)));
}

static void end_data(struct plain *plain)
{
	plain->facts.has_odd_names = plain->facts.has_odd_names || is_odd(plain);
	json_int_t before = json_integer_value(json_object_get(plain->facts.counts, plain->table));
	json_object_set_new(plain->facts.counts, plain->table, json_integer(before + plain->table_rows));
	plain->facts.rows += plain->table_rows;
	plain->table_rows = 0;
	mem_free(plain->table);
	plain->table = NULL;
	plain->state = PLAIN_SQL;
}

/* TimescaleDB's own catalog tells which version it is of. */
static bool is_metadata(const struct plain *plain)
{
	return strcmp(plain->table, "_timescaledb_catalog.metadata") == 0;
}

static void read_metadata(struct plain *plain)
{
	static const char key[] = "timescaledb_version\t";
	const char *row = text_str(&plain->mark);
	if (!text_starts_with(row, key) || plain->facts.timescaledb_version)
		return;
	const char *value = row + strlen(key);
	plain->facts.timescaledb_version = mem_copy_n(value, strcspn(value, "\t\r\n"));
}

void plain_end_row(struct plain *plain)
{
	plain->facts.lines++;
	if (is_metadata(plain))
		read_metadata(plain);
	if (plain_is_line(text_str(&plain->mark), plain->mark.length, "\\."))
		end_data(plain);
	else
		plain->table_rows++;
	plain->mark.length = 0;
}

/* As much of the bytes as are rows: up to the line \. with its end. */
bool plain_data(struct plain *plain, const char **bytes, size_t *length, struct err *err)
{
	enum { MARK = 4, METADATA = 1000 };
	const char *begin = *bytes;
	while (plain->state == PLAIN_DATA && *length > 0) {
		const char *end = memchr(*bytes, '\n', *length);
		size_t size = end ? (size_t)(end + 1 - *bytes) : *length;
		size_t most = is_metadata(plain) ? METADATA : MARK;
		if (plain->mark.length < most)
			text_add_n(&plain->mark, *bytes, size < most ? size : most);
		*bytes += size;
		*length -= size;
		if (end)
			plain_end_row(plain);
	}
	return plain_emit(plain, begin, (size_t)(*bytes - begin), err);
}
