/* Disks that fill: by what hypertables grow, and by what is left of each disk that the server lies on. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

/* Each hypertable's row says the same of the disk that they share. */
static int row_with_disk(const struct table *table)
{
	for (int row = 0; table != NULL && row < table_rows(table); row++)
		if (fact_has(table, row, "disk_free_bytes"))
			return row;
	return -1;
}

static void judge_time(struct judging *judging, const struct table *table, int row)
{
	char left[UNITS_SIZE], bytes[UNITS_SIZE];
	struct finding *finding = finding_new(judging, NULL);
	units_bytes(bytes, table_get_int(table, row, "disk_free_bytes", 0));
	finding_measure_fact(finding, "free", table, row, "disk_free_bytes");
	if (!fact_has(table, row, "disk_full_s")) {
		finding->note = mem_format("%s free, never full as things are", bytes);
		return;
	}
	double full_s = table_get_real(table, row, "disk_full_s", 0);
	enum verdict verdict = finding_weigh_floor(judging, finding, "full", full_s);
	finding_raise(finding, verdict, mem_format("the disk has %s free and is full in %s", bytes, finding_age(left, full_s)));
}

/* Folders on one disk would say the same. */
static bool is_told(const struct table *table, int row)
{
	for (int before = 0; before < row; before++)
		if (fact_has(table, before, "disk_bytes") &&
			table_get_int(table, before, "disk_bytes", 0) == table_get_int(table, row, "disk_bytes", 0) &&
			table_get_int(table, before, "disk_free_bytes", 0) == table_get_int(table, row, "disk_free_bytes", 0))
			return true;
	return false;
}

/* A developer's disk is full more often than not, and his own business. */
static bool is_serious(const struct judging *judging)
{
	return judging->database->environment == ENVIRONMENT_PRODUCTION || judging->database->environment == ENVIRONMENT_STAGING;
}

static void judge_folder(struct judging *judging, const struct table *table, int row)
{
	char share[UNITS_SIZE], bytes[UNITS_SIZE];
	const char *folder = table_get_text(table, row, "location");
	double left = (double)table_get_int(table, row, "disk_free_bytes", 0), all = (double)table_get_int(table, row, "disk_bytes", 1);
	struct finding *finding = finding_new(judging, folder);
	enum verdict verdict = finding_weigh_floor(judging, finding, "left", left / all);
	finding_measure(finding, "free", left);
	finding_raise(finding, is_serious(judging) ? verdict : VERDICT_OK,
		mem_format("the disk of %s has %s free, %s of it", folder, units_bytes(bytes, (int64_t)left), units_percent(share, left / all)));
}

static bool is_forbidden(const struct table *table)
{
	return table != NULL && table_rows(table) > 0 && table_get(table, 0, "disk_free_bytes")->missing == MISSING_PRIVILEGE;
}

static void judge_disk(struct judging *judging)
{
	const struct table *chunks = judging_table(judging, FACT_CHUNKS), *folders = judging_table(judging, FACT_DISK);
	int row = row_with_disk(chunks), before = judging->health->finding_count;
	if (row >= 0)
		judge_time(judging, chunks, row);
	for (int folder = 0; folders != NULL && folder < table_rows(folders); folder++)
		if (fact_has(folders, folder, "disk_bytes") && fact_has(folders, folder, "location") && !is_told(folders, folder))
			judge_folder(judging, folders, folder);
	if (judging->health->finding_count > before)
		return;
	if (is_forbidden(chunks) || is_forbidden(folders))
		judging_forbids(judging, "where the server keeps its data", "pg_monitor");
	else
		judging_lacks(judging, mem_copy("cannot be checked: its disk is not one of this machine"));
}

static const enum fact disk_facts[] = {FACT_CHUNKS, FACT_DISK, FACT_COUNT};
static const struct measure_kind disk_measures[] = {
	{"full", MEASURE_SECONDS, "disk_full", "Time until the disk is full, when hypertables go on to grow as they do."},
	{"left", MEASURE_RATIO, "disk_free", "Share of a disk that is free; in development and test it is told, not judged."},
	{"free", MEASURE_BYTES, NULL, "Free on that disk."},
	{0},
};
const struct health_check check_disk = {"disk", "folder", disk_facts, false, disk_measures, "disks that fill", "nothing is known of its disks", judge_disk};
