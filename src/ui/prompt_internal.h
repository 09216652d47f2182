/* ui/prompt_internal.h - the prompt's own parts, shared by prompt.c (readline), prompt_search.c and prompt_draw.c. */
#ifndef PGTEND_SRC_UI_PROMPT_INTERNAL_H
#define PGTEND_SRC_UI_PROMPT_INTERNAL_H

#include <stdio.h>

#include "pgtend/ui/edit.h"
#include "pgtend/ui/prompt.h"
#include "pgtend/ui/prompt_history.h"

struct prompt {
	char *history_path;
	prompt_complete_fn complete;
	void *arg;
	bool is_started, is_open, has_unmarked_pastes;
	FILE *nowhere;
	struct text queue;         /* bytes for readline */
	size_t queue_at;
	bool has_ended;
	char *line;                /* what Enter stored */
	struct words candidates;   /* of the last completion */
	struct words shown;        /* the list that is on the screen */
	char *hint, *notice;
	struct prompt_history history;
	bool is_searching;
	struct edit pattern;
	int found;                 /* index in history; -1 */
	char *before_search;
};

void prompt_search_start(struct prompt *prompt);
void prompt_search_key(struct prompt *prompt, const struct key *key);
void prompt_set_text(struct prompt *prompt, const char *text);

#endif
