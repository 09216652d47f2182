/* Why a policy does not do its work, and what mends it: one rule a cause, asked in order, the first that holds is told.
 *
 * The order is that of a doctor's: what keeps every job of the database from running, what keeps this one, what keeps it from
 * doing what it came for, and at last what is wrong though everything looks right. */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"

static const char raise_workers[] = "raise timescaledb.max_background_workers and max_worker_processes, then restart the server";

static bool is_state(const struct policy_look *look, const char *state)
{
	return look->state && strcmp(look->state, state) == 0;
}

char *policy_command(const struct policy_look *look, const char *verb, const char *rest)
{
	char *database = text_shell_word(look->database ? look->database : "DATABASE");
	char *relation = look->relation ? text_shell_word(look->relation) : NULL;
	bool is_of_table = strcmp(verb, "drop-chunks") == 0 || strcmp(verb, "compress") == 0 || strcmp(verb, "retention set") == 0;
	char *command = mem_format("pgtend %s %s%s%s%s%s", verb, database, rest ? " " : "", rest ? rest : "",
	                           is_of_table && relation ? " --table " : "", is_of_table && relation ? relation : "");

	mem_free(database);
	mem_free(relation);
	return command;
}

static char *job_command(const struct policy_look *look, const char *verb)
{
	char id[24];

	snprintf(id, sizeof id, "%lld", (long long)look->job_id);
	return policy_command(look, verb, id);
}

/* Does by hand what the job should have done. A paused one is run only by name: who paused it had a reason. */
static char *run_by_hand(const struct policy_look *look)
{
	if (look->kind == POLICY_RETENTION && look->due_chunks > 0 && !is_state(look, "paused"))
		return policy_command(look, "retention run", NULL);
	return job_command(look, "jobs run");
}

static bool tell(struct policy_verdict *verdict, char *cause, char *mend)
{
	verdict->cause = cause;
	verdict->mend = mend;
	return true;
}

static bool has_all_workers_taken(const struct policy_look *look)
{
	return look->workers_max > 0 && look->workers >= look->workers_max;
}

/* --- what keeps every job of the database from running ------------------------------------------ */

static bool by_edition(const struct policy_look *look, struct policy_verdict *verdict)
{
	char *mend = NULL;

	if (!look->is_apache)
		return false;
	if (look->kind == POLICY_RETENTION && look->after_s >= 0) {
		char *age = look->is_integer ? mem_format("%lld", (long long)look->after_s) : policy_interval(look->after_s);
		char *rest = mem_format("--older-than '%s'", age);

		mend = policy_command(look, "drop-chunks", rest);
		mem_free(age);
		mem_free(rest);
	}
	return tell(verdict, mem_copy("Apache edition: policies do not run in it"), mend);
}

/* Comes before the scheduler, because it is why there is none. */
static bool by_restoring(const struct policy_look *look, struct policy_verdict *verdict)
{
	return look->is_restoring && tell(verdict, mem_copy("timescaledb.restoring is on: no job runs until timescaledb_post_restore()"),
	                                  mem_copy("select timescaledb_post_restore() (every job that is due starts at once then)"));
}

/* A standby has none and needs none: what its primary's wrote down of jobs is judged there as here. */
static bool by_no_scheduler(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (look->no_scheduler || look->is_standby || look->is_scheduler_up)
		return false;
	if (has_all_workers_taken(look))
		return tell(verdict, mem_format("no TimescaleDB scheduler runs in this database: all %lld background workers of the server are taken",
		                                (long long)look->workers_max), mem_copy(raise_workers));
	return tell(verdict, mem_copy("no TimescaleDB scheduler runs in this database: no job starts by itself"),
	            mem_copy("select _timescaledb_functions.start_background_workers(); where that does not help: timescaledb into "
	                     "shared_preload_libraries, and restart the server"));
}

/* --- what keeps this job from running ----------------------------------------------------------- */

static bool by_pause(const struct policy_look *look, struct policy_verdict *verdict)
{
	return is_state(look, "paused") && !look->no_scheduler &&
	       tell(verdict, mem_format("job %lld is paused", (long long)look->job_id), job_command(look, "jobs resume"));
}

