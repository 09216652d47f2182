/* jobs/job.h - a running action. What JOBS draws and the command line prints.
 *
 * One job is one verb on one database (or on none). Its procedure runs in a task and writes into its report.
 */
#ifndef PGTEND_JOBS_JOB_H
#define PGTEND_JOBS_JOB_H

#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/event.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_SKIPPED, JOB_FAILED, JOB_CANCELLED };
const char *job_state_word(enum job_state state); /* "waiting", "running", "done", ... */

struct job {
	int number;                /* from 1, by process */
	char *title;               /* "migrate up core" */
	struct database *database; /* NULL: none */
	enum job_state state;
	int64_t started_us, ended_us;
	struct err err;            /* why it failed or was skipped */
	struct report report;
	struct event_bus *bus;     /* EVENT_JOB at every change; may be NULL */
};

struct job *job_new(struct event_bus *bus, const char *title, struct database *database);
void job_free(struct job *job);
void job_begin(struct job *job);
void job_end(struct job *job, enum job_state state, const struct err *err); /* err may be NULL */

#endif
