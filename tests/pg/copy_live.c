/* COPY ... TO STDOUT in tasks, block by block. Started by session.test. */
#include "live.h"

#include <sys/resource.h>

#include "pgtend/pg/copy.h"

struct reading {
	struct session *session;
	const char *sql;
	struct task *task;
	struct err err;
	int64_t rows, told, sum, bytes, most_blocks, after;
	bool is_done, is_good;
};

static char *url;

static int scene_begin(void **state)
{
	(void)state;
	loop = loop_new();
	return 0;
}

static int scene_end(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static bool is_done(const void *reading)
{
	return ((const struct reading *)reading)->is_done;
}

static void on_done(void *arg)
{
	((struct reading *)arg)->is_done = true;
}

static void add_up(struct reading *reading, const struct copy_block *block)
{
	const char *end = block->bytes + block->length;
	reading->rows += block->rows;
	reading->bytes += (int64_t)block->length;
	for (const char *p = block->bytes; p < end;) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		assert_non_null(feed); /* whole rows */
		reading->sum += strtoll(p, NULL, 10);
		p = feed + 1;
	}
}

static void read_all(void *arg)
{
	struct reading *reading = arg;
	struct copy_block block;
	struct result *result = NULL;
	if (!session_ready_wait(reading->session, 5000, &reading->err))
		return;
	struct copy *copy = copy_start(reading->session, reading->sql);
	bool is_good = true;
	for (int64_t blocks = 0; (is_good = copy_read_wait(copy, &block, &reading->err)) && block.length > 0; blocks++) {
		add_up(reading, &block);
		if (reading->most_blocks > 0 && blocks + 1 >= reading->most_blocks)
			break;
	}
	reading->is_good = copy_end_wait(copy, &reading->told, &reading->err) && is_good;
	struct err ignored;
	if (session_query_wait(reading->session, "select 42", NULL, 0, 5000, &result, &ignored))
		reading->after = result_int(result, 0, 0, -1);
	result_free(result);
}

static void run(struct reading *reading)
{
	reading->session = live_session(url, NULL);
	reading->task = task_start(loop, read_all, on_done, reading);
	if (!live_until(is_done, reading, 60000))
		fail_msg("the task did not end");
	session_free(reading->session);
}

static void reads_every_row(void **state)
{
	(void)state;
	struct reading reading = {.sql = "copy (select generate_series(1, 1000000)) to stdout"};
	run(&reading);
	assert_true(reading.is_good);
	assert_int_equal(reading.rows, 1000000);
	assert_int_equal(reading.told, 1000000);
	assert_true(reading.sum == 500000500000);
	assert_int_equal(reading.after, 42);
}

static void reads_none(void **state)
{
	(void)state;
	struct reading reading = {.sql = "copy (select 1 where false) to stdout"};
	run(&reading);
	assert_true(reading.is_good);
	assert_int_equal(reading.rows, 0);
	assert_int_equal(reading.told, 0);
	assert_int_equal(reading.after, 42);
}

static void says_what_the_server_says(void **state)
{
	(void)state;
	struct reading early = {.sql = "copy no_such_table to stdout"}, late = {.sql = "copy (select 1 / (200000 - g) from generate_series(1, 300000) g) to stdout"};
	run(&early);
	assert_false(early.is_good);
	assert_string_equal(early.err.sqlstate, "42P01");
	assert_int_equal(early.after, 42);
	run(&late);
	assert_false(late.is_good);
	assert_string_equal(late.err.sqlstate, "22012");
	assert_int_equal(late.told, -1);
	assert_int_equal(late.after, 42);
}

static void may_stop_early(void **state)
{
	(void)state;
	struct reading reading = {.sql = "copy (select generate_series(1, 100000000)) to stdout", .most_blocks = 2};
	run(&reading);
	assert_false(reading.is_good);
	assert_int_equal(reading.err.kind, ERR_CANCELLED);
	assert_int_equal(reading.after, 42); /* the session goes on */
}

static bool has_some(const void *reading)
{
	return ((const struct reading *)reading)->rows > 0;
}

static void ends_when_the_task_is_cancelled(void **state)
{
	(void)state;
	struct reading reading = {.session = live_session(url, NULL), .sql = "copy (select generate_series(1, 100000000)) to stdout"};
	reading.task = task_start(loop, read_all, on_done, &reading);
	assert_true(live_until(has_some, &reading, 10000));
	task_cancel(reading.task);
	assert_true(live_until(is_done, &reading, 10000));
	assert_false(reading.is_good);
	assert_int_equal(reading.err.kind, ERR_CANCELLED);
	session_free(reading.session);
}

/* 400 MB go through; what is not read stays with the server. */
static void takes_constant_memory(void **state)
{
	(void)state;
	struct rusage before, after;
	struct reading reading = {.sql = "copy (select g, repeat('x', 1000) from generate_series(1, 400000) g) to stdout"};
	getrusage(RUSAGE_SELF, &before);
	run(&reading);
	getrusage(RUSAGE_SELF, &after);
	assert_true(reading.is_good);
	assert_true(reading.bytes > 400000000);
	assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(reads_every_row, scene_begin, scene_end),
	    cmocka_unit_test_setup_teardown(reads_none, scene_begin, scene_end),
	    cmocka_unit_test_setup_teardown(says_what_the_server_says, scene_begin, scene_end),
	    cmocka_unit_test_setup_teardown(may_stop_early, scene_begin, scene_end),
	    cmocka_unit_test_setup_teardown(ends_when_the_task_is_cancelled, scene_begin, scene_end),
	    cmocka_unit_test_setup_teardown(takes_constant_memory, scene_begin, scene_end),
	};
	url = getenv("LIVE_URL");
	return url ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
