/* What rehearse_measure.c (locks, rows written, invalid objects) and rehearse_relations.c (what became of tables and
 * indexes) share. */
#ifndef PGTEND_MIGRATE_REHEARSE_MEASURE_H
#define PGTEND_MIGRATE_REHEARSE_MEASURE_H

#include "rehearse_internal.h"

struct relation {
	int64_t oid, filenode, root; /* root: of a partition or chunk its table, of an index its table; 0: none */
	char *name;                  /* quoted, with its schema */
	char kind;
	int64_t rows;    /* exact; -1: not counted */
	int64_t written; /* in the open transaction, at the end of the step before */
	bool is_gone;
	bool is_own; /* the history's or pgtend's own: locked by the runner, not by the files */
};

struct lock {
	int64_t oid;
	int mode; /* index into lock_modes */
};

struct measure {
	struct relation *relations; /* by oid */
	int count;
	bool counts_rows, is_elsewhere;
	struct report *report;
	char *history_schema, *history_table;
	char *shared;      /* hash of what the server knows of other databases */
	struct lock *seen; /* those that earlier steps of the same transaction hold already; sorted */
	int seen_count, seen_sorted;
	struct words invalid_before, invalid; /* at the beginning; now */
};

enum { MODE_ROW_EXCLUSIVE = 2, MODE_COUNT = 8 };
/* "AccessShareLock" ... "AccessExclusiveLock", the stronger the later. */
extern const char *const lock_modes[MODE_COUNT];

/* A relation that the step has locked: the strongest mode. */
struct held {
	int64_t oid;
	int mode;
	bool is_new; /* made by this step */
};

struct helds {
	struct held *v;
	int count;
};

/* rehearse_relations.c. NULL: not known. */
struct relation *relation_find(const struct measure *measure, int64_t oid);
/* Of a partition or chunk its table, else itself. */
const struct relation *relation_root(const struct measure *measure, const struct relation *relation);
PGTEND_CHECK bool relations_ask(struct measure *measure, struct session *session, struct err *err);
void relations_count(struct measure *measure, struct session *session);
/* Made, dropped, rewritten, and the locks by name. is_all: also what `helds` does not name. */
PGTEND_CHECK bool relations_look(struct measure *measure, struct session *session, struct helds *helds, bool is_all,
    struct rehearse_step *step, struct err *err);
/* Rows of what was locked for writing (is_all: of every table), where they are others now. */
void relations_recount(struct measure *measure, struct session *session, const struct helds *helds, bool is_all,
    struct rehearse_step *step);

#endif
