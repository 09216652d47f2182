/* restore/plain.c - the text of a plain dump, cut as psql cuts it: by lines, quotes, dollars, comments, and rows behind
 * COPY up to a line that is \. alone. See plain.h. */
#include "plain.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "plain_private.h"

/* What PostgreSQL itself takes in one piece is at most 1 GB. */
static const size_t longest_line = (size_t)1 << 30;

struct plain *plain_new(const struct plain_options *options)
{
	struct plain *plain = MEM_NEW(struct plain);
	plain->options = *options;
	plain->facts.counts = json_object();
	return plain;
}

void plain_free(struct plain *plain)
{
	if (!plain)
		return;
	struct plain_facts *facts = &plain->facts;
	json_decref(facts->counts);
	words_done(&facts->extensions);
	words_done(&facts->owners);
	words_done(&facts->grantees);
	mem_free(facts->timescaledb_version);
	mem_free(facts->encoding);
	mem_free(facts->created);
	mem_free(facts->form);
	text_done(&plain->line);
	text_done(&plain->quoted);
	text_done(&plain->held);
	text_done(&plain->mark);
	text_done(&plain->tag);
	plain_tokens_clear(plain);
	mem_free(plain->tokens);
	mem_free(plain->table);
	mem_free(plain->dropped);
	mem_free(plain);
}

const struct plain_facts *plain_facts(const struct plain *plain)
{
	return &plain->facts;
}

bool plain_fail(
    const struct plain *plain, enum err_kind kind, int64_t line, struct err *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *said = mem_vformat(format, args);
	va_end(args);
	err_set(err, kind, "%s:%lld: %s", plain->options.name, (long long)line, said);
	mem_free(said);
	return false;
}

/* --- going through ------------------------------------------------------------------------------------------- */

bool plain_emit(struct plain *plain, const char *bytes, size_t length, struct err *err)
{
	if (plain->is_held) {
		text_add_n(&plain->held, bytes, length);
		return true;
	}
	if (!plain->options.out || length == 0 || plain->options.out(bytes, length, plain->options.arg))
		return true;
	return err_set(err, ERR_CANCELLED, "cancelled");
}

static bool release(struct plain *plain, struct err *err)
{
	plain->is_held = false;
	bool is_good = plain_emit(plain, text_str(&plain->held), plain->held.length, err);
	plain->held.length = 0;
	return is_good;
}

/* --- tokens -------------------------------------------------------------------------------------------------- */

static bool is_word_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word_part(char c)
{
	return is_word_start(c) || isdigit((unsigned char)c) || c == '$';
}

static bool is_word(const struct plain_token *token, const char *word)
{
	return token->kind == 'w' && strcasecmp(token->text, word) == 0;
}

void plain_tokens_clear(struct plain *plain)
{
	for (int i = 0; i < plain->token_count; i++)
		mem_free(plain->tokens[i].text);
	plain->token_count = 0;
}

static bool is_routine(const struct plain *plain)
{
	const struct plain_token *tokens = plain->tokens;
	int at = plain->token_count > 3 && is_word(&tokens[1], "or") && is_word(&tokens[2], "replace") ? 3 : 1;
	return plain->token_count > at && is_word(&tokens[0], "create") &&
	       (is_word(&tokens[at], "function") || is_word(&tokens[at], "procedure"));
}

/* BEGIN ATOMIC ... END of a function's body holds semicolons. To the word as psql counts: what it takes for one statement
 * is one here. */
static void count_atomic(struct plain *plain)
{
	const struct plain_token *last = &plain->tokens[plain->token_count - 1];
	if (plain->parens > 0 || !is_routine(plain))
		return;
	if (is_word(last, "begin"))
		plain->atomic++;
	else if (plain->atomic > 0 && is_word(last, "case"))
		plain->atomic++;
	else if (plain->atomic > 0 && is_word(last, "end"))
		plain->atomic--;
}

/* A statement with more tokens than anybody looks at keeps its first ones and the last few. */
static void add_token(struct plain *plain, char kind, const char *bytes, size_t length)
{
	enum { STEP = 64, LAST = 8, ENOUGH = 16 };
	bool is_of_body = kind == 'w' && (plain->atomic > 0 || *bytes == 'b' || *bytes == 'B');
	if (!plain->is_held && plain->token_count >= ENOUGH && !is_of_body)
		return;
	if (plain->token_count >= PLAIN_MOST_TOKENS) {
		int first = PLAIN_MOST_TOKENS - LAST;
		mem_free(plain->tokens[first].text);
		memmove(&plain->tokens[first], &plain->tokens[first + 1], (LAST - 1) * sizeof plain->tokens[0]);
		plain->token_count--;
	}
	if (plain->token_count % STEP == 0)
		plain->tokens = mem_grow(plain->tokens, (size_t)(plain->token_count + STEP), sizeof plain->tokens[0]);
	plain->tokens[plain->token_count++] = (struct plain_token){mem_copy_n(bytes, length), kind};
	count_atomic(plain);
}

