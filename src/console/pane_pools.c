/* The pools in front of the selected database: beneath its sessions, and as a list in their place. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is_text(const struct table *table, int row, const char *column, const char *word)
{
	const char *text = pane_text(table, row, column);

	return text && strcmp(text, word) == 0;
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

void pools_beside(const struct console *console, struct pane_data *data)
{
	data->beside = console->derived_pools;
}

int pools_foot_rows(const struct pane_data *data, int rows)
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

void pools_draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	int pools = data->beside ? table_rows(data->beside) : 0, rows = canvas_rows(canvas);

	(void)row;
	for (int i = 0; i < rows && i < pools; i++)
		if (i == rows - 1 && pools > rows)
			canvas_putf(canvas, i, 3, STYLE_DIM, "+%d pools more, o shows them", pools - i);
		else
			draw_pool(data->beside, i, canvas, i);
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

const struct pane pane_pools = {
	.name = "ACTIVITY",
	.help = "Pools of PgBouncer that lead to the selected database (SHOW POOLS). o shows the sessions again.",
	.empty = "no pool leads to this database: [pooler NAME] in pgtend.ini names a PgBouncer",
	.fact = FACT_COUNT,
	.wish = { .columns = pool_columns, .column_count = sizeof(pool_columns) / sizeof(pool_columns[0]), .keys = { "database", "user", NULL } },
	.derive = derive_pools,
};
