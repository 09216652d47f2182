/* Settings that no server of use should run with. On a developer's machine much of that is on purpose. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

static bool is_serious(const struct judging *judging)
{
	return judging->database->environment == ENVIRONMENT_PRODUCTION || judging->database->environment == ENVIRONMENT_STAGING;
}

/* Those of other databases and of roles are their business. */
static bool is_of_it(const struct judging *judging, const struct table *table, int row)
{
	char *own = mem_format("database %s", judging->database->dbname);
	bool is_it = fact_is(table, row, "scope", "server") || fact_is(table, row, "scope", own);
	mem_free(own);
	return is_it;
}

static void judge_setting(struct judging *judging, const struct table *table, int row)
{
	bool is_crit = fact_is(table, row, "verdict", "crit");
	const char *name = table_get_text(table, row, "name"), *context = table_get_text(table, row, "context");
	struct finding *finding = finding_new(judging, name);
	char *text = mem_format("%s = %s: %s", name, table_get_text(table, row, "value"), table_get_text(table, row, "concern"));
	finding_raise(finding, !is_serious(judging) ? VERDICT_OK : is_crit ? VERDICT_CRIT : VERDICT_WARN, text);
	if (finding->verdict != VERDICT_OK)
		finding->mend = mem_format("ALTER SYSTEM RESET %s%s", name, context != NULL && strcmp(context, "postmaster") == 0 ? "; it takes a restart" : "; select pg_reload_conf()");
}

static void judge_settings(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_SETTINGS);
	for (int row = 0; table != NULL && row < table_rows(table); row++)
		if ((fact_is(table, row, "verdict", "crit") || fact_is(table, row, "verdict", "warn")) && is_of_it(judging, table, row))
			judge_setting(judging, table, row);
}

static const enum fact settings_facts[] = {FACT_SETTINGS, FACT_COUNT};
static const struct measure_kind settings_measures[] = {{0}};
const struct health_check check_settings = {"settings", "setting", settings_facts, false, settings_measures,
	"settings that are dangerous or costly; findings in staging and production", "nothing is known against its settings", judge_settings};
