/* internal.h - what the files of timescale/ share. Nobody outside includes it. */
#ifndef PGTEND_TIMESCALE_INTERNAL_H
#define PGTEND_TIMESCALE_INTERNAL_H

#include "pgtend/probes/probe.h"
#include "pgtend/probes/sizes.h"
#include "pgtend/timescale/shapes.h"

extern const struct probe probe_chunks;
extern const struct probe probe_policies;

/* What is known about the retention of one hypertable. Numbers are seconds; negative: not known. */
struct retention_look {
	int64_t job_id;          /* 0: no policy */
	const char *state;       /* of the job: ok, running, paused, failing, overdue, crashed, never ran */
	double schedule_s;       /* how often the job runs */
	double took_s;           /* its last run */
	double overdue_s;        /* since when it should have started */
	double ok_ago_s;         /* since its last success */
	int64_t failures;        /* in a row */
	int64_t crashes;         /* in a row */
	bool has_next;           /* next start is a time */
	const char *last_error;  /* NULL: none, or not visible */
	const char *last_sqlstate;
	bool is_apache, is_restoring, is_scheduler_up;
	const char *no_scheduler; /* why this server can have none, in words; NULL: it can */
	int64_t past_chunks;     /* whole range past, by the policy */
	double past_s;           /* since when the oldest of them could have gone; negative for integer time */
};

struct retention_verdict {
	const char *verdict; /* "ok", "late", "no policy" */
	double late_s;       /* 0 when not late */
	int64_t late_chunks; /* 0 when not late */
	char *cause;         /* NULL or one line, raw; the caller frees it */
};
void retention_judge(const struct retention_look *look, struct retention_verdict *verdict);

#endif
