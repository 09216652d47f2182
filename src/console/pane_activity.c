/* ACTIVITY: sessions on the selected database, who waits for whom; the pools in front of it. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is_text(const struct table *table, int row, const char *column, const char *word)
{
	const char *text = pane_text(table, row, column);

	return text && strcmp(text, word) == 0;
}

static bool waits_for_lock(const struct table *table, int row)
{
	return is_text(table, row, "wait_event_type", "Lock");
}

static bool is_in_transaction(const struct table *table, int row)
{
	const char *state = pane_text(table, row, "state");

	return state && text_starts_with(state, "idle in transaction");
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = STYLE_PLAIN;
	if (waits_for_lock(table, row)) {
		*style = STYLE_CRIT;
		return '!';
	}
	if (is_in_transaction(table, row)) {
		*style = STYLE_WARN;
		return '~';
	}
	return ' ';
}

static enum style state_style(const struct table *table, int row)
{
	if (is_in_transaction(table, row))
		return STYLE_WARN;
	return is_text(table, row, "state", "active") ? STYLE_OK : STYLE_DIM;
}

static char *state_text(const struct table *table, int row)
{
	const char *state = pane_text(table, row, "state");

	if (state && text_starts_with(state, "idle in transaction"))
		return mem_copy(strstr(state, "aborted") ? "in xact!" : "in xact");
	return mem_copy(state);
}

static char *wait_text(const struct table *table, int row)
{
	const char *type = pane_text(table, row, "wait_event_type"), *event = pane_text(table, row, "wait_event");

	if (!type || strcmp(type, "Client") == 0)
		return NULL;
	return mem_format("%s%s%s", type, event ? ":" : "", event ? event : "");
}

static enum style wait_style(const struct table *table, int row)
{
	return waits_for_lock(table, row) ? STYLE_CRIT : STYLE_PLAIN;
}

static char *query_text(const struct table *table, int row)
{
	const char *query = pane_text(table, row, "query");
	struct text out = { 0 };

	/* On one line: runs of blanks and line breaks are one blank. */
	for (const char *p = query ? query : ""; *p; p++) {
		bool is_blank = strchr(" \t\r\n", *p) != NULL;

		if (!is_blank)
			text_add_char(&out, *p);
		else if (out.length > 0 && out.s[out.length - 1] != ' ')
			text_add_char(&out, ' ');
	}
	return text_take(&out);
}

static const struct list_column columns[] = {
	{ .name = "pid" },
	{ .name = "user", .priority = 2, .most_cols = 16 },
	{ .name = "application", .title = "app", .priority = 3, .most_cols = 16 },
	{ .name = "state", .priority = 0, .text = state_text, .style = state_style },
	{ .name = "state_s", .title = "for", .priority = 0 },
	{ .name = "wait_event_type", .title = "wait", .priority = 1, .most_cols = 24, .text = wait_text, .style = wait_style },
	{ .name = "blocked_by", .priority = 2 },
	{ .name = "query", .priority = 1, .grows = true, .text = query_text },
	{ .name = "xact_s", .priority = 4 },
	{ .name = "client", .priority = 6, .most_cols = 20 },
	{ .name = "query_s", .title = "query age", .priority = 5 },
	{ .name = "wait_event", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = LIST_HIDDEN },
};

/* The server tells of all its databases; here stand the sessions of the selected one. */
static struct table *only_database(const struct table *all, const char *dbname)
{
	struct table *table = table_copy(all);

	for (int row = table_rows(table) - 1; row >= 0; row--)
		if (!is_text(table, row, "database", dbname))
			table_remove_row(table, row);
	return table;
}

static struct table *derive(const struct console *console, const struct pane_data *data)
{
	const struct database *database = console_database(console);

	if (!data->table || !database || table_column(table_shape(data->table), "database") < 0)
		return NULL;
	return only_database(data->table, database->dbname);
}

static void append_rows(struct table *to, const struct table *from, const char *dbname)
{
	const struct table_shape *shape = table_shape(from);

	for (int row = 0; row < table_rows(from); row++) {
		int added;

		if (dbname && !is_text(from, row, "database", dbname) && !is_text(from, row, "server_database", dbname))
			continue;
		added = table_add_row(to);
		for (int column = 0; column < shape->column_count; column++) {
			const struct cell *cell = table_cell(from, row, column);
			const char *name = shape->columns[column].name;

			if (!cell->has_value)
				continue;
			if (shape->columns[column].type == CELL_TEXT)
				table_set_text(to, added, name, cell->u.text);
			else if (shape->columns[column].type == CELL_WORDS || shape->columns[column].type == CELL_IDS)
				continue;
			else if (shape->columns[column].type == CELL_REAL || shape->columns[column].type == CELL_RATIO ||
				shape->columns[column].type == CELL_SECONDS || shape->columns[column].type == CELL_MS)
				table_set_real(to, added, name, cell->u.real);
			else
				table_set_int(to, added, name, cell->u.integer);
		}
	}
}

/* All poolers speak of their pools; those that lead to the selected database stand here. */
static struct table *derive_pools(const struct console *console, const struct pane_data *data)
{
	const struct database *database = console_database(console);
	struct table *table = NULL;

