/* The one way through which every verb runs: check, prepare, ask, work, write down. */
#include "dispatch.h"

#include <string.h>

#include "pgtend/config/conninfo.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/jobs/audit.h"

enum { PLUGIN_UNKNOWN = 3 };

bool run_is_dry(const struct command_run *run)
{
	return command_flag(run->command, "--dry-run");
}

/* --- the audit line -------------------------------------------------------------------------- */

static void arguments_of(const struct command *command, struct words *arguments)
{
	for (int i = 0; i < command->option_count; i++) {
		const struct option_values *given = &command->options[i];
		if (strcmp(given->option->name, "--confirm") == 0 || strcmp(given->option->name, "--format") == 0)
			continue;
		for (size_t v = 0; v < given->values.count; v++) {
			words_add(arguments, given->option->name);
			if (given->option->type != OPTION_FLAG)
				words_add(arguments, given->values.v[v]);
		}
	}
	for (size_t i = 0; i < command->words.count; i++)
		words_add(arguments, command->words.v[i]);
}

static const char *result_word(const struct job *job)
{
	switch (job->state) {
	case JOB_DONE:
		return "done";
	case JOB_SKIPPED:
		return "skipped";
	case JOB_CANCELLED:
		return "cancelled";
	default:
		return job->err.kind == ERR_REFUSED ? "refused" : job->err.kind == ERR_PARTIAL ? "partial" : "failed";
	}
}

static bool is_audited(const struct slot *slot)
{
	const struct verb *verb = slot->action.verb;
	bool only_looks = verb->guarded_by != NULL && command_level(slot->run->command) == GUARD_L0;
	return verb->scope != VERB_READS && !verb->is_quiet && !only_looks && !slot->run->command->wants_help;
}

static void write_down(const struct slot *slot)
{
	const struct job *job = slot->job;
	struct words arguments = {0};
	arguments_of(slot->run->command, &arguments);
	char *title = verb_title(slot->action.verb);
	const struct audit_entry entry = {
	    .verb = title,
	    .arguments = &arguments,
	    .database = slot->action.database,
	    .answer = slot->answer,
	    .result = result_word(job),
	    .detail = job->err.kind != ERR_NONE ? job->err.text : job->report.summary,
	    .duration_ms = (double)(job->ended_us - job->started_us) / 1000.0,
	};
	struct err err = {0};
	if (!audit_append(&entry, &err)) {
		report_log(&slot->job->report, "warning: this action could not be written down: %s", err.text);
		event_emit(slot->run->fleet->bus, EVENT_NOTICE, NULL, err.text);
	}
	mem_free(title);
	words_done(&arguments);
}

/* --- ends ------------------------------------------------------------------------------------ */

static void tell(struct slot *slot)
{
	struct command_run *run = slot->run;
	if (run->callbacks.job != NULL)
		run->callbacks.job(run, slot->job, run->callbacks.arg);
}

static enum job_state end_state(const struct slot *slot, bool is_good, const struct err *err)
{
	if (is_good)
		return JOB_DONE;
	if (err->kind == ERR_CANCELLED)
		return JOB_CANCELLED;
	/* Named alone, a missing capability is a failure; under `all` it is a fact. */
	if (err->kind == ERR_UNSUPPORTED && slot->run->command->is_all)
		return JOB_SKIPPED;
	return JOB_FAILED;
}

void run_end_as(struct slot *slot, enum job_state state, const struct err *err)
{
	if (slot->is_ended)
		return;
	slot->is_ended = true;
	struct job *job = slot->job;
	/* The audit line is written before the news of the end goes out: who hears it may look it up. */
	job->state = state;
	job->ended_us = units_now_us();
	if (job->started_us == 0)
		job->started_us = job->ended_us;
	if (err != NULL)
		job->err = *err;
	if (is_audited(slot))
		write_down(slot);
	job_end(job, state, err);
}

void run_end_slot(struct slot *slot, bool is_good, const struct err *err)
{
	run_end_as(slot, end_state(slot, is_good, err), is_good ? NULL : err);
}

