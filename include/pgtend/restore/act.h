/* restore/act.h - the verb restore: which dump, under which name, what becomes of the database that has the name now.
 *
 * Always into a new database. While it is filled it is called pgtend_restore_DB_XXXXXXXX, its comment says who works on
 * it, an advisory lock and a locked file say that he lives, and what he was asked for stands in
 * $XDG_STATE_HOME/pgtend/restore/NAME.json. It gets the name that people use when it is whole and compared.
 *
 * --replace changes both names in ONE transaction: first the live one becomes DB_YYYYMMDD[_n], then the new one gets its
 * name. Nobody can connect between: the server holds its lock on the database, clients are ended meanwhile, and who
 * comes just then is told that the database was renamed, and finds the new one at the next try. So a crash finds
 *   before the dump is in:      the live one as it was; a marked target    --finish begins again, --drop drops it
 *   between that and the names: the live one as it was; a whole target     --finish changes the names, --drop drops it
 *   in that transaction:        either all of it or nothing of it happened (clients may have been ended for nothing;
 *                               TimescaleDB's workers of the live one may stand still: --finish and --drop start them)
 *   behind it:                  the new one lives; the comment says what lacks (TimescaleDB's workers, whom a rename
 *                               stops); --finish does it
 * The old one is never dropped. It takes no connections when it has jobs of TimescaleDB that would go on running in it.
 * In a task.
 */
#ifndef PGTEND_RESTORE_ACT_H
#define PGTEND_RESTORE_ACT_H

#include "pgtend/core/report.h"
#include "pgtend/core/table.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/probes/probe.h"

struct restore_request {
	const char *which;  /* "latest", an ID, a path; NULL: latest */
	const char *as;     /* the new database's name; NULL without is_replace: DB_restored_STAMP */
	bool is_replace;
	int jobs;
	bool no_owner;
	const char *role;
	bool resume_jobs;
};
/* What would be done, line by line. */
PGTEND_CHECK bool restore_preview(struct fleet *fleet, struct database *database, const struct restore_request *request,
    struct words *lines, struct err *err);
PGTEND_CHECK bool restore_run(struct fleet *fleet, struct database *database, const struct restore_request *request,
    struct report *report, struct err *err);
extern const struct table_shape restore_shape;

/* FACT_RESTORES: what restores left, and those that are at work. */
extern const struct probe restores_probe;
extern const struct table_shape restores_shape;

/* --- what interrupted restores left ------------------------------------------------------------------------------ */

enum restore_stage {
	RESTORE_FILLING, /* it died while the rows came */
	RESTORE_WHOLE,   /* whole, without its name */
	RESTORE_NAMED,   /* has its name, a last step lacks */
};
struct restore_leftover {
	char *database;     /* section */
	char *dbname;       /* as it is called now */
	char *scratch;      /* as it was called while it was filled */
	int64_t oid;
	enum restore_stage stage;
	bool is_running;    /* no leftover: somebody works on it now */
	bool is_known;      /* what was asked for is known here: it can be finished */
	bool is_replace;    /* of what is known */
	char *comment;      /* the marker: since when, who; NULL */
};
struct restore_leftovers {
	struct restore_leftover *v;
	int count;
};
void restore_leftovers_done(struct restore_leftovers *leftovers);
/* Of one database (its section's name) on the server that `session` is connected to. */
PGTEND_CHECK bool restore_leftovers_wait(const struct database *database, struct session *session,
    struct restore_leftovers *leftovers, struct err *err);
/* "pgtend_restore_core_1f3a5c7e was left half filled by a restore (since ..., by pid 12 on host): pgtend restore core --finish or --drop". Caller frees. */
char *restore_leftover_words(const struct restore_leftover *leftover);

/* is_drop: what can still be dropped is; else the newest is brought to its end. */
PGTEND_CHECK bool restore_mend_preview(
    struct fleet *fleet, struct database *database, bool is_drop, bool *is_replace, struct words *lines, struct err *err);
PGTEND_CHECK bool restore_mend(
    struct fleet *fleet, struct database *database, bool is_drop, struct report *report, struct err *err);

#endif
