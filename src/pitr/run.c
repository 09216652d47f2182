/* One run of pgBackRest: started as the right user behind the right words, its progress read, its errors turned into one line and what to do. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "pitr_internal.h"

enum { KILL_AFTER_MS = 15000, MOST_BYTES = 16 << 20, LOG_LINES = 60, PER_CENT_PARTS = 10000 };

struct running {
	const struct pitr_run *run;
	struct task *task;
	struct child *child; /* NULL once it ended */
	int status, signal_number;
	bool is_late;
	struct text *out;
	struct text line;    /* of its log, until its end came */
	struct text errors;
	int logged;
};

/* --- its log: "2026-11-21 17:26:45.291 P00   INFO: new backup label = 20261121-172635F" ------------- */

/* The text behind the level, and the level; NULL: not such a line. */
static const char *log_text(const char *line, char level[8])
{
	const char *at = strstr(line, " P");
	if (at == NULL || !isdigit((unsigned char)at[2]))
		return NULL;
	for (at += 2; isdigit((unsigned char)*at); at++)
		;
	while (*at == ' ')
		at++;
	size_t length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (length == 0 || length > 7 || at[length] != ':')
		return NULL;
	memcpy(level, at, length);
	level[length] = '\0';
	return at[length + 1] == ' ' ? at + length + 2 : at + length + 1;
}

/* "backup file /x/base/5/1234 (16KB, 39.49%) checksum 9fbd...": parts of ten thousand; -1: no such line. */
static int64_t progress_of(const char *text)
{
	const char *end = strstr(text, "%)"), *comma = end;
	char *stop = NULL;
	if (end == NULL || strstr(text, " file ") == NULL)
		return -1;
	while (comma > text && *comma != ',')
		comma--;
	double per_cent = *comma == ',' ? strtod(comma + 1, &stop) : -1;
	return stop == end && per_cent >= 0 && per_cent <= 100 ? (int64_t)(per_cent * PER_CENT_PARTS / 100) : -1;
}

static bool is_worth_telling(const char *text)
{
	static const char *const dull[] = {" command begin ", " command end: ", "remap data directory", "option 'repo", "write updated ",
	    "execute non-exclusive", "(performed last to ensure"};
	for (size_t i = 0; i < sizeof dull / sizeof dull[0]; i++)
		if (strstr(text, dull[i]) != NULL)
			return false;
	return true;
}

static void take_line(struct running *running, const char *line)
{
	const struct pitr_run *run = running->run;
	char level[8];
	const char *text = log_text(line, level);
	int64_t parts = text != NULL ? progress_of(text) : -1;
	if (parts >= 0 && run->all_bytes > 0)
		report_progress(run->report, (int64_t)((double)run->all_bytes * ((double)parts / PER_CENT_PARTS)), run->all_bytes, "bytes");
	else if (text != NULL && strcmp(level, "INFO") == 0 && is_worth_telling(text) && running->logged++ < LOG_LINES)
		report_log(run->report, "pgBackRest: %s", text);
}

static void take_log(struct running *running, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] == '\n') {
			take_line(running, text_str(&running->line));
			text_done(&running->line);
		} else {
			text_add_char(&running->line, bytes[i]);
		}
}

/* --- the child --------------------------------------------------------------------------------------- */

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct running *running = arg;
	if (stream == CHILD_STDOUT && running->run->is_logged)
		take_log(running, bytes, length);
	struct text *text = stream == CHILD_STDERR ? &running->errors : running->out;
	if (text != NULL && text->length < MOST_BYTES)
		text_add_n(text, bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct running *running = arg;
	running->child = NULL;
	running->status = status;
	running->signal_number = signal_number;
	task_wake(running->task);
}

static void late(void *arg)
{
	struct running *running = arg;
	running->is_late = true;
	task_wake(running->task);
}

static void wait_at_most(struct running *running, int ms)
{
	struct timer *timer = timer_start(running->run->place->fleet->loop, ms, 0, late, running);
	running->is_late = false;
	while (running->child != NULL && !running->is_late)
		task_wait();
	timer_stop(timer);
}

