#include "pgtend/jobs/job.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

const char *job_state_word(enum job_state state)
{
	static const char *const words[] = {
	    [JOB_WAITING] = "waiting",
	    [JOB_RUNNING] = "running",
	    [JOB_DONE] = "done",
	    [JOB_SKIPPED] = "skipped",
	    [JOB_FAILED] = "failed",
	    [JOB_CANCELLED] = "cancelled",
	};
	return words[state];
}

static void report_changed(void *arg)
{
	struct job *job = arg;
	event_emit(job->bus, EVENT_JOB, job, NULL);
}

static void tell(struct job *job)
{
	if (job->report.changed)
		job->report.changed(job->report.arg);
}

struct job *job_new(struct event_bus *bus, const char *title, struct database *database)
{
	static int last_number;
	struct job *job = MEM_NEW(struct job);
	job->number = ++last_number;
	job->title = mem_copy(title);
	job->database = database;
	job->bus = bus;
	job->report.changed = report_changed;
	job->report.arg = job;
	return job;
}

void job_free(struct job *job)
{
	if (!job)
		return;
	job->report.changed = NULL;
	report_done(&job->report);
	mem_free(job->title);
	mem_free(job);
}

void job_begin(struct job *job)
{
	job->state = JOB_RUNNING;
	job->started_us = units_now_us();
	tell(job);
}

void job_end(struct job *job, enum job_state state, const struct err *err)
{
	job->state = state;
	job->ended_us = units_now_us();
	/* A job that never began took no time, rather than all time since 1970. */
	if (!job->started_us)
		job->started_us = job->ended_us;
	if (err)
		job->err = *err;
	tell(job);
}
