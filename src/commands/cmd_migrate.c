/* migrate up, down, new: the verbs that act on a migration folder. */
#include "pgtend/commands/command.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/preflight/pulse.h"
#include "pgtend/rehearse/rehearse.h"
#include "pgtend/runner/run.h"

enum { PREVIEW_LINES = 60 };

#define TRANSACTION_OPTION                                                                                             \
	{                                                                                                                  \
		"--transaction", OPTION_CHOICE, "file|all", false,                                                             \
		    "one transaction a file, or one for all; otherwise the key `transaction`, or as the team's tool does it"  \
	}

static const struct verb_option down_options[] = {
    {"--count", OPTION_INT, "N", false, "so many migrations (without it: 1)"},
    TRANSACTION_OPTION,
    {0},
};

static const struct verb_option up_options[] = {
    {"--to", OPTION_TEXT, "NAME", false, "up to this migration, named as migrate status names it or by its number, and no further"},
    {"--count", OPTION_INT, "N", false, "so many migrations at most"},
    {"--plan", OPTION_TEXT, "HASH", false, "only if the plan is still the one with this hash (migrate plan and rehearse say it), else end with status 5"},
    TRANSACTION_OPTION,
    {"--rehearse", OPTION_FLAG, NULL, false, "first on a fresh copy, as migrate rehearse does; then that very plan and no other"},
    {"--schema-only", OPTION_FLAG, NULL, false, "with --rehearse: copy no rows"},
    {"--on", OPTION_TEXT, "SERVER|URL", false, "with --rehearse: make the copy there"},
    {0},
};

static enum migrate_direction direction_of(const struct verb *verb)
{
	return strcmp(verb->subverb, "up") == 0 ? MIGRATE_UP : strcmp(verb->subverb, "down") == 0 ? MIGRATE_DOWN : MIGRATE_REDO;
}

static bool take_count(const struct action *action, int *count, struct err *err)
{
	int64_t value = command_int(action->command, "--count", 0);
	if (command_option(action->command, "--count") != NULL && (value < 1 || value > 1000000))
		return err_set(err, ERR_USAGE, "--count is a whole number from 1 on");
	*count = (int)value;
	return true;
}

static bool rehearse(const struct action *action, const struct migrate_options *options, struct report *report, struct err *err)
{
	const struct rehearse_options rehearse = {
	    .run = *options,
	    .on = command_option(action->command, "--on"),
	    .is_schema_only = command_flag(action->command, "--schema-only"),
	};
	return rehearse_then_run(action->fleet, action->database, &rehearse, report, err);
}

/* How the database feels before it is changed, for `preflight --after`. That it cannot be told keeps nobody from changing it. */
static void keep_pulse(struct session *session, void *arg)
{
	const struct action *action = arg;
	struct pulse *pulse = NULL;
	struct err why = {0};
	if (!pulse_take(action->fleet, action->database, session, &pulse, &why) || !pulse_keep(action->database, pulse, "migrate up", &why))
		report_log(action->report, "for `preflight --after` nothing could be written down: %s", why.text);
	pulse_free(pulse);
}

static bool migrate(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	const char *transaction = command_option(action->command, "--transaction");
	struct migrate_options options = {.is_dry_run = is_dry_run, .direction = direction_of(action->verb)};
	if (options.direction == MIGRATE_UP) {
		options.to = command_option(action->command, "--to");
		options.plan_hash = command_option(action->command, "--plan");
		options.begins = keep_pulse;
		options.begins_arg = (void *)action;
	}
	if (transaction != NULL)
		options.transaction = strcmp(transaction, "all") == 0 ? TRANSACTION_ALL : TRANSACTION_FILE;
	bool is_rehearsed = options.direction == MIGRATE_UP && command_flag(action->command, "--rehearse");
	if (!is_rehearsed && options.direction == MIGRATE_UP &&
	    (command_flag(action->command, "--schema-only") || command_option(action->command, "--on") != NULL))
		return err_set(err, ERR_USAGE, "--schema-only and --on belong to --rehearse");
	if (!take_count(action, &options.count, err))
		return false;
	return is_rehearsed && !is_dry_run ? rehearse(action, &options, report, err)
	                                   : migrate_run(action->fleet, action->database, &options, report, err);
}

