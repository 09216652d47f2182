/* Sessions in tasks: waiting, sharing, cancelling, shielding, quoting. Started by session.test. */
#include "live.h"

struct job {
	struct session *session;
	const char *sql;
	struct task *task;
	struct err err;
	bool is_done, is_good, is_shielded;
	int number, deadline_ms;
	int64_t took_ms;
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

static bool is_done(const void *job)
{
	return ((const struct job *)job)->is_done;
}

static void on_done(void *arg)
{
	struct job *job = arg;

	job->is_done = true;
}

static void run(struct job *job, task_fn fn)
{
	job->task = task_start(loop, fn, on_done, job);
	if (!live_until(is_done, job, 30000))
		fail_msg("the task did not end");
}

static void ask(void *arg)
{
	struct job *job = arg;
	struct result *result = NULL;
	int64_t began = live_now_ms();

	if (job->is_shielded)
		task_shield();
	job->is_good = session_ready_wait(job->session, 5000, &job->err) &&
		session_query_wait(job->session, job->sql, NULL, 0, job->deadline_ms, &result, &job->err);
	job->number = (int)result_int(result, 0, 0, -1);
	if (job->is_shielded)
		task_unshield();
	result_free(result);
	job->took_ms = live_now_ms() - began;
}

static void opens_and_asks(void **state)
{
	(void)state;
	struct job job = {.session = live_session(url, NULL), .sql = "select 42"};

	run(&job, ask);
	assert_true(job.is_good);
	assert_int_equal(job.number, 42);
	session_free(job.session);
}

static void says_at_once_why_not(void **state)
{
	(void)state;
	char text[200];

	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=postgres dbname=postgres", getenv("FREE_PORT"));
	struct session_options options = {.is_reconnecting = true};
	struct job job = {.session = live_session(text, &options), .sql = "select 1"};

	run(&job, ask);
	assert_false(job.is_good);
	assert_int_equal(job.err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(job.err.text, "no server listens"));
	assert_true(job.took_ms < 2000);
	session_free(job.session);
}

static void share_one_session(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct job jobs[8] = {{0}};

	for (int i = 0; i < 8; i++) {
		jobs[i].session = session;
		jobs[i].sql = i == 0 ? "select 0 from pg_sleep(0.2)" : "select 1";
		jobs[i].task = task_start(loop, ask, on_done, &jobs[i]);
	}
	for (int i = 0; i < 8; i++) {
		assert_true(live_until(is_done, &jobs[i], 10000));
		assert_true(jobs[i].is_good);
		assert_int_equal(jobs[i].number, i > 0);
	}
	session_free(session);
}

static void run_beside_each_other(void **state)
{
	(void)state;
	struct job jobs[6] = {{0}};
	int64_t began = live_now_ms();

	for (int i = 0; i < 6; i++) {
		jobs[i].session = live_session(url, NULL);
		jobs[i].sql = "select 1 from pg_sleep(1)";
		jobs[i].task = task_start(loop, ask, on_done, &jobs[i]);
	}
	for (int i = 0; i < 6; i++) {
		assert_true(live_until(is_done, &jobs[i], 10000));
		assert_true(jobs[i].is_good);
		session_free(jobs[i].session);
	}
	assert_true(live_now_ms() - began < 5000); /* in turn it would be six seconds and more */
}

static bool is_busy(const void *session)
{
	return session_state(session) == SESSION_BUSY;
}

static void are_cancelled_on_the_server(void **state)
{
	(void)state;
	struct job job = {.session = live_session(url, NULL), .sql = "select 1 from pg_sleep(61)"};

	job.task = task_start(loop, ask, on_done, &job);
	assert_true(live_until(is_busy, job.session, 5000));
	task_cancel(job.task);
	assert_true(live_until(is_done, &job, 10000));
	assert_false(job.is_good);
	assert_int_equal(job.err.kind, ERR_CANCELLED);
	assert_true(live_until(live_is_ready, job.session, 5000));
	assert_live_value(job.session, "select count(*) from pg_stat_activity where query like '%pg_sleep(61)%' and state = 'active' and pid <> pg_backend_pid()", "0");
	/* a cancelled task sends nothing any more */
	struct job other = {.session = job.session, .sql = "select 1"};

	other.task = task_start(loop, ask, on_done, &other);
	task_cancel(other.task);
	assert_true(live_until(is_done, &other, 5000));
	assert_int_equal(other.err.kind, ERR_CANCELLED);
	session_free(job.session);
}

static void finish_what_is_shielded(void **state)
{
	(void)state;
	struct job job = {.session = live_session(url, NULL), .sql = "select 7 from pg_sleep(0.3)", .is_shielded = true};

	job.task = task_start(loop, ask, on_done, &job);
	assert_true(live_until(is_busy, job.session, 5000));
	task_cancel(job.task);
	assert_true(live_until(is_done, &job, 5000));
	assert_true(job.is_good);
	assert_int_equal(job.number, 7);
	session_free(job.session);
}

static void are_woken_when_the_session_goes(void **state)
{
	(void)state;
	struct job job = {.session = live_session(url, NULL), .sql = "select 1 from pg_sleep(61)"};

	job.task = task_start(loop, ask, on_done, &job);
	assert_true(live_until(is_busy, job.session, 5000));
	session_free(job.session);
	assert_true(live_until(is_done, &job, 5000));
	assert_int_equal(job.err.kind, ERR_CANCELLED);
}

static void write_with_quotes(void *arg)
{
	struct job *job = arg;
	const char *odd = "Odd \"table\"\n\xe2\x80\xae";
	struct result *result = NULL;

	job->is_good = session_ready_wait(job->session, 5000, &job->err) &&
		session_queryf_wait(job->session, 5000, NULL, &job->err, "create temp table %I (v text)", odd) &&
		session_queryf_wait(job->session, 5000, NULL, &job->err, "insert into %I values (%L), (%L)", odd, "it's \\ '; drop table x; --", NULL) &&
		session_queryf_wait(job->session, 5000, &result, &job->err, "select count(*) + %d from %I where v = %L or v is null", 40, odd, "it's \\ '; drop table x; --");
	job->number = (int)result_int(result, 0, 0, -1);
	result_free(result);
	char *identifier = session_quote_identifier(job->session, odd), *literal = session_quote_literal(job->session, "o'clock");

	job->is_good = job->is_good && strstr(identifier, "\"Odd \"\"table\"\"") == identifier && strcmp(literal, "'o''clock'") == 0;
	mem_free(identifier);
	mem_free(literal);
}

static void quote_names_and_values(void **state)
{
	(void)state;
	struct job job = {.session = live_session(url, NULL)};

	run(&job, write_with_quotes);
	assert_string_equal(job.err.text, "");
	assert_true(job.is_good);
	assert_int_equal(job.number, 42);
	session_free(job.session);
}

static void keep_the_error_for_the_reader(void *arg)
{
	struct job *job = arg;
	struct result *result = NULL;

	job->is_good = session_ready_wait(job->session, 5000, &job->err);
	if (session_query_wait(job->session, "select 1 +", NULL, 0, 5000, &result, &job->err))
		job->is_good = false;
	job->number = result_error(result) ? result_error(result)->position : -1;
	result_free(result);
	/* the same with nobody who wants the rows */
	if (session_query_wait(job->session, "select 1 +", NULL, 0, 5000, NULL, &job->err))
		job->is_good = false;
}

static void see_position_of_errors(void **state)
{
	(void)state;
	struct job job = {.session = live_session(url, NULL)};

	run(&job, keep_the_error_for_the_reader);
	assert_true(job.is_good);
	assert_int_equal(job.number, 11);
	assert_string_equal(job.err.sqlstate, "42601");
	session_free(job.session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opens_and_asks, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(says_at_once_why_not, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(share_one_session, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(run_beside_each_other, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(are_cancelled_on_the_server, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(finish_what_is_shielded, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(are_woken_when_the_session_goes, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(quote_names_and_values, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(see_position_of_errors, scene_begin, scene_end),
	};
	url = getenv("LIVE_URL");
	return url ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
