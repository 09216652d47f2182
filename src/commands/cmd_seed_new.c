/* seed new: the next file of a seeds folder. */
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/seeds/seeds.h"

static const struct verb_option options[] = {
    {"--csv", OPTION_TABLE, "[SCHEMA.]NAME", false, "a CSV file for this table, with its columns as header; it is named after the table"},
    {"--env", OPTION_TEXT, "ENV", false, "in the subfolder ENV, for that environment alone"},
    {0},
};

static bool run(struct action *action, struct err *err)
{
	const struct words *words = command_words(action->command);
	struct seeds_new wanted = {
	    .title = words->count > 0 ? words->v[0] : NULL,
	    .csv_table = command_option(action->command, "--csv"),
	    .environment = command_option(action->command, "--env"),
	    .is_dry_run = action->is_dry_run,
	};
	char *made = NULL;
	if (!seeds_new(action->fleet, action->database, &wanted, &made, err))
		return false;
	report_summary(action->report, action->is_dry_run ? "would make %s" : "made %s", made);
	if (!action->is_dry_run)
		report_hint(action->report, "write it, then: pgtend seed %s", action->database->name);
	mem_free(made);
	return true;
}

const struct verb verb_seed_new = {
    .name = "seed",
    .subverb = "new",
    .scope = VERB_ACTS_ONE,
    .words = "NAME",
    .least_words = 0,
    .most_words = 1,
    .options = options,
    .level = GUARD_L0,
    .has_dry_run = true,
    .is_offline = true,
    .title = "Make the next seed file",
    .help = "Makes a file in the database's seeds folder with the next number, in the width, the steps and the language that the folder has "
            "(001_, 010_ 020_, the date, the milliseconds of now; .sql where nothing is there yet, .ts where all seeds are TypeScript; an "
            "extension in NAME wins). With --csv it is a CSV file with the header of a table, which the database is asked for. No file is "
            "ever overwritten.",
    .example = "pgtend seed new core demo_users",
    .run = run,
};
