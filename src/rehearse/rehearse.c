/* A rehearsal from its plan to its last word. See rehearse/rehearse.h. */
#include "pgtend/rehearse/rehearse.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/rehearse/record.h"
#include "pgtend/runner/run.h"
#include "rehearse_internal.h"

struct rehearsal {
	struct fleet *fleet;
	struct database *database;
	const struct rehearse_options *options;
	struct report *report;
	const char *on;
	struct session *source;
	struct ledger ledger; /* of the source; the plan speaks of its files */
	struct plan plan;
	struct source_facts facts;
	struct dump_tools tools;
	struct scratch scratch;
	struct measure *measure;
	struct rehearse_step *steps;
	int at; /* the step that runs */
	int64_t started_us;
	struct sampler *sampler;
	struct err refusal;  /* what a step did must not be committed, not even on the copy */
	struct report inner; /* of the run on the copy */
	size_t inner_lines;
	char *inner_step;
};

/* --- before
 * ----------------------------------------------------------------------------------------------------------- */

static bool open_source(struct rehearsal *rehearsal, struct err *err)
{
	struct database *database = rehearsal->database;
	report_step(rehearsal->report, "looking at %s", database->name);
	double seconds = section_seconds(database->section, "lock_timeout");
	rehearsal->source = database_action_session(
	    rehearsal->fleet, database, NULL, "rehearse", seconds > 0 ? (int)(seconds * 1000) : 0, true);
	return session_ready_wait(rehearsal->source, SCRATCH_READY_MS, err) &&
	       database_learn_wait(rehearsal->fleet, database, rehearsal->source, err) &&
	       database_can(database, CAP_DUMP, err) && (rehearsal->on || database_can(database, CAP_CREATE_DATABASE, err)) &&
	       (session_is_pooled(rehearsal->source) || scratch_stay(rehearsal->source, err));
}

static bool make_plan(struct rehearsal *rehearsal, struct err *err)
{
	struct migrate_options run = rehearsal->options->run;
	run.watch = NULL;
	if (!ledger_read(rehearsal->database, rehearsal->source, &rehearsal->ledger, err))
		return false;
	bool is_done = plan_make(&rehearsal->ledger, rehearsal->database, &run, &rehearsal->plan, err);
	for (size_t i = 0; i < rehearsal->plan.warnings.count; i++)
		report_log(rehearsal->report, "%s", rehearsal->plan.warnings.v[i]);
	if (!is_done)
		return false;
	int count = rehearsal->plan.count;
	rehearsal->steps = mem_grow(NULL, (size_t)count + 1, sizeof *rehearsal->steps);
	memset(rehearsal->steps, 0, ((size_t)count + 1) * sizeof *rehearsal->steps);
	for (int i = 0; i < count; i++) {
		const struct plan_step *step = &rehearsal->plan.steps[i];
		rehearsal->steps[i].name = rehearsal->ledger.files[step->file].name;
		rehearsal->steps[i].path = step->path;
		rehearsal->steps[i].mode = step->mode;
		rehearsal->steps[i].is_up = step->is_up;
	}
	return true;
}

/* What production holds leaves its server only when its configuration says where to. */
static bool check_leaving(const struct rehearsal *rehearsal, struct err *err)
{
	if (!rehearsal->scratch.is_elsewhere || rehearsal->database->environment != ENVIRONMENT_PRODUCTION ||
	    rehearsal->options->is_schema_only || !rehearsal->options->on)
		return true;
	err_set(err, ERR_REFUSED, "%s is production: its rows would be copied to %s", rehearsal->database->name,
	    rehearsal->scratch.where);
	return err_hint(err, "add --schema-only, or allow it: rehearse_on = SERVER in [database %s], without --on",
	    rehearsal->database->name);
}

