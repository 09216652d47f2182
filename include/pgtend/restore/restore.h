/* restore/restore.h - a dump becomes a database: always a new one, made, filled, compared, and only then given a name that people use.
 *
 * Owns: making the target (encoding and locale of the dump), its marker (a comment and an advisory lock: who works on it, which dump, how far), the order in which a TimescaleDB
 * database comes back, what killed runs left. Used by restore, verify --restore and rehearse. In a task.
 */
#ifndef PGTEND_RESTORE_RESTORE_H
#define PGTEND_RESTORE_RESTORE_H

#include "pgtend/archive/archive.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

struct scratch;
struct restored;
/* Steps of who restores. In the task, with the database's keeper connected and its lock held. */
struct restore_hooks {
	/* Its name is known and locked, nothing is made yet. NULL: none. */
	bool (*claimed)(struct scratch *scratch, void *arg, struct err *err);
	/* Instead of renaming it to `dbname`: it is whole. On false it is dropped, unless *stays. NULL: none. */
	bool (*publish)(struct scratch *scratch, const struct restored *restored, void *arg, bool *stays, struct err *err);
	void *arg;
};

struct restore_options {
	const char *purpose;   /* "restore", "verify", "rehearse": stands in the marker and in application_name */
	const char *dbname;    /* of the new database; NULL: a scratch name pgtend_PURPOSE_DB_XXXXXXXX */
	int jobs;              /* connections of pg_restore at most */
	bool no_owner;         /* --no-owner --no-privileges: all belongs to the role that restores, or to `role` */
	const char *role;      /* SET ROLE before anything is made; NULL */
	bool resume_jobs;      /* TimescaleDB's user jobs run again as they did; otherwise they come back paused */
	bool is_dry_run;
	const struct restore_hooks *hooks; /* NULL: none */
};
struct restored {
	char *dbname;
	int64_t rows, tables;
	int64_t different;     /* tables whose rows are not those of the manifest; -1: the manifest has none */
	int64_t hypertables, chunks, jobs_paused; /* -1: no TimescaleDB */
	char *jobs;            /* "1000, 1003": those that were paused; NULL: none */
	double took_s;
};
void restored_done(struct restored *restored);

/* purpose "restore": the target is there, filled, analyzed and compared with the manifest when true; on false it is dropped, or *err says that it stays
 * and why. Any other purpose: it is dropped in either case, and counts are all that remains. */
PGTEND_CHECK bool restore_into_new(struct fleet *fleet, struct database *database, const struct archive *archive,
    const struct restore_options *options, struct restored *restored, struct report *report, struct err *err);

#endif
