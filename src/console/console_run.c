/* The console on a real terminal: bytes in, frames out, signals, the end. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/ui/keys.h"
#include "pgtend/ui/screen.h"

enum { SETTLE_MS = 30 /* news that come together are drawn together */, RESIZE_MS = 30, TICK_MS = 1000, CANCEL_MS = 10000, ANSWER_MS = 300 };

struct driver {
	struct console *console;
	struct loop *loop;
	struct keys *keys;
	struct watch *input;        /* owns the descriptor */
	int input_fd;
	struct timer *escape, *settle, *resize, *tick, *give_up;
	struct signal_watch *signals[6];
	int signal_count;
	bool is_draw_due, has_given_up, is_suspended;
};

static void stop_timer(struct timer **timer)
{
	timer_stop(*timer);
	*timer = NULL;
}

/* --- frames ----------------------------------------------------------------------------------- */

static void draw(struct driver *driver)
{
	struct console *console = driver->console;

	if (driver->is_suspended)
		return;
	if (console->stale & STALE_ALL)
		screen_forget();
	console_draw(console);
	console->stale = STALE_NOTHING;
	screen_show(console->canvas, console->cursor_row, console->cursor_col);
}

static void suspend(struct driver *driver)
{
	struct sigaction ignored = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL }, ours;

	driver->console->is_suspend_wanted = false;
	driver->is_suspended = true;
	screen_suspend();
	/* First the others of the shell's job (a script that started us), then, exactly once and on this line, ourselves. */
	sigaction(SIGTSTP, &ignored, &ours);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &usual, NULL);
	pthread_kill(pthread_self(), SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	driver->is_suspended = false;
	screen_resume();
	console_mark(driver->console, STALE_SCREEN | STALE_ALL);
}

static void end_of_turn(void *arg)
{
	struct driver *driver = arg;

	driver->is_draw_due = false;
	if (driver->console->is_suspend_wanted)
		suspend(driver);
	console_sweep(driver->console);
	if (driver->console->is_quitting) {
		loop_stop(driver->loop);
		return;
	}
	if (driver->console->stale)
		draw(driver);
}

static void draw_soon(struct driver *driver)
{
	stop_timer(&driver->settle);
	if (driver->is_draw_due)
		return;
	driver->is_draw_due = true;
	loop_defer(driver->loop, end_of_turn, driver);
}

static void settled(void *arg)
{
	struct driver *driver = arg;

	draw_soon(driver);
}

/* What a key did is drawn in this turn; news of servers may gather for a moment. */
static void changed(void *arg)
{
	struct driver *driver = arg;

	if (driver->console->is_quitting || (driver->console->stale & (STALE_SCREEN | STALE_ALL)))
		draw_soon(driver);
	else if (!driver->settle && !driver->is_draw_due)
		driver->settle = timer_start(driver->loop, SETTLE_MS, 0, settled, driver);
}

static bool is_silent(const struct fleet *fleet)
{
	for (int i = 0; i < fleet->server_count; i++)
		if (fleet->servers[i]->session && session_silent_since_ms(fleet->servers[i]->session) > 0)
			return true;
	for (int i = 0; i < fleet->database_count; i++)
		if (fleet->databases[i]->session && session_silent_since_ms(fleet->databases[i]->session) > 0)
			return true;
	return false;
}

/* The clock, ages, the countdown of an unlocked production; nothing at all while paused. */
static void tick(void *arg)
{
	struct driver *driver = arg;
	struct console *console = driver->console;

	if (is_silent(console->fleet) || records_running(&console->records))
		console_mark(console, STALE_DATA | STALE_SCREEN);
	else
		console_mark(console, STALE_SCREEN);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void on_key(const struct key *key, void *arg)
{
	struct driver *driver = arg;
	unsigned stale = console_key(driver->console, key);

	if (stale || driver->console->is_quitting)
		console_mark(driver->console, stale | STALE_SCREEN);
}

static void escape_expired(void *arg)
{
	struct driver *driver = arg;

	stop_timer(&driver->escape);
	keys_expire(driver->keys, on_key, driver);
}

static void hang_up(struct driver *driver)
{
	watch_close(driver->input);
	driver->input = NULL;
	driver->console->status = 129;
	driver->console->is_quitting = true;
	draw_soon(driver);
}

static void on_input(int events, void *arg)
{
	struct driver *driver = arg;
	char bytes[4096];
	ssize_t got;

	stop_timer(&driver->escape);
	while ((got = read(driver->input_fd, bytes, sizeof(bytes))) > 0)
		keys_feed(driver->keys, bytes, (size_t)got, on_key, driver);
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR) || (events & WATCH_BROKEN)) {
		hang_up(driver);
		return;
	}
	if (keys_is_pending(driver->keys))
		driver->escape = timer_start(driver->loop, KEYS_ESCAPE_MS, 0, escape_expired, driver);
}

