/* `migrate up` and `migrate down` from lock to last word. See migrate/migrate.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/order.h"
#include "pgtend/review/lint.h"
#include "pgtend/runner/run.h"
#include "pgtend/pg/client_tool.h"
#include "run_internal.h"

enum { FIRST_STEPS = 8 };

const struct migration_file *run_file(const struct run *run, const struct plan_step *step)
{
	return &run->ledger.files[step->file];
}

/* --- saying it ----------------------------------------------------------------------------------------------------- */

static char *names_of(const struct run *run, int from, int to)
{
	enum { NAMES_MAX = 3 };
	struct text names = {0};
	for (int i = from; i < to && i < from + NAMES_MAX; i++)
		text_addf(&names, "%s%s", i > from ? ", " : "", run_file(run, &run->plan.steps[i])->name);
	if (to - from > NAMES_MAX)
		text_addf(&names, " and %d more", to - from - NAMES_MAX);
	return text_take(&names);
}

static const char *applied_word(const struct run *run)
{
	static const char *const words[] = {
	    [MIGRATE_UP] = "applied", [MIGRATE_DOWN] = "taken back", [MIGRATE_REDO] = "taken back and applied again"};
	return words[run->options->direction];
}

/* A migration that is done again has two steps. */
static int migrations_of(const struct run *run)
{
	return run->options->direction == MIGRATE_REDO ? run->plan.count / 2 : run->plan.count;
}

/* What is committed and what is not; a database that stands between two of the asked steps is partly done. */
static void say_where_it_stands(struct run *run, struct err *err)
{
	const char *verb = run->options->direction == MIGRATE_REDO ? "run" : applied_word(run);
	if (run->done == 0) {
		/* ERR_PARTIAL: a piece of the first one stays, which was said. */
		if (err->kind != ERR_PARTIAL)
			report_log(run->report, "nothing was %s", verb);
		return;
	}
	char *done = names_of(run, 0, run->done), *left = names_of(run, run->done, run->plan.count);
	report_log(run->report, "%s and committed: %s", verb, done);
	report_log(run->report, "not %s: %s", verb, left);
	if (err->kind != ERR_CANCELLED)
		err->kind = ERR_PARTIAL;
	if (!err->hint[0])
		err_hint(err, "%s: %s; not: %s", verb, done, left);
	mem_free(done);
	mem_free(left);
}

static char *how_it_runs(const struct run *run, int i)
{
	const struct plan_step *step = &run->plan.steps[i];
	int together = 0;
	if (step->mode == PLAN_STATEMENTS)
		return mem_format("statement by statement outside a transaction, because of %s", step->mode_why);
	if (step->mode == PLAN_PSQL)
		return mem_format("by psql in a transaction of its own, because of %s", step->mode_why);
	for (int k = 0; k < run->plan.count; k++)
		together += run->plan.steps[k].transaction == step->transaction;
	return together > 1 ? mem_format("in one transaction with %d other%s", together - 1, together > 2 ? "s" : "")
	                    : mem_copy("in a transaction of its own");
}

static void say_plan(struct run *run)
{
	for (int i = 0; i < run->plan.count; i++) {
		const struct plan_step *step = &run->plan.steps[i];
		char *how = how_it_runs(run, i);
		report_log(run->report, "would %s %s (%s), %s", step->is_up ? "apply" : "take back", run_file(run, step)->name,
		    step->path, how);
		mem_free(how);
	}
	report_progress(run->report, 0, run->plan.count, "files");
	report_summary(run->report, "%d migration%s would be %s", migrations_of(run), migrations_of(run) == 1 ? "" : "s",
	    applied_word(run));
}

/* Dangers alone: who is asked whether it shall run reads them; the rest is `migrate plan`'s. */
static void say_dangers(struct run *run)
{
	struct err why = {0};
	struct table *findings = table_new(&lint_shape);
	if (!lint_plan(&run->ledger, run->database->name, &run->plan, run->session, findings, &why)) {
		report_log(run->report, "lint has not looked: %s", why.text);
	} else {
		int dangers = lint_count(findings, LINT_DANGER), warnings = lint_count(findings, LINT_WARNING) - dangers;
		lint_say(findings, LINT_DANGER, run->report);
		if (warnings > 0)
			report_log(run->report, "%d more warning%s of lint: pgtend migrate plan %s", warnings, warnings == 1 ? "" : "s",
			    run->database->name);
	}
	table_free(findings);
}

