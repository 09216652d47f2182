/* Backup: fresh and verified, by pgtend or by pgBackRest. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"

static const char backup[] = "backup";

static const char *policy_of(const struct database *database)
{
	const char *policy = section_text(database->section, "backup");
	return policy != NULL ? policy : "none";
}

/* How old it may be: by its policy; without one a day, because a deployment is worth a backup. */
static double most_s(const struct fleet *fleet, const struct database *database)
{
	return limits_value(fleet, strcmp(policy_of(database), "weekly") == 0 ? "backup_weekly_warn" : "backup_daily_warn");
}

static bool has_fresh_dump(const struct fleet *fleet, const struct database *database, char **words)
{
	const struct table *table = database_facts(database, FACT_BACKUP)->table;
	char age[UNITS_SIZE];
	if (table == NULL || table_rows(table) == 0 || !table_get(table, 0, "age_s")->has_value)
		return false;
	double age_s = table_get_real(table, 0, "age_s", 0);
	if (age_s > most_s(fleet, database))
		return false;
	*words = mem_format("backup %s (verified, %s old)", table_get_text(table, 0, "id"), units_age(age, (int64_t)age_s));
	return true;
}

/* pgBackRest checks every page and file that it copies, and the log that belongs to them. */
static bool has_fresh_point(const struct fleet *fleet, const struct database *database, char **words)
{
	const struct table *table = database_facts(database, FACT_POINTS)->table;
	char age[UNITS_SIZE];
	if (table == NULL || table_rows(table) == 0 || !table_get(table, 0, "last_at")->has_value || table_get_text(table, 0, "reason") != NULL)
		return false;
	int64_t age_s = (units_now_us() - table_get_int(table, 0, "last_at", 0)) / 1000000;
	if ((double)age_s > limits_value(fleet, "pitr_backup_warn"))
		return false;
	*words = mem_format("a backup of pgBackRest (%s old)", units_age(age, age_s));
	return true;
}

bool line_has_fresh_backup(const struct fleet *fleet, const struct database *database, char **words)
{
	*words = NULL;
	return has_fresh_dump(fleet, database, words) || has_fresh_point(fleet, database, words);
}

static void say_none(struct preflight *preflight, const struct database *database)
{
	const struct facts *facts = database_facts(database, FACT_BACKUP);
	const char *trouble = facts->table != NULL && table_rows(facts->table) > 0 ? table_get_text(facts->table, 0, "newer_trouble") : NULL;
	char age[UNITS_SIZE], limit[UNITS_SIZE], *words;
	if (facts->table == NULL) {
		line_add(preflight, database, backup, NULL, LINE_UNKNOWN, mem_copy(facts->err.kind != ERR_NONE ? facts->err.text : "backups were not looked at in time"), NULL);
		return;
	}
	if (table_rows(facts->table) > 0 && table_get(facts->table, 0, "age_s")->has_value)
		words = mem_format("the newest verified backup is %s old (fresh: up to %s)%s%s", units_age(age, (int64_t)table_get_real(facts->table, 0, "age_s", 0)),
		    units_age(limit, (int64_t)most_s(preflight->fleet, database)), trouble != NULL ? "; a newer one does not count: " : "", trouble != NULL ? trouble : "");
	else
		words = mem_format("there is no verified backup%s%s", trouble != NULL ? ": " : "", trouble != NULL ? trouble : "");
	line_add(preflight, database, backup, NULL, LINE_FINDING, words, mem_format("pgtend backup %s", database->name));
}

/* What the newest good one hides: a newer one that is none, a copy elsewhere that failed. */
static void say_trouble(struct preflight *preflight, const struct database *database)
{
	const struct table *table = database_facts(database, FACT_BACKUP)->table;
	const char *newer = table != NULL && table_rows(table) > 0 ? table_get_text(table, 0, "newer_trouble") : NULL;
	const char *after = table != NULL && table_rows(table) > 0 ? table_get_text(table, 0, "after_trouble") : NULL;
	if (newer != NULL)
		line_add(preflight, database, backup, NULL, LINE_FINDING, mem_format("a newer backup does not count: %s", newer),
		    mem_format("pgtend verify %s", database->name));
	if (after != NULL)
		line_add(preflight, database, backup, NULL, LINE_FINDING, mem_format("of the backup %s", after), mem_copy("pgtend backup due tries it again"));
}

void line_backup(struct preflight *preflight, struct database *database)
{
	const struct server *server = database->server;
	char *words;
	bool is_unwanted = section_is_set(database->section, "backup") && strcmp(policy_of(database), "none") == 0;
	if (line_has_fresh_backup(preflight->fleet, database, &words)) {
		line_add(preflight, database, backup, NULL, LINE_OK, words, NULL);
		say_trouble(preflight, database);
	} else if (is_unwanted)
		line_add(preflight, database, backup, NULL, LINE_SKIPPED, mem_copy("none is wanted (backup = none)"), NULL);
	else if (server->is_known && !server->has[CAP_DUMP])
		line_add(preflight, database, backup, NULL, LINE_SKIPPED,
		    mem_copy(server->lacks[CAP_DUMP] != NULL ? server->lacks[CAP_DUMP] : "this server cannot be dumped"), NULL);
	else
		say_none(preflight, database);
}