static void drop_input(void *arg)
{
	struct driver *driver = arg;
	char bytes[4096];

	keys_drop(driver->keys);
	screen_flush_input();
	while (read(driver->input_fd, bytes, sizeof(bytes)) > 0)
		;
}

/* --- signals ---------------------------------------------------------------------------------- */

static void resized(void *arg)
{
	struct driver *driver = arg;
	int rows, cols;

	stop_timer(&driver->resize);
	screen_size(&rows, &cols);
	console_resize(driver->console, rows, cols);
}

static void on_winch(void *arg)
{
	struct driver *driver = arg;

	stop_timer(&driver->resize);
	driver->resize = timer_start(driver->loop, RESIZE_MS, 0, resized, driver);
}

static void end_by(struct driver *driver, int status)
{
	driver->console->status = status;
	driver->console->is_quitting = true;
	draw_soon(driver);
}

static void on_term(void *arg)
{
	end_by(arg, 143);
}

static void on_hup(void *arg)
{
	end_by(arg, 129);
}

static void on_int(void *arg)
{
	end_by(arg, 130);
}

static void on_stop(void *arg)
{
	struct driver *driver = arg;

	driver->console->is_suspend_wanted = true;
	draw_soon(driver);
}

static void watch_signals(struct driver *driver)
{
	static const struct { int number; loop_fn fn; } wanted[] = {
		{ SIGWINCH, on_winch }, { SIGTERM, on_term }, { SIGHUP, on_hup }, { SIGINT, on_int }, { SIGTSTP, on_stop },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		driver->signals[driver->signal_count++] = signal_start(driver->loop, wanted[i].number, wanted[i].fn, driver);
}

/* --- life ------------------------------------------------------------------------------------- */

static enum theme_kind wanted_theme(const struct fleet *fleet, const struct console_options *options)
{
	const struct section *section = config_section(fleet->config, SECTION_PGTEND, "");
	const char *theme = section_text(section, "theme"), *colour = section_text(section, "color"), *no_color = getenv("NO_COLOR");
	enum theme_kind coloured = theme && strcmp(theme, "light") == 0 ? THEME_LIGHT : theme && strcmp(theme, "plain") == 0 ? THEME_PLAIN : THEME_COLOURED;

	if (options->colour == CONSOLE_COLOUR_NEVER)
		return THEME_PLAIN;
	if (options->colour == CONSOLE_COLOUR_ALWAYS)
		return coloured;
	if (colour && strcmp(colour, "never") == 0)
		return THEME_PLAIN;
	if (no_color && *no_color && !(colour && section_is_set(section, "color") && strcmp(colour, "always") == 0))
		return THEME_PLAIN;
	return coloured;
}

static void gave_up(void *arg)
{
	struct driver *driver = arg;

	driver->has_given_up = true;
}

/* Jobs that were asked to end get their time: a transaction is rolled back, a partial file is taken away. */
static void end_jobs(struct driver *driver)
{
	/* What is to go on behind our back does so as a process of its own. */
	driver->console->fleet->is_staying = false;
	console_cancel_running(driver->console);
	driver->give_up = timer_start(driver->loop, CANCEL_MS, 0, gave_up, driver);
	while (console_running(driver->console) > 0 && !driver->has_given_up) {
		question_free_all(driver->console);
		draw(driver);
		loop_turn(driver->loop, true);
	}
	stop_timer(&driver->give_up);
}

static void close_session(struct session *session)
{
	if (session)
		session_close(session);
}

static bool is_busy(const struct session *session)
{
	return session && session_state(session) == SESSION_BUSY;
}

static bool is_any_busy(const struct fleet *fleet)
{
	for (int i = 0; i < fleet->server_count; i++)
		if (is_busy(fleet->servers[i]->session))
			return true;
	for (int i = 0; i < fleet->database_count; i++)
		if (is_busy(fleet->databases[i]->session))
			return true;
	for (int i = 0; i < fleet->pooler_count; i++)
		if (is_busy(fleet->poolers[i]->session))
			return true;
	return false;
}

/* A question that is cut off is a line in the server's log: it has a moment to be answered. */
static void await_answers(struct driver *driver)
{
	driver->has_given_up = false;
	driver->give_up = timer_start(driver->loop, ANSWER_MS, 0, gave_up, driver);
	while (is_any_busy(driver->console->fleet) && !driver->has_given_up)
		loop_turn(driver->loop, true);
	stop_timer(&driver->give_up);
}

/* What is still open then ends here and now: nobody who quits waits for a server that is silent. */
static void close_sessions(const struct fleet *fleet)
{
	for (int i = 0; i < fleet->server_count; i++)
		close_session(fleet->servers[i]->session);
	for (int i = 0; i < fleet->database_count; i++)
		close_session(fleet->databases[i]->session);
	for (int i = 0; i < fleet->pooler_count; i++)
		close_session(fleet->poolers[i]->session);
}

static void stop(struct driver *driver)
{
	stop_timer(&driver->escape);
	stop_timer(&driver->settle);
	stop_timer(&driver->resize);
	stop_timer(&driver->tick);
	watch_close(driver->input);
	for (int i = 0; i < driver->signal_count; i++)
		signal_stop(driver->signals[i]);
	keys_free(driver->keys);
}

bool console_can_run(struct err *err)
{
	return screen_can_open(err);
}

static bool open_screen(struct driver *driver, struct err *err)
{
	const struct console *console = driver->console;
	const struct section *section = config_section(console->fleet->config, SECTION_PGTEND, "");
	struct screen_options options = {
		.has_mouse = !console->options.has_no_mouse && section_bool(section, "mouse"),
		.is_ascii = console->options.is_ascii || section_bool(section, "ascii"),
		.theme = wanted_theme(console->fleet, &console->options),
	};

	if (!screen_open(&options, err))
		return false;
	driver->input_fd = screen_input_fd();
	if (driver->input_fd < 0) {
		screen_close();
		return err_set(err, ERR_FAILED, "the terminal cannot be read: %s", strerror(errno));
	}
	driver->input = watch_open(driver->loop, driver->input_fd, on_input, driver);
	watch_want(driver->input, WATCH_READ);
	if (!screen_has_paste_marks())
		prompt_expect_unmarked_pastes(console->prompt);
	return true;
}

static void first_frame(struct driver *driver)
{
	int rows, cols;

	screen_size(&rows, &cols);
	console_resize(driver->console, rows, cols);
	draw(driver);
}

int console_run(struct fleet *fleet, const struct console_options *options)
{
	struct driver driver = { .loop = fleet->loop, .input_fd = -1 };
	struct console *console = console_new(fleet, options);
	struct err err;
	int status;

	err_clear(&err);
	driver.console = console;
	driver.keys = keys_new();
	watch_signals(&driver);
	if (!open_screen(&driver, &err)) {
		fprintf(stderr, "pgtend: %s%s%s\n", err.text, err.hint[0] ? "\n" : "", err.hint);
		stop(&driver);
		console_free(console);
		return err_exit_status(err.kind);
	}
	first_frame(&driver);
	console->changed = changed;
	console->drop_input = drop_input;
	console->arg = &driver;
	console->collector = collector_start(fleet, console->refresh_ms);
	collector_focus(console->collector, console_database(console));
	driver.tick = timer_start(driver.loop, TICK_MS, TICK_MS, tick, &driver);
	loop_run(driver.loop);
	end_jobs(&driver);
	console->changed = NULL;
	screen_close();
	if (driver.has_given_up) {
		/* Its task still waits for a server that says nothing: there is nothing to be freed under its feet. */
		fprintf(stderr, "pgtend: a job did not end within %d s; its server takes back what was not committed\n", CANCEL_MS / 1000);
		_exit(console->status ? console->status : 1);
	}
	stop(&driver);
	collector_pause(console->collector, true);
	await_answers(&driver);
	migration_give_up(console);
	table_details_give_up(console);
	close_sessions(fleet);
	/* With its session closed the question has its answer at the next turn. */
	while (console->migration || console->table_view)
		loop_turn(driver.loop, true);
	collector_stop(console->collector);
	status = console->status;
	console_free(console);
	return status;
}
