/* Connections of a command: never more than there are, the largest first, one that is cancelled takes none. And which form a dump takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/backup/budget.h"
#include "../../src/backup/plan.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/task.h"

enum { MANY = 12, TURNS = 5 };

struct scene {
	struct loop *loop;
	struct text order;
	int used, most, alive;
};

struct member {
	struct scene *scene;
	struct task *task;
	const char *name;
	int64_t weight;
	int wants;
	int got; /* the last time; -1: cancelled */
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
	text_done(&scene->order);
	mem_free(scene);
	return 0;
}

static void ended(void *arg)
{
	struct member *member = arg;

	member->scene->alive--;
}

static void begin(struct scene *scene, struct member *member, task_fn fn)
{
	member->scene = scene;
	scene->alive++;
	member->task = task_start(scene->loop, fn, ended, member);
}

static void run(struct scene *scene)
{
	while (scene->alive > 0)
		loop_turn(scene->loop, true);
}

static void hold(struct member *member, struct budget *budget, int64_t weight, int wants)
{
	struct scene *scene = member->scene;
	struct err err;

	if (!budget_take(budget, 0, weight, wants, &member->got, &err)) {
		assert_int_equal(err.kind, ERR_CANCELLED);
		member->got = -1;
		return;
	}
	assert_in_range(member->got, 1, wants);
	scene->used += member->got;
	if (scene->used > scene->most)
		scene->most = scene->used;
	task_sleep(rand() % 3);
	scene->used -= member->got;
	budget_give(budget, member->got);
}

static void take_often(void *arg)
{
	struct member *member = arg;
	struct budget *budget = budget_join(member->scene, 3);

	assert_int_equal(budget_size(budget), 3);
	for (int i = 0; i < TURNS; i++)
		hold(member, budget, member->weight, member->wants);
	budget_leave(budget);
}

static void never_more_than_there_are(void **state)
{
	struct scene *scene = *state;
	struct member members[MANY] = {0};

	for (int i = 0; i < MANY; i++) {
		members[i].weight = rand() % 100;
		members[i].wants = 1 + i % 5;
		begin(scene, &members[i], take_often);
	}
	run(scene);
	assert_int_equal(scene->most, 3);
	assert_int_equal(scene->used, 0);
}

static void look_then_dump(void *arg)
{
	struct member *member = arg;
	struct budget *budget = budget_join(member->scene, 1);

	struct err err;
	int got = 0, again = 0;

	assert_true(budget_take(budget, 0, BUDGET_LOOK, 1, &got, &err));
	task_sleep(1);
	text_add(&member->scene->order, "look ");
	assert_true(budget_take(budget, got, member->weight, 1, &again, &err));
	text_addf(&member->scene->order, "%s ", member->name);
	budget_give(budget, again);
	budget_leave(budget);
}

static void all_look_then_the_largest_goes_first(void **state)
{
	struct scene *scene = *state;
	struct member members[] = {{.name = "small", .weight = 1}, {.name = "middle", .weight = 50}, {.name = "large", .weight = 1000}};

	for (size_t i = 0; i < 3; i++)
		begin(scene, &members[i], look_then_dump);
	run(scene);
	assert_string_equal(text_str(&scene->order), "look look look large middle small ");
}

static void wait_for_one(void *arg)
{
	struct member *member = arg;
	struct budget *budget = budget_join(member->scene, 1);

	hold(member, budget, member->weight, 1);
	budget_leave(budget);
}

static void cancel_the_other(void *arg)
{
	struct member *member = arg;
	struct budget *budget = budget_join(member->scene, 1);
	struct err err;
	int got = 0;

	assert_true(budget_take(budget, 0, 1, 1, &got, &err));
	assert_false(budget_try(budget));
	task_sleep(5);
	task_cancel(member[1].task);
	task_sleep(5);
	assert_int_equal(member[1].got, -1);
	budget_give(budget, 1);
	assert_true(budget_try(budget));
	budget_give(budget, 1);
	budget_leave(budget);
}

