/* archive/place.h - the folder of one database's backups, held by one run at a time. */
#ifndef PGTEND_ARCHIVE_PLACE_H
#define PGTEND_ARCHIVE_PLACE_H

#include <sys/types.h>

#include "pgtend/archive/archive.h"

struct archive_place {
	char *folder;                 /* DIR/DB */
	char *name;                   /* the section's, as a file name */
	char *base;                   /* "core-20261121T140211Z"; NULL until archive_place_choose() */
	char *part, *dump, *manifest; /* paths; a folder with form directory */
	char *globals;                /* path of the roles and tablespaces; as a part with ".part" behind it */
	enum archive_form form;
	int64_t stamp_us;             /* when the snapshot began, as the name says */
	int lock_fd;                  /* -1 */
	bool is_noted;                /* the lock is ours: at the end its notes go */
};
/* Makes the folder, takes its lock (ERR_LOCKED names who has it), ends and removes what an interrupted run left. In a task. */
PGTEND_CHECK bool archive_place_open(
    struct archive_place *place, const struct database *database, const char *out_dir, struct report *report, struct err *err);
/* Chooses the names, of this moment. In a task. */
PGTEND_CHECK bool archive_place_choose(struct archive_place *place, enum archive_form form, struct err *err);
/* Its lock alone, for who changes what is there already (prune, a command that is tried again): no folder is made, nothing is begun. ERR_LOCKED also when
 * a run on another machine began less than a day ago and did not say that it ended: not every shared folder shares its locks. */
PGTEND_CHECK bool archive_place_hold(
    struct archive_place *place, const struct database *database, const char *out_dir, struct report *report, struct err *err);
/* Removes what interrupted runs left, where none is due that would: now, unless somebody is at work there (who does it then). No folder is made. */
void archive_place_tidy(const struct database *database, struct report *report);
/* What interrupted runs left of this database's backups; only looks, and takes no lock that a backup might want. Nothing while a run is at work there.
 * Neither manifests nor roles that stand beside a part are named: they go with it. */
struct archive_left {
	char *folder;
	struct words files; /* by their names */
	int64_t bytes;
};
void archive_left_find(const struct database *database, struct archive_left *left);
void archive_left_done(struct archive_left *left);
/* Writes down which child works on the part, so that the next run can end it when we are killed. */
void archive_place_note_child(const struct archive_place *place, pid_t pid);
/* Takes away all that has been written under the names chosen. */
void archive_place_discard(const struct archive_place *place, struct report *report);
/* All that is in the folder, and its names, are on the disk. */
PGTEND_CHECK bool archive_place_sync(const struct archive_place *place, struct err *err);
void archive_place_close(struct archive_place *place);

#endif
