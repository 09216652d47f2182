/* The numbers of one moment, as pulse.c takes and keeps them and after.c compares them. */
#ifndef PGTEND_PREFLIGHT_PULSE_INTERNAL_H
#define PGTEND_PREFLIGHT_PULSE_INTERNAL_H

#include "pgtend/preflight/pulse.h"

struct statement {
	int64_t id, calls;
	double total_ms;
};
struct pulse {
	int64_t taken_us;       /* wall clock */
	char *what;             /* who changed it then: "migrate up"; NULL: nobody yet */
	char *verdict;          /* of health, as far as these numbers tell: "ok" */
	struct words reasons;
	bool has_counters;      /* the server counts at all */
	bool has_sessions;
	int64_t commits, rollbacks, deadlocks; /* since stats_reset */
	char *stats_reset;      /* as the server writes it; NULL: never */
	int64_t waiting;        /* sessions that wait for a lock */
	double blocked_s;       /* the longest of them */
	int64_t invalid_indexes;
	char *schema;           /* of pg_stat_statements; NULL: it is not there */
	char *unseen;           /* why statements are not known; NULL */
	char *unseen_mend;      /* what would help; not kept */
	bool sees_all_statements; /* those of other roles, too */
	char *who, *role;       /* who we are, and as SQL has it; not kept */
	struct statement *statements;
	int count;
};

/* NULL and err: none was kept, or it cannot be read. */
struct pulse *pulse_read(const struct database *database, struct err *err);
/* One of sql/statement*.sql for this schema. Caller frees. */
char *pulse_sql(struct session *session, const char *sql, const char *schema);

#endif
