/* Late or not: retention, compression and refresh. */
#include "judge_fixture.h"

/* --- late or not -------------------------------------------------------------------------------- */

static void old_rows_are_right_for_a_schedule_more(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.due_s = DAY_S; /* the job comes by any minute */
	VERDICT(&look, "ok");
	look.due_s = DAY_S + 299;
	VERDICT(&look, "ok");
	look.due_s = DAY_S + 300;
	assert_verdict(&look, "late", LATE_OF_SUCCESS, RUN);
	look.took_s = 1000; /* a job that takes long has more time */
	VERDICT(&look, "ok");
	look.due_s = DAY_S + 2000;
	assert_verdict(&look, "late", LATE_OF_SUCCESS, RUN);
}

static void ranges_decide_not_the_job(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.due_chunks = 0;
	look.due_s = -1;
	look.state = "failing";
	look.failures = 9;
	look.is_scheduler_up = false;
	VERDICT(&look, "ok");
	look = late_look();
	assert_cause(&look, LATE_OF_SUCCESS, RUN);
}

static void integer_time_has_no_seconds(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.is_integer = true;
	look.after_s = 250;
	look.due_s = -1;
	VERDICT(&look, "ok"); /* it succeeded two hours ago */
	look.ok_ago_s = 2 * DAY_S;
	assert_verdict(&look, "late", "job 1000 says it succeeded 2d ago, yet the chunks are there", RUN);
	look.ok_ago_s = -1;
	assert_verdict(&look, "late", "job 1000 is ok", RUN);
	look.due_chunks = 0;
	VERDICT(&look, "ok");
}

static void without_a_policy(void **state)
{
	struct policy_look look = {.due_s = -1, .after_s = -1, .expected_s = -1, .database = "my db", .relation = "geo.events"};

	(void)state;
	VERDICT(&look, "no policy");
	look.expected_s = 30 * DAY_S;
	assert_verdict(&look, "no policy", "the configuration says that 30 days are kept (key `retention`), and nothing drops what is older",
	               "pgtend retention set 'my db' '30 days' --table geo.events");
	look.is_apache = true;
	assert_verdict(&look, "no policy", "Apache edition: policies are not in this edition",
	               "pgtend drop-chunks 'my db' --older-than '30 days' --table geo.events");
	look.expected_s = -1;
	assert_verdict(&look, "no policy", "Apache edition: policies are not in this edition",
	               "pgtend drop-chunks 'my db' --older-than AGE --table geo.events");
	look.kind = POLICY_COMPRESSION;
	assert_verdict(&look, "no policy", "Apache edition: compression is not in this edition", NULL);
	look.kind = POLICY_REFRESH;
	assert_verdict(&look, "no policy", "Apache edition: policies are not in this edition", NULL);
}

static void what_is_odd_is_said_of_the_punctual(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.due_chunks = 0;
	look.expected_s = 30 * DAY_S + 1000; /* a month is 30 days or 31 */
	VERDICT(&look, "ok");
	look.expected_s = 60 * DAY_S;
	assert_verdict(&look, "ok", "the policy drops after 30 days, the configuration says 60 days (key `retention`)",
	               "pgtend retention set tracking '60 days' --table events");
	look.expected_s = 36 * HOUR_S;
	assert_verdict(&look, "ok", "the policy drops after 30 days, the configuration says 36 hours (key `retention`)",
	               "pgtend retention set tracking '36 hours' --table events");
	look.expected_s = -1;
	look.chunk_s = 90 * DAY_S;
	assert_verdict(&look, "ok", "a chunk covers 90 days, more than the 30 days that are kept: rows go only with their whole chunk", NULL);
	look.chunk_s = 90;
	look.kind = POLICY_COMPRESSION;
	VERDICT(&look, "ok");
}

/* --- compression and refresh ------------------------------------------------------------------------ */

static void compression_that_never_comes(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.kind = POLICY_COMPRESSION;
	look.job_id = 1001;
	look.after_s = 30 * DAY_S;
	look.raw_drop_after_s = 30 * DAY_S + 1;
	assert_verdict(&look, "late", "job 1001 says it succeeded 2h ago, yet the chunks are not compressed", "pgtend jobs run tracking 1001");
	look.raw_drop_after_s = 28 * DAY_S;
	assert_verdict(&look, "never", "chunks are dropped after 28 days, before compress_after (30 days) has come",
	               "select alter_job(1001, config => jsonb_set(config, '{compress_after}', '\"7 days\"')) from timescaledb_information.jobs "
	               "where job_id = 1001");
	look.is_integer = true;
	look.after_s = look.raw_drop_after_s = 1000;
	assert_verdict(&look, "never", "chunks are dropped after 1000, before compress_after (1000) has come",
	               "select alter_job(1001, config => jsonb_set(config, '{compress_after}', '250')) from timescaledb_information.jobs "
	               "where job_id = 1001");
}

