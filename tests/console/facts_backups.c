#include "facts_backups.h"

#include <string.h>

#include "golden.h"
#include "pgtend/backup/shapes.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/pitr/pitr.h"

int facts_backup_at(struct table *table, int64_t taken_us, const char *how, int64_t bytes)
{
	char stamp[UNITS_SIZE], *id = mem_format("core-%s", units_stamp(stamp, taken_us)), *path = mem_format("/var/backups/core/%s.dump", id);
	int row = table_add_row(table);

	table_set_text(table, row, "database", "core");
	table_set_text(table, row, "id", id);
	table_set_text(table, row, "path", path);
	table_set_text(table, row, "state", how ? "ok" : "damaged");
	table_set_int(table, row, "taken_at", taken_us);
	table_set_int(table, row, "size_bytes", bytes);
	table_set_int(table, row, "verified", how && strcmp(how, "none") != 0);
	table_set_text(table, row, "verified_how", how ? how : "read");
	if (how && strcmp(how, "none") != 0)
		table_set_int(table, row, "verified_at", taken_us + 60 * 1000000);
	table_set_text(table, row, "form", "custom");
	mem_free(path);
	mem_free(id);
	return row;
}

int facts_backup_taken(struct table *table, int days, const char *how, int64_t bytes)
{
	return facts_backup_at(table, GOLDEN_NOW_US / DAY_US * DAY_US - days * DAY_US + 2 * HOUR_US, how, bytes);
}

struct table *facts_two_weeks(void)
{
	struct table *table = table_new(&backups_shape);
	int row;

	for (int day = 0; day < 14; day++) {
		if (day == 9)
			continue;
		row = facts_backup_taken(table, day, day == 6 ? NULL : day == 3 ? "restored" : day == 11 ? "checksum" : "read", (62 - day) * MB);
		table_set_real(table, row, "trend", 0.016);
		table_set_int(table, row, "rows", 1234567 - day * 10000);
		table_set_int(table, row, "tables", 12);
		table_set_int(table, row, "database_bytes", (62 - day) * 5LL * MB);
		table_set_int(table, row, "migrations", 14);
		table_set_text(table, row, "migration_last", "1732060800000_add_users_last_login");
		table_set_real(table, row, "duration_s", 41);
		table_set_text(table, row, "after_backup", "done");
		if (day == 6)
			table_set_text(table, row, "reason", "the dump has 12 bytes less than its manifest says");
	}
	return table;
}

struct table *facts_archiver(bool is_failing)
{
	struct table *table = table_new(&archiver_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "archive_mode", "on");
	table_set_text(table, row, "archiver", "pgbackrest");
	table_add_word(table, row, "waits_for_restart", NULL);
	table_set_text(table, row, "stanza", "main");
	table_set_int(table, row, "is_failing", is_failing);
	table_set_int(table, row, "last_archived_at", GOLDEN_NOW_US - 12 * 1000000LL);
	table_set_int(table, row, "behind_bytes", 3 * MB);
	if (is_failing) {
		table_set_text(table, row, "last_failed_wal", "00000001000000000000002A");
		table_set_int(table, row, "last_failed_at", GOLDEN_NOW_US - 4 * 1000000LL);
		table_set_int(table, row, "failed", 31);
		table_set_int(table, row, "last_archived_at", GOLDEN_NOW_US - 2 * HOUR_US);
	}
	return table;
}
