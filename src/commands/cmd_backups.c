/* backups: what exists, how old, how deep verified. */
#include "pgtend/backup/backup.h"
#include "pgtend/backup/shapes.h"
#include "pgtend/commands/command.h"

static const struct verb_option options[] = {
	{"--out", OPTION_FILE, "DIR", false, "the backups in DIR instead of backup_dir, as `backup --out` put them there"},
	{0},
};

static bool run(struct action *action, struct err *err)
{
	return backup_catalog_wait(action->fleet, action->databases, action->database_count, command_option(action->command, "--out"), action->report, err);
}

const struct verb verb_backups = {
	.name = "backups",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show backups, their age, how deep they were verified",
	.help = "One row a backup, newest first, by database: its name, age, size and how that changed, how deep it was looked into (`verify`), the migrations that it "
			"holds. state is late when the newest good one is older than the database's policy allows (key backup, limits in [threshold]), damaged when a file does "
			"not fit its manifest. A database without any has one row that says why: its policy is none, none was taken yet, or its server cannot be dumped. Reads "
			"manifests and sizes, no contents: `verify` does that.",
	.example = "pgtend backups core --format json",
	.shape = &backups_shape,
	.run = run,
};
