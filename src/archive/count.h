/* src/archive/count.h - the rows of each table, counted in what pg_restore writes of a dump's data. */
#ifndef PGTEND_ARCHIVE_COUNT_H
#define PGTEND_ARCHIVE_COUNT_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>

#include "pgtend/core/text.h"
#include "pgtend/loop/work.h"

/* Zeroed, then in_fd, then given to work_start(loop, counting_run, &counting). What pg_restore --section=data writes: COPY blocks, sequences, large
 * objects; it holds no function's text, in which a COPY could be played. */
struct counting {
	int in_fd;          /* a pipe; closed at its end */
	atomic_llong bytes; /* while it runs */
	/* after work_wait() */
	json_t *counts; /* {"schema.table": rows}, in UTF-8, owned */
	int64_t rows, blocks;
	const char *trouble; /* static; NULL: it came to its end */

	/* while it runs */
	struct text statement; /* as far as it matters */
	char *encoding;        /* of the dump: "UTF8"; NULL: not said yet */
	char *table;           /* whose rows follow */
	int64_t table_rows;
	char quote;  /* ' or " inside of quotes */
	int matched; /* bytes of the line that ends a block; -1: within a row */
	bool is_in_rows, is_in_line, is_after_copy;
};
void counting_run(struct work *work, void *counting);
void counting_done(struct counting *counting);

/* A name in an encoding of PostgreSQL's (NULL: not known); what is no character in it becomes visible. Caller frees. */
char *name_as_utf8(const char *name, const char *encoding);

/* The same by hand, for tests. */
void counting_begin(struct counting *counting);
void counting_take(struct counting *counting, const char *bytes, size_t length);
void counting_end(struct counting *counting);

#endif
