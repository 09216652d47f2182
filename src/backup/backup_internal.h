/* src/backup/backup_internal.h - what the files of this folder share. */
#ifndef PGTEND_BACKUP_BACKUP_INTERNAL_H
#define PGTEND_BACKUP_BACKUP_INTERNAL_H

#include <jansson.h>

#include "pgtend/archive/archive.h"
#include "pgtend/archive/place.h"
#include "pgtend/backup/backup.h"
#include "pgtend/pg/dump.h"

/* --- facts.c: what the server says of the database, and of its migrations ------------------------------ */

struct backup_facts {
	json_t *manifest; /* owned; what a manifest says of it, also on false */
	int64_t database_bytes;
	int64_t largest_bytes; /* of its tables, by what the server remembers */
};
/* In a task. */
PGTEND_CHECK bool facts_ask(struct fleet *fleet, struct database *database, struct session *session, struct backup_facts *facts, struct err *err);
/* Its system identifier, or "unknown". Borrowed. */
const char *facts_server(const struct backup_facts *facts);

/* All of a database, newest first, read beside the loop. In a task; archives_done() also on false. */
PGTEND_CHECK bool backup_archives_wait(
    struct loop *loop, const struct database *database, const char *out_dir, struct archives *archives, struct err *err);

/* verify.c: the pg_restore of the pg_dump that wrote it; where this machine has none, that of the container (key client). */
PGTEND_CHECK bool backup_tools_for(
    struct fleet *fleet, const struct database *database, const struct archive *archive, struct dump_tools *tools, struct err *err);

/* Takes the backup away, manifest and globals with it; a shared lock on the dump (archive_hold()) prevents it: ERR_LOCKED. In a task. */
PGTEND_CHECK bool backup_remove_wait(struct loop *loop, const struct archive *archive, struct err *err);

/* --- hook.c: key after_backup ---------------------------------------------------------------------- */

/* What stands in the manifest as after_backup before the command has run; JSON's null: there is no such key. New reference. */
json_t *hook_pending(const struct database *database);
/* After the backup has its name and its manifest; what became of it is written there. true also where there is no such key. ERR_PARTIAL: the backup is good. */
PGTEND_CHECK bool hook_run(
    struct fleet *fleet, const struct database *database, const char *folder, const char *id, struct report *report, struct err *err);
/* A copy may take hours, and no backup waits for it: the folder's lock is not held meanwhile, but this one, so that no second run makes the same copy.
 * ERR_LOCKED: somebody is at it. *fd goes to hook_unlock(). hook_run() takes it itself. */
PGTEND_CHECK bool hook_lock(const char *folder, int *fd, struct err *err);
void hook_unlock(int fd);
/* "pending", "done", "failed"; NULL: none. Borrowed. */
const char *hook_status(const struct archive *archive);
/* The command has still to run for it (again). */
bool hook_is_waiting(const struct database *database, const struct archive *archive);
/* "after_backup failed 3 times: ..."; caller frees. NULL: nothing is wrong. */
char *hook_trouble(const struct database *database, const struct archive *archive, int64_t now_us);
/* Under hook_lock(). Runs it for all that wait, the newest first, until one fails. *done: for how many it came to a good end. */
PGTEND_CHECK bool hook_retry(
    struct fleet *fleet, const struct database *database, struct archives *archives, int *done, struct report *report, struct err *err);

#endif
