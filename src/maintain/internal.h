/* src/maintain/internal.h - one run of maintenance, as the files of this folder share it. */
#ifndef PGTEND_MAINTAIN_INTERNAL_H
#define PGTEND_MAINTAIN_INTERNAL_H

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/maintain/maintain.h"
#include "pgtend/pg/alone.h"

enum { MAINTAIN_DEADLINE_MS = 30000, MAINTAIN_TICK_MS = 500 };

enum item_state { ITEM_PLANNED, ITEM_DONE, ITEM_SKIPPED, ITEM_LOCKED, ITEM_FAILED, ITEM_LEFT, ITEM_FOUND };

/* One step: a statement on one table or index, or on the chunks of a hypertable; or something that was found. */
struct item {
	const char *step;       /* "vacuum", "reindex", ...; static */
	int64_t oid, table_oid; /* of what is worked on, and of its table */
	char *schema, *name;    /* of the table */
	char *index;            /* NULL: it is about the table */
	char *shown;            /* as people read it */
	char *owner;
	char *why;              /* why it is planned; NULL */
	char kind;              /* pg_class.relkind */
	bool may;               /* whether this role may */
	bool has_changed;       /* since it was last analyzed */
	bool is_quiet;          /* it need not be, so it is no part of the plan */
	int parts;              /* chunks of a hypertable; 0: it is none */
	int64_t bytes, bytes_after, dead, rows; /* -1: not known */
	double ratio;           /* bloat; negative: not known */
	enum item_state state;
	char *reason;           /* why it was not done, or what is to be known of it; NULL */
	char *file;             /* archive; NULL */
	double took_ms;         /* negative: it was not begun */
	const void *rule;       /* archive: its own; borrowed */
};

struct chore {
	struct fleet *fleet;
	struct database *database;
	const struct maintain_options *options;
	const struct table_shape *shape; /* of its rows */
	struct report *report;
	struct session *session;
	struct item *items;
	int count;
	int64_t all_bytes, done_bytes;
	int64_t began_us, until_us; /* until_us 0: without end */
	bool has_progress;
	int backend_pid;
	bool is_over;               /* the budget is spent */
};

/* --- chore.c: its beginning, its end, its budget */
/* Opens the session and learns what the server is. chore_end() in either case. */
PGTEND_CHECK bool chore_begin(struct chore *chore, struct fleet *fleet, struct database *database, const char *verb,
    const struct table_shape *shape, const struct maintain_options *options, struct report *report, struct err *err);
void chore_end(struct chore *chore);
/* Whether another step may begin. */
bool chore_has_time(struct chore *chore);
/* The session is gone or the user wants no more. */
bool chore_is_broken(const struct chore *chore, const struct err *err);
/* One statement outside of a transaction, with progress of `bytes` while it runs. */
PGTEND_CHECK bool chore_run(struct chore *chore, const char *sql, int64_t bytes, struct err *err);
/* "schema"."name". Caller frees. */
char *chore_quote(const struct chore *chore, const char *schema, const char *name);
/* Keeps what became of a step. */
void chore_settle(struct chore *chore, struct item *item, bool is_good, bool is_exclusive, const struct err *err);
/* Carries out what is planned: `work` for each item of these steps, false from it ends all. */
typedef bool (*chore_work)(struct chore *chore, struct item *item, struct err *err);
PGTEND_CHECK bool chore_each(struct chore *chore, const char *step, chore_work work, struct err *err);

/* --- items.c: the list, as rows and as lines */
struct item *chore_add(struct chore *chore, const char *step, const char *schema, const char *name, const char *index);
/* Takes items out of the list again. */
void chore_forget(struct chore *chore, bool (*is_needless)(const struct item *item, const void *arg), const void *arg);
void chore_find(struct chore *chore, const char *step, const char *schema, const char *name, const char *index, int64_t bytes, int64_t rows,
    const char *format, ...) PGTEND_PRINTF(8, 9);
const char *item_state_word(enum item_state state);
struct table *chore_rows(const struct chore *chore);
/* The plan: one line an item, and a summary. */
void chore_tell_plan(const struct chore *chore);
/* What came of it: the summary, or ERR_PARTIAL with what is not done. */
PGTEND_CHECK bool chore_tell(const struct chore *chore, struct err *err);
/* Ends a verb: rows, then what is to be said. is_good: whether the work came to its end. */
PGTEND_CHECK bool chore_close(struct chore *chore, bool is_good, struct err *err);

/* --- targets.c: which tables */
/* Adds an item of this step for each table that is named, or for all. changed: only those that changed since they were analyzed; the others are skipped. */
PGTEND_CHECK bool targets_find(struct chore *chore, const char *step, const struct words *names, bool takes_partitioned, struct err *err);
int64_t result_number(const struct result *r, int row, const char *column);
const char *result_word(const struct result *r, int row, const char *column);

/* --- vacuum.c */
const char *vacuum_step(enum maintain_what what);
PGTEND_CHECK bool vacuum_plan(struct chore *chore, enum maintain_what what, bool only_changed, struct err *err);
PGTEND_CHECK bool vacuum_do(struct chore *chore, enum maintain_what what, struct err *err);

/* --- reindex_plan.c, reindex.c */
PGTEND_CHECK bool reindex_plan(struct chore *chore, bool is_concurrent, bool only_needed, struct err *err);
PGTEND_CHECK bool reindex_do(struct chore *chore, bool is_concurrent, struct err *err);
/* Fills ratio of the items of this step, as far as it is known. */
void reindex_estimate(struct chore *chore, const char *step);
/* Whether this server can build concurrently at all. */
bool reindex_can_concur(const struct chore *chore);
#define STEP_LEFTOVER "drop leftover"
#define STEP_REINDEX "reindex"
#define STEP_REINDEX_CONCURRENTLY "reindex concurrently"

/* --- findings.c: steps that only tell; what could not be asked is a line of the log */
void find_sizes(struct chore *chore);
void find_bloat(struct chore *chore);
void find_connections(struct chore *chore);
void find_unused(struct chore *chore);

#endif
