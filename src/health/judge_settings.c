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

/* The default itself may be what is wrong. */
static const char *better_value(const struct table *table, int row)
{
	const char *name = table_get_text(table, row, "name"), *usual = table_get_text(table, row, "default_value"), *value = table_get_text(table, row, "value");
	if (strcmp(name, "password_encryption") == 0)
		return "scram-sha-256";
	return usual != NULL && strcmp(usual, value) != 0 ? usual : strcmp(value, "off") == 0 ? "on" : "off";
}

/* What ALTER SYSTEM says does not reach what stands in the command line, nor what one database sets for itself. */
static char *mend_setting(const struct judging *judging, const struct table *table, int row)
{
	const char *name = table_get_text(table, row, "name"), *context = table_get_text(table, row, "context");
	if (!fact_is(table, row, "scope", "server")) {
		char *dbname = text_sql_name(judging->database->dbname);
		char *mend = mem_format("ALTER DATABASE %s RESET %s; new sessions have the server's value", dbname, name);

		mem_free(dbname);
		return mend;
	}
	if (fact_is(table, row, "source", "command line") || fact_is(table, row, "source", "environment variable"))
		return mem_format("%s stands in the command line that starts the server: take it out there; it takes a restart", name);
	return mem_format("ALTER SYSTEM SET %s = '%s'%s%s", name, better_value(table, row),
		strcmp(name, "ssl") == 0 ? ", with a certificate (ssl_cert_file, ssl_key_file)" : "",
		context != NULL && strcmp(context, "postmaster") == 0 ? "; it takes a restart" : "; select pg_reload_conf()");
}

static void judge_setting(struct judging *judging, const struct table *table, int row)
{
	bool is_crit = fact_is(table, row, "verdict", "crit");
	const char *name = table_get_text(table, row, "name");
	struct finding *finding = finding_new(judging, name);
	char *text = mem_format("%s = %s: %s", name, table_get_text(table, row, "value"), table_get_text(table, row, "concern"));
	finding_raise(finding, !is_serious(judging) ? VERDICT_OK : is_crit ? VERDICT_CRIT : VERDICT_WARN, text);
	if (finding->verdict != VERDICT_OK)
		finding->mend = mend_setting(judging, table, row);
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
