/* archive/readback.h - a dump read as a restore would: its list, every block of it, and its checksum. */
#ifndef PGTEND_ARCHIVE_READBACK_H
#define PGTEND_ARCHIVE_READBACK_H

#include "pgtend/archive/archive.h"

struct readback {
	int64_t size_bytes;
	int64_t entries, tables; /* of pg_restore --list: all, those with data */
	char sha256[65];
};
PGTEND_CHECK bool readback_run(struct fleet *fleet, const struct dump_tools *tools, const char *path,
    struct readback *readback, struct report *report, struct err *err);

#endif