static void say_plan(const struct rehearsal *rehearsal)
{
	char size[UNITS_SIZE];
	report_log(rehearsal->report, "would copy %s (%s%s) with %s into a scratch database on %s",
	    rehearsal->database->name, units_bytes(size, rehearsal->facts.bytes),
	    rehearsal->options->is_schema_only ? ", without its rows" : "", rehearsal->tools.pg_dump,
	    rehearsal->scratch.where);
	for (int i = 0; i < rehearsal->plan.count; i++)
		report_log(rehearsal->report, "would run %s there", rehearsal->steps[i].path);
	report_summary(rehearsal->report, "%d migration%s would be rehearsed", rehearsal->plan.count,
	    rehearsal->plan.count == 1 ? "" : "s");
}

/* --- during
 * ----------------------------------------------------------------------------------------------------------- */

static bool began(struct session *session, const struct plan_step *plan_step, void *arg, struct err *err)
{
	struct rehearsal *rehearsal = arg;
	int at = rehearsal->at;
	struct rehearse_step *step = &rehearsal->steps[at];
	bool is_first =
	    at == 0 || plan_step->transaction == 0 || plan_step->transaction != rehearsal->plan.steps[at - 1].transaction;
	rehearse_step_reset(step);
	step->is_begun = true;
	if (!scratch_is_kept(&rehearsal->scratch, err) || !measure_begin(rehearsal->measure, session, is_first, err))
		return false;
	if (plan_step->mode != PLAN_TRANSACTION && !rehearsal->sampler)
		rehearsal->sampler = sampler_start(&rehearsal->scratch);
	rehearsal->started_us = units_now_us();
	return true;
}

static void add_duration(struct rehearsal *rehearsal)
{
	rehearsal->steps[rehearsal->at].duration_ms += (double)(units_now_us() - rehearsal->started_us) / 1000.0;
}

static bool ran(struct session *session, const struct plan_step *plan_step, void *arg, struct err *err)
{
	struct rehearsal *rehearsal = arg;
	add_duration(rehearsal);
	bool is_good = plan_step->mode != PLAN_TRANSACTION ||
	               measure_transaction(rehearsal->measure, session, &rehearsal->steps[rehearsal->at], err) ||
	               err_prefix(err, "%s", plan_step->path);
	if (!is_good && err->kind == ERR_REFUSED)
		rehearsal->refusal = *err;
	rehearsal->started_us = units_now_us();
	return is_good;
}

static void ended(struct session *session, const struct plan_step *plan_step, void *arg)
{
	struct rehearsal *rehearsal = arg;
	struct rehearse_step *step = &rehearsal->steps[rehearsal->at];
	struct err trouble = {0};
	add_duration(rehearsal);
	step->is_done = true;
	if (plan_step->mode != PLAN_TRANSACTION) {
		struct words samples = {0};
		sampler_stop(rehearsal->sampler, &samples);
		rehearsal->sampler = NULL;
		if (!measure_committed(rehearsal->measure, session, &samples, step, &trouble))
			report_log(rehearsal->report, "%s: what it did could not be looked at: %s", step->name, trouble.text);
		words_done(&samples);
	}
	rehearsal->at++;
}

/* What the run on the copy says goes on, marked as said of the copy. */
static void forward(void *arg)
{
	struct rehearsal *rehearsal = arg;
	const struct report *inner = &rehearsal->inner;
	for (; rehearsal->inner_lines < inner->log.count; rehearsal->inner_lines++)
		if (!words_has(&rehearsal->plan.warnings, inner->log.v[rehearsal->inner_lines]))
			report_log(rehearsal->report, "on the copy: %s", inner->log.v[rehearsal->inner_lines]);
	if (inner->step && (!rehearsal->inner_step || strcmp(inner->step, rehearsal->inner_step) != 0)) {
		mem_free(rehearsal->inner_step);
		rehearsal->inner_step = mem_copy(inner->step);
		report_step(rehearsal->report, "rehearsing %s", inner->step);
	}
	if (inner->all > 0)
		report_progress(rehearsal->report, inner->done, inner->all, inner->unit);
}

