/* maintain/jobs.c - what is due daily and weekly: all steps planned first, then done one after the other under one budget of time. */
#include <string.h>

#include "archive.h"
#include "pgtend/loop/task.h"

enum { TURN_MS = 200 };

/* One database of a server at a time: `all` must not make its disks seek for several. The loop's turn makes a lock needless. */
static struct words at_work;

static bool wait_for_turn(const struct database *database, struct report *report, struct err *err)
{
	bool has_said = false;
	while (words_has(&at_work, database->server->label)) {
		if (!has_said)
			report_step(report, "waits for another database of %s", database->server->label);
		has_said = true;
		task_sleep(TURN_MS);
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled before it began");
	}
	words_add(&at_work, database->server->label);
	return true;
}

static void end_turn(const struct database *database)
{
	for (size_t i = 0; i < at_work.count; i++)
		if (strcmp(at_work.v[i], database->server->label) == 0) {
			mem_free(at_work.v[i]);
			at_work.v[i] = at_work.v[--at_work.count];
			return;
		}
}

static bool wants(const struct chore *chore, const char *step)
{
	return chore->options->skip == NULL || !words_has(chore->options->skip, step);
}

/* --- the findings ------------------------------------------------------------------------------ */

struct finding {
	const char *step;
	void (*find)(struct chore *chore);
};

static void find(struct chore *chore, const struct finding *findings)
{
	for (; findings->step != NULL && !chore->options->is_dry_run; findings++) {
		if (!wants(chore, findings->step))
			continue;
		report_step(chore->report, "report: %s", findings->step);
		findings->find(chore);
	}
}

static void announce(const struct chore *chore, const struct finding *findings)
{
	struct words names = {0};
	for (; findings->step != NULL; findings++)
		if (wants(chore, findings->step))
			words_add(&names, findings->step);
	char *list = words_join(&names, ", ");
	if (names.count > 0)
		report_log(chore->report, "then it tells: %s", list);
	mem_free(list);
	words_done(&names);
}

static const struct finding daily_findings[] = {{"size", find_sizes}, {"bloat", find_bloat}, {"connections", find_connections}, {NULL, NULL}};
static const struct finding weekly_findings[] = {{"unused", find_unused}, {NULL, NULL}};

/* --- daily ----------------------------------------------------------------------------------------- */

static bool daily(struct chore *chore, struct err *err)
{
	bool has_analyze = wants(chore, "analyze");
	if (has_analyze && !vacuum_plan(chore, MAINTAIN_ANALYZE, true, err))
		return false;
	bool ok = chore->options->is_dry_run || !has_analyze || vacuum_do(chore, MAINTAIN_ANALYZE, err);
	if (ok)
		find(chore, daily_findings);
	return ok;
}

/* --- weekly ------------------------------------------------------------------------------------------ */

/* Old rows go first, so that vacuum gives back their room and the indexes that they swelled are seen. */
static bool weekly(struct chore *chore, struct archive *archive, struct err *err)
{
	bool has_archive = wants(chore, "archive") && maintain_has_archive(chore->database), has_vacuum = wants(chore, "vacuum"),
	     has_reindex = wants(chore, "reindex");
	if ((has_archive && !archiving_plan(chore, archive, err)) || (has_vacuum && !vacuum_plan(chore, MAINTAIN_VACUUM_ANALYZE, false, err)) ||
	    (has_reindex && !reindex_plan(chore, reindex_can_concur(chore), true, err)))
		return false;
	if (!chore->options->is_dry_run &&
	    ((has_archive && !archiving_do(chore, archive, err)) || (has_vacuum && !vacuum_do(chore, MAINTAIN_VACUUM_ANALYZE, err)) ||
	        (has_reindex && !reindex_do(chore, reindex_can_concur(chore), err))))
		return false;
	find(chore, weekly_findings);
	return true;
}

/* --- all ----------------------------------------------------------------------------------------------- */

static bool run(struct fleet *fleet, struct database *database, bool is_weekly, const struct maintain_options *options, struct report *report, struct err *err)
{
	struct chore chore;
	struct archive archive = {0};
	if (!wait_for_turn(database, report, err))
		return false;
	bool is_ready = chore_begin(&chore, fleet, database, "maintain", &maintain_shape, options, report, err), ok = is_ready;
	if (is_ready) {
		ok = is_weekly ? weekly(&chore, &archive, err) : daily(&chore, err);
		ok = chore_close(&chore, ok, err);
	}
	if (ok && options->is_dry_run)
		announce(&chore, is_weekly ? weekly_findings : daily_findings);
	archiving_done(&archive);
	chore_end(&chore);
	end_turn(database);
	return ok;
}

bool maintain_daily(struct fleet *fleet, struct database *database, const struct maintain_options *options, struct report *report, struct err *err)
{
	return run(fleet, database, false, options, report, err);
}

bool maintain_weekly(struct fleet *fleet, struct database *database, const struct maintain_options *options, struct report *report, struct err *err)
{
	return run(fleet, database, true, options, report, err);
}
