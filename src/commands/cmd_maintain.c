/* maintain daily, maintain weekly. */
#include "maintaining.h"

static const struct verb_option daily_options[] = {
    {"--skip", OPTION_CHOICE, "analyze|size|bloat|connections", true, "leave this step out"},
    MAINTAIN_BUDGET_OPTION,
    {0},
};

static const struct verb_option weekly_options[] = {
    {"--skip", OPTION_CHOICE, "archive|vacuum|reindex|unused", true, "leave this step out"},
    MAINTAIN_BUDGET_OPTION,
    {0},
};

static bool work(const struct action *action, bool is_weekly, bool is_dry_run, struct report *report, struct err *err)
{
	struct maintain_options how = maintaining_options(action, is_dry_run);
	how.tables = NULL;
	how.skip = command_option_all(action->command, "--skip");
	how.is_by_order = true;
	return is_weekly ? maintain_weekly(action->fleet, action->database, &how, report, err)
	                 : maintain_daily(action->fleet, action->database, &how, report, err);
}

static bool run_daily(struct action *action, struct err *err)
{
	return work(action, false, action->is_dry_run, action->report, err);
}

ACTS_VERB(weekly, true)

/* Rows that are taken out do not come back. */
static bool weigh_weekly(struct action *action, enum guard_level *level, struct err *err)
{
	(void)err;
	bool takes_rows = maintain_has_archive(action->database) && !words_has(command_option_all(action->command, "--skip"), "archive");
	*level = takes_rows ? GUARD_L3 : GUARD_L2;
	return true;
}

#define END_WORDS \
	" One database of a server at a time. A table that stays locked is named, and the next one taken (exit status 3); with --budget (or key maintain_budget) no " \
	"further step is begun after that time, and what is left is named. In a script nothing is asked: the configuration orders it."

const struct verb verb_maintain_daily = {
    .name = "maintain",
    .subverb = "daily",
    .scope = VERB_ACTS,
    .options = daily_options,
    .is_unordered = true,
    .level = GUARD_L1,
    .is_ordered_by_config = true,
    .has_dry_run = true,
    .title = "What is due every day: statistics, and a report",
    .help = "Makes new statistics of the tables that changed, then tells the biggest tables and how they grow, what is full of dead rows or air (limits "
            "dead_rows_warn, bloat_warn), and how many connections are used." END_WORDS,
    .example = "pgtend maintain daily all",
    .shape = &maintain_shape,
    .run = run_daily,
};

const struct verb verb_maintain_weekly = {
    .name = "maintain",
    .subverb = "weekly",
    .scope = VERB_ACTS,
    .options = weekly_options,
    .is_unordered = true,
    .level = GUARD_L2,
    .weigh = weigh_weekly,
    .is_ordered_by_config = true,
    .has_dry_run = true,
    .title = "What is due every week: archive, vacuum, reindex, unused indexes",
    .help = "Takes old rows out (see archive; where there are such rules it asks the database's name, and in production it needs allow_destructive = yes, in a "
            "script too), vacuums and analyzes every table, builds those indexes anew concurrently that need it (see reindex), and tells which indexes "
            "nobody uses or another one makes needless." END_WORDS,
    .example = "pgtend maintain weekly all --budget 2h",
    .shape = &maintain_shape,
    .preview = weekly_preview,
    .run = weekly_run,
};
