/* refresh.h - what refresh.c (does it) and refresh_look.c (what is there, what would vanish) share. */
#ifndef PGTEND_TRACKING_REFRESH_H
#define PGTEND_TRACKING_REFRESH_H

#include "internal.h"

struct refreshing {
	struct acts acts;
	const struct tracking_refresh *refresh;
	/* the aggregate */
	char *schema, *name, *shown, *source; /* for people: itself, what it is made of */
	char *view;                           /* quoted */
	char *bucket;                         /* its time column, quoted */
	char *type;                           /* of that column, as SQL */
	bool is_integer, is_zoned;            /* neither: a timestamp or date, in UTC by the extension's own way */
	char *raw_schema, *raw_name;          /* what it is made of, as its chunks name it */
	char *raw, *raw_column;               /* quoted, as it is read; its time column, not quoted, NULL: not known */
	char *now_function, *after;           /* NULL: none */
	/* the window, in the words of `type` */
	char *oldest; /* where the oldest raw chunk begins; NULL: there is none */
	char *begins; /* the same of those that retention would keep: the default window's beginning; NULL */
	char *from, *to;
	bool is_early; /* from lies before `begins` */
	/* what the aggregate holds in the window; -1: not counted */
	int64_t rows, vanishing;
	int64_t rows_after;
	double took_ms;
};

/* Finds the aggregate and the window, and counts. */
PGTEND_CHECK bool refresh_look(struct refreshing *refreshing, struct err *err);
/* Rows in the window now; -1: not counted, *why says why not. */
int64_t refresh_count(struct refreshing *refreshing, struct err *why);
bool refresh_is_beyond(const struct refreshing *refreshing);
void refresh_done(struct refreshing *refreshing);   /* and closes its acts */
void refresh_forget(struct refreshing *refreshing); /* what refresh_look() found */

#endif
