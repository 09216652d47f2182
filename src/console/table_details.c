/* Enter in TABLES: one table in full, with its columns, its indexes, and when autovacuum comes. */
#include <stdio.h>
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/indexes.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/columns.h"

/* A table that is shown in full while its server is asked about it. */
struct table_view {
	struct console *console;
	struct database *database;
	struct table *rows;        /* one: the table as the pane had it */
	struct table *columns;     /* NULL: not answered yet */
	struct err err;
	struct task *task;
	unsigned serial;           /* of the overlay that shows it */
	struct table_view *next;   /* opened meanwhile: asked when this one has its answer */
};

/* --- in words ----------------------------------------------------------------------------------- */

static void add_size(const struct table_view *view, struct overlay *overlay)
{
	static const char *const parts[][2] = {{"heap_bytes", "heap"}, {"index_bytes", "indexes"}, {"toast_bytes", "toast"}};
	const struct cell *total = pane_cell(view->rows, 0, "total_bytes"), *growth = pane_cell(view->rows, 0, "growth_bytes_per_day");
	char unit[UNITS_SIZE];
	struct text text = { 0 };

	if (!total)
		return;
	text_addf(&text, "%s%s: ", total->is_approximate ? "~" : "", units_bytes(unit, total->u.integer));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (pane_cell(view->rows, 0, parts[i][0]))
			text_addf(&text, "%s%s %s", i > 0 ? ", " : "", parts[i][1], units_bytes(unit, pane_int(view->rows, 0, parts[i][0], 0)));
	if (growth)
		text_addf(&text, "; %s%s a day", growth->u.integer >= 0 ? "+" : "", units_bytes(unit, growth->u.integer));
	overlay_field(overlay, STYLE_PLAIN, "size", text_str(&text));
	text_done(&text);
}

/* "after 10 k dead rows, due in 3 k (7 k now)" */
static void add_due(const struct table_view *view, struct overlay *overlay, const char *name, const char *stem, const char *of)
{
	char *threshold = mem_format("%s_threshold", stem), *in = mem_format("%s_in", stem), at[UNITS_SIZE], left[UNITS_SIZE], now[UNITS_SIZE];
	int64_t limit = pane_int(view->rows, 0, threshold, -1), rest = pane_int(view->rows, 0, in, 0);
	char *line;

	if (limit >= 0) {
		units_count(at, limit);
		units_count(now, limit - rest);
		if (rest < 0)
			line = mem_format("beyond %s %s rows: it is due, there are %s", at, of, now);
		else
			line = mem_format("beyond %s %s rows: due in %s, there are %s", at, of, units_count(left, rest), now);
		overlay_field(overlay, rest < 0 ? STYLE_WARN : STYLE_PLAIN, name, line);
		mem_free(line);
	}
	mem_free(threshold);
	mem_free(in);
}

static void add_upkeep(const struct table_view *view, struct overlay *overlay)
{
	if (pane_int(view->rows, 0, "is_autovacuum", 1) == 0)
		overlay_field(overlay, STYLE_WARN, "autovacuum", "does not look after it: autovacuum or the table's autovacuum_enabled is off");
	add_due(view, overlay, "vacuum", "vacuum", "dead");
	add_due(view, overlay, "", "insert", "inserted");
	add_due(view, overlay, "analyze", "analyze", "changed");
}

