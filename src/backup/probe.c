/* backup/probe.c - FACT_BACKUP: the newest complete backup of a database. Reads files only; the session is not used. */
#include "backup_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
    {"policy", CELL_TEXT, "policy", 0, "Key `backup`: daily, weekly or none."},
    {"age_s", CELL_SECONDS, "age", 0,
        "Since the newest complete backup was begun (taken_at of its manifest); null: there is none, or the policy is "
        "none."},
    {"verified", CELL_BOOL, "verified", 0, "Whether it was read back whole before it got its name."},
    {"path", CELL_TEXT, "file", 1, "The dump."},
    {"size_bytes", CELL_BYTES, "size", 1, "Size of the dump."},
    {"taken_at", CELL_TIME, "taken", 1, "When its snapshot began."},
};
const struct table_shape backup_shape = {"backup", columns, sizeof columns / sizeof columns[0]};

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	(void)session;
	(void)err;
	const struct database *database = target->database;
	const char *policy = section_text(database->section, "backup");
	int row = table_add_row(table);
	table_set_text(table, row, "policy", policy);
	char *folder = archive_folder(database, NULL);
	struct archives archives;
	struct err ignored;
	const struct archive *newest = archive_list(folder, database->name, &archives, &ignored) ? archives_newest(&archives) : NULL;
	if (newest != NULL) {
		int64_t age_us = units_now_us() - newest->taken_us;
		table_set_real(table, row, "age_s", age_us > 0 ? (double)age_us / 1e6 : 0);
		table_set_int(table, row, "verified", newest->depth > ARCHIVE_UNVERIFIED);
		table_set_text(table, row, "path", newest->path);
		table_set_int(table, row, "size_bytes", newest->size_bytes);
		table_set_int(table, row, "taken_at", newest->taken_us);
	}
	archives_done(&archives);
	mem_free(folder);
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
