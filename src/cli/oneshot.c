#include "pgtend/cli/oneshot.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pgtend/cli/ask.h"
#include "pgtend/core/mem.h"
#include "progress.h"
#include "results.h"

struct oneshot {
	struct fleet *fleet;
	struct command_run *run;
	enum colour_wish colour;
	struct progress progress;
	struct cli_ask *ask;
	size_t *lines_shown; /* log lines that were printed, by job */
	bool *is_end_shown;
	struct signal_watch *watches[3];
	int signal_number; /* the one that ended it; 0 */
	int signals;
	int status;
	bool is_done;
};

/* --- errors and output ------------------------------------------------------------------------ */

void oneshot_error(const char *where, const struct err *err)
{
	struct text text = {0};
	text_add(&text, "pgtend: ");
	if (where != NULL) {
		text_add_visible(&text, where);
		text_add(&text, ": ");
	}
	text_add_visible(&text, err->text);
	if (err->hint[0] != '\0') {
		text_add(&text, " (");
		text_add_visible(&text, err->hint);
		text_add(&text, ")");
	}
	fprintf(stderr, "%s\n", text_str(&text));
	text_done(&text);
}

int oneshot_write(const char *text)
{
	size_t length = strlen(text);
	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, text, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "pgtend: standard output: %s\n", strerror(errno));
			return 1;
		}
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

static struct print_style style_of(const struct oneshot *oneshot)
{
	struct print_style style = {0};
	struct winsize size;
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	bool is_terminal = isatty(STDOUT_FILENO);
	if (is_terminal)
		style.cols = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
	bool is_plain = (no_colour != NULL && *no_colour != '\0') || term == NULL || strcmp(term, "dumb") == 0;
	style.has_colour = oneshot->colour == COLOUR_ALWAYS || (oneshot->colour == COLOUR_AUTO && is_terminal && !is_plain);
	return style;
}

/* --- news from the command --------------------------------------------------------------------- */

static int index_of(const struct command_run *run, const struct job *job)
{
	for (int i = 0; i < command_job_count(run); i++)
		if (command_job(run, i) == job)
			return i;
	return -1;
}

/* One database needs no name before each line. */
static const char *where_of(const struct command_run *run, const struct job *job)
{
	return command_job_count(run) > 1 && job->database != NULL ? job->database->name : NULL;
}

static void show_lines(struct oneshot *oneshot, const struct command_run *run, const struct job *job, int index)
{
	if (results_log_is_result(command_of(run)))
		return;
	for (size_t *shown = &oneshot->lines_shown[index]; *shown < job->report.log.count; (*shown)++)
		progress_line(&oneshot->progress, where_of(run, job), job->report.log.v[*shown]);
}

static void show_end(struct oneshot *oneshot, const struct job *job, int index)
{
	bool has_ended = job->state != JOB_WAITING && job->state != JOB_RUNNING;
	if (!has_ended || oneshot->is_end_shown[index])
		return;
	oneshot->is_end_shown[index] = true;
	if (job->err.kind == ERR_NONE)
		return;
	struct err err = job->err;
	/* The title names the database already. */
	size_t length = job->database != NULL ? strlen(job->database->name) : 0;
	if (length > 0 && strncmp(err.text, job->database->name, length) == 0 && strncmp(err.text + length, ": ", 2) == 0)
		memmove(err.text, err.text + length + 2, strlen(err.text + length + 2) + 1);
	if (job->state == JOB_SKIPPED && job->err.kind == ERR_UNSUPPORTED) {
		char *line = mem_format("%s: skipped: %s", job->title, err.text);
		progress_line(&oneshot->progress, NULL, line);
		mem_free(line);
		return;
	}
	progress_clear(&oneshot->progress);
	oneshot_error(job->title, &err);
}

static void on_job(struct command_run *run, struct job *job, void *arg)
{
	struct oneshot *oneshot = arg;
	int index = index_of(run, job);
	if (oneshot->lines_shown == NULL) {
		oneshot->lines_shown = mem_new((size_t)command_job_count(run) * sizeof *oneshot->lines_shown);
		oneshot->is_end_shown = mem_new((size_t)command_job_count(run) * sizeof *oneshot->is_end_shown);
	}
	show_lines(oneshot, run, job, index);
	/* The line of the audit log comes between the end of the work and the news of it. */
	if (job->ended_us != 0)
		show_end(oneshot, job, index);
	else
		progress_draw(&oneshot->progress, run);
}

