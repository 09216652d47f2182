/* Ctrl-R by our own hand: readline's search, fed byte by byte, breaks in the middle of a multibyte character. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "prompt_internal.h"

static int count(const struct prompt *prompt)
{
	return (int)prompt->history.lines.count;
}

void prompt_search_start(struct prompt *prompt)
{
	prompt->is_searching = true;
	edit_done(&prompt->pattern);
	prompt->found = count(prompt) > 0 ? count(prompt) - 1 : -1;
	mem_free(prompt->before_search);
	prompt->before_search = mem_copy(prompt_text(prompt));
}

static void leave(struct prompt *prompt, const char *text)
{
	char *kept = mem_copy(text);

	prompt->is_searching = false;
	edit_done(&prompt->pattern);
	prompt_set_text(prompt, kept);
	mem_free(kept);
	mem_free(prompt->before_search);
	prompt->before_search = NULL;
}

static void search_older(struct prompt *prompt)
{
	int older = prompt_history_find(&prompt->history, prompt->found < 0 ? 0 : prompt->found, edit_str(&prompt->pattern));

	if (older >= 0)
		prompt->found = older;
}

void prompt_search_key(struct prompt *prompt, const struct key *key)
{
	bool is_control = key->code == KEYS_CONTROL;

	if (key->code == KEYS_ESCAPE || (is_control && (key->text[0] == 'g' || key->text[0] == 'c'))) {
		leave(prompt, prompt->before_search);
	} else if ((is_control && key->text[0] == 'r') || key->code == KEYS_UP) {
		search_older(prompt);
	} else if (edit_key(&prompt->pattern, key)) {
		prompt->found = prompt_history_find(&prompt->history, count(prompt), edit_str(&prompt->pattern));
	} else if (key->code == KEYS_ENTER || key->code == KEYS_TAB || key->code == KEYS_DOWN) {
		leave(prompt, prompt->found >= 0 ? prompt->history.lines.v[prompt->found] : prompt->before_search);
	}
}
