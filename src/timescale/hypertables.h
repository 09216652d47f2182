/* timescale/hypertables.h - the hypertables of a database with their policies, and questions over all their chunks.
 *
 * Owns: which shape TimescaleDB's catalogs have here (sql/catalog.sql), the question that fits it, the public views where none does; the limits
 * that policies put to chunks; what is "now" for integer time. Must not know: what is made of the answers.
 */
#ifndef PGTEND_TIMESCALE_HYPERTABLES_H
#define PGTEND_TIMESCALE_HYPERTABLES_H

#include "internal.h"

struct hypertables {
	const struct probe_target *target;
	struct session *session;
	struct table *policies;  /* policies_shape */
	struct result *rows;     /* of sql/chunks.sql: one a hypertable and aggregate */
	int64_t *now;            /* by row; integer time: what its own function says, INT64_MIN: not known */
	bool is_public;          /* the catalogs are of no shape that is known: chunk status and compressed halves are not to be had */
	bool has_packed;         /* what chunks took before they were compressed is to be had */
	const char *chunk_rows;  /* the question that fits the catalogs */
	enum missing unsized;    /* why nothing was measured; MISSING_NONE: it was */
	const char *only;        /* "name" or "schema.name": the one hypertable that is asked about; NULL: all. Borrowed */
	char *wishes;            /* JSON: what sql/chunk_marks.sql takes as $1 */
};

/* `only`, NULL: all. *hypertables is to be given to hypertables_done() in either case. */
PGTEND_CHECK bool hypertables_read(struct hypertables *hypertables, const struct probe_target *target, struct session *session, const char *only,
                                   struct err *err);
void hypertables_done(struct hypertables *hypertables);

const char *hypertables_text(const struct hypertables *hypertables, int row, const char *column); /* NULL: null */
int64_t hypertables_int(const struct hypertables *hypertables, int row, const char *column, int64_t otherwise);
bool hypertables_is_integer(const struct hypertables *hypertables, int row);
int hypertables_row(const struct hypertables *hypertables, const char *key); /* -1: none has this key */
/* Its policy of this kind ("retention"); -1: none. */
int hypertables_policy(const struct hypertables *hypertables, int row, const char *kind);

/* Asks `sql`, which continues sql/chunk_sizes.sql; $1 is given, `params` are $2 and so on. Where the catalogs are not what they seemed to be, the
 * public views are asked (is_public becomes true, `rows` are others); where measuring takes too long, nothing is measured (unsized says why).
 * *result is to be freed in either case. */
PGTEND_CHECK bool hypertables_ask(struct hypertables *hypertables, const char *sql, const char *const *params, int param_count,
                                  struct result **result, struct err *err);
/* Microseconds since the epoch; integer time and times without end are left null. */
void hypertables_set_time(struct table *table, int row, const char *column, const char *microseconds);

/* --- chunks one by one (probe_chunk_list.c) ------------------------------------------------------- */

enum { CHUNK_LIST_MOST = 1000 /* rows a hypertable */ };

/* In a task: adds the rows of the list to `table` (chunk_list_shape). most: see chunk_list_read(). has_ranges: by the same question *result also gets the rows
 * of sql/chunks_ranges.sql, before those of the chunks. *result is to be freed in either case. */
PGTEND_CHECK bool chunk_list_ask(struct hypertables *hypertables, bool has_ranges, int64_t most, struct result **result, struct table *table,
                                 struct err *err);
/* Takes the table: the answer to the next question for the list of this database, if that comes at once. */
void chunk_list_keep(const struct database *database, struct table *list);

/* --- what is to be expected (forecast.c, ratio.c); rows of `chunks` are those of the hypertables --- */

/* bytes_per_day and steady_bytes of a row whose bytes, ratio, drop_after_s, compress_after_s, chunk_interval_s are set. range: its row in the answer to
 * sql/chunks_ranges.sql; negative: it has none. */
void forecast_set(const struct hypertables *hypertables, const struct result *ranges, int range, struct table *chunks, int row);
/* In a task: disk_free_bytes and disk_full_s of all rows. */
void forecast_ask_disk(const struct hypertables *hypertables, struct table *chunks);
/* In a task: expected_ratio, ratio_verdict, and for a low one why. */
void ratio_judge(const struct hypertables *hypertables, struct table *chunks, int row);

#endif
