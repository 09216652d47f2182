/* What a program says: lines, bounds, and the password that must not stand in it, however it is written and wherever it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/seeds/seeds_internal.h"
#include "pgtend/config/conninfo.h"
#include "pgtend/core/mem.h"

static const char secret[] = "p:w/\"d x";

struct scene {
	struct seed_file file;
	struct report report;
	struct seed_speaker speaker;
	struct conninfo *info;
};

static void scene_open(struct scene *scene, const char *password)
{
	struct err err;
	memset(scene, 0, sizeof *scene);
	scene->file.name = (char *)(uintptr_t) "a.ts";
	scene->info = conninfo_parse(NULL, &err);
	assert_true(conninfo_set(scene->info, "password", password, &err));
	seed_speaker_init(&scene->speaker, &scene->file, scene->info, &scene->report);
}

static void scene_close(struct scene *scene)
{
	seed_speaker_done(&scene->speaker);
	report_done(&scene->report);
	conninfo_free(scene->info);
}

static void hear(struct scene *scene, const char *text)
{
	seed_hear(CHILD_STDOUT, text, strlen(text), &scene->speaker);
}

static void all_ways_of_writing_it(void **state)
{
	(void)state;
	static const char *const ways[] = {
	    "p:w/\"d x", "p%3Aw%2F%22d%20x", "p%3aw%2f%22d%20x", "p:w/\\\"d x", "p\\u003aw\\u002f\\u0022d\\u0020x", "p\\x3aw/\\\"d x", "p%3Aw/%22d+x"};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct scene scene;
		scene_open(&scene, secret);
		char *line = mem_format("<%s>\n", ways[i]);
		hear(&scene, line);
		mem_free(line);
		assert_string_equal(scene.report.log.v[0], "a.ts: <***>");
		scene_close(&scene);
	}
}

/* Byte by byte, and with a long line cut at each place around it. */
static void wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t before = 3970; before <= 4010; before++) {
		struct scene scene;
		scene_open(&scene, secret);
		for (size_t i = 0; i < before; i++)
			hear(&scene, ".");
		for (size_t i = 0; secret[i] != '\0'; i++)
			seed_hear(CHILD_STDOUT, secret + i, 1, &scene.speaker);
		hear(&scene, "----");
		seed_speaker_end(&scene.speaker);
		char *all = words_join(&scene.report.log, "");
		char *told = mem_copy("");
		for (size_t i = 0; i < scene.report.log.count; i++) {
			char *longer = mem_format("%s%s", told, scene.report.log.v[i] + strlen("a.ts: "));
			mem_free(told);
			told = longer;
		}
		assert_true(text_ends_with(told, ".***----"));
		assert_int_equal(strlen(told), before + strlen("***----"));
		mem_free(told);
		mem_free(all);
		scene_close(&scene);
	}
}

static void a_short_one_only_in_a_url(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene, "ab");
	hear(&scene, "a cab: postgresql://u:ab@h/d\n");
	assert_string_equal(scene.report.log.v[0], "a.ts: a cab: postgresql://u***h/d");
	scene_close(&scene);
}

static void a_flood_stays_small(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene, secret);
	for (int i = 0; i < 1000; i++)
		hear(&scene, "line\r\n");
	seed_hear(CHILD_STDERR, "bad\0 end", 8, &scene.speaker);
	seed_speaker_end(&scene.speaker);
	assert_int_equal(scene.report.log.count, 201);
	assert_string_equal(scene.report.log.v[200], "a.ts: ... and 801 lines more");
	assert_string_equal(seed_last_line(&scene.speaker), "bad end");
	scene_close(&scene);
}

static void a_verdict_is_for_us(void **state)
{
	(void)state;
	struct scene scene;
	scene_open(&scene, secret);
	hear(&scene, "\n\x1e{\"line\": 3}\nword\n");
	assert_string_equal(scene.speaker.verdict, "{\"line\": 3}");
	assert_int_equal(scene.report.log.count, 1);
	scene_close(&scene);
}

static void words_of_a_runner(void **state)
{
	(void)state;
	struct words words = {0};
	seed_split_command(&words, "  \"a b\"/c  --x='1 2'\td \"\" ");
	char *joined = words_join(&words, "|");
	assert_string_equal(joined, "a b/c|--x=1 2|d|");
	mem_free(joined);
	words_done(&words);
}

int main(void)
{
	unsetenv("PGPASSWORD");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_ways_of_writing_it),
	    cmocka_unit_test(wherever_it_is_cut),
	    cmocka_unit_test(a_short_one_only_in_a_url),
	    cmocka_unit_test(a_flood_stays_small),
	    cmocka_unit_test(a_verdict_is_for_us),
	    cmocka_unit_test(words_of_a_runner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
