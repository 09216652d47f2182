/* migrate status: every file and history row of the databases, with its state. */
#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/migrate/checksum.h"
#include "pgtend/migrate/migrate.h"
#include "pgtend/probes/collector.h"

enum { STATUS_DEADLINE_MS = 30000 };

struct findings {
	int pending, drifted, failed, applied, unknown;
	const struct database *first_failure;
	const char *first_pending, *first_drifted; /* names of databases */
};

static void judge(const struct table *rows, int row, const char *database, struct findings *findings)
{
	const char *state = table_get_text(rows, row, "state");
	if (table_get(rows, row, "applied_at")->has_value || table_get(rows, row, "applied_at")->missing != MISSING_NONE) {
		findings->applied++;
		findings->unknown += table_get_text(rows, row, "checksum") == NULL;
	}
	if (strcmp(state, "pending") == 0) {
		if (findings->pending++ == 0)
			findings->first_pending = database;
	} else if (strcmp(state, "missing") == 0 || strcmp(state, "out_of_order") == 0 || strcmp(state, "edited") == 0 ||
	           strcmp(state, "skipped") == 0) {
		if (findings->drifted++ == 0)
			findings->first_drifted = database;
	}
}

/* all: the rows so far; NULL: none, then a table that stands alone is taken as it is. */
static struct table *add_database(
	struct database *database, struct table *all, struct findings *findings, struct report *report, bool is_one)
{
	struct facts *facts = &database->facts[FACT_MIGRATIONS];
	bool is_known = facts->err.kind == ERR_NONE && facts->table != NULL;
	for (int i = 0; is_known && i < table_rows(facts->table); i++)
		judge(facts->table, i, database->name, findings);
	if (is_known && is_one)
		return facts_take(facts);
	all = all ? all : table_new(&migrations_shape);
	if (!is_known) {
		/* Its row is there all the same: who reads the table sees that something is not known. */
		int row = table_add_row(all);
		table_set_text(all, row, "database", database->name);
		table_set_text(all, row, "advice", facts->err.kind ? facts->err.text : "no answer in time");
		if (findings->failed++ == 0)
			findings->first_failure = database;
		if (!is_one)
			report_log(report, "%s: %s", database->name, facts->err.kind ? facts->err.text : "no answer in time");
		return all;
	}
	for (int i = 0; i < table_rows(facts->table); i++)
		table_copy_row(all, table_add_row(all), facts->table, i);
	return all;
}

/* With --verify a user wants to know how much of it was a comparison. */
static void say_verified(const struct findings *findings, struct report *report)
{
	int known = findings->applied - findings->unknown;
	report_log(report, "%d applied migration%s compared with what ran", known, known == 1 ? "" : "s");
	if (findings->unknown)
		report_log(report,
		    "of %d more nobody wrote down what ran: another tool applied them, or pgtend's own records are not there or not ours "
		    "to read",
		    findings->unknown);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_MIGRATIONS, FACT_COUNT};
	struct findings findings = {0};
	bool is_verifying = command_flag(action->command, "--verify");
	checksums_read_all(is_verifying);
	collect_wait(action->fleet, action->databases, action->database_count, facts, STATUS_DEADLINE_MS);
	checksums_read_all(false);
	struct table *all = NULL;
	for (int i = 0; i < action->database_count; i++)
		all = add_database(action->databases[i], all, &findings, action->report, action->database_count == 1);
	report_rows(action->report, all ? all : table_new(&migrations_shape));
	if (is_verifying)
		say_verified(&findings, action->report);
	if (findings.failed > 0) {
		*err = findings.first_failure->facts[FACT_MIGRATIONS].err;
		if (err->kind == ERR_NONE)
			err_set(err, ERR_TIMEOUT, "no answer in time");
		err_prefix(err, "%s", findings.first_failure->name);
		if (findings.failed < action->database_count)
			err->kind = ERR_PARTIAL;
		return action->database_count > 1
		           ? err_prefix(err, "%d of %d databases gave no answer", findings.failed, action->database_count)
		           : false;
	}
	if (!command_flag(action->command, "--check"))
		return true;
	if (findings.drifted > 0)
		return err_set(err, ERR_DRIFT, "%d migration%s out of order, missing, edited or skipped, the first in %s",
		    findings.drifted, findings.drifted == 1 ? " is" : "s are", findings.first_drifted);
	if (findings.pending > 0)
		return err_set(err, ERR_PENDING, "%d migration%s pending, the first in %s", findings.pending,
		    findings.pending == 1 ? " is" : "s are", findings.first_pending);
	return true;
}

static const struct verb_option options[] = {
    {"--check", OPTION_FLAG, NULL, false,
        "end with status 4 when something is pending, 5 when the order is broken, a file or row is missing or a file was "
        "edited after it was applied"},
    {"--verify", OPTION_FLAG, NULL, false,
        "read every file again, also those whose size, times and inode are as they were when it was last read"},
    {0},
};

const struct verb verb_migrate_status = {
    .name = "migrate",
    .subverb = "status",
    .scope = VERB_READS,
    .options = options,
    .level = GUARD_L0,
    .title = "Show applied and pending migrations",
    .help = "Every file of the migration folders and every row of the history tables that the teams' own tools keep "
            "(node-pg-migrate, Drizzle, plain numbered files, "
            "dbmate, golang-migrate): applied, pending, missing (a row without file), out_of_order, refused (the tool "
            "itself would stop at it), skipped, edited, "
            "each with what to do. A file is edited when its sha256 is another one than that of what ran, which pgtend "
            "writes down in the schema pgtend of the database, Drizzle and some runners in their own table; where nobody did, "
            "it is not known.",
    .example = "pgtend migrate status all --check",
    .shape = &migrations_shape,
    .run = run,
};
