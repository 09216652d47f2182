/* `-- pgtend: allow RULE REASON`: in the statement, above it, or behind it on its line; for findings about the file, anywhere in it. See
 * lint_internal.h. */
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

struct allow {
	size_t at;              /* of "--" */
	const char *rule;       /* not ended */
	size_t rule_length;
	char *reason;           /* "" when there is none */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t line_end(const char *text, size_t at)
{
	return at + strcspn(text + at, "\r\n");
}

/* The next comment for pgtend from `at` on; *word: what follows "pgtend:". */
static bool next_comment(const char *text, size_t *at, const char **word)
{
	for (const char *s = text + *at; (s = strstr(s, "--")) != NULL; s += 2) {
		const char *rest = s + 2;
		while (is_blank(*rest))
			rest++;
		if (strncmp(rest, "pgtend:", 7) != 0)
			continue;
		rest += 7;
		while (is_blank(*rest))
			rest++;
		*at = (size_t)(s - text);
		*word = rest;
		return true;
	}
	return false;
}

static size_t word_length(const char *s)
{
	return strcspn(s, " \t\r\n");
}

/* The statement that it speaks of, as [begin, end); false: none. */
static bool target_of(const struct parse *parse, const char *text, size_t at, size_t *begin, size_t *end)
{
	for (int i = 0; i < parse->count; i++) {
		const struct parse_statement *statement = &parse->statements[i];
		bool is_within = statement->begin <= at && at < statement->end;
		bool is_behind = statement->end <= at && line_end(text, statement->end) >= at &&
		                 (i + 1 == parse->count || parse->statements[i + 1].begin > at);
		if (is_within || is_behind || statement->begin > at) {
			*begin = statement->begin;
			*end = statement->end;
			return true;
		}
	}
	return false;
}

/* false: no finding, told or spared, is meant by it. */
static bool apply(struct lint *lint, const struct allow *allow, enum lint_rule rule)
{
	const char *text = lint->current->text.sql;
	size_t begin = 0, end = 0;
	bool is_used = false, has_target = target_of(&lint->parses[lint->step], text, allow->at, &begin, &end);
	for (int i = 0; i < lint->mark_count; i++) {
		const struct lint_mark *mark = &lint->marks[i];
		bool is_here = mark->is_whole_file || (has_target && mark->begin >= begin && mark->begin < end);
		if (mark->rule != rule || !is_here)
			continue;
		is_used = true;
		if (mark->row >= 0)
			table_set_text(lint->findings, mark->row, "allowed", allow->reason);
	}
	return is_used;
}

static void judge_allow(struct lint *lint, const char *text, size_t at, const char *word, bool is_silent)
{
	struct allow allow = {.at = at};
	const char *rest = word + word_length(word);
	while (is_blank(*rest))
		rest++;
	allow.rule = rest;
	allow.rule_length = word_length(rest);
	rest += allow.rule_length;
	while (is_blank(*rest))
		rest++;
	allow.reason = mem_copy_n(rest, line_end(text, (size_t)(rest - text)) - (size_t)(rest - text));
	char *name = mem_copy_n(allow.rule, allow.rule_length);
	enum lint_rule rule = lint_rule_by_name(allow.rule, allow.rule_length);
	if (rule == LINT_RULE_COUNT) {
		if (!is_silent)
			lint_find(lint, RULE_ALLOW_UNKNOWN, at, NULL, name, NULL);
	} else if (!allow.reason[0]) {
		if (!is_silent)
			lint_find(lint, RULE_ALLOW_WITHOUT_REASON, at, NULL, name, NULL);
	} else if (!apply(lint, &allow, rule) && !is_silent && rule != RULE_NEVER_VALIDATED && rule != RULE_DOWN_MISSING) {
		lint_find(lint, RULE_ALLOW_UNUSED, at, NULL, name, NULL);
	}
	mem_free(name);
	mem_free(allow.reason);
}

static void each_comment(struct lint *lint, bool is_silent)
{
	const char *text = lint->current->text.sql, *word;
	for (size_t at = 0; next_comment(text, &at, &word); at += 2) {
		if (!parse_is_code(text, at))
			continue;
		size_t length = word_length(word);
		if (length == 5 && memcmp(word, "allow", 5) == 0)
			judge_allow(lint, text, at, word, is_silent);
		else if (!is_silent && !(length == 14 && memcmp(word, "no-transaction", 14) == 0))
			lint_find(lint, RULE_ALLOW_UNKNOWN, at, NULL, NULL, "pgtend knows `allow RULE REASON` and `no-transaction` here");
	}
}

void lint_allow(struct lint *lint)
{
	each_comment(lint, false);
}

void lint_allow_silently(struct lint *lint)
{
	each_comment(lint, true);
}

char *lint_allowed_anywhere(const char *text, enum lint_rule rule)
{
	const char *word, *name = lint_rules[rule].name;
	for (size_t at = 0; next_comment(text, &at, &word); at += 2) {
		if (word_length(word) != 5 || memcmp(word, "allow", 5) != 0)
			continue;
		const char *rest = word + 5;
		rest += strspn(rest, " \t");
		if (word_length(rest) != strlen(name) || memcmp(rest, name, strlen(name)) != 0)
			continue;
		rest += strlen(name);
		rest += strspn(rest, " \t");
		size_t length = strcspn(rest, "\r\n");
		if (length > 0)
			return mem_copy_n(rest, length);
	}
	return NULL;
}
