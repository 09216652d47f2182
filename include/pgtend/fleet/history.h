/* fleet/history.h - samples of sizes, kept at most hourly, 90 days ($XDG_STATE_HOME/pgtend/samples), for growth a day. */
#ifndef PGTEND_FLEET_HISTORY_H
#define PGTEND_FLEET_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/fleet/fleet.h"

/* Keeps total sizes of the database and its tables (columns schema, name, total_bytes) when the last sample is at least an hour old. */
PGTEND_CHECK bool history_sample(struct database *database, const struct table *tables, struct err *err);

struct history; /* opaque: the samples of one database, read once */
struct history *history_open(const struct database *database); /* never NULL: no samples is an empty one */
void history_close(struct history *history); /* NULL is nothing */
/* Bytes a day between the oldest sample of the last 7 days and `bytes_now`; false until two lie an hour apart, then *since_us
 * says since when it counts (0: never sampled). table is "schema.name"; NULL: the whole database. */
bool history_growth(const struct history *history, const char *table, int64_t bytes_now, double *bytes_a_day, int64_t *since_us);

#endif