static struct policy_look fresh_look(void)
{
	struct policy_look look = late_look();

	look.kind = POLICY_REFRESH;
	look.job_id = 1002;
	look.relation = "hourly";
	look.due_chunks = 0;
	look.due_s = -1;
	look.after_s = -1;
	look.schedule_s = HOUR_S;
	look.bucket_s = HOUR_S;
	look.end_offset_s = HOUR_S;
	look.start_offset_s = 3 * DAY_S;
	look.raw_drop_after_s = 30 * DAY_S;
	look.lag_s = 3 * HOUR_S + 300; /* end_offset, bucket, schedule, and the least grace */
	return look;
}

static void an_aggregate_may_be_behind_a_little(void **state)
{
	struct policy_look look = fresh_look();
	struct policy_verdict verdict;

	(void)state;
	VERDICT(&look, "ok");
	look.lag_s += HOUR_S;
	assert_cause(&look, "job 1002 says it succeeded 2h ago, yet the aggregate is behind", "pgtend jobs run tracking 1002");
	policy_judge(&look, &verdict);
	assert_true(verdict.late_s == HOUR_S);
	policy_verdict_done(&verdict);
	look.raw_lag_s = 2 * HOUR_S; /* no newer rows are there */
	VERDICT(&look, "ok");
	look.raw_lag_s = 2 * HOUR_S - 1;
	assert_cause(&look, "job 1002 says it succeeded 2h ago, yet the aggregate is behind", "pgtend jobs run tracking 1002");
	look.state = "paused";
	assert_cause(&look, "job 1002 is paused", "pgtend jobs resume tracking 1002");
	look.lag_s = -1; /* never refreshed, or in the future: ranges say nothing */
	VERDICT(&look, "ok");
}

static void an_aggregate_of_integer_time_is_behind_by_chunks(void **state)
{
	struct policy_look look = fresh_look();

	(void)state;
	look.is_integer = true;
	look.lag_s = look.bucket_s = -1;
	look.end_offset_s = look.start_offset_s = 100;
	look.raw_drop_after_s = 1000;
	VERDICT(&look, "ok");
	look.ok_ago_s = DAY_S; /* nothing newer came */
	VERDICT(&look, "ok");
	look.is_behind = true;
	look.state = "paused";
	assert_cause(&look, "job 1002 is paused", "pgtend jobs resume tracking 1002");
	look.ok_ago_s = HOUR_S; /* what it leaves alone at the end may be wider than a chunk */
	VERDICT(&look, "ok");
}

static void a_refresh_that_erases(void **state)
{
	struct policy_look look = fresh_look();

	(void)state;
	look.start_offset_s = 30 * DAY_S;
	VERDICT(&look, "ok");
	look.start_offset_s = 365 * DAY_S;
	assert_verdict(&look, "erasing",
	               "job 1002 refreshes the last 365 days, raw rows are dropped after 30 days: what the aggregate holds of older time is erased",
	               "select alter_job(1002, config => jsonb_set(config, '{start_offset}', '\"30 days\"')) from timescaledb_information.jobs "
	               "where job_id = 1002");
	look.start_offset_s = -1;
	assert_verdict(&look, "erasing",
	               "job 1002 refreshes from the beginning, raw rows are dropped after 30 days: what the aggregate holds of older time is erased",
	               "select alter_job(1002, config => jsonb_set(config, '{start_offset}', '\"30 days\"')) from timescaledb_information.jobs "
	               "where job_id = 1002");
	look.raw_drop_after_s = -1; /* raw rows live for ever */
	VERDICT(&look, "ok");
}

static void a_sound_job_has_no_cause(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	assert_job(&look, NULL);
	look.after_s = HOUR_S; /* odd, and not the job's fault */
	assert_job(&look, NULL);
	look.is_restoring = true;
	assert_job(&look, "timescaledb.restoring is on: no job runs until timescaledb_post_restore()");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_rows_are_right_for_a_schedule_more),
		cmocka_unit_test(ranges_decide_not_the_job),
		cmocka_unit_test(integer_time_has_no_seconds),
		cmocka_unit_test(without_a_policy),
		cmocka_unit_test(what_is_odd_is_said_of_the_punctual),
		cmocka_unit_test(compression_that_never_comes),
		cmocka_unit_test(an_aggregate_may_be_behind_a_little),
		cmocka_unit_test(an_aggregate_of_integer_time_is_behind_by_chunks),
		cmocka_unit_test(a_refresh_that_erases),
		cmocka_unit_test(a_sound_job_has_no_cause),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
