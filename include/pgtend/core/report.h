/* core/report.h - what an action says while it runs: steps, progress, log, hints, rows.
 *
 * Owns: the texts and numbers; a job (jobs/job.h) holds one. Lower floors write into it and know nothing
 * of jobs, panes or standard output. Lines are raw; they are made visible by those who show them.
 */
#ifndef PGTEND_CORE_REPORT_H
#define PGTEND_CORE_REPORT_H

#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"

struct report {
	char *step;               /* "1729382400000_create_users"; NULL */
	int64_t done, all;        /* of what `unit` names; all 0: not known */
	const char *unit;         /* "bytes", "tables", "files"; static; NULL */
	int64_t step_us;          /* wall clock when the step began */
	struct words log;
	struct words hints;       /* next steps */
	struct words follows;     /* lines of the prompt that are begun when it is done: by who stays (fleet->is_staying) */
	char *summary;            /* one line for the end: "2 migrations applied in 0.3 s"; NULL */
	struct table *rows;       /* what the action gives as data; owned; NULL */
	int status;               /* exit status of a verb whose result is one (check): 0 to 3 */
	void (*changed)(void *arg); /* called after each change; NULL */
	void *arg;
};

void report_done(struct report *report);
void report_step(struct report *report, const char *format, ...) PGTEND_PRINTF(2, 3);
/* The same step in other words: its time and its progress stay. */
void report_step_words(struct report *report, const char *format, ...) PGTEND_PRINTF(2, 3);
void report_progress(struct report *report, int64_t done, int64_t all, const char *unit);
void report_log(struct report *report, const char *format, ...) PGTEND_PRINTF(2, 3);
void report_hint(struct report *report, const char *format, ...) PGTEND_PRINTF(2, 3);
void report_follow(struct report *report, const char *format, ...) PGTEND_PRINTF(2, 3);
void report_summary(struct report *report, const char *format, ...) PGTEND_PRINTF(2, 3);
void report_rows(struct report *report, struct table *rows); /* takes ownership */

#endif
