/* src/backup/name.h - a dump that is whole becomes a backup: its manifest, then its name. */
#ifndef PGTEND_BACKUP_NAME_H
#define PGTEND_BACKUP_NAME_H

#include <jansson.h>

#include "pgtend/archive/archive.h"
#include "pgtend/archive/place.h"
#include "pgtend/pg/dump.h"

struct naming {
	const struct archive_place *place;
	json_t *manifest; /* what the server said; borrowed, completed here */
	bool is_good;
	struct err err;
};
/* Adds to the manifest what was found in the dump. */
void name_describe(struct naming *naming, const struct dump_tools *tools, const struct archive_contents *contents, double took_s);
/* Writes the manifest and renames, all of it to the disk, beside the loop. In a task. */
PGTEND_CHECK bool name_give(struct loop *loop, struct naming *naming, struct err *err);

#endif
