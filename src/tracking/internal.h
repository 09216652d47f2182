/* internal.h - what the files of tracking/ share. Nobody outside includes it. */
#ifndef PGTEND_TRACKING_INTERNAL_H
#define PGTEND_TRACKING_INTERNAL_H

#include "pgtend/pg/session.h"
#include "pgtend/tracking/tracking.h"

enum { ACTS_DEADLINE_MS = 30000 };

/* One action under way on one database. */
struct acts {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	struct session *session; /* its own, writable */
	const char *verb;        /* "retention" */
	char *schema;            /* quoted: where the extension's functions are */
	bool has_columnstore, has_recompress; /* in which words it compresses */
	const char *chunks_sql;  /* the question about chunks that fits its catalogs */
	char *database_word;     /* as a word of a shell's line */
};

/* --- acts.c */

/* Opens the session and looks for TimescaleDB. Also after a failure: acts_close(). */
PGTEND_CHECK bool acts_open(struct acts *acts, struct err *err);
void acts_close(struct acts *acts);
/* ERR_UNSUPPORTED in the Apache edition, with what can be done there. */
PGTEND_CHECK bool acts_need_community(const struct acts *acts, struct err *err);
/* Outside of any transaction, with a look at who blocks it: CALL of what commits. The notices go into the log. */
PGTEND_CHECK bool acts_call(struct acts *acts, const char *sql, struct err *err);
/* In a transaction of its own, also behind a pooler; the notices go into the log. *result may be NULL. */
PGTEND_CHECK bool acts_query(struct acts *acts, const char *sql, struct result **result, struct err *err);
/* "waits at most 5 s for a lock" */
char *acts_patience(const struct acts *acts);
bool acts_is_lock(const struct err *err); /* lock_timeout, or a deadlock */
/* The session is of no more use: what is left must not be begun. */
bool acts_is_over(const struct acts *acts, const struct err *err);
char *acts_quoted(const struct acts *acts, const char *schema, const char *name); /* "schema"."name"; caller frees */
/* "events", or "mine.events" outside of public; caller frees. */
char *acts_shown(const char *schema, const char *name);
/* "mine.now()", quoted: what is now for the integer time of a hypertable or aggregate; NULL: nothing says it. Caller frees. */
char *acts_now_function(struct acts *acts, const char *schema, const char *name);

/* --- names.c */

/* Which of those relations the word names: "mine.events", or "events" of public, else of whichever schema. *found: the first row of it, -1: none.
 * ERR_USAGE when several are called so. */
PGTEND_CHECK bool acts_meant(const char *word, const struct words *schemas, const struct words *names, int *found, struct err *err);
bool acts_is_same(const struct words *schemas, const struct words *names, int a, int b);

/* --- chunks.c: sets of chunks */

struct chunk {
	int64_t oid;
	char *oids;            /* its own and its compressed half's, as {1,2} */
	char *schema, *name;   /* its own table */
	char *start, *end;     /* as the server wrote them; NULL: not known */
	bool is_compressed, is_locked, is_frozen, is_partial;
	int64_t bytes;         /* compressed half included; of one that is locked by its relpages */
	int64_t bytes_before;  /* compressed: what it took before; -1: not known */
	int64_t bytes_now;     /* for the callers: what it took in the end; -1 */
	const char *state;     /* for the callers: static */
	char *reason;          /* for the callers; NULL */
};
struct chunk_set {
	char *schema, *name; /* hypertable or aggregate, as people know it */
	struct chunk *chunks;
	int count;
	char *oids;    /* of all relations, compressed halves too, as {1,2} */
	char *numbers; /* of the chunks alone */
};
/* The chunks that `select` gives (a query with one column of regclass), oldest first. */
PGTEND_CHECK bool chunk_set_load(struct acts *acts, const char *select, struct chunk_set *set, struct err *err);
/* Those of `set` that are still there, as they are now. */
PGTEND_CHECK bool chunk_set_again(struct acts *acts, const struct chunk_set *set, struct chunk_set *now, struct err *err);
/* Leaves out the chunks for which keep() says no. */
void chunk_set_keep(struct chunk_set *set, bool (*keep)(const struct chunk *chunk));
void chunk_set_done(struct chunk_set *set);
int64_t chunk_set_bytes(const struct chunk_set *set);
const struct chunk *chunk_set_find(const struct chunk_set *set, int64_t oid);
/* "10 chunks, 81 MB, 2026-10-11 to 2026-10-21"; caller frees. */
char *chunk_set_words(const struct chunk_set *set);
/* Who holds a lock on any of them now, a line each ("pid 12 (psql, user app, idle in transaction) for 4m holds ..."). pids: may be NULL. */
void chunk_set_blockers(struct acts *acts, const struct chunk_set *set, struct words *lines, struct words *pids);
/* Adds its chunks to rows of tracking_chunks_shape. */
void chunk_set_rows(const struct acts *acts, const struct chunk_set *set, struct table *rows);

