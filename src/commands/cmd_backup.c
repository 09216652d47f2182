/* backup: takes dumps that are read back before they are called backups. */
#include "pgtend/backup/backup.h"
#include "pgtend/commands/command.h"

static const struct verb_option options[] = {
    {"--jobs", OPTION_INT, "N", false, "connections at most, over all databases of the command; otherwise 2. From 3 on a large database may be dumped by several"},
    {"--out", OPTION_FILE, "DIR", false, "folder of the backups instead of backup_dir; DB/DB-STAMP.dump* is made in it"},
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
    .help = "Runs pg_dump of a version that fits the server into DIR/DB/DB-STAMP.dump (STAMP is UTC), packed with zstd: by pg_dump itself from "
            "version 16 on, by pgtend before that (.dump.zst); a large database may become a folder (.dir) when --jobs gives it three connections or "
            "more. Roles and tablespaces go beside it, without passwords unless backup_passwords says so. While it is written it has another name, and "
            "pg_restore reads it from the disk at the same time, every row of it, and counts them. Only when pg_dump ended well, all is on the disk, and "
            "all of it was read, does it get its name, with a manifest beside it: versions, extensions, migrations, rows of each table, size, sha256. "
            "Interrupted at any moment it leaves nothing that looks like a backup. All databases of a command share --jobs N connections, the largest "
            "goes first; none waits for those it depends on. With key client pg_dump is one in a container. Two at once of one database: the second "
            "exits 6. A server that cannot be dumped is skipped with its reason.",
    .example = "pgtend backup all --out /srv/backups",
    .shape = &backup_result_shape,
    .run = run,
};
