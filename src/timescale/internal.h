/* internal.h - what the files of timescale/ share. Nobody outside includes it. */
#ifndef PGTEND_TIMESCALE_INTERNAL_H
#define PGTEND_TIMESCALE_INTERNAL_H

#include "pgtend/probes/probe.h"
#include "pgtend/probes/sizes.h"
#include "pgtend/timescale/shapes.h"

extern const struct probe probe_chunks;
extern const struct probe probe_aggregates;
extern const struct probe probe_ingest;
extern const struct probe probe_chunk_list;
extern const struct probe probe_policies;

/* --- jobs (policies.c) ------------------------------------------------------------------------ */

/* In a task: adds all jobs of a database, one row each, to an empty table of policies_shape. */
PGTEND_CHECK bool policies_read(const struct probe_target *target, struct session *session, struct table *policies, struct err *err);
/* The row of the first job of that kind ("retention", "compression", "refresh") that works on the hypertable; -1: no policy. policies may be NULL. */
int policies_find(const struct table *policies, const char *kind, int64_t hypertable_id);

/* --- verdicts (judge.c, judge_cause.c) --------------------------------------------------------- */

enum policy_kind { POLICY_RETENTION, POLICY_COMPRESSION, POLICY_REFRESH };

/* What is known about one policy and what it works on. Seconds are negative when not known; texts are borrowed. */
struct policy_look {
	enum policy_kind kind;
	const char *database; /* its section's name, for the command that mends */
	const char *dbname;   /* its name in the server */
	const char *relation; /* what it works on: NAME, or SCHEMA.NAME outside of public */

	/* the job */
	int64_t job_id;          /* 0: no policy */
	const char *state;       /* ok, running, paused, failing, overdue, crashed, never ran */
	double schedule_s;       /* how often it runs */
	double took_s;           /* its last run */
	bool has_next;           /* its next start is a time */
	double overdue_s;        /* with has_next: since when it should have started; negative: it starts in so long */
	double ok_ago_s;         /* since its last success */
	int64_t failures;        /* in a row */
	int64_t crashes;         /* in a row */
	const char *last_error;  /* NULL: none, or not visible */
	const char *last_sqlstate;
	bool is_error_visible;   /* whether this role may see errors of this job */
	const char *owner;
	const char *owner_lacks; /* why its owner cannot run it: "may not log in"; NULL: it can */
	const char *blocked_by;  /* "pid 123 (psql, 4m)": who holds the lock that it waits for now; NULL: it does not wait */
	double running_s;        /* how long it has been running */
	double after_s;          /* age at which it acts (drop_after, compress_after) */
	double expected_s;       /* retention: what pgtend.ini counts on (key `retention`); never of an aggregate's */
	bool is_integer;         /* integer time: after_s, start_offset_s, end_offset_s, raw_drop_after_s are in its units */

	/* the database */
	bool is_apache, is_restoring, is_scheduler_up;
	bool is_standby;              /* jobs run on its primary */
	const char *no_scheduler;     /* why this server can have none, in words; NULL: it can */
	const char *version_mismatch; /* "the server has TimescaleDB 2.19.3, this database 2.17.2"; NULL: they agree */
	int64_t workers, workers_max; /* background workers that the server runs, and may run; 0: not known */

	/* what it works on: retention and compression */
	int64_t due_chunks;      /* chunks that it should have taken, their whole range past */
	double due_s;            /* since when the oldest of them could have gone; negative: integer time */
	int64_t frozen_chunks;   /* of those, frozen ones */
	int64_t max_chunks;      /* compression: how many it takes in one run; 0: all */
	double chunk_s;          /* time that one chunk covers */
	double raw_drop_after_s; /* compression: when retention drops the same chunks. refresh: what it is made of */

	/* refresh */
	double lag_s;            /* age of the watermark */
	double bucket_s;
	double start_offset_s;   /* negative: from the beginning */
	double end_offset_s;     /* negative: up to the end */
	bool is_behind;          /* the same of integer time, which has no ages: a chunk of what it is made of begins behind the watermark */
	double raw_lag_s;        /* age of the newest row that could be in it: an aggregate that has all there is, is fresh */
};

struct policy_verdict {
	const char *verdict; /* "ok", "late" (refresh: "stale"), "never" (compression), "erasing" (refresh), "no policy" */
	double late_s;       /* 0 when not late */
	int64_t late_chunks; /* 0 when not late */
	char *cause;         /* one line, raw; NULL: nothing to say. With "ok": what is odd in how it is set up */
	char *mend;          /* what to type, or a sentence on what to do; NULL: nothing */
};

void policy_judge(const struct policy_look *look, struct policy_verdict *verdict);
/* Why the job itself does not do its work, whatever there is to do: cause and mend, NULL when it does. */
void policy_judge_job(const struct policy_look *look, struct policy_verdict *verdict);
void policy_verdict_done(struct policy_verdict *verdict);
/* Sets cause and mend to the first cause that holds. is_late: there is work that should be done; else only what the job is to blame for. */
void policy_find_cause(const struct policy_look *look, bool is_late, struct policy_verdict *verdict);
/* "30 days", "6 hours", "90 seconds": as an interval and as people say it. */
char *policy_interval(double seconds);
/* A pgtend command for the look's database: "pgtend VERB DATABASE REST". rest may be NULL. */
char *policy_command(const struct policy_look *look, const char *verb, const char *rest);

/* Makes a new look of what policies_read() and the configuration know: the job (row -1: no policy) and the database. Its texts are those of `policies`.
 * The caller adds kind where row is -1, relation, due_*, frozen_chunks, chunk_s, and for refresh lag_s, bucket_s, raw_*. */
void policy_look_fill(const struct probe_target *target, const struct table *policies, int row, struct policy_look *look);

/* --- verdicts of a row of FACT_CHUNKS (judge_chunks.c) ----------------------------------------- */

/* What one of its policies should have taken. */
struct chunks_due {
	int64_t chunks;
	double since_s; /* negative: integer time, or none */
	int64_t frozen; /* of those, frozen ones */
};

/* Sets what the jobs say (retention_*, compression_*, drop_after_s, compress_after_s) and both verdicts with late_s, late_chunks, cause, mend in a row whose
 * schema, name, kind, hypertable_id and chunk_interval_s are set. Leaves late_bytes and compress_late_bytes to the caller: 0 where nothing is late. */
void chunks_judge(const struct probe_target *target, const struct table *policies, struct table *chunks, int row,
                  const struct chunks_due *retention, const struct chunks_due *compression);

#endif
