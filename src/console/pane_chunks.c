/* CHUNKS: hypertables and continuous aggregates of the selected database, their policies, what is late. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/ui/chart.h"

static bool is_late(const struct table *table, int row)
{
	return pane_int(table, row, "late_chunks", 0) > 0;
}

static enum style verdict_style(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "verdict");

	if (is_late(table, row))
		return STYLE_CRIT;
	return verdict && strcmp(verdict, "ok") == 0 ? STYLE_OK : STYLE_PLAIN;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = verdict_style(table, row);
	return is_late(table, row) ? '!' : ' ';
}

static char *verdict_text(const struct table *table, int row)
{
	char age[UNITS_SIZE];

	if (!is_late(table, row))
		return mem_copy(pane_text(table, row, "verdict"));
	return mem_format("late %s", units_age(age, (int64_t)pane_real(table, row, "late_s", 0)));
}

static char *oldest_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "oldest");
}

static char *newest_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "newest");
}

static char *next_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "retention_next");
	char clock[16], day[UNITS_SIZE];

	if (!cell)
		return NULL;
	pane_clock(clock, cell->u.integer);
	return mem_format("%s %.5s", units_day(day, cell->u.integer), clock);
}

static enum style job_style(const struct table *table, int row)
{
	const char *state = pane_text(table, row, "retention_state");

	if (!state || strcmp(state, "ok") == 0 || strcmp(state, "running") == 0)
		return STYLE_PLAIN;
	return strcmp(state, "paused") == 0 || strcmp(state, "never ran") == 0 ? STYLE_WARN : STYLE_CRIT;
}

static const struct list_column columns[] = {
	{ .name = "name", .title = "hypertable", .most_cols = 32, .grows = true },
	{ .name = "chunks" },
	{ .name = "compressed", .priority = 1 },
	{ .name = "bytes", .priority = 1 },
	{ .name = "verdict", .title = "retention", .text = verdict_text, .style = verdict_style },
	{ .name = "ratio", .priority = 2 },
	{ .name = "oldest", .title = "oldest", .priority = 3, .text = oldest_text },
	{ .name = "drop_after_s", .priority = 3 },
	{ .name = "compress_after_s", .priority = 4 },
	{ .name = "retention_state", .priority = 4, .style = job_style },
	{ .name = "chunk_interval_s", .priority = 5 },
	{ .name = "rows", .priority = 6 },
	{ .name = "newest", .priority = 7, .text = newest_text },
	{ .name = "retention_next", .title = "next run (UTC)", .priority = 7, .text = next_text },
	{ .name = "schema", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = LIST_HIDDEN },
	{ .name = "late_s", .priority = LIST_HIDDEN },
	{ .name = "kind", .priority = LIST_HIDDEN },
};

static char *subtitle(const struct pane_data *data)
{
	int64_t chunks = 0;

	if (!data->table || table_rows(data->table) == 0)
		return NULL;
	for (int row = 0; row < table_rows(data->table); row++)
		chunks += pane_int(data->table, row, "chunks", 0);
	return mem_format("%lld chunks", (long long)chunks);
}

static int foot_rows(const struct pane_data *data, int rows)
{
	return data->table && table_rows(data->table) > 0 && rows >= 6 ? 2 : 0;
}

/* The strip, and what its characters mean with their numbers. */
static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	int64_t chunks, compressed, late, raw;
	int cols = canvas_cols(canvas), col = 3;

	if (row < 0)
		return;
	chunks = pane_int(data->table, row, "chunks", 0);
	compressed = pane_int(data->table, row, "compressed", 0);
	late = pane_int(data->table, row, "late_chunks", 0);
	if (late > chunks)
		late = chunks;
	/* What is late is the oldest; it is drawn as late, whether compressed or not. */
	compressed = compressed > late ? compressed - late : 0;
	if (late + compressed > chunks)
		compressed = chunks - late;
	raw = chunks - compressed - late;
	col += canvas_put(canvas, 0, col, STYLE_DIM, "old ");
	col += chart_chunks(canvas, 0, col, cols - col - 5, late, compressed, raw);
	canvas_put(canvas, 0, col, STYLE_DIM, " new");
	col = 3;
	if (late > 0)
		col += canvas_putf(canvas, 1, col, STYLE_CRIT, "%lld late ! ", (long long)late);
	col += canvas_putf(canvas, 1, col, STYLE_COMPRESSED, "%lld compressed # ", (long long)compressed);
	canvas_putf(canvas, 1, col, STYLE_RAW, "%lld raw =", (long long)raw);
}

static bool is_policy_of(const struct table *policies, int row, const char *name)
{
	const char *on = pane_text(policies, row, "name");

	return name && on && strcmp(on, name) == 0;
}

static void beside(const struct console *console, struct pane_data *data)
{
	const struct database *database = console_database(console);

	data->beside = database ? database_facts(database, FACT_POLICIES)->table : NULL;
}

/* Every policy of the row's hypertable as it stands, its own error last. */
static void details(const struct console *console, const struct pane_data *data, int row, struct overlay *overlay)
{
	const char *name = pane_text(data->table, row, "name"), *cause = pane_text(data->table, row, "cause");
	const struct table *policies = data->beside;

	(void)console;
	if (is_late(data->table, row)) {
		char *late = verdict_text(data->table, row);

		overlay_add(overlay, STYLE_CRIT, "%s, %lld chunks%s%s", late, (long long)pane_int(data->table, row, "late_chunks", 0),
			cause ? ": " : "", cause ? cause : "");
		mem_free(late);
	}
	for (int i = 0; policies && i < table_rows(policies); i++) {
		const struct table_shape *shape = table_shape(policies);

		if (!is_policy_of(policies, i, name))
			continue;
		overlay_add(overlay, STYLE_TITLE, "policy");
		for (int column = 0; column < shape->column_count; column++) {
			char *value = table_cell_text(policies, i, column);

			if (table_cell(policies, i, column)->has_value)
				overlay_field(overlay, STYLE_PLAIN, shape->columns[column].name, value);
			mem_free(value);
		}
		overlay_add(overlay, STYLE_PLAIN, "%s", "");
	}
	overlay_add(overlay, STYLE_TITLE, "all columns");
}

const struct pane pane_chunks = {
	.name = "CHUNKS",
	.help = "One row a hypertable or continuous aggregate: chunks, how many are compressed, whether retention does its work. The strip beneath goes "
		"from the oldest to the newest chunk: ! late, # compressed, = raw. Enter shows the policies and the last error of their jobs.",
	.empty = "no hypertables: this database has no TimescaleDB chunks",
	.fact = FACT_CHUNKS,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "schema", "name", NULL }, .mark = mark },
	.subtitle = subtitle,
	.beside = beside,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
	.details = details,
};
