/* The first cause that holds: one test for each sentence. */
#include "judge_fixture.h"

/* --- causes, from the first to the last: each is told though all behind it hold too ----------------- */

/* Everything is wrong at once. Tests take away what stands before theirs. */
static struct policy_look worst_look(void)
{
	struct policy_look look = late_look();

	look.is_apache = look.is_restoring = true;
	look.is_scheduler_up = false;
	look.state = "paused";
	look.failures = 5;
	look.last_error = "canceling statement due to lock timeout";
	look.last_sqlstate = "55P03";
	look.crashes = 1;
	look.overdue_s = 2 * DAY_S + 1;
	look.frozen_chunks = 2;
	look.owner_lacks = "does not own what it works on";
	look.after_s = HOUR_S;
	look.chunk_s = 7 * DAY_S;
	look.version_mismatch = "the server has TimescaleDB 2.19.3, this database 2.17.2";
	return look;
}

static void apache_edition(void **state)
{
	struct policy_look look = worst_look();

	(void)state;
	assert_cause(&look, "Apache edition: policies do not run in it", "pgtend drop-chunks tracking --older-than '1 hour' --table events");
	look.kind = POLICY_COMPRESSION;
	assert_cause(&look, "Apache edition: policies do not run in it", NULL);
}

static struct policy_look after_apache(void)
{
	struct policy_look look = worst_look();

	look.is_apache = false;
	return look;
}

static void restoring(void **state)
{
	struct policy_look look = after_apache();

	(void)state;
	assert_cause(&look, "timescaledb.restoring is on: no job runs until timescaledb_post_restore()",
	             "select timescaledb_post_restore() (every job that is due starts at once then)");
}

static struct policy_look after_restoring(void)
{
	struct policy_look look = after_apache();

	look.is_restoring = false;
	return look;
}

static void scheduler_absent(void **state)
{
	struct policy_look look = after_restoring();

	(void)state;
	assert_cause(&look, "no TimescaleDB scheduler runs in this database: no job starts by itself",
	             "select _timescaledb_functions.start_background_workers(); where that does not help: timescaledb into "
	             "shared_preload_libraries, and restart the server");
	look.workers = look.workers_max = 8;
	assert_cause(&look, "no TimescaleDB scheduler runs in this database: all 8 background workers of the server are taken",
	             "raise timescaledb.max_background_workers and max_worker_processes, then restart the server");
}

/* A server that can have none: what was started by hand is judged, else it is said who has to. */
static void scheduler_impossible(void **state)
{
	struct policy_look look = after_restoring();

	(void)state;
	look.no_scheduler = "this server has no scheduler (PGlite)";
	look.owner_lacks = NULL;
	assert_cause(&look, "job 1000 failed 5 times: canceling statement due to lock timeout", "pgtend jobs run tracking 1000"); /* it is paused, too */
	assert_job(&look, "job 1000 failed 5 times: canceling statement due to lock timeout");
	look.failures = 0;
	assert_cause(&look, "this server has no scheduler (PGlite): job 1000 runs only by hand", "pgtend jobs run tracking 1000");
	look.state = "by hand";
	look.has_next = false;
	assert_cause(&look, "this server has no scheduler (PGlite): job 1000 runs only by hand", RUN);
	assert_job(&look, NULL); /* nothing is undone: it is not to blame */
}

/* What its primary wrote down is told, and not that it has no scheduler. */
static void standby(void **state)
{
	struct policy_look look = after_restoring();

	(void)state;
	look.is_standby = true;
	assert_cause(&look, "job 1000 is paused", "pgtend jobs resume tracking 1000");
	look.state = "failing";
	look.overdue_s = -720;
	assert_cause(&look, "job 1000 failed 5 times: canceling statement due to lock timeout; next try in 12m", RUN);
	look.failures = 0;
	look.last_error = NULL;
	look.state = "never ran";
	look.crashes = 0;
	assert_cause(&look, "job 1000 never ran; its first run is in 12m", RUN);
}

static struct policy_look after_scheduler(void)
{
	struct policy_look look = after_restoring();

	look.is_scheduler_up = true;
	return look;
}

