/* restore: a dump becomes a new database, or takes the place of the one that is there. */
#include "pgtend/commands/command.h"
#include "pgtend/restore/act.h"

static const struct verb_option options[] = {
    {"--as", OPTION_TEXT, "NEWDB", false, "name of the new database; otherwise DB_restored_STAMP"},
    {"--replace", OPTION_FLAG, NULL, false,
        "it takes the database's place; the old one is kept as DB_YYYYMMDD, its clients are ended"},
    {"--jobs", OPTION_INT, "N", false, "restore over so many connections at most; otherwise 2"},
    {"--no-owner", OPTION_FLAG, NULL, false, "all belongs to the role that restores; no privileges are given"},
    {"--role", OPTION_TEXT, "ROLE", false, "make everything as this role"},
    {"--resume-jobs", OPTION_FLAG, NULL, false,
        "TimescaleDB's jobs run at once; otherwise they stand still, so that retention drops nothing of what came back"},
    {"--finish", OPTION_FLAG, NULL, false, "bring an interrupted restore to its end"},
    {"--drop", OPTION_FLAG, NULL, false, "drop what interrupted restores left"},
    {0},
};

static bool is_mend(const struct action *action)
{
	return command_flag(action->command, "--finish") || command_flag(action->command, "--drop");
}

static bool check(const struct action *action, struct err *err)
{
	static const char *const others[] = {"--as", "--replace", "--jobs", "--no-owner", "--role", "--resume-jobs"};
	if (!is_mend(action))
		return true;
	if (command_flag(action->command, "--finish") && command_flag(action->command, "--drop"))
		return err_set(err, ERR_USAGE, "--finish and --drop exclude each other");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (command_option(action->command, others[i]) || command_flag(action->command, others[i]))
			return err_set(err, ERR_USAGE, "%s does not go with --finish and --drop: the interrupted restore knows", others[i]);
	if (command_words(action->command)->count > 0)
		return err_set(err, ERR_USAGE, "--finish and --drop take no backup: the interrupted restore knows which");
	return true;
}

static struct restore_request request_of(const struct action *action)
{
	enum { USUAL_JOBS = 2 };
	const struct command *command = action->command;
	const struct words *words = command_words(command);
	int64_t jobs = command_int(command, "--jobs", USUAL_JOBS);
	return (struct restore_request){
	    .which = words->count > 0 ? words->v[0] : NULL,
	    .as = command_option(command, "--as"),
	    .is_replace = command_flag(command, "--replace"),
	    .jobs = jobs < 0 || jobs > INT32_MAX ? 0 : (int)jobs,
	    .no_owner = command_flag(command, "--no-owner"),
	    .role = command_option(command, "--role"),
	    .resume_jobs = command_flag(command, "--resume-jobs"),
	};
}

static bool mend_preview(struct action *action, bool *is_replace, struct words *lines, struct err *err)
{
	return restore_mend_preview(
	    action->fleet, action->database, command_flag(action->command, "--drop"), is_replace, lines, err);
}

/* What is finished may be a --replace. */
static bool weigh(struct action *action, enum guard_level *level, struct err *err)
{
	bool is_replace = command_flag(action->command, "--replace");
	struct words ignored = {0};
	bool is_good = check(action, err) && (!is_mend(action) || mend_preview(action, &is_replace, &ignored, err));
	words_done(&ignored);
	*level = is_replace ? GUARD_L3 : GUARD_L2;
	return is_good;
}

static bool preview(struct action *action, struct err *err)
{
	bool ignored = false;
	struct restore_request request = request_of(action);
	if (!check(action, err))
		return false;
	return is_mend(action) ? mend_preview(action, &ignored, &action->preview, err)
	                       : restore_preview(action->fleet, action->database, &request, &action->preview, err);
}

static bool run(struct action *action, struct err *err)
{
	struct restore_request request = request_of(action);
	if (!check(action, err))
		return false;
	return is_mend(action)
	           ? restore_mend(action->fleet, action->database, command_flag(action->command, "--drop"), action->report, err)
	           : restore_run(action->fleet, action->database, &request, action->report, err);
}

const struct verb verb_restore = {
    .name = "restore",
    .scope = VERB_ACTS_ONE,
    .words = "[latest|ID|FILE]",
    .least_words = 0,
    .most_words = 1,
    .options = options,
    .level = GUARD_L2,
    .weigh = weigh,
    .has_dry_run = true,
    .title = "Make a database of a backup, or of anybody's dump",
    .help = "Restores into a new database, always; latest (or nothing) is the newest backup that `check backups` counts: good, verified, of this server, not from "
            "the future; what is newer by its name is told. While it is filled it is called pgtend_restore_DB_XXXXXXXX and nobody else may connect; only "
            "when it is whole and its rows were counted it gets its name. What the server must have (roles, extensions in their versions, room) "
            "is looked at before anything is made. --replace then changes names in one transaction: the live database becomes DB_YYYYMMDD and is kept, "
            "its clients are ended, its owner, privileges, settings and limits go over to the new one. TimescaleDB comes back in its own order, "
            "the extension's version first; its jobs stand still afterwards, unless --resume-jobs. FILE may be any dump of pg_dump: custom, directory, "
            "tar, .sql, .sql.gz, .sql.zst; SQL that holds commands of psql's or reaches out of the database is refused with FILE:LINE. Killed at any "
            "moment, the live database is as it was or the restored one is in its place; what is left is told by the next restore, and --finish "
            "or --drop deals with it.",
    .example = "pgtend restore core latest --as core_copy",
    .shape = &restore_shape,
    .preview = preview,
    .run = run,
};