/* Runs at this moment: what it failed at before is of the past. */
static bool by_blocker(const struct policy_look *look, struct policy_verdict *verdict)
{
	long long pid = 0;

	if (!is_state(look, "running") || !look->blocked_by)
		return false;
	bool has_pid = sscanf(look->blocked_by, "pid %lld", &pid) == 1 && pid > 0;

	return tell(verdict, mem_format("job %lld is blocked now by %s", (long long)look->job_id, look->blocked_by),
	            has_pid ? mem_format("select pg_terminate_backend(%lld)", pid) : NULL);
}

static bool by_running(const struct policy_look *look, struct policy_verdict *verdict)
{
	char age[UNITS_SIZE];

	if (!is_state(look, "running"))
		return false;
	if (look->running_s >= 1)
		return tell(verdict, mem_format("job %lld has been running for %s", (long long)look->job_id, units_age(age, (int64_t)look->running_s)), NULL);
	return tell(verdict, mem_format("job %lld is running now", (long long)look->job_id), NULL);
}

static char *owner_cause(const struct policy_look *look)
{
	return mem_format("the owner of job %lld, %s, %s", (long long)look->job_id, look->owner ? look->owner : "a role", look->owner_lacks);
}

static char *owner_mend(const struct policy_look *look)
{
	char *owner = session_quote_identifier(NULL, look->owner ? look->owner : "");
	char *dbname = session_quote_identifier(NULL, look->dbname ? look->dbname : "");
	char *mend;

	if (strcmp(look->owner_lacks, "may not log in") == 0)
		mend = mem_format("alter role %s login", owner);
	else if (strcmp(look->owner_lacks, "may not connect to this database") == 0)
		mend = mem_format("grant connect on database %s to %s", dbname, owner);
	else
		mend = mem_format("give %s back what it lacks, or make a role that has it the owner (alter table ... owner to ...)", owner);
	mem_free(owner);
	mem_free(dbname);
	return mend;
}

/* The reason of a failure, in the job's own words where they say something. */
static char *failure_words(const struct policy_look *look, char **mend)
{
	const char *error = look->last_error;
	const char *sqlstate = look->last_sqlstate ? look->last_sqlstate : "";

	*mend = NULL;
	/* a worker that may not log in or connect ends before it can say why: the scheduler's words say nothing */
	if (look->owner_lacks && (!error || strstr(error, "failed to execute job"))) {
		*mend = owner_mend(look);
		return owner_cause(look);
	}
	if (!error && !look->is_error_visible) {
		*mend = mem_format("connect as %s, or as the owner of the database, to see it", look->owner ? look->owner : "the owner of the job");
		return mem_copy("its error is not visible to this role");
	}
	*mend = run_by_hand(look);
	if (!error)
		return mem_copy("its error was not kept");
	if (strcmp(sqlstate, "XX000") == 0 && strstr(error, "failed to execute job"))
		return mem_copy("its process ended without a word (terminated, or longer than max_runtime): the server's log has the reason");
	if (strstr(error, "$libdir/timescaledb") || strstr(error, "version mismatch")) {
		mem_free(*mend);
		*mend = mem_copy("alter extension timescaledb update, as the first statement of a new session (psql -X)");
	}
	return mem_copy(error);
}

static char *next_try(const struct policy_look *look)
{
	char age[UNITS_SIZE];

	return look->has_next && look->overdue_s < 0 && !look->no_scheduler ? mem_format("; next try in %s", units_age(age, (int64_t)-look->overdue_s))
	                                                                    : mem_copy("");
}

/* Seen on PostgreSQL 15.20 with 2.28.3: each run is committed, then recorded as failed. What is undone has another cause. */
static bool is_false_failure(const struct policy_look *look)
{
	return look->failures > 0 && look->last_error && look->last_sqlstate && strcmp(look->last_sqlstate, "24000") == 0 &&
	       strstr(look->last_error, "portal");
}

static bool by_failure(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (look->failures <= 0 || is_false_failure(look))
		return false;
	char *mend;
	char *words = failure_words(look, &mend);
	char *next = next_try(look);

	tell(verdict, mem_format("job %lld failed %lld %s: %s%s", (long long)look->job_id, (long long)look->failures,
	                         look->failures == 1 ? "time" : "times", words, next), mend);
	mem_free(words);
	mem_free(next);
	return true;
}

