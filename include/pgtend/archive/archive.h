/* archive/archive.h - one dump on disk: its names and forms, its manifest, how it is read.
 *
 * Owns: what lies in backup_dir (DB/ID.EXT with ID.json beside it; ID is DB-YYYYMMDDTHHMMSSZ), the manifest's keys, finding the form of a
 * dump that somebody else made, opening any form as a stream, reading it back (list, rows, checksum). Must not know: why it is taken,
 * where it is restored. Nothing here connects to a server.
 */
#ifndef PGTEND_ARCHIVE_ARCHIVE_H
#define PGTEND_ARCHIVE_ARCHIVE_H

#include <jansson.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/core/text.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/loop/loop.h"
#include "pgtend/pg/dump.h"

/* --- forms ------------------------------------------------------------------------------------- */

enum archive_form {
	ARCHIVE_CUSTOM,      /* ID.dump: pg_dump --format=custom, compressed by pg_dump */
	ARCHIVE_CUSTOM_ZSTD, /* ID.dump.zst: --format=custom --compress=0 in zstd (RFC 8878), for a pg_dump older than 16, which knows no zstd */
	ARCHIVE_DIRECTORY,   /* ID.dir: --format=directory */
	ARCHIVE_TAR,         /* of others: pg_dump --format=tar */
	ARCHIVE_PLAIN,       /* of others: .sql */
	ARCHIVE_PLAIN_GZIP,  /* of others: .sql.gz */
	ARCHIVE_PLAIN_ZSTD,  /* of others: .sql.zst */
};
const char *archive_form_word(enum archive_form form);   /* "custom", "custom+zstd", "directory", "tar", "plain", ...: the manifest's word */
const char *archive_form_ending(enum archive_form form); /* ".dump", ".dump.zst", ".dir" */
/* Which one a file or a folder is, by its bytes: "PGDMP", a tar that begins with toc.dat, a folder with toc.dat, gzip, zstd (and what is packed in them), text.
 * false: it is none, and why. */
PGTEND_CHECK bool archive_identify(const char *path, enum archive_form *form, struct err *err);

/* --- one of them --------------------------------------------------------------------------------- */

/* How deep it was looked into, each deeper than the one before. */
enum archive_depth { ARCHIVE_UNVERIFIED, ARCHIVE_CHECKSUM /* bytes and list */, ARCHIVE_READ /* every row was read and counted */, ARCHIVE_RESTORED };
const char *archive_depth_word(enum archive_depth depth); /* "none", "checksum", "read", "restored" */

struct archive {
	char *id;                /* "core-20261121T140211Z"; of others: the file's name */
	char *path;              /* the dump: a file, or a folder */
	char *manifest_path;     /* NULL: it has none, others made it */
	json_t *manifest;        /* whole; NULL: none. Keys: archive/manifest.c */
	enum archive_form form;
	char *database, *dbname; /* section, name of the database; NULL: not known */
	int64_t taken_us;        /* wall clock, when its snapshot began; 0: not known */
	int64_t size_bytes;      /* of the dump on disk */
	int64_t database_bytes;  /* -1: not known */
	int64_t rows;            /* -1: not counted */
	char *sha256;            /* as the manifest says; NULL */
	enum archive_depth depth;
	int64_t verified_us;     /* when, at that depth; 0: never */
	int server_version_num;  /* 0: not known */
	bool is_gone;            /* the manifest is right, but its dump is not there (any more, or under its name yet) */
	bool is_others;          /* the trouble is that another machine took it of another server (archives_leave_others()) */
	char *trouble;           /* why it is no backup: "the dump has 12 bytes less than its manifest says"; NULL: complete */
	char *chosen_over;       /* of "latest": newer ones that it was not, and why; that no backup of this machine is there; NULL */
	bool is_trouble_noted;   /* the trouble is what a verification found and wrote down: it may look whole, and can be looked into again */
};
void archive_done(struct archive *archive);

/* Of a file, or of all in a folder; -1: it cannot be looked at. */
int64_t archive_bytes(const char *path);

struct archives { /* newest first */
	struct archive *v;
	int count;
};
void archives_done(struct archives *archives);
/* All that pgtend wrote into `folder` (archive_folder()) for this section, also what is damaged (trouble says how). A folder that is not there has
 * none. Files that pgtend did not write are not among them. Reads manifests and sizes, no contents. */
PGTEND_CHECK bool archive_list(const char *folder, const char *database, struct archives *archives, struct err *err);
/* The newest without trouble, by the time in its name; NULL: none. Borrowed. */
const struct archive *archives_newest(const struct archives *archives);
/* "latest" (the newest that counts, archives_newest_good(), as far as it is not of another machine's server: archives_leave_others()), an ID, or the path of
 * any dump, made by whomever, with its manifest when it lies beside it. folder and database as above. An ID or a path may give one with `trouble`: who
 * wants to use it looks there first. ERR_USAGE names the nearest ID. */
PGTEND_CHECK bool archive_find(const char *folder, const char *database, const char *which, struct archive *archive, struct err *err);

