/* seeds/csv_read.c - takes a file of CSV apart, record by record, as COPY would. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "csv.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* A quote that is never closed would make one value of the whole file. */
enum { BLOCK_BYTES = 64 * 1024, VALUE_BYTES = 16 << 20 };

struct csv_reader {
	int fd;
	bool keeps_values, is_cut;
	char block[BLOCK_BYTES];
	size_t at, length;
	bool is_ended;
	int64_t offset; /* of block[at] */
	int line, column;
	int server_line;
	char line_end; /* what the server counts inside quotes: '\n', or '\r' as long as it has not seen a line that ends with '\n' alone */
	bool has_line_end;
	struct text value;
};

/* -1 at the end. */
static int peek(struct csv_reader *reader)
{
	while (reader->at == reader->length && !reader->is_ended) {
		ssize_t got = read(reader->fd, reader->block, sizeof reader->block);
		if (got < 0 && errno == EINTR)
			continue;
		reader->is_ended = got <= 0;
		reader->at = 0;
		reader->length = got > 0 ? (size_t)got : 0;
	}
	return reader->at < reader->length ? (unsigned char)reader->block[reader->at] : -1;
}

static void step(struct csv_reader *reader)
{
	int c = peek(reader);
	reader->at++;
	reader->offset++;
	if (c == '\n' || (c == '\r' && peek(reader) != '\n')) {
		reader->line++;
		reader->column = 1;
	} else if ((c & 0xC0) != 0x80) {
		reader->column++;
	}
}

struct csv_reader *csv_open(const char *path, bool keeps_values, struct err *err)
{
	int fd = places_open_read(path, err);
	if (fd < 0)
		return NULL;
	struct csv_reader *reader = MEM_NEW(struct csv_reader);
	reader->fd = fd;
	reader->keeps_values = keeps_values;
	reader->line = reader->column = 1;
	reader->line_end = '\r';
	if (peek(reader) == 0xEF && reader->length >= 3 && memcmp(reader->block, "\xEF\xBB\xBF", 3) == 0)
		reader->at = 3;
	return reader;
}

void csv_close(struct csv_reader *reader)
{
	if (reader == NULL)
		return;
	close(reader->fd);
	text_done(&reader->value);
	mem_free(reader);
}

/* ---- one value ------------------------------------------------------------------------- */

static void keep(struct csv_reader *reader, int c)
{
	if (reader->keeps_values && reader->value.length < VALUE_BYTES)
		text_add_char(&reader->value, (char)c);
	else if (reader->keeps_values)
		reader->is_cut = true;
}

static void take_quoted(struct csv_reader *reader)
{
	int c;
	step(reader);
	while ((c = peek(reader)) >= 0) {
		step(reader);
		if (c == '"' && peek(reader) != '"')
			return;
		if (c == '"')
			step(reader);
		if (c == reader->line_end)
			reader->server_line++;
		keep(reader, c);
	}
}

static struct csv_value *add_value(struct csv_record *record)
{
	if (record->count == record->room) {
		int room = record->room > 0 ? record->room * 2 : 16;
		record->values = mem_grow(record->values, (size_t)room, sizeof record->values[0]);
		memset(record->values + record->room, 0, (size_t)(room - record->room) * sizeof record->values[0]);
		record->room = room;
	}
	return &record->values[record->count++];
}

static void take_value(struct csv_reader *reader, struct csv_record *record)
{
	struct csv_value *value = add_value(record);
	bool is_quoted = false;
	int c;
	value->line = reader->line;
	value->column = reader->column;
	reader->value.length = 0;
	if (reader->value.s != NULL)
		reader->value.s[0] = '\0';
	while ((c = peek(reader)) >= 0 && c != ',' && c != '\n' && c != '\r') {
		if (c == '"') {
			is_quoted = true;
			take_quoted(reader);
		} else {
			keep(reader, c);
			step(reader);
		}
	}
	mem_free(value->text);
	value->text = reader->keeps_values && (is_quoted || reader->value.length > 0) ? mem_copy(text_str(&reader->value)) : NULL;
}

static void take_line_end(struct csv_reader *reader)
{
	int c = peek(reader);
	if (c < 0)
		return;
	step(reader);
	bool is_pair = c == '\r' && peek(reader) == '\n';
	if (is_pair)
		step(reader);
	/* The first one tells the server what all others are. */
	if (!reader->has_line_end)
		reader->line_end = c == '\n' ? '\n' : '\r';
	reader->has_line_end = true;
}

bool csv_next(struct csv_reader *reader, struct csv_record *record)
{
	record->count = 0;
	record->line = reader->line;
	record->offset = reader->offset;
	if (peek(reader) < 0)
		return false;
	reader->server_line++;
	take_value(reader, record);
	while (peek(reader) == ',') {
		step(reader);
		take_value(reader, record);
	}
	record->end = reader->offset;
	record->server_line = reader->server_line;
	take_line_end(reader);
	return true;
}

bool csv_is_cut(const struct csv_reader *reader)
{
	return reader->is_cut;
}

void csv_record_done(struct csv_record *record)
{
	for (int i = 0; i < record->room; i++)
		mem_free(record->values[i].text);
	mem_free(record->values);
	memset(record, 0, sizeof *record);
}

void csv_locate(const char *path, int64_t offset, int *line, int *column)
{
	struct err ignored;
	struct csv_reader *reader = csv_open(path, false, &ignored);
	*line = *column = 1;
	if (reader == NULL)
		return;
	while (reader->offset < offset && peek(reader) >= 0)
		step(reader);
	*line = reader->line;
	*column = reader->column;
	csv_close(reader);
}
