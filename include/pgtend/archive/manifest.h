/* archive/manifest.h - the newest complete backup of a folder, as its manifest tells it. */
#ifndef PGTEND_ARCHIVE_MANIFEST_H
#define PGTEND_ARCHIVE_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

struct manifest {
	char *path, *dump; /* of the manifest, of the dump */
	int64_t stamp_us;
	int64_t size_bytes, database_bytes;
	bool is_verified;
	char *sha256;
};
/* Manifest and dump both there, and of the size that the manifest says. False: none. */
bool manifest_newest(const char *folder, const char *database, struct manifest *manifest);
void manifest_done(struct manifest *manifest);

#endif
