/* Verdicts on time-series data from facts that are put there by hand: what is a warning, what an alarm, in which words. */
#include "fixture.h"

/* --- retention --------------------------------------------------------------------------------- */

static void nothing_late_is_ok_and_says_what_is_kept(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	job(f, 1000, "retention", "ok");
	table_set_int(f->chunks, row, "retention_next", units_now_us() + INT64_C(5400) * 1000000 + 500000);
	assert_int_equal(checked(f, "retention"), VERDICT_OK);
	assert_string_equal(f->health.findings[0].note, "events kept 30d, nothing late, next run in 1h");
	/* an infinite next start is no time */
	table_set_int(f->chunks, row, "retention_next", INT64_MAX);
	checked(f, "retention");
	assert_string_equal(f->health.findings[0].note, "events kept 30d, nothing late");
	table_set_int(f->chunks, row, "retention_next", INT64_MIN);
	checked(f, "retention");
	assert_string_equal(f->health.findings[0].note, "events kept 30d, nothing late");
}

static void late_is_a_warning_at_once_and_an_alarm_an_hour_beyond_its_schedule(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	job(f, 1000, "retention", "paused");
	late(f, row, 86400 + 300 + 1);
	assert_int_equal(checked(f, "retention"), VERDICT_WARN);
	assert_string_equal(reason(f), "retention of events late by 1d, 3 chunks, 5 MB: job 1000 is paused");
	assert_string_equal(f->health.findings[0].mend, "pgtend jobs resume tracking 1000");
	table_set_approximate(f->chunks, row, "late_bytes");
	checked(f, "retention");
	assert_string_equal(reason(f), "retention of events late by 1d, 3 chunks, ~5 MB: job 1000 is paused");
	assert_true(f->health.findings[0].measures[0].warn == 86400 + 300);
	assert_true(f->health.findings[0].measures[0].crit == 86400 + 300 + 3600);
	late(f, row, 86400 + 300 + 3599);
	assert_int_equal(checked(f, "retention"), VERDICT_WARN);
	late(f, row, 86400 + 300 + 3600);
	assert_int_equal(checked(f, "retention"), VERDICT_CRIT);
	/* a job that takes long is given twice its time */
	table_set_real(f->policies, 0, "took_s", 3600);
	late(f, row, 86400 + 300 + 3600);
	f->fleet->memory = (limits_memory_free(f->fleet->memory), limits_memory_new());
	assert_int_equal(checked(f, "retention"), VERDICT_WARN);
}

static void integer_time_is_late_by_what_its_job_did_not_do(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "ticks");
	int policy = job(f, 1000, "retention", "failing");
	late(f, row, 0);
	assert_int_equal(checked(f, "retention"), VERDICT_WARN);
	assert_string_equal(reason(f), "retention of ticks late, 3 chunks, 5 MB: job 1000 is paused");
	table_set_real(f->policies, policy, "ok_ago_s", 2 * 86400);
	assert_int_equal(checked(f, "retention"), VERDICT_CRIT);
	/* longer than an int64 of seconds */
	table_set_real(f->policies, policy, "ok_ago_s", 1e300);
	assert_int_equal(checked(f, "retention"), VERDICT_CRIT);
	assert_true(f->health.findings[0].measures[0].value == 1e15);
}

static void sizes_that_were_not_measured_are_left_out(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	late(f, row, 864000);
	table_set_missing(f->chunks, row, "late_bytes", MISSING_LOCKED);
	table_set_text(f->chunks, row, "schema", "tele");
	assert_int_equal(checked(f, "retention"), VERDICT_CRIT);
	assert_string_equal(reason(f), "retention of tele.events late by 10d, 3 chunks: job 1000 is paused");
}

static void no_policy_is_a_trouble_only_where_one_is_expected(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	table_set_text(f->chunks, row, "verdict", "no policy");
	table_set_missing(f->chunks, row, "drop_after_s", MISSING_NONE);
	table_set_text(f->chunks, row, "cause", "Apache edition: it has no policies");
	bool is_expected = section_seconds(f->tracking->section, "retention") > 0;
	assert_int_equal(checked(f, "retention"), is_expected ? VERDICT_WARN : VERDICT_OK);
	assert_string_equal(reason(f), is_expected ? "events has no retention policy, pgtend.ini says 30d: Apache edition: it has no policies" : "");
	if (!is_expected)
		assert_string_equal(f->health.findings[0].note, "events has no policy (Apache edition: it has no policies)");
	table_set_int(f->chunks, row, "oldest", units_now_us() - INT64_C(41) * 86400 * 1000000);
	checked(f, "retention");
	assert_string_equal(reason(f),
		is_expected ? "events has no retention policy and rows since 5w ago, pgtend.ini says 30d: Apache edition: it has no policies" : "");
}

static void a_policy_that_says_otherwise_than_the_configuration_is_told(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	assert_int_equal(checked(f, "retention"), VERDICT_OK);
	table_set_real(f->chunks, row, "drop_after_s", 365 * 86400);
	assert_int_equal(checked(f, "retention"), VERDICT_WARN);
	assert_string_equal(reason(f), "events is kept 1y, pgtend.ini says 30d");
	/* it speaks of raw data: aggregates are kept longer on purpose */
	table_set_text(f->chunks, row, "kind", "aggregate");
	assert_int_equal(checked(f, "retention"), VERDICT_OK);
}

