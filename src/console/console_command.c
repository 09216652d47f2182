/* A line of the prompt becomes a command that runs: split, parsed, started; its jobs and its end come back here. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"

static void ask(struct command_run *command_run, const struct ask *asked, void *arg)
{
	struct run *run = arg;

	run->command_run = command_run;
	question_ask(run->console, command_run, asked, run->is_one_key);
}

static void job(struct command_run *command_run, struct job *moved, void *arg)
{
	struct run *run = arg;

	(void)command_run;
	/* What only reads shows its rows when it ends; where it takes so long that it tells how far it is, it is a job like others. */
	if (!run->is_reading || moved->report.all > 0 || records_find(&run->console->records, moved->number))
		records_note(&run->console->records, moved);
	console_mark(run->console, STALE_DATA);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void add_visible(struct words *to, const char *format, const char *raw)
{
	char *made = mem_format("%s%s", format, raw);

	words_take(to, text_visible(made));
	mem_free(made);
}

/* What a job said beside its rows, in the order in which it is read: failures first. */
static void collect_words(const struct job *ended, bool are_several, struct words *lines)
{
	const struct report *report = &ended->report;
	char *where = are_several && ended->database ? mem_format("%s: ", ended->database->name) : mem_copy("");

	if (ended->err.kind != ERR_NONE)
		add_visible(lines, where, ended->err.text);
	if (ended->err.kind != ERR_NONE && ended->err.hint[0])
		add_visible(lines, where, ended->err.hint);
	for (size_t i = 0; i < report->log.count; i++)
		add_visible(lines, where, report->log.v[i]);
	if (report->summary)
		add_visible(lines, where, report->summary);
	for (size_t i = 0; i < report->hints.count; i++)
		add_visible(lines, "next: ", report->hints.v[i]);
	mem_free(where);
}

/* Takes over rows and lines. */
static void show_rows(struct run *run, struct table *rows, struct words *lines)
{
	struct overlay *overlay = overlay_new(OVERLAY_ROWS, run->line);

	overlay_rows(overlay, rows);
	overlay->foot = *lines;
	memset(lines, 0, sizeof(*lines));
	console_hush(run->console);
	console_show(run->console, overlay);
}

static void show_text(struct run *run, const struct words *lines)
{
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, run->line);

	for (size_t i = 0; i < lines->count; i++)
		overlay_add(overlay, STYLE_PLAIN, "%s", lines->v[i]);
	console_hush(run->console);
	console_show(run->console, overlay);
}

/* Of all databases in one; NULL: none gave any. Caller frees. */
static struct table *rows_of(const struct command_run *command_run)
{
	struct table *all = NULL;

	for (int i = 0; i < command_job_count(command_run); i++) {
		const struct table *rows = command_job(command_run, i)->report.rows;

		if (!all) {
			all = rows ? table_copy(rows) : NULL;
			continue;
		}
		for (int row = 0; rows && row < table_rows(rows); row++)
			table_copy_row(all, table_add_row(all), rows, row);
	}
	return all;
}

static void show_read(struct run *run, const struct command_run *command_run)
{
	struct words lines = { 0 };
	struct table *rows = rows_of(command_run);
	bool has_failed = false;

	for (int i = 0; i < command_job_count(command_run); i++) {
		const struct job *ended = command_job(command_run, i);

		has_failed |= ended->state == JOB_FAILED;
		collect_words(ended, command_job_count(command_run) > 1, &lines);
	}
	if (rows)
		show_rows(run, rows, &lines);
	else if (lines.count > 1)
		show_text(run, &lines);
	else
		console_say(run->console, has_failed ? STYLE_CRIT : STYLE_PLAIN, 0, "%s", lines.count > 0 ? lines.v[0] : "done");
	words_done(&lines);
}

static const struct job *worst(const struct command_run *command_run)
{
	const struct job *found = NULL;

	for (int i = 0; i < command_job_count(command_run); i++) {
		const struct job *ended = command_job(command_run, i);

		if (!found || (found->err.kind == ERR_NONE && ended->err.kind != ERR_NONE) ||
			(found->state != JOB_FAILED && ended->state == JOB_FAILED))
			found = ended;
	}
	return found;
}

/* One line; the rest is in JOBS. */
static void say_done(struct run *run, const struct command_run *command_run, int status)
{
	const struct job *told = worst(command_run);
	const char *next;

	if (!told) {
		console_say(run->console, status ? STYLE_CRIT : STYLE_OK, 0, "%s: %s", run->line, status ? "failed" : "done");
	} else if (told->err.kind != ERR_NONE) {
		enum style style = told->state == JOB_FAILED && told->err.kind != ERR_REFUSED ? STYLE_CRIT : STYLE_WARN;

		console_say(run->console, style, 0, "%s: %s%s%s", told->title, told->err.text, told->err.hint[0] ? "; " : "", told->err.hint);
	} else {
		next = told->report.hints.count > 0 ? told->report.hints.v[0] : NULL;
		console_say(run->console, STYLE_OK, 0, "%s: %s%s%s", told->title, told->report.summary ? told->report.summary : job_state_word(told->state),
			next ? "  next: " : "", next ? next : "");
	}
}

static void follow(struct console *console, const char *line);

