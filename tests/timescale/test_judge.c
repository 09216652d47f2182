/* Late or not, and the first cause that holds: one test for each sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../src/timescale/internal.h"
#include "pgtend/core/mem.h"

enum { DAY_S = 86400 };

/* A job in good health with chunks that should have gone three days ago. */
static struct policy_look late_look(void)
{
	return (struct policy_look){
		.job_id = 1000, .state = "ok", .schedule_s = DAY_S, .took_s = 1, .overdue_s = -1, .ok_ago_s = 7200, .has_next = true,
		.is_scheduler_up = true, .due_chunks = 3, .due_s = 3 * DAY_S,
	};
}

static void assert_cause(const struct policy_look *look, const char *wanted)
{
	struct policy_verdict verdict;

	policy_judge(look, &verdict);
	assert_string_equal(verdict.verdict, "late");
	assert_int_equal(verdict.late_chunks, 3);
	assert_true(verdict.late_s == 3 * DAY_S);
	assert_string_equal(verdict.cause, wanted);
	policy_verdict_done(&verdict);
}

static void assert_verdict(const struct policy_look *look, const char *wanted)
{
	struct policy_verdict verdict;

	policy_judge(look, &verdict);
	assert_string_equal(verdict.verdict, wanted);
	if (strcmp(wanted, "late") != 0) {
		assert_int_equal(verdict.late_chunks, 0);
		assert_true(verdict.late_s == 0);
	}
	policy_verdict_done(&verdict);
}

static void old_rows_are_right_for_a_schedule_more(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.due_s = DAY_S; /* the job comes by any minute */
	assert_verdict(&look, "ok");
	look.due_s = DAY_S + 299;
	assert_verdict(&look, "ok");
	look.due_s = DAY_S + 300;
	assert_verdict(&look, "late");
	look.took_s = 1000; /* a job that takes long has more time */
	assert_verdict(&look, "ok");
	look.due_s = DAY_S + 2000;
	assert_verdict(&look, "late");
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
	assert_verdict(&look, "ok");
	look = late_look();
	assert_cause(&look, "job 1000 says it succeeded 2h ago, yet the chunks are there");
}

static void without_a_policy(void **state)
{
	struct policy_look look = {.due_s = -1};
	struct policy_verdict verdict;

	(void)state;
	assert_verdict(&look, "no policy");
	look.is_apache = true;
	policy_judge(&look, &verdict);
	assert_string_equal(verdict.cause, "Apache edition: it has no policies");
	policy_verdict_done(&verdict);
}

static void the_first_cause_that_holds(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	/* from the last to the first: each wins over all before */
	look.ok_ago_s = -1;
	look.state = "overdue";
	assert_cause(&look, "job 1000 is overdue");
	look.overdue_s = 2 * DAY_S + 1;
	assert_cause(&look, "job 1000 should have started 2d ago: no background worker was free");
	look.has_next = false;
	assert_cause(&look, "job 1000 has no next start and does not run: stuck since a crash or a failover");
	look.crashes = 1;
	assert_cause(&look, "job 1000 crashed 1 time");
	look.state = "never ran";
	assert_cause(&look, "job 1000 never ran");
	look.failures = 5;
	assert_cause(&look, "job 1000 failed 5 times (its error is not visible to this role)");
	look.last_error = "canceling statement due to lock timeout";
	look.last_sqlstate = "55P03";
	assert_cause(&look, "job 1000 failed 5 times: canceling statement due to lock timeout");
	look.state = "running";
	assert_cause(&look, "job 1000 is running now");
	look.state = "paused";
	assert_cause(&look, "job 1000 is paused");
	look.is_scheduler_up = false;
	assert_cause(&look, "no TimescaleDB scheduler runs in this database: no job starts by itself");
	look.no_scheduler = "this server has no scheduler (PGlite)";
	assert_cause(&look, "job 1000 failed 5 times: canceling statement due to lock timeout");
	look.failures = 0;
	assert_cause(&look, "this server has no scheduler (PGlite): job 1000 runs only by hand");
	look.is_restoring = true;
	assert_cause(&look, "timescaledb.restoring is on: no job runs until timescaledb_post_restore()");
	look.is_apache = true;
	assert_cause(&look, "Apache edition: policies do not run in it");
}

static void failed_does_not_always_mean_undone(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.state = "failing";
	look.failures = 1;
	look.last_sqlstate = "24000";
	look.last_error = "cannot drop portal \"\" while it is being set up";
	assert_cause(&look, "job 1000 is recorded as failed 1 time though it may have done its work: "
	                    "the server's minor version is newer than this TimescaleDB");
}

static void integer_time_has_no_seconds(void **state)
{
	struct policy_look look = late_look();

	(void)state;
	look.due_s = -1;
	assert_verdict(&look, "ok"); /* it succeeded two hours ago */
	look.ok_ago_s = 2 * DAY_S;
	assert_verdict(&look, "late");
	look.ok_ago_s = -1;
	assert_verdict(&look, "late");
	look.due_chunks = 0;
	assert_verdict(&look, "ok");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_rows_are_right_for_a_schedule_more),
		cmocka_unit_test(ranges_decide_not_the_job),
		cmocka_unit_test(without_a_policy),
		cmocka_unit_test(the_first_cause_that_holds),
		cmocka_unit_test(failed_does_not_always_mean_undone),
		cmocka_unit_test(integer_time_has_no_seconds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