	(void)data;
	for (int i = 0; database && i < console->fleet->pooler_count; i++) {
		const struct table *pools = console->fleet->poolers[i]->facts[FACT_POOLS].table;

		if (!pools)
			continue;
		if (!table)
			table = table_new(table_shape(pools));
		if (table_shape(table) == table_shape(pools))
			append_rows(table, pools, database->dbname);
	}
	return table;
}

static void beside(const struct console *console, struct pane_data *data)
{
	data->beside = console->derived_pools;
}

/* None of a kind is no news. */
static void add_count(struct text *out, const char *word, int count)
{
	if (count > 0)
		text_addf(out, "%s%s %d", out->length ? "  " : "", word, count);
}

static char *subtitle(const struct pane_data *data)
{
	int active = 0, idle = 0, in_transaction = 0, waiting = 0;
	struct text out = { 0 };

	if (!data->table || data->lacks)
		return NULL;
	for (int row = 0; row < table_rows(data->table); row++) {
		active += is_text(data->table, row, "state", "active");
		idle += is_text(data->table, row, "state", "idle");
		in_transaction += is_in_transaction(data->table, row);
		waiting += waits_for_lock(data->table, row);
	}
	add_count(&out, "active", active);
	add_count(&out, "idle", idle);
	add_count(&out, "in xact", in_transaction);
	add_count(&out, "waiting", waiting);
	return text_take(&out);
}

static int foot_rows(const struct pane_data *data, int rows)
{
	int pools = data->beside ? table_rows(data->beside) : 0;

	if (pools == 0 || rows < 6)
		return 0;
	return pools > 2 ? 3 : pools;
}

static void draw_pool(const struct table *pools, int row, struct canvas *canvas, int at)
{
	const char *name = pane_text(pools, row, "database"), *user = pane_text(pools, row, "user"), *mode = pane_text(pools, row, "pool_mode");
	int64_t waiting = pane_int(pools, row, "cl_waiting", 0);
	char *line, *visible, age[UNITS_SIZE];

	units_age(age, (int64_t)pane_real(pools, row, "maxwait_s", 0));
	line = mem_format("pool %s%s%s  clients %lld active, %lld waiting%s%s  servers %lld active, %lld idle%s%s", name ? name : "?", user ? "/" : "",
		user ? user : "", (long long)pane_int(pools, row, "cl_active", 0), (long long)waiting, waiting > 0 ? " since " : "", waiting > 0 ? age : "",
		(long long)pane_int(pools, row, "sv_active", 0), (long long)pane_int(pools, row, "sv_idle", 0), mode ? "  " : "", mode ? mode : "");
	visible = text_visible(line);
	canvas_putf(canvas, at, 1, STYLE_WARN, "%c", waiting > 0 ? '~' : ' ');
	canvas_field(canvas, at, 3, canvas_cols(canvas) - 3, waiting > 0 ? STYLE_WARN : STYLE_DIM, false, visible);
	mem_free(visible);
	mem_free(line);
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	int pools = data->beside ? table_rows(data->beside) : 0, rows = canvas_rows(canvas);

	(void)row;
	for (int i = 0; i < rows && i < pools; i++)
		if (i == rows - 1 && pools > rows)
			canvas_putf(canvas, i, 3, STYLE_DIM, "+%d pools more, o shows them", pools - i);
		else
			draw_pool(data->beside, i, canvas, i);
}

static void details(const struct console *console, const struct pane_data *data, int row, struct overlay *overlay)
{
	const char *query = pane_text(data->table, row, "query");

	(void)console;
	if (!query || !*query)
		return;
	overlay_add(overlay, STYLE_TITLE, "query");
	overlay_add(overlay, STYLE_PLAIN, "%s", query);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
}

static enum style waiting_style(const struct table *table, int row)
{
	return pane_int(table, row, "cl_waiting", 0) > 0 ? STYLE_WARN : STYLE_PLAIN;
}

static const struct list_column pool_columns[] = {
	{ .name = "database", .title = "pool", .most_cols = 24 },
	{ .name = "user", .most_cols = 20 },
	{ .name = "cl_active" },
	{ .name = "cl_waiting", .style = waiting_style },
	{ .name = "sv_active", .title = "servers", .priority = 1 },
	{ .name = "sv_idle", .priority = 1 },
	{ .name = "maxwait_s", .priority = 1 },
	{ .name = "pool_mode", .priority = 2 },
};

const struct pane pane_activity = {
	.name = "ACTIVITY",
	.help = "Sessions on the selected database: what each does, for how long, what it waits for and who blocks it. ! waits for a lock, ~ idle in "
		"transaction. Beneath stand the PgBouncer pools that lead here; o shows them as a list, and o again the sessions.",
	.empty = "no sessions on this database: a quiet moment",
	.fact = FACT_ACTIVITY,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "pid", NULL }, .mark = mark },
	.derive = derive,
	.beside = beside,
	.subtitle = subtitle,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
	.details = details,
};

const struct pane pane_pools = {
	.name = "ACTIVITY",
	.help = "Pools of PgBouncer that lead to the selected database (SHOW POOLS). o shows the sessions again.",
	.empty = "no pool leads to this database: [pooler NAME] in pgtend.ini names a PgBouncer",
	.fact = FACT_COUNT,
	.wish = { .columns = pool_columns, .column_count = sizeof(pool_columns) / sizeof(pool_columns[0]), .keys = { "database", "user", NULL } },
	.derive = derive_pools,
};
