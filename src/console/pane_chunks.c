/* CHUNKS: hypertables and continuous aggregates of the selected database as timelines, their policies, what is late. */
#include <string.h>

#include "console_internal.h"
#include "pane_chunks_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/timescale/timescale.h"

/* What cells need that is not in their row: the scene of the drawing, as in MIGRATIONS the run that is under way. */
static const struct chunks_scene *shown;

void chunks_show(const struct chunks_scene *scene)
{
	shown = scene;
}

static bool is_word(const char *word, const char *wanted)
{
	return word && strcmp(word, wanted) == 0;
}

static bool is_late(const struct table *table, int row)
{
	return pane_int(table, row, "late_chunks", 0) > 0;
}

static enum style verdict_style(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "verdict");

	if (is_late(table, row))
		return STYLE_CRIT;
	return is_word(verdict, "ok") ? STYLE_OK : STYLE_PLAIN;
}

static enum style compress_style(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "compress_verdict");

	if (is_word(verdict, "late") || is_word(verdict, "never"))
		return STYLE_WARN;
	return is_word(verdict, "ok") ? STYLE_OK : STYLE_PLAIN;
}

/* --- how fresh: of a hypertable the newest row, of an aggregate what it holds ------------------- */

/* The row of the same relation; of several the one without a source. */
static int row_of(const struct table *beside, const struct table *table, int row)
{
	const char *schema = pane_text(table, row, "schema"), *name = pane_text(table, row, "name");
	bool has_source = beside && table_column(table_shape(beside), "usual_days") >= 0;

	for (int i = 0; beside && schema && name && i < table_rows(beside); i++)
		if (is_word(pane_text(beside, i, "name"), name) && is_word(pane_text(beside, i, "schema"), schema) &&
			!(has_source && pane_text(beside, i, "source")))
			return i;
	return -1;
}

static bool is_source_to_blame(const struct table *table, int row, const char *verdict)
{
	const struct table *ingest = shown ? shown->ingest : NULL;
	const char *of_all = pane_text(ingest, row_of(ingest, table, row), "verdict");

	return verdict && of_all && strcmp(verdict, of_all) != 0;
}

struct freshness { const char *verdict; const struct cell *age; };

static struct freshness freshness_of(const struct table *table, int row)
{
	struct freshness fresh = { pane_text(table, row, "ingest_verdict"), pane_cell(table, row, "lag_s") };
	int at;

	if (!is_word(pane_text(table, row, "kind"), "aggregate")) {
		/* A source that is silent while others send has an age of its own, which is not this one. */
		if (is_source_to_blame(table, row, fresh.verdict))
			fresh.age = NULL;
		return fresh;
	}
	at = shown ? row_of(shown->aggregates, table, row) : -1;
	fresh.verdict = at >= 0 ? pane_text(shown->aggregates, at, "verdict") : NULL;
	fresh.age = at >= 0 ? pane_cell(shown->aggregates, at, is_word(fresh.verdict, "stale") ? "late_s" : "lag_s") : NULL;
	return fresh;
}

static char *fresh_text(const struct table *table, int row)
{
	struct freshness fresh = freshness_of(table, row);
	char age[UNITS_SIZE] = "";

	if (fresh.age)
		units_age(age, fresh.age->u.real < 0 ? 0 : (int64_t)fresh.age->u.real);
	if (!fresh.verdict || is_word(fresh.verdict, "ok") || is_word(fresh.verdict, "no policy"))
		return *age ? mem_copy(age) : NULL;
	return mem_format("%s%s%s", fresh.verdict, *age ? " " : "", age);
}

static enum style fresh_style(const struct table *table, int row)
{
	const char *verdict = freshness_of(table, row).verdict;

	if (is_word(verdict, "silent") || is_word(verdict, "erasing"))
		return STYLE_CRIT;
	return is_word(verdict, "slow") || is_word(verdict, "stale") ? STYLE_WARN : STYLE_PLAIN;
}

static char mark(const struct table *table, int row, enum style *style)
{
	enum style fresh = fresh_style(table, row);

	*style = verdict_style(table, row);
	if (*style == STYLE_CRIT)
		return '!';
	*style = fresh == STYLE_CRIT ? fresh : compress_style(table, row);
	if (*style == STYLE_CRIT)
		return '!';
	if (fresh == STYLE_WARN)
		*style = fresh;
	return *style == STYLE_WARN ? '~' : ' ';
}

static char *verdict_text(const struct table *table, int row)
{
	char age[UNITS_SIZE];

	if (!is_late(table, row))
		return mem_copy(pane_text(table, row, "verdict"));
	if (pane_real(table, row, "late_s", 0) <= 0) /* integer time has no ages */
		return mem_format("%lld late", (long long)pane_int(table, row, "late_chunks", 0));
	return mem_format("late %s", units_age(age, (int64_t)pane_real(table, row, "late_s", 0)));
}

static char *compress_text(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "compress_verdict");
	char age[UNITS_SIZE];

	if (!is_word(verdict, "late"))
		return mem_copy(verdict);
	if (pane_real(table, row, "compress_late_s", 0) <= 0)
		return mem_format("%lld late", (long long)pane_int(table, row, "compress_late_chunks", 0));
	return mem_format("late %s", units_age(age, (int64_t)pane_real(table, row, "compress_late_s", 0)));
}

static char *name_text(const struct table *table, int row)
{
	const char *schema = pane_text(table, row, "schema"), *name = pane_text(table, row, "name");

	return schema && strcmp(schema, "public") != 0 ? mem_format("%s.%s", schema, name ? name : "") : mem_copy(name);
}

/* For the filter: what the strip shows, in words. */
static char *timeline_text(const struct table *table, int row)
{
	return mem_copy(is_late(table, row) ? "late" : "");
}

