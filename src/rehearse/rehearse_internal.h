/* The parts of a rehearsal: rehearse.c leads, rehearse_scratch.c makes and drops the scratch database, rehearse_sweep.c
 * drops those of dead runs, rehearse_fill.c copies into it, rehearse_judge.c knows what must not be rehearsed,
 * rehearse_measure.c asks what a step did, rehearse_sample.c watches the steps that commit by themselves,
 * rehearse_table.c tells. All in a task. */
#ifndef PGTEND_MIGRATE_REHEARSE_INTERNAL_H
#define PGTEND_MIGRATE_REHEARSE_INTERNAL_H

#include "pgtend/migrate/plan.h"
#include "pgtend/rehearse/rehearse.h"
#include "pgtend/pg/dump.h"

enum { REHEARSE_DEADLINE_MS = 15000, REHEARSE_READY_MS = 15000 };

/* --- the scratch database --------------------------------------------------------------------------- */

/* Its files are those that a killed run leaves: FOLDER/DBNAME.lock, locked and with the notes of its children, and
 * FOLDER/DBNAME.dump. */
struct scratch {
	struct fleet *fleet;
	struct database *source;
	struct report *report;
	char *dbname;             /* "pgtend_rehearse_core_1f3a5c7e" */
	struct conninfo *info;    /* the scratch database's */
	struct database database; /* the source's section at the scratch database's address */
	struct server server;     /* of it, when it is another one than the source's */
	bool is_elsewhere;        /* --on, and it really is another server */
	bool is_super;            /* our role there */
	char *where;              /* "db2:5432"; for people */
	struct session *keeper;   /* to a database that stays; its advisory lock says that the scratch database is in use */
	bool is_made;
	char *folder, *lock_path, *dump_path;
	int lock_fd;
};
/* For sessions that are idle for as long as the copy is filled. */
PGTEND_CHECK bool rehearse_stay(struct session *session, struct err *err);
/* Address and keeper; the orphans of dead runs are dropped. err: cannot be reached, a pooler, no right to create
 * databases, ... */
PGTEND_CHECK bool scratch_open(struct scratch *scratch, const char *on, struct err *err);
/* Makes it with encoding and locale of the source. */
PGTEND_CHECK bool scratch_make(struct scratch *scratch, struct session *source, struct err *err);
/* The source's ALTER DATABASE ... SET, once it is filled: default_transaction_read_only may be one of them. */
PGTEND_CHECK bool scratch_settings(struct scratch *scratch, struct session *source, struct err *err);
/* A session to it. Caller frees. NULL: err. */
struct session *scratch_session(struct scratch *scratch, const char *verb, struct err *err);
/* false: the keeper's connection, and so the lock, is lost. */
PGTEND_CHECK bool scratch_is_kept(const struct scratch *scratch, struct err *err);
/* Drops it and takes its files away, also when the task was cancelled. false: it stays, *err says why. */
PGTEND_CHECK bool scratch_close(struct scratch *scratch, struct err *err);

/* rehearse_sweep.c: drops what dead runs left on the keeper's server, and their files here. */
void scratch_sweep(struct scratch *scratch);

/* --- filling it ---------------------------------------------------------------------------------------- */

struct source_facts { /* what the source says of itself, asked once */
	int64_t bytes;
	char *data_directory; /* NULL: not told */
	char *started;        /* of its server; the same text elsewhere: the same server */
	bool is_super, is_restoring;
	struct words extensions, versions;
};
PGTEND_CHECK bool source_ask(struct session *session, struct source_facts *facts, struct err *err);
void source_done(struct source_facts *facts);
/* Room for dump and copy, extensions, versions: before anything is made. */
PGTEND_CHECK bool scratch_check(
    struct scratch *scratch, const struct source_facts *facts, bool is_schema_only, struct err *err);
/* pg_dump, pg_restore, ANALYZE. */
PGTEND_CHECK bool scratch_fill(struct scratch *scratch, const struct ledger *ledger, const struct source_facts *facts,
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