void run_refuse(struct slot *slot, const struct err *err)
{
	struct command_run *run = slot->run;
	run_end_slot(slot, false, err);
	struct err other = {0};
	const char *name = slot->action.database != NULL ? slot->action.database->name : slot->job->title;
	err_set(&other, ERR_CANCELLED, "not begun, because %s was refused", name);
	for (int i = 0; i < run->slot_count; i++)
		run_end_as(&run->slots[i], JOB_SKIPPED, &other);
}

static bool was_refused(const struct command_run *run)
{
	for (int i = 0; i < run->slot_count; i++)
		if (run->slots[i].job->err.kind == ERR_REFUSED)
			return true;
	return false;
}

/* DESIGN 2. Skipped for want of a capability counts as done; stopped because of another one counts as not done. */
static int exit_status(const struct command_run *run)
{
	if (run->is_cancelled)
		return 130;
	if (run->command->verb->is_plugin && !run->command->wants_help)
		return run->slots[0].job->err.kind != ERR_NONE ? PLUGIN_UNKNOWN : run->slots[0].job->report.status;
	int done = 0, failed = 0, status = 0, drift = 0;
	for (int i = 0; i < run->slot_count; i++) {
		const struct job *job = run->slots[i].job;
		if (job->state == JOB_DONE || (job->state == JOB_SKIPPED && job->err.kind == ERR_UNSUPPORTED)) {
			done += job->state == JOB_DONE;
			continue;
		}
		/* Those that were not begun because of another add nothing of their own. */
		if (job->state == JOB_SKIPPED)
			continue;
		/* Who compares has done so, whatever came out; what could not be compared is worse than what differs. */
		if (run->command->verb->only_looks && job->err.kind == ERR_DRIFT) {
			drift = err_exit_status(ERR_DRIFT);
			done++;
			continue;
		}
		int own = err_exit_status(job->err.kind);
		status = failed == 0 || status == own ? own : 1;
		failed++;
	}
	if (failed > 0 && done > 0)
		return err_exit_status(ERR_PARTIAL);
	if (was_refused(run))
		return err_exit_status(ERR_REFUSED);
	return status != 0 ? status : drift;
}

static void run_free(void *arg)
{
	struct command_run *run = arg;
	for (int i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];
		job_free(slot->job);
		mem_free(slot->expect);
		words_done(&slot->action.preview);
		mem_free(slot->action.shown);
	}
	mem_free(run->slots);
	words_done(&run->ask_preview);
	mem_free(run->ask_question);
	command_free(run->command);
	mem_free(run);
}

void run_finish(struct command_run *run)
{
	if (run->phase == RUN_END)
		return;
	run->phase = RUN_END;
	if (run->callbacks.done != NULL)
		run->callbacks.done(run, exit_status(run), run->callbacks.arg);
	loop_defer(run->fleet->loop, run_free, run);
}

/* --- beginnings ------------------------------------------------------------------------------ */

static void report_changed(void *arg)
{
	struct slot *slot = arg;
	event_emit(slot->job->bus, EVENT_JOB, slot->job, NULL);
	tell(slot);
}

static void init_slot(struct command_run *run, struct slot *slot, struct database *database)
{
	const struct verb *verb = run->command->verb;
	char *verb_words = verb_title(verb);
	char *title = database != NULL ? mem_format("%s %s", verb_words, database->name) : mem_copy(verb_words);
	slot->run = run;
	slot->answer = run_is_dry(run) ? "dry-run" : "none";
	slot->job = job_new(run->fleet->bus, title, database);
	slot->job->report.changed = report_changed;
	slot->job->report.arg = slot;
	slot->action = (struct action){
	    .verb = verb,
	    .command = run->command,
	    .fleet = run->fleet,
	    .database = database,
	    .databases = run->command->databases,
	    .database_count = run->command->database_count,
	    .report = &slot->job->report,
	    .level = command_level(run->command),
	    .is_dry_run = run_is_dry(run),
	    .bus = run->fleet->bus,
	};
	mem_free(title);
	mem_free(verb_words);
}

