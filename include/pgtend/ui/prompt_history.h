/* ui/prompt_history.h - what of a typed line may be kept, and finding it again. */
#ifndef PGTEND_UI_PROMPT_HISTORY_H
#define PGTEND_UI_PROMPT_HISTORY_H

#include <stdbool.h>

#include "pgtend/core/text.h"

struct prompt_history {      /* a zeroed struct is empty and kept in memory only */
	char *path;
	struct words lines;      /* oldest first */
};

enum { PROMPT_HISTORY_LINES = 1000 };

/* Reads the file; a missing or unreadable one is an empty history. path NULL: none. */
void prompt_history_init(struct prompt_history *history, const char *path);
void prompt_history_done(struct prompt_history *history);
/* Keeps the line in the form of prompt_history_line(), in the file too; false when it was not kept. A file that cannot be written costs only the file. */
bool prompt_history_add(struct prompt_history *history, const char *line);
/* Index of the newest line older than `before` (its index; history->lines.count: from the newest) that contains `wanted`; -1: none. */
int prompt_history_find(const struct prompt_history *history, int before, const char *wanted);
/* The line as it may be kept: values of --confirm taken out; NULL when it names a password, begins with a blank, or is empty. Caller frees. */
char *prompt_history_line(const char *line);

#endif