static bool after_token(struct plain *plain, struct err *err)
{
	if (!plain->is_held)
		return true;
	if (plain_is_plain(plain))
		return release(plain, err);
	if (plain->held.length <= PLAIN_MOST_HELD)
		return true;
	return plain_may_be_long(plain) ? release(plain, err)
	                                : plain_fail(plain, ERR_REFUSED, plain->statement_line, err,
	                                      "a statement longer than 1 MB of which nobody knows what it does to the server");
}

static void begin_statement(struct plain *plain)
{
	if (plain->is_in_statement)
		return;
	plain->is_in_statement = plain->is_held = true;
	plain->statement_line = plain->facts.lines + 1;
	plain->held.length = 0;
}

/* What is left out leaves its lines, so that the numbers in psql's errors are those of the file. */
static void keep_line_ends(struct plain *plain)
{
	size_t kept = 0;
	for (size_t i = 0; i < plain->held.length; i++)
		if (plain->held.s[i] == '\n')
			plain->held.s[kept++] = '\n';
	plain->held.length = kept;
	if (plain->held.s)
		plain->held.s[kept] = 0;
}

static bool end_statement(struct plain *plain, struct err *err)
{
	bool is_out = true, was_held = plain->is_held;
	plain->facts.statements++;
	if (!plain_judge(plain, &is_out, err))
		return false;
	if (was_held && !is_out) {
		plain->facts.left_out++;
		keep_line_ends(plain);
	}
	plain_tokens_clear(plain);
	plain->is_in_statement = false;
	plain->parens = plain->atomic = 0;
	return release(plain, err);
}

/* --- one line of SQL ------------------------------------------------------------------------------------------- */

/* Each takes what begins at `at` and says how many bytes that was. */

/* Of a long text the beginning is enough: names are short. */
static void keep_quoted(struct plain *plain, const char *at, size_t length)
{
	if (plain->quoted.length < PLAIN_MOST_NAME)
		text_add_n(&plain->quoted, at, length < PLAIN_MOST_NAME ? length : PLAIN_MOST_NAME);
}

static size_t take_quoted(struct plain *plain, const char *at, size_t left, char quote)
{
	size_t kept = 0;
	for (size_t i = 0; i < left; i++) {
		if (plain->has_backslash && at[i] == '\\' && i + 1 < left) {
			i++;
		} else if (at[i] == quote && i + 1 < left && at[i + 1] == quote) {
			keep_quoted(plain, at + kept, i + 1 - kept); /* two stand for one */
			kept = ++i + 1;
		} else if (at[i] == quote) {
			keep_quoted(plain, at + kept, i - kept);
			add_token(plain, quote == '"' ? 'n' : 's', text_str(&plain->quoted), plain->quoted.length);
			plain->quoted.length = 0;
			plain->state = PLAIN_SQL;
			return i + 1;
		}
	}
	keep_quoted(plain, at + kept, left - kept);
	return left;
}

static size_t take_dollar(struct plain *plain, const char *at, size_t left)
{
	const char *end = memmem(at, left, plain->tag.s, plain->tag.length);
	if (!end)
		return left;
	plain->state = PLAIN_SQL;
	add_token(plain, 's', "", 0);
	return (size_t)(end - at) + plain->tag.length;
}

static size_t take_comment(struct plain *plain, const char *at, size_t left)
{
	for (size_t i = 0; i + 1 < left; i++) {
		bool is_open = at[i] == '/' && at[i + 1] == '*', is_close = at[i] == '*' && at[i + 1] == '/';
		plain->depth += is_open ? 1 : is_close ? -1 : 0;
		i += is_open || is_close;
		if (plain->depth == 0) {
			plain->state = PLAIN_SQL;
			return i + 1;
		}
	}
	return left;
}

static size_t begin_dollar(struct plain *plain, const char *at, size_t left)
{
	size_t length = 1;
	if (length < left && is_word_start(at[length]))
		while (length < left && is_word_part(at[length]) && at[length] != '$')
			length++;
	if (length >= left || at[length] != '$') {
		add_token(plain, '$', at, 1);
		return 1;
	}
	plain->tag.length = 0;
	text_add_n(&plain->tag, at, length + 1);
	plain->state = PLAIN_DOLLAR;
	return length + 1;
}