static void paused(void **state)
{
	struct policy_look look = after_scheduler();

	(void)state;
	assert_cause(&look, "job 1000 is paused", "pgtend jobs resume tracking 1000");
	assert_job(&look, "job 1000 is paused");
}

static void blocked_now(void **state)
{
	struct policy_look look = after_scheduler();

	(void)state;
	look.state = "running";
	look.has_next = false;
	look.running_s = 240;
	look.blocked_by = "pid 4711 (psql, 4m)";
	assert_cause(&look, "job 1000 is blocked now by pid 4711 (psql, 4m)", "select pg_terminate_backend(4711)");
	assert_job(&look, "job 1000 is blocked now by pid 4711 (psql, 4m)");
	look.blocked_by = "a prepared transaction";
	assert_cause(&look, "job 1000 is blocked now by a prepared transaction", NULL);
	look.blocked_by = NULL;
	assert_cause(&look, "job 1000 has been running for 4m", NULL);
	look.running_s = -1;
	assert_cause(&look, "job 1000 is running now", NULL);
	assert_job(&look, NULL);
}

static struct policy_look after_pause(void)
{
	struct policy_look look = after_scheduler();

	look.state = "failing";
	look.overdue_s = -720;
	return look;
}

static void failed_with_its_own_error(void **state)
{
	struct policy_look look = after_pause();

	(void)state;
	assert_cause(&look, "job 1000 failed 5 times: canceling statement due to lock timeout; next try in 12m", RUN);
	look.failures = 1;
	look.has_next = false;
	assert_cause(&look, "job 1000 failed 1 time: canceling statement due to lock timeout", RUN);
	look.due_chunks = 0;
	assert_job(&look, "job 1000 failed 1 time: canceling statement due to lock timeout");
}

static void failed_and_nobody_shows_why(void **state)
{
	struct policy_look look = after_pause();

	(void)state;
	look.last_error = look.last_sqlstate = NULL;
	look.owner_lacks = NULL;
	look.is_error_visible = false;
	assert_cause(&look, "job 1000 failed 5 times: its error is not visible to this role; next try in 12m",
	             "connect as ana, or as the owner of the database, to see it");
	look.is_error_visible = true;
	assert_cause(&look, "job 1000 failed 5 times: its error was not kept; next try in 12m", RUN);
}

static void failed_does_not_always_mean_undone(void **state)
{
	struct policy_look look = late_look();
	const char *cause = "job 1000 is recorded as failed 1 time though what it did is committed: the server's minor version is newer than this TimescaleDB; "
	                    "next try in 10m";

	(void)state;
	look.state = "failing";
	look.failures = 1;
	look.last_sqlstate = "24000";
	look.last_error = "cannot drop portal \"\" while it is being set up";
	assert_cause(&look, cause, RUN);
	assert_job(&look, cause);
	look.frozen_chunks = 2; /* what is undone has a cause of its own */
	assert_cause(&look, "2 chunks are frozen: nothing may drop them",
	             "select _timescaledb_functions.unfreeze_chunk('SCHEMA.CHUNK') (chunks --list names them)");
	look.last_error = "cannot commit"; /* the state alone says nothing */
	assert_cause(&look, "job 1000 failed 1 time: cannot commit; next try in 10m", RUN);
}

/* The scheduler's words about a worker that ended before it could say anything are of no use. */
static void failed_without_a_word(void **state)
{
	struct policy_look look = after_pause();

	(void)state;
	look.last_sqlstate = "XX000";
	look.last_error = "failed to execute job Job 1000 (\"Retention Policy [1000]\") failed to execute.";
	look.has_next = false;
	look.owner_lacks = "may not log in";
	assert_cause(&look, "job 1000 failed 5 times: the owner of job 1000, ana, may not log in", "alter role \"ana\" login");
	look.owner_lacks = "may not connect to this database";
	assert_cause(&look, "job 1000 failed 5 times: the owner of job 1000, ana, may not connect to this database",
	             "grant connect on database \"atriz_tracking\" to \"ana\"");
	look.owner_lacks = NULL;
	assert_cause(&look, "job 1000 failed 5 times: its process ended without a word (terminated, or longer than max_runtime): "
	                    "the server's log has the reason", RUN);
}