static void what_was_passed_is_left_only_some_way_below(void **state)
{
	struct fixture *f = *state;
	static const struct { double days; enum verdict verdict; } steps[] = {
		{0.9, VERDICT_OK}, {1.1, VERDICT_WARN}, {0.6, VERDICT_WARN}, {2.1, VERDICT_CRIT}, {1.1, VERDICT_CRIT}, {0.9, VERDICT_WARN},
		{0.6, VERDICT_WARN}, {0.4, VERDICT_OK}, {0.9, VERDICT_OK}};
	int row = hypertable(f, "events");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		late(f, row, steps[i].days * 86400);
		assert_int_equal(checked(f, "retention"), steps[i].verdict);
		/* looking again changes nothing */
		assert_int_equal(checked(f, "retention"), steps[i].verdict);
	}
}

/* --- compression ------------------------------------------------------------------------------- */

static void compression_warns_and_alarms_a_day_later(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	assert_int_equal(checked(f, "compression"), VERDICT_OK);
	assert_int_equal(f->health.finding_count, 0);
	table_set_text(f->chunks, row, "compress_verdict", "late");
	table_set_int(f->chunks, row, "compression_job_id", 1001);
	table_set_int(f->chunks, row, "compress_late_chunks", 1);
	table_set_int(f->chunks, row, "compress_late_bytes", 1 << 20);
	table_set_text(f->chunks, row, "compress_cause", "job 1001 never ran");
	table_set_real(f->chunks, row, "compress_late_s", 86400 + 300 + 60);
	job(f, 1001, "compression", "never ran");
	assert_int_equal(checked(f, "compression"), VERDICT_WARN);
	assert_string_equal(reason(f), "compression of events late by 1d, 1 chunk, 1 MB: job 1001 never ran");
	table_set_real(f->chunks, row, "compress_late_s", 2 * 86400 + 300);
	assert_int_equal(checked(f, "compression"), VERDICT_CRIT);
	table_set_text(f->chunks, row, "compress_verdict", "never");
	table_set_int(f->chunks, row, "compress_late_chunks", 0);
	table_set_text(f->chunks, row, "compress_cause", "compress_after is not shorter than drop_after");
	assert_int_equal(checked(f, "compression"), VERDICT_WARN);
	assert_string_equal(reason(f), "compression of events never comes: compress_after is not shorter than drop_after");
}

static void a_low_ratio_says_its_reason(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	table_set_text(f->chunks, row, "compress_verdict", "ok");
	table_set_int(f->chunks, row, "compressed", 20);
	table_set_real(f->chunks, row, "ratio", 3.2);
	assert_int_equal(checked(f, "compression"), VERDICT_OK);
	assert_string_equal(f->health.findings[0].note, "events 20 of 31 chunks compressed, 3.2 times smaller");
	table_set_real(f->chunks, row, "expected_ratio", 10);
	table_set_text(f->chunks, row, "ratio_verdict", "low");
	table_set_text(f->chunks, row, "ratio_reason", "12 rows a segment");
	assert_int_equal(checked(f, "compression"), VERDICT_WARN);
	assert_string_equal(reason(f), "compression of events reaches 3.2 times, 10 are expected: 12 rows a segment");
}

/* --- aggregates -------------------------------------------------------------------------------- */

static void aggregates_are_fresh_stale_without_a_policy_or_erasing(void **state)
{
	struct fixture *f = *state;
	int row = table_add_row(f->aggregates);
	table_set_text(f->aggregates, row, "schema", "public");
	table_set_text(f->aggregates, row, "name", "hourly");
	table_set_text(f->aggregates, row, "verdict", "ok");
	table_set_real(f->aggregates, row, "late_s", 0);
	table_set_real(f->aggregates, row, "lag_s", 7200);
	assert_int_equal(checked(f, "aggregates"), VERDICT_OK);
	assert_string_equal(f->health.findings[0].note, "hourly fresh up to 2h ago");
	table_set_text(f->aggregates, row, "verdict", "stale");
	table_set_real(f->aggregates, row, "late_s", 6 * 3600 - 1);
	table_set_text(f->aggregates, row, "cause", "job 1002 is paused");
	assert_int_equal(checked(f, "aggregates"), VERDICT_WARN);
	assert_string_equal(reason(f), "aggregate hourly is stale by 5h: job 1002 is paused");
	table_set_real(f->aggregates, row, "late_s", 6 * 3600);
	assert_int_equal(checked(f, "aggregates"), VERDICT_CRIT);
	table_set_text(f->aggregates, row, "verdict", "no policy");
	table_set_text(f->aggregates, row, "cause", NULL);
	assert_int_equal(checked(f, "aggregates"), VERDICT_WARN);
	assert_string_equal(reason(f), "nothing refreshes aggregate hourly");
	table_set_text(f->aggregates, row, "verdict", "erasing");
	table_set_text(f->aggregates, row, "cause", "its refresh reaches 60d back, raw rows are kept 30d");
	assert_int_equal(checked(f, "aggregates"), VERDICT_CRIT);
	assert_string_equal(reason(f), "aggregate hourly loses what it holds of old time: its refresh reaches 60d back, raw rows are kept 30d");
}

