/* drop-chunks: old chunks go now, with or without a policy. */
#include "acts.h"

#include "pgtend/core/mem.h"
#include "pgtend/tracking/tracking.h"

static const struct verb_option options[] = {
    {"--older-than", OPTION_TEXT, "AGE", false,
        "chunks whose whole range is older: '30 days', '3 months'; for integer time a whole number in its units"},
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this hypertable or aggregate only"},
    {0},
};

static bool drop(const struct action *action, bool is_dry_run, struct report *report, char **shown, struct err *err)
{
	const struct tracking_drop drop = {
	    .older_than = command_option(action->command, "--older-than"),
	    .tables = command_option_all(action->command, "--table"),
	    .shown = is_dry_run ? NULL : action->shown,
	    .is_dry_run = is_dry_run,
	};
	return tracking_drop(action->fleet, action->database, &drop, report, shown, err);
}

static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	mem_free(action->shown);
	action->shown = NULL;
	bool is_good = drop(action, true, &report, &action->shown, err);
	acts_show(action, &report, is_good);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	return drop(action, false, action->report, NULL, err);
}

const struct verb verb_drop_chunks = {
    .name = "drop-chunks",
    .scope = VERB_ACTS,
    .options = options,
    .required = "--older-than",
    .level = GUARD_L3,
    .has_dry_run = true,
    .title = "Drop chunks that are older than an age",
    .help = "Drops the chunks of hypertables whose whole range is older than AGE, in one transaction: all of them or none. It needs no policy, and so is "
            "the way to keep only the last days where TimescaleDB's Apache edition has none. Without --table all hypertables of the database are "
            "meant; continuous aggregates only where --table names them. Shown before: the chunks, their bytes, the locks that it needs, the sessions "
            "that would block it now, the aggregates that are not made of it yet; what was shown is what is dropped, though time goes on. Rows of an aggregate that is made of what was dropped stay.",
    .example = "pgtend drop-chunks tracking --older-than '30 days' --table location_events",
    .shape = &tracking_chunks_shape,
    .preview = preview,
    .run = run,
};