/* Behind the failures: a job that is recorded as failed was started by somebody all the same. */
static bool by_hand_only(const struct policy_look *look, struct policy_verdict *verdict)
{
	return look->no_scheduler && tell(verdict, mem_format("%s: job %lld runs only by hand", look->no_scheduler, (long long)look->job_id),
	                                  run_by_hand(look));
}

static bool by_crash(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (look->crashes <= 0 || !look->has_next)
		return false;
	char *next = next_try(look);

	tell(verdict, mem_format("job %lld crashed %lld %s%s", (long long)look->job_id, (long long)look->crashes,
	                         look->crashes == 1 ? "time" : "times", next), run_by_hand(look));
	mem_free(next);
	return true;
}

/* A free worker starts a job within a second of its time. */
enum { START_PATIENCE_S = 3 };

static bool by_starving(const struct policy_look *look, struct policy_verdict *verdict)
{
	char age[UNITS_SIZE];
	bool is_sure = has_all_workers_taken(look);

	if (!look->has_next || !(look->overdue_s > 2 * look->schedule_s || (is_sure && look->overdue_s > START_PATIENCE_S)))
		return false;
	units_age(age, (int64_t)look->overdue_s);
	return tell(verdict,
	            is_sure ? mem_format("job %lld should have started %s ago: no background worker was free (%lld of %lld are taken)",
	                                 (long long)look->job_id, age, (long long)look->workers, (long long)look->workers_max)
	                    : mem_format("job %lld should have started %s ago: no background worker was free", (long long)look->job_id, age),
	            mem_copy(raise_workers));
}

static bool by_stuck_start(const struct policy_look *look, struct policy_verdict *verdict)
{
	return !look->has_next && !is_state(look, "never ran") &&
	       tell(verdict, mem_format("job %lld has no next start and does not run: stuck since a crash or a failover", (long long)look->job_id),
	            mem_format("select alter_job(%lld, next_start => now())", (long long)look->job_id));
}

static bool by_never_run(const struct policy_look *look, struct policy_verdict *verdict)
{
	char age[UNITS_SIZE];

	if (!is_state(look, "never ran"))
		return false;
	return tell(verdict,
	            look->has_next && look->overdue_s < 0 ? mem_format("job %lld never ran; its first run is in %s", (long long)look->job_id,
	                                                               units_age(age, (int64_t)-look->overdue_s))
	                                                  : mem_format("job %lld never ran", (long long)look->job_id),
	            run_by_hand(look));
}

static bool by_late_start(const struct policy_look *look, struct policy_verdict *verdict)
{
	char age[UNITS_SIZE];

	return is_state(look, "overdue") && tell(verdict, mem_format("job %lld should have started %s ago", (long long)look->job_id,
	                                                             units_age(age, (int64_t)look->overdue_s)), run_by_hand(look));
}

/* --- what keeps it from doing what it came for ---------------------------------------------------- */

static bool by_frozen_chunks(const struct policy_look *look, struct policy_verdict *verdict)
{
	const char *what = look->kind == POLICY_COMPRESSION ? "compress" : "drop";

	/* measured: the job passes over them and says Success */
	return look->frozen_chunks > 0 &&
	       tell(verdict, look->frozen_chunks == 1 ? mem_format("a chunk is frozen: nothing may %s it", what)
	                                              : mem_format("%lld chunks are frozen: nothing may %s them", (long long)look->frozen_chunks, what),
	            mem_copy("select _timescaledb_functions.unfreeze_chunk('SCHEMA.CHUNK') (chunks --list names them)"));
}

static bool by_owner(const struct policy_look *look, struct policy_verdict *verdict)
{
	return look->owner_lacks && tell(verdict, owner_cause(look), owner_mend(look));
}

static bool by_false_failure(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (!is_false_failure(look))
		return false;
	char *next = next_try(look);

	tell(verdict, mem_format("job %lld is recorded as failed %lld %s though what it did is committed: the server's minor version is newer than this TimescaleDB%s",
	                         (long long)look->job_id, (long long)look->failures, look->failures == 1 ? "time" : "times", next),
	     look->due_chunks > 0 ? run_by_hand(look) : mem_copy("install the newest TimescaleDB for this PostgreSQL"));
	mem_free(next);
	return true;
}

