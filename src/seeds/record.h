/* src/seeds/record.h - pgtend.seeds: what ran of the seeds folder, one row a file, so that `seed status` can say what changed since.
 *
 * Owns: the table's shape and the statement that writes a row. A row is written in the transaction of its file where there is one, and
 * never makes it fail. `clean` forgets the rows (fleet/own_tables.h).
 */
#ifndef PGTEND_SEEDS_RECORD_H
#define PGTEND_SEEDS_RECORD_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/own_tables.h"

struct seed_records {
	struct own_look look;
	char *user, *host; /* of this machine */
};
/* Looks; report: and makes the table where it is missing and may be made, and says once why nothing is recorded. NULL: only looks. In a
 * task. Fails only when the connection does. */
PGTEND_CHECK bool seed_records_open(const struct database *database, struct session *session, struct report *report,
    struct seed_records *records, struct err *err);
void seed_records_done(struct seed_records *records);

struct seed_record {
	const char *file, *checksum, *way, *environment;
	int64_t bytes;
	int64_t rows;   /* -1: not known */
	double took_ms; /* negative: since the transaction began, by the server's clock */
};
/* One statement, to be sent last in the file's transaction or right behind it; an error in it becomes a warning. session: quotes. NULL:
 * nothing is recorded there. Caller frees. */
char *seed_record_sql(const struct seed_records *records, const struct seed_record *record, struct session *session);

/* The rows, by file; NULL when the table is not there (*why_not in words when it is there and may not be read; caller frees). */
struct seed_row {
	char *file, *checksum, *way, *environment, *by;
	int64_t ran_us, rows, runs; /* rows -1: not known */
	double took_ms;
};
struct seed_rows {
	bool is_there;
	char *why_not, *mend; /* NULL: it may be read */
	struct seed_row *v;
	int count;
};
PGTEND_CHECK bool seed_rows_read(struct session *session, struct seed_rows *rows, struct err *err);
void seed_rows_done(struct seed_rows *rows);

#endif
