/* maintain/maintain.h - what keeps a database in shape: vacuum, analyze, reindex, archive, and what is due daily and weekly.
 *
 * Owns: the plans (what, in which order, why), the statements, each outside of a transaction or in one of its own, the budget of time, what became of
 * each step. Must not know: verbs, guards, screens.
 *
 * All in a task, through a session of its own that honours the keys lock_timeout and statement_timeout. One table, index or chunk is one step: what one
 * of them refuses is kept with it and named at the end (ERR_PARTIAL), and the next is taken.
 */
#ifndef PGTEND_MAINTAIN_MAINTAIN_H
#define PGTEND_MAINTAIN_MAINTAIN_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* Rows of all these reports: one a step, or a finding. */
extern const struct table_shape vacuum_shape, reindex_shape, archive_shape, maintain_shape;

struct maintain_options {
	const struct words *tables;  /* [SCHEMA.]NAME; NULL or empty: all */
	const struct words *indexes; /* reindex: [SCHEMA.]NAME; NULL or empty: none is named */
	bool is_whole;               /* reindex: all indexes, not only those that need it */
	double budget_s;             /* after it no further step is begun, and what is left is named; negative: key maintain_budget, 0: none */
	const struct words *skip;    /* daily, weekly: these steps are left out */
	bool is_by_order;            /* weekly: nobody was asked, the configuration orders it: in production rows go only with allow_destructive = yes */
	bool is_dry_run;             /* says what would be done, in the report's log and rows */
};

enum maintain_what { MAINTAIN_VACUUM, MAINTAIN_VACUUM_ANALYZE, MAINTAIN_VACUUM_FULL, MAINTAIN_ANALYZE };
PGTEND_CHECK bool maintain_vacuum(struct fleet *fleet, struct database *database, enum maintain_what what,
    const struct maintain_options *options, struct report *report, struct err *err);

/* Indexes built anew: those that are invalid or waste much, or those that the options name. What an interrupted REINDEX CONCURRENTLY left behind is
 * taken away first. */
PGTEND_CHECK bool maintain_reindex(struct fleet *fleet, struct database *database, bool is_concurrent,
    const struct maintain_options *options, struct report *report, struct err *err);

/* Old rows by the keys `archive`: exported where they say so, then deleted, batch by batch. Whoever ends it at any moment leaves every row in the
 * database or in the file, or in both. */
PGTEND_CHECK bool maintain_archive(struct fleet *fleet, struct database *database, const struct maintain_options *options,
    struct report *report, struct err *err);
bool maintain_has_archive(const struct database *database);

/* daily: analyze of what changed, report of bloat, sizes and connections. weekly: archive, vacuum analyze, reindex of what needs it, unused indexes. */
PGTEND_CHECK bool maintain_daily(struct fleet *fleet, struct database *database, const struct maintain_options *options,
    struct report *report, struct err *err);
PGTEND_CHECK bool maintain_weekly(struct fleet *fleet, struct database *database, const struct maintain_options *options,
    struct report *report, struct err *err);

#endif
