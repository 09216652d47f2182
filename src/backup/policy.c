/* backup/policy.c - rules of a list and a clock. */
#include <string.h>

#include "pgtend/backup/policy.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)

enum { DAILY_LEAST_HOURS = 4, DAYS_A_WEEK = 7, DAILY_STOPPED_DAYS = 3, WEEKLY_STOPPED_DAYS = 15 };

struct backup_policy backup_policy_of(const struct section *section)
{
	const char *every = section_text(section, "backup");
	struct backup_policy policy = {
	    .every = every == NULL                  ? BACKUP_NEVER
	             : strcmp(every, "daily") == 0  ? BACKUP_DAILY
	             : strcmp(every, "weekly") == 0 ? BACKUP_WEEKLY
	                                            : BACKUP_NEVER,
	    .keep_s = section_seconds(section, "keep"),
	    .keep_min = section_int(section, "keep_min"),
	};
	return policy;
}

bool backup_is_alike(const struct archive *one, const struct archive *other)
{
	const char *a = json_string_value(json_object_get(one->manifest, "compression"));
	const char *b = json_string_value(json_object_get(other->manifest, "compression"));
	return one->form == other->form && (a == b || (a != NULL && b != NULL && strcmp(a, b) == 0));
}

/* --- due --------------------------------------------------------------------------------------- */

/* Days since the epoch, UTC; before it too. */
static int64_t day_of(int64_t time_us)
{
	int64_t day = time_us / DAY_US;
	return time_us % DAY_US < 0 ? day - 1 : day;
}

static bool is_time(const struct backup_policy *policy, int64_t taken_us, int64_t now_us)
{
	int64_t days = day_of(now_us) - day_of(taken_us);
	if (policy->every == BACKUP_WEEKLY)
		return days >= DAYS_A_WEEK;
	return days >= 1 && now_us - taken_us >= DAILY_LEAST_HOURS * HOUR_US;
}

bool backup_is_due(const struct backup_policy *policy, const struct archives *archives, int64_t now_us, char **why)
{
	char age[UNITS_SIZE];
	const struct archive *good = archives_newest_good(archives, now_us);
	if (policy->every == BACKUP_NEVER) {
		*why = mem_copy("its policy is none");
		return false;
	}
	char *trouble = archives_newer_trouble(archives, good, now_us), *last;
	if (good == NULL)
		last = mem_copy(trouble == NULL ? "there is none yet" : "there is no good one");
	else {
		int64_t age_us = now_us - good->taken_us;
		last = mem_format("the last good one is %s old", units_age(age, age_us > 0 ? age_us / SECOND_US : 0));
	}
	*why = trouble == NULL ? mem_copy(last) : mem_format("%s (%s)", last, trouble);
	mem_free(last);
	mem_free(trouble);
	return good == NULL || is_time(policy, good->taken_us, now_us);
}

/* --- prune ------------------------------------------------------------------------------------- */

const char *prune_fate_word(enum prune_fate fate)
{
	switch (fate) {
	case PRUNE_FOREVER:
	case PRUNE_YOUNG:
	case PRUNE_LEAST:
	case PRUNE_STOPPED:
		return "kept";
	case PRUNE_AHEAD:
	case PRUNE_DAMAGED:
		return "left alone";
	case PRUNE_REMOVE:
	case PRUNE_HUSK:
		return "removed";
	}
	return "";
}

int64_t backup_least(const struct backup_policy *policy)
{
	return policy->keep_min > 1 ? policy->keep_min : 1;
}

static bool is_older_than_keep(const struct backup_policy *policy, const struct archive *archive, int64_t now_us)
{
	return (double)(now_us - archive->taken_us) / (double)SECOND_US > policy->keep_s;
}

/* The newest good one is older than its policy and `keep` allow: either backups have stopped, or the clock runs ahead. */
static bool has_stopped(const struct backup_policy *policy, const struct archive *newest, int64_t now_us)
{
	int64_t days = policy->every == BACKUP_DAILY ? DAILY_STOPPED_DAYS : WEEKLY_STOPPED_DAYS;
	return policy->every != BACKUP_NEVER && newest != NULL && now_us - newest->taken_us > days * DAY_US &&
	       is_older_than_keep(policy, newest, now_us);
}

static int64_t newer_good(const struct archives *archives, const struct archive *than, int64_t now_us)
{
	int64_t count = 0;
	for (int i = 0; i < archives->count; i++)
		count += archives->v[i].taken_us > than->taken_us && archive_is_good(&archives->v[i], now_us) && archive_is_same(&archives->v[i], than);
	return count;
}

static enum prune_fate fate_of(const struct backup_policy *policy, const struct archives *archives, const struct archive *archive,
    bool is_stopped, int64_t now_us)
{
	if (archive_is_ahead(archive, now_us))
		return PRUNE_AHEAD;
	if ((archive->trouble != NULL && !archive->is_gone) || archive->taken_us <= 0)
		return PRUNE_DAMAGED;
	if (policy->keep_s < 0)
		return PRUNE_FOREVER;
	if (!is_older_than_keep(policy, archive, now_us))
		return PRUNE_YOUNG;
	if (newer_good(archives, archive, now_us) < backup_least(policy))
		return PRUNE_LEAST;
	if (is_stopped)
		return PRUNE_STOPPED;
	return archive->is_gone ? PRUNE_HUSK : PRUNE_REMOVE;
}

void backup_prune_plan(const struct backup_policy *policy, const struct archives *archives, int64_t now_us, enum prune_fate *fates)
{
	bool is_stopped = has_stopped(policy, archives_newest_good(archives, now_us), now_us);
	for (int i = 0; i < archives->count; i++)
		fates[i] = fate_of(policy, archives, &archives->v[i], is_stopped, now_us);
}
