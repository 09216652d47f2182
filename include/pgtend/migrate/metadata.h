/* migrate/metadata.h - what pgtend itself keeps of migrations, in the schema `pgtend` of the database.
 *
 * Owns: the tables pgtend.migrations (every run of a migration, either way: checksum, duration, who, from where, which pgtend, which backup
 * before it), pgtend.migration_progress (how far a file outside a transaction came) and pgtend.migration_runs (who ran, from when to
 * when). Never touches a tool's history table.
 * Absent, forbidden (`metadata = no`), not permitted, of another shape or somebody else's (whose triggers would run with our privileges)
 * means unknown, never an error. See doc in pgtend.ini(5).
 */
#ifndef PGTEND_MIGRATE_METADATA_H
#define PGTEND_MIGRATE_METADATA_H

#include "pgtend/migrate/plan.h"

struct metadata {
	bool is_there;  /* the tables exist and this role may write them */
	bool may_make;  /* they do not, but it may make them (or add what an older pgtend did not know yet) */
	char *why_not;  /* neither: in words; NULL */
	char *make;     /* what is missing, as statements; NULL */
	char *user, *host; /* of this machine */
	bool is_prepared;  /* the session has what metadata_prepare_sql() prepared; who sent it says so, and who loses the session takes it back */
};
/* One question. In a task. Fails only when the connection does. */
PGTEND_CHECK bool metadata_look(const struct database *database, struct session *session, struct metadata *metadata, struct err *err);
/* Makes what is missing, where it may, as a transaction of its own (outside any other), and looks again: a run calls it once, under the
 * lock and before its first step. That it may not after all (an event trigger, a race) is no failure: then is_there stays false and
 * why_not says it. Fails only when the connection does. */
PGTEND_CHECK bool metadata_make(const struct database *database, struct session *session, struct metadata *metadata, struct err *err);
void metadata_done(struct metadata *metadata);

/* Each of the functions below gives one statement without a semicolon at its end, which runs in the transaction of what it tells of; NULL
 * unless metadata->is_there: nothing to send. Caller frees. */
/* CREATE SCHEMA and tables, as one DO statement; NULL unless may_make. metadata_make() sends it. */
char *metadata_ensure_sql(const struct metadata *metadata);
/* The duration is the server's: since the transaction began, or since the step before it in the same transaction ended; of PLAN_STATEMENTS
 * since its first statement began, and its progress is taken away. */
char *metadata_record_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, struct session *session);
char *metadata_forget_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, struct session *session);
/* For a session that is ours alone: prepares what both of the above then only execute, which spares the server the reading of the same
 * statement hundreds of times. */
char *metadata_prepare_sql(const struct metadata *metadata, const struct ledger *ledger, struct session *session);
/* PLAN_STATEMENTS: before statement `number` (from 0) runs, and after it did. */
char *metadata_progress_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, int number, bool is_done, struct session *session);
/* Nothing ran, only the history changed: action is "mark applied", "mark pending", "adopt" or "repair". Takes away the file's progress. */
char *metadata_note_sql(const struct metadata *metadata, const struct ledger *ledger, const struct migration_file *file, const char *action,
    struct session *session);
/* Who runs: sent once the lock is held and something is going to run; the second one when it has ended, however ("done", "failed",
 * "cancelled"). A run without an end is one that died. verb: "migrate up". */
char *metadata_begin_sql(const struct metadata *metadata, const struct ledger *ledger, const char *verb, struct session *session);
char *metadata_end_sql(
    const struct metadata *metadata, const struct ledger *ledger, const char *outcome, struct session *session);

/* Of a file whose run outside a transaction did not end: how far it came. */
struct metadata_progress {
	bool is_there;
	char *checksum;      /* of the file then */
	int done;            /* statements that ended well */
	bool is_unsettled;   /* one more was begun, and nobody wrote down how it ended */
};
/* Asks only where the tables are there. */
PGTEND_CHECK bool metadata_read_progress(const struct ledger *ledger, const struct plan_step *step, struct session *session,
    struct metadata_progress *progress, struct err *err);
void metadata_progress_done(struct metadata_progress *progress);
/* Fills the ledger's records, checksums of files and rows where known, and is_edited of files whose bytes are others now. In a task. A
 * record counts only while it can be of the same run as the history's row: another tool may have taken back and applied again. */
PGTEND_CHECK bool metadata_read(struct ledger *ledger, struct session *session, struct err *err);
/* Asks for what metadata_read() reads, once the history was looked at: the server works meanwhile. */
void metadata_ask(struct ledger *ledger, struct session *session);

#endif
