/* migrate plan: what would run, in which transaction, with lint and the SQL; nothing is touched. */
#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/review/lint.h"
#include "pgtend/review/plan_table.h"

enum { READY_MS = 15000 };

static const struct verb_option options[] = {
    {"--to", OPTION_TEXT, "NAME", false, "up to this migration, and no further"},
    {"--count", OPTION_INT, "N", false, "so many migrations at most"},
    {"--transaction", OPTION_CHOICE, "file|all", false, "one transaction a file, or one for all; otherwise as the team's tool does it"},
    {"--down", OPTION_FLAG, NULL, false, "what migrate down would take back"},
    {"--sql", OPTION_FLAG, NULL, false, "show the texts too (--format json always has them)"},
    {0},
};

struct asked {
	struct migrate_options options;
	bool wants_sql;
	struct table *rows;
	struct report *report;
	bool are_several;
	int planned, failed, skipped;
	struct err first;
};

static bool read_options(const struct action *action, struct asked *asked, struct err *err)
{
	const struct command *command = action->command;
	const char *transaction = command_option(command, "--transaction");
	int64_t count = command_int(command, "--count", 0);
	if (command_option(command, "--count") != NULL && (count < 1 || count > 1000000))
		return err_set(err, ERR_USAGE, "--count is a whole number from 1 on");
	asked->options.count = (int)count;
	asked->options.to = command_option(command, "--to");
	asked->options.direction = command_flag(command, "--down") ? MIGRATE_DOWN : MIGRATE_UP;
	if (asked->options.to != NULL && asked->options.direction == MIGRATE_DOWN)
		return err_set(err, ERR_USAGE, "--to belongs to the way up: with --down say how many by --count N");
	if (transaction != NULL)
		asked->options.transaction = transaction[0] == 'a' ? TRANSACTION_ALL : TRANSACTION_FILE;
	asked->wants_sql = command_flag(command, "--sql");
	return true;
}

/* --- for people ------------------------------------------------------------------------------------------------ */

/* A line with its tabs as blanks. */
static void say_line(struct report *report, const char *line, size_t length)
{
	struct text text = {0};
	for (size_t i = 0; i < length; i++) {
		if (line[i] == '\t')
			text_add(&text, "    ");
		else if (line[i] != '\r')
			text_add_char(&text, line[i]);
	}
	report_log(report, "%s", text_str(&text));
	text_done(&text);
}

static void say_sql(struct report *report, const struct ledger *ledger, const struct plan *plan)
{
	for (int i = 0; i < plan->count; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (step->transaction > 0)
			report_log(report, "-- %s: %s, transaction %d (%s)", step->is_up ? "up" : "down", ledger->files[step->file].name,
			    step->transaction, step->path);
		else
			report_log(report, "-- %s: %s, outside a transaction (%s)", step->is_up ? "up" : "down",
			    ledger->files[step->file].name, step->path);
		for (const char *line = step->text.sql; *line != '\0';) {
			size_t length = strcspn(line, "\n");
			say_line(report, line, length);
			line += length + (line[length] == '\n');
		}
	}
}