/* --- ingest ------------------------------------------------------------------------------------ */

static void one_silent_source_is_seen_beside_the_others(void **state)
{
	struct fixture *f = *state;
	rows_of(f, NULL, "ok", 5, NULL);
	rows_of(f, "mextrack", "silent", 1200, "mextrack silent since 03:02");
	rows_of(f, "pshop", "ok", 7, NULL);
	assert_int_equal(checked(f, "ingest"), VERDICT_WARN);
	assert_string_equal(reason(f), "events: mextrack silent since 03:02");
	assert_string_equal(f->health.findings[1].source, "mextrack");
	table_set_real(f->ingest, 1, "lag_s", 3600);
	assert_int_equal(checked(f, "ingest"), VERDICT_CRIT);
	/* and is remembered as that source's, not as the table's */
	table_set_text(f->ingest, 1, "verdict", "ok");
	assert_int_equal(checked(f, "ingest"), VERDICT_OK);
}

static void a_long_silence_that_is_usual_is_no_trouble(void **state)
{
	struct fixture *f = *state;
	rows_of(f, NULL, "ok", 8 * 3600, NULL);
	assert_int_equal(checked(f, "ingest"), VERDICT_OK);
	assert_string_equal(f->health.findings[0].note, "events newest row 8h ago");
}

static void slow_and_gaps_are_warnings(void **state)
{
	struct fixture *f = *state;
	int row = rows_of(f, NULL, "slow", 10, "12 rows a minute in the last hour, usually 100 at that time");
	assert_int_equal(checked(f, "ingest"), VERDICT_WARN);
	assert_string_equal(reason(f), "events: 12 rows a minute in the last hour, usually 100 at that time");
	table_set_text(f->ingest, row, "verdict", "ok");
	table_set_int(f->ingest, row, "gaps", 2);
	table_add_word(f->ingest, row, "gap_days", "2026-11-03");
	table_add_word(f->ingest, row, "gap_days", "2026-11-04");
	assert_int_equal(checked(f, "ingest"), VERDICT_WARN);
	assert_string_equal(reason(f), "events: 2 days without a chunk: 2026-11-03, 2026-11-04");
}

static void rows_that_may_not_be_read_are_unknown(void **state)
{
	struct fixture *f = *state;
	int row = table_add_row(f->ingest);
	table_set_text(f->ingest, row, "schema", "tele");
	table_set_text(f->ingest, row, "name", "events");
	table_set_missing(f->ingest, row, "newest_row", MISSING_PRIVILEGE);
	table_set_missing(f->ingest, row, "lag_s", MISSING_PRIVILEGE);
	assert_int_equal(checked(f, "ingest"), VERDICT_UNKNOWN);
	assert_string_equal(reason(f), "tele.events: this role may not read whether rows arrive");
	assert_string_equal(f->health.findings[0].mend, "grant it select on tele.events");
	assert_int_equal(f->health.findings[0].measure_count, 0);
	/* what a grant would not mend is not said to be mended by it */
	table_set_int(f->ingest, row, "gaps", 2);
	assert_int_equal(checked(f, "ingest"), VERDICT_WARN);
	assert_string_equal(reason(f), "tele.events: 2 days without a chunk");
	assert_null(f->health.findings[0].mend);
	/* but that makes no unknown database */
	table_set_int(f->ingest, row, "gaps", 0);
	health_done(&f->health);
	health_judge(f->fleet, f->tracking, &f->health);
	assert_int_equal(f->health.verdict, VERDICT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_late_is_ok_and_says_what_is_kept),
		TEST(late_is_a_warning_at_once_and_an_alarm_an_hour_beyond_its_schedule),
		TEST(integer_time_is_late_by_what_its_job_did_not_do),
		TEST(sizes_that_were_not_measured_are_left_out),
		TEST(no_policy_is_a_trouble_only_where_one_is_expected),
		cmocka_unit_test_setup_teardown(no_policy_is_a_trouble_only_where_one_is_expected, setup_expecting, teardown),
		cmocka_unit_test_setup_teardown(a_policy_that_says_otherwise_than_the_configuration_is_told, setup_expecting, teardown),
		cmocka_unit_test_setup_teardown(what_was_passed_is_left_only_some_way_below, setup_patient, teardown),
		TEST(compression_warns_and_alarms_a_day_later),
		TEST(a_low_ratio_says_its_reason),
		TEST(aggregates_are_fresh_stale_without_a_policy_or_erasing),
		TEST(one_silent_source_is_seen_beside_the_others),
		TEST(a_long_silence_that_is_usual_is_no_trouble),
		TEST(slow_and_gaps_are_warnings),
		TEST(rows_that_may_not_be_read_are_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