/* pgBackRest ends at SIGTERM in good order: the server leaves backup mode, locks are let go. */
static bool end_child(struct running *running, bool was_late, struct err *err)
{
	task_shield();
	child_signal(running->child, SIGTERM);
	wait_at_most(running, KILL_AFTER_MS);
	if (running->child != NULL) {
		child_signal(running->child, SIGKILL);
		wait_at_most(running, KILL_AFTER_MS);
	}
	if (running->child != NULL)
		child_forget(running->child);
	task_unshield();
	if (was_late)
		return err_set(err, ERR_TIMEOUT, "pgBackRest's %s gave no answer in %d s", running->run->command, running->run->deadline_ms / 1000);
	return err_set(err, ERR_CANCELLED, "cancelled: pgBackRest's %s was ended", running->run->command);
}

static bool wait_for(struct running *running, struct err *err)
{
	int deadline_ms = running->run->deadline_ms;
	struct timer *timer = deadline_ms > 0 ? timer_start(running->run->place->fleet->loop, deadline_ms, 0, late, running) : NULL;
	while (running->child != NULL && !running->is_late && !task_is_cancelled())
		task_wait();
	timer_stop(timer);
	return running->child == NULL || end_child(running, running->is_late && !task_is_cancelled(), err);
}

static struct child *start(const struct pitr_place *place, const struct words *argv, struct running *running, struct err *err)
{
	struct child_spec spec = {
	    .argv = (const char *const *)argv->v,
	    .folder = "/", /* ours may not be entered by that user */
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .uid = place->uid,
	    .gid = place->gid,
	    .has_user = place->has_user,
	    .data_fn = heard,
	    .exit_fn = ended,
	    .arg = running,
	};
	return child_start(place->fleet->loop, &spec, err);
}

/* --- its errors ---------------------------------------------------------------------------------------- */

struct advice { int number; const char *text; };
static const struct advice advices[] = {
    {27, "the stanza belongs to another cluster, or the cluster was made anew: choose another stanza, or look at pgbackrest stanza-upgrade"},
    {28, "the stanza belongs to another cluster, or the cluster was made anew: choose another stanza, or look at pgbackrest stanza-upgrade"},
    {40, "the folder must be new or empty"},
    {50, "another run of pgBackRest is at work on this stanza"},
    {56, "pgBackRest connects through the server's socket as the owner of its data, or as pg1-user"},
    {58, "the role needs to be a superuser, or a member of pg_read_all_settings with EXECUTE on the backup functions"},
    {62, "pgbackrest start lets the stanza work again"},
    {68, "pgtend pitr setup says what archive_command should be"},
    {72, "run it on the repository's host: pgbackrest = ssh HOST pgbackrest"},
    {75, "pgtend pitr status shows from when on there is something to restore"},
    {82, "the archiver does not reach the repository: pgtend check archiver, and the server's log, say why"},
    {87, "archive_mode must be on: pgtend pitr setup"},
};

static const char *advice_for(int number, const char *text)
{
	if (number == 55 && (strstr(text, "archive.info") != NULL || strstr(text, "backup.info") != NULL))
		return "the stanza is not in the repository yet: pgtend pitr setup DB --write";
	if (number == 37 && strstr(text, "pg1-path") != NULL)
		return "the configuration has no such stanza: pgtend pitr setup";
	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		if (advices[i].number == number)
			return advices[i].text;
	return NULL;
}

