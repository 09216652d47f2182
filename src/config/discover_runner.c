/* config/discover_runner.c - scripts that call node-pg-migrate's runner themselves, and in which transactions they let it run.
 *
 * The tool's command line puts all pending files into one transaction; its API, unless told otherwise, each into its own. The script is a
 * program, and nothing is run here: its words are looked at, comments left out.
 */
#include <ctype.h>
#include <string.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

enum { MOST_SCRIPTS = 5000 };

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Behind the word, where it stands as a whole one; NULL: nowhere from here on. */
static const char *behind_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[length]))
			return at + length;
	return NULL;
}

static bool names_module(const char *text)
{
	return strstr(text, "'node-pg-migrate'") || strstr(text, "\"node-pg-migrate\"");
}

enum discover_runner discover_runner(char *text)
{
	discover_blank_comments(text);
	/* Migrations import the module too, for its types; only who calls the runner says where to and what from. */
	if (!names_module(text) || !behind_word(text, "direction") || !behind_word(text, "dir"))
		return RUNNER_NONE;
	const char *wish = behind_word(text, "singleTransaction");
	if (!wish)
		return RUNNER_FILE;
	wish += strspn(wish, " \t\r\n");
	if (*wish != ':')
		return RUNNER_UNKNOWN;
	wish += 1 + strspn(wish + 1, " \t\r\n");
	if (text_starts_with(wish, "false") && !is_word_byte(wish[5]))
		return RUNNER_FILE;
	return text_starts_with(wish, "true") && !is_word_byte(wish[4]) ? RUNNER_ALL : RUNNER_UNKNOWN;
}

bool discover_is_script(const char *name)
{
	static const char *const ends[] = {".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (text_ends_with(name, ends[i]) && !text_ends_with(name, ".d.ts"))
			return true;
	return false;
}

void discover_look_at_script(struct repository *repository, const char *path)
{
	struct err ignored = {0};
	char *text = NULL;
	size_t length;
	if (repository->scripts++ >= MOST_SCRIPTS || !discover_read(repository, path, &text, &length, &ignored))
		return;
	switch (names_module(text) ? discover_runner(text) : RUNNER_NONE) {
	case RUNNER_FILE:
		if (!repository->runner_path)
			repository->runner_path = mem_copy(path);
		break;
	case RUNNER_ALL:
	case RUNNER_UNKNOWN:
		repository->has_other_runner = true;
		break;
	case RUNNER_NONE:
		break;
	}
	mem_free(text);
}
