/* What a stanza's repository holds, as columns of pitr status, and whether it is well; FACT_POINTS, which asks it once an hour. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pitr_internal.h"

/* While it is asked, the facts of the server wait behind it. */
enum { DEADLINE_MS = 10000 };

void pitr_state_set(const struct pitr_place *place, struct table *table, int row, const char *state, char *reason, const char *mend_verb)
{
	table_set_text(table, row, "state", state);
	table_set_text(table, row, "reason", reason);
	if (mend_verb != NULL) {
		char *mend = mem_format("pgtend %s %s", mend_verb, place->database->name);
		table_set_text(table, row, "mend", mend);
		mem_free(mend);
	}
	mem_free(reason);
}

static void set_time(struct table *table, int row, const char *at, const char *age, const struct pitr_set *set)
{
	if (set == NULL)
		return;
	double age_s = (double)(units_now_us() - set->stop_us) / 1e6;
	table_set_int(table, row, at, set->stop_us);
	if (age != NULL)
		table_set_real(table, row, age, age_s > 0 ? age_s : 0);
}

static void set_sets(const struct pitr_info *info, struct table *table, int row)
{
	const struct pitr_set *last = pitr_info_newest(info, NULL);
	table_set_int(table, row, "backups", info->count);
	table_set_text(table, row, "cipher", info->cipher);
	table_set_text(table, row, "wal_min", info->wal_min);
	table_set_text(table, row, "wal_max", info->wal_max);
	set_time(table, row, "last_full_at", "last_full_age_s", pitr_info_newest(info, "full"));
	set_time(table, row, "last_diff_at", NULL, pitr_info_newest(info, "diff"));
	set_time(table, row, "last_at", "last_age_s", last);
	if (last == NULL)
		return;
	table_set_text(table, row, "last_type", last->type);
	table_set_text(table, row, "last_label", last->label);
	table_set_int(table, row, "size_bytes", last->size_bytes);
	table_set_int(table, row, "repo_bytes", last->repo_bytes);
	int64_t from_us = info->sets[0].stop_us;
	for (int i = 1; i < info->count; i++)
		from_us = info->sets[i].stop_us < from_us ? info->sets[i].stop_us : from_us;
	table_set_int(table, row, "restorable_from", from_us);
	int64_t archived_us = table_get_int(table, row, "last_archived_at", 0);
	table_set_int(table, row, "restorable_to", archived_us > last->stop_us ? archived_us : last->stop_us);
}

static void judge(const struct pitr_place *place, const struct pitr_info *info, struct table *table, int row)
{
	const struct pitr_set *last = pitr_info_newest(info, NULL);
	bool is_running = info->is_running;
	if (info->code == 1)
		pitr_state_set(place, table, row, "not set up", mem_format("the repository has no stanza %s", place->stanza), "pitr setup");
	else if (info->code != 0 && info->code != 2)
		pitr_state_set(place, table, row, "error", mem_format("the repository: %s", info->message), NULL);
	else if (pitr_info_is_of_other(info, place))
		pitr_state_set(place, table, row, "mismatch", mem_format("stanza %s belongs to the cluster %s, this server is %s", place->stanza,
			info->system_identifier, pitr_place_identifier(place)), NULL);
	else if (info->count == 0)
		pitr_state_set(place, table, row, is_running ? "running" : "no backup", mem_copy(is_running ? NULL : "there is no backup in the repository"),
			is_running ? NULL : "pitr backup");
	else if (last->is_damaged)
		pitr_state_set(place, table, row, "damaged", mem_format("pages with wrong checksums were found while %s was taken", last->label), NULL);
	else
		pitr_state_set(place, table, row, is_running ? "running" : "ok", NULL, NULL);
}

void pitr_points_fill(const struct pitr_place *place, const struct pitr_info *info, struct table *table, int row)
{
	set_sets(info, table, row);
	judge(place, info, table, row);
}

/* --- FACT_POINTS ---------------------------------------------------------------------------------- */

static const char *stanza_of(const struct database *database)
{
	const char *stanza = section_text(database->section, "pgbackrest_stanza");
	return stanza != NULL && *stanza != '\0' ? stanza : NULL;
}

/* The one whose section names the stanza, else the first. */
static struct database *database_of(const struct probe_target *target)
{
	struct database *first = NULL;
	for (int i = target->fleet->database_count - 1; i >= 0; i--) {
		struct database *database = target->fleet->databases[i];
		if (database->server == target->server && (first == NULL || stanza_of(database) != NULL || stanza_of(first) == NULL))
			first = database;
	}
	return first;
}

/* Without a stanza, or where it cannot be asked though nobody said that it can, there is no row. */
static bool ask_repository(const struct pitr_place *place, struct table *table, struct err *err)
{
	struct pitr_info info = {0};
	if (place->stanza == NULL)
		return true;
	if (!pitr_place_can(place, true, err)) {
		if (stanza_of(place->database) != NULL)
			return false;
		err_clear(err);
		return true;
	}
	bool ok = pitr_info_read(place, DEADLINE_MS, &info, err);
	if (ok) {
		int row = table_add_row(table);
		table_set_text(table, row, "database", place->database->name);
		table_set_text(table, row, "server", place->database->server->label);
		table_set_text(table, row, "stanza", place->stanza);
		pitr_points_fill(place, &info, table, row);
	}
	pitr_info_done(&info);
	return ok;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct pitr_place place;
	struct database *database = database_of(target);
	(void)session;
	if (database == NULL)
		return true;
	/* FACT_ARCHIVER, which names the stanza, was asked before it. */
	if (!pitr_place_find(target->fleet, database, NULL, &place, err))
		return false;
	bool ok = ask_repository(&place, table, err);
	pitr_place_done(&place);
	return ok;
}

const struct probe points_probe = {
    .fact = FACT_POINTS,
    .name = "points",
    .scope = PROBE_SERVER,
    .tier = TIER_HOUR,
    .deadline_ms = DEADLINE_MS,
    .shape = &pitr_status_shape,
    .ask = ask,
};
