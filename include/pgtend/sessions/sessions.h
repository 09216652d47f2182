/* sessions/sessions.h - what sessions do to each other: who waits for whom, who holds the xmin horizon, what is at work and how far; ending one of them.
 *
 * Owns: the probes FACT_LOCKS, FACT_HORIZON, FACT_PROGRESS and their SQL, the tree (tree.h), cancel and terminate.
 * Must not know: guards and questions (commands/ asks), screens.
 */
#ifndef PGTEND_SESSIONS_SESSIONS_H
#define PGTEND_SESSIONS_SESSIONS_H

#include "pgtend/core/report.h"
#include "pgtend/probes/probe.h"

/* Once, at start: puts the probes of this floor into the registry of probes/. */
void sessions_register(void);

/* --- locks --------------------------------------------------------------------------------------- */

enum { SESSIONS_MOST_WAITING = 200 };

/* Names of relations that another database than the asked one has (columns relation, relation_oid, relation_database, and index, index_oid where there are): asked of the
 * sessions of fleet databases that are open already, or with may_open of all. What cannot be had stays null. In a task. */
void sessions_name_relations(struct fleet *fleet, const struct server *server, struct table *table, bool may_open);
/* The branches of the tree, each whole, in which anybody is of one of these databases (names on the server). Caller frees. */
struct table *sessions_locks_of(const struct table *locks, const struct words *dbnames);
/* "cancel pid 4711: 12 of 12 go on" for each member of the minimum set, in its order, with the line that does it. */
void sessions_set_words(const struct fleet *fleet, const struct server *server, const struct table *locks, struct words *sentences, struct words *lines);
/* "everybody who waits is looked at", or how many are not; NULL: all are. Caller frees. */
char *sessions_cap_words(const struct table *locks);
/* How many go on when this process alone ends; 0: nobody waits for it, or locks is NULL. */
int64_t sessions_releases(const struct table *locks, int64_t pid);

/* --- the xmin horizon ---------------------------------------------------------------------------- */

/* "1.2 M transactions back by pid 4711 (app, idle in transaction for 2h)" of whoever holds it furthest back for this database; NULL: nobody. Sessions of other databases hold it
 * for the shared catalogs alone. Caller frees. */
char *sessions_culprit_words(const struct table *horizon, const struct database *database);
/* What to do about the culprit, as a line to type or in words; NULL: nobody holds it. Caller frees. */
char *sessions_culprit_mend(const struct table *horizon, const struct database *database);

/* --- ending one ---------------------------------------------------------------------------------- */

enum sessions_how { SESSIONS_CANCEL, SESSIONS_TERMINATE };

/* A session as it was shown. */
struct sessions_target {
	int64_t pid;
	char started[40];    /* backend_start as the server writes it; "": not looked up yet */
	int64_t started_us;  /* the same from elsewhere, when there is no text yet; 0: any */
};

/* Looks the session up, refuses what cannot be done in words (no such pid, of another database, a superuser's, nothing to cancel), and says who it is, what it does
 * and how many it would let go (preview). started of the target, where it is given, must be the session's: another one that got the same pid is refused. In a task. */
PGTEND_CHECK bool sessions_look(struct fleet *fleet, struct database *database, enum sessions_how how, struct sessions_target *target, struct words *preview, struct err *err);
/* Checks pid and backend_start once more in the statement that sends the signal, waits for what becomes of it, tells it in the report. In a task. */
PGTEND_CHECK bool sessions_end(struct fleet *fleet, struct database *database, enum sessions_how how, const struct sessions_target *target, struct report *report, struct err *err);
extern const struct table_shape sessions_end_shape;

#endif
