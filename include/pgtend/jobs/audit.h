/* jobs/audit.h - one JSON line for every action, each with the hash of the line before ($XDG_STATE_HOME/pgtend/audit.jsonl, 0600). */
#ifndef PGTEND_JOBS_AUDIT_H
#define PGTEND_JOBS_AUDIT_H

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/fleet/fleet.h"

struct audit_entry {
	const char *verb;               /* "migrate up" */
	const struct words *arguments;  /* without --confirm's value; what looks like a password is left out here, also in detail */
	const struct database *database; /* NULL: none */
	const char *answer;             /* "y", "name", "confirm", "none", "dry-run", "config" */
	const char *result;             /* "done", "failed", "refused", "skipped", "cancelled", "partial" */
	const char *detail;             /* one line; may be NULL */
	double duration_ms;
};
/* Another file than $XDG_STATE_HOME/pgtend/audit.jsonl (key `audit` of [pgtend]); copied; NULL: the usual one. */
void audit_set_path(const char *path);
PGTEND_CHECK bool audit_append(const struct audit_entry *entry, struct err *err);
/* Whether a line could be written now. In production nothing is done that could not be written down. */
PGTEND_CHECK bool audit_is_writable(struct err *err);
/* Rows since `since_us` (0: all), of one database name or of all (NULL). A broken chain is said in the row's `chain` column ("ok", "broken"). */
PGTEND_CHECK bool audit_read(const char *database, int64_t since_us, struct table *table, struct err *err);
extern const struct table_shape audit_shape;

#endif
