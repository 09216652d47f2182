/* Tasks take turns with the loop, lose no wake, and end when cancelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/loop.h"
#include "pgtend/loop/task.h"

struct scene {
	struct loop *loop;
	struct text log;
	struct task *task;
	struct task *other;
	bool is_ready;
	bool is_done;
	int count;
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

static void mark_done(void *arg)
{
	struct scene *scene = arg;

	assert_null(task_self());
	text_add(&scene->log, "done ");
	scene->is_done = true;
}

static void run_until_done(struct scene *scene)
{
	while (!scene->is_done)
		loop_turn(scene->loop, true);
}

static void say_hello(void *arg)
{
	struct scene *scene = arg;

	assert_ptr_equal(task_self(), scene->task);
	text_add(&scene->log, "task ");
}

static void starts_at_the_next_turn(void **state)
{
	struct scene *scene = *state;

	scene->task = task_start(scene->loop, say_hello, mark_done, scene);
	text_add(&scene->log, "caller ");
	assert_null(task_self());
	run_until_done(scene);
	assert_string_equal(text_str(&scene->log), "caller task done ");
}

static void become_ready(void *arg)
{
	struct scene *scene = arg;

	assert_null(task_self());
	text_add(&scene->log, "ready ");
	scene->is_ready = true;
	task_wake(scene->task);
	/* the task must not run inside of this callback */
	text_add(&scene->log, "after ");
}

static void wait_until_ready(void *arg)
{
	struct scene *scene = arg;
	struct timer *timer = timer_start(scene->loop, 5, 0, become_ready, scene);

	text_add(&scene->log, "wait ");
	while (!scene->is_ready)
		task_wait();
	text_add(&scene->log, "go ");
	timer_stop(timer);
}

static void callbacks_run_only_while_it_waits(void **state)
{
	struct scene *scene = *state;

	scene->task = task_start(scene->loop, wait_until_ready, mark_done, scene);
	run_until_done(scene);
	assert_string_equal(text_str(&scene->log), "wait ready after go done ");
}

static void wake_then_wait(void *arg)
{
	struct scene *scene = arg;

	task_wake(task_self());
	task_wait(); /* would never come back if the wake were lost */
	text_add(&scene->log, "came back ");
}

static void a_wake_that_came_first_is_not_lost(void **state)
{
	struct scene *scene = *state;

	scene->task = task_start(scene->loop, wake_then_wait, mark_done, scene);
	run_until_done(scene);
	assert_string_equal(text_str(&scene->log), "came back done ");
}

static void sleep_long(void *arg)
{
	struct scene *scene = arg;

	task_sleep(60000);
	text_add(&scene->log, task_is_cancelled() ? "cancelled " : "slept ");
}

static void cancel_task(void *arg)
{
	struct scene *scene = arg;

	task_cancel(scene->task);
	task_cancel(scene->task);
}

static void cancel_ends_a_sleep(void **state)
{
	struct scene *scene = *state;
	struct timer *timer = timer_start(scene->loop, 5, 0, cancel_task, scene);

	scene->task = task_start(scene->loop, sleep_long, mark_done, scene);
	run_until_done(scene);
	timer_stop(timer);
	assert_string_equal(text_str(&scene->log), "cancelled done ");
}

static void cancelled_before_it_began_still_runs(void **state)
{
	struct scene *scene = *state;

	scene->task = task_start(scene->loop, sleep_long, mark_done, scene);
	task_cancel(scene->task);
	run_until_done(scene);
	assert_string_equal(text_str(&scene->log), "cancelled done ");
}

static void shielded(void *arg)
{
	struct scene *scene = arg;

	task_cancel(task_self());
	assert_true(task_is_cancelled());
	task_shield();
	task_shield();
	assert_false(task_is_cancelled());
	int64_t before = loop_now_ms(scene->loop);

	task_sleep(20);
	assert_true(loop_now_ms(scene->loop) - before >= 19);
	task_unshield();
	assert_false(task_is_cancelled());
	task_unshield();
	assert_true(task_is_cancelled());
	text_add(&scene->log, "whole ");
}

static void a_shield_keeps_the_flag_away(void **state)
{
	struct scene *scene = *state;

	scene->task = task_start(scene->loop, shielded, mark_done, scene);
	run_until_done(scene);
	assert_string_equal(text_str(&scene->log), "whole done ");
}

static void ping(void *arg)
{
	struct scene *scene = arg;

	for (int i = 0; i < 1000; i++) {
		scene->count++;
		task_wake(scene->other);
		task_wait();
	}
}

static void pong(void *arg)
{
	struct scene *scene = arg;

	while (scene->count < 1000) {
		task_wait();
		task_wake(scene->task);
	}
}

static void two_tasks_wake_each_other(void **state)
{
	struct scene *scene = *state;

	scene->other = task_start(scene->loop, pong, NULL, scene);
	scene->task = task_start(scene->loop, ping, mark_done, scene);
	run_until_done(scene);
	assert_int_equal(scene->count, 1000);
}

static void count_one(void *arg)
{
	struct scene *scene = arg;

	task_sleep(scene->count % 7);
	scene->count++;
}

static void count_end(void *arg)
{
	struct scene *scene = arg;

	if (scene->count == 200)
		scene->is_done = true;
}

static void hundreds_at_once(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 200; i++)
		task_start(scene->loop, count_one, count_end, scene);
	run_until_done(scene);
	assert_int_equal(scene->count, 200);
}

static void look_at_signals(void *arg)
{
	sigset_t mask;

	(void)arg;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_true(sigismember(&mask, SIGINT));
	assert_true(sigismember(&mask, SIGTERM));
	assert_true(sigismember(&mask, SIGWINCH));
}

static void signals_are_not_for_tasks(void **state)
{
	struct scene *scene = *state;
	sigset_t mask;

	task_start(scene->loop, look_at_signals, mark_done, scene);
	run_until_done(scene);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_false(sigismember(&mask, SIGINT));
}

static void freeing_the_loop_ends_its_tasks(void **state)
{
	struct scene *scene = *state;

	scene->task = task_start(scene->loop, sleep_long, mark_done, scene);
	loop_turn(scene->loop, false);
	task_start(scene->loop, sleep_long, NULL, scene);
	loop_free(scene->loop);
	assert_true(scene->is_done);
	assert_non_null(strstr(text_str(&scene->log), "cancelled "));
	scene->loop = loop_new();
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(starts_at_the_next_turn),
		TEST(callbacks_run_only_while_it_waits),
		TEST(a_wake_that_came_first_is_not_lost),
		TEST(cancel_ends_a_sleep),
		TEST(cancelled_before_it_began_still_runs),
		TEST(a_shield_keeps_the_flag_away),
		TEST(two_tasks_wake_each_other),
		TEST(hundreds_at_once),
		TEST(signals_are_not_for_tasks),
		TEST(freeing_the_loop_ends_its_tasks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
