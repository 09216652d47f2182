#include "pgtend/cli/words.h"

#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static void add_quoted(struct text *text, const char *word)
{
	text_add_char(text, '\'');
	for (; *word != '\0'; word++)
		if (*word == '\'')
			text_add(text, "'\\''");
		else
			text_add_char(text, *word);
	text_add(text, "' ");
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

char *words_of_shell(const struct words *asked, struct arguments *typed)
{
	int64_t cursor = 0;
	if (asked->count == 0)
		return NULL;
	size_t length = strlen(asked->v[0]);
	if (asked->count > 1 && units_parse_int(asked->v[1], &cursor) && cursor >= 0 && (size_t)cursor < length)
		length = (size_t)cursor;
	char *line = mem_copy_n(asked->v[0], length);
	struct words words = {0};
	struct err ignored = {0};
	struct text text = {0};
	bool is_good = command_split(line, &words, &ignored) && words.count > 0;
	/* The word under the cursor is still being typed: it is no option yet. */
	bool has_part = is_good && words.count > 1 && length > 0 && !is_blank(line[length - 1]);
	int count = (int)words.count - (has_part ? 1 : 0);
	is_good = is_good && arguments_read(typed, count, words.v, &ignored);
	for (size_t i = 0; is_good && i < typed->rest.count; i++)
		add_quoted(&text, typed->rest.v[i]);
	if (is_good && has_part)
		text_add(&text, words.v[words.count - 1]);
	words_done(&words);
	mem_free(line);
	if (is_good)
		return text_take(&text);
	text_done(&text);
	return NULL;
}

void words_candidates(const struct fleet *fleet, const char *line, struct words *candidates)
{
	static const char *const own[] = {"--url", "--dir", "--color", "--no-mouse", "--ascii", "--version", "--help"};
	command_complete(fleet, line, (int)strlen(line), candidates, NULL);
	const char *word = strrchr(line, ' ');
	word = word != NULL ? word + 1 : line;
	for (size_t i = 0; word[0] == '-' && i < sizeof own / sizeof own[0]; i++)
		if (text_starts_with(own[i], word) && !words_has(candidates, own[i]))
			words_add(candidates, own[i]);
}
