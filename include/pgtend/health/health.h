/* health/health.h - the one threshold engine: facts in, verdicts out. Console, `status`, `check` and `metrics` all ask here.
 *
 * The numbers that it holds them against are fleet/limits.h.
 */
#ifndef PGTEND_HEALTH_HEALTH_H
#define PGTEND_HEALTH_HEALTH_H

#include "pgtend/fleet/limits.h"

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
	bool is_for_asking;               /* worth telling who asks for this check alone; among all of them no trouble */
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
	bool is_forbidden;        /* lacks it because the role may not look: that is said even where other checks are well */
	struct words unseen;      /* all together: the checks that could not look, one line each with what lets them: "replication cannot be checked: ..." */
	struct words reasons;     /* of findings that are not ok, worst first, one line each, raw */
};
void health_done(struct health *health);

/* --- checks (registry in health.c) ------------------------------------------------------------- */

struct judging; /* opaque: internal.h */
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
/* By its name or another word for it ("idle" is transactions). NULL: none. */
const struct health_check *health_check_find(const char *name);
/* Every fact that these checks read, once each, ended by FACT_COUNT. */
void health_facts(const struct health_check *const *checks, int count, enum fact facts[FACT_COUNT + 1]);

/* Whatever is wrong, by all checks whose facts are there: what was not asked is no finding. To be done. */
void health_judge(const struct fleet *fleet, const struct database *database, struct health *health);
/* One check alone, with everything that it has to say: facts that could not be had are a finding of unknown verdict. To be done. */
void health_check_run(const struct fleet *fleet, const struct database *database, const struct health_check *check, struct health *health);

/* One row a database: the row of FLEET and of `status` (shape status_shape). Missing facts give nulls. Caller frees. */
struct table *health_overview(const struct fleet *fleet, struct database *const *databases, int count);
extern const struct table_shape status_shape;

#endif
