/* reset: databases as the working tree has them. */
#include "pgtend/commands/command.h"
#include "pgtend/fresh/reset.h"

static const struct verb_option options[] = {
    {"--to", OPTION_TEXT, "MIGRATION", false, "migrations up to this one, named as migrate status names it"},
    {"--no-seeds", OPTION_FLAG, NULL, false, "create and migrate up, and no more"},
    {"--rebuild", OPTION_FLAG, NULL, false, "use no template and no spare, make new ones"},
    {"--wait", OPTION_FLAG, NULL, false, "end only when the old database is gone and the next spare stands ready"},
    {0},
};

static struct reset_options options_of(const struct action *action)
{
	return (struct reset_options){
	    .to = command_option(action->command, "--to"),
	    .no_seeds = command_flag(action->command, "--no-seeds"),
	    .is_rebuild = command_flag(action->command, "--rebuild"),
	    .waits = command_flag(action->command, "--wait"),
	};
}

static bool preview(struct action *action, struct err *err)
{
	struct reset_options reset = options_of(action);
	return reset_preview(action->fleet, action->database, &reset, &action->preview, &action->shown, err);
}

static bool run(struct action *action, struct err *err)
{
	struct reset_options reset = options_of(action);
	return reset_run(action->fleet, action->database, &reset, action->shown, action->report, err);
}

const struct verb verb_reset = {
    .name = "reset",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L3,
    .is_never_in_production = true,
    .previews_target = true,
    .has_dry_run = true,
    .wants_dependencies = true,
    .title = "Databases as the working tree has them, at once",
    .help = "Gives each database the state of the working tree: created, migrated, seeded. The new one is made under another name, then both names "
            "change in one transaction, and the old one goes; owner, privileges, settings, limits and comment of the database stay. Who is connected "
            "is shown and, with the answer, disconnected; nobody else is. For each state (migrations, seeds, reset_inputs, extensions, configuration, "
            "server) a template database is kept, and a clone of it stands ready as a spare, so that the same state comes back in an instant; which of "
            "the ways is taken, and why, says --dry-run. Behind it a process of its own drops the old database and makes the next spare (--wait: not "
            "behind it). Templates older than template_max_age are built anew, because seeds may say now(). Killed at any moment, the database is as "
            "before or as after; what is left over is dropped by the next reset. Never in production.",
    .example = "pgtend reset core --confirm core_db",
    .shape = &reset_shape,
    .preview = preview,
    .run = run,
};