static void say_end(struct asked *asked, const struct database *database, const struct plan *plan, const struct table *findings)
{
	if (plan->count == 0) {
		report_log(asked->report, "%s: nothing %s", database->name,
		    asked->options.direction == MIGRATE_DOWN ? "to take back" : "is pending");
		return;
	}
	int dangers = lint_count(findings, LINT_DANGER), warnings = lint_count(findings, LINT_WARNING) - dangers;
	report_log(asked->report, "%s: %d migration%s in %d transaction%s, %d danger%s, %d warning%s; plan %s", database->name, plan->count,
	    plan->count == 1 ? "" : "s", plan->transaction_count, plan->transaction_count == 1 ? "" : "s", dangers,
	    dangers == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s", plan->hash);
	if (asked->options.direction == MIGRATE_UP)
		report_hint(asked->report, "run exactly this: pgtend migrate up %s --plan %s", database->name, plan->hash);
}

static void say(struct asked *asked, const struct database *database, const struct ledger *ledger, const struct plan *plan,
    const struct table *findings)
{
	for (size_t i = 0; i < plan->warnings.count; i++)
		report_log(asked->report, "%s", plan->warnings.v[i]);
	lint_say(findings, LINT_NOTE, asked->report);
	if (asked->wants_sql)
		say_sql(asked->report, ledger, plan);
	say_end(asked, database, plan, findings);
}

/* --- one database ---------------------------------------------------------------------------------------------- */

static bool plan_in(struct asked *asked, struct database *database, struct session *session, struct ledger *ledger, struct plan *plan,
    struct err *err)
{
	if (!session_ready_wait(session, READY_MS, err) || !ledger_read(database, session, ledger, err) ||
	    !plan_make(ledger, database, &asked->options, plan, err) || !plan_forecast(plan, session, err))
		return false;
	struct table *findings = table_new(&lint_shape);
	bool is_linted = lint_plan(ledger, database->name, plan, session, findings, err);
	if (is_linted) {
		plan_table(ledger, database->name, plan, findings, asked->rows);
		say(asked, database, ledger, plan, findings);
	}
	table_free(findings);
	return is_linted;
}

static bool plan_one(struct asked *asked, struct fleet *fleet, struct database *database, struct err *err)
{
	struct ledger ledger = {0};
	struct plan plan = {0};
	int lock_timeout_ms = database->section != NULL ? (int)(section_seconds(database->section, "lock_timeout") * 1000) : 0;
	struct session *session = database_action_session(fleet, database, NULL, "migrate plan", lock_timeout_ms, false);
	bool is_planned = plan_in(asked, database, session, &ledger, &plan, err);
	plan_done(&plan);
	ledger_done(&ledger);
	session_free(session);
	return is_planned;
}

static void note_failure(struct asked *asked, const struct database *database, const struct err *why)
{
	if (why->kind == ERR_UNSUPPORTED && asked->are_several) {
		report_log(asked->report, "%s: skipped: %s", database->name, why->text);
		asked->skipped++;
		return;
	}
	if (asked->are_several)
		report_log(asked->report, "%s: %s%s%s", database->name, why->text, why->hint[0] != '\0' ? "; " : "", why->hint);
	if (asked->failed++ == 0) {
		asked->first = *why;
		err_prefix(&asked->first, "%s", database->name);
	}
}

static bool run(struct action *action, struct err *err)
{
	struct asked asked = {.report = action->report, .are_several = action->database_count > 1};
	if (!read_options(action, &asked, err))
		return false;
	asked.rows = table_new(&plan_shape);
	for (int i = 0; i < action->database_count; i++) {
		struct err why = {0};
		if (plan_one(&asked, action->fleet, action->databases[i], &why))
			asked.planned++;
		else
			note_failure(&asked, action->databases[i], &why);
	}
	report_rows(action->report, asked.rows);
	if (asked.failed == 0)
		return true;
	*err = asked.first;
	if (asked.planned > 0)
		err->kind = ERR_PARTIAL;
	return false;
}

const struct verb verb_migrate_plan = {
    .name = "migrate",
    .subverb = "plan",
    .scope = VERB_READS,
    .options = options,
    .level = GUARD_L0,
    .gives_log = true,
    .title = "Show what migrate up would do",
    .help = "Every pending migration in the order in which it would run: in which transaction, or why outside of one; what lint finds in it, with "
            "FILE:LINE:COL, the reason and the safe form; the SQL; and a hash of it all, which migrate up --plan HASH requires. Lint reads PostgreSQL's "
            "own parse tree and asks the database how big the tables are now: rewrites and scans under ACCESS EXCLUSIVE, indexes that are not built "
            "concurrently, constraints that check every row, locks held while something long runs, drops, renames, types, extensions that are missing. A "
            "line `-- pgtend: allow RULE REASON` above a statement allows one finding. Nothing is changed.",
    .example = "pgtend migrate plan core --sql",
    .shape = &plan_shape,
    .run = run,
};
