/* unlock: opens a production database for destructive verbs, for some minutes and with a reason. */
#include "pgtend/commands/command.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static char *reason_of(const struct words *words)
{
	struct text reason = {0};
	for (size_t i = 1; i < words->count; i++) {
		text_add(&reason, i > 1 ? " " : "");
		text_add(&reason, words->v[i]);
	}
	return text_take(&reason);
}

static bool run(struct action *action, struct err *err)
{
	const struct words *words = command_words(action->command);
	const struct database *database = action->database;
	int64_t minutes;
	if (!units_parse_int(words->v[0], &minutes) || minutes < 1 || minutes > GUARD_UNLOCK_MOST_MINUTES)
		return err_set(
		    err, ERR_USAGE, "MINUTES is a whole number from 1 to %d, not '%s'", GUARD_UNLOCK_MOST_MINUTES, words->v[0]);
	char *reason = reason_of(words);
	bool is_done = guard_unlock(database, (int)minutes, reason, err);
	if (is_done)
		report_summary(action->report, "%s is unlocked for %d minutes: %s", database->name, (int)minutes, reason);
	if (is_done && database->environment != ENVIRONMENT_PRODUCTION)
		report_log(action->report, "%s is %s: only production needs it", database->name,
		    environment_word(database->environment));
	else if (is_done && !section_bool(database->section, "allow_destructive"))
		report_log(action->report,
		    "destructive verbs stay refused: allow_destructive = yes is missing in [database %s]", database->name);
	mem_free(reason);
	return is_done;
}

const struct verb verb_unlock = {
    .name = "unlock",
    .scope = VERB_ACTS_ONE,
    .words = "MINUTES REASON...",
    .least_words = 2,
    .most_words = 100,
    .level = GUARD_L0,
    .is_offline = true,
    .title = "Open a production database for destructive verbs",
    .help =
        "In production the verbs that destroy (clean, drop, migrate down, restore --replace and their like) are "
        "refused until the database "
        "was unlocked, with a reason that goes into the audit log; it locks itself again after MINUTES (1 to 240). The "
        "configuration must say allow_destructive = yes as well, and the database's name is still asked. "
        "seed, clean, reset, snapshot and rewind never run in production.",
    .example = "pgtend unlock shop 15 'remove the orders of the load test, ticket 4711'",
    .run = run,
};
