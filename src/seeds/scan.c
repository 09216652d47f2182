/* seeds/scan.c - the tokens of a SQL file, as far as seed must know them: where statements begin, and whether
 * something in it is psql's or the transaction's. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "seeds_internal.h"

enum { WORD_SIZE = 16 };

struct scanner {
	const char *at;
	const char *begin;
	int line;
	int parens;
	int atomic; /* depth of BEGIN ATOMIC and of CASE inside it */
	bool is_in_statement;
	bool is_data_next;      /* a COPY FROM STDIN is at its end: its data begin in the next line */
	char first[WORD_SIZE];  /* first word of the statement, upper case */
	char before[WORD_SIZE]; /* the word before this one */
	int transactions;       /* statements of that kind so far */
	bool is_first_begin, is_last_commit;
	struct seed_scan *scan;
};

static bool is_word_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word_part(char c)
{
	return is_word_start(c) || isdigit((unsigned char)c) || c == '$';
}

static void step(struct scanner *s)
{
	if (*s->at == '\n')
		s->line++;
	s->at++;
}

static void step_n(struct scanner *s, size_t n)
{
	for (size_t i = 0; i < n && *s->at != '\0'; i++)
		step(s);
}

static void skip_line(struct scanner *s)
{
	while (*s->at != '\0' && *s->at != '\n')
		s->at++;
}

/* The mark that migrations know too. */
static void take_line_comment(struct scanner *s)
{
	static const char mark[] = "pgtend: no-transaction";
	const char *text = s->at + 2 + strspn(s->at + 2, " \t");
	const char *behind = text + strlen(mark);
	if (strncmp(text, mark, strlen(mark)) == 0 && behind[strspn(behind, " \t\r")] <= '\n')
		s->scan->is_without_transaction = true;
	skip_line(s);
}

static void skip_comment(struct scanner *s)
{
	int depth = 0;
	do {
		if (s->at[0] == '/' && s->at[1] == '*') {
			depth++;
			step_n(s, 2);
		} else if (s->at[0] == '*' && s->at[1] == '/') {
			depth--;
			step_n(s, 2);
		} else {
			step(s);
		}
	} while (depth > 0 && *s->at != '\0');
}

/* A doubled quote is the end of one text and the beginning of the next: the same tokens for our purpose. */
static void skip_quoted(struct scanner *s, char quote, bool has_backslash)
{
	step(s);
	while (*s->at != '\0' && *s->at != quote) {
		if (has_backslash && *s->at == '\\' && s->at[1] != '\0')
			step(s);
		step(s);
	}
	if (*s->at != '\0')
		step(s);
}

/* $tag$ ... $tag$; false when this dollar begins no text. */
static bool skip_dollar(struct scanner *s)
{
	const char *end = s->at + 1;
	if (is_word_start(*end))
		while (is_word_part(*end) && *end != '$')
			end++;
	if (*end != '$')
		return false;
	size_t length = (size_t)(end + 1 - s->at);
	const char *tag = s->at;
	step_n(s, length);
	while (*s->at != '\0' && strncmp(s->at, tag, length) != 0)
		step(s);
	step_n(s, length);
	return true;
}

static void begin_statement(struct scanner *s)
{
	if (s->is_in_statement)
		return;
	struct seed_scan *scan = s->scan;
	scan->statements = mem_grow(scan->statements, (size_t)scan->statement_count + 1, sizeof scan->statements[0]);
	scan->statements[scan->statement_count++] = (struct seed_statement){(size_t)(s->at - s->begin), s->line};
	s->is_in_statement = true;
	s->first[0] = s->before[0] = '\0';
}

static void end_statement(struct scanner *s)
{
	s->is_in_statement = false;
	s->parens = s->atomic = 0;
}

static bool is_any(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* ROLLBACK [WORK|TRANSACTION] TO a savepoint is no end. */
static bool is_to_savepoint(const char *behind)
{
	static const char *const words[] = {"WORK", "TRANSACTION"};
	behind += strspn(behind, " \t\r\n");
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncasecmp(behind, words[i], strlen(words[i])) == 0 && isspace((unsigned char)behind[strlen(words[i])])) {
			behind += strlen(words[i]);
			behind += strspn(behind, " \t\r\n");
		}
	return strncasecmp(behind, "TO", 2) == 0 && isspace((unsigned char)behind[2]);
}

