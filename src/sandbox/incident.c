/* sandbox incident and mend: troubles that an on-call engineer would be called for, and their end. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/sql_embedded.h"

enum { SEEN_PATIENCE_MS = 15000 };

/* --- retention -------------------------------------------------------------------------------- */

static bool plant_retention(struct place *place, struct err *err)
{
	return ask(place, ask_tracking(place), "atriz_tracking", sql_sandbox_incident_retention, NULL, err);
}

static bool mend_retention(struct place *place, const char *program, struct err *err)
{
	return ask(place, ask_tracking(place), "atriz_tracking", sql_sandbox_mend_retention, NULL, err) &&
	       fill_policies(place, program, FILL_POINTS_KEPT, err);
}

/* --- locks ------------------------------------------------------------------------------------ */

/* \sleep counts in an int of microseconds: half an hour at a time. */
static const char holder[] = "BEGIN;\nUPDATE vehicles SET odometer_km = odometer_km WHERE plate = '1001-MXT';\n"
                             "\\sleep 1800 s\n\\sleep 1800 s\n\\sleep 1800 s\n\\sleep 1800 s\nCOMMIT;\n";
static const char waiter[] = "UPDATE vehicles SET updated_at = now() WHERE plate = '1001-MXT';\n\\sleep 1 s\n";

static bool plant_locks(struct place *place, struct err *err)
{
	static const char database[] = "mextrack_db";
	return incident_clients(place, "locks-holder", ASK_CLUSTER, database, "fleet-import", 1, holder, err) &&
	       ask_until(place, ASK_CLUSTER, database, sql_sandbox_incident_locks_held, SEEN_PATIENCE_MS, err) &&
	       incident_clients(place, "locks-waiters", ASK_CLUSTER, database, "mextrack-api", 3, waiter, err) &&
	       ask_until(place, ASK_CLUSTER, database, sql_sandbox_incident_locks_waiting, SEEN_PATIENCE_MS, err);
}

static bool mend_locks(struct place *place, const char *program, struct err *err)
{
	(void)program;
	return incident_end_clients(place, "locks-holder", err) && incident_end_clients(place, "locks-waiters", err) &&
	       ask_until(place, ASK_CLUSTER, "mextrack_db", sql_sandbox_mend_locks_gone, SEEN_PATIENCE_MS, err);
}

/* --- pool ------------------------------------------------------------------------------------- */

static const char slow[] = "BEGIN;\nSELECT count(*) FROM user_profiles;\n\\sleep 30 s\nCOMMIT;\n";

/* More clients than the pool has connections, each keeping one for half a minute. */
static bool plant_pool(struct place *place, struct err *err)
{
	return incident_clients(place, "pool-clients", ASK_POOLER, "atriz_db", "website", 12, slow, err) &&
	       ask_until(place, ASK_CLUSTER, "atriz_db", sql_sandbox_incident_pool_full, SEEN_PATIENCE_MS, err);
}

static bool mend_pool(struct place *place, const char *program, struct err *err)
{
	(void)program;
	return incident_end_clients(place, "pool-clients", err) &&
	       ask_until(place, ASK_CLUSTER, "atriz_db", sql_sandbox_mend_pool_free, SEEN_PATIENCE_MS, err);
}

/* --- bloat ------------------------------------------------------------------------------------ */

static bool plant_bloat(struct place *place, struct err *err)
{
	return ask(place, ASK_CLUSTER, "pshop_db", sql_sandbox_incident_bloat, NULL, err) &&
	       ask_until(place, ASK_CLUSTER, "pshop_db", sql_sandbox_incident_bloat_seen, SEEN_PATIENCE_MS, err);
}

static bool mend_bloat(struct place *place, const char *program, struct err *err)
{
	static const char database[] = "pshop_db";
	struct result *result;
	(void)program;
	if (!ask(place, ASK_CLUSTER, database, sql_sandbox_mend_bloat_planted, &result, err))
		return false;
	bool is_planted = result_int(result, 0, 0, 0) > 0;
	result_free(result);
	return !is_planted ||
	       (ask(place, ASK_CLUSTER, database, sql_sandbox_mend_bloat, NULL, err) &&
	           ask(place, ASK_CLUSTER, database, sql_sandbox_mend_bloat_vacuum, NULL, err) &&
	           ask_until(place, ASK_CLUSTER, database, sql_sandbox_mend_bloat_gone, SEEN_PATIENCE_MS, err));
}

/* --- backup ----------------------------------------------------------------------------------- */

/* The backups of core are gone, and what lies there is what an interrupted one leaves. */
static bool plant_backup(struct place *place, struct err *err)
{
	char *from = place_path(place, "backups/core"), *aside = place_path(place, "incident/backup-core");
	char *folder = place_path(place, "incident");
	char *part = place_path(place, "backups/core/core-20200101T000000Z.dump.part");
	struct stat st;
	bool is_ok = true;
	if (stat(aside, &st) != 0) {
		is_ok = places_make_folder(folder, err) && places_make_folder(from, err);
		if (is_ok && rename(from, aside) != 0)
			is_ok = err_set(err, ERR_FAILED, "cannot set %s aside", from);
		is_ok = is_ok && places_make_folder(from, err) && places_write_file(part, "PGDMP", 5, err);
	}
	mem_free(part);
	mem_free(folder);
	mem_free(aside);
	mem_free(from);
	return is_ok;
}

static bool mend_backup(struct place *place, const char *program, struct err *err)
{
	static const char *const backup[] = {"backup", "core", NULL};
	char *from = place_path(place, "backups/core"), *aside = place_path(place, "incident/backup-core");
	char *part = place_path(place, "backups/core/core-20200101T000000Z.dump.part");
	struct stat st;
	bool is_ok = true;
	if (stat(aside, &st) == 0) {
		remove(part);
		/* somebody may have taken a backup meanwhile: then that one counts, and the old ones stay aside */
		if (remove(from) == 0 && rename(aside, from) != 0)
			is_ok = err_set(err, ERR_FAILED, "cannot bring %s back", aside);
		else if (stat(aside, &st) == 0)
			report_log(place->report, "backups were taken meanwhile; the earlier ones are in %s", aside);
		else
			is_ok = fill_run(place, program, backup, err);
	}
	mem_free(part);
	mem_free(aside);
	mem_free(from);
	return is_ok;
}

/* --- migration -------------------------------------------------------------------------------- */

static bool plant_migration(struct place *place, struct err *err)
{
	return ask(place, ASK_CLUSTER, "atriz_db", sql_sandbox_incident_migration, NULL, err);
}

static bool mend_migration(struct place *place, const char *program, struct err *err)
{
	(void)program;
	return ask(place, ASK_CLUSTER, "atriz_db", sql_sandbox_mend_migration, NULL, err);
}

const struct incident incidents[] = {
    {"retention", "ten days of points that should be gone, and a job that failed five times", plant_retention,
        mend_retention},
    {"locks", "mextrack: somebody idle in a transaction holds a row that three others want", plant_locks, mend_locks},
    {"pool", "atriz: twelve clients want five pooled connections", plant_pool, mend_pool},
    {"bloat", "pshop: orders is mostly dead rows, and autovacuum is off for it", plant_bloat, mend_bloat},
    {"backup", "core: no backup any more, only what an interrupted one left", plant_backup, mend_backup},
    {"migration", "atriz: a migration was renamed after it had been applied", plant_migration, mend_migration},
};
const int incident_count = sizeof incidents / sizeof *incidents;
