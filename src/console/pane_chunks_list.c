/* CHUNKS, chunk by chunk: the chunks of one hypertable as rows, the cursor on its timeline; the way in and out. */
#include <string.h>

#include "console_internal.h"
#include "pane_chunks_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/timescale/shapes.h"

static const struct table_column row_columns[] = {
	CHUNK_LIST_COLUMNS,
	{"ratio", CELL_REAL, "ratio", 2, "bytes_before divided by bytes_after: how many times smaller compression made it."},
};
const struct table_shape chunk_rows_shape = {"chunk_rows", row_columns, sizeof row_columns / sizeof *row_columns};

/* --- rows --------------------------------------------------------------------------------------- */

struct table *chunks_rows_make(const struct table *list, const struct timeline *timeline)
{
	struct table *rows = table_new(&chunk_rows_shape);

	for (int i = 0; timeline && i < timeline->rows; i++) {
		int row = table_add_row(rows);
		int64_t before, after;

		table_copy_row(rows, row, list, timeline->first + i);
		before = table_get_int(rows, row, "bytes_before", 0);
		after = table_get_int(rows, row, "bytes_after", 0);
		if (before > 0 && after > 0)
			table_set_real(rows, row, "ratio", (double)before / (double)after);
	}
	return rows;
}

static char *place_text(const struct table *table, int row, const char *column, const char *integer)
{
	const struct cell *at = pane_cell(table, row, column), *from = pane_cell(table, row, "range_start"), *to = pane_cell(table, row, "range_end");
	char day[UNITS_SIZE], clock[16];

	if (!at) {
		at = pane_cell(table, row, integer);
		return at ? mem_format("%lld", (long long)at->u.integer) : NULL;
	}
	units_day(day, at->u.integer);
	if (from && to && from->u.integer % 86400000000 == 0 && to->u.integer % 86400000000 == 0)
		return mem_copy(day);
	pane_clock(clock, at->u.integer);
	return mem_format("%s %.5s", day, clock);
}

static char *from_text(const struct table *table, int row)
{
	return place_text(table, row, "range_start", "range_start_integer");
}

static char *to_text(const struct table *table, int row)
{
	return place_text(table, row, "range_end", "range_end_integer");
}

static bool is_waiting(const struct table *table, int row)
{
	const char *state = pane_text(table, row, "state");

	return state && strcmp(state, "raw") == 0 && pane_int(table, row, "is_compress_late", 0);
}

static char *state_text(const struct table *table, int row)
{
	int64_t chunks = pane_int(table, row, "chunks", 1);
	const char *state = is_waiting(table, row) ? "to compress" : pane_text(table, row, "state");
	char count[UNITS_SIZE];

	if (chunks > 1 && state)
		return mem_format("%s (%s chunks)", state, units_count(count, chunks));
	return mem_copy(state);
}

static enum style state_style(const struct table *table, int row)
{
	static const struct { const char *word; enum chart_kind kind; } words[] = {
		{ "locked", CHART_LOCKED }, { "late", CHART_LATE }, { "future", CHART_FUTURE }, { "frozen", CHART_FROZEN },
		{ "partial", CHART_PARTIAL }, { "compressed", CHART_COMPRESSED }, { "raw", CHART_RAW },
	};
	const char *state = pane_text(table, row, "state");

	if (is_waiting(table, row))
		return chart_style(CHART_WAITING);
	for (size_t i = 0; state && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(state, words[i].word) == 0)
			return chart_style(words[i].kind);
	return STYLE_PLAIN;
}

static char mark(const struct table *table, int row, enum style *style)
{
	const char *state = pane_text(table, row, "state");

	*style = state_style(table, row);
	if (!state || strcmp(state, "compressed") == 0 || (strcmp(state, "raw") == 0 && !is_waiting(table, row)))
		return ' ';
	return strcmp(state, "late") == 0 ? '!' : '~';
}

static char *created_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "created");
}

static const struct list_column columns[] = {
	{ .name = "range_start", .title = "from (UTC)", .text = from_text },
	{ .name = "range_end", .title = "to", .priority = 3, .text = to_text },
	{ .name = "state", .text = state_text, .style = state_style },
	{ .name = "rows", .priority = 1 },
	{ .name = "bytes" },
	{ .name = "bytes_before", .priority = 1 },
	{ .name = "bytes_after", .priority = 2 },
	{ .name = "ratio", .priority = 2 },
	{ .name = "created", .title = "made", .priority = 5, .text = created_text },
	{ .name = "chunk", .priority = 4, .most_cols = 60, .grows = true },
	{ .name = "tablespace", .title = "tablespace", .priority = 6 },
	{ .name = "range_start_integer", .priority = LIST_HIDDEN },
	{ .name = "range_end_integer", .priority = LIST_HIDDEN },
	{ .name = "schema", .priority = LIST_HIDDEN },
	{ .name = "name", .priority = LIST_HIDDEN },
};

