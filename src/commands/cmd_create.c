/* create: makes the databases that are not there yet. */
#include "pgtend/commands/command.h"
#include "pgtend/lifecycle/lifecycle.h"

static bool run(struct action *action, struct err *err)
{
	return lifecycle_create(action->fleet, action->database, action->is_dry_run, action->report, err);
}

const struct verb verb_create = {
    .name = "create",
    .scope = VERB_ACTS,
    .level = GUARD_L1,
    .has_dry_run = true,
    .wants_dependencies = true,
    .title = "Create databases that are not there yet",
    .help = "Makes each database as pgtend.ini says: owner, encoding, locale, template, tablespace, connection limit, the extensions in "
            "`extensions`, UTC (or `timezone`) as its time zone, and a comment that names the environment. Before anything is made it "
            "is seen whether the role may, whether owner, template and tablespace are there, and whether the server has each extension: the package is "
            "named, and so is a library that must start with the server, or too few workers for TimescaleDB. A database that exists is left as it "
            "is, only extensions that are configured and missing are added; what it has otherwise than pgtend.ini says is told, with the statement "
            "that changes it. When a later step fails it says what is done; running it again goes on from there.",
    .example = "pgtend create all",
    .shape = &create_shape,
    .run = run,
};
