/* src/maintain/archive.h - old rows taken out, as the archive_*.c share it. */
#ifndef PGTEND_MAINTAIN_ARCHIVE_H
#define PGTEND_MAINTAIN_ARCHIVE_H

#include "internal.h"
#include "pgtend/config/archive_rule.h"

/* --- archive_file.c: where rows go before they are gone
 *
 * Beside FILE lies FILE.json, which says how many bytes of it stand on the disk for batches that were, or may have been, committed: what is behind them
 * belongs to a batch that never was, and the next run cuts it off and goes on. */
struct export;

struct export_about {
	const char *database, *table, *column, *age, *columns; /* table, columns: as they stand in a statement */
};
/* The file of this run, or the one that an interrupted run left; opened with its first batch. ERR_LOCKED: another run writes to it. */
PGTEND_CHECK bool export_open(const char *path, const struct export_about *about, struct export **export, struct err *err);
const char *export_path(const struct export *export);
/* "(format csv, header)" for the next batch, or "". Static. */
const char *export_copy_options(const struct export *export);
/* One batch: begin, put its bytes, close (on the disk, written down: now the rows may go), and done once they are gone; or drop, as if it never was. In
 * a task. */
PGTEND_CHECK bool export_batch_begin(struct export *export, struct loop *loop, struct err *err);
PGTEND_CHECK bool export_batch_put(struct export *export, const char *bytes, size_t length, struct err *err);
PGTEND_CHECK bool export_batch_close(struct export *export, int64_t rows, struct err *err);
void export_batch_done(struct export *export);
PGTEND_CHECK bool export_batch_drop(struct export *export, struct err *err);
/* Writes down that it is whole; frees it. *rows: of all its runs. NULL is nothing. */
PGTEND_CHECK bool export_close(struct export *export, struct loop *loop, bool is_whole, int64_t *rows, struct err *err);

/* --- archive_plan.c */
struct archive_source {
	struct archive_rule rule;
	char *where;      /* "FILE:LINE" */
	char *path;       /* absolute; NULL: not exported */
	struct export *export;
	char *table, *columns; /* of the named table, quoted */
};
/* One table that holds rows of it. */
struct archive_target {
	struct archive_source *source;
	char *cutoff, *type, *row_columns, *gone; /* gone NULL: nobody refers to it */
	bool has_index;
	int64_t width, pages, page_rows;
};
struct archive {
	struct archive_source *sources;
	int source_count;
	struct archive_target **targets;
	int target_count;
};
#define STEP_ARCHIVE "archive"
PGTEND_CHECK bool archiving_plan(struct chore *chore, struct archive *archive, struct err *err);
void archiving_done(struct archive *archive);

/* --- archive_do.c */
PGTEND_CHECK bool archiving_do(struct chore *chore, struct archive *archive, struct err *err);

#endif
