/* backup/backup.h - dumps that were read back before they were called backups.
 *
 * Owns: where backups lie (backup_dir/DB/DB-STAMP.dump with a .json manifest beside it), taking one, reading the
 * newest.
 * In a task.
 */
#ifndef PGTEND_BACKUP_BACKUP_H
#define PGTEND_BACKUP_BACKUP_H

#include "pgtend/archive/archive.h"
#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/probes/probe.h"

struct backup_options {
	const char *out_dir; /* NULL: backup_dir of the configuration */
	int jobs;            /* connections at most over all databases of `group`; 0: 2 */
	const void *group;   /* who shares them, the command (its address is all that matters); NULL: this database has them alone */
	bool is_dry_run;
	void (*named)(void *arg); /* the backup has its name, its folder is free again; what may take hours, after_backup, comes now. May be NULL */
	void *arg;
};
/* pg_dump of a fitting version into NAME.part, read back to its last row while it is written; fsync; sha256; manifest; rename. Policy `none`: still
 * takes one when named. Leaves no file that looks complete and is not. */
PGTEND_CHECK bool backup_take(
    struct fleet *fleet, struct database *database, const struct backup_options *options, struct report *report, struct err *err);
/* Rows of its report. */
extern const struct table_shape backup_result_shape;
/* Rows for the report (shape backups_shape): one for each backup, by database, the newest first, and what the policy says of the newest good one; a
 * database without any has one that says why. Reads manifests and sizes; a server is asked only where there is no backup, whether it can be dumped at all. */
PGTEND_CHECK bool backup_catalog_wait(struct fleet *fleet, struct database *const *databases, int count, const char *out_dir, struct report *report,
    struct err *err);
/* Takes a backup when the policy says that one is due, and tries after_backup again where it failed. Rows of its report: backup_due_shape. ERR_LOCKED: another
 * one is at work in that backup_dir. */
PGTEND_CHECK bool backup_due(
    struct fleet *fleet, struct database *database, const struct backup_options *options, struct report *report, struct err *err);
extern const struct table_shape backup_due_shape;
/* Takes away what keys keep and keep_min allow to go, where enough newer backups are proven (checksum and list, read now) to be good; what pgtend did not
 * write, what is damaged and what is from the future is left alone. Rows of its report: prune_shape. ERR_LOCKED: a run is at work in the folder. */
PGTEND_CHECK bool backup_prune(
    struct fleet *fleet, struct database *database, const char *out_dir, bool is_dry_run, struct report *report, struct err *err);
/* What that would remove, in words. */
PGTEND_CHECK bool backup_prune_preview(
    struct fleet *fleet, struct database *database, const char *out_dir, struct words *lines, struct err *err);
extern const struct table_shape prune_shape;
/* FACT_BACKUPS: the same rows; a database without any has no row. */
extern const struct probe backups_probe;
/* One backup looked into again, or with which "all" each: ID, path, NULL: the newest, however it looks. depth ARCHIVE_RESTORED: restored into a
 * scratch database, and its rows compared. How deep it was found good goes into its manifest. false: one is not what its manifest says, *err
 * names the file. Nothing is connected to except for ARCHIVE_RESTORED. */
PGTEND_CHECK bool backup_verify(struct fleet *fleet, struct database *database, const char *which, enum archive_depth depth, int jobs,
    struct report *report, struct err *err);
extern const struct table_shape backup_verify_shape;
/* FACT_BACKUP: policy, newest complete backup, its age, whether it was verified. Reads files only. */
extern const struct probe backup_probe;
extern const struct table_shape backup_shape;

#endif
