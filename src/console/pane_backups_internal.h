/* What the files of BACKUPS share: the scene that they draw, and its parts.
 *
 *   pane_backups.c        one row a backup
 *   pane_backups_foot.c   beneath: the age against the policy, a cell for each day (or week), what is to be said
 *   pane_backups_words.c  what is to be said, what is wrong first
 *   pane_backups_pitr.c   of that, what is said of points in time
 *   backups_calendar.c    backups -> cells
 *   backup_details.c      one backup in full, from its manifest
 */
#ifndef PGTEND_SRC_CONSOLE_PANE_BACKUPS_INTERNAL_H
#define PGTEND_SRC_CONSOLE_PANE_BACKUPS_INTERNAL_H

#include "pane_chunks_internal.h"
#include "pgtend/backup/policy.h"
#include "pgtend/console/pane.h"

enum { CALENDAR_CELLS = 400 };

/* One day, or week; or, where all backups lie close together, hour. */
struct calendar_cell {
	enum chart_kind kind;
	int64_t bytes;    /* of the largest that counts; -1: there is none */
	int row;          /* of the one that stands for it; -1 */
};
struct calendar {
	int64_t from_us;  /* where the first cell begins */
	int64_t unit_us;
	int count;
	struct calendar_cell v[CALENDAR_CELLS];
	int64_t most_bytes, least_bytes;
	int counts[CHART_KINDS]; /* backups of each kind; of those that are missed or due, cells */
	int last_missed;  /* cell; -1: none */
};
/* rows: FACT_BACKUPS; NULL and none: an empty calendar. What lies before its first good backup was not missed. */
void calendar_make(struct calendar *calendar, const struct table *rows, enum backup_every every, int64_t now_us);
/* The cell that this moment falls into; -1: none. */
int calendar_at(const struct calendar *calendar, int64_t time_us);
enum chart_kind calendar_kind(const struct table *rows, int row);

/* What is known of the selected database's backups. Any pointer may be NULL. */
struct backups_scene {
	const struct table *rows;       /* FACT_BACKUPS */
	const struct table *restores;   /* FACT_RESTORES */
	const struct table *archiver;   /* FACT_ARCHIVER, of its server */
	const struct table *points;     /* FACT_POINTS, of its server */
	const char *database;           /* its section's name */
	const char *policy_word;        /* "daily" */
	struct backup_policy policy;
	double warn_s, crit_s;          /* ages that are too old under this policy; negative: none */
	bool has_hook;                  /* key after_backup */
	const char *lacks;              /* why this server cannot be dumped */
	const char *folder;             /* where they lie */
	struct calendar calendar;
};

/* The newest good one's row: whole, read back, not from the future; -1: none. What is newer counts for nothing. */
int backups_newest(const struct backups_scene *scene);

/* pane_backups_words.c: wrapped to `cols` columns of text; chunks_lines_done() frees them. */
void backups_lines_make(struct chunks_lines *lines, const struct backups_scene *scene, int cols, bool has_labels);
/* The verb that mends what is worst, as it is typed at the prompt; NULL: nothing is wrong. Caller frees. */
char *backups_mend(const struct backups_scene *scene);

/* pane_backups_pitr.c: the log that is kept of the server, beside its dumps. */
struct writer;
bool backups_pitr_is_wrong(const struct backups_scene *scene);
void backups_pitr_say(struct writer *writer, const struct backups_scene *scene, bool is_bad);

/* pane_backups_foot.c: row: the selected one; -1. */
void backups_foot_draw(const struct backups_scene *scene, int row, struct canvas *canvas);

/* pane_backups.c */
void backups_show(const struct backups_scene *scene);
char *backups_depth_text(const struct table *table, int row); /* "rows read"; caller frees */

/* backup_details.c */
void backup_details(const struct backups_scene *scene, int row, struct overlay *overlay);

#endif
