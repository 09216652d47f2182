/* src/seeds/csv.h - CSV as COPY reads it: commas, quotes doubled inside quotes, a value that is empty and has no quotes is null.
 *
 * Owns: the watch, which looks at every byte on its way to the server for what COPY would swallow without a word, and the reader, which
 * takes a file apart record by record and knows where each value stands. Knows nothing of servers.
 */
#ifndef PGTEND_SEEDS_CSV_H
#define PGTEND_SEEDS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"

/* ---- csv_watch.c ----------------------------------------------------------------------- */

enum csv_trouble {
	CSV_FINE,
	CSV_OPEN,   /* the file ends inside quotes */
	CSV_BEHIND, /* text follows a closing quote: mostly the quote was never closed, and this one opens the next value */
	CSV_MIDDLE, /* a quote stands in a value that has not begun with one */
	CSV_MARK,   /* a line of \. alone, at which the server would stop reading */
};
/* All zero at first. */
struct csv_watch {
	enum csv_trouble trouble;
	int64_t trouble_at; /* byte in the file: of the quote that opened, of the one in the middle, of the mark */
	/* between two blocks */
	int64_t offset;
	int64_t opened_at;
	bool is_inside, is_after_quote, is_in_value;
	char last;
	int mark;
	int64_t mark_at;
};
/* The next bytes of the file, the byte order mark left out. False: trouble. */
bool csv_watch_add(struct csv_watch *watch, const char *bytes, size_t length);
bool csv_watch_end(struct csv_watch *watch);

/* ---- csv_read.c ------------------------------------------------------------------------ */

struct csv_value {
	char *text;      /* NULL: null, or values are not kept */
	int line, column; /* where it begins; the column counts characters */
};
struct csv_record {
	struct csv_value *values;
	int count, room;
	int line;         /* of its beginning */
	int server_line;  /* as the server counts at its end */
	int64_t offset, end; /* bytes of the file, without a byte order mark */
};
struct csv_reader; /* opaque */
/* NULL: it cannot be read. keeps_values: else only places, in constant memory. */
struct csv_reader *csv_open(const char *path, bool keeps_values, struct err *err);
/* The next record; false: there is no more (an unfinished one counts), or the file cannot be read any more. */
bool csv_next(struct csv_reader *reader, struct csv_record *record);
/* A value was longer than what is kept of one (16 MB). */
bool csv_is_cut(const struct csv_reader *reader);
void csv_close(struct csv_reader *reader); /* NULL is nothing */
void csv_record_done(struct csv_record *record);
/* Where byte `offset` (without a byte order mark) stands. */
void csv_locate(const char *path, int64_t offset, int *line, int *column);

#endif