/* The first word of a statement, and for PREPARE the second. behind: what follows it. */
static void note_transaction(struct scanner *s, const char *word, const char *behind, bool is_first)
{
	static const char *const begins[] = {"BEGIN", "START", NULL};
	static const char *const ends[] = {"COMMIT", "END", NULL};
	static const char *const others[] = {"ROLLBACK", "ABORT", NULL};
	bool is_prepare = !is_first && strcmp(s->first, "PREPARE") == 0 && strcmp(s->before, "PREPARE") == 0 &&
	                  strcmp(word, "TRANSACTION") == 0;
	if (is_first)
		s->is_last_commit = is_any(word, ends);
	if (!is_prepare && !(is_first && (is_any(word, begins) || is_any(word, ends) || is_any(word, others))))
		return;
	if (strcmp(word, "ROLLBACK") == 0 && is_to_savepoint(behind))
		return;
	if (s->scan->transaction_line == 0)
		s->scan->transaction_line = s->line;
	if (s->scan->statement_count == 1)
		s->is_first_begin = is_any(word, begins);
	s->transactions++;
}

static void take_word(struct scanner *s)
{
	char word[WORD_SIZE] = "";
	size_t length = 0;
	while (is_word_part(s->at[length]))
		length++;
	if (length < WORD_SIZE)
		for (size_t i = 0; i < length; i++)
			word[i] = (char)toupper((unsigned char)s->at[i]);
	bool is_first = s->first[0] == '\0' && s->before[0] == '\0';
	if (is_first)
		memcpy(s->first, length < WORD_SIZE ? word : "?", length < WORD_SIZE ? sizeof word : 2);
	note_transaction(s, word, s->at + length, is_first);
	if (strcmp(word, "ATOMIC") == 0 && strcmp(s->before, "BEGIN") == 0)
		s->atomic = 1;
	else if (s->atomic > 0 && strcmp(word, "CASE") == 0)
		s->atomic++;
	else if (s->atomic > 0 && strcmp(word, "END") == 0)
		s->atomic--;
	bool is_data = s->parens == 0 && strcmp(s->first, "COPY") == 0 && strcmp(s->before, "FROM") == 0 && strcmp(word, "STDIN") == 0;
	if (is_data && s->scan->copy_line == 0)
		s->scan->copy_line = s->line;
	s->is_data_next = s->is_data_next || is_data;
	memcpy(s->before, word[0] != '\0' ? word : "?", word[0] != '\0' ? sizeof word : 2);
	s->at += length;
}

/* Behind the line in which COPY ends: lines up to \. alone. */
static void skip_data(struct scanner *s)
{
	bool is_mark = false;
	skip_line(s);
	while (*s->at != '\0' && !is_mark) {
		step(s);
		is_mark = s->at[0] == '\\' && s->at[1] == '.' && (s->at[2] == '\0' || s->at[2] == '\n' || s->at[2] == '\r');
		skip_line(s);
	}
	s->is_data_next = false;
}

static bool is_prefixed_text(const char *at, char *prefix)
{
	*prefix = (char)toupper((unsigned char)at[0]);
	return strchr("EBXN", *prefix) != NULL && at[1] == '\'';
}

static void take_token(struct scanner *s)
{
	char c = *s->at, prefix;
	if (isspace((unsigned char)c)) {
		step(s);
	} else if (c == '-' && s->at[1] == '-') {
		take_line_comment(s);
	} else if (c == '/' && s->at[1] == '*') {
		skip_comment(s);
	} else if (c == '\\') {
		if (s->scan->meta_line == 0)
			s->scan->meta_line = s->line;
		skip_line(s);
	} else if (c == ';') {
		if (s->parens <= 0 && s->atomic <= 0)
			end_statement(s);
		step(s);
		if (s->is_data_next && !s->is_in_statement)
			skip_data(s);
	} else {
		begin_statement(s);
		if (is_prefixed_text(s->at, &prefix)) {
			step(s);
			skip_quoted(s, '\'', prefix == 'E');
		} else if (is_word_start(c)) {
			take_word(s);
		} else if (c == '\'' || c == '"') {
			skip_quoted(s, c, false);
		} else if (c != '$' || !skip_dollar(s)) {
			s->parens += c == '(' ? 1 : c == ')' ? -1 : 0;
			step(s);
			while (isdigit((unsigned char)c) && is_word_part(*s->at))
				step(s);
		}
	}
}

void seed_scan(const char *sql, struct seed_scan *scan)
{
	memset(scan, 0, sizeof *scan);
	struct scanner s = {.at = sql, .begin = sql, .line = 1, .scan = scan};
	while (*s.at != '\0')
		take_token(&s);
	scan->is_whole_transaction = s.is_first_begin && s.is_last_commit && s.transactions == 2;
}

bool seed_scan_is_single(const struct seed_scan *scan)
{
	return scan->statement_count == 1 || scan->is_without_transaction;
}

void seed_scan_done(struct seed_scan *scan)
{
	mem_free(scan->statements);
	memset(scan, 0, sizeof *scan);
}

void seed_locate(const char *sql, int position, int *line, int *column)
{
	*line = *column = 1;
	for (int i = 1; i < position && *sql != '\0'; i++) {
		if (*sql == '\n') {
			(*line)++;
			*column = 0;
		}
		(*column)++;
		sql++;
		while (((unsigned char)*sql & 0xC0) == 0x80)
			sql++;
	}
}
