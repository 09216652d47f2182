/* pitr/pitr.h - point in time: pgBackRest takes whole clusters and keeps their log; pgtend sets it up, looks at it, starts it, restores with it.
 *
 * Owns: where pgBackRest runs (this machine or the words of the key `pgbackrest`), its stanza and configuration, what its
 * `info` says, its errors in words, FACT_ARCHIVER. Never a backup of its own making, never a change to a cluster that is
 * there: a restore fills a new folder. Must not know: verbs, screens.
 * In a task, except what is said otherwise.
 */
#ifndef PGTEND_PITR_PITR_H
#define PGTEND_PITR_PITR_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/probes/probe.h"

/* FACT_ARCHIVER, of the server: settings of archiving, pg_stat_archiver, what waits. The text of archive_command may hold secrets
 * and is not kept: only by what it archives, and the stanza and configuration that it names when that is pgBackRest. */
extern const struct probe archiver_probe;
extern const struct table_shape archiver_shape;
/* FACT_POINTS, of the server: the row of `pitr status` as far as pgBackRest says it, once an hour; no row: no stanza, or it runs elsewhere. */
extern const struct probe points_probe;

/* One row a server. A server without pgBackRest has one too, with its reason. false: pgBackRest could not be asked somewhere; the rows are given all the same. */
PGTEND_CHECK bool pitr_status(
    struct fleet *fleet, struct database *const *databases, int count, struct report *report, struct err *err);
extern const struct table_shape pitr_status_shape;

struct pitr_setup {
	const char *stanza;  /* NULL: the one that is known, else main */
	const char *repo;    /* folder of the repository; NULL: the one configured, else pgBackRest's own */
	const char *options; /* file of lines for pgBackRest ("repo1-s3-bucket=..."), its secrets are never shown; NULL */
	int64_t keep;        /* full backups; 0: not said */
	bool is_written;     /* else it only says what it would do */
};
/* Rows: one a step. Not written: its log is the text to write. ERR_PARTIAL: all is written, and the server must be started again. */
PGTEND_CHECK bool pitr_setup(struct fleet *fleet, struct database *database, const struct pitr_setup *setup, struct report *report, struct err *err);
/* The same as lines that say what would be written. */
PGTEND_CHECK bool pitr_setup_preview(struct fleet *fleet, struct database *database, const struct pitr_setup *setup, struct words *lines, struct err *err);
extern const struct table_shape pitr_setup_shape;

/* type: "full", "diff", "incr". */
PGTEND_CHECK bool pitr_backup(
    struct fleet *fleet, struct database *database, const char *type, bool is_dry_run, struct report *report, struct err *err);
extern const struct table_shape pitr_backup_shape;

struct pitr_restore {
	const char *to;       /* a time, "10 min ago", or "latest" */
	const char *into;     /* the new data folder; NULL: beside the server's own */
	const char *set;      /* label of the backup to begin with; NULL: pgBackRest chooses */
	const char *timeline; /* NULL: the server's own when it answers, else the latest */
	int64_t port;         /* 0: as the configuration says */
	bool is_started;      /* started, waited for, and asked how far it came */
	bool is_paused;       /* it stops at the time and stays read only, instead of opening */
};
PGTEND_CHECK bool pitr_restore(
    struct fleet *fleet, struct database *database, const struct pitr_restore *restore, struct report *report, struct err *err);
PGTEND_CHECK bool pitr_restore_preview(
    struct fleet *fleet, struct database *database, const struct pitr_restore *restore, struct words *lines, struct err *err);
extern const struct table_shape pitr_restore_shape;

#endif
