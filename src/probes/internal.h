/* internal.h - what the probes share. Nobody outside of probes/ includes it. */
#ifndef PGTEND_PROBES_INTERNAL_H
#define PGTEND_PROBES_INTERNAL_H

#include "pgtend/probes/probe.h"

extern const struct probe probe_server;
extern const struct probe probe_dead_rows;
extern const struct probe probe_databases;
extern const struct probe probe_activity;
extern const struct probe probe_tables;
extern const struct probe probe_chunks;
extern const struct probe probe_policies;
extern const struct probe probe_pools;

/* Marks cells without a value with a reason; columns ends with NULL. */
void probe_mark_missing(struct table *table, int row, const char *const *columns, enum missing why);

/* Asks a question that measures relations: once more when a lock came in between. *result is to be freed in either case. */
PGTEND_CHECK bool probe_query_sizes(struct session *session, const char *sql, const char *const *params, int param_count,
                                    struct result **result, struct err *err);
/* The folded hypertables and aggregates (sql/tables_hypertables.sql), by the database's version of TimescaleDB. */
PGTEND_CHECK bool probe_query_hypertables(const struct database *database, struct session *session, struct result **result,
                                          struct err *err);
/* TimescaleDB before 2.19 names compressed chunks in another place. */
bool probe_is_before_219(const struct database *database);

/* What is known about the retention of one hypertable. Numbers are seconds; negative: not known. */
struct retention_look {
	int64_t job_id;          /* 0: no policy */
	const char *state;       /* of the job: ok, running, paused, failing, overdue, crashed, never ran */
	double schedule_s;       /* how often the job runs */
	double took_s;           /* its last run */
	double overdue_s;        /* since when it should have started */
	double ok_ago_s;         /* since its last success */
	int64_t failures;        /* in a row */
	int64_t crashes;         /* in a row */
	bool has_next;           /* next start is a time */
	const char *last_error;  /* NULL: none, or not visible */
	const char *last_sqlstate;
	bool is_apache, is_restoring, is_scheduler_up;
	const char *no_scheduler; /* why this server can have none, in words; NULL: it can */
	int64_t past_chunks;     /* whole range past, by the policy */
	double past_s;           /* since when the oldest of them could have gone; negative for integer time */
};

struct retention_verdict {
	const char *verdict; /* "ok", "late", "no policy" */
	double late_s;       /* 0 when not late */
	int64_t late_chunks; /* 0 when not late */
	char *cause;         /* NULL or one line, raw; the caller frees it */
};
void retention_judge(const struct retention_look *look, struct retention_verdict *verdict);

#endif
