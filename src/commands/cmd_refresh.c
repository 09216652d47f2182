/* refresh: a continuous aggregate made anew over a window; beyond its raw rows that erases. */
#include "acts.h"
#include "pgtend/tracking/tracking.h"

static struct tracking_refresh refresh_of(const struct action *action, bool is_dry_run)
{
	const struct words *words = command_words(action->command);
	return (struct tracking_refresh){
	    .aggregate = words->v[0],
	    .from = words->count > 1 ? words->v[1] : NULL,
	    .to = words->count > 2 ? words->v[2] : NULL,
	    .may_erase = action->level >= GUARD_L3,
	    .is_dry_run = is_dry_run,
	};
}

static bool work(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	const struct tracking_refresh refresh = refresh_of(action, is_dry_run);
	return tracking_refresh(action->fleet, action->database, &refresh, report, err);
}

static bool weigh(struct action *action, enum guard_level *level, struct err *err)
{
	const struct tracking_refresh refresh = refresh_of(action, false);
	bool erases = false;
	if (!tracking_refresh_erases(action->fleet, action->database, &refresh, &erases, err))
		return false;
	*level = erases ? GUARD_L3 : GUARD_L1;
	return true;
}

static bool preview(struct action *action, struct err *err)
{
	return acts_preview(action, work, err);
}

static bool run(struct action *action, struct err *err)
{
	return work(action, false, action->report, err);
}

const struct verb verb_refresh = {
    .name = "refresh",
    .scope = VERB_ACTS_ONE,
    .words = "AGGREGATE [FROM [TO]]",
    .least_words = 1,
    .most_words = 3,
    .level = GUARD_L1,
    .weigh = weigh,
    .has_dry_run = true,
    .title = "Refresh a continuous aggregate",
    .help = "Makes the rows of a continuous aggregate anew between FROM and TO: whole buckets only, times as PostgreSQL reads them, whole numbers for "
            "integer time. An aggregate lives longer than the raw rows that it is made of, and a refresh where those are gone ERASES its rows. So "
            "the window begins, without FROM, where the oldest chunk begins that is still there and that retention would keep, and ends now. A window "
            "that reaches further back, or over a hole (chunks or rows that are gone) from which the aggregate still has rows, stands under the guard of what destroys: its preview counts the rows "
            "that would vanish, and the database's name must be given. The rows of the window before and after are told and kept in the audit log.",
    .example = "pgtend refresh tracking location_hourly",
    .shape = &tracking_refresh_shape,
    .preview = preview,
    .run = run,
};
