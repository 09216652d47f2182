/* seeds/load_error.c - where in a file of CSV it went wrong. The server counts lines, and names the last one of the record; who looks
 * for the mistake wants the line in which the value begins, and of a quote that is never closed the line in which it opens. So the file
 * is read once more, up to there. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "pgtend/core/mem.h"

/* "COPY users, line 7, column age: "x"": its number, whatever the language; 0: none. *column: "age", NULL. */
static int line_of(const char *context, const char *table, char **column)
{
	*column = NULL;
	char *begin = mem_format("COPY %s", table);
	const char *at = context != NULL ? strstr(context, begin) : NULL;
	at = at != NULL ? at + strlen(begin) : NULL;
	mem_free(begin);
	if (at == NULL || *at != ',')
		return 0;
	at += strcspn(at, "0123456789\n");
	int line = atoi(at);
	at += strspn(at, "0123456789");
	if (strncmp(at, ", column ", 9) == 0) {
		const char *name = at + 9, *end = strstr(name, ": ");
		*column = end != NULL ? mem_copy_n(name, (size_t)(end - name)) : NULL;
	}
	return line;
}

/* Which value of the record is meant; -1: the record as a whole. */
static int value_of(const struct load *load, const struct csv_record *record, const char *column)
{
	for (int i = 0; column != NULL && i < load->header.count && i < record->count; i++)
		if (strcmp(load->target.columns[load->header.columns[i]].name, column) == 0)
			return i;
	return column == NULL && record->count > load->header.count ? load->header.count : -1;
}

/* The place of the server's line. False: the file has no such record. *end: byte behind it. */
static bool locate(const struct load *load, int server_line, const char *column, int *line, int *at, int64_t *end)
{
	struct err ignored;
	struct csv_record record = {0};
	struct csv_reader *reader = csv_open(load->file->path, false, &ignored);
	bool is_found = false;
	while (reader != NULL && !is_found && csv_next(reader, &record))
		is_found = record.server_line >= server_line;
	if (is_found) {
		int value = value_of(load, &record, column);
		*line = value >= 0 ? record.values[value].line : record.line;
		*at = value >= 0 ? record.values[value].column : 1;
		*end = record.end;
	}
	csv_close(reader);
	csv_record_done(&record);
	return is_found;
}

static void word_trouble(const struct load *load, struct err *err)
{
	int line, column;
	csv_locate(load->file->path, load->watch.trouble_at, &line, &column);
	const char *name = load->file->name;
	switch (load->watch.trouble) {
	case CSV_OPEN:
		err_set(err, ERR_FAILED, "%s:%d:%d: the quote that opens here is never closed", name, line, column);
		break;
	case CSV_BEHIND:
		err_set(err, ERR_FAILED, "%s:%d:%d: the quote that opens here is never closed, or text follows the one that closes it", name, line, column);
		err_hint(err, "a quote inside a value is written twice");
		break;
	case CSV_MIDDLE:
		err_set(err, ERR_FAILED, "%s:%d:%d: a quote in the middle of a value", name, line, column);
		err_hint(err, "put the whole value in quotes, and write the quote inside it twice");
		break;
	case CSV_MARK:
		err_set(err, ERR_FAILED, "%s:%d:%d: at a line of \\. alone the server stops reading, and more lines follow", name, line, column);
		break;
	case CSV_FINE:
		break;
	}
}

static void word_place(const struct load *load, const struct result_error *error, int line, int column, struct err *err)
{
	char state[sizeof err->sqlstate];
	memcpy(state, err->sqlstate, sizeof state);
	char *place = line > 0 ? mem_format("%s:%d:%d", load->file->name, line, column) : mem_copy(load->file->name);
	err_set(err, err->kind, "%s: %s%s%s", place, error->message, error->detail != NULL ? ": " : "",
	    error->detail != NULL ? error->detail : "");
	if (error->hint != NULL)
		err_hint(err, "%s", error->hint);
	memcpy(err->sqlstate, state, sizeof state);
	mem_free(place);
}

void load_word_error(struct load *load, const struct result *result, struct err *err)
{
	const struct result_error *error = result != NULL ? result_error(result) : NULL;
	bool is_trouble = load->watch.trouble != CSV_FINE;
	if (err->kind == ERR_CANCELLED || err->kind == ERR_UNREACHABLE) {
		err_prefix(err, "%s", load->file->name);
		return;
	}
	/* Our own word by which the COPY was given up. */
	bool is_ours = error != NULL && error->message != NULL && strstr(error->message, "pgtend gave it up") != NULL;
	if (is_trouble && (is_ours || error == NULL)) {
		word_trouble(load, err);
		return;
	}
	if (error == NULL || error->message == NULL) {
		err_prefix(err, "%s", load->file->name);
		return;
	}
	char *column;
	int line = 0, at = 1, server_line = line_of(error->context, load->target.name, &column);
	if (server_line == 0) {
		mem_free(column);
		server_line = line_of(error->context, "pgtend_seed", &column);
	}
	int64_t end = 0;
	bool is_known = server_line > 0 && locate(load, server_line, column, &line, &at, &end);
	mem_free(column);
	/* What the server stumbled over may only be what a quote has swallowed. */
	if (is_trouble && (!is_known || end >= load->watch.trouble_at))
		word_trouble(load, err);
	else
		word_place(load, error, is_known ? line : 0, at, err);
}

void load_word_insert_error(struct load *load, const struct result *result, struct err *err)
{
	const struct result_error *error = result != NULL ? result_error(result) : NULL;
	if (error == NULL || error->message == NULL)
		err_prefix(err, "%s", load->file->name);
	else
		word_place(load, error, 0, 0, err);
}

int64_t load_rows_of(const char *tag)
{
	const char *last = tag != NULL ? strrchr(tag, ' ') : NULL;
	return last != NULL && isdigit((unsigned char)last[1]) ? strtoll(last + 1, NULL, 10) : 0;
}
