/* Timers, watches, signals, and what is put off to the end of a turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/loop.h"

struct scene {
	struct loop *loop;
	struct timer *timer;
	struct watch *watch;
	struct text log;
	int count;
	int events;
};

static int scene_begin(void **state)
{
	struct scene *scene = MEM_NEW(struct scene);

	scene->loop = loop_new();
	*state = scene;
	return 0;
}

static int scene_end(void **state)
{
	struct scene *scene = *state;

	loop_free(scene->loop);
	text_done(&scene->log);
	mem_free(scene);
	return 0;
}

static void log_b(void *arg)
{
	text_add(&((struct scene *)arg)->log, "b");
}

static void log_a(void *arg)
{
	struct scene *scene = arg;

	text_add(&scene->log, "a");
	loop_defer(scene->loop, log_b, scene);
}

static void deferred_runs_in_order_and_never_at_once(void **state)
{
	struct scene *scene = *state;

	loop_defer(scene->loop, log_a, scene);
	loop_defer(scene->loop, log_b, scene);
	assert_string_equal(text_str(&scene->log), "");
	loop_turn(scene->loop, true); /* must not wait for anything else */
	assert_string_equal(text_str(&scene->log), "ab");
	loop_turn(scene->loop, true);
	assert_string_equal(text_str(&scene->log), "abb");
}

static void defer_from_timer(void *arg)
{
	struct scene *scene = arg;

	loop_defer(scene->loop, log_b, scene);
}

static void what_a_timer_defers_does_not_wait(void **state)
{
	struct scene *scene = *state;
	struct timer *timer = timer_start(scene->loop, 0, 0, defer_from_timer, scene);

	while (scene->log.length == 0)
		loop_turn(scene->loop, true);
	timer_stop(timer);
}

static void count_to_three(void *arg)
{
	struct scene *scene = arg;

	if (++scene->count == 3) {
		timer_stop(scene->timer);
		timer_stop(scene->timer); /* twice is once */
		loop_stop(scene->loop);
	}
}

static void a_timer_repeats_until_stopped(void **state)
{
	struct scene *scene = *state;
	int64_t before = loop_now_ms(scene->loop);

	scene->timer = timer_start(scene->loop, 10, 5, count_to_three, scene);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 3);
	assert_true(loop_now_ms(scene->loop) - before >= 20);
	timer_stop(NULL);
	/* and never again */
	scene->timer = timer_start(scene->loop, 20, 0, count_to_three, scene);
	while (loop_now_ms(scene->loop) - before < 30)
		loop_turn(scene->loop, false);
	assert_int_equal(scene->count, 3);
}

static void keep_events(int events, void *arg)
{
	struct scene *scene = arg;

	scene->events = events;
	scene->count++;
}

static void a_watch_sees_what_is_wanted(void **state)
{
	struct scene *scene = *state;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	struct watch *watch = watch_open(scene->loop, ends[0], keep_events, scene);

	assert_non_null(watch);
	loop_turn(scene->loop, false);
	assert_int_equal(scene->count, 0); /* nothing wanted yet */
	watch_want(watch, WATCH_READ | WATCH_WRITE);
	loop_turn(scene->loop, true);
	assert_int_equal(scene->events, WATCH_WRITE);
	watch_want(watch, WATCH_READ);
	assert_int_equal(write(ends[1], "x", 1), 1);
	loop_turn(scene->loop, true);
	assert_int_equal(scene->events, WATCH_READ);
	watch_want(watch, 0);
	scene->count = 0;
	loop_turn(scene->loop, false);
	assert_int_equal(scene->count, 0);
	watch_close(watch);
	loop_turn(scene->loop, false);
	/* the descriptor was ours to give and is closed */
	assert_int_equal(fcntl(ends[0], F_GETFD), -1);
	assert_int_equal(errno, EBADF);
	watch_close(NULL);
	close(ends[1]);
}

static void a_broken_watch_says_so(void **state)
{
	struct scene *scene = *state;
	int ends[2];

	/* the write end of a pipe without a reader is in error */
	assert_int_equal(pipe(ends), 0);
	struct watch *watch = watch_open(scene->loop, ends[1], keep_events, scene);

	watch_want(watch, WATCH_READ);
	close(ends[0]);
	loop_turn(scene->loop, true);
	assert_int_equal(scene->events, WATCH_BROKEN);
	watch_close(watch);
}

static void what_cannot_be_watched(void **state)
{
	struct scene *scene = *state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_null(watch_open(scene->loop, fd, keep_events, scene));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void stop_loop(void *arg)
{
	struct scene *scene = arg;

	scene->count++;
	loop_stop(scene->loop);
}

static void signals_arrive_on_the_loop(void **state)
{
	struct scene *scene = *state;
	struct signal_watch *watch = signal_start(scene->loop, SIGUSR1, stop_loop, scene);

	kill(getpid(), SIGUSR1);
	assert_int_equal(scene->count, 0);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 1);
	signal_stop(watch);
	signal_stop(NULL);
}

static void freeing_closes_what_is_open(void **state)
{
	struct scene *scene = *state;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	timer_start(scene->loop, 100000, 0, stop_loop, scene);
	signal_start(scene->loop, SIGUSR2, stop_loop, scene);
	watch_want(watch_open(scene->loop, ends[0], keep_events, scene), WATCH_READ);
	loop_free(scene->loop);
	assert_int_equal(fcntl(ends[0], F_GETFD), -1);
	close(ends[1]);
	scene->loop = loop_new();
	assert_int_equal(scene->count, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(deferred_runs_in_order_and_never_at_once),
		TEST(what_a_timer_defers_does_not_wait),
		TEST(a_timer_repeats_until_stopped),
		TEST(a_watch_sees_what_is_wanted),
		TEST(a_broken_watch_says_so),
		TEST(what_cannot_be_watched),
		TEST(signals_arrive_on_the_loop),
		TEST(freeing_closes_what_is_open),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
