/* fresh/copy.h - the databases that pgtend keeps beside a database of the fleet: templates, spares, snapshots, and what
 * a reset or a rewind has put aside or left unfinished.
 *
 * Owns: their names (pgtend_KIND_DB_XXXXXXXX, 63 bytes at most) and their comments, by which any later run knows what
 * each is, of which section, since when, and whether it is whole. The server is the only record: nothing stands in
 * files here. Must not know: what fills a copy, and when one is used. In a task.
 *
 * The comment: "pgtend KIND of SECTION (DBNAME) [NAME], DIGEST, since STAMP, by pid N on HOST; whole|being made|to be dropped".
 * (DBNAME) stands where it is another word than the section, [NAME] of a snapshot in its brackets, DIGEST where it has one.
 * Whose copy it is says DBNAME: several checkouts may call their databases on one server alike, and one database differently.
 */
#ifndef PGTEND_FRESH_COPY_H
#define PGTEND_FRESH_COPY_H

#include "pgtend/core/err.h"
#include "pgtend/fleet/fleet.h"

enum copy_kind {
	COPY_TEMPLATE, /* built from the working tree; takes no connections */
	COPY_SPARE,    /* a clone of a template, ready to get the database's name */
	COPY_SNAPSHOT, /* a developer's own point in time */
	COPY_OLD,      /* what had the name before; to be dropped */
};

struct copy {
	enum copy_kind kind;
	char *dbname;    /* as it is called in the server */
	int64_t oid;
	char *database;  /* of which section, as the one who made it calls it */
	char *of_dbname; /* of which database of the server; what a section of today is compared with */
	char *name;      /* of a snapshot; NULL */
	char *digest;    /* of what it was built from (fresh/digest.h); of a snapshot NULL */
	int64_t made_us; /* since the epoch; 0: the comment does not say */
	int64_t bytes;   /* pg_database_size(); -1: not known */
	bool is_whole;   /* false: whoever makes it is at work, or died */
	bool is_held;    /* somebody works on it now (an advisory lock in the server) */
	bool is_marked;  /* false: without a comment of ours, found by its name: its maker died in the very moment */
	bool is_ours;    /* our role may drop it */
	int clients;     /* connected to it */
	char *comment;
};
struct copies {
	struct copy *v;
	int count;
};
/* Of one section, NULL: of all, on the server that `session` is connected to; newest first. */
PGTEND_CHECK bool copies_load_wait(
    struct session *session, const struct database *database, bool with_bytes, struct copies *copies, struct err *err);
void copies_done(struct copies *copies);
void copy_done(struct copy *copy);
bool copy_is_of(const struct copy *copy, const struct database *database);
const char *copy_kind_word(enum copy_kind kind); /* "template" */
/* Says that we work on it for as long as the session lives; ERR_LOCKED: somebody else does. The same key as of scratch databases. */
PGTEND_CHECK bool copy_hold_wait(struct session *session, const char *dbname, struct err *err);
void copy_let_go_wait(struct session *session, const char *dbname);
/* A name that no database of the server has by chance. Caller frees. */
char *copy_new_dbname(enum copy_kind kind, const struct database *database);
/* The comment for it. name, digest: NULL where the kind has none. state: "whole", "being made", "to be dropped". Caller frees. */
char *copy_comment(enum copy_kind kind, const struct database *database, const char *name, const char *digest, const char *state);
/* The reverse; kind, database, of_dbname, name, digest, made_us, is_whole and is_marked are filled (copy_done()); false: not one of ours. */
bool copy_of_comment(const char *comment, struct copy *copy);

#endif
