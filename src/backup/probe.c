/* backup/probe.c - FACT_BACKUP: the newest good backup of a database, and what is wrong with newer ones. Reads files only; the session is not used. */
#include "backup_internal.h"
#include "pgtend/backup/policy.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"

static const struct table_column columns[] = {
    {"policy", CELL_TEXT, "policy", 0, "Key `backup`: daily, weekly or none."},
    {"age_s", CELL_SECONDS, "age", 0,
        "Since the newest verified backup was begun (taken_at of its manifest); null: there is none."},
    {"verified", CELL_BOOL, "verified", 0, "Whether it was read back; null: there is none."},
    {"path", CELL_TEXT, "file", 1, "The dump."},
    {"size_bytes", CELL_BYTES, "size", 1, "Size of the dump."},
    {"taken_at", CELL_TIME, "taken", 1, "When its snapshot began."},
    {"id", CELL_TEXT, NULL, 9, "Its name without ending."},
    {"before_bytes", CELL_BYTES, NULL, 9, "Size of the verified one before it."},
    {"count", CELL_COUNT, NULL, 9, "Verified backups that are there."},
    {"newer_trouble", CELL_TEXT, NULL, 9, "Why a newer one does not count: damaged, from the future, not verified; null: there is no such one."},
    {"after_backup", CELL_TEXT, NULL, 9, "What the command of key after_backup came to for it: done, failed, pending; null: there was none."},
    {"after_trouble", CELL_TEXT, NULL, 9, "The newest one for which that command failed or was interrupted, and how; null: none."},
};
const struct table_shape backup_shape = {"backup", columns, sizeof columns / sizeof columns[0]};

static void set_newest(struct table *table, int row, const struct archive *archive, int64_t now_us)
{
	int64_t age_us = now_us - archive->taken_us;
	table_set_real(table, row, "age_s", age_us > 0 ? (double)age_us / 1e6 : 0);
	table_set_int(table, row, "verified", 1);
	table_set_text(table, row, "path", archive->path);
	table_set_int(table, row, "size_bytes", archive->size_bytes);
	table_set_int(table, row, "taken_at", archive->taken_us);
	table_set_text(table, row, "id", archive->id);
	table_set_text(table, row, "after_backup", hook_status(archive));
}

/* The list is newest first. */
static void set_others(struct table *table, int row, const struct archives *archives, const struct archive *newest, int64_t now_us)
{
	int count = 0;
	for (int i = 0; i < archives->count; i++) {
		const struct archive *archive = &archives->v[i];
		if (!archive_is_good(archive, now_us))
			continue;
		if (++count == 2 && archive->taken_us < newest->taken_us && backup_is_alike(archive, newest))
			table_set_int(table, row, "before_bytes", archive->size_bytes);
	}
	table_set_int(table, row, "count", count);
}

static void set_after_trouble(struct table *table, int row, const struct database *database, const struct archives *archives, int64_t now_us)
{
	char *trouble = NULL;
	for (int i = 0; i < archives->count && trouble == NULL; i++) {
		char *why = hook_trouble(database, &archives->v[i], now_us);
		if (why != NULL)
			trouble = mem_format("%s: %s", archives->v[i].id, why);
		mem_free(why);
	}
	table_set_text(table, row, "after_trouble", trouble);
	mem_free(trouble);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	(void)session;
	const struct database *database = target->database;
	struct archives archives;
	if (!backup_archives_wait(target->fleet->loop, database, NULL, &archives, err)) {
		archives_done(&archives);
		return false;
	}
	int64_t now_us = units_now_us();
	char *host = who_host();
	archives_leave_others(&archives, host, NULL, now_us);
	mem_free(host);
	const struct archive *newest = archives_newest_good(&archives, now_us);
	int row = table_add_row(table);
	char *newer = archives_newer_trouble(&archives, newest, now_us);
	table_set_text(table, row, "policy", section_text(database->section, "backup"));
	if (newest != NULL)
		set_newest(table, row, newest, now_us);
	set_others(table, row, &archives, newest, now_us);
	set_after_trouble(table, row, database, &archives, now_us);
	table_set_text(table, row, "newer_trouble", newer);
	mem_free(newer);
	archives_done(&archives);
	return true;
}

const struct probe backup_probe = {
    .fact = FACT_BACKUP,
    .name = "backup",
    .scope = PROBE_DATABASE,
    .tier = TIER_MINUTE,
    .deadline_ms = 5000,
    .is_offline = true,
    .shape = &backup_shape,
    .ask = ask,
};
