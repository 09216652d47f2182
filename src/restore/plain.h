/* src/restore/plain.h - dumps that are SQL (pg_dump's plain format, of whatever maker), read as they stream by: where
 * statements begin, which rows belong to which table, what psql or the whole server would be told to do.
 *
 * One reading looks (out NULL), and refuses with the line what has no business in a dump: commands of psql's, except the
 * \restrict lines around it; COPY to programs or files of the server; roles, tablespaces, other databases. A second one
 * lets through what the database shall get. Pure: no connection, no loop; may run beside the loop (loop/work.h).
 */
#ifndef PGTEND_RESTORE_PLAIN_H
#define PGTEND_RESTORE_PLAIN_H

#include <jansson.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"

struct plain_options {
	const char *name;      /* of the file, for errors */
	bool no_owner;         /* leaves out who owns what and who may what */
	bool no_comments;      /* leaves out COMMENT ON EXTENSION, for who is no superuser */
	int server_version;    /* server_version_num of where it goes; 0: not known */
	/* What the database gets; NULL: only looks. false: ends the reading. */
	bool (*out)(const char *bytes, size_t length, void *arg);
	void *arg;
};

struct plain_facts {
	int64_t lines, statements, rows;
	json_t *counts;        /* {"public.t": 12} of COPY blocks; owned */
	bool has_odd_names;    /* of tables, in an encoding that is not UTF-8: `counts` cannot be held against anything */
	bool has_inserts;      /* rows come as INSERT, which nobody counts */
	struct words extensions; /* named in it, each once */
	struct words owners, grantees; /* roles that own something, that may do something */
	char *timescaledb_version;      /* NULL: it has none, or does not say */
	char *encoding;        /* client_encoding of the file; NULL */
	char *created;         /* pg_dump --create: the database's name in it; NULL */
	char *form;            /* of the same, what CREATE DATABASE says of encoding and locale; NULL */
	bool is_of_pg_dump;
	int64_t left_out;      /* statements about the database itself, or by no_owner */
};

struct plain; /* opaque */
struct plain *plain_new(const struct plain_options *options);
void plain_free(struct plain *plain);
/* err: "FILE:LINE: ...". ERR_CANCELLED when `out` ended it. */
PGTEND_CHECK bool plain_feed(struct plain *plain, const char *bytes, size_t length, struct err *err);
/* The file is at its end: was it whole? */
PGTEND_CHECK bool plain_end(struct plain *plain, struct err *err);
const struct plain_facts *plain_facts(const struct plain *plain);

#endif