static void failed_for_the_library(void **state)
{
	struct policy_look look = after_pause();

	(void)state;
	look.last_sqlstate = "58P01";
	look.last_error = "could not access file \"$libdir/timescaledb-2.17.2\": No such file or directory";
	look.has_next = false;
	assert_cause(&look, "job 1000 failed 5 times: could not access file \"$libdir/timescaledb-2.17.2\": No such file or directory",
	             "alter extension timescaledb update, as the first statement of a new session (psql -X)");
}

static struct policy_look after_failure(void)
{
	struct policy_look look = after_pause();

	look.failures = 0;
	look.last_error = look.last_sqlstate = NULL;
	look.state = "ok";
	return look;
}

static void crashed(void **state)
{
	struct policy_look look = after_failure();

	(void)state;
	look.state = "crashed";
	assert_cause(&look, "job 1000 crashed 1 time; next try in 12m", RUN);
}

static struct policy_look after_crash(void)
{
	struct policy_look look = after_failure();

	look.crashes = 0;
	return look;
}

static void starved_of_workers(void **state)
{
	struct policy_look look = after_crash();

	(void)state;
	look.state = "overdue";
	look.overdue_s = 2 * DAY_S + 1;
	assert_cause(&look, "job 1000 should have started 2d ago: no background worker was free",
	             "raise timescaledb.max_background_workers and max_worker_processes, then restart the server");
	look.overdue_s = HOUR_S;
	assert_cause(&look, "job 1000 should have started 1h ago", RUN); /* not yet sure */
	look.workers = look.workers_max = 8;
	assert_cause(&look, "job 1000 should have started 1h ago: no background worker was free (8 of 8 are taken)",
	             "raise timescaledb.max_background_workers and max_worker_processes, then restart the server");
	assert_job(&look, "job 1000 should have started 1h ago: no background worker was free (8 of 8 are taken)");
	look.state = "never ran"; /* and will not soon */
	look.overdue_s = 10;
	assert_cause(&look, "job 1000 should have started 10s ago: no background worker was free (8 of 8 are taken)",
	             "raise timescaledb.max_background_workers and max_worker_processes, then restart the server");
	look.state = "ok"; /* all are taken, and it was not its time */
	look.frozen_chunks = 0;
	look.overdue_s = -HOUR_S;
	assert_job(&look, "the owner of job 1000, ana, does not own what it works on");
}

static void stuck_without_a_next_start(void **state)
{
	struct policy_look look = after_crash();

	(void)state;
	look.state = "crashed";
	look.crashes = 1; /* it will not try again */
	look.has_next = false;
	look.overdue_s = 0;
	assert_cause(&look, "job 1000 has no next start and does not run: stuck since a crash or a failover",
	             "select alter_job(1000, next_start => now())");
}

static void never_ran(void **state)
{
	struct policy_look look = after_crash();

	(void)state;
	look.state = "never ran";
	look.ok_ago_s = -1;
	assert_cause(&look, "job 1000 never ran; its first run is in 12m", RUN);
	assert_job(&look, NULL); /* its time has not come */
	look.has_next = false;
	assert_cause(&look, "job 1000 never ran", RUN);
}

static void frozen_chunks(void **state)
{
	struct policy_look look = after_crash();
	const char *mend = "select _timescaledb_functions.unfreeze_chunk('SCHEMA.CHUNK') (chunks --list names them)";

	(void)state;
	assert_cause(&look, "2 chunks are frozen: nothing may drop them", mend);
	look.frozen_chunks = 1;
	assert_cause(&look, "a chunk is frozen: nothing may drop it", mend);
	look.kind = POLICY_COMPRESSION;
	assert_cause(&look, "a chunk is frozen: nothing may compress it", mend);
}

static struct policy_look after_frozen(void)
{
	struct policy_look look = after_crash();

	look.frozen_chunks = 0;
	return look;
}