static void draw_timeline(const struct table *table, int row, struct canvas *canvas, int at_row, int col, int cols)
{
	if (shown && shown->hypertables == table)
		chunks_strip_draw(shown, row, canvas, at_row, col, cols);
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
	{ .name = "name", .title = "hypertable", .most_cols = 32, .grows = true, .text = name_text },
	{ .name = "time_column", .title = "timeline", .priority = 2, .most_cols = 48, .least_cols = 16, .grows = true, .text = timeline_text,
		.draw = draw_timeline,
		.doc = "Its chunks, the oldest on the left, the newest at the right end; the legend beneath says what the characters mean." },
	{ .name = "chunks", .priority = 1 },
	{ .name = "compressed", .priority = 2 },
	{ .name = "bytes", .priority = 1 },
	{ .name = "ratio", .priority = 3 },
	{ .name = "verdict", .title = "retention", .text = verdict_text, .style = verdict_style },
	{ .name = "compress_verdict", .title = "compression", .priority = 3, .text = compress_text, .style = compress_style },
	{ .name = "lag_s", .title = "fresh", .priority = 1, .text = fresh_text, .style = fresh_style,
		.doc = "Age of the newest row, or silent, slow, empty; of an aggregate how far behind it is, or stale, erasing." },
	{ .name = "rows_per_min", .priority = 4 },
	{ .name = "bytes_per_day", .title = "in/day", .priority = 4 },
	{ .name = "gaps", .priority = 6 },
	{ .name = "ingest_verdict", .priority = LIST_HIDDEN },
	{ .name = "oldest", .title = "oldest", .priority = 5, .text = oldest_text },
	{ .name = "drop_after_s", .priority = 5 },
	{ .name = "compress_after_s", .priority = 6 },
	{ .name = "retention_state", .priority = 6, .style = job_style },
	{ .name = "chunk_interval_s", .priority = 6 },
	{ .name = "rows", .priority = 6 },
	{ .name = "newest", .priority = 7, .text = newest_text },
	{ .name = "retention_next", .title = "next run (UTC)", .priority = 7, .text = next_text },
	{ .name = "cause", .priority = LIST_HIDDEN },
	{ .name = "schema", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = LIST_HIDDEN },
	{ .name = "late_s", .priority = LIST_HIDDEN },
	{ .name = "late_chunks", .priority = LIST_HIDDEN },
	{ .name = "kind", .priority = LIST_HIDDEN },
};

static struct table *derive(const struct console *console, const struct pane_data *data)
{
	const struct database *database = console_database(console);

	return data->table && database ? chunks_with_ingest(data->table, database_facts(database, FACT_INGEST)->table) : NULL;
}

static char *subtitle(const struct pane_data *data)
{
	int64_t chunks = 0, bytes = 0;
	int rows = data->table ? table_rows(data->table) : 0;
	bool is_sized = false;
	char count[UNITS_SIZE], size[UNITS_SIZE];

	if (rows == 0)
		return NULL;
	for (int row = 0; row < rows; row++) {
		chunks += pane_int(data->table, row, "chunks", 0);
		bytes += pane_int(data->table, row, "bytes", 0);
		is_sized = is_sized || pane_cell(data->table, row, "bytes");
	}
	return mem_format("%s chunks%s%s%s", units_count(count, chunks), is_sized ? ", " : "", is_sized ? units_bytes(size, bytes) : "",
		data->chunks && data->chunks->is_apache ? ", Apache edition" : "");
}

/* The list keeps its rows up to a third of the pane, the timeline has the rest. */
static int foot_rows(const struct pane_data *data, int rows)
{
	int list_rows = data->table ? table_rows(data->table) : 0, most = rows / 3 > 2 ? rows / 3 : 2;

	if (list_rows == 0 || rows < 6)
		return 0;
	return rows - 1 - (list_rows < most ? list_rows : most);
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	if (data->chunks)
		chunks_foot_draw(data->chunks, row, -1, canvas);
}

/* Every policy of the row's hypertable as it stands, its own error last. */
static void details(const struct console *console, const struct pane_data *data, int row, struct overlay *overlay)
{
	const char *name = pane_text(data->table, row, "name"), *schema = pane_text(data->table, row, "schema");
	const struct table *policies = data->chunks ? data->chunks->policies : NULL;
	struct chunks_lines lines;

	(void)console;
	if (data->chunks) {
		chunks_lines_make(&lines, data->chunks, row, 1000, true);
		for (int i = 0; i < lines.count; i++)
			overlay_field(overlay, lines.v[i].style, lines.v[i].label, lines.v[i].text);
		chunks_lines_done(&lines);
		overlay_add(overlay, STYLE_PLAIN, "%s", "");
	}
	for (int i = 0; policies && i < table_rows(policies); i++) {
		const struct table_shape *shape = table_shape(policies);
		const char *in = pane_text(policies, i, "schema");

		if (!is_word(pane_text(policies, i, "name"), name ? name : "") || (in && schema && strcmp(in, schema) != 0))
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
	.help = "One row a hypertable or continuous aggregate. Beneath stands the timeline of the one at the cursor: a character a chunk (or several, "
		"where they are many), the oldest on the left, bars as high as the chunks are large, and the lines of its policies: what lies left of \"keep\" should be gone, "
		"what lies left of \"compress\" should be compressed. Then what is wrong with the command that mends it, whether rows arrive, what compression "
		"saves, what size it will come to, its jobs. z shows it larger, Enter goes from chunk to chunk, m types the command that mends it, d "
		"shows all columns and policies.",
	.empty = "no hypertables: this database has no TimescaleDB chunks",
	.fact = FACT_CHUNKS,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "schema", "name", NULL }, .mark = mark },
	.derive = derive,
	.subtitle = subtitle,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
	.details = details,
};
