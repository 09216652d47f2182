/* vacuum, vacuum analyze, vacuum full, analyze. */
#include "maintaining.h"

static const struct verb_option options[] = {
    MAINTAIN_TABLE_OPTION,
    MAINTAIN_BUDGET_OPTION,
    {0},
};

static bool work(const struct action *action, enum maintain_what what, bool is_dry_run, struct report *report, struct err *err)
{
	struct maintain_options how = maintaining_options(action, is_dry_run);
	return maintain_vacuum(action->fleet, action->database, what, &how, report, err);
}

static bool run_vacuum(struct action *action, struct err *err)
{
	return work(action, MAINTAIN_VACUUM, action->is_dry_run, action->report, err);
}

static bool run_analyze(struct action *action, struct err *err)
{
	return work(action, MAINTAIN_ANALYZE, action->is_dry_run, action->report, err);
}

static bool run_vacuum_analyze(struct action *action, struct err *err)
{
	return work(action, MAINTAIN_VACUUM_ANALYZE, action->is_dry_run, action->report, err);
}

ACTS_VERB(full, MAINTAIN_VACUUM_FULL)

#define BUDGET_WORDS " With --budget (or key maintain_budget) no further table is begun after that time; what is left is named (exit status 3)."

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
            "Hypertables are vacuumed chunk by chunk; compressed chunks, whose rows lie elsewhere and do not change, are passed over." BUDGET_WORDS,
    .example = "pgtend vacuum core --table public.users",
    .shape = &vacuum_shape,
    .run = run_vacuum,
};

const struct verb verb_vacuum_analyze = {
    .name = "vacuum",
    .subverb = "analyze",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L1,
    .has_dry_run = true,
    .title = "Vacuum, and make new statistics",
    .help = "As vacuum, and each table's statistics for the planner are made anew; partitioned tables and hypertables get theirs too." BUDGET_WORDS,
    .example = "pgtend vacuum analyze atriz",
    .shape = &vacuum_shape,
    .run = run_vacuum_analyze,
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
            "own size of free disk. One table, or one chunk of a hypertable, "
            "at a time; the wait for each lock ends after lock_timeout." BUDGET_WORDS,
    .example = "pgtend vacuum full tracking --table location_events",
    .shape = &vacuum_shape,
    .preview = full_preview,
    .run = full_run,
};

const struct verb verb_analyze = {
    .name = "analyze",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L1,
    .has_dry_run = true,
    .title = "Make new statistics for the planner",
    .help = "Samples the tables of a database one by one, the small ones first, partitioned tables and hypertables too, so that the planner knows what is in "
            "them. Reading and writing go on. A table that the role may not analyze is passed over with a line; one that stays locked for lock_timeout is named at "
            "the end (exit status 3)." BUDGET_WORDS,
    .example = "pgtend analyze macro_ai",
    .shape = &vacuum_shape,
    .run = run_analyze,
};
