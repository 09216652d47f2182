/* pitr: point in time by pgBackRest: status, setup, backup, restore. */
#include "internal.h"
#include "pgtend/commands/command.h"
#include "pgtend/pitr/pitr.h"

/* --- status ------------------------------------------------------------------------------------ */

static bool status(struct action *action, struct err *err)
{
	return pitr_status(action->fleet, action->databases, action->database_count, action->report, err);
}

const struct verb verb_pitr_status = {
    .name = "pitr",
    .subverb = "status",
    .scope = VERB_READS,
    .level = GUARD_L0,
    .title = "Show what points in time there are to go back to",
    .help = "One row a server: its stanza in pgBackRest, the newest full and other backups, from when to when it can be restored, whether its archiver "
            "works and how far it is behind, and which settings of archiving wait for a restart. Archiver and settings are asked of the server; the backups "
            "of pgBackRest, which runs on this machine as the owner of the server's data, or as `pgbackrest` in pgtend.ini says.",
    .example = "pgtend pitr status core",
    .shape = &pitr_status_shape,
    .run = status,
};

/* --- setup ------------------------------------------------------------------------------------- */

static const struct verb_option setup_options[] = {
    {"--write", OPTION_FLAG, NULL, false, "write the configuration and the server's settings, make the stanza, check it; otherwise it is only said what would be"},
    {"--stanza", OPTION_TEXT, "NAME", false, "pgBackRest's name for the server; otherwise pgbackrest_stanza, what archive_command names, or main"},
    {"--repo", OPTION_FILE, "DIR", false, "folder of the repository; otherwise the one that is configured, or /var/lib/pgbackrest"},
    {"--keep", OPTION_INT, "N", false, "how many full backups stay, with the log since (2)"},
    {"--options", OPTION_FILE, "FILE", false, "lines for pgBackRest, as repo1-type=s3 and what belongs to it; a file that only its owner reads"},
    {0},
};

static struct pitr_setup setup_of(const struct action *action)
{
	return (struct pitr_setup){
	    .stanza = command_option(action->command, "--stanza"),
	    .repo = command_option(action->command, "--repo"),
	    .options = command_option(action->command, "--options"),
	    .keep = command_int(action->command, "--keep", 0),
	    .is_written = command_flag(action->command, "--write") && !action->is_dry_run,
	};
}

static bool setup_preview(struct action *action, struct err *err)
{
	const struct pitr_setup setup = setup_of(action);
	return pitr_setup_preview(action->fleet, action->database, &setup, &action->preview, err);
}

static bool setup(struct action *action, struct err *err)
{
	const struct pitr_setup setup = setup_of(action);
	return pitr_setup(action->fleet, action->database, &setup, action->report, err);
}

const struct verb verb_pitr_setup = {
    .name = "pitr",
    .subverb = "setup",
    .scope = VERB_ACTS_ONE,
    .options = setup_options,
    .level = GUARD_L2,
    .guarded_by = "--write",
    .has_dry_run = true,
    .gives_log = true,
    .title = "Set up pgBackRest for a server",
    .help = "Compares pgBackRest's configuration and the server's settings of archiving with what they should be, and says what is to be done, as the very "
            "lines to write. With --write it does it: adds the stanza to the configuration (what stands there is never changed), sets archive_mode, wal_level, "
            "archive_command and archive_timeout by ALTER SYSTEM, makes the stanza in the repository, and has pgBackRest check that a segment really arrives. "
            "A setting that needs a restart is said, and the exit status is 3: restart the server, and run it again. An archive_command of somebody else's is never replaced.",
    .example = "pgtend pitr setup core --repo /srv/pgbackrest --write",
    .shape = &pitr_setup_shape,
    .preview = setup_preview,
    .run = setup,
};

/* --- backup ------------------------------------------------------------------------------------- */

static const struct verb_option backup_options[] = {
    {"--type", OPTION_CHOICE, "full|diff|incr", false, "all of it, what changed since the last full one, or since the last of any type (incr); the first one is full"},
    {0},
};

