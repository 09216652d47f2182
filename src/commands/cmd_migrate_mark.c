/* migrate mark: the history is written by hand, nothing runs. */
#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/runner/mark.h"

static bool mark(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	struct migrate_mark mark = {
	    .names = command_words(action->command),
	    .is_applied = strcmp(command_item(action->command), "applied") == 0,
	    .is_dry_run = is_dry_run,
	};
	return migrate_mark(action->fleet, action->database, &mark, report, err);
}

static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	bool is_good = mark(action, true, &report, err);
	for (size_t i = 0; is_good && i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && report.summary != NULL)
		words_add(&action->preview, report.summary);
	report_done(&report);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	return mark(action, action->is_dry_run, action->report, err);
}

const struct verb verb_migrate_mark = {
    .name = "migrate",
    .subverb = "mark",
    .item = "applied|pending",
    .scope = VERB_ACTS_ONE,
    .words = "NAME...",
    .least_words = 1,
    .most_words = 100000,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Record migrations as applied or pending",
    .help = "Writes rows into the history table, or takes them away, just as the team's own tool does it when a migration runs: all "
            "names in one transaction under that tool's lock, or none. For what was done by hand, and for rows whose file is gone. "
            "A history that the tool would refuse afterwards is not written. Names are those of `migrate status`; the number alone will do.",
    .example = "pgtend migrate mark applied core 1729382400000_create_users",
    .preview = preview,
    .run = run,
};
