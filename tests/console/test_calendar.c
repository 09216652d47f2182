/* The calendar of backups: days, weeks and hours as cells, what was missed, what is due. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/console/console_internal.h"
#include "facts_backups.h"
#include "golden.h"
#include "pgtend/backup/backup.h"
#include "pgtend/backup/shapes.h"

static void a_cell_a_day(void **state)
{
	struct table *rows = facts_two_weeks();
	struct calendar calendar;

	(void)state;
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US);
	assert_int_equal(calendar.count, 14);
	assert_int_equal(calendar.unit_us, DAY_US);
	assert_int_equal(calendar.counts[CHART_MISSED], 1);
	assert_int_equal(calendar.counts[CHART_DAMAGED], 1);
	assert_int_equal(calendar.counts[CHART_DUE], 0);
	assert_int_equal(calendar.v[4].kind, CHART_MISSED);
	assert_int_equal(calendar.last_missed, 4);
	assert_int_equal(calendar.v[7].kind, CHART_DAMAGED);
	assert_int_equal(calendar.v[7].bytes, -1); /* what it has is no backup's size */
	assert_int_equal(calendar.v[10].kind, CHART_RESTORED);
	assert_int_equal(calendar.most_bytes, 62 * MB);
	assert_int_equal(calendar_at(&calendar, GOLDEN_NOW_US), 13);
	assert_int_equal(calendar_at(&calendar, GOLDEN_NOW_US - 13 * DAY_US), 0);
	assert_int_equal(calendar_at(&calendar, GOLDEN_NOW_US - 20 * DAY_US), -1);
	/* Nobody wants one: nothing is missed. */
	calendar_make(&calendar, rows, BACKUP_NEVER, GOLDEN_NOW_US);
	assert_int_equal(calendar.counts[CHART_MISSED], 0);
	assert_int_equal(calendar.v[4].kind, CHART_GAP);
	/* A day later today's is due, yesterday's was missed two days later. */
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US + DAY_US);
	assert_int_equal(calendar.v[14].kind, CHART_DUE);
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US + 2 * DAY_US);
	assert_int_equal(calendar.counts[CHART_MISSED], 2);
	assert_int_equal(calendar.counts[CHART_DUE], 1);
	table_free(rows);
}

static void of_several_the_best_counts(void **state)
{
	struct table *rows = table_new(&backups_shape);
	struct calendar calendar;

	(void)state;
	facts_backup_at(rows, GOLDEN_NOW_US - 1000000, NULL, 9 * MB);
	facts_backup_at(rows, GOLDEN_NOW_US - 2000000, "read", 5 * MB);
	facts_backup_at(rows, GOLDEN_NOW_US - 3000000, "none", 6 * MB);
	facts_backup_taken(rows, 5, "read", 4 * MB);
	facts_backup_taken(rows, 6, NULL, 4 * MB); /* before the first good one nothing was missed */
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US);
	assert_int_equal(calendar.count, 7);
	assert_int_equal(calendar.v[0].kind, CHART_DAMAGED);
	assert_int_equal(calendar.v[6].kind, CHART_READ);
	assert_int_equal(calendar.v[6].bytes, 6 * MB);
	assert_int_equal(calendar.v[6].row, 1);
	assert_int_equal(calendar.counts[CHART_MISSED], 4);
	table_free(rows);
}

static void weeks_hours_and_years(void **state)
{
	struct table *rows = table_new(&backups_shape);
	struct calendar calendar;

	(void)state;
	calendar_make(&calendar, NULL, BACKUP_DAILY, GOLDEN_NOW_US);
	assert_int_equal(calendar.count, 0);
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US);
	assert_int_equal(calendar.count, 0);
	facts_backup_taken(rows, 1, "read", MB);
	facts_backup_taken(rows, 8, "read", MB);
	facts_backup_taken(rows, 29, "read", MB);
	calendar_make(&calendar, rows, BACKUP_WEEKLY, GOLDEN_NOW_US);
	assert_int_equal(calendar.unit_us, 7 * DAY_US);
	assert_int_equal(calendar.count, 5);
	assert_int_equal(calendar.counts[CHART_MISSED], 2);
	assert_int_equal(calendar.v[4].kind, CHART_READ);
	table_free(rows);
	/* All of one day: hours, of which none is missed. */
	rows = table_new(&backups_shape);
	facts_backup_at(rows, GOLDEN_NOW_US - HOUR_US, "read", MB);
	facts_backup_at(rows, GOLDEN_NOW_US - 5 * HOUR_US, "read", MB);
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US);
	assert_int_equal(calendar.unit_us, HOUR_US);
	assert_int_equal(calendar.count, 6);
	assert_int_equal(calendar.counts[CHART_MISSED] + calendar.counts[CHART_DUE], 0);
	/* From the future: in no cell, and told in the list. */
	facts_backup_at(rows, GOLDEN_NOW_US + 40 * DAY_US, "read", MB);
	/* Four years ago: the newest cells are kept. */
	facts_backup_taken(rows, 1500, "read", MB);
	calendar_make(&calendar, rows, BACKUP_DAILY, GOLDEN_NOW_US);
	assert_int_equal(calendar.count, CALENDAR_CELLS);
	assert_int_equal(calendar_at(&calendar, GOLDEN_NOW_US), CALENDAR_CELLS - 1);
	table_free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_a_day),
		cmocka_unit_test(of_several_the_best_counts),
		cmocka_unit_test(weeks_hours_and_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
