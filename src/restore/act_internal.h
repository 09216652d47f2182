/* src/restore/act_internal.h - the parts of the verb: intent.c writes down what was asked for, target.c chooses names,
 * live.c looks at what is to be replaced, place.c gives the whole database its name, act.c leads, leftover.c mends. */
#ifndef PGTEND_RESTORE_ACT_INTERNAL_H
#define PGTEND_RESTORE_ACT_INTERNAL_H

#include "pgtend/restore/act.h"
#include "pgtend/restore/restore.h"
#include "pgtend/scratch/scratch.h"

/* --- intent.c ------------------------------------------------------------------------------------------------------ */

/* What a restore was asked for, beside its target's name. Only this account's own file is believed, never what a server says. */
struct intent {
	char *scratch, *database, *dbname; /* the target while it is filled; section; the live database */
	char *from;                        /* the dump's path */
	char *name;                        /* that the target gets in the end; of is_replace the live one's */
	char *role;
	bool is_replace, no_owner, resume_jobs;
	int jobs;
	int64_t live_oid;                  /* of what is replaced; 0: nothing is */
	char *comment;                     /* that the named one gets; NULL: none */
};
PGTEND_CHECK bool intent_write(const struct intent *intent, struct err *err);
/* false: there is none, or it cannot be read. */
bool intent_read(const char *scratch, struct intent *intent);
void intent_forget(const char *scratch);
void intent_done(struct intent *intent);

/* --- target.c ------------------------------------------------------------------------------------------------------- */

/* Cut so that `tail` fits into 63 bytes. Caller frees. */
char *target_name(const char *dbname, const char *tail);
/* The first of NAME, NAME_2, NAME_3 ... that no database has. Caller frees; NULL: err. */
char *target_free_name(struct session *session, const char *dbname, const char *tail, struct err *err);
PGTEND_CHECK bool target_exists(struct session *session, const char *name, bool *is_there, struct err *err);

/* --- live.c ---------------------------------------------------------------------------------------------------------- */

struct live { /* the database that gives its name away */
	bool is_there;
	int64_t oid, bytes;                     /* bytes -1: not told */
	char *owner, *comment, *tablespace, *slots;
	bool has_timescale;
	int64_t jobs;                           /* of TimescaleDB, that run; 0 */
	int64_t tables, rows;                   /* as the statistics have them; -1: cannot be asked */
};
/* err: what would keep it from giving its name away. session: not in it. */
PGTEND_CHECK bool live_look(struct fleet *fleet, struct database *database, struct session *session, struct live *live, struct err *err);
void live_done(struct live *live);
/* Who is connected, as lines. */
void live_clients(struct session *session, const char *dbname, struct words *lines);

/* --- place.c ----------------------------------------------------------------------------------------------------------- */

struct placing {
	struct fleet *fleet;
	struct database *database;
	struct scratch *scratch; /* keeper and report; its dbname is not looked at */
	const struct intent *intent;
	char *old;               /* out: what the live one is called now; NULL */
	bool is_old_closed;
};
/* The target gets its name. On false nothing has changed, or err says what has. */
PGTEND_CHECK bool place_target(struct placing *placing, struct err *err);
/* What a rename stops: TimescaleDB's workers in the database of this name. */
PGTEND_CHECK bool place_workers(struct fleet *fleet, struct database *database, const char *dbname, struct err *err);
/* Last steps behind the names. */
PGTEND_CHECK bool place_touch(struct placing *placing, struct err *err);

#endif
