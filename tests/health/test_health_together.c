/* Jobs, the disk, all findings together, and the limits of pgtend.ini. */
#include "fixture.h"
#include "pgtend/probes/shapes.h"

/* --- jobs -------------------------------------------------------------------------------------- */

static void jobs_are_judged_by_their_failures_in_a_row(void **state)
{
	struct fixture *f = *state;
	int row = job(f, 1000, "retention", "failing");
	table_set_int(f->policies, row, "consecutive_failures", 1);
	table_set_text(f->policies, row, "cause", "job 1000 failed 1 time: lock timeout");
	table_set_text(f->policies, row, "mend", "pgtend jobs run tracking 1000");
	assert_int_equal(checked(f, "jobs"), VERDICT_WARN);
	assert_string_equal(reason(f), "retention of events: job 1000 failed 1 time: lock timeout");
	assert_string_equal(f->health.findings[0].mend, "pgtend jobs run tracking 1000");
	table_set_int(f->policies, row, "consecutive_failures", 3);
	assert_int_equal(checked(f, "jobs"), VERDICT_CRIT);
	/* nothing depends on the jobs that TimescaleDB has for itself */
	table_set_text(f->policies, row, "kind", "internal");
	table_set_text(f->policies, row, "name", NULL);
	assert_int_equal(checked(f, "jobs"), VERDICT_WARN);
	f->tracking->timescaledb_license = mem_copy("apache");
	assert_int_equal(checked(f, "jobs"), VERDICT_OK);
}

static void states_without_a_failure_are_warnings_or_fine(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *state; enum verdict verdict; } states[] = {{"ok", VERDICT_OK}, {"running", VERDICT_OK}, {"by hand", VERDICT_OK},
		{"never ran", VERDICT_OK}, {"paused", VERDICT_WARN}, {"overdue", VERDICT_WARN}};
	int row = job(f, 1000, "compression", "ok");
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		table_set_text(f->policies, row, "state", states[i].state);
		assert_int_equal(checked(f, "jobs"), states[i].verdict);
	}
	assert_string_equal(reason(f), "job 1000 (compression of events) is overdue");
	/* its time has not come, unless something keeps it */
	table_set_text(f->policies, row, "state", "never ran");
	table_set_text(f->policies, row, "cause", "no TimescaleDB scheduler runs in this database");
	assert_int_equal(checked(f, "jobs"), VERDICT_WARN);
	assert_string_equal(reason(f), "job 1000 (compression of events) never ran: no TimescaleDB scheduler runs in this database");
}

/* --- disk -------------------------------------------------------------------------------------- */

static void the_disk_alarms_when_less_is_left(void **state)
{
	struct fixture *f = *state;
	static const struct { double days; enum verdict verdict; } steps[] = {{15, VERDICT_OK}, {14, VERDICT_WARN}, {15, VERDICT_WARN},
		{3, VERDICT_CRIT}, {3.2, VERDICT_CRIT}, {3.4, VERDICT_WARN}, {15.5, VERDICT_OK}};
	int row = hypertable(f, "events");
	put(&f->tracking->server->facts[FACT_DISK], &disk_shape);
	table_set_missing(f->chunks, row, "disk_free_bytes", MISSING_PRIVILEGE);
	checked(f, "disk");
	assert_string_equal(f->health.lacks, "cannot be checked: this role may not see where the server keeps its data (GRANT pg_monitor TO u)");
	table_set_int(f->chunks, row, "disk_free_bytes", INT64_C(20) << 30);
	assert_int_equal(checked(f, "disk"), VERDICT_OK);
	assert_string_equal(f->health.findings[0].note, "20 GB free, never full as things are");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		table_set_real(f->chunks, row, "disk_full_s", steps[i].days * 86400);
		assert_int_equal(checked(f, "disk"), steps[i].verdict);
	}
}

/* --- all together ------------------------------------------------------------------------------ */

static void a_job_is_not_told_twice(void **state)
{
	struct fixture *f = *state;
	int row = hypertable(f, "events");
	late(f, row, 864000);
	int policy = job(f, 1000, "retention", "failing");
	table_set_int(f->policies, policy, "consecutive_failures", 5);
	health_judge(f->fleet, f->tracking, &f->health);
	assert_int_equal(f->health.reasons.count, 1);
	assert_string_equal(reason(f), "retention of events late by 10d, 3 chunks, 5 MB: job 1000 is paused");
}

static void a_failing_job_whose_work_is_done_is_told_only_to_whom_asks_for_jobs(void **state)
{
	struct fixture *f = *state;
	hypertable(f, "events");
	int policy = job(f, 1000, "retention", "failing");
	table_set_int(f->policies, policy, "consecutive_failures", 5);
	health_judge(f->fleet, f->tracking, &f->health);
	assert_int_equal(f->health.verdict, VERDICT_OK);
	assert_int_equal(f->health.reasons.count, 0);
	assert_int_equal(checked(f, "jobs"), VERDICT_CRIT);
}