static bool run_plan(struct rehearsal *rehearsal, struct err *err)
{
	struct migrate_watch watch = {.began = began, .ran = ran, .ended = ended, .arg = rehearsal};
	struct migrate_options run = rehearsal->options->run;
	run.plan_hash = rehearsal->plan.hash;
	run.watch = &watch;
	run.begins = NULL; /* what it looks at is the database itself */
	run.is_dry_run = false;
	rehearsal->inner = (struct report){.changed = forward, .arg = rehearsal};
	bool is_done = migrate_run(rehearsal->fleet, &rehearsal->scratch.database, &run, &rehearsal->inner, err);
	forward(rehearsal);
	sampler_stop(rehearsal->sampler, NULL);
	rehearsal->sampler = NULL;
	report_done(&rehearsal->inner);
	mem_free(rehearsal->inner_step);
	rehearsal->inner_step = NULL;
	if (is_done)
		return true;
	if (rehearsal->refusal.kind != ERR_NONE) {
		*err = rehearsal->refusal;
		return false;
	}
	/* On the copy something may be committed; in the database nothing is. */
	if (err->kind == ERR_PARTIAL)
		err->kind = ERR_FAILED;
	if (err->kind != ERR_CANCELLED && err->kind != ERR_REFUSED) {
		err_prefix(err, "rehearsal");
		err_hint(err, "it ran on a copy: nothing was done to %s", rehearsal->database->name);
	}
	return false;
}

/* --- after
 * -------------------------------------------------------------------------------------------------------------- */

static void say_result(struct rehearsal *rehearsal, int64_t began_us)
{
	struct report *report = rehearsal->report;
	struct words left = {0};
	char took[UNITS_SIZE], size[UNITS_SIZE];
	int count = rehearsal->plan.count;
	measure_left(rehearsal->measure, &left);
	for (size_t i = 0; i < left.count; i++)
		report_log(report, "WARNING: after all of them %s", left.v[i]);
	report_summary(report, "%d migration%s rehearsed on a copy of %s (%s%s) in %s%s", count, count == 1 ? "" : "s",
	    rehearsal->database->name, units_bytes(size, rehearsal->facts.bytes),
	    rehearsal->options->is_schema_only ? ", without its rows" : "",
	    units_ms(took, (double)(units_now_us() - began_us) / 1000.0),
	    left.count > 0 ? ", but something is left invalid" : "");
	words_done(&left);
}

/* Of each file that ran to its end, and of one that failed by itself: a connection that was lost says nothing of a file. */
static void keep_record(struct rehearsal *rehearsal, const struct err *failure)
{
	struct rehearse_records records = {0};
	struct err trouble = {0};
	records.v = mem_grow(NULL, (size_t)rehearsal->plan.count + 1, sizeof *records.v);
	for (int i = 0; i < rehearsal->plan.count; i++) {
		const struct rehearse_step *step = &rehearsal->steps[i];
		bool is_failed = step->is_begun && !step->is_done && failure && failure->kind == ERR_FAILED;
		if (!step->is_up || (!step->is_done && !is_failed))
			continue;
		records.v[records.count++] = (struct rehearse_record){.name = mem_copy(step->name),
		    .checksum = mem_copy(rehearsal->plan.steps[i].checksum),
		    .ended_us = units_now_us(),
		    .is_ok = step->is_done,
		    .is_schema_only = rehearsal->options->is_schema_only,
		    .duration_ms = step->is_done ? step->duration_ms : -1,
		    .error = is_failed ? mem_copy(failure->text) : NULL};
	}
	if (records.count > 0 && !rehearse_records_keep(rehearsal->database, &records, &trouble))
		report_log(rehearsal->report, "warning: that this was rehearsed could not be written down: %s", trouble.text);
	rehearse_records_done(&records);
}

