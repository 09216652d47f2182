/* tracking/tracking.h - what is done to hypertables: their jobs run, paused, resumed and set, chunks compressed, decompressed and dropped,
 * aggregates refreshed.
 *
 * Owns: the previews (chunks, bytes, locks, who stands in the way), the statements in the words of each version of TimescaleDB, what an action
 * came to (TimescaleDB keeps no record of a job that was run by hand). Must not know: verbs, guards, screens. Whether something is late is
 * judged in timescale/.
 *
 * All in a task, through a session of its own that honours the key lock_timeout. Without TimescaleDB, and in its Apache edition where that
 * cannot do it, the answer is ERR_UNSUPPORTED with what can be done instead.
 */
#ifndef PGTEND_TRACKING_TRACKING_H
#define PGTEND_TRACKING_TRACKING_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* Rows of the reports. */
extern const struct table_shape tracking_runs_shape;   /* one row a job that was run, paused, resumed or set */
extern const struct table_shape tracking_chunks_shape; /* one row a chunk that was, or would be, dropped, compressed, decompressed */
extern const struct table_shape tracking_refresh_shape; /* one row: the window of a refresh, and what became of the rows in it */

enum tracking_what { TRACKING_RUN, TRACKING_PAUSE, TRACKING_RESUME };
/* Which jobs. */
struct tracking_jobs {
	enum tracking_what what;
	int64_t job_id;             /* one job; 0: all policies of the kind */
	const char *kind;           /* "retention" */
	const struct words *tables; /* of these hypertables and aggregates only; NULL or empty: all */
	bool may_erase;             /* a refresh policy may take away rows of its aggregate whose raw rows are gone; else it is refused */
	bool is_dry_run;            /* says what would be done, in the report's log and rows */
};
/* A job that is paused is run only when it is named (job_id, tables): who paused it had a reason. */
PGTEND_CHECK bool tracking_jobs(
    struct fleet *fleet, struct database *database, const struct tracking_jobs *jobs, struct report *report, struct err *err);
/* Whether one of those jobs would. Changes nothing. */
PGTEND_CHECK bool tracking_jobs_erase(struct fleet *fleet, struct database *database, const struct tracking_jobs *jobs, bool *erases, struct err *err);
/* The chunks that those jobs would work on now, as rows of tracking_chunks_shape; locks and who stands in the way in the report's log. */
PGTEND_CHECK bool tracking_due(struct fleet *fleet, struct database *database, const struct tracking_jobs *jobs, struct table *rows,
    struct report *report, struct err *err);
/* How long rows are kept: a policy made, changed (it keeps its number, schedule and statistics) or taken away; all tables in one transaction. */
struct tracking_set {
	const char *after;          /* "30 days", for integer time a whole number in its units; "off": no policy any more */
	const char *every;          /* how often it runs; NULL: as it was, or TimescaleDB's own default */
	const struct words *tables; /* NULL or empty: the only hypertable */
	bool is_dry_run;
};
PGTEND_CHECK bool tracking_set(
    struct fleet *fleet, struct database *database, const struct tracking_set *set, struct report *report, struct err *err);

/* Chunks whose whole range is older: all of them in one transaction, or none. Works in the Apache edition too. */
struct tracking_drop {
	const char *older_than;     /* "30 days"; for integer time a whole number in its units */
	const struct words *tables; /* NULL or empty: all hypertables; an aggregate only when it is named */
	const char *shown;          /* what the preview gave in *shown: the very same is dropped; NULL */
	bool is_dry_run;
};
/* *shown (NULL: not wanted): the caller frees. */
PGTEND_CHECK bool tracking_drop(struct fleet *fleet, struct database *database, const struct tracking_drop *drop, struct report *report,
    char **shown, struct err *err);
/* Chunks compressed, or decompressed, one a transaction: who ends it in between leaves whole chunks, and hears which. */
struct tracking_compress {
	bool is_decompress;
	const char *older_than;     /* NULL: compress by the age of its policy; decompress all */
	const char *newer_than;     /* decompress; NULL */
	const struct words *tables; /* NULL or empty: all hypertables and aggregates that are compressed at all */
	bool is_dry_run;
};
PGTEND_CHECK bool tracking_compress(
    struct fleet *fleet, struct database *database, const struct tracking_compress *compress, struct report *report, struct err *err);
/* A continuous aggregate made anew over a window. Where the raw rows are gone that erases it: refused unless may_erase. */
struct tracking_refresh {
	const char *aggregate; /* "location_hourly", "mine.hourly" */
	const char *from;      /* as PostgreSQL reads it; NULL: where the oldest raw chunk begins that is there and that retention would keep */
	const char *to;        /* NULL: now */
	bool may_erase;
	bool is_dry_run;
};
PGTEND_CHECK bool tracking_refresh(
    struct fleet *fleet, struct database *database, const struct tracking_refresh *refresh, struct report *report, struct err *err);
/* Whether that window reaches where raw rows are gone. Changes nothing. */
PGTEND_CHECK bool tracking_refresh_erases(
    struct fleet *fleet, struct database *database, const struct tracking_refresh *refresh, bool *erases, struct err *err);

#endif
