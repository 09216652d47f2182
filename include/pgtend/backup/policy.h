/* backup/policy.h - what the configuration wants of a database's backups: when one is due, which may go.
 *
 * Owns: the rules, as plain functions of a list and a clock. Must not know: files, servers. A clock that went back
 * makes nothing old and nothing new: a backup from the future counts for nothing and is left alone.
 */
#ifndef PGTEND_BACKUP_POLICY_H
#define PGTEND_BACKUP_POLICY_H

#include "pgtend/archive/archive.h"

enum backup_every { BACKUP_NEVER, BACKUP_DAILY, BACKUP_WEEKLY };
struct backup_policy {
	enum backup_every every;
	double keep_s;    /* how long one is kept at least; negative: for ever */
	int64_t keep_min; /* so many verified ones stay, however old they are */
};
/* Keys backup, keep, keep_min. */
struct backup_policy backup_policy_of(const struct section *section);

/* Made in the same way, so that their sizes can be compared: form and compression. */
bool backup_is_alike(const struct archive *one, const struct archive *other);

/* Whether one is due. By days of UTC, which has no summer time: daily, when the last good one is of an earlier day (and four hours old, so that
 * several tries in a night around its midnight take one); weekly, when it is of the seventh day before or earlier. *why, a clause that follows
 * "due: " or "not due: ", is the caller's. */
bool backup_is_due(const struct backup_policy *policy, const struct archives *archives, int64_t now_us, char **why);

/* What becomes of each. */
enum prune_fate {
	PRUNE_FOREVER,  /* stays: `keep` is not set */
	PRUNE_YOUNG,    /* stays: younger than keep */
	PRUNE_LEAST,    /* stays: one of keep_min, or no newer good one */
	PRUNE_STOPPED,  /* stays: no new backup comes any more, what is there may be all that there will be */
	PRUNE_AHEAD,    /* left alone: from the future */
	PRUNE_DAMAGED,  /* left alone: not what pgtend wrote, or not all of it */
	PRUNE_REMOVE,   /* goes: older than keep, and enough newer good ones */
	PRUNE_HUSK,     /* goes: only the manifest is left of it, and the same */
};
/* "kept", "kept", ..., "removed". */
const char *prune_fate_word(enum prune_fate fate);
/* fates: one for each of archives. */
void backup_prune_plan(const struct backup_policy *policy, const struct archives *archives, int64_t now_us, enum prune_fate *fates);
/* How many good ones must stay whatever their age: keep_min, at least 1. */
int64_t backup_least(const struct backup_policy *policy);

#endif