static void say_refused(struct run *run)
{
	for (int i = run->ledger.migration_count; i < run->ledger.file_count; i++)
		report_log(run->report, "%s: %s", run->ledger.files[i].path, run->ledger.files[i].refused);
	if (order_lacked_icu())
		report_log(run->report,
		    "ICU's library (libicu) is not here: files of the same number were ordered by their bytes, which may "
		    "differ from %s's order",
		    run->dialect->name);
}

/* --- running --------------------------------------------------------------------------------------------- */

/* IF NOT EXISTS does not help against somebody who makes the same at the same moment: the catalog's unique keys say it. */
static bool is_made_meanwhile(const struct err *err)
{
	static const char *const states[] = {"23505", "42P06", "42P07"};
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(err->sqlstate, states[i]) == 0)
			return true;
	return false;
}

static bool make_history(struct run *run, struct err *err)
{
	int answers;
	char *head = run_head(run, NULL, run->history_rows, &answers);
	char *ensure = run->dialect->run->ensure_sql(&run->ledger, run->session);
	char *sql = mem_format("%s%s;\nCOMMIT", head, ensure);
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	if (!is_done)
		run_roll_back(run);
	result_free(result);
	mem_free(sql);
	mem_free(head);
	mem_free(ensure);
	return is_done;
}

/* Schema and table, as the tool makes them before its first migration. */
static bool ensure_history(struct run *run, struct err *err)
{
	bool is_done = run->ledger.has_history || make_history(run, err);
	for (int try = 1; !is_done && try < 5 && is_made_meanwhile(err); try++) {
		err_clear(err);
		is_done = make_history(run, err);
	}
	run->ledger.has_history = is_done;
	if (!is_done && !run_explain_guard(run, err))
		err_prefix(err, "making the history table %s", run->ledger.history);
	return is_done;
}

/* pgtend's own records: where they may be kept. */
static bool ensure_metadata(struct run *run, struct err *err)
{
	return metadata_look(run->database, run->session, &run->metadata, err) &&
	       (!run->metadata.may_make || metadata_make(run->database, run->session, &run->metadata, err));
}

/* Who runs, for those who find a run that died. It is only told: when it fails, nothing else does, and nobody waits for the disk. */
static void trace(struct run *run, char *statement)
{
	if (!statement || session_state(run->session) != SESSION_READY) {
		mem_free(statement);
		return;
	}
	char *sql = mem_format("BEGIN;SET LOCAL synchronous_commit = off;%s;COMMIT", statement);
	struct result *result = NULL;
	struct err ignored = {0};
	task_shield();
	if (!run_ask(run, sql, &result, &ignored))
		run_roll_back(run);
	task_unshield();
	result_free(result);
	mem_free(sql);
	mem_free(statement);
}

static bool run_steps(struct run *run, struct err *err)
{
	static bool (*const ways[])(struct run *, struct err *) = {
	    [PLAN_TRANSACTION] = run_transactions, [PLAN_STATEMENTS] = run_statements, [PLAN_PSQL] = run_psql};
	bool is_good = true;
	run->durable_ms = loop_now_ms(run->fleet->loop);
	run->most = FIRST_STEPS;
	while (is_good && run->done < run->plan.count)
		is_good = ways[run->plan.steps[run->done].mode](run, err);
	run_flush(run);
	return is_good;
}

static bool run_all(struct run *run, struct err *err)
{
	if (run->options->begins)
		run->options->begins(run->session, run->options->begins_arg);
	int64_t started_us = units_now_us();
	char took[UNITS_SIZE];
	bool is_good = ensure_metadata(run, err) && run_set(run, err) && ensure_history(run, err);
	if (is_good) {
		trace(run, metadata_begin_sql(&run->metadata, &run->ledger, run->verb, run->session));
		is_good = run_steps(run, err);
		trace(run, metadata_end_sql(&run->metadata, &run->ledger,
		               is_good ? "done" : err->kind == ERR_CANCELLED ? "cancelled" : "failed", run->session));
	}
	if (!is_good) {
		say_where_it_stands(run, err);
		return false;
	}
	report_progress(run->report, run->plan.count, run->plan.count, "files");
	report_summary(run->report, "%d migration%s %s in %s", migrations_of(run), migrations_of(run) == 1 ? "" : "s",
	    applied_word(run), units_ms(took, (double)(units_now_us() - started_us) / 1000.0));
	return true;
}

