/* src/fresh/reset_internal.h - the parts of a reset: way.c chooses where the new database comes from and clones, build.c
 * makes one of the working tree, fill.c leaves templates and spares for the next time, reset.c leads. */
#ifndef PGTEND_FRESH_RESET_INTERNAL_H
#define PGTEND_FRESH_RESET_INTERNAL_H

#include "beside.h"
#include "pgtend/fresh/copy.h"
#include "pgtend/fresh/digest.h"
#include "pgtend/fresh/reset.h"

enum { FRESH_DEADLINE_MS = 15000, FRESH_READY_MS = 15000 };

struct fresh {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	const struct reset_options *options;
	const char *verb;       /* stands in application_name */
	bool with_bytes;        /* of the copies */
	bool is_sizeless;       /* the database's own size is not asked */
	struct beside beside;
	struct session *keeper; /* of beside; its advisory locks say what we work on */
	char digest[DIGEST_SIZE];
	struct copies copies;   /* of the database, as they were looked at last */
	bool has_timescale;     /* of the new one, once it is known */
};
/* fleet, database, report, options and verb are set. Refuses production and what cannot make databases, connects, learns,
 * looks. */
PGTEND_CHECK bool fresh_begin(struct fresh *fresh, struct err *err);
void fresh_done(struct fresh *fresh);
/* The copies, again. */
PGTEND_CHECK bool fresh_look(struct fresh *fresh, struct err *err);

/* A database that has nobody's name yet. */
struct made {
	char *dbname;
	int64_t oid, bytes;
	bool is_closed; /* takes no connections */
};
void made_done(struct made *made);

/* --- way.c --------------------------------------------------------------------------------------------------------- */

enum fresh_way { FRESH_SPARE, FRESH_TEMPLATE, FRESH_BUILD };
const char *fresh_way_word(enum fresh_way way);
/* By what was looked at. *copy: the spare or the template, borrowed; *why: in words, caller frees. */
enum fresh_way fresh_choose(const struct fresh *fresh, const struct copy **copy, char **why);
/* The template of the working tree that can be used; NULL: none. */
const struct copy *fresh_template(const struct fresh *fresh);
/* As long as another run makes a copy that would do, it is waited for. */
PGTEND_CHECK bool fresh_wait_for_others(struct fresh *fresh, struct err *err);
/* A spare of this template, held by the keeper, closed. */
PGTEND_CHECK bool fresh_clone(struct fresh *fresh, const struct made *template, struct made *made, struct err *err);

/* --- build.c ------------------------------------------------------------------------------------------------------- */

/* create, migrate up, seed under the name of a template, held by the keeper; dropped when it fails. It takes connections. */
PGTEND_CHECK bool fresh_build(struct fresh *fresh, struct made *made, struct err *err);
/* It is a template from now on; *is_good false: why it cannot be one has been logged, it stays as it is. */
PGTEND_CHECK bool fresh_keep(struct fresh *fresh, struct made *made, bool *is_good, struct err *err);
/* Whether templates may be kept of it, and of one so large; the reason is logged. bytes -1: not known yet. */
bool fresh_may_keep(const struct fresh *fresh, int64_t bytes);

/* --- fill.c -------------------------------------------------------------------------------------------------------- */

/* What resets have put aside, and what dead runs left. Failures are logged. */
void fresh_drop_old(struct fresh *fresh);
void fresh_drop(struct fresh *fresh, const char *dbname, const char *why);
/* `pgtend templates fill DB` as a process of its own; false: it cannot be (no file says what is configured). */
bool fresh_start_filling(const struct fresh *fresh);

#endif