/* What a job leaves to be done behind it. */
static void begin_follows(struct console *console, const struct command_run *command_run)
{
	for (int i = 0; i < command_job_count(command_run); i++) {
		const struct job *ended = command_job(command_run, i);

		for (size_t k = 0; ended->state == JOB_DONE && k < ended->report.follows.count; k++)
			follow(console, ended->report.follows.v[k]);
	}
}

static void done(struct command_run *command_run, int status, void *arg)
{
	struct run *run = arg;
	struct console *console = run->console;
	bool has_news = false;

	question_forget(console, command_run);
	for (int i = 0; i < command_job_count(command_run); i++) {
		bool is_noted = records_find(&console->records, command_job(command_run, i)->number) != NULL;

		if (!run->is_reading || is_noted)
			records_note(&console->records, command_job(command_run, i));
		has_news = has_news || !run->is_reading || is_noted; /* what was verified is written down */
	}
	if (run->is_reading)
		show_read(run, command_run);
	else if (!run->is_behind || status != 0)
		say_done(run, command_run, status);
	if (has_news && console->collector)
		collector_ask_now(console->collector, NULL);
	run->command_run = NULL;
	run->is_over = true;
	begin_follows(console, command_run);
	console_mark(console, STALE_DATA);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static void say_error(struct console *console, const struct err *err)
{
	console_say(console, STYLE_CRIT, 0, "%s%s%s", err->text, err->hint[0] ? "; " : "", err->hint);
}

static void show_help(struct console *console, const struct verb *verb)
{
	char *help = command_help(verb->name, verb->subverb);
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, verb->name);

	overlay_add(overlay, STYLE_PLAIN, "%s", help);
	console_show(console, overlay);
	mem_free(help);
}

/* The console's own words, which no verb is called. */
static bool is_own_word(struct console *console, const struct words *words)
{
	if (words->count != 1)
		return false;
	if (strcmp(words->v[0], "q") == 0 || strcmp(words->v[0], "quit") == 0 || strcmp(words->v[0], "exit") == 0) {
		console_quit(console);
		return true;
	}
	return false;
}

static void start(struct console *console, struct command *command, const char *line, enum guard_from from, bool is_behind)
{
	struct run *run = MEM_NEW(struct run);
	const struct command_callbacks callbacks = { .ask = ask, .job = job, .done = done, .arg = run };

	run->console = console;
	run->line = mem_copy(line);
	run->is_reading = command_level(command) == GUARD_L0 || command_flag(command, "--dry-run");
	run->is_behind = is_behind;
	run->is_one_key = from == GUARD_BY_KEY && command_level(command) == GUARD_L1;
	run->next = console->runs;
	console->runs = run;
	if (!is_behind)
		console_say(console, STYLE_DIM, 0, "%s ...", line);
	struct command_run *started = command_start(console->fleet, command, from, &callbacks);
	if (!run->is_over)
		run->command_run = started;
}

static void command_from(struct console *console, const char *line, enum guard_from from)
{
	struct words words = { 0 };
	struct command *command;
	struct err err;

	err_clear(&err);
	line += strspn(line, " \t:");
	console_sweep(console);
	if (!command_split(line, &words, &err)) {
		say_error(console, &err);
	} else if (words.count > 0 && !is_own_word(console, &words)) {
		command = command_parse(console->fleet, words.v, (int)words.count, console_database(console), &err);
		if (!command) {
			say_error(console, &err);
		} else if (command_wants_help(command)) {
			show_help(console, command_verb(command));
			command_free(command);
		} else {
			start(console, command, line, from, false);
		}
	}
	words_done(&words);
}

/* The answer to the first one was consent to this one too, which makes and takes away nothing but what pgtend itself keeps: nothing is asked. */
static void follow(struct console *console, const char *line)
{
	struct words words = { 0 };
	struct err err = { 0 };
	struct command *command = command_split(line, &words, &err) ? command_parse(console->fleet, words.v, (int)words.count, NULL, &err) : NULL;

	if (command)
		start(console, command, line, GUARD_BY_SCRIPT, true);
	else
		say_error(console, &err);
	words_done(&words);
}

void console_command(struct console *console, const char *line)
{
	command_from(console, line, GUARD_BY_PROMPT);
}

void console_command_by_key(struct console *console, const char *line)
{
	command_from(console, line, GUARD_BY_KEY);
}

/* --- what runs -------------------------------------------------------------------------------- */

int console_running(const struct console *console)
{
	int count = 0;

	for (const struct run *run = console->runs; run; run = run->next)
		count += !run->is_over;
	return count;
}

/* What was begun behind another one goes on without the console: nobody is asked for it. */
void console_quit(struct console *console)
{
	bool is_working = false;

	for (const struct run *run = console->runs; run; run = run->next)
		is_working = is_working || (!run->is_over && !run->is_behind);
	if (is_working)
		question_quit(console);
	else
		console->is_quitting = true;
}

bool console_cancel_running(struct console *console)
{
	bool has_run = false;

	for (struct run *run = console->runs; run; run = run->next) {
		if (run->is_over || !run->command_run)
			continue;
		if (!has_run)
			console_say(console, STYLE_WARN, 0, "cancelling %s ...", run->line);
		has_run = true;
		command_cancel(run->command_run);
	}
	return has_run;
}

void console_sweep(struct console *console)
{
	struct run **at = &console->runs;

	while (*at) {
		struct run *run = *at;

		if (!run->is_over) {
			at = &run->next;
			continue;
		}
		*at = run->next;
		mem_free(run->line);
		mem_free(run);
	}
}
