/* Work beside the loop: it runs while the loop turns, pieces may wait for each other, cancelling ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/loop/work.h"

enum { PIPES = 24, BYTES = 300000 };

struct scene {
	struct loop *loop;
	struct task *task;
	pthread_t loop_thread;
	bool is_done;
	bool was_ended_before;
	int ticks;
	atomic_bool go;
	atomic_bool was_cancelled;
	atomic_bool was_elsewhere;
};

static int scene_begin(void **state)
{
	struct scene *scene = MEM_NEW(struct scene);

	scene->loop = loop_new();
	scene->loop_thread = pthread_self();
	*state = scene;
	return 0;
}

static int scene_end(void **state)
{
	struct scene *scene = *state;

	loop_free(scene->loop);
	mem_free(scene);
	return 0;
}

static void mark_done(void *arg)
{
	struct scene *scene = arg;

	scene->is_done = true;
}

static void run_until_done(struct scene *scene)
{
	while (!scene->is_done)
		loop_turn(scene->loop, true);
}

static void nap(void)
{
	poll(NULL, 0, 1);
}

/* --- beside the loop ------------------------------------------------------------- */

static void until_told(struct work *work, void *arg)
{
	struct scene *scene = arg;

	atomic_store(&scene->was_elsewhere, !pthread_equal(scene->loop_thread, pthread_self()));
	while (!atomic_load(&scene->go) && !work_is_cancelled(work))
		nap();
	atomic_store(&scene->was_cancelled, work_is_cancelled(work));
}

static void tick(void *arg)
{
	struct scene *scene = arg;

	if (++scene->ticks == 5)
		atomic_store(&scene->go, true);
}

static void wait_for_work(void *arg)
{
	struct scene *scene = arg;
	struct work *work = work_start(scene->loop, until_told, scene);

	scene->was_ended_before = work_is_ended(work);
	work_wait(work);
}

static void the_loop_turns_meanwhile(void **state)
{
	struct scene *scene = *state;
	struct timer *timer = timer_start(scene->loop, 1, 1, tick, scene);

	task_start(scene->loop, wait_for_work, mark_done, scene);
	run_until_done(scene);
	timer_stop(timer);
	assert_true(scene->ticks >= 5);
	assert_true(atomic_load(&scene->was_elsewhere));
	assert_false(atomic_load(&scene->was_cancelled));
	assert_false(scene->was_ended_before);
}

static void a_cancelled_task_ends_its_work(void **state)
{
	struct scene *scene = *state;
	struct task *task = task_start(scene->loop, wait_for_work, mark_done, scene);

	while (!atomic_load(&scene->was_elsewhere))
		loop_turn(scene->loop, false);
	task_cancel(task);
	run_until_done(scene);
	assert_true(atomic_load(&scene->was_cancelled));
}

static void the_end_of_the_loop_ends_it_too(void **state)
{
	struct scene *scene = *state;

	task_start(scene->loop, wait_for_work, mark_done, scene);
	while (!atomic_load(&scene->was_elsewhere))
		loop_turn(scene->loop, false);
	loop_free(scene->loop);
	assert_true(scene->is_done);
	assert_true(atomic_load(&scene->was_cancelled));
	scene->loop = loop_new();
}

/* --- many that wait for each other -------------------------------------------------- */

struct link {
	int in, out; /* -1: begins, ends the chain */
	int64_t bytes;
};

static void pass_on(struct work *work, void *arg)
{
	struct link *link = arg;
	char buffer[4096] = {0};

	(void)work;
	for (;;) {
		ssize_t got = link->in < 0 ? (link->bytes < BYTES ? 1000 : 0) : read(link->in, buffer, sizeof buffer);

		if (got <= 0)
			break;
		link->bytes += got;
		for (ssize_t sent = 0; link->out >= 0 && sent < got;)
			sent += write(link->out, buffer, (size_t)(got - sent));
	}
	if (link->in >= 0)
		close(link->in);
	if (link->out >= 0)
		close(link->out);
}

static void chain(void *arg)
{
	struct scene *scene = arg;
	struct link links[PIPES + 1];
	struct work *works[PIPES + 1];

	links[0].in = -1;
	links[PIPES].out = -1;
	for (int i = 0; i < PIPES; i++) {
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		links[i].out = ends[1];
		links[i + 1].in = ends[0];
	}
	for (int i = 0; i <= PIPES; i++) {
		links[i].bytes = 0;
		works[i] = work_start(scene->loop, pass_on, &links[i]);
	}
	for (int i = 0; i <= PIPES; i++)
		work_wait(works[i]);
	for (int i = 0; i <= PIPES; i++)
		assert_int_equal(links[i].bytes, BYTES);
}

static void more_pieces_than_processors_feed_each_other(void **state)
{
	struct scene *scene = *state;

	task_start(scene->loop, chain, mark_done, scene);
	run_until_done(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_loop_turns_meanwhile, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(a_cancelled_task_ends_its_work, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(the_end_of_the_loop_ends_it_too, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(more_pieces_than_processors_feed_each_other, scene_begin, scene_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