/* A backup of the server was taken for the first of its databases. */
static const struct database *before_it(const struct action *action)
{
	const struct command *command = action->command;
	for (int i = 0; i < command->database_count && command->databases[i] != action->database; i++)
		if (command->databases[i]->server == action->database->server)
			return command->databases[i];
	return NULL;
}

static bool backup(struct action *action, struct err *err)
{
	const char *type = command_option(action->command, "--type");
	const struct database *first = before_it(action);
	if (first != NULL)
		return err_set(err, ERR_UNSUPPORTED, "it lies on the server of %s, whose backup holds both", first->name);
	return pitr_backup(action->fleet, action->database, type != NULL ? type : "incr", action->is_dry_run, action->report, err);
}

const struct verb verb_pitr_backup = {
    .name = "pitr",
    .subverb = "backup",
    .scope = VERB_ACTS,
    .options = backup_options,
    .level = GUARD_L1,
    .is_ordered_by_config = true,
    .has_dry_run = true,
    .title = "Back up a whole server with pgBackRest",
    .help = "Runs pgBackRest for the server of the database: all its databases, also those that are too large to dump. Several databases of one server are one "
            "backup. It is there when pgBackRest lists it; pages with wrong checksums make it fail. Old backups go by pgBackRest's own repo1-retention-full.",
    .example = "pgtend pitr backup core --type full",
    .shape = &pitr_backup_shape,
    .run = backup,
};

/* --- restore ------------------------------------------------------------------------------------- */

static const struct verb_option restore_options[] = {
    {"--to", OPTION_TEXT, "TIME", false, "2026-11-21 14:02:11+01 (UTC without a zone), '10 min ago', or latest"},
    {"--into", OPTION_FILE, "DIR", false, "the new data folder, which must be new or empty; otherwise beside the server's own, with the time in its name"},
    {"--set", OPTION_TEXT, "LABEL", false, "the backup to begin with; otherwise the last one before TIME"},
    {"--timeline", OPTION_TEXT, "N|latest", false, "the history to follow; otherwise the one that the server is on, or the latest when it does not answer"},
    {"--port", OPTION_INT, "PORT", false, "the port that the restored cluster listens on; otherwise the next free one above the server's"},
    {"--start", OPTION_FLAG, NULL, false, "start it, wait until the time is reached, and say how far it came"},
    {"--pause", OPTION_FLAG, NULL, false, "stop at the time and stay read only, until pg_wal_replay_resume() opens it"},
    {0},
};

static struct pitr_restore restore_of(const struct action *action)
{
	return (struct pitr_restore){
	    .to = command_option(action->command, "--to"),
	    .into = command_option(action->command, "--into"),
	    .set = command_option(action->command, "--set"),
	    .timeline = command_option(action->command, "--timeline"),
	    .port = command_int(action->command, "--port", 0),
	    .is_started = command_flag(action->command, "--start"),
	    .is_paused = command_flag(action->command, "--pause"),
	};
}

static bool restore_preview(struct action *action, struct err *err)
{
	const struct pitr_restore restore = restore_of(action);
	return pitr_restore_preview(action->fleet, action->database, &restore, &action->preview, err);
}

static bool restore(struct action *action, struct err *err)
{
	const struct pitr_restore restore = restore_of(action);
	return pitr_restore(action->fleet, action->database, &restore, action->report, err);
}

const struct verb verb_pitr_restore = {
    .name = "pitr",
    .subverb = "restore",
    .scope = VERB_ACTS_ONE,
    .options = restore_options,
    .required = "--to",
    .level = GUARD_L2,
    .may_be_down = true,
    .has_dry_run = true,
    .title = "Restore a server as of a time into a new folder",
    .help = "pgBackRest lays the last backup before TIME into a new folder, and the restored cluster, once started, replays the log up to TIME. The server that is there "
            "is not touched, and need not answer; where it does, the log up to now is archived first, so that TIME is in the repository. The new cluster archives nothing itself, and its "
            "tablespaces lie in DIR.tablespaces. --start starts it and waits; otherwise the line that starts it is said. Take single rows back from it with pg_dump, or move to it as a whole.",
    .example = "pgtend pitr restore core --to '2026-11-21 14:02:11+01' --port 5433 --start",
    .shape = &pitr_restore_shape,
    .preview = restore_preview,
    .run = restore,
};