static void add_changes(const struct table_view *view, struct overlay *overlay)
{
	static const char *const kinds[][2] = {{"inserted", "inserted"}, {"updated", "updated"}, {"hot_updated", "of them in place (HOT)"}, {"deleted", "deleted"}};
	static const char *const scans[][3] = {{"seq_scans", "seq_rows", "sequential"}, {"idx_scans", "idx_rows", "by index"}};
	char unit[UNITS_SIZE], rows[UNITS_SIZE];
	struct text text = { 0 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (pane_cell(view->rows, 0, kinds[i][0]))
			text_addf(&text, "%s%s %s", text.length > 0 ? ", " : "", units_count(unit, pane_int(view->rows, 0, kinds[i][0], 0)), kinds[i][1]);
	if (text.length > 0)
		overlay_field(overlay, STYLE_PLAIN, "rows", text_str(&text));
	text_done(&text);
	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
		if (pane_cell(view->rows, 0, scans[i][0]))
			text_addf(&text, "%s%s %s (%s rows)", text.length > 0 ? ", " : "", units_count(unit, pane_int(view->rows, 0, scans[i][0], 0)), scans[i][2],
				units_count(rows, pane_int(view->rows, 0, scans[i][1], 0)));
	if (text.length > 0)
		overlay_field(overlay, STYLE_PLAIN, "scans", text_str(&text));
	text_done(&text);
}

/* --- columns ------------------------------------------------------------------------------------ */

static void add_distinct(const struct table *columns, int row, struct text *line)
{
	const struct cell *distinct = pane_cell(columns, row, "distinct_values");
	char unit[UNITS_SIZE];

	if (!distinct)
		return;
	if (distinct->u.real == -1)
		text_add(line, ", all different");
	else if (distinct->u.real < 0)
		text_addf(line, ", %s different", units_percent(unit, -distinct->u.real));
	else if (distinct->u.real > 0)
		text_addf(line, ", %s different", units_count(unit, (int64_t)distinct->u.real));
}

static void add_column(const struct table *columns, int row, struct overlay *overlay)
{
	const struct cell *nulls = pane_cell(columns, row, "null_ratio"), *width = pane_cell(columns, row, "width_bytes");
	struct text line = { 0 };
	char unit[UNITS_SIZE];

	text_addf(&line, "%s%s", pane_text(columns, row, "type"), pane_int(columns, row, "is_required", 0) ? " not null" : "");
	if (pane_text(columns, row, "made"))
		text_addf(&line, ", %s", pane_text(columns, row, "made"));
	if (nulls && nulls->u.real > 0)
		text_addf(&line, ", %s null", units_percent(unit, nulls->u.real));
	add_distinct(columns, row, &line);
	if (width)
		text_addf(&line, ", %s wide", units_bytes(unit, width->u.integer));
	overlay_field(overlay, STYLE_PLAIN, pane_text(columns, row, "name"), text_str(&line));
	text_done(&line);
}

static void add_columns(const struct table_view *view, struct overlay *overlay)
{
	bool is_hidden = false;

	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "columns");
	if (view->err.kind != ERR_NONE)
		overlay_add(overlay, STYLE_WARN, "%s", view->err.text);
	else if (!view->columns)
		overlay_add(overlay, STYLE_DIM, "asking ...");
	for (int row = 0; view->columns && row < table_rows(view->columns); row++) {
		add_column(view->columns, row, overlay);
		is_hidden = is_hidden || table_get(view->columns, row, "null_ratio")->missing == MISSING_PRIVILEGE;
	}
	if (is_hidden)
		overlay_add(overlay, STYLE_DIM, "pg_stats tells nothing of columns that this role may not read: GRANT SELECT on them, or pg_read_all_data");
}

/* --- indexes and vectors ------------------------------------------------------------------------ */

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool is_of(const struct table_view *view, const struct table *table, int row)
{
	return is_same(pane_text(view->rows, 0, "name"), pane_text(table, row, "table")) &&
		is_same(pane_text(view->rows, 0, "schema"), pane_text(table, row, "schema"));
}

static void add_index(const struct table *indexes, int row, struct overlay *overlay)
{
	const char *advice = pane_text(indexes, row, "advice");
	const struct cell *size = pane_cell(indexes, row, "size_bytes"), *bloat = pane_cell(indexes, row, "bloat_ratio");
	char unit[UNITS_SIZE], *columns = table_cell_text(indexes, row, table_column(table_shape(indexes), "columns"));
	struct text line = { 0 };

	text_addf(&line, "%s (%s)", pane_text(indexes, row, "method"), columns);
	text_add(&line, pane_int(indexes, row, "is_primary", 0) ? ", primary key" : pane_int(indexes, row, "is_unique", 0) ? ", unique" : "");
	if (pane_int(indexes, row, "is_partial", 0))
		text_add(&line, ", of some rows");
	if (size)
		text_addf(&line, ", %s%s", size->is_approximate ? "~" : "", units_bytes(unit, size->u.integer));
	text_addf(&line, ", %s scans", units_count(unit, pane_int(indexes, row, "scans", 0)));
	if (bloat && bloat->u.real >= 0.1)
		text_addf(&line, ", ~%s air", units_percent(unit, bloat->u.real));
	if (advice)
		text_addf(&line, ": %s", advice);
	overlay_field(overlay, advice ? STYLE_WARN : STYLE_PLAIN, pane_text(indexes, row, "name"), text_str(&line));
	mem_free(columns);
	text_done(&line);
}

