/* src/archive/internal.h - what the files of this folder share. */
#ifndef PGTEND_ARCHIVE_INTERNAL_H
#define PGTEND_ARCHIVE_INTERNAL_H

#include <openssl/evp.h>

#include "pgtend/archive/archive.h"
#include "pgtend/archive/stream.h"

/* --- names --------------------------------------------------------------------- */

enum { STAMP_LENGTH = sizeof "20261121T140211Z" - 1 };
/* "core-20261121T140211Z": how much of it is the section's name as archive_name() writes it; 0: it is none of our names. The time may be NULL. */
size_t id_split(const char *id, int64_t *taken_us);

/* --- forms ----------------------------------------------------------------------- */

bool form_from_word(const char *word, enum archive_form *form);
/* Whether it lies in a folder of its own. */
bool form_is_folder(enum archive_form form);
/* Ours, by the end of a path: ".dump.zst" before ".zst". NULL: it has none of our endings. */
const char *form_ending_of(const char *path);
/* Every file in it has its bytes, and its end is there. */
PGTEND_CHECK bool tar_is_whole(const char *path, struct err *err);

/* --- one of them ------------------------------------------------------------------------ */

/* All about the backup of ours whose manifest is BASE.json; what is wrong becomes its trouble. */
void archive_load(struct archive *archive, const char *base);

/* --- manifest ---------------------------------------------------------------------- */

/* A file that is a manifest, of format 1 or 2, whole and as it was sealed. New reference. */
PGTEND_CHECK bool manifest_read(const char *path, json_t **manifest, struct err *err);
/* What the struct says besides path and id, taken from its manifest. */
void manifest_fill(struct archive *archive);
/* error NULL: there is none any more. */
PGTEND_CHECK bool manifest_note_damage(struct archive *archive, const char *error, struct err *err);
/* "" when it is a list of plain names of files with sizes and checksums. Else why not; static. */
const char *manifest_files_trouble(const json_t *files);

/* --- reading ------------------------------------------------------------------------------ */

/* Whether it must be given to pg_restore by its standard input. */
bool restore_is_fed(const struct archive *archive, const struct dump_tools *tools);
/* false: a pg_restore in a container sees no folder and no tar of this machine. */
PGTEND_CHECK bool restore_can(const struct archive *archive, const struct dump_tools *tools, struct err *err);
/* What stands behind "error: " in what it said, one line. Caller frees. */
char *restore_reason(const struct text *said);
/* Whether a line of the list stands for rows of a table: by its type, not by a table that is called so. */
bool list_is_rows(const char *entry);
/* pg_restore --list: entries and tables of the contents, and its lines (entries NULL: not wanted). In a task. */
PGTEND_CHECK bool list_read(struct loop *loop, const struct archive *archive, const struct dump_tools *tools,
    struct archive_contents *contents, struct words *entries, struct err *err);

/* --- checksums ------------------------------------------------------------------------ */

EVP_MD_CTX *digest_new(void);
/* Frees it; 64 digits and the final NUL. */
void digest_end(EVP_MD_CTX *digest, char hex[65]);
void digest_text(const char *text, char hex[65]);

/* The checksum of a file, or of all files of a folder. Zeroed, then path, then given to work_start(loop, hashing_run, &hashing). */
struct hashing {
	const char *path;
	atomic_llong bytes; /* while it runs: read so far */
	/* after work_wait() */
	bool is_good; /* false: err says why */
	char sha256[65];
	json_t *files; /* of a folder: see archive_contents; owned */
	struct err err;
};
void hashing_run(struct work *work, void *hashing);

/* Two runs that add to one manifest do it one after the other, and nobody sweeps meanwhile. Where a folder cannot be locked (some network file systems)
 * they hope. Returns a descriptor: closed by the caller, that is the end of it; -1: there is no such folder. */
int manifests_hold(const char *folder);

/* --- leftovers.c: what interrupted runs left in a folder whose lock we hold ------------------- */

struct report;
/* name: archive_name() of the database. */
PGTEND_CHECK bool leftovers_remove(const char *folder, const char *name, struct report *report, struct err *err);
/* Bytes of all parts; -1: there are none. */
int64_t leftovers_bytes(const char *folder, const char *name);
/* All of it, by name. A manifest that was begun a moment ago may be somebody's at work. */
void leftovers_find(const char *folder, const char *name, struct words *files);
/* A part: a file, or a folder with files. false: errno says why. */
bool leftover_remove(const char *path);

#endif
