/* Is retention late, and why: from the ranges of the chunks first, from what the job says of itself second.
 *
 * A chunk can go only when its whole range is past, and the job comes by once a schedule: data older than
 * drop_after is there rightly for a chunk's width and a schedule more. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

enum { LEAST_GRACE_S = 300 };

static bool is_state(const struct policy_look *look, const char *state)
{
	return look->state && strcmp(look->state, state) == 0;
}

static char *failed_cause(const struct policy_look *look)
{
	const char *times = look->failures == 1 ? "time" : "times";

	if (!look->last_error)
		return mem_format("job %lld failed %lld %s (its error is not visible to this role)", (long long)look->job_id,
		                  (long long)look->failures, times);
	/* PostgreSQL minors newer than the extension: the work is committed, then recorded as failed */
	if (look->last_sqlstate && strcmp(look->last_sqlstate, "24000") == 0 && strstr(look->last_error, "portal"))
		return mem_format("job %lld is recorded as failed %lld %s though it may have done its work: "
		                  "the server's minor version is newer than this TimescaleDB",
		                  (long long)look->job_id, (long long)look->failures, times);
	return mem_format("job %lld failed %lld %s: %s", (long long)look->job_id, (long long)look->failures, times,
	                  look->last_error);
}

/* The first that holds. Restoring mode comes before the scheduler, because it is why there is none. */
static char *find_cause(const struct policy_look *look)
{
	char age[UNITS_SIZE];
	long long job = (long long)look->job_id;

	if (look->is_apache)
		return mem_copy("Apache edition: policies do not run in it");
	if (look->is_restoring)
		return mem_copy("timescaledb.restoring is on: no job runs until timescaledb_post_restore()");
	/* a job that is recorded as failed was started by somebody all the same */
	if (look->no_scheduler && look->failures > 0)
		return failed_cause(look);
	if (look->no_scheduler)
		return mem_format("%s: job %lld runs only by hand", look->no_scheduler, job);
	if (!look->is_scheduler_up)
		return mem_copy("no TimescaleDB scheduler runs in this database: no job starts by itself");
	if (is_state(look, "paused"))
		return mem_format("job %lld is paused", job);
	if (is_state(look, "running"))
		return mem_format("job %lld is running now", job);
	if (look->failures > 0)
		return failed_cause(look);
	if (is_state(look, "never ran"))
		return mem_format("job %lld never ran", job);
	if (look->crashes > 0)
		return mem_format("job %lld crashed %lld %s", job, (long long)look->crashes, look->crashes == 1 ? "time" : "times");
	if (!look->has_next)
		return mem_format("job %lld has no next start and does not run: stuck since a crash or a failover", job);
	if (look->overdue_s > 2 * look->schedule_s)
		return mem_format("job %lld should have started %s ago: no background worker was free", job,
		                  units_age(age, (int64_t)look->overdue_s));
	if (look->ok_ago_s >= 0)
		return mem_format("job %lld says it succeeded %s ago, yet the chunks are there", job,
		                  units_age(age, (int64_t)look->ok_ago_s));
	return mem_format("job %lld is %s", job, look->state ? look->state : "unknown");
}

static bool is_late(const struct policy_look *look)
{
	double grace_s = look->took_s * 2 > LEAST_GRACE_S ? look->took_s * 2 : LEAST_GRACE_S;

	if (look->due_chunks == 0)
		return false;
	/* integer time has no seconds: then the job must have come by within its schedule */
	if (look->due_s < 0)
		return look->ok_ago_s < 0 || look->ok_ago_s > look->schedule_s + grace_s;
	return look->due_s >= look->schedule_s + grace_s;
}

static const char *late_word(const struct policy_look *look)
{
	return look->kind == POLICY_REFRESH ? "stale" : "late";
}

static double late_for(const struct policy_look *look)
{
	double grace_s = look->took_s * 2 > LEAST_GRACE_S ? look->took_s * 2 : LEAST_GRACE_S;
	double behind_s = look->lag_s;

	if (look->kind != POLICY_REFRESH)
		return is_late(look) && look->due_s > 0 ? look->due_s : 0;
	behind_s -= (look->end_offset_s > 0 ? look->end_offset_s : 0) + (look->bucket_s > 0 ? look->bucket_s : 0) + look->schedule_s + grace_s;
	return behind_s > 0 ? behind_s : 0;
}

void policy_judge(const struct policy_look *look, struct policy_verdict *verdict)
{
	memset(verdict, 0, sizeof *verdict);
	if (look->job_id == 0) {
		verdict->verdict = "no policy";
		verdict->cause = look->is_apache ? mem_copy("Apache edition: it has no policies") : NULL;
		return;
	}
	verdict->late_s = late_for(look);
	verdict->verdict = "ok";
	if (look->kind == POLICY_REFRESH ? verdict->late_s > 0 : is_late(look)) {
		verdict->verdict = late_word(look);
		verdict->late_chunks = look->kind == POLICY_REFRESH ? 0 : look->due_chunks;
		verdict->cause = find_cause(look);
	}
}

void policy_judge_job(const struct policy_look *look, struct policy_verdict *verdict)
{
	memset(verdict, 0, sizeof *verdict);
	verdict->verdict = "ok";
	if (is_state(look, "ok") || is_state(look, "running"))
		return;
	verdict->verdict = late_word(look);
	verdict->cause = find_cause(look);
}

void policy_verdict_done(struct policy_verdict *verdict)
{
	mem_free(verdict->cause);
	mem_free(verdict->mend);
	memset(verdict, 0, sizeof *verdict);
}
