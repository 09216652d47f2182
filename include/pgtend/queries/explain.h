/* queries/explain.h - the plan of one statement, given as SQL or by its number in pg_stat_statements. */
#ifndef PGTEND_QUERIES_EXPLAIN_H
#define PGTEND_QUERIES_EXPLAIN_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

struct explain {
	const char *what;   /* SQL, or a query id */
	bool is_analyze;    /* runs it: in a read-only transaction that is rolled back */
	bool wants_json;    /* of an analyzed statement, which runs once: the plan as JSON, else as text. Otherwise both */
	int timeout_ms;     /* statement_timeout */
};
/* The row of shape explain_shape, and the plan's lines in the report's log. In a task. */
PGTEND_CHECK bool explain_run(struct fleet *fleet, struct database *database, const struct explain *explain, struct report *report, struct err *err);
/* What would be run, as lines of the report's log. */
PGTEND_CHECK bool explain_preview(struct database *database, const struct explain *explain, struct report *report, struct err *err);
extern const struct table_shape explain_shape;

/* One statement that has a plan? Otherwise ERR_USAGE says what is wrong. */
PGTEND_CHECK bool explain_check(const char *sql, bool is_analyze, struct err *err);
/* The same of a text that may have $1 for its values, as pg_stat_statements keeps it. */
PGTEND_CHECK bool explain_check_kind(const char *sql, bool is_analyze, struct err *err);
/* The whole text is a number. */
bool explain_is_query_id(const char *what);
/* The highest $N outside of strings and comments; 0: none. */
int explain_parameters(const char *sql);

#endif
