/* src/lifecycle/create_internal.h - what the files of create share: create.c leads, create_look.c knows what is there and what the
 * role may, create_form.c writes the statement, create_notes.c compares, create_extensions.c and create_needs.c look after
 * extensions. */
#ifndef PGTEND_LIFECYCLE_CREATE_INTERNAL_H
#define PGTEND_LIFECYCLE_CREATE_INTERNAL_H

#include "lifecycle_internal.h"

enum { CREATE_DEADLINE_MS = 30000 };

/* A database of the server as pg_database has it. */
struct existing {
	bool is_there;
	bool is_invalid;  /* what an interrupted DROP DATABASE left */
	bool is_closed;   /* takes no connections */
	int64_t oid, connection_limit;
	char *comment, *owner, *encoding, *collate, *provider, *locale, *tablespace;
	char *timezone;   /* set on the database; NULL: it is the server's */
};

struct creation {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	bool is_dry_run;
	struct words extensions;
	char *role, *server_timezone;
	char *form;        /* what follows CREATE DATABASE NAME, all but the owner; NULL: it is there */
	char *server_name; /* of the database in the server; a pooler may call it otherwise */
	bool is_own;       /* the session in which it is looked for is one to the database itself */
	struct existing existing; /* before this run */
	bool may_create, is_super;
	bool is_owner_there, may_give, has_owners_rights; /* of the key `owner` */
	bool is_space_there, may_use_space;               /* of the key `tablespace` */
	bool is_template_there, may_copy;                 /* of the template that will be copied */
	bool is_encoding_known;
	bool is_unfinished;      /* there, and its comment says that a create was interrupted */
	bool has_other_encoding; /* template1 has another one than is asked for */
	struct words steps;      /* done in this run */
	struct words differs;    /* keys whose values an existing database does not have */
};

void creation_begin(struct creation *creation, struct fleet *fleet, struct database *database, struct report *report);
void creation_done(struct creation *creation);
const char *create_key(const struct creation *creation, const char *key);
void create_step_done(struct creation *creation, const char *what);

/* --- create_look.c: what there is, and whether it can be made ----------------------------------- */

/* The comment of a database that is not whole yet. */
const char *create_marker(void);
PGTEND_CHECK bool create_look(struct creation *creation, struct session *session, struct err *err);
/* Everything but extensions. */
PGTEND_CHECK bool create_may(const struct creation *creation, struct session *session, struct err *err);

/* --- create_form.c --------------------------------------------------------------------------------- */

/* " encoding 'UTF8' ...", all but the owner. Caller frees. */
char *create_form(const struct creation *creation, struct session *session);
/* The name of the database that is copied; borrowed. */
const char *create_template(const struct creation *creation);
/* What CREATE DATABASE said, with what to do about it; session: any other one of the server. */
void create_word_failure(const struct creation *creation, struct session *session, struct err *err);

/* --- create_notes.c --------------------------------------------------------------------------------- */

/* Logs what the existing database has otherwise than the configuration, with the statement that would mend it. */
void create_note_differences(struct creation *creation);

/* --- create_extensions.c ------------------------------------------------------------------------------ */

/* Says which of the extensions are missing in the session's database (missing may be NULL: it is not the database
 * itself); one that the server does not have is an error, with the package to install. */
PGTEND_CHECK bool create_look_at_extensions(
    struct creation *creation, struct session *session, struct words *missing, struct err *err);
PGTEND_CHECK bool create_add_extensions(
    struct creation *creation, struct session *session, const struct words *missing, struct err *err);

/* --- create_needs.c: what extensions need of the server ------------------------------------------------ */

/* '{"a","b"}'. Caller frees. */
char *create_array(const struct words *words);
/* Libraries that must start with the server, workers. */
PGTEND_CHECK bool create_look_at_needs(
    struct creation *creation, struct session *session, const struct words *extensions, struct err *err);

#endif
