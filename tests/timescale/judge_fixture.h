/* judge_fixture.h - a look at a policy in good health with chunks that should have gone, and what is held against its verdict. */
#ifndef PGTEND_TESTS_JUDGE_FIXTURE_H
#define PGTEND_TESTS_JUDGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../src/timescale/internal.h"
#include "pgtend/core/mem.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

/* A job in good health with chunks that should have gone three days ago. */
static inline struct policy_look late_look(void)
{
	return (struct policy_look){
		.kind = POLICY_RETENTION, .database = "tracking", .dbname = "atriz_tracking", .relation = "events",
		.job_id = 1000, .state = "ok", .schedule_s = DAY_S, .took_s = 1, .has_next = true, .overdue_s = -600, .ok_ago_s = 7200,
		.running_s = -1, .is_error_visible = true, .owner = "ana", .after_s = 30 * DAY_S, .expected_s = -1,
		.is_scheduler_up = true, .workers = 3, .workers_max = 16,
		.due_chunks = 3, .due_s = 3 * DAY_S, .chunk_s = DAY_S, .raw_drop_after_s = -1,
		.lag_s = -1, .bucket_s = -1, .start_offset_s = -1, .end_offset_s = -1, .raw_lag_s = -1,
	};
}

static inline void assert_text(const char *text, const char *wanted)
{
	if (!wanted)
		assert_null(text);
	else if (!text)
		fail_msg("nothing, instead of: %s", wanted);
	else
		assert_string_equal(text, wanted);
}

/* mend NULL: there is none. */
static inline void assert_cause(const struct policy_look *look, const char *cause, const char *mend)
{
	struct policy_verdict verdict;

	policy_judge(look, &verdict);
	assert_string_equal(verdict.verdict, look->kind == POLICY_REFRESH ? "stale" : "late");
	if (look->kind != POLICY_REFRESH) {
		assert_int_equal(verdict.late_chunks, 3);
		assert_true(verdict.late_s == 3 * DAY_S);
	}
	assert_text(verdict.cause, cause);
	assert_text(verdict.mend, mend);
	policy_verdict_done(&verdict);
}

static inline void assert_verdict(const struct policy_look *look, const char *word, const char *cause, const char *mend)
{
	struct policy_verdict verdict;

	policy_judge(look, &verdict);
	assert_string_equal(verdict.verdict, word);
	if (strcmp(word, "late") != 0 && look->kind != POLICY_REFRESH) {
		assert_int_equal(verdict.late_chunks, 0);
		assert_true(verdict.late_s == 0);
	}
	assert_text(verdict.cause, cause);
	assert_text(verdict.mend, mend);
	policy_verdict_done(&verdict);
}

static inline void assert_job(const struct policy_look *look, const char *cause)
{
	struct policy_verdict verdict;

	policy_judge_job(look, &verdict);
	assert_text(verdict.cause, cause);
	if (!cause)
		assert_null(verdict.mend);
	policy_verdict_done(&verdict);
}

#define VERDICT(look, word) assert_verdict(look, word, NULL, NULL)
#define LATE_OF_SUCCESS "job 1000 says it succeeded 2h ago, yet the chunks are there"
#define RUN "pgtend retention run tracking"

#endif
