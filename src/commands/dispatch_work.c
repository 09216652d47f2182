/* Who works when: dependencies first, independent ones at the same time, dependents of a failed one not at all. */
#include "dispatch.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"

enum { DEPENDENCY_DEADLINE_MS = 5000 };

/* --- dependencies that are not part of the command ------------------------------------------- */

static bool is_in_command(const struct command_run *run, const struct database *database)
{
	for (int i = 0; i < run->slot_count; i++)
		if (run->slots[i].action.database == database)
			return true;
	return false;
}

static int pending_of(const struct facts *facts)
{
	int pending = 0;
	for (int row = 0; facts->table != NULL && row < table_rows(facts->table); row++) {
		const char *state = table_get_text(facts->table, row, "state");
		pending += state != NULL && strcmp(state, "pending") == 0;
	}
	return pending;
}

static void say_dependency(struct slot *slot, const struct database *needed)
{
	const struct facts *facts = &needed->facts[FACT_MIGRATIONS];
	const char *name = slot->action.database->name;
	int pending = pending_of(facts);
	if (strcmp(facts->err.sqlstate, "3D000") == 0) {
		report_log(slot->action.report, "%s depends on %s, which does not exist", name, needed->name);
		report_hint(slot->action.report, "pgtend create %s && pgtend migrate up %s", needed->name, needed->name);
	} else if (facts->err.kind != ERR_NONE && facts->err.kind != ERR_UNSUPPORTED) {
		report_log(
		    slot->action.report, "%s depends on %s, which does not answer: %s", name, needed->name, facts->err.text);
	} else if (pending > 0) {
		report_log(slot->action.report, "%s depends on %s, where %d migration%s pending", name, needed->name, pending,
		    pending == 1 ? " is" : "s are");
		report_hint(slot->action.report, "pgtend migrate up %s", needed->name);
	}
}

static void say_dependencies(struct slot *slot)
{
	static const enum fact wanted[] = {FACT_MIGRATIONS, FACT_COUNT};
	struct database *database = slot->action.database;
	struct database *needed[sizeof database->depends / sizeof database->depends[0]];
	int count = 0;
	for (int i = 0; i < database->depends_count; i++)
		if (!is_in_command(slot->run, database->depends[i]))
			needed[count++] = database->depends[i];
	if (count == 0)
		return;
	collect_wait(slot->run->fleet, needed, count, wanted, DEPENDENCY_DEADLINE_MS);
	for (int i = 0; i < count; i++)
		say_dependency(slot, needed[i]);
}

/* --- the work of one ------------------------------------------------------------------------- */

static bool dry_run(struct action *action, struct err *err)
{
	if (action->verb->preview == NULL)
		return action->verb->run(action, err);
	if (!action->verb->preview(action, err))
		return false;
	for (size_t i = 0; i < action->preview.count; i++)
		report_log(action->report, "%s", action->preview.v[i]);
	report_summary(action->report, "dry run, nothing was done");
	return true;
}

static void work(void *arg)
{
	struct slot *slot = arg;
	struct action *action = &slot->action;
	run_hold(slot, 1);
	if (action->database != NULL && action->verb->wants_dependencies)
		say_dependencies(slot);
	if (task_is_cancelled())
		slot->is_good = err_set(&slot->err, ERR_CANCELLED, "cancelled");
	else if (!pin_check_wait(slot, &slot->err))
		slot->is_good = false;
	else
		slot->is_good = action->is_dry_run ? dry_run(action, &slot->err) : action->verb->run(action, &slot->err);
	run_hold(slot, -1);
}

static void work_done(void *arg)
{
	struct slot *slot = arg;
	struct command_run *run = slot->run;
	slot->task = NULL;
	run->tasks--;
	run_end_slot(slot, slot->is_good, &slot->err);
	work_schedule(run);
}

/* --- order ----------------------------------------------------------------------------------- */

/* Also by way of databases that are not part of the command. */
static bool depends_on(const struct database *database, const struct database *other)
{
	for (int i = 0; i < database->depends_count; i++)
		if (database->depends[i] == other || depends_on(database->depends[i], other))
			return true;
	return false;
}

static bool goes_before(const struct slot *first, const struct slot *second)
{
	const struct database *a = first->action.database, *b = second->action.database;
	if (a == NULL || b == NULL || a == b || first->action.verb->is_unordered)
		return false;
	return first->action.verb->is_dependents_first ? depends_on(a, b) : depends_on(b, a);
}

enum readiness { READY, NOT_YET, NEVER };

static enum readiness readiness(const struct slot *slot, const struct slot **because)
{
	const struct command_run *run = slot->run;
	enum readiness all = READY;
	for (int i = 0; i < run->slot_count; i++) {
		const struct slot *first = &run->slots[i];
		if (!goes_before(first, slot))
			continue;
		if (!first->is_ended)
			all = all == READY ? NOT_YET : all;
		else if (first->job->state != JOB_DONE &&
		         !(first->job->state == JOB_SKIPPED && first->job->err.kind == ERR_UNSUPPORTED)) {
			*because = first;
			return NEVER;
		}
	}
	return all;
}

/* Who failed, where one failure stops the others; NULL: nobody. */
static const struct slot *stopped_by(const struct command_run *run)
{
	for (int i = 0; run->command->verb->stops_on_failure && i < run->slot_count; i++)
		if (run->slots[i].is_ended && run->slots[i].job->state == JOB_FAILED)
			return &run->slots[i];
	return NULL;
}

static void leave_out(struct slot *slot, const struct slot *because)
{
	struct err err = {0};
	err_set(&err, ERR_FAILED, "not begun, because %s %s", because->action.database->name,
	    job_state_word(because->job->state));
	run_end_as(slot, JOB_SKIPPED, &err);
}

static void start(struct slot *slot)
{
	slot->run->tasks++;
	job_begin(slot->job);
	slot->task = task_start(slot->run->fleet->loop, work, work_done, slot);
}

static void end_waiting(struct command_run *run)
{
	struct err err = {0};
	err_set(&err, ERR_CANCELLED, "not begun: cancelled");
	for (int i = 0; i < run->slot_count; i++)
		if (run->slots[i].task == NULL)
			run_end_slot(&run->slots[i], false, &err);
}

void work_schedule(struct command_run *run)
{
	run->phase = RUN_WORK;
	if (run->is_cancelled)
		end_waiting(run);
	for (int i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];
		const struct slot *because = NULL;
		if (slot->is_ended || slot->task != NULL || (run->tasks >= MOST_AT_ONCE && !slot->action.verb->limits_itself))
			continue;
		const struct slot *failed = stopped_by(run);
		enum readiness ready = readiness(slot, &because);
		if (failed != NULL)
			leave_out(slot, ready == NEVER ? because : failed);
		else if (ready == READY)
			start(slot);
		else if (ready == NEVER)
			leave_out(slot, because);
	}
	/* Slots stand in order, so one pass has left out all dependents of dependents. */
	if (run->tasks == 0)
		run_finish(run);
}
