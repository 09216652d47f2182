/* preflight: the checklist before a deployment, and afterwards what it has changed. */
#include "pgtend/preflight/preflight.h"

#include "pgtend/commands/command.h"
#include "pgtend/preflight/pulse.h"

static const struct verb_option options[] = {
    {"--after", OPTION_FLAG, NULL, false, "afterwards: what is worse than before the last `migrate up`"},
    {0},
};

static bool run(struct action *action, struct err *err)
{
	return command_flag(action->command, "--after")
	           ? after_wait(action->fleet, action->databases, action->database_count, action->report, err)
	           : preflight_wait(action->fleet, action->databases, action->database_count, action->report, err);
}

const struct verb verb_preflight = {
    .name = "preflight",
    .scope = VERB_READS,
    .options = options,
    .level = GUARD_L0,
    .title = "Look whether a deployment may begin",
    .help = "The checklist before a deployment, each line looked at rather than ticked: the server answers and can be written to; every pending migration was "
            "rehearsed on this machine since its last change, or lint has nothing against it; each has a way back; a verified backup is fresh (keys and thresholds "
            "of backups; without a policy a day); the variables that pgtend.ini names are set, and those that env.example files have stand in .env or the "
            "environment; TLS is in use and the certificate verified; all pools together fit into max_connections; passwords are kept as SCRAM, do not end within a "
            "week, are no older than password_age_warn, and none in pgtend.ini or a .env file of the repository is one that everybody tries (they are never tried "
            "and never shown); times are kept with their zone and the time zone is UTC; what watches the databases answers (key monitoring). Status 1 when there is "
            "a finding or a line could not be looked at. With --after the numbers that `migrate up` left before it began are held against those of now: "
            "verdicts of health, rollbacks, deadlocks, waits for locks, invalid indexes, and statements that became slower (where pg_stat_statements is installed).",
    .example = "pgtend preflight all",
    .shape = &preflight_shape,
    .other_option = "--after",
    .other_shape = &after_shape,
    .run = run,
};
