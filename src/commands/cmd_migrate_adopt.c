/* migrate adopt: writes into the history what is in the database already. */
#include "pgtend/commands/command.h"

#include "pgtend/core/mem.h"
#include "pgtend/runner/adopt.h"

static const struct verb_option options[] = {
    {"--all", OPTION_FLAG, NULL, false, "record every pending migration, whatever is there: you know that they ran"},
    {0},
};

static bool adopt(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	const struct adopt_options wish = {.is_all = command_flag(action->command, "--all"), .is_dry_run = is_dry_run};
	return migrate_adopt(action->fleet, action->database, &wish, report, err);
}

static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	bool is_good = adopt(action, true, &report, err);
	/* --dry-run shows the rows, a question the same in words. */
	for (size_t i = 0; is_good && !action->is_dry_run && i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && report.summary != NULL)
		words_add(&action->preview, report.summary);
	for (size_t i = 0; is_good && action->is_dry_run && i < report.hints.count; i++)
		report_hint(action->report, "%s", report.hints.v[i]);
	if (action->is_dry_run && report.rows != NULL) {
		report_rows(action->report, report.rows);
		report.rows = NULL;
	}
	report_done(&report);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	return adopt(action, action->is_dry_run, action->report, err);
}

const struct verb verb_migrate_adopt = {
    .name = "migrate",
    .subverb = "adopt",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .stops_on_failure = true,
    .title = "Record migrations that are in the database already",
    .help = "For a database that was filled without its history: by an init folder of the container, by psql, by hand, so that the next run "
            "would say \"already exists\". Each pending file is compared with the catalog: tables, columns, indexes, constraints, types, "
            "functions, triggers, policies, extensions and the like, what later files change taken into account. From the first pending file on, those that "
            "are wholly there are recorded as applied, in the team's own history table, under its lock, in one transaction; the first that "
            "is partly there or not there ends it, and is named with what is missing. What no catalog shows (inserted rows, grants) is named "
            "too: such a file counts as run when a later one is wholly there. No file is run.",
    .example = "pgtend migrate adopt shop --dry-run",
    .shape = &adopt_shape,
    .preview = preview,
    .run = run,
};
