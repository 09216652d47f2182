/* scratch/swap.h - a database that was made under another name gets the one that people use, and the one that has it
 * steps aside: both names in ONE transaction.
 *
 * Owns: what belongs to the database itself and is carried over, the transaction, ending those who are in the old one
 * meanwhile, what became of an answer that was lost. Must not know: who swaps, what was consented to, what becomes of
 * the old one. In a task; the names are changed by a session to postgres or template1.
 */
#ifndef PGTEND_SCRATCH_SWAP_H
#define PGTEND_SCRATCH_SWAP_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

struct swap {
	struct fleet *fleet;
	struct database *database; /* whose server it is */
	struct session *keeper;    /* in neither of the two; ends sessions, and knows afterwards what has happened */
	struct report *report;
	const char *verb;          /* "restore": stands in application_name */
	const char *name;          /* that people use */
	const char *fresh;         /* the new one's name until now */
	int64_t fresh_oid;
	const char *comment;       /* that it gets; NULL: none */
	/* The one that has the name. */
	const char *old;           /* its name from now on; NULL: nobody has it */
	int64_t old_oid;
	const char *old_comment;
	bool closes_old;           /* nobody may connect to it any more */
	bool opens_fresh;          /* the new one took no connections until now */
	/* Ends who is in the old one, again and again until nobody is; false: somebody must not be ended, who may still leave
	 * by himself. NULL: everybody is ended. */
	bool (*end_fn)(void *arg);
	void *end_arg;
};
/* Owner, privileges, settings, limits as `from` has them now go to `to`, which is soon called `known_as`; what cannot be given is
 * logged as the statement that gives it then. One transaction. */
PGTEND_CHECK bool swap_carry_over_wait(struct session *keeper, const char *from, const char *to, const char *known_as,
    struct report *report, struct err *err);
/* Only the settings, long before: for what is written into `to` while nobody uses it. What cannot be given is said when all is carried over. */
PGTEND_CHECK bool swap_carry_settings_wait(struct session *keeper, const char *from, const char *to, struct err *err);
/* All of it or nothing of it. Whoever is in the old one is ended, and who comes meanwhile. ERR_LOCKED: somebody who may
 * not be ended stays. Shield the task: neither half of it helps anybody. */
PGTEND_CHECK bool swap_names_wait(const struct swap *swap, struct err *err);

#endif
