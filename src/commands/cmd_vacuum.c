/* vacuum, vacuum analyze, vacuum full. */
#include "pgtend/commands/command.h"
#include "pgtend/maintain/maintain.h"

static const struct verb_option options[] = {
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this table only"},
    {0},
};

static bool vacuum(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	return maintain_vacuum(action->fleet, action->database, action->verb->subverb,
	    command_option_all(action->command, "--table"), is_dry_run, report, err);
}

static bool run(struct action *action, struct err *err)
{
	return vacuum(action, action->is_dry_run, action->report, err);
}

static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	bool is_good = vacuum(action, true, &report, err);
	for (size_t i = 0; is_good && i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && report.summary != NULL)
		words_add(&action->preview, report.summary);
	report_done(&report);
	return is_good;
}

const struct verb verb_vacuum = {
    .name = "vacuum",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L1,
    .has_dry_run = true,
    .title = "Give back the room of dead rows",
    .help = "Vacuums the tables of a database one by one, the small ones first, so that time and progress of each are "
            "seen. Reading and writing go on. A table "
            "that the role may not vacuum is passed over with a line; one that stays locked for lock_timeout is named "
            "at the end (exit status 3). "
            "Hypertables take their chunks with them.",
    .example = "pgtend vacuum core --table public.users",
    .shape = &vacuum_shape,
    .run = run,
};

const struct verb verb_vacuum_analyze = {
    .name = "vacuum",
    .subverb = "analyze",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L1,
    .has_dry_run = true,
    .title = "Vacuum, and make new statistics",
    .help = "As vacuum, and each table's statistics for the planner are made anew; partitioned tables get theirs too.",
    .example = "pgtend vacuum analyze atriz",
    .shape = &vacuum_shape,
    .run = run,
};

const struct verb verb_vacuum_full = {
    .name = "vacuum",
    .subverb = "full",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Write tables anew without dead rows",
    .help = "Each table is locked against everything, also reading, while it is written anew, which needs up to its "
            "own size of free disk. One table "
            "at a time; the wait for each lock ends after lock_timeout.",
    .example = "pgtend vacuum full tracking --table location_events",
    .shape = &vacuum_shape,
    .preview = preview,
    .run = run,
};
