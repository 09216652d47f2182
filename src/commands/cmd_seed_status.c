/* seed status: the seeds folders against what is recorded of their runs. */
#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/probes/collector.h"
#include "pgtend/seeds/seeds.h"

enum { STATUS_DEADLINE_MS = 30000 };

/* A database whose folder is empty, or not configured, or that is never seeded has no rows; who named it is told why. */
static void tell_nothing(const struct database *database, struct report *report)
{
	if (database->environment == ENVIRONMENT_PRODUCTION)
		report_log(report, "%s is production: seeds never run there", database->name);
	else if (section_text(database->section, "seeds") == NULL)
		report_log(report, "%s: no folder of seeds is configured (`seeds = FOLDER`)", database->name);
	else
		report_log(report, "%s: no seeds in %s", database->name, section_text(database->section, "seeds"));
}

static void add_rows(const struct database *database, const struct table *table, struct table *all, struct report *report)
{
	if (table_rows(table) == 0)
		tell_nothing(database, report);
	for (int i = 0; i < table_rows(table); i++)
		table_copy_row(all, table_add_row(all), table, i);
}

static void count(const struct table *all, struct report *report)
{
	static const char *const states[] = {"applied", "changed", "not_run", "gone"};
	static const char *const words[] = {"applied", "changed since", "not run", "gone"};
	int counts[4] = {0};
	for (int i = 0; i < table_rows(all); i++)
		for (int k = 0; k < 4; k++)
			counts[k] += table_get_text(all, i, "state") != NULL && strcmp(table_get_text(all, i, "state"), states[k]) == 0;
	struct text line = {0};
	for (int k = 0; k < 4; k++)
		if (counts[k] > 0)
			text_addf(&line, "%s%d %s", line.length > 0 ? ", " : "", counts[k], words[k]);
	if (line.length > 0)
		report_summary(report, "%s", text_str(&line));
	text_done(&line);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_SEEDS, FACT_COUNT};
	struct table *all = table_new(&seed_status_shape);
	const struct database *failed = NULL;
	int failures = 0;
	collect_wait(action->fleet, action->databases, action->database_count, facts, STATUS_DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		const struct database *database = action->databases[i];
		const struct facts *seen = &database->facts[FACT_SEEDS];
		if (seen->err.kind == ERR_NONE && seen->table != NULL) {
			add_rows(database, seen->table, all, action->report);
			continue;
		}
		table_set_text(all, table_add_row(all), "database", database->name);
		if (action->database_count > 1)
			report_log(action->report, "%s: %s", database->name, seen->err.kind != ERR_NONE ? seen->err.text : "no answer in time");
		failed = failures++ == 0 ? database : failed;
	}
	count(all, action->report);
	report_rows(action->report, all);
	if (failures == 0)
		return true;
	*err = failed->facts[FACT_SEEDS].err;
	if (err->kind == ERR_NONE)
		err_set(err, ERR_TIMEOUT, "no answer in time");
	if (failures < action->database_count)
		err->kind = ERR_PARTIAL;
	return action->database_count > 1
	           ? err_prefix(err, "%d of %d databases gave no answer, the first %s", failures, action->database_count, failed->name)
	           : false;
}

const struct verb verb_seed_status = {
    .name = "seed",
    .subverb = "status",
    .scope = VERB_READS,
    .level = GUARD_L0,
    .title = "Show which seeds ran, and which changed since",
    .help = "Every file of the seeds folders, and what ran of them since the databases were last emptied: applied, changed (the file is "
            "another one since it ran, by its sha256), not_run, gone (it ran, its file is no more). What runs is recorded in the table "
            "pgtend.seeds of the database, in the transaction of the file where it has one; `clean` forgets it. With `metadata = no` "
            "nothing is recorded.",
    .example = "pgtend seed status all",
    .shape = &seed_status_shape,
    .run = run,
};