static bool take_lock(struct run *run, struct err *err)
{
	const struct dialect_run *how = run->dialect->run;
	run->lock_key = how->lock_key(&run->ledger, run->database->dbname);
	run->other_lock_key = how->other_lock_key ? how->other_lock_key(&run->ledger, run->database->dbname) : 0;
	return run->options->is_dry_run || run_lock(run, err);
}

/* The real psql of the server's version, or the nearest; looked for before anything runs. */
static bool find_psql(struct run *run, const struct plan_step *step, struct err *err)
{
	struct err first = {0};
	if (run->psql || client_tool_find("psql", session_server_version(run->session) / 10000, &run->psql, NULL, &first) ||
	    client_tool_find("psql", 0, &run->psql, NULL, err))
		return true;
	char hint[sizeof err->hint];
	memcpy(hint, err->hint, sizeof hint);
	err_set(err, ERR_FAILED, "only psql can run %s, and it is not here", step->mode_why);
	return err_hint(err, "%s%snothing was run", hint, hint[0] ? "; " : "");
}

static bool make_plan(struct run *run, struct err *err)
{
	bool is_planned = plan_make(&run->ledger, run->database, run->options, &run->plan, err) &&
	                  plan_forecast(&run->plan, run->session, err);
	for (size_t i = 0; i < run->plan.warnings.count; i++)
		report_log(run->report, "%s", run->plan.warnings.v[i]);
	if (!is_planned)
		return false;
	/* Behind a pool the next statement may go to another session: progress and lock would be nobody's. */
	for (int i = 0; i < run->plan.count && run->is_pooled; i++)
		if (run->plan.steps[i].mode == PLAN_STATEMENTS) {
			run_say_pooled(run, err);
			return err_prefix(err, "%s cannot run in a transaction (%s)", run_file(run, &run->plan.steps[i])->name,
			    run->plan.steps[i].mode_why);
		}
	for (int i = 0; i < run->plan.count; i++)
		if (run->plan.steps[i].mode == PLAN_PSQL && !find_psql(run, &run->plan.steps[i], err))
			return false;
	return true;
}

static bool run_whole(struct run *run, struct err *err)
{
	if (!run_open(run, err) || !ledger_look(run->database, run->session, &run->ledger, err))
		return false;
	run->dialect = run->ledger.dialect;
	/* What else was written down tells of files that ran: nothing here asks for it. */
	run->ledger.wants_progress_only = true;
	/* What is read before the lock may be old when it is ours. */
	bool is_lockable = run->ledger.folder && run->dialect->run;
	if ((is_lockable && !take_lock(run, err)) || !ledger_read_rest(&run->ledger, run->session, err))
		return false;
	if (is_lockable)
		say_refused(run);
	run->history_rows = run_table_rows(run);
	if (!make_plan(run, err))
		return false;
	if (run->options->is_dry_run && run->plan.count > 0) {
		say_plan(run);
		say_dangers(run);
		return true;
	}
	if (run->plan.count > 0)
		return run_all(run, err);
	report_summary(run->report, run->options->direction == MIGRATE_UP ? "nothing is pending" : "nothing is applied");
	return true;
}

static void run_free(struct run *run)
{
	run_unlock(run);
	plan_done(&run->plan);
	metadata_done(&run->metadata);
	words_done(&run->untold);
	mem_free(run->psql);
	ledger_done(&run->ledger);
	if (run->session)
		session_free(run->session);
}

bool migrate_run(struct fleet *fleet, struct database *database, const struct migrate_options *options,
    struct report *report, struct err *err)
{
	static const char *const verbs[] = {
	    [MIGRATE_UP] = "migrate up", [MIGRATE_DOWN] = "migrate down", [MIGRATE_REDO] = "migrate redo"};
	struct run run = {
	    .fleet = fleet, .database = database, .options = options, .report = report, .verb = verbs[options->direction]};
	if (database->section) {
		run.lock_timeout_ms = (int)(section_seconds(database->section, "lock_timeout") * 1000);
		run.statement_timeout_ms = (int64_t)(section_seconds(database->section, "statement_timeout") * 1000);
	}
	bool is_done = run_whole(&run, err);
	run_free(&run);
	return is_done;
}