static void owner_without_rights(void **state)
{
	struct policy_look look = after_frozen();

	(void)state;
	assert_cause(&look, "the owner of job 1000, ana, does not own what it works on",
	             "give \"ana\" back what it lacks, or make a role that has it the owner (alter table ... owner to ...)");
	look.owner = "o\"dd";
	look.owner_lacks = "may not log in";
	assert_cause(&look, "the owner of job 1000, o\"dd, may not log in", "alter role \"o\"\"dd\" login");
}

static struct policy_look after_owner(void)
{
	struct policy_look look = after_frozen();

	look.owner_lacks = NULL;
	return look;
}

static void drop_after_shorter_than_the_schedule(void **state)
{
	struct policy_look look = after_owner();

	(void)state;
	assert_cause(&look, "drop_after (1 hour) is shorter than the schedule of job 1000 (every 1 day)",
	             "select alter_job(1000, schedule_interval => interval '1 hour')");
}

static void chunk_wider_than_the_retention(void **state)
{
	struct policy_look look = after_owner();

	(void)state;
	look.after_s = 2 * DAY_S;
	assert_cause(&look, "a chunk covers 7 days, more than the 2 days that are kept: rows go only with their whole chunk",
	             "make new chunks narrower: set_chunk_time_interval() of at most 2 days");
}

static void compression_that_takes_few_at_a_time(void **state)
{
	struct policy_look look = after_owner();

	(void)state;
	look.kind = POLICY_COMPRESSION;
	look.max_chunks = 2;
	assert_cause(&look, "job 1000 compresses at most 2 chunks a run (maxchunks_to_compress)",
	             "select alter_job(1000, config => config - 'maxchunks_to_compress') from timescaledb_information.jobs where job_id = 1000");
	look.max_chunks = 3; /* enough */
	look.version_mismatch = NULL;
	assert_cause(&look, "job 1000 says it succeeded 2h ago, yet the chunks are not compressed", "pgtend jobs run tracking 1000");
}

static void success_and_nothing_gone(void **state)
{
	struct policy_look look = after_owner();

	(void)state;
	look.after_s = 30 * DAY_S;
	assert_cause(&look, LATE_OF_SUCCESS " (the server has TimescaleDB 2.19.3, this database 2.17.2)", RUN);
	look.version_mismatch = NULL;
	assert_cause(&look, LATE_OF_SUCCESS, RUN);
	look.kind = POLICY_COMPRESSION;
	assert_cause(&look, "job 1000 says it succeeded 2h ago, yet the chunks are not compressed", "pgtend jobs run tracking 1000");
}

static void library_and_catalog_differ(void **state)
{
	struct policy_look look = after_owner();

	(void)state;
	look.after_s = 30 * DAY_S;
	look.ok_ago_s = -1;
	assert_cause(&look, "the server has TimescaleDB 2.19.3, this database 2.17.2: the extension waits to be updated",
	             "alter extension timescaledb update, as the first statement of a new session (psql -X)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apache_edition),
		cmocka_unit_test(restoring),
		cmocka_unit_test(scheduler_absent),
		cmocka_unit_test(scheduler_impossible),
		cmocka_unit_test(standby),
		cmocka_unit_test(paused),
		cmocka_unit_test(blocked_now),
		cmocka_unit_test(failed_with_its_own_error),
		cmocka_unit_test(failed_and_nobody_shows_why),
		cmocka_unit_test(failed_does_not_always_mean_undone),
		cmocka_unit_test(failed_without_a_word),
		cmocka_unit_test(failed_for_the_library),
		cmocka_unit_test(crashed),
		cmocka_unit_test(starved_of_workers),
		cmocka_unit_test(stuck_without_a_next_start),
		cmocka_unit_test(never_ran),
		cmocka_unit_test(frozen_chunks),
		cmocka_unit_test(owner_without_rights),
		cmocka_unit_test(drop_after_shorter_than_the_schedule),
		cmocka_unit_test(chunk_wider_than_the_retention),
		cmocka_unit_test(compression_that_takes_few_at_a_time),
		cmocka_unit_test(success_and_nothing_gone),
		cmocka_unit_test(library_and_catalog_differ),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
