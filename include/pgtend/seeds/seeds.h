/* seeds/seeds.h - the seeds folder of a database: what stands in it, and filling the database from it.
 *
 * In a task. Each file is atomic or it is said exactly what is done and what is not.
 */
#ifndef PGTEND_SEEDS_SEEDS_H
#define PGTEND_SEEDS_SEEDS_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/probes/probe.h"

extern const struct table_shape seed_shape;

/* All zero: every file, under the database's own environment. */
struct seeds_options {
	const char *only;        /* one file's name as the folder has it: "010_users.sql", "development/020_demo.sql"; NULL: all */
	const char *environment; /* whose subfolder follows, and what programs are told as NODE_ENV; NULL: the database's. Production is refused */
	bool is_looking;         /* `seed status`: nothing will run, so that nothing need be trusted or fit to be run */
	bool is_dry_run;
	bool is_twice;           /* runs all of them again and compares the rows of all tables: ERR_FAILED names the files that are not idempotent */
};
/* Files of the seeds folder (and of its subfolder named as the environment) in name order: .sql in one transaction a file, .csv into the
 * table that the file names, programs with the connection in their environment. What ran is recorded in pgtend.seeds. Refuses production by
 * itself too. */
PGTEND_CHECK bool seeds_run(struct fleet *fleet, struct database *database, const struct seeds_options *options,
    struct report *report, struct err *err);

/* The next file of the folder, numbered as the folder does it. *made: its path; caller frees. In a task; asks the database only for csv_table. */
struct seeds_new {
	const char *title;       /* "demo_users", "demo_users.ts"; NULL: csv_table says it */
	const char *csv_table;   /* "users", "app.users": CSV with its columns as header; NULL */
	const char *environment; /* in that subfolder; NULL: in the folder itself */
	bool is_dry_run;
};
PGTEND_CHECK bool seeds_new(
    struct fleet *fleet, struct database *database, const struct seeds_new *wanted, char **made, struct err *err);

/* One row a file of the folder, in the order in which they run, then what ran besides (of other environments, or gone); states: applied,
 * changed, not_run, gone. session: only reads. */
extern const struct table_shape seed_status_shape;
PGTEND_CHECK bool seeds_status_wait(struct fleet *fleet, struct database *database, struct session *session, struct table *table, struct err *err);
/* FACT_SEEDS; main registers it. No rows where seeds never run (production) or none are configured. */
extern const struct probe seeds_probe;

#endif
