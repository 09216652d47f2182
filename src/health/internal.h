/* internal.h - what the files of the threshold engine share. Nobody outside includes it. */
#ifndef PGTEND_HEALTH_INTERNAL_H
#define PGTEND_HEALTH_INTERNAL_H

#include "pgtend/core/units.h"
#include "pgtend/health/health.h"

/* One check at work on one database. */
struct judging {
	const struct fleet *fleet;
	const struct database *database;
	const struct health_check *check; /* NULL: whether the server answers */
	struct health *health;
};

/* --- health.c ---------------------------------------------------------------------------------- */

/* The table of a fact, NULL while it was never asked. */
const struct table *judging_table(const struct judging *judging, enum fact fact);
/* The check has nothing to say of this database: why, to follow its name. Takes over the text. */
void judging_lacks(struct judging *judging, char *why);
/* The same because this role may not see `what` ("the sessions of others"): the words end with the GRANT of `granted` that helps. */
void judging_forbids(struct judging *judging, const char *what, const char *granted);
/* GRANT `granted` TO the role that this database is asked as. Caller frees. */
char *judging_grant(const struct judging *judging, const char *granted);
/* A new finding, ok so far; good until the next one is added. subject is copied. */
struct finding *finding_new(struct judging *judging, const char *subject);
/* Makes it at least so bad. Takes over the reason, which stays when it is the first or the worse one. */
void finding_raise(struct finding *finding, enum verdict verdict, char *reason);
/* Tells a number of the check's own kinds, by name; not weighed. */
void finding_measure(struct finding *finding, const char *name, double value);
/* The same, held against its limits, which begin at `from` (0: at nothing). The finding is not raised: the caller knows the sentence. */
enum verdict finding_weigh(struct judging *judging, struct finding *finding, const char *name, double value, double from);
/* The same where less is worse: the limits are passed from above. */
enum verdict finding_weigh_floor(struct judging *judging, struct finding *finding, const char *name, double value);
/* "name", or "schema.name" where that is not public. Caller frees. */
char *finding_relation(const struct table *table, int row);

/* The number of a cell, where it has one. */
void finding_measure_fact(struct finding *finding, const char *name, const struct table *table, int row, const char *column);
/* units_age() of seconds as servers tell them, which may be longer than any clock. */
char *finding_age(char out[UNITS_SIZE], double seconds);
/* "SENTENCE: CAUSE", or the sentence where there is none. Takes over the sentence; caller frees. */
char *finding_because(char *sentence, const char *cause);
bool fact_is(const struct table *table, int row, const char *column, const char *wanted);
bool fact_has(const struct table *table, int row, const char *column);

/* --- the checks -------------------------------------------------------------------------------- */

/* Whether it answers: no check of its own, all others need it. */
void judge_reach(struct judging *judging);
extern const struct health_check check_retention, check_compression, check_aggregates, check_ingest, check_jobs, check_disk;
extern const struct health_check check_connections, check_locks, check_transactions, check_pools;
extern const struct health_check check_backups, check_archiver, check_pitr, check_restores, check_copies, check_migrations, check_dead_rows, check_tls;
extern const struct health_check check_replication, check_wraparound, check_sequences, check_settings;
extern const struct health_check check_bloat, check_indexes;

#endif
