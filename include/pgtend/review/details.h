/* review/details.h - one migration in full, for whoever looks at it: its text, how it would run, what lint finds, what pgtend wrote down.
 *
 * Owns: gathering it. Reads only; draws nothing.
 */
#ifndef PGTEND_REVIEW_DETAILS_H
#define PGTEND_REVIEW_DETAILS_H

#include "pgtend/migrate/migrate.h"

/* What can be told without a server. */
struct migration_text_view {
	char *text;      /* as far as it is shown: whole lines, at most 256 KB; NULL: it cannot be read */
	char *why_not;   /* NULL: it could */
	int64_t bytes;   /* of the whole file */
	bool is_cut;
};
void migration_text_view(const char *path, struct migration_text_view *view);
void migration_text_view_done(struct migration_text_view *view);

struct migration_details {
	char *history;          /* "public.pgmigrations" */
	char *runs;             /* of one that is not applied: in which transaction it would run, and why; NULL */
	char *down;             /* what takes it back, or why nothing does; NULL: not known */
	char *trouble;          /* why it cannot run: FILE:LINE:COL: what; NULL */
	struct words warnings;  /* of its plan */
	struct table *findings; /* of lint (lint_shape), this migration's alone; NULL: it was not asked */
	bool has_record;
	struct migration_record record; /* of its last run by pgtend; the name is NULL */
	char *record_why_not;   /* of one that is applied: why nothing is written down; NULL */
};
/* In a task, through the session. name: as migrate status names it. err: the server or the folder could not be read. */
PGTEND_CHECK bool migration_details_read(struct database *database, struct session *session, const char *name,
    struct migration_details *details, struct err *err);
void migration_details_done(struct migration_details *details);

#endif
