/* backup/prune.c - backups that are old enough go, where enough newer ones are proven to be good. */
#include <string.h>

#include "backup_internal.h"
#include "pgtend/backup/policy.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"
#include "pgtend/loop/task.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"id", CELL_TEXT, "backup", 0, "Its name without ending."},
    {"fate", CELL_TEXT, "fate", 0, "removed, to be removed (--dry-run, or it came to nothing), kept, or left alone (nothing that pgtend may judge)."},
    {"age_s", CELL_SECONDS, "age", 0, "Since its snapshot began."},
    {"size_bytes", CELL_BYTES, "size", 0, "Of the dump on disk."},
    {"why", CELL_TEXT, "why", 0, "By which rule."},
    {"verified_how", CELL_TEXT, NULL, 9, "How deep it was looked into: none, checksum, read or restored."},
    {"taken_at", CELL_TIME, NULL, 9, "When its snapshot began."},
    {"path", CELL_TEXT, NULL, 9, "The dump."},
};
const struct table_shape prune_shape = {"prune", columns, sizeof columns / sizeof columns[0]};

struct pruning {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	struct backup_policy policy;
	struct archives archives;
	enum prune_fate *fates;
	bool *is_removed;
	int64_t now_us;
	int going, removed;
	int64_t going_bytes, removed_bytes;
};

static bool goes(enum prune_fate fate)
{
	return fate == PRUNE_REMOVE || fate == PRUNE_HUSK;
}

/* --- the plan -------------------------------------------------------------------------------------- */

static void forget(struct pruning *pruning)
{
	archives_done(&pruning->archives);
	mem_free(pruning->fates);
	mem_free(pruning->is_removed);
	pruning->fates = NULL;
	pruning->is_removed = NULL;
	pruning->going = 0;
	pruning->going_bytes = 0;
}

static bool plan(struct pruning *pruning, const char *out_dir, struct err *err)
{
	forget(pruning);
	if (!backup_archives_wait(pruning->fleet->loop, pruning->database, out_dir, &pruning->archives, err))
		return false;
	size_t count = (size_t)pruning->archives.count + 1;
	pruning->now_us = units_now_us();
	char *host = who_host();
	archives_leave_others(&pruning->archives, host, NULL, pruning->now_us);
	mem_free(host);
	pruning->fates = mem_new(count * sizeof *pruning->fates);
	pruning->is_removed = mem_new(count * sizeof *pruning->is_removed);
	backup_prune_plan(&pruning->policy, &pruning->archives, pruning->now_us, pruning->fates);
	for (int i = 0; i < pruning->archives.count; i++)
		if (goes(pruning->fates[i])) {
			pruning->going++;
			pruning->going_bytes += pruning->archives.v[i].size_bytes;
		}
	return true;
}

static char *why(const struct pruning *pruning, int i)
{
	char keep[UNITS_SIZE];
	const struct backup_policy *policy = &pruning->policy;
	units_age(keep, policy->keep_s >= 0 ? (int64_t)policy->keep_s : 0);
	switch (pruning->fates[i]) {
	case PRUNE_FOREVER:
		return mem_copy("keep is not set: for ever");
	case PRUNE_YOUNG:
		return mem_format("not older than %s (keep)", keep);
	case PRUNE_LEAST:
		return mem_format("%lld verified ones stay (keep_min)", (long long)backup_least(policy));
	case PRUNE_STOPPED:
		return mem_copy("no new backup comes any more, or the clock runs ahead");
	case PRUNE_AHEAD:
		return mem_copy("from the future: a clock was wrong");
	case PRUNE_DAMAGED:
		return mem_copy(pruning->archives.v[i].trouble != NULL ? pruning->archives.v[i].trouble : "without a time");
	case PRUNE_REMOVE:
		return mem_format("older than %s, %lld newer verified ones stay", keep, (long long)backup_least(policy));
	case PRUNE_HUSK:
		return mem_format("older than %s, and only its manifest is left", keep);
	}
	return NULL;
}

static void tell_rows(const struct pruning *pruning)
{
	struct table *rows = table_new(&prune_shape);
	for (int i = 0; i < pruning->archives.count; i++) {
		const struct archive *archive = &pruning->archives.v[i];
		int64_t age_us = pruning->now_us - archive->taken_us;
		char *reason = why(pruning, i);
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", pruning->database->name);
		table_set_text(rows, row, "id", archive->id);
		table_set_text(rows, row, "fate", goes(pruning->fates[i]) && !pruning->is_removed[i] ? "to be removed" : prune_fate_word(pruning->fates[i]));
		if (archive->taken_us > 0) {
			table_set_real(rows, row, "age_s", age_us > 0 ? (double)age_us / 1e6 : 0);
			table_set_int(rows, row, "taken_at", archive->taken_us);
		}
		table_set_int(rows, row, "size_bytes", archive->size_bytes);
		table_set_text(rows, row, "verified_how", archive_depth_word(archive->depth));
		table_set_text(rows, row, "path", archive->path);
		table_set_text(rows, row, "why", reason);
		mem_free(reason);
	}
	report_rows(pruning->report, rows);
}

/* --- proof ------------------------------------------------------------------------------------------- */

static bool prove_one(struct pruning *pruning, struct archive *archive, struct err *err)
{
	struct dump_tools tools = {0};
	report_step(pruning->report, "%s: checksum", archive->id);
	bool is_good = backup_tools_for(pruning->fleet, pruning->database, archive, &tools, err) &&
	               archive_verify(pruning->fleet->loop, archive, &tools, ARCHIVE_CHECKSUM, pruning->report, err);
	dump_tools_done(&tools);
	if (is_good)
		return true;
	err_hint(err, "look at the others with `pgtend verify %s`, and take a new one", pruning->database->name);
	return err_prefix(err, "nothing was removed, because one that would stay is not good");
}

