/* seed: fills databases from their seeds folders. */
#include "pgtend/commands/command.h"
#include "pgtend/seeds/seeds.h"

static const struct verb_option options[] = {
    {"--only", OPTION_TEXT, "FILE", false, "one file of the folder, as 010_users.sql or development/020_demo.sql"},
    {"--env", OPTION_TEXT, "ENV", false, "the files of the subfolder ENV follow, not those of the database's own environment; programs get it as NODE_ENV"},
    {"--twice", OPTION_FLAG, NULL, false,
        "run all of them twice and compare the rows of all tables: a seed that is not idempotent is named, exit 1"},
    {0},
};

static bool seed(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	struct seeds_options wanted = {
	    .only = command_option(action->command, "--only"),
	    .environment = command_option(action->command, "--env"),
	    .is_dry_run = is_dry_run,
	    .is_twice = command_flag(action->command, "--twice"),
	};
	return seeds_run(action->fleet, action->database, &wanted, report, err);
}

static bool preview(struct action *action, struct err *err)
{
	struct report report = {0};
	bool is_good = seed(action, true, &report, err);
	for (size_t i = 0; is_good && i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && report.summary != NULL)
		words_add(&action->preview, report.summary);
	report_done(&report);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	return seed(action, action->is_dry_run, action->report, err);
}

const struct verb verb_seed = {
    .name = "seed",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .is_never_in_production = true,
    .has_dry_run = true,
    .wants_dependencies = true,
    .title = "Fill databases from their seed files",
    .help = "Runs the files of the folder `seeds` in name order, then those of its subfolder that is called as the environment. Each .sql file "
            "is one transaction (through psql where it has psql's own commands or COPY data). A .csv file goes into the table that its name "
            "names behind its number (010_users.csv, 020_app.users.csv, 030_\"My.Table\".csv), as one transaction too: its first line names "
            "columns and is checked before anything runs, mistakes are told as file:line:column, rows whose key is there already stay as they "
            "are, sequences go on behind the keys that came. Programs, and scripts whose extension has a line in [runner], get the connection "
            "in their environment (PGHOST..., DATABASE_URL). What cannot run is said before anything runs. Hidden files, README and what "
            "editors leave behind are passed over. What ran is recorded (`seed status`). Never in production, be it NODE_ENV, `environment` "
            "or --env that says so.",
    .example = "pgtend seed core --only 010_users.sql",
    .shape = &seed_shape,
    .preview = preview,
    .run = run,
};