static void on_typed(const char *typed, void *arg)
{
	struct oneshot *oneshot = arg;
	oneshot->ask = NULL;
	oneshot->progress.is_paused = false;
	if (typed == NULL)
		fputc('\n', stderr);
	command_answer(oneshot->run, typed);
}

static void on_ask(struct command_run *run, const struct ask *ask, void *arg)
{
	struct oneshot *oneshot = arg;
	oneshot->run = run;
	progress_clear(&oneshot->progress);
	oneshot->progress.is_paused = true;
	oneshot->ask = cli_ask_start(oneshot->fleet->loop, ask->preview, ask->question, on_typed, oneshot);
	if (oneshot->ask == NULL)
		on_typed(NULL, oneshot);
}

static void show_hints(const struct command_run *run)
{
	struct words shown = {0};
	for (int i = 0; i < command_job_count(run); i++) {
		const struct words *hints = &command_job(run, i)->report.hints;
		for (size_t h = 0; h < hints->count; h++) {
			if (words_has(&shown, hints->v[h]))
				continue;
			words_add(&shown, hints->v[h]);
			char *visible = text_visible(hints->v[h]);
			fprintf(stderr, "next: %s\n", visible);
			mem_free(visible);
		}
	}
	words_done(&shown);
}

static void on_done(struct command_run *run, int status, void *arg)
{
	struct oneshot *oneshot = arg;
	struct text out = {0};
	struct print_style style = style_of(oneshot);
	progress_clear(&oneshot->progress);
	results_add(&out, run, &style);
	/* What could not be written was not said: that is a failure, unless there is a worse one. */
	int written = oneshot_write(text_str(&out));
	text_done(&out);
	char *standing = command_standing(run);
	if (standing != NULL)
		fprintf(stderr, "pgtend: %s\n", standing);
	mem_free(standing);
	show_hints(run);
	oneshot->status = status != 0 ? status : written;
	oneshot->is_done = true;
	loop_stop(oneshot->fleet->loop);
}

/* --- signals ----------------------------------------------------------------------------------- */

static void end_by(struct oneshot *oneshot, int signal_number)
{
	/* The third one does not wait for servers and children any more: they get some seconds to end well. */
	if (++oneshot->signals >= 3) {
		progress_clear(&oneshot->progress);
		_exit(128 + signal_number);
	}
	if (oneshot->signal_number != 0)
		return;
	oneshot->signal_number = signal_number;
	if (oneshot->ask != NULL) {
		cli_ask_cancel(oneshot->ask);
		oneshot->ask = NULL;
		fputc('\n', stderr);
	}
	if (!oneshot->is_done)
		command_cancel(oneshot->run);
}

static void on_interrupt(void *arg)
{
	end_by(arg, SIGINT);
}

static void on_terminate(void *arg)
{
	end_by(arg, SIGTERM);
}

static void on_hangup(void *arg)
{
	end_by(arg, SIGHUP);
}

int oneshot_run(struct fleet *fleet, struct command *command, enum colour_wish colour)
{
	struct oneshot oneshot = {.fleet = fleet, .colour = colour};
	const struct command_callbacks callbacks = {on_ask, on_job, on_done, &oneshot};
	bool is_script = !isatty(STDIN_FILENO);
	progress_init(&oneshot.progress, fleet->loop);
	oneshot.watches[0] = signal_start(fleet->loop, SIGINT, on_interrupt, &oneshot);
	oneshot.watches[1] = signal_start(fleet->loop, SIGTERM, on_terminate, &oneshot);
	oneshot.watches[2] = signal_start(fleet->loop, SIGHUP, on_hangup, &oneshot);
	oneshot.run = command_start(fleet, command, is_script ? GUARD_BY_SCRIPT : GUARD_BY_PROMPT, &callbacks);
	while (!oneshot.is_done)
		loop_run(fleet->loop);
	for (size_t i = 0; i < 3; i++)
		signal_stop(oneshot.watches[i]);
	mem_free(oneshot.lines_shown);
	mem_free(oneshot.is_end_shown);
	return oneshot.signal_number != 0 ? 128 + oneshot.signal_number : oneshot.status;
}
