/* fresh/clone.h - one more copy of a database by the server itself: CREATE DATABASE ... TEMPLATE.
 *
 * Owns: its name and its lock, ending those who stand in the way as far as was consented, the comment, taking back what
 * came to nothing. Must not know: why. In a task.
 *
 * A database that takes no connections can be copied at any time, also on a server with TimescaleDB. One that does must be
 * free for a moment; there TimescaleDB's launcher starts a scheduler in whatever is copied, as soon as CREATE DATABASE
 * begins, and it is ended like any other session (superusers only): beside_start_workers() for the source afterwards.
 */
#ifndef PGTEND_FRESH_CLONE_H
#define PGTEND_FRESH_CLONE_H

#include "pgtend/core/report.h"
#include "pgtend/fresh/copy.h"

struct clone {
	struct fleet *fleet;
	struct database *database;
	struct session *keeper;  /* in neither of the two; holds the copy's lock from now on, and makes a copy of what nobody can be in */
	struct report *report;
	const char *verb;
	enum copy_kind kind;
	const char *source;      /* a database's name in the server */
	int64_t source_oid;
	int64_t source_bytes;    /* -1: not known */
	bool is_source_open;     /* it takes connections */
	const char *shown;       /* whom we may end in it: scratch/clients.h */
	const char *owner;       /* of the copy; NULL: our role */
	const char *name;        /* of a snapshot; NULL */
	const char *digest;      /* NULL */
	const char *state;       /* of its comment: "whole", or "being made" where something lacks */
	/* What came of it: */
	char *dbname;            /* to be freed */
	int64_t oid;
};
/* The copy takes no connections. On false nothing is left, or the err says what. */
PGTEND_CHECK bool clone_make_wait(struct clone *clone, struct err *err);

#endif
