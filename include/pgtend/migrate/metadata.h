/* migrate/metadata.h - what pgtend itself keeps of migrations, in the schema `pgtend` of the database.
 *
 * Owns: the tables pgtend.migrations (what ran: checksum, duration, who, from where, which pgtend, which backup before it) and
 * pgtend.migration_progress (how far a file outside a transaction came). Never touches a tool's history table.
 * Absent, forbidden (`metadata = no`) or not permitted means unknown, never an error. See doc in pgtend.ini(5).
 */
#ifndef PGTEND_MIGRATE_METADATA_H
#define PGTEND_MIGRATE_METADATA_H

#include "pgtend/migrate/plan.h"

struct metadata {
	bool is_there;  /* the tables exist and this role may write them */
	bool may_make;  /* they do not, but it may make them */
	char *why_not;  /* neither: in words; NULL */
};
/* One question. In a task. Fails only when the connection does. */
PGTEND_CHECK bool metadata_look(const struct database *database, struct session *session, struct metadata *metadata, struct err *err);
void metadata_done(struct metadata *metadata);
/* The statements below have no semicolon at the end and run in the transaction of what they tell of; NULL: nothing to send. Caller frees. */
char *metadata_ensure_sql(const struct metadata *metadata); /* CREATE SCHEMA and tables, as one DO statement */
/* The duration is the server's: clock_timestamp() - now(). */
char *metadata_record_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, struct session *session);
char *metadata_forget_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, struct session *session);
/* PLAN_STATEMENTS: before statement `number` (from 0) runs, and after it did. */
char *metadata_progress_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, int number, bool is_done, struct session *session);

/* Of a file whose run outside a transaction did not end: how far it came. */
struct metadata_progress {
	bool is_there;
	char *checksum;      /* of the file then */
	int done;            /* statements that ended well */
	bool is_unsettled;   /* one more was begun, and nobody wrote down how it ended */
};
PGTEND_CHECK bool metadata_read_progress(const struct ledger *ledger, const struct plan_step *step, struct session *session,
    struct metadata_progress *progress, struct err *err);
void metadata_progress_done(struct metadata_progress *progress);
/* Fills checksum of the ledger's rows, where known, and is_edited of files whose bytes are others now. In a task. */
PGTEND_CHECK bool metadata_read(struct ledger *ledger, struct session *session, struct err *err);

#endif
