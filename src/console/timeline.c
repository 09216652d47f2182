#include "timeline.h"

#include <string.h>

#include "pgtend/core/mem.h"

enum { GAP_CELLS = 5 /* more would push the chunks off the strip */, WIDEST_CELLS = 6 };

struct timelines {
	struct timeline *v;
	int count;
};

/* Columns of the facts, looked up once. */
struct columns { int schema, name, chunks, from, to, from_integer, to_integer, created, state, is_compress_late, bytes; };

static void find_columns(const struct table_shape *shape, struct columns *at)
{
	at->schema = table_column(shape, "schema");
	at->name = table_column(shape, "name");
	at->chunks = table_column(shape, "chunks");
	at->from = table_column(shape, "range_start");
	at->to = table_column(shape, "range_end");
	at->from_integer = table_column(shape, "range_start_integer");
	at->to_integer = table_column(shape, "range_end_integer");
	at->created = table_column(shape, "created");
	at->state = table_column(shape, "state");
	at->is_compress_late = table_column(shape, "is_compress_late");
	at->bytes = table_column(shape, "bytes");
}

static const char *text_at(const struct table *table, int row, int column)
{
	const struct cell *cell = table_cell(table, row, column);

	return cell->has_value && cell->u.text ? cell->u.text : "";
}

static int64_t int_at(const struct table *table, int row, int column, int64_t otherwise)
{
	const struct cell *cell = table_cell(table, row, column);

	return cell->has_value ? cell->u.integer : otherwise;
}

static enum chart_kind kind_of(const char *state, bool is_compress_late)
{
	static const struct { const char *word; enum chart_kind kind; } words[] = {
		{ "locked", CHART_LOCKED }, { "late", CHART_LATE }, { "future", CHART_FUTURE }, { "frozen", CHART_FROZEN },
		{ "partial", CHART_PARTIAL }, { "compressed", CHART_COMPRESSED },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(state, words[i].word) == 0)
			return words[i].kind;
	return is_compress_late ? CHART_WAITING : CHART_RAW;
}

static void read_span(const struct table *list, int row, const struct columns *at, struct span *span)
{
	const struct cell *from = table_cell(list, row, at->from), *to = table_cell(list, row, at->to);
	const struct cell *bytes = table_cell(list, row, at->bytes), *created = table_cell(list, row, at->created);

	if (!from->has_value && !to->has_value) {
		from = table_cell(list, row, at->from_integer);
		to = table_cell(list, row, at->to_integer);
	}
	memset(span, 0, sizeof(*span));
	span->chunks = int_at(list, row, at->chunks, 1);
	if (span->chunks < 1)
		span->chunks = 1;
	span->kind = kind_of(text_at(list, row, at->state), int_at(list, row, at->is_compress_late, 0) != 0);
	span->bytes = bytes->has_value ? (double)bytes->u.integer / (double)span->chunks : -1;
	span->has_range = from->has_value && to->has_value;
	span->from = span->has_range ? from->u.integer : 0;
	span->to = span->has_range ? to->u.integer : 0;
	span->has_created = created->has_value;
	span->created = span->has_created ? created->u.integer : 0;
}

/* --- making ----------------------------------------------------------------------------------- */

static void add_span(struct timeline *timeline, const struct span *span)
{
	if ((timeline->count & (timeline->count - 1)) == 0)
		timeline->spans = mem_grow(timeline->spans, timeline->count ? (size_t)timeline->count * 2 : 1, sizeof(*span));
	timeline->spans[timeline->count++] = *span;
}

/* Time without a chunk is seen as such, by as many cells as chunks would fit, up to a few. */
static void add_gap(struct timeline *timeline, const struct span *next)
{
	const struct span *last = timeline->count > 0 ? &timeline->spans[timeline->count - 1] : NULL;
	struct span gap = { .row = -1, .kind = CHART_GAP, .bytes = -1, .has_range = true };
	double width, cells;

	if (!last || !last->has_range || !next->has_range || last->to >= next->from)
		return;
	gap.from = last->to;
	gap.to = next->from;
	width = ((double)last->to - (double)last->from) / (double)last->chunks;
	cells = width > 0 ? ((double)gap.to - (double)gap.from) / width : 1;
	for (int i = 0; i < GAP_CELLS && (i == 0 || i + 0.5 < cells); i++)
		add_span(timeline, &gap);
}

static struct timeline *begin(struct timelines *timelines, const char *schema, const char *name, int row)
{
	struct timeline *timeline;

	timelines->v = mem_grow(timelines->v, (size_t)timelines->count + 1, sizeof(*timelines->v));
	timeline = &timelines->v[timelines->count++];
	memset(timeline, 0, sizeof(*timeline));
	timeline->schema = mem_copy(schema);
	timeline->name = mem_copy(name);
	timeline->first = row;
	return timeline;
}

