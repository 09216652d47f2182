/* migrate repair: where a run left the database, and the step that is chosen. */
#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/runner/repair.h"

static const struct verb_option options[] = {
    {"--accept", OPTION_TEXT, "NAME", true, "take the changed file of an applied migration for what is applied"},
    {"--restart", OPTION_TEXT, "NAME", true,
        "forget how far a half-done migration came, so that it begins anew: when what it did was taken back by hand"},
    {"--rebuild", OPTION_TEXT, "SCHEMA.INDEX", true, "build an invalid index again, concurrently"},
    {"--drop", OPTION_TEXT, "SCHEMA.INDEX", true, "drop an invalid index, concurrently"},
    {0},
};

static struct migrate_repair asked(const struct action *action, bool is_dry_run)
{
	return (struct migrate_repair){
	    .accept = command_option_all(action->command, "--accept"),
	    .restart = command_option_all(action->command, "--restart"),
	    .rebuild = command_option_all(action->command, "--rebuild"),
	    .drop = command_option_all(action->command, "--drop"),
	    .is_dry_run = is_dry_run,
	};
}

static bool is_asked(const struct action *action)
{
	struct migrate_repair repair = asked(action, true);
	return repair.accept->count + repair.restart->count + repair.rebuild->count + repair.drop->count > 0;
}

static bool look(struct action *action, struct err *err)
{
	struct table *rows = table_new(&migrate_repair_shape);
	bool is_good = migrate_repair_look(action->fleet, action->database, rows, err);
	if (is_good && table_rows(rows) == 0)
		report_summary(action->report, "%s: nothing to repair", action->database->name);
	report_rows(action->report, rows);
	return is_good;
}

static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	struct migrate_repair repair = asked(action, true);
	bool is_good = !is_asked(action) || migrate_repair(action->fleet, action->database, &repair, &report, err);
	for (size_t i = 0; is_good && i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	report_done(&report);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	struct migrate_repair repair = asked(action, action->is_dry_run);
	return is_asked(action) ? migrate_repair(action->fleet, action->database, &repair, action->report, err) : look(action, err);
}

const struct verb verb_migrate_repair = {
    .name = "migrate",
    .subverb = "repair",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L3,
    .guarded_by = "--accept --restart --rebuild --drop",
    .has_dry_run = true,
    .title = "Show where a failed run stands, and mend it",
    .help = "After a failure: which files are half done and how far, what golang-migrate left dirty, changed files, rows without file, "
            "files out of order, invalid indexes, a run that died. Each with what is committed and what is not, and with the possible "
            "next steps as commands. The options do those steps that no other verb does; everything else is `migrate up`, `migrate mark` "
            "and `migrate lock`.",
    .example = "pgtend migrate repair core --rebuild public.users_email --confirm atriz_core",
    .shape = &migrate_repair_shape,
    .preview = preview,
    .run = run,
};
