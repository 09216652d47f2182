/* migrate rehearse: the pending files on a fresh copy of the database, which is thrown away. */
#include "pgtend/commands/command.h"

#include "pgtend/core/mem.h"
#include "pgtend/rehearse/rehearse.h"

static const struct verb_option options[] = {
    {"--to", OPTION_TEXT, "NAME", false, "up to this migration, and no further"},
    {"--count", OPTION_INT, "N", false, "so many migrations at most"},
    {"--transaction", OPTION_CHOICE, "file|all", false,
        "one transaction a file, or one for all; otherwise as the team's tool does it"},
    {"--schema-only", OPTION_FLAG, NULL, false, "copy no rows: finds mistakes and locks, not durations"},
    {"--on", OPTION_TEXT, "SERVER|URL", false,
        "make the scratch database there ([server] of the configuration, or a URL)"},
    {0},
};

/* With what chose the files, else the plan would be another one. */
static void hint(struct action *action, const char *hash)
{
	static const char *const names[] = {"--to", "--count", "--transaction"};
	struct text line = {0};
	text_addf(&line, "pgtend migrate up %s", action->database->name);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (command_option(action->command, names[i]) != NULL)
			text_addf(&line, " %s %s", names[i], command_option(action->command, names[i]));
	report_hint(action->report, "apply the very same: %s --plan %s", text_str(&line), hash);
	text_done(&line);
}

static bool run(struct action *action, struct err *err)
{
	const struct command *command = action->command;
	const char *transaction = command_option(command, "--transaction");
	int64_t count = command_int(command, "--count", 0);
	char hash[65];
	if (command_option(command, "--count") != NULL && (count < 1 || count > 1000000))
		return err_set(err, ERR_USAGE, "--count is a whole number from 1 on");
	struct rehearse_options rehearse = {
	    .run = {.direction = MIGRATE_UP, .count = (int)count, .to = command_option(command, "--to")},
	    .on = command_option(command, "--on"),
	    .is_schema_only = command_flag(command, "--schema-only"),
	    .is_dry_run = action->is_dry_run,
	};
	if (transaction != NULL)
		rehearse.run.transaction = transaction[0] == 'a' ? TRANSACTION_ALL : TRANSACTION_FILE;
	if (!rehearse_run(action->fleet, action->database, &rehearse, hash, action->report, err))
		return false;
	if (hash[0] != '\0')
		hint(action, hash);
	return true;
}

const struct verb verb_migrate_rehearse = {
    .name = "migrate",
    .subverb = "rehearse",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L0,
    .has_dry_run = true,
    .title = "Try pending migrations on a copy",
    .help =
        "Dumps the database with the real pg_dump, restores it into a scratch database on the same server (or another, "
        "--on), and runs the "
        "pending files there as migrate up would. Tells of each file how long it took, the locks it took by mode and "
        "table, the tables it rewrote, "
        "the rows it wrote, the row counts that changed and what it left invalid. The scratch database is dropped at "
        "the end, also after an error; "
        "what a killed rehearsal left the next one drops. The database itself is only read. Files that reach out of it "
        "(roles, other databases, "
        "server settings) are refused with their place; what functions do elsewhere (dblink, HTTP) they do here too.",
    .example = "pgtend migrate rehearse core --format json",
    .shape = &rehearse_shape,
    .run = run,
};
