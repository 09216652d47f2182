/* See migrate/statements.h. */
#include "pgtend/migrate/statements.h"

#include <string.h>

#include "pgtend/migrate/parse.h"

static enum statements_verdict judge(const char *s, const char *end, char word[16])
{
	char second[16];
	const char *rest = parse_skip_blank(parse_take_word(s, end, word), end);
	rest = parse_take_word(rest, end, second);
	/* SAVEPOINT, RELEASE and ROLLBACK TO stay within the transaction. */
	if (strcmp(word, "ROLLBACK") == 0) {
		char third[16] = "";
		if (strcmp(second, "WORK") == 0 || strcmp(second, "TRANSACTION") == 0)
			parse_take_word(parse_skip_blank(rest, end), end, third);
		return strcmp(second, "TO") == 0 || strcmp(third, "TO") == 0 ? STATEMENTS_FINE : STATEMENTS_TRANSACTION;
	}
	if (strcmp(word, "BEGIN") == 0 || strcmp(word, "COMMIT") == 0 || strcmp(word, "END") == 0 ||
	    strcmp(word, "ABORT") == 0)
		return STATEMENTS_TRANSACTION;
	if ((strcmp(word, "START") == 0 || strcmp(word, "PREPARE") == 0) && strcmp(second, "TRANSACTION") == 0)
		return STATEMENTS_TRANSACTION;
	if (strcmp(word, "COPY") == 0 && parse_has_word(rest, end, "FROM") && parse_has_word(rest, end, "STDIN"))
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
		const char *next = parse_take_word(sql, end, word);
		for (size_t i = 0; next > sql && i < sizeof words / sizeof words[0]; i++)
			if (strcmp(word, words[i]) == 0)
				return true;
		sql = next > sql ? next : sql + 1;
	}
	return false;
}

enum statements_verdict statements_check(const char *sql, struct statements_finding *finding)
{
	struct parse cuts;
	if (!is_suspect(sql))
		return STATEMENTS_FINE;
	parse_text(sql, false, &cuts);
	enum statements_verdict verdict =
	    cuts.how == PARSE_TREE || cuts.how == PARSE_SCANNED ? STATEMENTS_FINE : STATEMENTS_UNKNOWN;
	for (int i = 0; i < cuts.count && verdict == STATEMENTS_FINE; i++) {
		verdict = judge(sql + cuts.statements[i].begin, sql + cuts.statements[i].end, finding->word);
		finding->offset = cuts.statements[i].begin;
	}
	parse_done(&cuts);
	return verdict;
}

bool statements_locate(const char *sql, int number, size_t *offset)
{
	struct parse cuts;
	parse_text(sql, false, &cuts);
	bool is_found = cuts.how == PARSE_TREE && number >= 0 && number < cuts.count;
	if (is_found)
		*offset = cuts.statements[number].begin;
	parse_done(&cuts);
	return is_found;
}
