/* Hypertables as people look at them: what is kept of them and whether more arrives, side by side. */
#include <string.h>

#include "internal.h"
#include "pgtend/timescale/timescale.h"

static const struct table_column columns[] = {CHUNKS_COLUMNS, CHUNKS_INGEST_COLUMNS};
const struct table_shape chunks_with_ingest_shape = {"chunks", columns, sizeof columns / sizeof *columns};

static void copy_cell(struct table *to, int row, const char *column, const struct table *from, int from_row)
{
	const struct cell *cell = table_get(from, from_row, column);
	const struct table_shape *shape = table_shape(from);

	if (!cell->has_value) {
		if (cell->missing != MISSING_NONE)
			table_set_missing(to, row, column, cell->missing);
		return;
	}
	switch (shape->columns[table_column(shape, column)].type) {
	case CELL_REAL:
	case CELL_SECONDS:
		table_set_real(to, row, column, cell->u.real);
		break;
	default:
		table_set_int(to, row, column, cell->u.integer);
	}
	if (cell->is_approximate)
		table_set_approximate(to, row, column);
}

static bool is_trouble(const char *verdict)
{
	return verdict && (strcmp(verdict, "silent") == 0 || strcmp(verdict, "slow") == 0);
}

static bool is_of(const struct table *chunks, int row, const struct table *ingest, int from)
{
	return strcmp(table_get_text(chunks, row, "name"), table_get_text(ingest, from, "name")) == 0 &&
	       strcmp(table_get_text(chunks, row, "schema"), table_get_text(ingest, from, "schema")) == 0;
}

static void add_ingest(struct table *out, int row, const struct table *ingest)
{
	static const char *const cells[] = {"newest_row", "lag_s", "rows_per_min", "gaps"};

	for (int from = 0; from < table_rows(ingest); from++) {
		const char *verdict = table_get_text(ingest, from, "verdict");
		bool is_all = !table_get_text(ingest, from, "source");

		if (!is_of(out, row, ingest, from))
			continue;
		for (size_t i = 0; is_all && i < sizeof cells / sizeof *cells; i++)
			copy_cell(out, row, cells[i], ingest, from);
		if (!is_all && (!is_trouble(verdict) || is_trouble(table_get_text(out, row, "ingest_verdict"))))
			continue;
		table_set_text(out, row, "ingest_verdict", verdict);
		if (!verdict && table_get(out, row, "newest_row")->missing != MISSING_NONE)
			table_set_missing(out, row, "ingest_verdict", table_get(out, row, "newest_row")->missing);
		table_set_text(out, row, "ingest_cause", table_get_text(ingest, from, "cause"));
	}
}

struct table *chunks_with_ingest(const struct table *chunks, const struct table *ingest)
{
	struct table *out = table_new(&chunks_with_ingest_shape);

	for (int from = 0; from < table_rows(chunks); from++) {
		const char *kind = table_get_text(chunks, from, "kind");
		int row = table_add_row(out);

		table_copy_row(out, row, chunks, from);
		if (ingest && kind && strcmp(kind, "hypertable") == 0)
			add_ingest(out, row, ingest);
	}
	return out;
}
