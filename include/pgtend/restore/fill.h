/* restore/fill.h - a dump goes into a scratch database: asked beforehand, in the right order, with its statistics.
 *
 * Owns: what a dump needs of a server, the order of its entries, TimescaleDB's stages, its jobs, what belongs to the
 * database itself (settings, grants). Used by restore_into_new() and by rehearsals, which dump by themselves. In a task.
 */
#ifndef PGTEND_RESTORE_FILL_H
#define PGTEND_RESTORE_FILL_H

#include "pgtend/pg/dump.h"
#include "pgtend/restore/restore.h"
#include "pgtend/scratch/scratch.h"

/* What a server must have. All lists may be NULL. */
struct restore_needs {
	const struct words *extensions, *versions; /* side by side; a version is "" where it is not known. TimescaleDB's is needed as it is, others may differ */
	const struct words *roles;  /* that must be there */
	const struct words *owners; /* whose objects we make: a role that is no superuser must be a member of each */
	const char *role;           /* that makes it all; NULL: ours */
	const struct words *tablespaces;
	bool *has_tablespaces;      /* set: all of them are there; NULL: not asked */
	int server_major;
	int64_t bytes;       /* of the database on disk; -1: not known */
	const char *started; /* start time of the source's server, which tells whether this is another one; NULL: it is the same */
	const char *hint;    /* what else could be done where there is no room; NULL */
};
/* Everything that it lacks, at once, before anything is made. Learns is_super and is_elsewhere. */
PGTEND_CHECK bool scratch_check(struct scratch *scratch, const struct restore_needs *needs, struct err *err);

struct fill_options {
	const struct dump_tools *tools;
	int jobs;            /* connections of pg_restore at most */
	bool no_owner;       /* no owners, no privileges; what only a superuser or the owner may make is left out */
	const char *role;    /* SET ROLE; NULL */
	bool resume_jobs;    /* TimescaleDB's jobs stay as they were */
	bool is_schema_only; /* no statistics */
	bool keeps_tablespaces;
	bool counts_rows;    /* afterwards, every table */
	const json_t *counts; /* what they should be: {"public.t": 12}; NULL: not known */
	int64_t bytes;       /* that it will have, for progress; 0: not known */
};
/* Makes the scratch database (claimed) as the dump says and fills it. */
PGTEND_CHECK bool scratch_fill(struct scratch *scratch, const char *path, const struct fill_options *options,
    struct restored *restored, struct err *err);

#endif
