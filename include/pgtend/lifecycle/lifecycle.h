/* lifecycle/lifecycle.h - a database comes and goes: create, drop.
 *
 * All in a task. Each is atomic or says exactly what is done and what is not.
 */
#ifndef PGTEND_LIFECYCLE_LIFECYCLE_H
#define PGTEND_LIFECYCLE_LIFECYCLE_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* --- create ---------------------------------------------------------------------------------- */

extern const struct table_shape create_shape;

/* Exists already: says so, with what differs from the configuration, true. */
PGTEND_CHECK bool lifecycle_create(
    struct fleet *fleet, struct database *database, bool is_dry_run, struct report *report, struct err *err);

/* For who makes a database as the configuration says, but under another name (database->dbname is that name):
 *
 * Before anything is made, asked in any other database of its server: whether it can be made there at all - rights,
 * owner, tablespace, template, encoding, time zone, extensions with what each needs of the server. What is no reason to
 * stop is logged. *form is what follows CREATE DATABASE NAME, with a blank in front, all but the owner (section key
 * "owner", NULL: whoever makes it); the caller frees it. */
PGTEND_CHECK bool lifecycle_check_wait(struct fleet *fleet, struct database *database, struct session *session,
    struct report *report, char **form, struct err *err);
/* Behind CREATE DATABASE: its time zone, then its extensions, those that are missing. In the end no session of this is
 * left in it. */
PGTEND_CHECK bool lifecycle_furnish_wait(
    struct fleet *fleet, struct database *database, struct report *report, struct err *err);
/* The comment by which a database of the fleet is known: "core, development, made by pgtend". Caller frees. */
char *lifecycle_comment(const struct database *database);

/* --- drop ------------------------------------------------------------------------------------ */

extern const struct table_shape drop_shape;

/* What a higher floor knows of copies of the database. tell: a few words for each that stays; session: in another database. */
struct lifecycle_more {
	void (*before)(struct session *session, struct database *database, struct report *report); /* the drop: what goes with it */
	void (*tell)(struct session *session, const struct database *database, struct words *lines);
	void (*hint)(struct report *report, const struct database *database); /* when tell() had any after the drop */
};
/* What would go, and who would be thrown out, line by line. *shown: what was seen, for lifecycle_drop(); caller frees. more: may be NULL. */
PGTEND_CHECK bool lifecycle_drop_preview(struct fleet *fleet, struct database *database, const struct lifecycle_more *more,
    struct words *lines, char **shown, struct err *err);
/* Ends nobody but those that were shown; shown NULL: nothing was (a script has said yes to all), and each is logged.
 * Does not exist: says so, true. */
PGTEND_CHECK bool lifecycle_drop(struct fleet *fleet, struct database *database, const struct lifecycle_more *more, const char *shown,
    struct report *report, struct err *err);

#endif
