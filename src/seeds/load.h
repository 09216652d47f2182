/* src/seeds/load.h - what load.c, load_rows.c and load_error.c share: one file of CSV on its way into its table. */
#ifndef PGTEND_SEEDS_LOAD_H
#define PGTEND_SEEDS_LOAD_H

#include "pgtend/pg/copy.h"
#include "target.h"

struct load {
	struct seed_run *run;
	struct seed_file *file;
	struct session *session;
	struct seed_target target;
	struct seed_header header;
	struct csv_watch watch;
	int64_t size;   /* of the file */
	int64_t copied; /* rows that came from the file */
};

/* load_rows.c: for a server that takes no data for COPY, for tables with row security, which refuse it, and for roles that may have no table of the session: INSERTs of many rows each.
 * skips: rows whose key is there stay as they are. */
PGTEND_CHECK bool load_by_rows(struct load *load, bool skips, struct err *err);
/* What lets an INSERT leave out rows whose key is there. Caller frees. */
char *load_skips(const struct load *load);

/* load_error.c: "FILE:LINE:COLUMN: what is wrong". result: the server's last word; NULL. */
void load_word_error(struct load *load, const struct result *result, struct err *err);
/* The same of an INSERT that has no lines. */
void load_word_insert_error(struct load *load, const struct result *result, struct err *err);
/* "INSERT 0 5": 5; 0 when it is no such tag. */
int64_t load_rows_of(const char *tag);

#endif