/* "ERROR: [055]: text", lines that begin with blanks go on with it; its own hints begin with HINT. */
static bool word_error(const struct running *running, struct err *err)
{
	struct words lines = {0};
	const char *first = NULL, *hint = NULL;
	int number = 0;
	words_split(&lines, text_str(&running->errors), "\n\r");
	for (size_t i = 0; i < lines.count; i++) {
		const char *at = strstr(lines.v[i], "ERROR: [");
		if (at != NULL && first == NULL) {
			number = atoi(at + strlen("ERROR: ["));
			first = strstr(at, "]: ") != NULL ? strstr(at, "]: ") + 3 : at;
		} else if (first != NULL && hint == NULL && strstr(lines.v[i], "HINT: ") != NULL) {
			hint = strstr(lines.v[i], "HINT: ") + strlen("HINT: ");
		}
	}
	/* What stood before pgBackRest (ssh, docker, sudo) has other words. */
	if (first == NULL && lines.count > 0)
		first = lines.v[lines.count - 1];
	if (running->signal_number != 0)
		err_set(err, ERR_FAILED, "pgBackRest's %s was killed by signal %d", running->run->command, running->signal_number);
	else if (number > 0)
		err_set(err, number == 50 ? ERR_LOCKED : ERR_FAILED, "%s (pgBackRest error %d)", first, number);
	else
		err_set(err, ERR_FAILED, "pgBackRest's %s ended with status %d%s%s", running->run->command, running->status, first != NULL ? ": " : "", first != NULL ? first : "");
	const char *ours = number > 0 ? advice_for(number, first) : NULL;
	if (ours != NULL || hint != NULL)
		err_hint(err, "%s", ours != NULL ? ours : hint);
	words_done(&lines);
	return false;
}

static void log_warnings(const struct running *running)
{
	struct words lines = {0};
	words_split(&lines, text_str(&running->errors), "\n\r");
	int told = 0;
	for (size_t i = 0; i < lines.count && running->run->report != NULL; i++)
		if (strncmp(lines.v[i], "WARN: ", strlen("WARN: ")) == 0 && told++ < LOG_LINES)
			report_log(running->run->report, "pgBackRest: %s", lines.v[i] + strlen("WARN: "));
	words_done(&lines);
}

/* --- the run ----------------------------------------------------------------------------------------------- */

static void build_argv(const struct pitr_run *run, struct words *argv)
{
	const struct pitr_place *place = run->place;
	for (size_t i = 0; i < place->command.count; i++)
		words_add(argv, place->command.v[i]);
	if (place->is_config_said && place->config != NULL)
		words_take(argv, mem_format("--config=%s", place->config));
	if (place->stanza != NULL)
		words_take(argv, mem_format("--stanza=%s", place->stanza));
	words_add(argv, run->is_logged ? "--log-level-console=detail" : "--log-level-console=off");
	words_add(argv, "--log-level-stderr=warn");
	for (size_t i = 0; run->options != NULL && i < run->options->count; i++)
		words_add(argv, run->options->v[i]);
	words_add(argv, run->command);
	words_take(argv, NULL);
}

bool pitr_run(const struct pitr_run *run, struct text *out, struct err *err)
{
	struct running running = {.run = run, .task = task_self(), .out = out};
	struct words argv = {0};
	build_argv(run, &argv);
	running.child = start(run->place, &argv, &running, err);
	bool ok = running.child != NULL && wait_for(&running, err);
	if (ok) {
		log_warnings(&running);
		ok = (running.status == 0 && running.signal_number == 0) || word_error(&running, err);
	}
	argv.count--;
	words_done(&argv);
	text_done(&running.line);
	text_done(&running.errors);
	return ok;
}

bool pitr_run_other(const struct pitr_place *place, const char *const *argv, int *status, struct text *out, struct err *err)
{
	struct words words = {0};
	struct text errors = {0};
	for (size_t i = 0; i + 1 < place->command.count; i++)
		words_add(&words, place->command.v[i]);
	for (size_t i = 0; argv[i] != NULL; i++)
		words_add(&words, argv[i]);
	words_take(&words, NULL);
	struct child_spec spec = {.argv = (const char *const *)words.v, .folder = "/", .stdout_fd = -1, .stderr_fd = -1,
	    .uid = place->uid, .gid = place->gid, .has_user = place->has_user};
	bool ok = child_run(place->fleet->loop, &spec, status, out, &errors, err);
	if (ok && errors.length > 0)
		text_add(out, text_str(&errors));
	words.count--;
	words_done(&words);
	text_done(&errors);
	return ok;
}
