/* Failures in words, reports, events, and dying. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgtend/core/err.h"
#include "pgtend/core/event.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/report.h"

static void a_failure_is_one_visible_line(void **state)
{
	struct err err = {.sqlstate = "42P01"};

	(void)state;
	assert_false(err_set(&err, ERR_LOCKED, "held by \"%s\"\n", "a\nb\x1b[2J"));
	assert_int_equal(err.kind, ERR_LOCKED);
	assert_string_equal(err.text, "held by \"a\\nb\\e[2J\"");
	assert_string_equal(err.sqlstate, "");
	assert_string_equal(err.hint, "");
	err_hint(&err, "wait for pid %d", 5);
	assert_string_equal(err.hint, "wait for pid 5");
	assert_false(err_prefix(&err, "%s", "core"));
	assert_string_equal(err.text, "core: held by \"a\\nb\\e[2J\"");
	assert_string_equal(err.hint, "wait for pid 5");
	/* the arguments may come from the same struct */
	err_set(&err, ERR_FAILED, "again: %s", err.text);
	assert_string_equal(err.text, "again: core: held by \"a\\nb\\e[2J\"");
	err_clear(&err);
	assert_int_equal(err.kind, ERR_NONE);
}

static void a_long_one_is_cut_between_characters(void **state)
{
	struct err err;
	struct text text = {0};

	(void)state;
	for (int i = 0; i < 300; i++)
		text_add(&text, "é…");
	err_set(&err, ERR_FAILED, "%s", text_str(&text));
	assert_true(strlen(err.text) < sizeof err.text);
	assert_true(strlen(err.text) > sizeof err.text - 8);
	assert_true(text_is_valid_utf8(err.text, strlen(err.text)));
	assert_true(text_ends_with(err.text, "..."));
	text_done(&text);
}

static void exit_statuses(void **state)
{
	(void)state;
	assert_int_equal(err_exit_status(ERR_NONE), 0);
	assert_int_equal(err_exit_status(ERR_FAILED), 1);
	assert_int_equal(err_exit_status(ERR_UNREACHABLE), 1);
	assert_int_equal(err_exit_status(ERR_TIMEOUT), 1);
	assert_int_equal(err_exit_status(ERR_UNSUPPORTED), 1);
	assert_int_equal(err_exit_status(ERR_USAGE), 2);
	assert_int_equal(err_exit_status(ERR_CONFIG), 2);
	assert_int_equal(err_exit_status(ERR_PARTIAL), 3);
	assert_int_equal(err_exit_status(ERR_PENDING), 4);
	assert_int_equal(err_exit_status(ERR_DRIFT), 5);
	assert_int_equal(err_exit_status(ERR_LOCKED), 6);
	assert_int_equal(err_exit_status(ERR_REFUSED), 7);
	assert_int_equal(err_exit_status(ERR_CANCELLED), 130);
}

static void count_call(void *arg)
{
	(*(int *)arg)++;
}

static void a_report_keeps_what_was_said(void **state)
{
	int changes = 0;
	struct report report = {.changed = count_call, .arg = &changes};

	(void)state;
	report_step(&report, "step %d", 1);
	report_progress(&report, 3, 10, "tables");
	report_log(&report, "line");
	report_hint(&report, "next");
	report_summary(&report, "%s", "all done");
	assert_string_equal(report.step, "step 1");
	assert_int_equal(report.done, 3);
	assert_string_equal(report.unit, "tables");
	assert_string_equal(report.log.v[0], "line");
	assert_string_equal(report.hints.v[0], "next");
	assert_string_equal(report.summary, "all done");
	report_step(&report, "%s again", report.step);
	assert_string_equal(report.step, "step 1 again");
	assert_int_equal(report.all, 0);
	assert_int_equal(changes, 6);
	report_done(&report);
	assert_null(report.step);
}

struct listener {
	struct event_bus *bus;
	int heard;
	bool is_leaving;
};

static void listen_once(const struct event *event, void *arg)
{
	struct listener *listener = arg;

	assert_int_equal(event->kind, EVENT_NOTICE);
	assert_string_equal(event->text, "news");
	listener->heard++;
	if (listener->is_leaving)
		event_unsubscribe(listener->bus, listen_once, listener);
}

static void news_go_to_all_who_listen(void **state)
{
	struct event_bus *bus = event_bus_new();
	struct listener first = {bus, 0, true};
	struct listener second = {bus, 0, false};

	(void)state;
	event_emit(NULL, EVENT_NOTICE, NULL, "nobody listens");
	event_subscribe(bus, listen_once, &first);
	event_subscribe(bus, listen_once, &second);
	event_emit(bus, EVENT_NOTICE, NULL, "news");
	event_emit(bus, EVENT_NOTICE, NULL, "news");
	assert_int_equal(first.heard, 1);
	assert_int_equal(second.heard, 2);
	event_unsubscribe(bus, listen_once, &second);
	event_emit(bus, EVENT_NOTICE, NULL, "news");
	assert_int_equal(second.heard, 2);
	event_bus_free(bus);
}

static void say_restored(void)
{
	(void)!write(STDERR_FILENO, "restored\n", 9);
}

static void dying_restores_the_terminal_first(void **state)
{
	int ends[2];
	char said[128] = "";
	int status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();

	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL); /* cmocka catches it */
		mem_set_die_hook(say_restored);
		(void)mem_grow(NULL, SIZE_MAX, 2);
		_exit(0);
	}
	close(ends[1]);
	waitpid(pid, &status, 0);
	assert_true(read(ends[0], said, sizeof said - 1) > 0);
	close(ends[0]);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_true(text_starts_with(said, "restored\npgtend: out of memory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_one_visible_line), cmocka_unit_test(a_long_one_is_cut_between_characters),
		cmocka_unit_test(exit_statuses),                 cmocka_unit_test(a_report_keeps_what_was_said),
		cmocka_unit_test(news_go_to_all_who_listen),     cmocka_unit_test(dying_restores_the_terminal_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