/* --- what stands around them --------------------------------------------------------------------- */

static int hypertable_row(const struct chunks_scene *scene)
{
	for (int row = 0; scene->hypertables && scene->name && row < table_rows(scene->hypertables); row++) {
		const char *schema = pane_text(scene->hypertables, row, "schema"), *name = pane_text(scene->hypertables, row, "name");

		if (schema && name && strcmp(name, scene->name) == 0 && strcmp(schema, scene->schema) == 0)
			return row;
	}
	return -1;
}

static char *subtitle(const struct pane_data *data)
{
	const struct timeline *timeline;
	char count[UNITS_SIZE], age[UNITS_SIZE];

	if (!data->chunks || !data->chunks->name)
		return NULL;
	timeline = timelines_find(data->chunks->timelines, data->chunks->schema, data->chunks->name);
	if (!timeline)
		return mem_copy(data->chunks->name);
	if (timeline->is_integer || timeline->width <= 0)
		return mem_format("%s  %s chunks", data->chunks->name, units_count(count, timeline->chunks));
	return mem_format("%s  %s chunks of %s", data->chunks->name, units_count(count, timeline->chunks), units_age(age, (int64_t)(timeline->width / 1e6)));
}

/* Half of the pane: the list is what is read here. */
static int foot_rows(const struct pane_data *data, int rows)
{
	if (!data->table || table_rows(data->table) == 0 || rows < 7)
		return 0;
	return rows / 2 < 18 ? rows / 2 : 18;
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	if (data->chunks)
		chunks_foot_draw(data->chunks, hypertable_row(data->chunks), row, canvas);
}

const struct pane pane_chunk_list = {
	.name = "CHUNKS",
	.help = "The chunks of one hypertable, the oldest first: what time each covers, its state, its rows, what it takes and what it took before "
		"compression. Left and "
		"right go along the timeline beneath, up and down through the list; the chunk at the cursor is marked on both. Where there are more than a thousand, "
		"a row stands for several that follow each other; Enter lists each then, else it shows all of the chunk. Esc goes back to the hypertables.",
	.empty = "this hypertable has no chunks yet",
	.fact = FACT_CHUNK_LIST,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .mark = mark,
		.keys = { "range_start", "range_start_integer", "chunk", NULL } },
	.subtitle = subtitle,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
};

/* --- in and out ---------------------------------------------------------------------------------- */

static const struct table *facts_of(const struct database *database, enum fact fact)
{
	return database ? database_facts(database, fact)->table : NULL;
}

static void set_scene(struct console *console)
{
	struct chunks_view *view = &console->chunks;
	const struct database *database = console_database(console);
	struct chunks_scene *scene = &view->scene;

	memset(scene, 0, sizeof(*scene));
	scene->hypertables = console->views[LAYOUT_CHUNKS].data.table;
	scene->list = facts_of(database, FACT_CHUNK_LIST);
	scene->policies = facts_of(database, FACT_POLICIES);
	scene->ingest = facts_of(database, FACT_INGEST);
	scene->aggregates = facts_of(database, FACT_AGGREGATES);
	if (database && !scene->list && database_facts(database, FACT_CHUNK_LIST)->err.kind != ERR_NONE)
		scene->list_error = database_facts(database, FACT_CHUNK_LIST)->err.text;
	scene->database = database ? database->name : NULL;
	scene->is_apache = database && database->timescaledb_license && strcmp(database->timescaledb_license, "apache") == 0;
	scene->schema = view->is_open ? view->schema : NULL;
	scene->name = view->is_open ? view->name : NULL;
	if ((console->stale & STALE_DATA) || scene->list != view->timelines_of) {
		timelines_free(view->timelines);
		view->timelines = timelines_new(scene->list);
		view->timelines_of = scene->list;
	}
	scene->timelines = view->timelines;
	console->views[LAYOUT_CHUNKS].data.chunks = scene;
	chunks_show(scene);
}

/* The eye goes to the first chunk that is late, else to the newest. */
static void place_cursor(struct chunks_view *view)
{
	int row, rows = table_rows(view->rows);

	for (row = 0; row < rows; row++) {
		const char *state = table_get_text(view->rows, row, "state");

		if (state && strcmp(state, "late") == 0)
			break;
	}
	list_select(&view->list, row < rows ? row : rows - 1);
	view->is_placed = rows > 0;
}

