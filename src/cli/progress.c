#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/width.h"

enum { DRAW_EVERY_MS = 100, LINE_MOST_BYTES = 1024 };

static int terminal_cols(int fd)
{
	struct winsize size;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void progress_init(struct progress *progress, const struct loop *loop)
{
	const char *term = getenv("TERM");
	*progress = (struct progress){.loop = loop};
	progress->is_shown = isatty(STDERR_FILENO) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

static void add_amount(struct text *text, const struct report *report)
{
	char done[UNITS_SIZE], all[UNITS_SIZE];
	bool is_bytes = report->unit != NULL && strcmp(report->unit, "bytes") == 0;
	if (report->all <= 0 && report->done <= 0)
		return;
	text_addf(text, " %s", is_bytes ? units_bytes(done, report->done) : units_count(done, report->done));
	if (report->all > 0)
		text_addf(text, "/%s %d%%", is_bytes ? units_bytes(all, report->all) : units_count(all, report->all),
		    (int)(100.0 * (double)report->done / (double)report->all));
	if (!is_bytes && report->unit != NULL)
		text_addf(text, " %s", report->unit);
}

static void add_job(struct text *text, const struct job *job)
{
	const struct report *report = &job->report;
	text_add(text, text->length > 0 ? " | " : "");
	text_add_visible(text, job->title);
	if (report->step != NULL) {
		text_add(text, ": ");
		text_add_visible(text, report->step);
	}
	add_amount(text, report);
}

void progress_draw(struct progress *progress, const struct command_run *run)
{
	int64_t now = loop_now_ms(progress->loop);
	if (!progress->is_shown || progress->is_paused ||
	    (progress->is_on_screen && now - progress->drawn_ms < DRAW_EVERY_MS))
		return;
	struct text text = {0};
	for (int i = 0; i < command_job_count(run); i++)
		if (command_job(run, i)->state == JOB_RUNNING)
			add_job(&text, command_job(run, i));
	char cut[LINE_MOST_BYTES];
	width_cut(cut, sizeof cut, text_str(&text), terminal_cols(STDERR_FILENO) - 1);
	text_done(&text);
	fprintf(stderr, "\r\033[K%s", cut);
	fflush(stderr);
	progress->is_on_screen = true;
	progress->drawn_ms = now;
}

void progress_clear(struct progress *progress)
{
	if (!progress->is_on_screen)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->is_on_screen = false;
}

void progress_line(struct progress *progress, const char *where, const char *line)
{
	struct text text = {0};
	if (where != NULL) {
		text_add_visible(&text, where);
		text_add(&text, ": ");
	}
	text_add_visible(&text, line);
	progress_clear(progress);
	fprintf(stderr, "%s\n", text_str(&text));
	text_done(&text);
}