static void add_indexes(const struct table_view *view, struct overlay *overlay)
{
	struct table *indexes = indexes_of(view->console->fleet, view->database);
	const struct table *vectors = database_facts(view->database, FACT_VECTORS)->table;
	int count = 0;

	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "indexes");
	for (int row = 0; indexes && row < table_rows(indexes); row++) {
		if (!is_of(view, indexes, row))
			continue;
		add_index(indexes, row, overlay);
		count++;
	}
	if (count == 0)
		overlay_add(overlay, STYLE_DIM, indexes ? "none" : "not asked yet");
	for (int row = 0; vectors && row < table_rows(vectors); row++)
		if (is_of(view, vectors, row) && pane_text(vectors, row, "advice")) {
			char *name = mem_format("vectors of %s", pane_text(vectors, row, "column"));

			overlay_field(overlay, STYLE_WARN, name, pane_text(vectors, row, "advice"));
			mem_free(name);
		}
	table_free(indexes);
}

static void fill(const struct table_view *view, struct overlay *overlay)
{
	overlay_clear(overlay);
	add_size(view, overlay);
	add_changes(view, overlay);
	add_upkeep(view, overlay);
	add_indexes(view, overlay);
	add_columns(view, overlay);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_row(overlay, view->rows, 0);
}

/* --- asking ------------------------------------------------------------------------------------- */

static void view_free(struct table_view *view)
{
	table_free(view->columns);
	table_free(view->rows);
	mem_free(view);
}

static struct overlay *overlay_of(const struct table_view *view)
{
	struct console *console = view->console;
	struct overlay *overlay = console->overlay && console->overlay->serial == view->serial ? console->overlay : console->under;

	return overlay && overlay->serial == view->serial ? overlay : NULL;
}

static void ask(void *arg)
{
	struct table_view *view = arg;

	if (!table_columns_wait(database_session(view->console->fleet, view->database), pane_int(view->rows, 0, "oid", 0), &view->columns, &view->err))
		view->columns = NULL;
}

static void asked(void *arg);

static void start(struct table_view *view)
{
	view->console->table_view = view;
	view->task = task_start(view->console->fleet->loop, ask, asked, view);
}

static void asked(void *arg)
{
	struct table_view *view = arg, *next = view->next;
	struct overlay *overlay = overlay_of(view);

	if (overlay && view->err.kind != ERR_CANCELLED) {
		fill(view, overlay);
		console_mark(view->console, STALE_SCREEN);
	}
	view->console->table_view = NULL;
	view_free(view);
	if (next && overlay_of(next))
		start(next);
	else if (next)
		view_free(next);
}

void table_details_give_up(struct console *console)
{
	struct table_view *view = console->table_view;

	if (!view)
		return;
	task_cancel(view->task);
	if (view->next)
		view_free(view->next);
	view->next = NULL;
}

void table_details_open(struct console *console, const struct table *table, int row)
{
	struct table_view *view = MEM_NEW(struct table_view), *before = console->table_view;
	const char *schema = pane_text(table, row, "schema"), *name = pane_text(table, row, "name");
	bool is_public = !schema || strcmp(schema, "public") == 0;
	char *title = mem_format("%s: %s%s%s", pane_tables.name, is_public ? "" : schema, is_public ? "" : ".", name ? name : "-");
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, title);

	view->console = console;
	view->database = console_database(console);
	view->serial = overlay->serial;
	view->rows = table_new(table_shape(table));
	table_copy_row(view->rows, table_add_row(view->rows), table, row);
	fill(view, overlay);
	console_show(console, overlay);
	mem_free(title);
	if (!console->collector) {
		view_free(view);
		return;
	}
	if (!before) {
		start(view);
		return;
	}
	/* one question at a time; nobody waits any more for the answer to the one before */
	task_cancel(before->task);
	if (before->next)
		view_free(before->next);
	before->next = view;
}
