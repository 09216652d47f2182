/* See migrate/statements.h. */
#include "pgtend/migrate/statements.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The little of libpg_query's C interface that is used, unchanged from its version 13 to 17; its header is not needed
 * to build. */
struct split_statement {
	int location, length;
};
struct split_result {
	struct split_statement **statements;
	int count;
	char *stderr_buffer;
	void *error;
};
static struct {
	bool is_tried;
	struct split_result (*by_parser)(const char *sql);
	struct split_result (*by_scanner)(const char *sql);
	void (*release)(struct split_result result);
} parser;

static void parser_open(void)
{
	/* Debian names the library by the version of its upstream. */
	static const char *const names[] = {"libpg_query.so.1504.0", "libpg_query.so.1606.0", "libpg_query.so.1700.0",
	    "libpg_query.so.1706.1", "libpg_query.so"};
	void *library = NULL;
	parser.is_tried = true;
	for (size_t i = 0; i < sizeof names / sizeof names[0] && !library; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return;
	*(void **)&parser.by_scanner = dlsym(library, "pg_query_split_with_scanner");
	*(void **)&parser.release = dlsym(library, "pg_query_free_split_result");
	if (parser.by_scanner && parser.release)
		*(void **)&parser.by_parser = dlsym(library, "pg_query_split_with_parser");
}

/* Behind blanks and comments (which nest). */
static const char *skip_blank(const char *s, const char *end)
{
	while (s < end) {
		if (isspace((unsigned char)*s)) {
			s++;
		} else if (end - s >= 2 && s[0] == '-' && s[1] == '-') {
			while (s < end && *s != '\n')
				s++;
		} else if (end - s >= 2 && s[0] == '/' && s[1] == '*') {
			int depth = 0;
			do {
				if (end - s >= 2 && s[0] == '/' && s[1] == '*') {
					depth++;
					s += 2;
				} else if (end - s >= 2 && s[0] == '*' && s[1] == '/') {
					depth--;
					s += 2;
				} else {
					s++;
				}
			} while (depth > 0 && s < end);
		} else {
			break;
		}
	}
	return s;
}

/* The word that begins here in capitals; returns behind it. */
static const char *take_word(const char *s, const char *end, char word[16])
{
	size_t n = 0;
	while (s < end && (isalpha((unsigned char)*s) || *s == '_')) {
		if (n < 15)
			word[n++] = (char)toupper((unsigned char)*s);
		s++;
	}
	word[n] = 0;
	return s;
}

static bool has_word(const char *s, const char *end, const char *wanted)
{
	char word[16];
	while (s < end) {
		const char *next = take_word(s, end, word);
		if (next > s && strcmp(word, wanted) == 0)
			return true;
		s = next > s ? next : s + 1;
	}
	return false;
}

static enum statements_verdict judge(const char *s, const char *end, char word[16])
{
	char second[16];
	const char *rest = skip_blank(take_word(s, end, word), end);
	rest = take_word(rest, end, second);
	/* SAVEPOINT, RELEASE and ROLLBACK TO stay within the transaction. */
	if (strcmp(word, "ROLLBACK") == 0) {
		char third[16] = "";
		if (strcmp(second, "WORK") == 0 || strcmp(second, "TRANSACTION") == 0)
			take_word(skip_blank(rest, end), end, third);
		return strcmp(second, "TO") == 0 || strcmp(third, "TO") == 0 ? STATEMENTS_FINE : STATEMENTS_TRANSACTION;
	}
	if (strcmp(word, "BEGIN") == 0 || strcmp(word, "COMMIT") == 0 || strcmp(word, "END") == 0 ||
	    strcmp(word, "ABORT") == 0)
		return STATEMENTS_TRANSACTION;
	if ((strcmp(word, "START") == 0 || strcmp(word, "PREPARE") == 0) && strcmp(second, "TRANSACTION") == 0)
		return STATEMENTS_TRANSACTION;
	if (strcmp(word, "COPY") == 0 && has_word(rest, end, "FROM") && has_word(rest, end, "STDIN"))
		return STATEMENTS_COPY;
	return STATEMENTS_FINE;
}

/* Most migrations hold none of these words, and the parser need not be opened for them. */
static bool is_suspect(const char *sql)
{
	static const char *const words[] = {"BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "START", "PREPARE", "COPY"};
	char word[16];
	const char *end = sql + strlen(sql);
	while (sql < end) {
		const char *next = take_word(sql, end, word);
		for (size_t i = 0; next > sql && i < sizeof words / sizeof words[0]; i++)
			if (strcmp(word, words[i]) == 0)
				return true;
		sql = next > sql ? next : sql + 1;
	}
	return false;
}

enum statements_verdict statements_check(const char *sql, struct statements_finding *finding)
{
	if (!is_suspect(sql))
		return STATEMENTS_FINE;
	if (!parser.is_tried)
		parser_open();
	if (!parser.by_parser)
		return STATEMENTS_UNKNOWN;
	bool is_certain = true;
	struct split_result split = parser.by_parser(sql);
	if (split.error) {
		/* Newer syntax, psql's own commands, or a mistake: the scanner cuts at every semicolon, also within BEGIN
		 * ATOMIC ... END. */
		parser.release(split);
		split = parser.by_scanner(sql);
		is_certain = !split.error && !has_word(sql, sql + strlen(sql), "ATOMIC");
	}
	enum statements_verdict verdict = is_certain ? STATEMENTS_FINE : STATEMENTS_UNKNOWN;
	size_t length = strlen(sql);
	for (int i = 0; is_certain && i < split.count && verdict == STATEMENTS_FINE; i++) {
		const struct split_statement *statement = split.statements[i];
		size_t begin = (size_t)statement->location,
		       size = statement->length ? (size_t)statement->length : length - begin;
		if (begin > length || size > length - begin)
			continue;
		const char *end = sql + begin + size, *s = skip_blank(sql + begin, end);
		verdict = judge(s, end, finding->word);
		finding->offset = (size_t)(s - sql);
	}
	parser.release(split);
	return verdict;
}

bool statements_locate(const char *sql, int number, size_t *offset)
{
	if (!parser.is_tried)
		parser_open();
	if (!parser.by_parser || number < 0)
		return false;
	struct split_result split = parser.by_parser(sql);
	bool is_found = !split.error && number < split.count;
	if (is_found) {
		const struct split_statement *statement = split.statements[number];
		const char *end = sql + strlen(sql);
		*offset = (size_t)(skip_blank(sql + statement->location, end) - sql);
	}
	parser.release(split);
	return is_found;
}
