/* verify: backups looked into again. */
#include "pgtend/backup/backup.h"
#include "pgtend/commands/command.h"

enum { JOBS = 2 };

static const struct verb_option options[] = {
    {"--backup", OPTION_FILE, "ID", false,
        "this one instead of the newest: its file name without ending, or a path; all: each of them"},
    {"--read", OPTION_FLAG, NULL, false, "also read and count every row"},
    {"--restore", OPTION_FLAG, NULL, false,
        "restore it into a scratch database on the same server, compare the rows of every table, drop it again"},
    {"--jobs", OPTION_INT, "N", false, "connections of a restore at most; without it 2"},
    {0},
};

static bool run(struct action *action, struct err *err)
{
	const struct command *command = action->command;
	enum archive_depth depth = command_flag(command, "--restore") ? ARCHIVE_RESTORED
	                           : command_flag(command, "--read")  ? ARCHIVE_READ
	                                                              : ARCHIVE_CHECKSUM;
	int64_t jobs = command_int(command, "--jobs", JOBS);
	if (jobs < 1 || jobs > 64)
		return err_set(err, ERR_USAGE, "--jobs is a number from 1 to 64");
	return backup_verify(
	    action->fleet, action->database, command_option(command, "--backup"), depth, (int)jobs, action->report, err);
}

const struct verb verb_verify = {
    .name = "verify",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L0,
    .is_unordered = true,
    .title = "Look whether backups are still what they were",
    .help =
        "Compares a backup with its manifest: size and sha256 of every file, its table of contents; with --read also "
        "the "
        "number of rows of every table, with --restore a whole restore of it. Without --backup the newest one is "
        "looked "
        "into, also when it is damaged: that an older one is good says nothing of it (but no other server's, and none from "
        "the future). What is not as the manifest says "
        "makes the exit status 1 and names the file; the manifest notes it, so that `backups`, `check` and `prune` do "
        "not count on it any more. How deep it was found good is noted, too. Except for --restore no server is asked.",
    .example = "pgtend verify all --restore",
    .shape = &backup_verify_shape,
    .run = run,
};
