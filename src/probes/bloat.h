/* bloat.h - how many pages a table or a btree index would need if it were written anew. Pure: statistics in, pages out; knows no session.
 *
 * Computed from how PostgreSQL lays rows out (bufpage.h, htup_details.h, itup.h, nbtree.h, nbtdedup.c), with the mean widths, shares of nulls and
 * distinct values that ANALYZE keeps: a row is its header, its bitmap of nulls, and its columns each at its alignment; equal keys
 * of a btree share one posting list. An estimate: it knows means, not rows.
 */
#ifndef PGTEND_PROBES_BLOAT_H
#define PGTEND_PROBES_BLOAT_H

#include <stdbool.h>
#include <stdint.h>

/* One column of a table, or one of the columns of an index, in its order. */
struct bloat_column {
	int64_t relation, attribute; /* pg_attribute.attrelid, attnum */
	int length;                  /* pg_attribute.attlen: bytes; negative: varies */
	int align;                   /* 1, 2, 4 or 8 bytes */
	double null_share;           /* pg_stats.null_frac */
	double width;                /* mean of those that are not null, with their own header (pg_stats.avg_width) */
	double distinct;             /* pg_stats.n_distinct: how many, negative: of how many rows; 0: not known */
};

/* Pages of a table with so many rows. fill: its fillfactor, 10 to 100. */
double bloat_heap_pages(double rows, const struct bloat_column *columns, int count, int fill, int block);
/* Pages of a btree with so many entries, all its levels. is_shared: equal keys share a list (deduplication, from PostgreSQL 13 on). */
double bloat_btree_pages(double rows, const struct bloat_column *columns, int count, int fill, bool is_shared, int block);

#endif