static bool by_schedule(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (look->kind != POLICY_RETENTION || look->is_integer || look->after_s < 0 || look->after_s >= look->schedule_s)
		return false;
	char *after = policy_interval(look->after_s);
	char *schedule = policy_interval(look->schedule_s);

	tell(verdict, mem_format("drop_after (%s) is shorter than the schedule of job %lld (every %s)", after, (long long)look->job_id, schedule),
	     mem_format("select alter_job(%lld, schedule_interval => interval '%s')", (long long)look->job_id, after));
	mem_free(after);
	mem_free(schedule);
	return true;
}

static bool by_wide_chunks(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (look->kind != POLICY_RETENTION || look->is_integer || look->after_s < 0 || look->chunk_s <= look->after_s)
		return false;
	char *after = policy_interval(look->after_s);
	char *chunk = policy_interval(look->chunk_s);

	tell(verdict, mem_format("a chunk covers %s, more than the %s that are kept: rows go only with their whole chunk", chunk, after),
	     mem_format("make new chunks narrower: set_chunk_time_interval() of at most %s", after));
	mem_free(after);
	mem_free(chunk);
	return true;
}

static bool by_throttle(const struct policy_look *look, struct policy_verdict *verdict)
{
	if (look->kind != POLICY_COMPRESSION || look->max_chunks <= 0 || look->due_chunks <= look->max_chunks)
		return false;
	return tell(verdict, mem_format("job %lld compresses at most %lld chunk%s a run (maxchunks_to_compress)", (long long)look->job_id,
	                                (long long)look->max_chunks, look->max_chunks == 1 ? "" : "s"),
	            mem_format("select alter_job(%lld, config => config - 'maxchunks_to_compress') from timescaledb_information.jobs where job_id = %lld",
	                       (long long)look->job_id, (long long)look->job_id));
}

/* --- what is wrong though everything looks right --------------------------------------------------- */

static bool by_hollow_success(const struct policy_look *look, struct policy_verdict *verdict)
{
	static const char *const left[] = {"the chunks are there", "the chunks are not compressed", "the aggregate is behind"};
	char age[UNITS_SIZE];

	if (look->ok_ago_s < 0)
		return false;
	return tell(verdict, mem_format("job %lld says it succeeded %s ago, yet %s%s%s%s", (long long)look->job_id, units_age(age, (int64_t)look->ok_ago_s),
	                                left[look->kind], look->version_mismatch ? " (" : "", look->version_mismatch ? look->version_mismatch : "",
	                                look->version_mismatch ? ")" : ""), run_by_hand(look));
}

static bool by_version(const struct policy_look *look, struct policy_verdict *verdict)
{
	return look->version_mismatch &&
	       tell(verdict, mem_format("%s: the extension waits to be updated", look->version_mismatch),
	            mem_copy("alter extension timescaledb update, as the first statement of a new session (psql -X)"));
}

static bool by_state(const struct policy_look *look, struct policy_verdict *verdict)
{
	return tell(verdict, mem_format("job %lld is %s", (long long)look->job_id, look->state ? look->state : "unknown"), run_by_hand(look));
}

void policy_find_cause(const struct policy_look *look, bool is_late, struct policy_verdict *verdict)
{
	static const struct {
		bool (*holds)(const struct policy_look *look, struct policy_verdict *verdict);
		bool is_innocent; /* no fault of the job's: it ends the search, and is told only where work is undone */
	} rules[] = {
		{by_edition, false}, {by_restoring, false}, {by_no_scheduler, false}, {by_pause, false}, {by_blocker, false}, {by_running, true},
		{by_failure, false}, {by_hand_only, true}, {by_crash, false}, {by_starving, false}, {by_stuck_start, false}, {by_never_run, true},
		{by_late_start, false}, {by_frozen_chunks, true}, {by_owner, false}, {by_false_failure, false}, {by_schedule, true},
		{by_wide_chunks, true}, {by_throttle, true}, {by_hollow_success, true}, {by_version, true}, {by_state, true},
	};
	size_t i = 0;

	while (!rules[i].holds(look, verdict))
		i++;
	if (is_late || !rules[i].is_innocent)
		return;
	mem_free(verdict->cause);
	mem_free(verdict->mend);
	verdict->cause = verdict->mend = NULL;
}
