/* See probes/last_backup.h. */
#include "pgtend/probes/last_backup.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/probe.h"

char *last_backup_words(struct fleet *fleet, struct database *database)
{
	const struct probe *probe = probe_of(FACT_BACKUP);
	if (probe == NULL)
		return mem_copy("last backup: unknown");
	struct probe_target target = {.fleet = fleet, .server = database->server, .database = database};
	struct table *table = table_new(probe->shape);
	struct err err = {0};
	char age[UNITS_SIZE], *words;
	if (!probe->ask(&target, NULL, table, &err))
		words = mem_format("last backup: unknown (%s)", err.text);
	else if (table_rows(table) == 0 || !table_get(table, 0, "age_s")->has_value)
		words = mem_copy("last backup: none");
	else
		words = mem_format("last backup: %s ago, %s", units_age(age, (int64_t)table_get_real(table, 0, "age_s", 0)),
		    table_get_int(table, 0, "verified", 0) != 0 ? "verified" : "not verified");
	table_free(table);
	return words;
}