static bool is_chosen(const struct command *command, const struct database *database)
{
	for (int i = 0; i < command->database_count; i++)
		if (command->databases[i] == database)
			return true;
	return false;
}

/* One slot a database, those that others depend on first. */
static void make_slots(struct command_run *run)
{
	const struct command *command = run->command;
	bool is_each = verb_acts_on_databases(command->verb) && command->database_count > 0;
	int count = is_each ? command->database_count : 1;
	run->slots = mem_new((size_t)count * sizeof *run->slots);
	if (!is_each) {
		init_slot(run, &run->slots[run->slot_count++], NULL);
		return;
	}
	struct database **order = fleet_in_order(run->fleet);
	for (int i = 0; i < run->fleet->database_count; i++) {
		struct database *database = order[command->verb->is_dependents_first ? run->fleet->database_count - 1 - i : i];
		if (is_chosen(command, database))
			init_slot(run, &run->slots[run->slot_count++], database);
	}
	mem_free(order);
}

static void answer_help(struct command_run *run)
{
	const struct verb *verb = run->command->verb;
	struct slot *slot = &run->slots[0];
	char *help = command_help(verb->name, run->command->wants_whole_help ? NULL : verb->subverb);
	char *rest = help, *line;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' || rest != NULL)
			report_log(&slot->job->report, "%s", line);
	mem_free(help);
	run_end_slot(slot, true, NULL);
	run_finish(run);
}

/* A run that was killed could not take its passfile away: the next one that acts does. */
static void sweep(struct command_run *run)
{
	int swept = run->slot_count > 0 && is_audited(&run->slots[0]) ? conninfo_child_sweep() : 0;
	if (swept > 0)
		report_log(&run->slots[0].job->report, "removed %d password file%s that killed runs left behind", swept,
		    swept == 1 ? "" : "s");
}

static void begin(void *arg)
{
	struct command_run *run = arg;
	sweep(run);
	if (run->is_cancelled) {
		struct err err = {0};
		err_set(&err, ERR_CANCELLED, "cancelled");
		for (int i = 0; i < run->slot_count; i++)
			run_end_slot(&run->slots[i], false, &err);
		run_finish(run);
	} else if (run->command->wants_help)
		answer_help(run);
	else if (!ask_check(run))
		run_finish(run);
	else
		ask_prepare(run);
}

struct command_run *command_start(
    struct fleet *fleet, struct command *command, enum guard_from from, const struct command_callbacks *callbacks)
{
	struct command_run *run = MEM_NEW(struct command_run);
	run->fleet = fleet;
	run->command = command;
	run->from = from;
	run->callbacks = *callbacks;
	make_slots(run);
	loop_defer(fleet->loop, begin, run);
	return run;
}

/* --- what callers may do --------------------------------------------------------------------- */

void command_cancel(struct command_run *run)
{
	if (run->is_cancelled || run->phase == RUN_END)
		return;
	run->is_cancelled = true;
	struct err err = {0};
	err_set(&err, ERR_CANCELLED, "cancelled");
	for (int i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];
		if (slot->task != NULL)
			task_cancel(slot->task);
		else if (run->phase != RUN_BEGIN)
			run_end_slot(slot, false, &err);
	}
	if (run->tasks == 0 && run->phase != RUN_BEGIN)
		run_finish(run);
}

int command_job_count(const struct command_run *run)
{
	return run->slot_count;
}

struct job *command_job(const struct command_run *run, int i)
{
	return run->slots[i].job;
}

const struct command *command_of(const struct command_run *run)
{
	return run->command;
}

void run_hold(struct slot *slot, int by)
{
	struct action *action = &slot->action;
	if (action->database != NULL)
		action->database->verbs += by;
	for (int i = 0; i < action->database_count; i++)
		action->databases[i]->verbs += by;
}