static void add_row(struct timeline *timeline, const struct table *list, int row, const struct columns *at)
{
	struct span span;

	read_span(list, row, at, &span);
	span.row = timeline->rows++;
	add_gap(timeline, &span);
	add_span(timeline, &span);
	timeline->chunks += span.chunks;
	timeline->counts[span.kind] += span.chunks;
	timeline->has_bins = timeline->has_bins || span.chunks > 1;
	if (span.bytes >= 0 && (timeline->most_bytes <= 0 || span.bytes < timeline->least_bytes))
		timeline->least_bytes = span.bytes;
	if (span.bytes > timeline->most_bytes)
		timeline->most_bytes = span.bytes;
	if (!table_cell(list, row, at->from)->has_value && span.has_range)
		timeline->is_integer = true;
	if (span.has_range && timeline->spans[0].has_range)
		timeline->extent = (double)span.to - (double)timeline->spans[0].from;
	if (span.has_range && timeline->width <= 0)
		timeline->width = ((double)span.to - (double)span.from) / (double)span.chunks;
}

struct timelines *timelines_new(const struct table *list)
{
	struct timelines *timelines = MEM_NEW(struct timelines);
	struct timeline *timeline = NULL;
	struct columns at;

	if (!list)
		return timelines;
	find_columns(table_shape(list), &at);
	for (int row = 0; row < table_rows(list); row++) {
		const char *schema = text_at(list, row, at.schema), *name = text_at(list, row, at.name);

		if (!timeline || strcmp(timeline->name, name) != 0 || strcmp(timeline->schema, schema) != 0)
			timeline = begin(timelines, schema, name, row);
		add_row(timeline, list, row, &at);
	}
	return timelines;
}

void timelines_free(struct timelines *timelines)
{
	if (!timelines)
		return;
	for (int i = 0; i < timelines->count; i++) {
		mem_free(timelines->v[i].schema);
		mem_free(timelines->v[i].name);
		mem_free(timelines->v[i].spans);
	}
	mem_free(timelines->v);
	mem_free(timelines);
}

const struct timeline *timelines_find(const struct timelines *timelines, const char *schema, const char *name)
{
	for (int i = 0; timelines && schema && name && i < timelines->count; i++)
		if (strcmp(timelines->v[i].name, name) == 0 && strcmp(timelines->v[i].schema, schema) == 0)
			return &timelines->v[i];
	return NULL;
}

/* --- laying ----------------------------------------------------------------------------------- */

int timeline_cut(const struct timeline *timeline, int64_t cutoff, bool is_by_creation)
{
	for (int i = 0; i < timeline->count; i++) {
		const struct span *span = &timeline->spans[i];

		if (is_by_creation ? span->has_created && span->created > cutoff : span->has_range && span->to > cutoff)
			return i;
	}
	return timeline->count;
}

struct timeline_fit timeline_fit(const struct timeline *timeline, int cols)
{
	struct timeline_fit fit = { .count = timeline->count };

	if (cols < 1 || timeline->count < 1)
		return fit;
	if (timeline->count > cols) {
		fit.cols = cols;
		return fit;
	}
	fit.each = cols / timeline->count;
	if (fit.each > WIDEST_CELLS)
		fit.each = WIDEST_CELLS;
	fit.cols = fit.each * timeline->count;
	return fit;
}

int timeline_col(const struct timeline_fit *fit, int span)
{
	if (fit->each > 0)
		return span * fit->each;
	return fit->count > 0 ? (int)((int64_t)span * fit->cols / fit->count) : 0;
}

static void put_span(const struct timeline *timeline, const struct span *span, int selected_row, struct chart_cell *cell)
{
	double height = span->bytes >= 0 && timeline->most_bytes > 0 ? span->bytes / timeline->most_bytes : -1;

	if (span->kind > cell->kind)
		cell->kind = span->kind;
	if (height > cell->height)
		cell->height = height;
	if (span->row >= 0 && span->row == selected_row)
		cell->is_selected = true;
}

void timeline_lay(const struct timeline *timeline, const struct timeline_fit *fit, int selected_row, struct chart_cell *cells)
{
	int inside = fit->each > 1 ? fit->each - 1 : 1; /* the last column of a wide span keeps it apart from the next */

	for (int i = 0; i < fit->cols; i++)
		cells[i] = (struct chart_cell){ CHART_BLANK, -1, false };
	for (int i = 0; i < timeline->count; i++) {
		int col = timeline_col(fit, i);

		for (int k = 0; k < inside && col + k < fit->cols; k++)
			put_span(timeline, &timeline->spans[i], selected_row, &cells[col + k]);
	}
}

int timeline_span(const struct timeline *timeline, int row)
{
	for (int i = 0; i < timeline->count; i++)
		if (timeline->spans[i].row == row)
			return i;
	return -1;
}
