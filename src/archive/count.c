/* See count.h. Rows of a COPY block are its lines: a line break within a value is written as \n. */
#include "count.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"

enum { BUFFER_BYTES = 1 << 20, LOOK_MS = 100, KEPT_BYTES = 64 };
static const char copy_word[] = "COPY ", block_end[] = "\\.\n", encoding_words[] = "SET client_encoding = '";

/* ---- names ------------------------------------------------------------------------------ */

/* One part of a name, unquoted; returns what stands behind it. */
static const char *take_part(const char *s, struct text *name)
{
	if (*s != '"') {
		size_t length = strcspn(s, ". (");
		text_add_n(name, s, length);
		return s + length;
	}
	for (s++; *s != '\0'; s++) {
		if (*s == '"' && s[1] != '"')
			return s + 1;
		s += *s == '"';
		text_add_char(name, *s);
	}
	return s;
}

/* "COPY public.\"a b\" (x) FROM stdin": public.a b */
static char *table_of(const char *statement, const char *encoding)
{
	struct text name = {0};
	const char *s = take_part(statement + strlen(copy_word), &name);
	if (*s == '.') {
		text_add_char(&name, '.');
		take_part(s + 1, &name);
	}
	char *utf8 = name_as_utf8(text_str(&name), encoding);
	text_done(&name);
	return utf8;
}

/* ---- statements ----------------------------------------------------------------------------- */

static bool is_copy(const struct counting *counting)
{
	return text_starts_with(text_str(&counting->statement), copy_word);
}

/* "SET client_encoding = 'LATIN1'" */
static void take_encoding(struct counting *counting)
{
	const char *statement = text_str(&counting->statement);
	if (!text_starts_with(statement, encoding_words))
		return;
	const char *name = statement + sizeof encoding_words - 1;
	mem_free(counting->encoding);
	counting->encoding = mem_copy_n(name, strcspn(name, "'"));
}

static void end_statement(struct counting *counting)
{
	if (is_copy(counting) && text_ends_with(counting->statement.s, " FROM stdin")) {
		mem_free(counting->table);
		counting->table = table_of(counting->statement.s, counting->encoding);
		counting->is_after_copy = true;
	}
	take_encoding(counting);
	text_done(&counting->statement);
}

/* The whole of a COPY, the beginning of anything else: a large object is one long word. */
static void keep(struct counting *counting, const char *bytes, size_t length)
{
	if (counting->statement.length < KEPT_BYTES || is_copy(counting))
		text_add_n(&counting->statement, bytes, length);
}

static const char *take_quoted(struct counting *counting, const char *s, const char *end)
{
	const char *found = memchr(s, counting->quote, (size_t)(end - s));
	const char *behind = found != NULL ? found + 1 : end;
	/* one of two in a row begins the next quoted part at once */
	if (found != NULL)
		counting->quote = '\0';
	keep(counting, s, (size_t)(behind - s));
	return behind;
}

static const char *take_line(struct counting *counting, const char *s, const char *end)
{
	const char *found = memchr(s, '\n', (size_t)(end - s));
	counting->is_in_line = found == NULL;
	return found != NULL ? found + 1 : end;
}

static void begin_rows(struct counting *counting)
{
	counting->is_after_copy = false;
	counting->is_in_rows = true;
	counting->matched = 0;
	counting->table_rows = 0;
}

static const char *take_sql(struct counting *counting, const char *s, const char *end)
{
	if (counting->quote != '\0')
		return take_quoted(counting, s, end);
	if (counting->is_in_line)
		return take_line(counting, s, end);
	bool is_first = counting->statement.length == 0;
	if (is_first && counting->is_after_copy && *s == '\n')
		begin_rows(counting);
	else if (is_first && (*s == '-' || *s == '\\')) /* a comment; \restrict */
		counting->is_in_line = true;
	else if (*s == ';')
		end_statement(counting);
	else if (!is_first || (*s != '\n' && *s != ' '))
		keep(counting, s, 1);
	if (!is_first && (*s == '\'' || *s == '"'))
		counting->quote = *s;
	return s + 1;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void end_rows(struct counting *counting)
{
	const json_t *before = json_object_get(counting->counts, counting->table);
	json_object_set_new(
	    counting->counts, counting->table, json_integer(json_integer_value(before) + counting->table_rows));
	counting->rows += counting->table_rows;
	counting->blocks++;
	counting->is_in_rows = false;
}

static const char *take_rows(struct counting *counting, const char *s, const char *end)
{
	int64_t rows = 0;
	while (s < end) {
		if (counting->matched >= 0 && *s == block_end[counting->matched]) {
			s++;
			if (block_end[++counting->matched] != '\0')
				continue;
			counting->table_rows += rows;
			end_rows(counting);
			return s;
		}
		const char *found = memchr(s, '\n', (size_t)(end - s));
		counting->matched = found != NULL ? 0 : -1;
		rows += found != NULL;
		s = found != NULL ? found + 1 : end;
	}
	counting->table_rows += rows;
	return s;
}

/* ---- all ------------------------------------------------------------------------------------------ */

void counting_begin(struct counting *counting)
{
	counting->counts = json_object();
	counting->matched = -1;
}

void counting_take(struct counting *counting, const char *bytes, size_t length)
{
	for (const char *s = bytes, *end = bytes + length; s < end;)
		s = counting->is_in_rows ? take_rows(counting, s, end) : take_sql(counting, s, end);
}

void counting_end(struct counting *counting)
{
	if (counting->trouble == NULL && (counting->is_in_rows || counting->is_after_copy))
		counting->trouble = "it ends within the rows of a table";
	else if (counting->trouble == NULL && (counting->quote != '\0' || counting->statement.length > 0))
		counting->trouble = "it ends within a statement";
	text_done(&counting->statement);
	mem_free(counting->table);
	mem_free(counting->encoding);
	counting->table = counting->encoding = NULL;
}

void counting_done(struct counting *counting)
{
	json_decref(counting->counts);
	counting->counts = NULL;
}

void counting_run(struct work *work, void *arg)
{
	struct counting *counting = arg;
	char *bytes = mem_new(BUFFER_BYTES);
	struct pollfd ready = {.fd = counting->in_fd, .events = POLLIN};
	ssize_t got = 1;
	counting_begin(counting);
	while (got > 0 && !work_is_cancelled(work)) {
		if (poll(&ready, 1, LOOK_MS) <= 0)
			continue;
		got = read(counting->in_fd, bytes, BUFFER_BYTES);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			got = 1;
		else if (got > 0) {
			counting_take(counting, bytes, (size_t)got);
			atomic_fetch_add(&counting->bytes, got);
		}
	}
	if (got != 0)
		counting->trouble = got < 0 ? "what pg_restore wrote could not be read" : "cancelled";
	counting_end(counting);
	close(counting->in_fd);
	mem_free(bytes);
}