static bool rehearse(struct rehearsal *rehearsal, struct err *err)
{
	struct scratch *scratch = &rehearsal->scratch;
	const bool is_schema_only = rehearsal->options->is_schema_only;
	if (!scratch_claim(scratch, err) ||
	    !rehearse_fill(
	        scratch, &rehearsal->ledger, &rehearsal->facts, &rehearsal->tools, is_schema_only, rehearsal->source, err) ||
	    !scratch_give_settings(scratch, rehearsal->source, err))
		return false;
	struct session *session = scratch_session(scratch, err);
	bool is_good = session && measure_new(session, &rehearsal->ledger, !is_schema_only, scratch->is_elsewhere,
	                              rehearsal->report, &rehearsal->measure, err);
	if (session)
		session_free(session);
	return is_good && run_plan(rehearsal, err);
}

static bool run_whole(struct rehearsal *rehearsal, char hash[65], struct err *err)
{
	struct scratch *scratch = &rehearsal->scratch;
	int64_t began_us = units_now_us();
	if (!open_source(rehearsal, err) || !make_plan(rehearsal, err) || !scratch_open(scratch, rehearsal->on, err))
		return false;
	if (rehearsal->plan.count == 0) {
		report_summary(rehearsal->report, "nothing is pending: nothing to rehearse");
		rehearse_tell(rehearsal->database, NULL, 0, NULL, rehearsal->report);
		return true;
	}
	if (!dump_tools_find(rehearsal->database->server->version_num / 10000, &rehearsal->tools, err) ||
	    !source_ask(rehearsal->source, &rehearsal->facts, err) ||
	    !rehearse_check(scratch, &rehearsal->facts, rehearsal->options->is_schema_only, err) ||
	    !check_leaving(rehearsal, err) ||
	    !rehearse_judge(&rehearsal->plan, scratch->is_elsewhere, rehearsal->report, err))
		return false;
	if (rehearsal->options->is_dry_run) {
		say_plan(rehearsal);
		return true;
	}
	bool is_done = rehearse(rehearsal, err);
	rehearse_tell(
	    rehearsal->database, rehearsal->steps, rehearsal->plan.count, is_done ? NULL : err, rehearsal->report);
	keep_record(rehearsal, is_done ? NULL : err);
	if (is_done) {
		say_result(rehearsal, began_us);
		memcpy(hash, rehearsal->plan.hash, sizeof rehearsal->plan.hash);
	}
	return is_done;
}

bool rehearse_run(struct fleet *fleet, struct database *database, const struct rehearse_options *options, char hash[65],
    struct report *report, struct err *err)
{
	struct rehearsal rehearsal = {.fleet = fleet, .database = database, .options = options, .report = report};
	struct err trouble = {0};
	const char *configured = section_text(database->section, "rehearse_on");
	rehearsal.on = options->on ? options->on : configured && *configured ? configured : NULL;
	rehearsal.scratch = (struct scratch){
	    .fleet = fleet, .source = database, .report = report, .purpose = "rehearse", .lock_fd = -1};
	hash[0] = 0;
	bool is_done = run_whole(&rehearsal, hash, err);
	if (!scratch_close(&rehearsal.scratch, &trouble)) {
		report_log(report, "%s", trouble.text);
		if (is_done) {
			*err = trouble;
			err->kind = ERR_PARTIAL;
			is_done = false;
		}
	}
	measure_free(rehearsal.measure);
	rehearse_steps_done(rehearsal.steps, rehearsal.plan.count);
	plan_done(&rehearsal.plan);
	ledger_done(&rehearsal.ledger);
	source_done(&rehearsal.facts);
	dump_tools_done(&rehearsal.tools);
	if (rehearsal.source)
		session_free(rehearsal.source);
	return is_done;
}

bool rehearse_then_run(struct fleet *fleet, struct database *database, const struct rehearse_options *options,
    struct report *report, struct err *err)
{
	char hash[65];
	if (!rehearse_run(fleet, database, options, hash, report, err))
		return false;
	if (hash[0] == 0)
		return true;
	report_log(report, "%s", report->summary);
	struct migrate_options run = options->run;
	run.plan_hash = hash;
	run.watch = NULL;
	return migrate_run(fleet, database, &run, report, err);
}
