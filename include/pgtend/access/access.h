/* access/access.h - roles: who may do what in a database, what is dangerous in it, and the two profiles that applications need.
 *
 * Knows no screen; never sees a password. All in a task.
 */
#ifndef PGTEND_ACCESS_ACCESS_H
#define PGTEND_ACCESS_ACCESS_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* One row a role | a finding | a statement. */
extern const struct table_shape access_show_shape, access_check_shape, access_grant_shape;

/* Adds a row for PUBLIC and each role to `rows`. role: this one only; NULL: all; unknown: ERR_USAGE with the nearest. */
PGTEND_CHECK bool access_show(struct fleet *fleet, struct database *database, const char *role, struct table *rows, struct err *err);

/* Adds what was found to `rows`; *bad: how many of it are no notes. What the role may not see is a row of severity "unknown" with the GRANT that shows it. */
PGTEND_CHECK bool access_check(struct fleet *fleet, struct database *database, struct table *rows, int *bad, struct err *err);

enum access_profile { ACCESS_APPLICATION, ACCESS_READONLY };
struct access_grant {
	const char *role;
	enum access_profile profile;
	const struct words *schemas; /* empty: all that hold tables of the team's own */
	bool is_created;             /* the role is made where it is not there: it may log in and has no password */
	bool is_exact;               /* what the profile does not give is taken away */
	bool is_dry_run;
	const char *shown;           /* the statements that were shown: only they are run; NULL: whatever is needed */
};
/* In one transaction what the role lacks of the profile. Nothing is lacking: says so, true. The statements are rows and log lines of the report; *statements (may be
 * NULL): they as one text, caller frees. */
PGTEND_CHECK bool access_grant(
    struct fleet *fleet, struct database *database, const struct access_grant *grant, struct report *report, char **statements, struct err *err);

#endif
