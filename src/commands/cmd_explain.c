/* explain: the plan of a statement. */
#include <string.h>

#include "acts.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/queries/explain.h"

enum { TIMEOUT_S = 30, TIMEOUT_MOST_S = 3600 };

static const struct verb_option options[] = {
    {"--analyze", OPTION_FLAG, NULL, false, "run it and measure: in a read-only transaction that is rolled back"},
    {"--timeout", OPTION_DURATION, "DURATION", false, "how long it may run (30s)"},
    {0},
};

static bool work(const struct action *action, bool is_preview, struct report *report, struct err *err)
{
	double seconds = TIMEOUT_S;
	const char *timeout = command_option(action->command, "--timeout");
	if (timeout != NULL && (!units_parse_duration_s(timeout, &seconds) || seconds < 0.001 || seconds > TIMEOUT_MOST_S))
		return err_set(err, ERR_USAGE, "--timeout takes a duration up to an hour, not '%s'", timeout);
	char *what = words_join(command_words(action->command), " ");
	const struct explain explain = {
	    .what = what,
	    .is_analyze = command_flag(action->command, "--analyze"),
	    .wants_json = strcmp(command_format(action->command), "json") == 0,
	    .timeout_ms = (int)(seconds * 1000),
	};
	bool is_good = is_preview ? explain_preview(action->database, &explain, report, err) :
	                            explain_run(action->fleet, action->database, &explain, report, err);
	mem_free(what);
	return is_good;
}

static bool preview(struct action *action, struct err *err)
{
	return acts_preview(action, work, err);
}

static bool run(struct action *action, struct err *err)
{
	return work(action, false, action->report, err);
}

const struct verb verb_explain = {
    .name = "explain",
    .scope = VERB_ACTS_ONE,
    .words = "SQL|QUERYID",
    .least_words = 1,
    .most_words = 1000,
    .options = options,
    .level = GUARD_L2,
    .guarded_by = "--analyze",
    .has_dry_run = true,
    .gives_log = true,
    .title = "Show the plan of a statement",
    .help = "Of one statement, in quotes, or of one that pg_stat_statements counts, by its number there (`statements`): as EXPLAIN shows it, and with --format json "
            "as EXPLAIN (FORMAT JSON). A statement given by its number has $1 for its values and is planned for any of them (GENERIC_PLAN, before PostgreSQL 16 "
            "as a prepared statement). --analyze runs a statement that reads, in a read-only transaction that is rolled back, no longer than --timeout.",
    .example = "pgtend explain core \"select * from users where id = 7\" --analyze",
    .shape = &explain_shape,
    .preview = preview,
    .run = run,
};
