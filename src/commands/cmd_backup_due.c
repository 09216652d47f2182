/* backup due: what the policies order, for cron or a timer. */
#include "pgtend/backup/backup.h"
#include "pgtend/commands/command.h"

static const struct verb_option options[] = {
	{"--jobs", OPTION_INT, "N", false, "connections at most, over all databases of the command; otherwise 2"},
	{0},
};

static bool run(struct action *action, struct err *err)
{
	const struct backup_options how = {
		.jobs = (int)command_int(action->command, "--jobs", 0),
		.group = action->command,
		.is_dry_run = action->is_dry_run,
	};
	return backup_due(action->fleet, action->database, &how, action->report, err);
}

const struct verb verb_backup_due = {
	.name = "backup",
	.subverb = "due",
	.scope = VERB_ACTS,
	.takes_all = true,
	.options = options,
	.is_unordered = true,
	.limits_itself = true,
	.level = GUARD_L1,
	.is_ordered_by_config = true,
	.has_dry_run = true,
	.title = "Take the backups that the policies say are due",
	.help = "For cron or a timer; without names it is about all databases. daily: a backup is due when the last good one is of an earlier day (days of UTC), weekly: when it "
			"is of the seventh day before or earlier; one that is damaged, was never verified or is from the future counts for nothing. Run it more than once in a "
			"night: what is there is not taken again, what failed is. The command of after_backup is tried again for every backup for which it failed or was "
			"interrupted. Two at once: the second exits 6. A server that cannot be dumped is skipped with its reason.",
	.example = "pgtend backup due",
	.shape = &backup_due_shape,
	.run = run,
};