/* The newest of those for whose sake this one may go. */
static bool prove_for(struct pruning *pruning, const struct archive *going, bool *is_proven, struct err *err)
{
	int64_t wanted = backup_least(&pruning->policy);
	for (int i = 0; i < pruning->archives.count && wanted > 0; i++) {
		struct archive *archive = &pruning->archives.v[i];
		if (!archive_is_good(archive, pruning->now_us) || !archive_is_same(archive, going))
			continue;
		if (!is_proven[i] && !prove_one(pruning, archive, err))
			return false;
		is_proven[i] = true;
		wanted--;
	}
	return true;
}

/* "never below keep_min" is worth what those are worth that stay: their bytes are read again, now. Of each server that is in the folder (one that was
 * made anew has another identity), since that is how they are counted. */
static bool prove(struct pruning *pruning, struct err *err)
{
	bool *is_proven = mem_new(((size_t)pruning->archives.count + 1) * sizeof *is_proven), ok = true;
	for (int i = 0; i < pruning->archives.count && ok; i++)
		ok = !goes(pruning->fates[i]) || prove_for(pruning, &pruning->archives.v[i], is_proven, err);
	mem_free(is_proven);
	return ok;
}

/* --- doing it ------------------------------------------------------------------------------------------ */

static bool remove_one(struct pruning *pruning, int i, struct err *err)
{
	const struct archive *archive = &pruning->archives.v[i];
	report_step(pruning->report, "%s", archive->id);
	if (!backup_remove_wait(pruning->fleet->loop, archive, err))
		return false;
	pruning->is_removed[i] = true;
	pruning->removed++;
	pruning->removed_bytes += archive->size_bytes;
	report_log(pruning->report, "removed %s", archive->id);
	report_progress(pruning->report, pruning->removed, pruning->going, "backups");
	return true;
}

/* The oldest first: cut off in the middle, the rest is what a shorter plan would have left. One that cannot go (somebody reads it, somebody put a
 * file into its folder) stays and is told; the others go. */
static bool remove_all(struct pruning *pruning, struct err *err)
{
	struct err first = {0}, own = {0};
	for (int i = pruning->archives.count - 1; i >= 0 && first.kind != ERR_CANCELLED; i--) {
		if (!goes(pruning->fates[i]))
			continue;
		if (task_is_cancelled())
			err_set(&first, ERR_CANCELLED, "cancelled");
		else if (!remove_one(pruning, i, &own) && first.kind == ERR_NONE)
			first = own;
	}
	if (first.kind == ERR_NONE)
		return true;
	*err = first;
	if (err->kind != ERR_CANCELLED && pruning->removed > 0)
		err->kind = ERR_PARTIAL;
	return err_prefix(err, "%d of %d removed", pruning->removed, pruning->going);
}

static void tell_summary(const struct pruning *pruning, bool is_dry_run)
{
	char size[UNITS_SIZE];
	const char *name = pruning->database->name;
	int all = pruning->archives.count, going = is_dry_run ? pruning->going : pruning->removed;
	units_bytes(size, is_dry_run ? pruning->going_bytes : pruning->removed_bytes);
	if (going == 0)
		report_summary(pruning->report, "nothing to remove of %s: %d backup%s", name, all, all == 1 ? "" : "s");
	else if (is_dry_run)
		/* the summary of a dry run is the dispatcher's */
		report_log(pruning->report, "%d backup%s of %s would be removed, %s; %d stay", going, going == 1 ? "" : "s", name, size, all - going);
	else
		report_summary(pruning->report, "%d backup%s of %s removed, %s; %d stay", going, going == 1 ? "" : "s", name, size, all - going);
}

static bool act(struct pruning *pruning, const char *out_dir, struct err *err)
{
	struct archive_place place;
	if (!archive_place_hold(&place, pruning->database, out_dir, pruning->report, err))
		return false;
	/* Under the lock, what is there counts, not what was there. */
	bool ok = plan(pruning, out_dir, err) && (pruning->going == 0 || prove(pruning, err)) && remove_all(pruning, err);
	archive_place_close(&place);
	return ok;
}

bool backup_prune(struct fleet *fleet, struct database *database, const char *out_dir, bool is_dry_run, struct report *report, struct err *err)
{
	struct pruning pruning = {.fleet = fleet, .database = database, .report = report, .policy = backup_policy_of(database->section)};
	bool ok = plan(&pruning, out_dir, err);
	if (ok && pruning.going > 0 && !is_dry_run)
		ok = act(&pruning, out_dir, err);
	if (pruning.fates != NULL)
		tell_rows(&pruning);
	if (ok)
		tell_summary(&pruning, is_dry_run);
	forget(&pruning);
	return ok;
}

bool backup_prune_preview(struct fleet *fleet, struct database *database, const char *out_dir, struct words *lines, struct err *err)
{
	struct report ignored = {0};
	struct pruning pruning = {.fleet = fleet, .database = database, .report = &ignored, .policy = backup_policy_of(database->section)};
	char size[UNITS_SIZE], age[UNITS_SIZE];
	bool ok = plan(&pruning, out_dir, err);
	for (int i = 0; ok && i < pruning.archives.count; i++)
		if (goes(pruning.fates[i]))
			words_take(lines, mem_format("removes %s, %s, %s old", pruning.archives.v[i].id, units_bytes(size, pruning.archives.v[i].size_bytes),
			                      units_age(age, (pruning.now_us - pruning.archives.v[i].taken_us) / 1000000)));
	if (ok)
		words_take(lines, mem_format("%d of %d backups stay", pruning.archives.count - pruning.going, pruning.archives.count));
	forget(&pruning);
	report_done(&ignored);
	return ok;
}
