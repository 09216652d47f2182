/* What a table or an index would take if it were written anew. */
#include "bloat.h"

#include <math.h>

enum {
	PAGE_HEADER = 24,
	LINE_POINTER = 4,
	ROW_HEADER = 23,
	ENTRY_HEADER = 8,       /* of an index */
	ENTRY_NULLS = 8,        /* its bitmap of nulls, aligned */
	BTREE_SPECIAL = 16,     /* at the end of each of its pages */
	BTREE_UPPER_FILL = 70,  /* of the pages above the leaves, whatever the fillfactor */
	ROW_PLACE = 6,          /* of one row in a posting list */
	SHORT_MOST = 127,       /* a value up to here has a header of one byte, and no alignment */
	ALIGN = 8,
};

/* Where the next column begins; is_exact: the same in every row. */
struct offset {
	double at;
	bool is_exact;
};

/* What a varying offset loses to an alignment is half of it, in the mean. */
static void align_to(struct offset *offset, int align)
{
	if (offset->is_exact)
		offset->at = ceil(offset->at / align) * align;
	else
		offset->at += (align - 1) / 2.0;
}

static void add_column(struct offset *offset, const struct bloat_column *column)
{
	bool is_fixed = column->length > 0;
	double width = is_fixed ? column->length : column->width;
	double before = offset->at;

	if (column->null_share >= 1)
		return;
	if (is_fixed || width > SHORT_MOST)
		align_to(offset, column->align);
	offset->at += width;
	if (column->null_share > 0)
		offset->at = before + (offset->at - before) * (1 - column->null_share);
	if (!is_fixed || column->null_share > 0)
		offset->is_exact = false;
}

/* All columns one behind the other, as they lie behind a header that is aligned. */
static struct offset data_of(const struct bloat_column *columns, int count)
{
	struct offset offset = {0, true};

	for (int i = 0; i < count; i++)
		add_column(&offset, &columns[i]);
	return offset;
}

/* How many rows have at least one null, if columns did not depend on each other. */
static double share_with_nulls(const struct bloat_column *columns, int count)
{
	double without = 1;

	for (int i = 0; i < count; i++)
		without *= 1 - columns[i].null_share;
	return 1 - without;
}

static double round_up(double value, int to)
{
	return ceil(value / to) * to;
}

/* A page takes whole ones only: what is left over at its end is half of one, in the mean, where they differ. */
static double fit(double room, struct offset size)
{
	double each = size.at + LINE_POINTER;
	double number = size.is_exact ? floor(room / each) : room / each - 0.5;

	return number < 1 ? 1 : number;
}

double bloat_heap_pages(double rows, const struct bloat_column *columns, int count, int fill, int block)
{
	double nulls = share_with_nulls(columns, count);
	double plain = round_up(ROW_HEADER, ALIGN), mapped = round_up(ROW_HEADER + (count + 7) / 8, ALIGN);
	struct offset row = data_of(columns, count);

	row.at += plain + (mapped - plain) * nulls;
	if (nulls > 0 && nulls < 1)
		row.is_exact = false;
	align_to(&row, ALIGN);
	double free = block * (100 - fill) / 100.0;

	return rows > 0 ? ceil(rows / fit(block - PAGE_HEADER - free, row)) : 0;
}

/* --- btree ------------------------------------------------------------------------------------- */

/* Different keys among so many entries. Columns are taken to vary independently, which says too many rather than too few. */
static double distinct_keys(double rows, const struct bloat_column *columns, int count)
{
	double keys = 1;

	for (int i = 0; i < count && keys < rows; i++) {
		double distinct = columns[i].distinct;

		if (distinct == 0)
			return rows;
		keys *= (distinct < 0 ? -distinct * rows : distinct) + (columns[i].null_share > 0 ? 1 : 0);
	}
	return keys < rows ? keys : rows;
}

/* Bytes of all leaf entries when equal keys share lists, each no longer than a tenth of a page. */
static double shared_bytes(double rows, double keys, double key_bytes, int block)
{
	double each = rows / keys, most = block / 10.0 - LINE_POINTER - key_bytes;
	double lists = ceil(each * ROW_PLACE / (most > ROW_PLACE ? most : ROW_PLACE));
	double list_bytes = round_up(key_bytes + each * ROW_PLACE / lists, ALIGN) + LINE_POINTER;

	return keys * lists * list_bytes;
}

/* The pages above so many, up to the root. */
static double upper_pages(double pages, double key_bytes, int block)
{
	double each = key_bytes + ENTRY_HEADER + LINE_POINTER; /* a place of its own behind the key, where keys are equal */
	double number = floor((block - PAGE_HEADER - BTREE_SPECIAL) * BTREE_UPPER_FILL / 100.0 / each), sum = 0;

	while (pages > 1) {
		pages = ceil(pages / (number < 2 ? 2 : number));
		sum += pages;
	}
	return sum;
}

double bloat_btree_pages(double rows, const struct bloat_column *columns, int count, int fill, bool is_shared, int block)
{
	struct offset entry = data_of(columns, count);
	double nulls = share_with_nulls(columns, count);

	entry.at += ENTRY_HEADER + ENTRY_NULLS * nulls;
	if (nulls > 0 && nulls < 1)
		entry.is_exact = false;
	align_to(&entry, ALIGN);
	/* the first entry of a page bounds it, and is no row */
	double room = block - PAGE_HEADER - BTREE_SPECIAL - block * (100 - fill) / 100.0 - entry.at - LINE_POINTER;
	double leaves = ceil(rows / fit(room, entry));
	double keys = is_shared ? distinct_keys(rows, columns, count) : rows;

	if (rows > 0 && keys <= rows / 2)
		leaves = ceil(shared_bytes(rows, keys, entry.at, block) / room);
	if (leaves < 1)
		leaves = 1;
	return 1 + leaves + upper_pages(leaves, entry.at, block);
}