static size_t begin_quote(struct plain *plain, bool is_escape)
{
	plain->has_backslash = is_escape || plain->is_backslash_on;
	plain->state = PLAIN_QUOTE;
	return 1;
}

static size_t take_word(struct plain *plain, const char *at, size_t left)
{
	size_t length = 1;
	while (length < left && is_word_part(at[length]))
		length++;
	if (length == 1 && left > 1 && at[1] == '\'' && (at[0] == 'E' || at[0] == 'e'))
		return 1 + begin_quote(plain, true);
	add_token(plain, 'w', at, length);
	return length;
}

/* A dollar behind it begins a quote. */
static size_t take_number(const char *at, size_t left)
{
	size_t length = 1;
	while (length < left && at[length] != '$' && (is_word_part(at[length]) || at[length] == '.'))
		length++;
	return length;
}

static size_t take_sign(struct plain *plain, const char *at, size_t left)
{
	char c = *at;
	if (isdigit((unsigned char)c))
		return take_number(at, left);
	if (is_word_start(c))
		return take_word(plain, at, left);
	if (c == '\'')
		return begin_quote(plain, false);
	if (c == '"') {
		plain->has_backslash = false;
		plain->state = PLAIN_NAME;
		return 1;
	}
	if (c == '$')
		return begin_dollar(plain, at, left);
	plain->parens += c == '(' ? 1 : c == ')' && plain->parens > 0 ? -1 : 0;
	add_token(plain, c, at, 1);
	return 1;
}

/* To the end of the line, or to a carriage return within it, which ends a line for psql's scanner and the server's. */
static size_t take_remark(const char *at, size_t left)
{
	const char *end = memchr(at, '\r', left);
	return end ? (size_t)(end - at) : left;
}

/* Blanks and comments, which begin no statement. 0: neither. */
static size_t take_space(struct plain *plain, const char *at, size_t left)
{
	if (isspace((unsigned char)*at))
		return 1;
	if (left > 1 && at[0] == '-' && at[1] == '-')
		return take_remark(at, left);
	if (left > 1 && at[0] == '/' && at[1] == '*') {
		plain->state = PLAIN_COMMENT;
		plain->depth = 1;
		return 2;
	}
	return 0;
}

static bool take_sql(struct plain *plain, const char *at, size_t left, size_t *taken, struct err *err)
{
	*taken = take_space(plain, at, left);
	/* psql takes the rows at the semicolon, and reads the rest of the line behind them. */
	if (plain->is_data_next && !plain->is_in_statement && !isspace((unsigned char)*at))
		return plain_fail(plain, ERR_REFUSED, plain->facts.lines + 1, err, "something stands behind COPY ... FROM stdin on its line");
	if (*taken > 0)
		return plain_emit(plain, at, *taken, err);
	if (*at == '\\') {
		*taken = left;
		return plain_meta(plain, at, left, err) && plain_emit(plain, "\n", at[left - 1] == '\n', err);
	}
	if (*at == ';' && plain->parens <= 0 && plain->atomic <= 0) {
		*taken = 1;
		if (!plain->is_in_statement)
			return plain_emit(plain, at, 1, err);
		return plain_emit(plain, at, 1, err) && end_statement(plain, err);
	}
	begin_statement(plain);
	*taken = take_sign(plain, at, left);
	return plain_emit(plain, at, *taken, err) && after_token(plain, err);
}

static bool take_piece(struct plain *plain, const char *at, size_t left, size_t *taken, struct err *err)
{
	switch (plain->state) {
	case PLAIN_QUOTE:
		*taken = take_quoted(plain, at, left, '\'');
		break;
	case PLAIN_NAME:
		*taken = take_quoted(plain, at, left, '"');
		break;
	case PLAIN_DOLLAR:
		*taken = take_dollar(plain, at, left);
		break;
	case PLAIN_COMMENT:
		*taken = take_comment(plain, at, left);
		return plain_emit(plain, at, *taken, err);
	default:
		return take_sql(plain, at, left, taken, err);
	}
	return plain_emit(plain, at, *taken, err) && after_token(plain, err);
}

/* What pg_dump writes as its first and last line. */
static bool read_header(struct plain *plain, const char *line, size_t length, struct err *err)
{
	if (plain_is_line(line, length, "-- PostgreSQL database cluster dump"))
		return plain_fail(plain, ERR_REFUSED, plain->facts.lines + 1, err,
		    "this is a dump of a whole server (pg_dumpall), not of one database");
	plain->facts.is_of_pg_dump = plain->facts.is_of_pg_dump || plain_is_line(line, length, "-- PostgreSQL database dump");
	plain->is_complete = plain->is_complete || plain_is_line(line, length, "-- PostgreSQL database dump complete");
	return true;
}

