/* Facts of backups for the tests of calendar and pane, as of GOLDEN_NOW_US. Caller frees the tables. */
#ifndef PGTEND_TESTS_CONSOLE_FACTS_BACKUPS_H
#define PGTEND_TESTS_CONSOLE_FACTS_BACKUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/core/table.h"

#define MB (1 << 20)
#define HOUR_US (3600 * 1000000LL)
#define DAY_US (24 * HOUR_US)

/* A row of core's; how: as verified_how, NULL: damaged. Returns the row. */
int facts_backup_at(struct table *table, int64_t taken_us, const char *how, int64_t bytes);
/* Taken at two in the night, so many days ago. */
int facts_backup_taken(struct table *table, int days, const char *how, int64_t bytes);
/* One day was missed, one dump has lost bytes, one was restored. */
struct table *facts_two_weeks(void);
struct table *facts_archiver(bool is_failing);

#endif
