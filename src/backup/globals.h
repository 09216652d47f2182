/* src/backup/globals.h - roles and tablespaces, which no dump of a database has: pg_dumpall --globals-only, beside the dump. */
#ifndef PGTEND_BACKUP_GLOBALS_H
#define PGTEND_BACKUP_GLOBALS_H

#include <jansson.h>

#include "budget.h"
#include "pgtend/archive/place.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/pg/dump.h"

/* Writes GLOBALS.part, on the disk, while one connection of the budget is held; databases of one server within one command share one run. *about: what the
 * manifest says of it, null when the server does not give it (told in the log; no failure). false: it could not be written, or cancelled. In a task. */
PGTEND_CHECK bool globals_take(struct fleet *fleet, struct database *database, const struct dump_tools *tools, struct budget *budget,
    const struct archive_place *place, json_t **about, struct report *report, struct err *err);

#endif
