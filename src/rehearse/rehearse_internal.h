/* The parts of a rehearsal: rehearse.c leads, rehearse_fill.c copies into the scratch database (scratch/scratch.h),
 * rehearse_judge.c knows what must not be rehearsed,
 * rehearse_measure.c asks what a step did, rehearse_sample.c watches the steps that commit by themselves,
 * rehearse_table.c tells. All in a task. */
#ifndef PGTEND_MIGRATE_REHEARSE_INTERNAL_H
#define PGTEND_MIGRATE_REHEARSE_INTERNAL_H

#include "pgtend/migrate/plan.h"
#include "pgtend/rehearse/rehearse.h"
#include "pgtend/pg/dump.h"
#include "pgtend/restore/fill.h"
#include "pgtend/scratch/scratch.h"

enum { RESTORE_JOBS = 2 };

/* --- filling it ---------------------------------------------------------------------------------------- */

struct source_facts { /* what the source says of itself, asked once */
	int64_t bytes;
	char *data_directory; /* NULL: not told */
	char *started;        /* of its server; the same text elsewhere: the same server */
	bool is_super, is_restoring;
	struct words extensions, needed_versions; /* side by side; "": any version will do */
};
PGTEND_CHECK bool source_ask(struct session *session, struct source_facts *facts, struct err *err);
void source_done(struct source_facts *facts);
/* Room for dump and copy, extensions, versions: before anything is made. */
PGTEND_CHECK bool rehearse_check(
    struct scratch *scratch, const struct source_facts *facts, bool is_schema_only, struct err *err);
/* pg_dump, and that dump into the scratch database. */
PGTEND_CHECK bool rehearse_fill(struct scratch *scratch, const struct ledger *ledger, const struct source_facts *facts,
    const struct dump_tools *tools, bool is_schema_only, struct session *source, struct err *err);

/* --- what must not be rehearsed ----------------------------------------------------------------------------- */

/* Statements and psql commands that would reach out of the scratch database and that nothing can take back.
 * FILE:LINE:COL. On another server what stays there is only warned of. */
PGTEND_CHECK bool rehearse_judge(const struct plan *plan, bool is_elsewhere, struct report *report, struct err *err);

/* --- measuring ----------------------------------------------------------------------------------------------- */

struct rehearse_step {
	const char *name; /* borrowed from the ledger */
	const char *path; /* borrowed from the plan */
	enum plan_mode mode;
	bool is_up, is_begun, is_done;
	bool has_rows;
	double duration_ms;
	int64_t rows;
	int64_t rewritten_bytes;
	struct words locks, rewritten, created, dropped, written, row_counts, invalid;
};

struct measure; /* opaque: what is known of the scratch database between two steps */
/* counts_rows: rows are counted exactly (not when the copy has none). */
PGTEND_CHECK bool measure_new(struct session *session, const struct ledger *ledger, bool counts_rows, bool is_elsewhere,
    struct report *report, struct measure **measure, struct err *err);
void measure_free(struct measure *measure);
PGTEND_CHECK bool measure_begin(
    struct measure *measure, struct session *session, bool is_first_of_transaction, struct err *err);
/* Before the commit: false when it did what must not be committed. */
PGTEND_CHECK bool measure_transaction(
    struct measure *measure, struct session *session, struct rehearse_step *step, struct err *err);
/* After a step that committed by itself; samples: "MODE OID" as rehearse_sample.c saw them. */
PGTEND_CHECK bool measure_committed(struct measure *measure, struct session *session, const struct words *samples,
    struct rehearse_step *step, struct err *err);
/* Invalid objects that are there now and were not at the beginning. */
void measure_left(const struct measure *measure, struct words *left);

/* Sees the locks of everybody else in the scratch database every few milliseconds, from a session of its own. */
struct sampler;
struct sampler *sampler_start(struct scratch *scratch);
/* What was seen ("MODE OID"); caller's. */
void sampler_stop(struct sampler *sampler, struct words *samples);

/* --- telling --------------------------------------------------------------------------------------------------- */

void rehearse_tell(const struct database *database, const struct rehearse_step *steps, int count,
    const struct err *failure, struct report *report);
/* As before it began. */
void rehearse_step_reset(struct rehearse_step *step);
void rehearse_steps_done(struct rehearse_step *steps, int count);

#endif
