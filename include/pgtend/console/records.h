/* console/records.h - what ran since the console was opened: a record of each job, kept when the job itself is gone.
 *
 * Owns: copies of titles, logs, hints and rows. JOBS draws its table.
 */
#ifndef PGTEND_CONSOLE_RECORDS_H
#define PGTEND_CONSOLE_RECORDS_H

#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/jobs/job.h"

enum { RECORDS_KEPT = 100 };

struct record {
	int number;
	char *title;
	const struct database *database; /* NULL: none */
	enum job_state state;
	bool is_refused;                 /* it failed because its question was answered with no, or a guard said so: nothing was done */
	int64_t started_us, ended_us;
	char *step, *first_step;         /* the current one, and the one that it began with; NULL */
	int64_t done, all, step_us;
	const char *unit;
	char *message;                   /* the error, else the summary; NULL */
	char *hint;                      /* of the error; NULL */
	struct words log, hints;
	size_t log_taken;                /* lines of the job's log that are in `log` */
};

struct records { /* a zeroed struct is empty */
	struct record *v;
	size_t count;
};

/* Brings the record of the job up to date, or begins it. */
void records_note(struct records *records, const struct job *job);
void records_done(struct records *records);
const struct record *records_find(const struct records *records, int number); /* NULL: not there */
/* The newest job that runs now; NULL: none. */
const struct record *records_running(const struct records *records);
int records_running_count(const struct records *records);
/* The state in a word: as job_state_word(), refused besides. */
const char *record_state_word(const struct record *record);
/* Newest first; shape records_shape. Caller frees. */
struct table *records_table(const struct records *records, int64_t now_us);
extern const struct table_shape records_shape;
/* "3.8/6.1 GB  00:41 left" or the step; "" when there is nothing. Caller frees. */
char *record_progress(const struct record *record, int64_t now_us);
/* All that run in one line: of one its progress, of several the share of each. done, all: of all together, 0 when that cannot be told. Caller frees. */
char *records_line(const struct records *records, int64_t now_us, int64_t *done, int64_t *all);

#endif
