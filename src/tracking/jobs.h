/* jobs.h - what jobs_say.c (what would be done) and jobs_do.c (does it) share. */
#ifndef PGTEND_TRACKING_JOBS_H
#define PGTEND_TRACKING_JOBS_H

#include "internal.h"

struct doing {
	struct acts acts;
	const struct tracking_jobs *jobs;
	struct job_list list;
	struct table *rows;
};

bool job_is_kind(const struct job_row *row, const char *kind);
/* A row of tracking_runs_shape. pids: who stands in its way; may be NULL. */
void jobs_add_row(struct doing *doing, const struct job_row *row, const struct words *pids);
/* Who paused a job had a reason: run among others it stays as it is. */
bool jobs_is_passed_over(const struct doing *doing, const struct job_row *row);
void jobs_pass_over(struct doing *doing, struct job_row *row);
/* Says what would be done, with rows. is_run: of a run by hand, not of what the scheduler will do. */
PGTEND_CHECK bool jobs_plan(struct doing *doing, bool is_run, struct err *err);
void jobs_tell_plan(struct doing *doing); /* the summary */

#endif
