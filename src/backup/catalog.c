/* backup/catalog.c - what exists of each database, one row a backup, and what its policy says of the newest. */
#include <string.h>

#include "backup_internal.h"
#include "pgtend/backup/policy.h"
#include "pgtend/backup/shapes.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"
#include "pgtend/fleet/limits.h"
#include "pgtend/loop/work.h"
#include "pgtend/probes/collector.h"

enum { DEADLINE_MS = 5000 };

/* --- reading beside the loop --------------------------------------------------------------------- */

struct reading {
	const char *folder, *database;
	struct archives *archives;
	struct err err;
	bool is_read;
};

static void read_list(struct work *work, void *arg)
{
	struct reading *reading = arg;
	(void)work;
	reading->is_read = archive_list(reading->folder, reading->database, reading->archives, &reading->err);
}

bool backup_archives_wait(struct loop *loop, const struct database *database, const char *out_dir, struct archives *archives, struct err *err)
{
	char *folder = archive_folder(database, out_dir);
	struct reading reading = {.folder = folder, .database = database->name, .archives = archives};
	*archives = (struct archives){0};
	work_wait(work_start(loop, read_list, &reading));
	mem_free(folder);
	if (!reading.is_read)
		*err = reading.err;
	return reading.is_read;
}

/* --- what the policy says of them ---------------------------------------------------------------- */

/* Held against the limit at which FLEET and `check backups` warn. */
static bool is_late(const struct fleet *fleet, const struct backup_policy *policy, const struct archive *archive, int64_t now_us)
{
	if (policy->every == BACKUP_NEVER)
		return false;
	double limit = limits_value(fleet, policy->every == BACKUP_DAILY ? "backup_daily_warn" : "backup_weekly_warn");
	return limit >= 0 && (double)(now_us - archive->taken_us) / 1e6 > limit;
}

static void set_state(struct table *rows, int row, const char *state, char *reason)
{
	table_set_text(rows, row, "state", state);
	table_set_text(rows, row, "reason", reason);
	mem_free(reason);
}

static void judge(const struct fleet *fleet, const struct database *database, struct table *rows, int row, const struct archive *archive,
    bool is_newest_good, int64_t now_us)
{
	const struct backup_policy policy = backup_policy_of(database->section);
	if (archive->is_others)
		table_set_text(rows, row, "state", "other");
	if (archive->trouble != NULL)
		return;
	if (is_newest_good && is_late(fleet, &policy, archive, now_us))
		set_state(rows, row, "late", mem_format("the policy is %s", section_text(database->section, "backup")));
	else if (archive_is_ahead(archive, now_us))
		set_state(rows, row, "ok", mem_copy("its stamp is from the future: a clock was wrong"));
	else if (archive->depth == ARCHIVE_UNVERIFIED)
		set_state(rows, row, "ok", mem_copy("never verified: no policy counts it"));
	else
		set_state(rows, row, "ok", hook_trouble(database, archive, now_us));
}

static void add_all(const struct fleet *fleet, const struct database *database, struct archives *archives, struct table *rows)
{
	int64_t now_us = units_now_us();
	char *host = who_host();
	archives_leave_others(archives, host, NULL, now_us);
	mem_free(host);
	int first = table_rows(rows);
	const struct archive *good = archives_newest_good(archives, now_us);
	backups_add(rows, database, archives, now_us);
	for (int i = 0; i < archives->count; i++)
		judge(fleet, database, rows, first + i, &archives->v[i], &archives->v[i] == good, now_us);
}

/* --- all of them ------------------------------------------------------------------------------------ */

/* A database without any is told, too: with the reason. */
static void add_none(const struct database *database, struct table *rows)
{
	const struct server *server = database->server;
	const char *lacks = server->lacks[CAP_DUMP];
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	if (lacks != NULL)
		set_state(rows, row, "skipped", mem_copy(lacks));
	else if (backup_policy_of(database->section).every == BACKUP_NEVER)
		set_state(rows, row, "none", mem_copy("none yet, and the policy is none"));
	else
		set_state(rows, row, "none", mem_format("none yet, though the policy is %s", section_text(database->section, "backup")));
}

/* Whether a server can be dumped at all is asked only where there is no backup. */
static void learn_lacking(struct fleet *fleet, struct database *const *databases, int count, const struct archives *archives)
{
	static const enum fact wanted[] = {FACT_BACKUP, FACT_COUNT};
	struct database **lacking = mem_grow(NULL, (size_t)count + 1, sizeof *lacking);
	int asked = 0;
	for (int i = 0; i < count; i++)
		if (archives[i].count == 0 && !databases[i]->server->is_known)
			lacking[asked++] = databases[i];
	if (asked > 0)
		collect_wait(fleet, lacking, asked, wanted, DEADLINE_MS);
	mem_free(lacking);
}

static int read_all(struct fleet *fleet, struct database *const *databases, int count, const char *out_dir, struct archives *archives, bool *is_read,
    struct report *report, struct err *err)
{
	int failed = 0;
	for (int i = 0; i < count; i++) {
		struct err own = {0};
		is_read[i] = backup_archives_wait(fleet->loop, databases[i], out_dir, &archives[i], &own);
		if (is_read[i])
			continue;
		if (count > 1)
			report_log(report, "%s: %s", databases[i]->name, own.text);
		if (failed++ == 0)
			*err = own;
	}
	return failed;
}

bool backup_catalog_wait(struct fleet *fleet, struct database *const *databases, int count, const char *out_dir, struct report *report,
    struct err *err)
{
	struct table *rows = table_new(&backups_shape);
	struct archives *archives = mem_new(((size_t)count + 1) * sizeof *archives);
	bool *is_read = mem_new(((size_t)count + 1) * sizeof *is_read);
	int failed = read_all(fleet, databases, count, out_dir, archives, is_read, report, err);
	learn_lacking(fleet, databases, count, archives);
	for (int i = 0; i < count; i++) {
		add_all(fleet, databases[i], &archives[i], rows);
		if (is_read[i] && archives[i].count == 0)
			add_none(databases[i], rows);
		archives_done(&archives[i]);
	}
	mem_free(archives);
	mem_free(is_read);
	report_rows(report, rows);
	if (failed > 0 && failed < count)
		err->kind = ERR_PARTIAL;
	return failed == 0;
}

/* --- FACT_BACKUPS ------------------------------------------------------------------------------------ */

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct archives archives;
	(void)session;
	if (!backup_archives_wait(target->fleet->loop, target->database, NULL, &archives, err))
		return false;
	add_all(target->fleet, target->database, &archives, table);
	archives_done(&archives);
	return true;
}

const struct probe backups_probe = {
    .fact = FACT_BACKUPS,
    .name = "backups",
    .scope = PROBE_DATABASE,
    .tier = TIER_MINUTE,
    .deadline_ms = 5000,
    .is_offline = true,
    .shape = &backups_shape,
    .ask = ask,
};
