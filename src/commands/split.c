/* A prompt line to words, and aliases to what they stand for. */
#include "internal.h"

#include <string.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"

enum { ALIAS_DEPTH = 8 };

/* Reads one quoted part behind its opening quote; the end, or NULL when the quote is not closed. */
static const char *quoted(const char *s, char quote, struct text *word)
{
	for (; *s != '\0' && *s != quote; s++) {
		if (*s == '\\' && quote == '"' && (s[1] == '"' || s[1] == '\\'))
			s++;
		text_add_char(word, *s);
	}
	return *s == quote ? s + 1 : NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word; *is_word stays false when only blanks were left. */
static const char *next_word(const char *s, struct text *word, bool *is_word, struct err *err)
{
	while (is_blank(*s))
		s++;
	while (s != NULL && *s != '\0' && !is_blank(*s)) {
		*is_word = true;
		if (*s == '\'' || *s == '"') {
			char quote = *s;
			s = quoted(s + 1, quote, word);
			if (s == NULL)
				err_set(err, ERR_USAGE, "the quote %c is not closed", quote);
		} else if (*s == '\\' && s[1] != '\0') {
			text_add_char(word, s[1]);
			s += 2;
		} else {
			text_add_char(word, *s++);
		}
	}
	return s;
}

bool command_split(const char *line, struct words *words, struct err *err)
{
	for (;;) {
		struct text word = {0};
		bool is_word = false;
		line = next_word(line, &word, &is_word, err);
		if (line != NULL && is_word)
			words_take(words, text_take(&word));
		else
			text_done(&word);
		if (line == NULL || !is_word)
			return line != NULL;
	}
}

/* --- aliases --------------------------------------------------------------------------------- */

static const struct section *alias_section(const struct fleet *fleet)
{
	return fleet != NULL && fleet->config != NULL ? config_section(fleet->config, SECTION_ALIAS, "") : NULL;
}

static const char *alias_of(const struct section *section, const char *word)
{
	const char *name, *value;
	for (int i = 0; section != NULL && (name = section_item(section, i, &value)) != NULL; i++)
		if (strcmp(name, word) == 0)
			return value;
	return NULL;
}

bool alias_expand(const struct fleet *fleet, struct words *words, struct err *err)
{
	const struct section *section = alias_section(fleet);
	const char *value;
	/* A verb is never hidden by an alias. */
	for (int depth = 0;
	     words->count > 0 && !verb_is_name(words->v[0]) && (value = alias_of(section, words->v[0])) != NULL; depth++) {
		/* A cloned folder must not put words into the user's mouth. */
		if (!trust_allows_command(fleet->config, section, words->v[0], err))
			return false;
		if (depth == ALIAS_DEPTH)
			return err_set(err, ERR_USAGE, "the alias '%s' stands for itself", words->v[0]);
		struct words longer = {0};
		if (!command_split(value, &longer, err)) {
			words_done(&longer);
			return err_prefix(err, "alias '%s'", words->v[0]);
		}
		for (size_t i = 1; i < words->count; i++)
			words_add(&longer, words->v[i]);
		words_done(words);
		*words = longer;
	}
	return true;
}
