/* prune: removes backups that the policy does not keep. */
#include "pgtend/backup/backup.h"
#include "pgtend/commands/command.h"

static const struct verb_option options[] = {
	{"--out", OPTION_FILE, "DIR", false, "the backups in DIR instead of backup_dir, as `backup --out` put them there"},
	{0},
};

static const char *out_dir(const struct action *action)
{
	return command_option(action->command, "--out");
}

static bool preview(struct action *action, struct err *err)
{
	/* its rows are a result, the lines are for a question */
	if (action->is_dry_run)
		return backup_prune(action->fleet, action->database, out_dir(action), true, action->report, err);
	return backup_prune_preview(action->fleet, action->database, out_dir(action), &action->preview, err);
}

static bool run(struct action *action, struct err *err)
{
	return backup_prune(action->fleet, action->database, out_dir(action), false, action->report, err);
}

const struct verb verb_prune = {
	.name = "prune",
	.scope = VERB_ACTS,
	.options = options,
	.level = GUARD_L3,
	.is_ordered_by_config = true,
	.is_of_files = true,
	.is_unordered = true,
	.has_dry_run = true,
	.title = "Remove backups that are older than the policy keeps",
	.help = "Removes backups older than `keep`, where at least `keep_min` newer ones are verified; without `keep` nothing is removed. Those that stay are read again "
			"first (checksum and table of contents): when one is not good, nothing is removed. Never removed is what pgtend did not write, what does not fit its "
			"manifest, what is from the future because a clock was wrong, and anything while no new backup comes any more. No server is needed. A script is not asked, "
			"because the configuration orders it.",
	.example = "pgtend prune all --dry-run",
	.shape = &prune_shape,
	.preview = preview,
	.run = run,
};
