/* Names to addresses, and questions that nobody waits for any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/resolve.h"

struct scene {
	struct loop *loop;
	struct words found;
	struct err err;
	int answers;
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
	words_done(&scene->found);
	mem_free(scene);
	return 0;
}

static void keep(const char *const *addresses, const struct err *err, void *arg)
{
	struct scene *scene = arg;

	scene->answers++;
	if (!addresses)
		scene->err = *err;
	for (; addresses && *addresses; addresses++)
		words_add(&scene->found, *addresses);
}

static void wait_for(struct scene *scene, int answers)
{
	while (scene->answers < answers)
		loop_turn(scene->loop, true);
}

static void numbers_are_answered_at_the_next_turn(void **state)
{
	struct scene *scene = *state;

	resolve_start(scene->loop, "192.0.2.1", keep, scene);
	assert_int_equal(scene->answers, 0);
	loop_turn(scene->loop, true);
	assert_int_equal(scene->answers, 1);
	assert_string_equal(scene->found.v[0], "192.0.2.1");
	resolve_start(scene->loop, "::1", keep, scene);
	wait_for(scene, 2);
	assert_string_equal(scene->found.v[1], "::1");
}

static void names_of_this_machine(void **state)
{
	struct scene *scene = *state;

	resolve_start(scene->loop, "localhost", keep, scene);
	wait_for(scene, 1);
	assert_true(words_has(&scene->found, "127.0.0.1") || words_has(&scene->found, "::1"));
	/* each once */
	for (size_t i = 0; i < scene->found.count; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(scene->found.v[i], scene->found.v[j]);
}

static void failures_name_the_host(void **state)
{
	struct scene *scene = *state;

	/* no name may hold a space: no name server is asked */
	resolve_start(scene->loop, "no such host", keep, scene);
	wait_for(scene, 1);
	assert_int_equal(scene->found.count, 0);
	assert_int_equal(scene->err.kind, ERR_UNREACHABLE);
	assert_true(text_starts_with(scene->err.text, "no such host: "));
}

static void a_cancelled_question_stays_silent(void **state)
{
	struct scene *scene = *state;
	struct resolve *number = resolve_start(scene->loop, "192.0.2.1", keep, scene);
	struct resolve *name = resolve_start(scene->loop, "localhost", keep, scene);

	resolve_cancel(number);
	resolve_cancel(name);
	resolve_start(scene->loop, "localhost", keep, scene);
	wait_for(scene, 1);
	loop_turn(scene->loop, false);
	assert_int_equal(scene->answers, 1);
}

static void the_loop_may_go_before_the_answer(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 20; i++)
		resolve_cancel(resolve_start(scene->loop, "localhost", keep, scene));
	loop_free(scene->loop);
	scene->loop = loop_new();
	assert_int_equal(scene->answers, 0);
}

static void many_at_once(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 50; i++)
		resolve_start(scene->loop, i % 2 ? "localhost" : "127.0.0.1", keep, scene);
	wait_for(scene, 50);
	assert_int_equal(scene->err.kind, ERR_NONE);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(numbers_are_answered_at_the_next_turn),
		TEST(names_of_this_machine),
		TEST(failures_name_the_host),
		TEST(a_cancelled_question_stays_silent),
		TEST(the_loop_may_go_before_the_answer),
		TEST(many_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
