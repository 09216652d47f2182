/* src/backup/dump.h - pg_dump into the part, in whichever form, read back while it is written. */
#ifndef PGTEND_BACKUP_DUMP_H
#define PGTEND_BACKUP_DUMP_H

#include "budget.h"
#include "pgtend/archive/place.h"
#include "pgtend/archive/reading.h"
#include "pgtend/pg/dump.h"

struct dumping {
	struct fleet *fleet;
	struct database *database;
	const struct dump_tools *tools;
	const struct archive_place *place; /* names and form chosen */
	struct budget *budget;
	int connections;        /* taken of the budget for pg_dump; 0 again once it has ended */
	int64_t database_bytes; /* of the database */
	int64_t expected_bytes; /* of the dump; 0: unknown */
	struct report *report;

	/* filled */
	char *compression; /* "zstd:1"; caller frees */
	int jobs;          /* workers of a folder; 1 */

	/* the dump's own */
	struct archive part;
	struct archive_reading *reading;
	struct stream *stream; /* while one compresses */
	int fd;
};
/* The part is there, complete, on the disk, and was read back to `contents` when true. In a task. */
PGTEND_CHECK bool dump_take(struct dumping *dumping, struct archive_contents *contents, struct err *err);

/* --- dump_watch.c: how far it is ------------------------------------------------------------- */

struct dump_watch; /* opaque */
/* Asks pg_stat_progress_copy when there is a connection for it that nobody wants; NULL: there is none. */
struct dump_watch *dump_watch_start(struct dumping *dumping);
/* What it would come to altogether, by the tables that are done; 0: not known. NULL is nothing. */
int64_t dump_watch_all(const struct dump_watch *watch, int64_t done_bytes);
void dump_watch_stop(struct dump_watch *watch);

#endif
