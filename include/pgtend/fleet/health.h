/* fleet/health.h - the one threshold engine: facts in, verdicts out. Console, `status`, `check` and `metrics` all ask here.
 *
 * Thresholds stand in health_thresholds[] with the source of their number, and may be set in [threshold] of pgtend.ini. What passed a limit comes back
 * only some way below it (threshold `hysteresis`), so that a number that trembles around its limit does not.
 */
#ifndef PGTEND_FLEET_HEALTH_H
#define PGTEND_FLEET_HEALTH_H

#include "pgtend/fleet/fleet.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_CRIT, VERDICT_UNKNOWN };
const char *verdict_word(enum verdict verdict); /* "ok", "warn", "crit", "unknown" */
/* Of two, the one that is told: crit, warn, unknown, ok. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

/* --- limits (health_limits.c) ------------------------------------------------------------------ */

enum limit_kind { LIMIT_SHARE, LIMIT_DURATION, LIMIT_COUNT };
struct health_threshold {
	const char *name;      /* key in [threshold] */
	enum limit_kind kind;
	const char *otherwise; /* default as text: "80%", "5min", "3" */
	const char *doc;       /* what it bounds, and where the number comes from */
};
extern const struct health_threshold health_thresholds[];
extern const int health_threshold_count;

/* A share as 0..1, a duration in seconds, or a count; as configured, else the default. An unknown name is a mistake in pgtend and dies. */
double health_limit(const struct fleet *fleet, const char *name);
/* false: [threshold] has an unknown name or a value that is none; err (ERR_CONFIG) begins with file:line. fleet_new() asks it. */
PGTEND_CHECK bool health_limits_check(const struct config *config, struct err *err);

/* --- findings ---------------------------------------------------------------------------------- */

enum measure_unit { MEASURE_COUNT, MEASURE_TOTAL /* only ever grows */, MEASURE_SECONDS, MEASURE_BYTES, MEASURE_RATIO };
struct measure_kind {
	const char *name;      /* "late": pgtend_retention_late_seconds, 'tracking location_events late' */
	enum measure_unit unit;
	const char *threshold; /* "retention_late": weighed by its _warn and _crit; NULL: told only */
	const char *doc;       /* one sentence */
};
struct measure {
	const struct measure_kind *kind;
	double value;
	double warn, crit; /* the limits, in the value's unit; negative: none */
	bool is_floor;     /* less is worse: passed from above */
};

/* What one check says of one thing. */
struct finding {
	const struct health_check *check; /* NULL: the server itself (whether it answers) */
	char *subject;                    /* a hypertable, a job, ...; NULL: the database as a whole */
	char *source;                     /* ingest: one source of it; NULL */
	char *policy;                     /* jobs: "retention of location_events"; NULL */
	int64_t job_id;                   /* the TimescaleDB job that it is about; 0 */
	enum verdict verdict;
	char *reason;                     /* one line, raw; NULL: nothing is wrong */
	char *note;                       /* what can be said though nothing is wrong; NULL */
	char *mend;                       /* what to type, or what to do; NULL */
	struct measure measures[8];
	int measure_count;
};

/* What one look found. */
struct health {
	enum verdict verdict;
	struct finding *findings; /* in the order of the checks */
	int finding_count;
	char *lacks;              /* why the check has nothing to say of this database at all, to follow its name: "has no TimescaleDB"; NULL */
	struct words reasons;     /* of findings that are not ok, worst first, one line each, raw */
};
void health_done(struct health *health);

/* --- checks (registry in health.c) ------------------------------------------------------------- */

struct judging; /* opaque: health_internal.h */
struct health_check {
	const char *name;           /* word of `check`: "retention" */
	const char *subject;        /* what a finding speaks of, as a label: "hypertable"; NULL: always of the database */
	const enum fact *facts;     /* what must have been asked, ended by FACT_COUNT */
	bool is_of_timescaledb;     /* says nothing about a database without it */
	const struct measure_kind *measures; /* name NULL ends */
	const char *doc;            /* one line: what it looks at */
	const char *nothing;        /* said where there was nothing to find: "no hypertable" */
	void (*judge)(struct judging *judging);
};
extern const struct health_check *const health_checks[];
extern const int health_check_count;
const struct health_check *health_check_find(const char *name); /* NULL: none */
/* Every fact that these checks read, once each, ended by FACT_COUNT. */
void health_facts(const struct health_check *const *checks, int count, enum fact facts[FACT_COUNT + 1]);

/* Whatever is wrong, by all checks whose facts are there: what was not asked is no finding. To be done. */
void health_judge(const struct fleet *fleet, const struct database *database, struct health *health);
/* One check alone, with everything that it has to say: facts that could not be had are a finding of unknown verdict. To be done. */
void health_check_run(const struct fleet *fleet, const struct database *database, const struct health_check *check, struct health *health);

/* --- what has passed a limit (health_memory.c) ------------------------------------------------- */

struct health_memory; /* opaque, the fleet's: which limits were passed and not left again */
struct health_memory *health_memory_new(void);
void health_memory_free(struct health_memory *memory); /* NULL is nothing */
/* For one-shot checks, which come back as a new process: $XDG_STATE_HOME/pgtend/check. A file that is damaged or missing is an empty one. */
void health_memory_load(struct fleet *fleet, const struct database *database, const struct health_check *check);
/* Writes only what has changed since it was loaded. */
PGTEND_CHECK bool health_memory_save(struct fleet *fleet, const struct database *database, const struct health_check *check, struct err *err);

/* One row a database: the row of FLEET and of `status` (shape status_shape). Missing facts give nulls. Caller frees. */
struct table *health_overview(const struct fleet *fleet, struct database *const *databases, int count);
extern const struct table_shape status_shape;

#endif
