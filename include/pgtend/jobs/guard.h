/* jobs/guard.h - what may run where (DESIGN 7). One function decides for prompt, key, shell and script. */
#ifndef PGTEND_JOBS_GUARD_H
#define PGTEND_JOBS_GUARD_H

#include "pgtend/core/err.h"
#include "pgtend/fleet/fleet.h"

enum guard_level { GUARD_L0, GUARD_L1, GUARD_L2, GUARD_L3 };
enum guard_from { GUARD_BY_KEY, GUARD_BY_PROMPT, GUARD_BY_SCRIPT };

struct guard_request {
	enum guard_level level;
	enum guard_from from;
	bool is_never_in_production;   /* seed, clean, reset, snapshot, rewind */
	bool is_ordered_by_config;     /* backup, prune, maintain in a script */
	const struct words *confirmed; /* --confirm NAME...; may be NULL */
};

enum guard_answer { GUARD_GO, GUARD_ASK, GUARD_REFUSED };
/* GUARD_ASK: *expect is the exact text to type ("y" or the database's name in the connection), caller frees. GUARD_REFUSED: err says why (ERR_REFUSED). */
enum guard_answer guard_decide(const struct guard_request *request, const struct database *database, char **expect, struct err *err);
/* The guard in words, for help and manual pages. Static. */
const char *guard_level_words(enum guard_level level, bool is_never_in_production, bool is_ordered_by_config);

enum { GUARD_UNLOCK_MOST_MINUTES = 240 };
/* `unlock DB MINUTES REASON`: kept in $XDG_STATE_HOME/pgtend/unlock, bound to the database's name and configuration. */
PGTEND_CHECK bool guard_unlock(const struct database *database, int minutes, const char *reason, struct err *err);
int guard_unlocked_s(const struct database *database); /* seconds left; 0: locked */

#endif
