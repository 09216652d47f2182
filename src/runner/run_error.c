/* The server's errors in the words of the file: FILE:LINE:COL, the line, a caret. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"
#include "pgtend/migrate/marker.h"
#include "pgtend/syntax/statements.h"
#include "run_internal.h"

static bool is_character(const char *s)
{
	return ((unsigned char)*s & 0xC0) != 0x80;
}

/* The byte at which the character with this number (from 0) begins; false: the text ends before. */
static bool offset_of_character(const char *text, int character, size_t *offset)
{
	const char *s = text;
	for (; *s && character > 0; character--)
		do
			s++;
		while (*s && !is_character(s));
	*offset = (size_t)(s - text);
	return character == 0;
}

static size_t line_begin(const char *text, size_t offset)
{
	while (offset > 0 && text[offset - 1] != '\n')
		offset--;
	return offset;
}

/* The line, at most so wide that a caret under it is still seen, and the caret. */
void run_log_line(struct run *run, const char *sql, size_t offset)
{
	enum { BEFORE_COLS = 90, WIDTH_COLS = 120 };
	size_t begin = line_begin(sql, offset), end = offset + strcspn(sql + offset, "\r\n");
	char *line = mem_copy_n(sql + begin, end - begin);
	/* CREATE ROLE ... PASSWORD '...': the place says enough */
	bool may_hold_secret = strcasestr(line, "password") != NULL;
	mem_free_secret(line);
	if (may_hold_secret)
		return;
	char *before = mem_copy_n(sql + begin, offset - begin), *after = mem_copy_n(sql + offset, end - offset);
	for (char *c = before; *c; c++)
		if (*c == '\t')
			*c = ' ';
	/* The caret stands under what is seen of an escape byte. */
	char *raw = before;
	before = text_visible(raw);
	mem_free(raw);
	const char *shown = before;
	while (width_cols(shown) > BEFORE_COLS)
		do
			shown++;
		while (*shown && !is_character(shown));
	size_t fits = width_fit(after, WIDTH_COLS - width_cols(shown), NULL);
	after[fits] = 0;
	report_log(run->report, "    %s%s", shown, after);
	report_log(run->report, "    %*s^", width_cols(shown), "");
	mem_free(before);
	mem_free(after);
}

static bool find_offset(
    const struct plan_step *step, const struct result *result, int head_chars, int head_answers, size_t *offset)
{
	const struct result_error *error = result_error(result);
	if (error->position > 0)
		return error->position > head_chars && offset_of_character(step->text.sql, error->position - 1 - head_chars, offset);
	/* The server says no place: the statement that did not answer is known by counting. */
	return statements_locate(step->text.sql, result_count(result) - head_answers, offset);
}

static void log_part(struct run *run, const char *title, const char *text)
{
	for (const char *line = text; line && *line;) {
		size_t length = strcspn(line, "\n");
		report_log(run->report, "%s%s%.*s", line == text ? title : "    ", line == text ? ": " : "", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

void run_word_error(struct run *run, const struct plan_step *step, const struct result *result, int head_chars,
    int head_answers, struct err *err)
{
	const struct result_error *error = result ? result_error(result) : NULL;
	if (!error)
		return;
	enum err_kind kind = err->kind == ERR_NONE ? ERR_FAILED : err->kind;
	size_t offset = 0;
	bool is_found = find_offset(step, result, head_chars, head_answers, &offset);
	char *place = is_found ? plan_place(step, offset) : mem_copy(step->path);
	err_set(err, kind, "%s: %s", place, error->message ? error->message : "failed");
	memcpy(err->sqlstate, error->sqlstate, sizeof err->sqlstate);
	report_log(run->report, "%s: ERROR %s: %s", place, error->sqlstate, error->message ? error->message : "failed");
	if (is_found)
		run_log_line(run, step->text.sql, offset);
	log_part(run, "DETAIL", error->detail);
	log_part(run, "HINT", error->hint);
	log_part(run, "CONTEXT", error->context);
	mem_free(place);
}

void run_log_notice(struct run *run, const char *of, const char *notice)
{
	/* Some servers (PGlite) send their debug lines too. */
	if (!text_starts_with(notice, "DEBUG") && !text_starts_with(notice, "LOG"))
		report_log(run->report, "%s%s%s", of ? of : "", of ? ": " : "", notice);
}

void run_log_notices(struct run *run, const char *of, const struct result *result)
{
	const struct words *notices = result ? result_notices(result) : NULL;
	for (size_t i = 0; notices && i < notices->count; i++)
		run_log_notice(run, of, notices->v[i]);
}

/* Table, column, object, schema, function that the file makes. */
static bool is_there_already(const char *sqlstate)
{
	static const char *const states[] = {"42P07", "42701", "42710", "42P06", "42723"};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(sqlstate, states[i]) == 0)
			return true;
	return false;
}

void run_hint(struct run *run, const struct plan_step *step, struct err *err)
{
	const char *database = run->database->name;
	if (strcmp(err->sqlstate, "25001") == 0)
		err_hint(err, "it cannot run in a transaction: say so with a line `-- pgtend: no-transaction` in the file");
	else if (strcmp(err->sqlstate, "55P03") == 0)
		err_hint(err, "somebody holds a lock on it: `pgtend activity %s` shows who; lock_timeout is %d ms", database,
		    run->lock_timeout_ms);
	else if (step->is_up && is_there_already(err->sqlstate))
		err_hint(err, "was the database filled without its history? `pgtend migrate adopt %s --dry-run` compares it with the files", database);
	else if (strcmp(err->sqlstate, "53200") == 0 && run->plan.transaction_count < run->plan.count)
		err_hint(err, "one transaction for all needs too many locks: --transaction file gives each file its own");
	else if (strcmp(err->sqlstate, "55P04") == 0)
		err_hint(err, "a value of an enum can be used once it is committed: --transaction file, and its use in another file");
}

bool run_fail(struct run *run, const struct plan_step *step, const struct result *result, int head_chars, int head_answers,
    struct err *err)
{
	if (run_explain_guard(run, err))
		return false;
	run_word_error(run, step, result, head_chars, head_answers, err);
	run_hint(run, step, err);
	return false;
}
