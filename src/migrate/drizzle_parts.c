/* What Drizzle before and from 1.0 has in common: breakpoints. See dialect_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/marker.h"
#include "pgtend/syntax/parse.h"
#include "dialect_internal.h"

static const char mark[] = "--> statement-breakpoint";

/* The tool cuts there whatever stands around, and the server then gets two broken halves. */
static bool refuse(const struct migration_file *file, const char *text, const char *at, struct err *err)
{
	const char *line = at;
	while (line > text && line[-1] != '\n')
		line--;
	err_set(err, ERR_FAILED, "%s:%d:%d: a statement-breakpoint within a string or comment: Drizzle cuts it in two there",
	    file->path, marker_line(text, (size_t)(at - text)), (int)(at - line) + 1);
	if (dialect_is_introspected(text)) {
		char *word = text_shell_word(file->name);
		err_hint(err,
		    "this is drizzle-kit's picture of a database that was there before, and nothing in it is to run: "
		    "`pgtend migrate mark applied DATABASE %s`",
		    word);
		mem_free(word);
		return false;
	}
	return err_hint(err, "take the breakpoint out of it; nothing was run");
}

/* A comment that begins before the breakpoint on its line ends there: what follows is SQL for the tool. */
static void blank_comment(char *from, char *at)
{
	char *line = at;
	while (line > from && line[-1] != '\n')
		line--;
	for (char *s = strstr(line, "--"); s && s < at; s = strstr(s + 2, "--"))
		if (parse_is_code(from, (size_t)(s - from))) {
			memset(s, ' ', (size_t)(at - s));
			return;
		}
}

/* The statement before it has its end: a second one would be an empty statement, which psql bears ill behind COPY data. */
static bool is_ended(const char *sql, const char *at)
{
	const char *last = at;
	while (last > sql && strchr(" \t\r\n", last[-1]))
		last--;
	if (last == sql || *--last != ';')
		return false;
	/* Unless that stands in a comment. */
	for (const char *s = last; s > sql && s[-1] != '\n'; s--)
		if (s[-1] == '-' && *s == '-')
			return false;
	return parse_is_code(sql, (size_t)(last - sql));
}

bool dialect_is_introspected(const char *text)
{
	return text_starts_with(text, "-- Current sql file was generated after introspecting the database");
}

bool dialect_breakpoint_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	if (!dialect_whole_text(ledger, file, text, out, err))
		return false;
	/* Behind a breakpoint that is code a statement begins: only what follows it need be looked at for the next one. */
	char *from = out->sql;
	for (char *at = strstr(from, mark); at; at = strstr(from, mark)) {
		/* Quotes in the data are none. */
		bool is_behind_data = parse_is_behind_data(from, at);
		if (!is_behind_data && !parse_is_code(from, (size_t)(at - from)))
			return refuse(file, text, text + (at - out->sql), err);
		bool is_empty = is_behind_data || parse_skip_blank(from, at) == at || is_ended(from, at);
		if (!is_behind_data)
			blank_comment(from, at);
		memset(at, ' ', sizeof mark - 1);
		*at = is_empty ? ' ' : ';';
		from = at + 1;
	}
	return true;
}
