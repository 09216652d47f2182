/* help: what a verb does, from the table of verbs. */
#include "pgtend/commands/command.h"

#include <string.h>

#include "pgtend/core/mem.h"

static bool run(struct action *action, struct err *err)
{
	const struct words *words = command_words(action->command);
	const char *name = words->count > 0 ? words->v[0] : NULL;
	const char *subverb = words->count > 1 ? words->v[1] : NULL;
	if (!command_known(name, subverb, err))
		return false;
	char *text = command_help(name, subverb);
	char *rest = text, *line;
	while ((line = strsep(&rest, "\n")))
		if (*line || rest)
			report_log(action->report, "%s", line);
	mem_free(text);
	return true;
}

const struct verb verb_help = {
    .name = "help",
    .scope = VERB_NO_DATABASE,
    .words = "[VERB [SUBVERB]]",
    .most_words = 2,
    .level = GUARD_L0,
    .is_config_free = true,
    .is_quiet = true,
    .title = "Say what a verb does",
    .help = "Without a verb: all verbs, one line each. With one: its arguments, options, guard, exit statuses and an "
            "example.",
    .example = "pgtend help migrate up",
    .run = run,
};