/* What would run, found by a dry run, and what a question about locks wants to know. */
static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	bool is_good = migrate(action, true, &report, err);
	/* Warnings come first; of thousands of migrations a question shows some, --dry-run all. */
	size_t shown = action->is_dry_run || report.log.count <= PREVIEW_LINES + 1 ? report.log.count : PREVIEW_LINES;
	for (size_t i = 0; is_good && i < shown; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && shown < report.log.count)
		words_take(&action->preview, mem_format("... and %zu more lines, which --dry-run shows", report.log.count - shown));
	if (is_good && report.summary != NULL)
		words_add(&action->preview, report.summary);
	if (is_good && action->verb->level == GUARD_L2 && command_flag(action->command, "--rehearse"))
		words_add(&action->preview, "first on a fresh copy of the database; then, if all went well there, that very plan here");
	/* Where nothing would run, it waits for nothing. */
	if (is_good && report.all > 0 && action->database->section != NULL) {
		char wait[UNITS_SIZE];
		double seconds = section_seconds(action->database->section, "lock_timeout");
		words_take(&action->preview, mem_format("waits for a lock: %s, each file up to 5 times (lock_timeout)",
		                                 seconds > 0 ? units_ms(wait, seconds * 1000) : "without end"));
	}
	report_done(&report);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	return migrate(action, action->is_dry_run, action->report, err);
}

const struct verb verb_migrate_up = {
    .name = "migrate",
    .subverb = "up",
    .scope = VERB_ACTS,
    .options = up_options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .wants_dependencies = true,
    .stops_on_failure = true,
    .title = "Apply pending migrations",
    .help = "Runs the files that the history table does not have, in the order of the team's own tool, under that "
            "tool's lock: in one transaction a file or one for all, as that tool "
            "does it (--transaction, key transaction), the history row in it, so that nothing is ever half done. A file that cannot run in a "
            "transaction (CREATE INDEX CONCURRENTLY, VACUUM, a line -- pgtend: no-transaction) runs statement by statement; after a failure the "
            "next run goes on where it stopped, and an INVALID index is built again. A file with psql's own commands or COPY data is run by psql. "
            "Databases that others depend on come first. An error is shown as FILE:LINE:COL; what was committed before it is said. A lock that "
            "is not given within lock_timeout, and a deadlock, are tried again up to 5 times. With --rehearse all of it runs on a fresh copy first.",
    .example = "pgtend migrate up core --count 1",
    .shape = &rehearse_shape,
    .preview = preview,
    .run = run,
};

const struct verb verb_migrate_down = {
    .name = "migrate",
    .subverb = "down",
    .scope = VERB_ACTS,
    .options = down_options,
    .level = GUARD_L3,
    .has_dry_run = true,
    .is_dependents_first = true,
    .stops_on_failure = true,
    .title = "Take back the last migrations",
    .help = "Runs the down part of the last applied migration, or of the last N, newest first, in transactions as migrate up, "
            "together with the removal of the history row. A file that is gone or has no down part is said before anything runs.",
    .example = "pgtend migrate down pshop --count 2",
    .preview = preview,
    .run = run,
};

const struct verb verb_migrate_redo = {
    .name = "migrate",
    .subverb = "redo",
    .scope = VERB_ACTS_ONE,
    .options = down_options,
    .level = GUARD_L3,
    .has_dry_run = true,
    .title = "Take back the last migrations and apply them again",
    .help = "Runs the down part of the last applied migration, or of the last N, newest first, and then applies the same ones again, in "
            "their order: for a migration that is being written. With --transaction all it is one transaction: either all of it is done or "
            "nothing.",
    .example = "pgtend migrate redo pshop",
    .preview = preview,
    .run = run,
};

static bool run_new(struct action *action, struct err *err)
{
	char *made = NULL;
	if (!migrate_new(action->database, command_words(action->command)->v[0], action->is_dry_run, &made, err))
		return false;
	report_summary(action->report, action->is_dry_run ? "would make %s" : "made %s", made);
	if (!action->is_dry_run)
		report_hint(action->report, "write it, then: pgtend migrate up %s", action->database->name);
	mem_free(made);
	return true;
}

const struct verb verb_migrate_new = {
    .name = "migrate",
    .subverb = "new",
    .scope = VERB_ACTS_ONE,
    .words = "NAME",
    .least_words = 1,
    .most_words = 1,
    .level = GUARD_L0,
    .has_dry_run = true,
    .is_offline = true,
    .title = "Make the next migration file",
    .help = "Makes a file in the database's migration folder, named and filled as the team's tool does it: for "
            "node-pg-migrate the milliseconds of now (more than the last file's, whatever the clock says), the name with "
            "- for _ and blanks, and the lines -- Up Migration and -- Down Migration; for plain folders the next number; "
            "for dbmate and golang-migrate (both files of the pair) the date or the next number, as the folder has it; "
            "for Drizzle what `drizzle-kit generate --custom` makes: the file, the snapshot and the entry in the journal. "
            "Where drizzle-kit has to make a snapshot first, the exact command is said.",
    .example = "pgtend migrate new core add_user_preferences",
    .run = run_new,
};
