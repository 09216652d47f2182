/* migrate up, down, new: the verbs that act on a migration folder. */
#include "pgtend/commands/command.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/rehearse.h"

static const struct verb_option count_options[] = {
    {"--count", OPTION_INT, "N", false, "so many migrations at most (up: all; down: 1)"},
    {0},
};

static const struct verb_option up_options[] = {
    {"--count", OPTION_INT, "N", false, "so many migrations at most"},
    {"--rehearse", OPTION_FLAG, NULL, false, "first on a fresh copy, as migrate rehearse does; then that very plan and no other"},
    {"--schema-only", OPTION_FLAG, NULL, false, "with --rehearse: copy no rows"},
    {"--on", OPTION_TEXT, "SERVER|URL", false, "with --rehearse: make the copy there"},
    {0},
};

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

static bool migrate(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	struct migrate_options options = {.is_dry_run = is_dry_run};
	options.direction = action->verb->level == GUARD_L2 ? MIGRATE_UP : MIGRATE_DOWN;
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
	for (size_t i = 0; is_good && i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && report.summary != NULL)
		words_add(&action->preview, report.summary);
	if (is_good && action->verb->level == GUARD_L2 && command_flag(action->command, "--rehearse"))
		words_add(&action->preview, "first on a fresh copy of the database; then, if all went well there, that very plan here");
	if (is_good && action->database->section != NULL) {
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
            "tool's lock: each in a transaction of its "
            "own, its history row in it, so that nothing is ever half done. Databases that others depend on come "
            "first. An error is shown "
            "as FILE:LINE:COL; what ran before it stays, what follows waits. With --rehearse all of it runs on a fresh copy first. Now node-pg-migrate's files are run; for "
            "other tools the command to "
            "run is said.",
    .example = "pgtend migrate up core --count 1",
    .shape = &rehearse_shape,
    .preview = preview,
    .run = run,
};

const struct verb verb_migrate_down = {
    .name = "migrate",
    .subverb = "down",
    .scope = VERB_ACTS,
    .options = count_options,
    .level = GUARD_L3,
    .has_dry_run = true,
    .is_dependents_first = true,
    .stops_on_failure = true,
    .title = "Take back the last migrations",
    .help = "Runs the down part of the last applied migration, or of the last N, newest first, each in a transaction "
            "of its own together with the "
            "removal of its history row. A file that is gone or has no down part is said before anything runs.",
    .example = "pgtend migrate down pshop --count 2",
    .preview = preview,
    .run = run,
};

static bool run_new(struct action *action, struct err *err)
{
	char *path = NULL;
	if (!migrate_new(action->database, command_words(action->command)->v[0], action->is_dry_run, &path, err))
		return false;
	report_summary(action->report, action->is_dry_run ? "would make %s" : "made %s", path);
	if (!action->is_dry_run)
		report_hint(action->report, "write it, then: pgtend migrate up %s", action->database->name);
	mem_free(path);
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
