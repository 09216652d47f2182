/* src/lifecycle/create_internal.h - what create.c and create_extensions.c share. */
#ifndef PGTEND_LIFECYCLE_CREATE_INTERNAL_H
#define PGTEND_LIFECYCLE_CREATE_INTERNAL_H

#include "pgtend/lifecycle/lifecycle.h"

enum { CREATE_DEADLINE_MS = 30000 };

struct creation {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	bool is_dry_run;
	struct words extensions;
	char *role;
	char *server_name; /* of the database in the server; a pooler may call it otherwise */
	bool is_own;       /* the session in which it is looked for is one to the database itself */
	bool is_there;     /* before this run */
	bool may_create;
	bool is_unfinished;      /* there, and its comment says that a create was interrupted */
	bool has_other_encoding; /* template1 has another one than is asked for */
	struct words steps;      /* done in this run */
};

void create_step_done(struct creation *creation, const char *what);
/* Says which of the extensions are missing in the session's database (missing may be NULL); one that the server
 * does not
 * have is an error, with the package to install. */
PGTEND_CHECK bool create_look_at_extensions(
    struct creation *creation, struct session *session, struct words *missing, struct err *err);
PGTEND_CHECK bool create_add_extensions(
    struct creation *creation, struct session *session, const struct words *missing, struct err *err);

#endif