static void the_worst_comes_first(void **state)
{
	struct fixture *f = *state;
	int policy = job(f, 1001, "compression", "paused");
	int row = rows_of(f, NULL, "silent", 7200, "silent since 03:02");
	(void)policy;
	(void)row;
	health_judge(f->fleet, f->tracking, &f->health);
	assert_int_equal(f->health.verdict, VERDICT_CRIT);
	assert_int_equal(f->health.reasons.count, 2);
	assert_string_equal(f->health.reasons.v[0], "events: silent since 03:02");
}

static void facts_that_could_not_be_had_are_unknown(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	hypertable(f, "events");
	(void)err_set(&err, ERR_UNREACHABLE, "127.0.0.1:5999: connection refused");
	facts_fail(&f->tracking->facts[FACT_CHUNKS], &err);
	assert_int_equal(checked(f, "retention"), VERDICT_UNKNOWN);
	assert_string_equal(reason(f), "127.0.0.1:5999: connection refused");
	assert_int_equal(checked(f, "jobs"), VERDICT_OK);
}

static void where_a_check_could_not_look_well_is_not_all_of_it(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	health_judge(f->fleet, f->tracking, &f->health);
	assert_int_equal(f->health.verdict, VERDICT_OK);
	assert_int_equal(f->health.unseen.count, 0);
	health_done(&f->health);
	(void)err_set(&err, ERR_FAILED, "permission denied for function pg_ls_dir");
	facts_fail(&f->tracking->facts[FACT_SEQUENCES], &err);
	health_judge(f->fleet, f->tracking, &f->health);
	assert_int_equal(f->health.verdict, VERDICT_OK);
	assert_int_equal(f->health.unseen.count, 1);
	assert_string_equal(f->health.unseen.v[0], "sequences cannot be checked: permission denied for function pg_ls_dir");
	assert_null(f->health.lacks);
}

static void a_database_without_timescaledb_is_passed_over(void **state)
{
	struct fixture *f = *state;
	f->tracking->has_timescaledb = false;
	assert_int_equal(checked(f, "retention"), VERDICT_OK);
	assert_string_equal(f->health.lacks, "has no TimescaleDB");
}

/* --- limits ------------------------------------------------------------------------------------ */

static void limits_are_refused_with_file_and_line(void **state)
{
	(void)state;
	static const struct { const char *line, *says; } bad[] = {
		{"retention_late_krit = 1h", "pgtend.ini:4: there is no threshold \"retention_late_krit\"; did you mean \"retention_late_crit\"?"},
		{"zzz = 1h", "pgtend.ini:4: there is no threshold \"zzz\"; pgtend.ini(5) lists them"},
		{"retention_late_crit = soon", "pgtend.ini:4: retention_late_crit takes a duration (30s, 5min, 2 days), not \"soon\""},
		{"retention_late_crit = -1h", "pgtend.ini:4: retention_late_crit takes a duration (30s, 5min, 2 days), not \"-1h\""},
		{"connections_warn = 0.8", "pgtend.ini:4: connections_warn takes a share from 0% to 100%, not \"0.8\""},
		{"connections_warn = 101%", "pgtend.ini:4: connections_warn takes a share from 0% to 100%, not \"101%\""},
		{"hysteresis = %", "pgtend.ini:4: hysteresis takes a share from 0% to 100%, not \"%\""},
		{"jobs_failures_crit = 1d", "pgtend.ini:4: jobs_failures_crit takes a whole number, not \"1d\""},
		{"retention_late_warn = 2h", "pgtend.ini:4: retention_late_warn comes after retention_late_crit (1h): nothing would ever be a warning"},
		{"disk_full_warn = 1d", "pgtend.ini:4: disk_full_warn comes after disk_full_crit (3d): nothing would ever be a warning"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = {0};
		char ini[256];
		snprintf(ini, sizeof ini, "[database a]\nurl = postgresql://u@127.0.0.1:5999/a\n[threshold]\n%s\n", bad[i].line);
		struct config *config = config_from_text("pgtend.ini", ini, &err);
		assert_non_null(config);
		assert_false(limits_check(config, &err));
		assert_string_equal(err.text, bad[i].says);
		assert_int_equal(err.kind, ERR_CONFIG);
		config_free(config);
	}
}

static void every_limit_has_a_default_that_can_be_read(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < limits_threshold_count; i++) {
		double value = limits_value(f->fleet, limits_thresholds[i].name);
		assert_true(value > 0 || strcmp(limits_thresholds[i].otherwise, "0s") == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(jobs_are_judged_by_their_failures_in_a_row),
		TEST(states_without_a_failure_are_warnings_or_fine),
		TEST(the_disk_alarms_when_less_is_left),
		TEST(a_job_is_not_told_twice),
		TEST(a_failing_job_whose_work_is_done_is_told_only_to_whom_asks_for_jobs),
		TEST(the_worst_comes_first),
		TEST(where_a_check_could_not_look_well_is_not_all_of_it),
		TEST(facts_that_could_not_be_had_are_unknown),
		TEST(a_database_without_timescaledb_is_passed_over),
		TEST(limits_are_refused_with_file_and_line),
		TEST(every_limit_has_a_default_that_can_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
