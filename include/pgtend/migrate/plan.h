/* migrate/plan.h - what a run would do, whole, before anything is touched: which texts, in which transactions, and what is to know of each.
 *
 * Owns: choosing the files, reading and judging their texts, the plan's hash. Sends nothing to the server: a plan is made from a ledger
 * alone, so that `migrate plan`, `up`, `rehearse` and the console speak of the same thing.
 */
#ifndef PGTEND_MIGRATE_PLAN_H
#define PGTEND_MIGRATE_PLAN_H

#include "pgtend/migrate/dialect.h"
#include "pgtend/syntax/parse.h"

enum plan_mode {
	PLAN_TRANSACTION, /* as one text, its history row in the same transaction */
	PLAN_STATEMENTS,  /* statement by statement, outside a transaction; the row after the last one */
	PLAN_PSQL,        /* by psql, because it holds psql's own commands or COPY data; in one transaction, the row in it */
};
const char *plan_mode_word(enum plan_mode mode); /* "transaction", "statements", "psql" */

struct plan_step {
	int file; /* index into ledger->files */
	bool is_up;
	struct migration_text text;
	char *path;            /* in which the text stands */
	char *checksum;        /* sha256 of that file's bytes as they were read for this plan, lower-case hexadecimal */
	enum plan_mode mode;
	char *mode_why;        /* "CREATE INDEX CONCURRENTLY at FILE:3:1", "-- pgtend: no-transaction"; NULL in a transaction */
	int transaction;       /* steps of one number commit together, from 1; 0: PLAN_STATEMENTS */
	struct parse cuts;     /* PLAN_STATEMENTS: its statements */
	bool is_watched;       /* nobody could tell whether it leaves its transaction alone: looked after while it runs */
};
struct plan {
	struct plan_step *steps;
	int count;
	int transaction_count;
	char hash[65];          /* sha256 over direction, dialect, history, and name, checksum, mode and transaction of each step */
	struct words warnings;  /* one line each: what will surprise */
};
/* err: a broken order (ERR_DRIFT), FILE:LINE:COL of what cannot run, an unknown `to` (ERR_USAGE with the nearest name). Read-only; the
 * ledger outlives the plan. */
PGTEND_CHECK bool plan_make(const struct ledger *ledger, const struct database *database, const struct migrate_options *options,
    struct plan *plan, struct err *err);
void plan_done(struct plan *plan);
/* About how many locks the transaction of the plan holds at its end that holds most. */
int64_t plan_locks(const struct plan *plan, int *transaction);
/* Asks the server for how many it has room; too few: adds a warning that names the option. In a task. */
PGTEND_CHECK bool plan_forecast(struct plan *plan, struct session *session, struct err *err);
/* "FILE:LINE:COL" of a byte of the step's text. Caller frees. */
char *plan_place(const struct plan_step *step, size_t offset);

#endif
