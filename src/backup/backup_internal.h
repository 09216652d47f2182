/* src/backup/backup_internal.h - what the files of this folder share. */
#ifndef PGTEND_BACKUP_BACKUP_INTERNAL_H
#define PGTEND_BACKUP_BACKUP_INTERNAL_H

#include <jansson.h>

#include "pgtend/archive/place.h"
#include "pgtend/backup/backup.h"
#include "pgtend/pg/dump.h"

/* What the server says of the database, and of its migrations. New reference in *facts. In a task. */
PGTEND_CHECK bool manifest_ask(struct database *database, struct session *session, json_t **facts, struct err *err);

/* expected_bytes: for the progress; 0: unknown. The part is there, complete and on disk when true. */
PGTEND_CHECK bool dump_take(struct fleet *fleet, struct database *database, const struct dump_tools *tools,
    const struct archive_place *place, int64_t expected_bytes, struct report *report, struct err *err);

/* Key after_backup; true when there is none. */
PGTEND_CHECK bool hook_run(
    struct fleet *fleet, const struct database *database, const char *path, struct report *report, struct err *err);

#endif