/* Holds the dump while it is read (shared), so that no `prune` takes it away meanwhile; close() lets go. -1: it cannot be held, which stops nobody. */
int archive_hold(const struct archive *archive);

/* --- which of them count ------------------------------------------------------------------------ */

/* Its stamp lies after now by more than two clocks differ. */
bool archive_is_ahead(const struct archive *archive, int64_t now_us);
/* Complete, read back, and not from the future: what policies count. */
bool archive_is_good(const struct archive *archive, int64_t now_us);
/* The newest of those; NULL: none. Borrowed. */
const struct archive *archives_newest_good(const struct archives *archives, int64_t now_us);
/* Of one database of one server, as far as their manifests tell (system_identifier, dbname). */
bool archive_is_same(const struct archive *a, const struct archive *b);
/* A folder may be shared with a machine that tends another server under the same name: its backups get `trouble`, so that nothing here counts or
 * removes them. Others are those that were taken on another machine than `host` and are not of the same database as the newest good one that was
 * taken here, or as the newest good one at all; with `server` (a system identifier): that are not of this server. */
void archives_leave_others(struct archives *archives, const char *host, const char *server, int64_t now_us);
/* The newest by its name, whatever is wrong with it, but for those of others and those from the future, which say nothing of this database; where
 * there are only such, the newest of them. Borrowed; NULL: none at all. */
struct archive *archives_newest_lying(const struct archives *archives, const char *host, int64_t now_us);
/* Whether only backups from other machines speak for this database: then its server should be asked which one it is. */
bool archives_are_hearsay(const struct archives *archives, const char *host, int64_t now_us);

/* What stands before the newest good one, or instead of it, and why it does not count: "ID is no backup: ...", "ID is from the future", "ID was never
 * verified". good: of the same list, or NULL. Caller frees; NULL: nothing does. */
char *archives_newer_trouble(const struct archives *archives, const struct archive *good, int64_t now_us);

/* --- names -------------------------------------------------------------------------------------- */

/* The section's name as a file name: what is no plain character becomes %XX. Caller frees. */
char *archive_name(const char *database);
/* DIR/DB; out_dir NULL: key backup_dir. Caller frees. */
char *archive_folder(const struct database *database, const char *out_dir);

/* --- manifest ---------------------------------------------------------------------------------- */

/* Writes it anew and whole (partial name, fsync, rename), sealed: `seal` is the sha256 of all other keys, so that damage by accident is seen. */
PGTEND_CHECK bool manifest_write(const char *path, json_t *manifest, struct err *err);
/* A line for `verified`, {at, how, pgtend}, of now. New reference. */
json_t *manifest_verification(enum archive_depth depth);
/* Reads it again (somebody may have added something meanwhile), changes it, writes it; one run at a time. */
typedef void (*manifest_fn)(json_t *manifest, void *arg);
PGTEND_CHECK bool manifest_change(struct archive *archive, manifest_fn change, void *arg, struct err *err);
/* Adds a line to `verified`. */
PGTEND_CHECK bool manifest_add_verification(struct archive *archive, enum archive_depth depth, struct err *err);

/* --- reading ------------------------------------------------------------------------------------- */

/* What a reading found. Rows are counted in what pg_restore gives of the dump, so they are those of its own snapshot. */
struct archive_contents {
	int64_t size_bytes;
	int64_t entries, tables; /* of its table of contents: all, those with data */
	int64_t rows;            /* -1: not counted */
	json_t *counts;          /* {"public.t": 123}, names without quotes; owned; NULL: not counted */
	json_t *files;           /* of a folder: [{name, size_bytes, sha256}] by name, as a manifest has it; owned; NULL: a file */
	char sha256[65];         /* of the file; of a folder: of its lines "SHA256  NAME\n", sorted by name */
};
void archive_contents_done(struct archive_contents *contents);
/* Checksum and list, and with depth ARCHIVE_READ every block, rows counted. false: what is wrong with which file. In a task. */
PGTEND_CHECK bool archive_read(struct loop *loop, const struct archive *archive, const struct dump_tools *tools, enum archive_depth depth,
    struct archive_contents *contents, struct report *report, struct err *err);
/* The same, held against what the manifest says: any difference is named with the file, and written into the manifest (`damaged`: {at, error, pgtend}), so
 * that it is no backup any more for whoever lists it; found good later, the note goes. Without a manifest it is only read, and its rows are counted. What it was verified for is for the caller to add. */
PGTEND_CHECK bool archive_verify(struct loop *loop, struct archive *archive, const struct dump_tools *tools, enum archive_depth depth,
    struct report *report, struct err *err);
/* Only the dump's checksum against the manifest's, for who is about to use it: pg_restore takes a byte that flipped in a list of contents or in rows
 * that nobody compressed for what was dumped. Damage is noted as by archive_verify(). Without a manifest nothing is known, and it is true. In a task. */
PGTEND_CHECK bool archive_check_sums(struct loop *loop, struct archive *archive, struct report *report, struct err *err);

#endif
