/* backup: takes dumps that are read back before they are called backups. */
#include "pgtend/backup/backup.h"
#include "pgtend/commands/command.h"

static const struct verb_option options[] = {
    {"--jobs", OPTION_INT, "N", false, "connections at most, over all databases of the command; otherwise 2. From 3 on a large database may be dumped by several"},
    {"--out", OPTION_FILE, "DIR", false, "folder of the backups instead of backup_dir; DB/DB-STAMP.dump is made in it"},
    {0},
};

static bool run(struct action *action, struct err *err)
{
	const struct backup_options how = {
	    .out_dir = command_option(action->command, "--out"),
	    .jobs = (int)command_int(action->command, "--jobs", 0),
	    .group = action->command,
	    .is_dry_run = action->is_dry_run,
	};
	return backup_take(action->fleet, action->database, &how, action->report, err);
}

const struct verb verb_backup = {
    .name = "backup",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L1,
    .is_ordered_by_config = true,
    .has_dry_run = true,
    .is_unordered = true,
    .limits_itself = true,
    .title = "Dump databases and read the dumps back",
    .help = "Runs pg_dump of a version that fits the server, in its custom format, into DIR/DB/DB-STAMP.dump (STAMP is "
            "UTC); while it is written it has another "
            "name. Only when pg_dump ended well, the file is on disk, and pg_restore has read all of it, does it get "
            "its name, with a manifest beside it: "
            "versions, extensions, migrations, size, sha256. Interrupted at any moment it leaves nothing that looks "
            "like a backup. Two at once of "
            "one database: the second exits 6. A server that cannot be dumped is skipped with its reason.",
    .example = "pgtend backup all --out /srv/backups",
    .shape = &backup_result_shape,
    .run = run,
};
