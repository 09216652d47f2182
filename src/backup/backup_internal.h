/* src/backup/backup_internal.h - what the files of this folder share. */
#ifndef PGTEND_BACKUP_BACKUP_INTERNAL_H
#define PGTEND_BACKUP_BACKUP_INTERNAL_H

#include <jansson.h>
#include <sys/types.h>

#include "pgtend/backup/backup.h"
#include "pgtend/loop/loop.h"
#include "pgtend/pg/dump.h"

/* ---- place.c: names, the lock of a folder, what an interrupted run left ------------------------ */

struct place {
	char *folder;                 /* DIR/DB */
	char *base;                   /* "core-20261121T140211Z" */
	char *part, *dump, *manifest; /* paths */
	int64_t stamp_us;             /* when the snapshot began, as the name says */
	int lock_fd;                  /* -1 */
};

/* The section's name as a file name: what is no plain character becomes %XX. Caller frees. */
char *backup_place_name(const char *database);
/* DIR/DB; out_dir NULL: key backup_dir. Caller frees. */
char *backup_place_folder(const struct database *database, const char *out_dir);
/* Makes the folder, takes its lock (ERR_LOCKED names who has it), ends and removes what an interrupted run left,
 * chooses the names. In a task. */
PGTEND_CHECK bool backup_place_open(
    struct place *place, const struct database *database, const char *out_dir, struct report *report, struct err *err);
/* Writes down which child works on the part, so that the next run can end it when we are killed. */
void backup_place_note_child(const struct place *place, pid_t pid);
void backup_place_close(struct place *place);

/* ---- manifest.c ------------------------------------------------------------------------------ */

struct manifest {
	char *path, *dump; /* of the manifest, of the dump */
	int64_t stamp_us;
	int64_t size_bytes, database_bytes;
	bool is_verified;
	char *sha256;
};
/* What the server says of the database, and of its migrations. New reference in *facts. In a task. */
PGTEND_CHECK bool manifest_ask(struct database *database, struct session *session, json_t **facts, struct err *err);
/* The newest complete backup of a folder: manifest and dump both there, and of the size that the manifest says.
 * False: none. */
bool manifest_newest(const char *folder, const char *database, struct manifest *manifest);
void manifest_done(struct manifest *manifest);

/* ---- dump.c, readback.c, hook.c: the children ------------------------------------------------------ */

/* expected_bytes: for the progress; 0: unknown. The part is there, complete and on disk when true. */
PGTEND_CHECK bool dump_take(struct fleet *fleet, struct database *database, const struct dump_tools *tools,
    const struct place *place, int64_t expected_bytes, struct report *report, struct err *err);

struct readback {
	int64_t size_bytes;
	int64_t entries, tables; /* of pg_restore --list: all, those with data */
	char sha256[65];
};
PGTEND_CHECK bool readback_run(struct fleet *fleet, const struct dump_tools *tools, const char *path,
    struct readback *readback, struct report *report, struct err *err);

/* Key after_backup; true when there is none. */
PGTEND_CHECK bool hook_run(
    struct fleet *fleet, const struct database *database, const char *path, struct report *report, struct err *err);

#endif
