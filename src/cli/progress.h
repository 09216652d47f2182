/* The updating line of progress on a terminal, and the lines that pass above it. Used by oneshot.c alone. */
#ifndef PGTEND_CLI_PROGRESS_H
#define PGTEND_CLI_PROGRESS_H

#include "pgtend/commands/command.h"

struct progress {
	const struct loop *loop;
	bool is_shown; /* standard error is a terminal that can rewrite a line */
	bool is_on_screen;
	bool is_paused; /* a question stands there */
	int64_t drawn_ms;
};

void progress_init(struct progress *progress, const struct loop *loop);
/* Draws the running jobs, at most ten times a second. */
void progress_draw(struct progress *progress, const struct command_run *run);
void progress_clear(struct progress *progress);
/* A whole line on standard error, made visible; where may be NULL. */
void progress_line(struct progress *progress, const char *where, const char *line);

#endif