/* --- jobs.c: which jobs, and what they would do */

struct job_row {
	int64_t job_id;
	char *kind, *schema, *name; /* name NULL: works on no hypertable */
	char *relation;             /* quoted: what show_chunks() takes; NULL: none */
	char *proc, *application;
	char *config;               /* JSON */
	bool is_scheduled, is_running;
	bool is_named;
	/* retention and compression */
	char *after;                /* "30 days" or "1000"; NULL */
	bool is_integer, is_by_creation;
	char *column_type, *now_function; /* of integer time */
	/* refresh */
	char *start_offset;         /* how far back it looks; NULL: to the beginning */
	bool is_integer_time;
	int64_t vanishing;          /* rows of the aggregate that it would erase; -1: not counted */
	struct chunk_set due;       /* what it would work on */
	bool has_due;
	/* what came of it */
	const char *state;          /* static */
	double took_ms;
	int64_t gone_chunks, gone_bytes; /* -1: does not apply */
	int64_t left_chunks;
	char *error;
	char sqlstate[6];
};
struct job_list {
	struct job_row *rows;
	int count;
};
PGTEND_CHECK bool job_list_load(struct acts *acts, const struct tracking_jobs *jobs, struct job_list *list, struct err *err);
void job_list_done(struct job_list *list);
/* Loads row->due: the chunks that it would work on now. Jobs of other kinds have none. */
PGTEND_CHECK bool job_due(struct acts *acts, struct job_row *row, struct err *err);
/* A refresh policy: sets row->vanishing. */
PGTEND_CHECK bool job_weigh(struct acts *acts, struct job_row *row, struct err *err);
/* "job 1000 (retention of events)"; caller frees. */
char *job_words(const struct job_row *row);

/* --- hypertables.c: which hypertables, and ages */

struct hyper {
	char *relation; /* quoted: what functions take; names it among the others */
	char *shown;    /* for people */
	char *column_type, *now_function;
	char *compress_after; /* of its policy; NULL */
	int64_t compress_job_id;
	bool is_by_creation;  /* compress_after counts from when a chunk was made */
	char *drop_after;     /* of its retention; NULL */
	int64_t drop_job_id;
	bool is_drop_by_creation;
	bool is_aggregate, is_integer, can_compress, is_named;
	char *cutoff;         /* the age as a time or an integer; NULL */
	char *shown_chunks;   /* the preview's; NULL */
	struct chunk_set set; /* its name, and the chunks that are meant */
};
struct hyper_list {
	struct hyper *rows;
	int count;
};
/* All, or those that `tables` names. */
PGTEND_CHECK bool hyper_list_load(struct acts *acts, const struct words *tables, struct hyper_list *list, struct err *err);
void hyper_list_keep(struct hyper_list *list, bool (*keep)(const struct hyper *hyper));
void hyper_list_done(struct hyper_list *list);
bool acts_is_number(const char *age);
/* Why the age says nothing for it; NULL: it does. Static. */
const char *hyper_no_age(const struct hyper *hyper, const char *age);
/* Where that age begins. ERR_USAGE when it is none. *cutoff: the caller frees. */
PGTEND_CHECK bool hyper_cutoff(struct acts *acts, struct hyper *hyper, const char *age, char **cutoff, struct err *err);
/* "older_than => ..." for show_chunks() and drop_chunks(); caller frees. */
char *hyper_bound(struct acts *acts, const struct hyper *hyper, const char *argument, const char *cutoff);
char *hyper_regclass(struct acts *acts, const struct hyper *hyper); /* caller frees */

#endif