static void set_rows(struct console *console)
{
	struct chunks_view *view = &console->chunks;
	const struct timeline *timeline = timelines_find(view->timelines, view->schema, view->name);

	pane_read_facts(console->fleet, console_database(console), FACT_CHUNK_LIST, &view->data);
	view->data.chunks = &view->scene;
	if (view->data.fresh_s < 3 * console->refresh_ms / 1000)
		view->data.fresh_s = 3 * console->refresh_ms / 1000;
	if ((console->stale & STALE_DATA) || !view->rows) {
		struct table *rows = view->scene.list ? chunks_rows_make(view->scene.list, timeline) : NULL;

		list_update(&view->list, rows);
		table_free(view->rows);
		view->rows = rows;
	}
	view->data.table = view->rows;
	if (!view->is_placed && view->rows)
		place_cursor(view);
}

void chunks_sync(struct console *console)
{
	set_scene(console);
	if (console->chunks.is_open)
		set_rows(console);
}

bool chunks_open(struct console *console)
{
	struct chunks_view *view = &console->chunks;
	const struct table *table = console->views[LAYOUT_CHUNKS].data.table;
	int row = list_row(&console->views[LAYOUT_CHUNKS].list);
	const char *schema = pane_text(table, row, "schema"), *name = pane_text(table, row, "name");

	if (!schema || !name)
		return false;
	chunks_close(console);
	view->schema = mem_copy(schema);
	view->name = mem_copy(name);
	view->is_open = true;
	view->was_zoomed = console->is_zoomed;
	console->is_zoomed = true;
	console_mark(console, STALE_DATA);
	return true;
}

bool chunks_are_why(const struct console *console)
{
	const struct view *view = &console->views[LAYOUT_FLEET];
	const char *verdict = pane_text(view->data.table, list_row(&view->list), "retention.verdict");

	return console->focus == LAYOUT_FLEET && verdict && strcmp(verdict, "late") == 0;
}

bool chunks_visit(struct console *console)
{
	struct view *view = &console->views[LAYOUT_CHUNKS];
	const struct table *table = view->data.table;

	for (int row = 0; table && row < table_rows(table); row++)
		if (pane_int(table, row, "late_chunks", 0) > 0) {
			chunks_close(console);
			list_select(&view->list, row);
			console_focus(console, LAYOUT_CHUNKS);
			console->is_zoomed = true;
			return true;
		}
	return false;
}

static void forget_rows(struct chunks_view *view)
{
	list_update(&view->list, NULL);
	list_filter(&view->list, NULL);
	list_top(&view->list);
	table_free(view->rows);
	view->rows = NULL;
	mem_free(view->schema);
	mem_free(view->name);
	view->schema = view->name = NULL;
	view->is_open = view->is_placed = false;
}

void chunks_close(struct console *console)
{
	if (!console->chunks.is_open)
		return;
	if (console->focus == LAYOUT_CHUNKS)
		console->is_zoomed = console->chunks.was_zoomed;
	forget_rows(&console->chunks);
	console_mark(console, STALE_DATA);
}

bool chunks_list_all(struct console *console)
{
	const struct chunks_view *view = &console->chunks;
	const struct database *database = console_database(console);
	char *relation, *table, *name, *line;

	if (!database || pane_int(view->rows, list_row(&view->list), "chunks", 1) <= 1)
		return false;
	relation = mem_format("%s.%s", view->schema, view->name);
	table = text_shell_word(relation);
	name = text_shell_word(database->name);
	line = mem_format("chunks %s --list --table %s", name, table);
	console_command(console, line);
	mem_free(line);
	mem_free(name);
	mem_free(table);
	mem_free(relation);
	return true;
}

int chunks_row(const struct console *console)
{
	return console->chunks.is_open ? hypertable_row(&console->chunks.scene) : list_row(&console->views[LAYOUT_CHUNKS].list);
}

void chunks_step(struct console *console, int by)
{
	struct chunks_view *view = &console->chunks;
	int rows = view->rows ? table_rows(view->rows) : 0, row = list_row(&view->list);

	/* What the filter hides is stepped over. */
	for (row += by; row >= 0 && row < rows; row += by)
		if (list_select(&view->list, row))
			return;
}

void chunks_done(struct console *console)
{
	forget_rows(&console->chunks);
	list_done(&console->chunks.list);
	timelines_free(console->chunks.timelines);
	console->chunks.timelines = NULL;
}