static void one_that_is_cancelled_takes_none(void **state)
{
	struct scene *scene = *state;
	struct member members[2] = {{0}, {.weight = 7}};

	begin(scene, &members[0], cancel_the_other);
	begin(scene, &members[1], wait_for_one);
	run(scene);
}

static void groups_do_not_share(void **state)
{
	int one = 1, two = 2;
	struct budget *a = budget_join(&one, 5), *b = budget_join(&two, 0), *c = budget_join(&one, 9), *d = budget_join(NULL, 1), *e = budget_join(NULL, 1);

	(void)state;
	assert_ptr_equal(a, c);
	assert_ptr_not_equal(a, b);
	assert_ptr_not_equal(d, e);
	assert_int_equal(budget_size(c), 5);
	assert_int_equal(budget_size(b), BUDGET_USUAL);
	budget_leave(a);
	budget_leave(b);
	budget_leave(c);
	budget_leave(d);
	budget_leave(e);
}

/* --- forms -------------------------------------------------------------------------------------- */

#define GB ((int64_t)1 << 30)

static void forms_by_size_version_and_connections(void **state)
{
	const struct plan_size even = {10 * GB, GB}, one_table = {10 * GB, 9 * GB}, small = {GB / 100, GB / 1000};
	struct dump_tools old = {.major = 15}, new = {.major = 17}, inside = {.major = 17};

	(void)state;
	words_add(&inside.client, "docker");
	assert_int_equal(plan_form(&even, &old, PLAN_AUTO, 2), ARCHIVE_CUSTOM_ZSTD);
	assert_int_equal(plan_form(&even, &new, PLAN_AUTO, 2), ARCHIVE_CUSTOM);
	assert_int_equal(plan_form(&even, &new, PLAN_AUTO, 3), ARCHIVE_DIRECTORY);
	/* zlib in four processes before our zstd in one */
	assert_int_equal(plan_form(&even, &old, PLAN_AUTO, 4), ARCHIVE_CUSTOM_ZSTD);
	assert_int_equal(plan_form(&even, &old, PLAN_AUTO, 5), ARCHIVE_DIRECTORY);
	assert_int_equal(plan_form(&one_table, &new, PLAN_AUTO, 8), ARCHIVE_CUSTOM);
	assert_int_equal(plan_form(&small, &new, PLAN_AUTO, 8), ARCHIVE_CUSTOM);
	assert_int_equal(plan_form(&small, &new, PLAN_FOLDER, 1), ARCHIVE_DIRECTORY);
	assert_int_equal(plan_form(&even, &new, PLAN_FILE, 8), ARCHIVE_CUSTOM);
	/* a folder that pg_dump writes within a container is not ours to see */
	assert_int_equal(plan_form(&even, &inside, PLAN_FOLDER, 8), ARCHIVE_CUSTOM);
	assert_int_equal(plan_connections(&even, &inside, PLAN_AUTO, 8), 1);
	assert_int_equal(plan_connections(&even, &new, PLAN_AUTO, 2), 1);
	assert_int_equal(plan_connections(&small, &new, PLAN_AUTO, 8), 1);
	assert_int_equal(plan_connections(&even, &new, PLAN_FOLDER, 1), 1);
	assert_in_range(plan_connections(&even, &new, PLAN_FOLDER, 4), 1, 4);
	words_done(&inside.client);
}

static void what_it_will_come_to_is_known_by_the_last_one(void **state)
{
	struct archive archive = {.size_bytes = 10, .database_bytes = 100};
	struct archives one = {&archive, 1}, none = {NULL, 0};

	(void)state;
	assert_int_equal(plan_expected_bytes(&one, 250), 25);
	assert_int_equal(plan_expected_bytes(&none, 250), 0);
	archive.trouble = (char *)(uintptr_t)"damaged";
	assert_int_equal(plan_expected_bytes(&one, 250), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(never_more_than_there_are),
		TEST(all_look_then_the_largest_goes_first),
		TEST(one_that_is_cancelled_takes_none),
		TEST(groups_do_not_share),
		TEST(forms_by_size_version_and_connections),
		TEST(what_it_will_come_to_is_known_by_the_last_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