/* The byte order mark of UTF-8, which psql skips only at the very beginning of what it reads. */
static bool skip_mark(const struct plain *plain, const char **line, size_t *length, struct err *err)
{
	if (plain->facts.lines > 0)
		return true;
	if (*length >= 2 && (memcmp(*line, "\xFF\xFE", 2) == 0 || memcmp(*line, "\xFE\xFF", 2) == 0)) {
		plain_fail(plain, ERR_FAILED, 1, err,
		    "this is UTF-16, as some shells write it behind `>`; psql reads it no more than we do");
		return err_hint(err, "iconv -f UTF-16 -t UTF-8, or take the dump with pg_dump --file");
	}
	if (*length >= 3 && memcmp(*line, "\xEF\xBB\xBF", 3) == 0) {
		*line += 3;
		*length -= 3;
	}
	return true;
}

static bool take_line(struct plain *plain, const char *line, size_t length, struct err *err)
{
	if (!skip_mark(plain, &line, &length, err))
		return false;
	if (memchr(line, 0, length))
		return plain_fail(plain, ERR_FAILED, plain->facts.lines + 1, err, "a byte 0 stands here: this is no text");
	if (plain->state == PLAIN_SQL && length > 2 && line[0] == '-' && line[1] == '-' &&
	    !read_header(plain, line, length, err))
		return false;
	for (size_t at = 0, taken; at < length; at += taken)
		if (!take_piece(plain, line + at, length - at, &taken, err))
			return false;
	plain->facts.lines++;
	if (plain->is_data_next && !plain->is_in_statement) {
		plain->state = PLAIN_DATA;
		plain->is_data_next = false;
	}
	return true;
}

/* --- all ------------------------------------------------------------------------------------------------------- */

bool plain_feed(struct plain *plain, const char *bytes, size_t length, struct err *err)
{
	while (length > 0) {
		if (plain->state == PLAIN_DATA) {
			if (!plain_data(plain, &bytes, &length, err))
				return false;
			continue;
		}
		const char *end = memchr(bytes, '\n', length);
		size_t size = end ? (size_t)(end + 1 - bytes) : length;
		bool is_good = true;
		if (!end || plain->line.length > 0) {
			if (plain->line.length + size > longest_line)
				return plain_fail(plain, ERR_FAILED, plain->facts.lines + 1, err, "a line longer than 1 GB: this is no dump");
			text_add_n(&plain->line, bytes, size);
		}
		if (end && plain->line.length > 0)
			is_good = take_line(plain, plain->line.s, plain->line.length, err);
		else if (end)
			is_good = take_line(plain, bytes, size, err);
		if (end)
			plain->line.length = 0;
		if (!is_good)
			return false;
		bytes += size;
		length -= size;
	}
	return true;
}

bool plain_end(struct plain *plain, struct err *err)
{
	if (plain->line.length > 0 && !take_line(plain, plain->line.s, plain->line.length, err))
		return false;
	plain->line.length = 0;
	/* psql takes a last row and a last \. without the end of their line. */
	if (plain->state == PLAIN_DATA && plain->mark.length > 0 && strcmp(text_str(&plain->mark), "\\.") == 0)
		plain_end_row(plain);
	/* psql sends a last statement also without its semicolon. */
	if (plain->state == PLAIN_SQL && plain->is_in_statement && plain->parens == 0 && plain->atomic == 0 &&
	    !end_statement(plain, err))
		return false;
	const char *inside = plain->state == PLAIN_DATA      ? "the rows of a table"
	                     : plain->state == PLAIN_COMMENT ? "a comment"
	                     : plain->state != PLAIN_SQL || plain->is_in_statement ? "a statement"
	                                                                            : NULL;
	if (inside)
		return plain_fail(plain, ERR_FAILED, plain->facts.lines, err, "the file ends inside %s: it was cut off", inside);
	if (plain->facts.is_of_pg_dump && !plain->is_complete)
		return plain_fail(plain, ERR_FAILED, plain->facts.lines, err,
		    "the file was cut off: pg_dump's last line, \"PostgreSQL database dump complete\", is not there");
	if (plain->facts.statements == 0)
		return plain_fail(plain, ERR_FAILED, plain->facts.lines, err, "there is no SQL in this file");
	return plain->facts.created == NULL || plain->is_connected ||
	       plain_fail(plain, ERR_FAILED, plain->facts.lines, err, "a database is created here but never connected to");
}
