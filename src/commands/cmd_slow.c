/* slow: which statements go to the log because they took long; and to set it. */
#include <string.h>

#include "acts.h"
#include "pgtend/queries/slow.h"

static const char *wanted(const struct action *action)
{
	const struct words *words = command_words(action->command);
	return words->count > 0 ? words->v[0] : NULL;
}

static bool work(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	return slow_set(action->fleet, action->database, wanted(action), is_dry_run, report, err);
}

static bool preview(struct action *action, struct err *err)
{
	return wanted(action) == NULL || acts_preview(action, work, err);
}

static void hint_costly(struct action *action, const struct table *rows)
{
	for (int row = 0; row < table_rows(rows); row++) {
		const char *verdict = table_get_text(rows, row, "verdict"), *scope = table_get_text(rows, row, "scope");
		if (verdict == NULL || strcmp(verdict, "warn") != 0)
			continue;
		report_hint(action->report, "%s = %s (for %s): %s", table_get_text(rows, row, "setting"), table_get_text(rows, row, "value"), scope,
		    table_get_text(rows, row, "concern"));
	}
}

static bool run(struct action *action, struct err *err)
{
	if (wanted(action) != NULL)
		return work(action, false, action->report, err);
	struct table *rows = table_new(&slow_shape);
	bool is_good = slow_look(action->fleet, action->database, rows, err);
	if (is_good)
		hint_costly(action, rows);
	report_rows(action->report, rows);
	return is_good;
}

const struct verb verb_slow = {
    .name = "slow",
    .scope = VERB_ACTS_ONE,
    .words = "MS|off|reset",
    .least_words = 0,
    .most_words = 1,
    .level = GUARD_L2,
    .guarded_by = "MS|off|reset",
    .has_dry_run = true,
    .title = "Show or set which slow statements are logged",
    .help = "Without a number: from how long on the server writes statements of this database to its log (log_min_duration_statement), what roles have of their "
            "own, and whatever else is logged at a cost (log_statement = all, log_duration, auto_explain of everything). With MS (250, 2s) or off, ALTER DATABASE "
            "sets it for the sessions that connect from now on; reset gives it back to the server's configuration. The statement is shown first. That takes the "
            "database's owner with SET on the parameter (PostgreSQL 15 and newer), or a superuser.",
    .example = "pgtend slow core 250",
    .shape = &slow_shape,
    .preview = preview,
    .run = run,
};
