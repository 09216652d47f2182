/* version: which pgtend this is, and which libraries it found. */
#include "pgtend/commands/command.h"

#include "config.h"

static bool run(struct action *action, struct err *err)
{
	(void)err;
	report_summary(action->report, "pgtend %s", PACKAGE_VERSION);
	return true;
}

const struct verb verb_version = {
    .name = "version",
    .scope = VERB_NO_DATABASE,
    .level = GUARD_L0,
    .is_config_free = true,
    .is_quiet = true,
    .title = "Say which pgtend this is",
    .help = "Prints the name and the version. Reads nothing and asks no server.",
    .example = "pgtend version",
    .run = run,
};
