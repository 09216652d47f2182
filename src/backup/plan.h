/* src/backup/plan.h - how a database is to be dumped: in which form, over how many connections, how much room it takes. */
#ifndef PGTEND_BACKUP_PLAN_H
#define PGTEND_BACKUP_PLAN_H

#include "pgtend/archive/archive.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/pg/dump.h"

struct plan_size {
	int64_t database_bytes;
	int64_t largest_bytes; /* of its tables; a table is never split */
};
enum plan_wish { PLAN_AUTO, PLAN_FILE, PLAN_FOLDER }; /* key backup_form */
enum plan_wish plan_wish_of(const struct section *section);

/* How many connections a dump of it could use, of `size` that there are. */
int plan_connections(const struct plan_size *what, const struct dump_tools *tools, enum plan_wish wish, int size);
/* The form, when so many are to be had. */
enum archive_form plan_form(const struct plan_size *what, const struct dump_tools *tools, enum plan_wish wish, int connections);
/* Threads that compress beside pg_dump. */
int plan_compressors(void);

/* What the dump will come to, by the last one of the database in this form's likes; 0: nobody knows. */
int64_t plan_expected_bytes(const struct archives *archives, int64_t database_bytes);
/* Whether it fits on the disk of the folder; where nobody knows how large it will be, a doubt is told and nothing refused. */
PGTEND_CHECK bool plan_check_room(
    const char *folder, const struct database *database, int64_t expected_bytes, int64_t database_bytes, struct report *report, struct err *err);

#endif
