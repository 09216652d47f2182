/* TABLES: sizes, rows, dead rows, vacuum and growth of the selected database's tables. */
#include <string.h>

#include "pgtend/console/pane.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static char *name_text(const struct table *table, int row)
{
	const char *schema = pane_text(table, row, "schema"), *name = pane_text(table, row, "name");

	if (!schema || strcmp(schema, "public") == 0)
		return mem_copy(name);
	return mem_format("%s.%s", schema, name ? name : "");
}

static char *vacuum_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "last_vacuum");
}

static char *analyze_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "last_analyze");
}

static double dead_share(const struct table *table, int row)
{
	double dead = (double)pane_int(table, row, "dead", 0), rows = (double)pane_int(table, row, "rows", 0);

	return dead + rows > 0 ? dead / (dead + rows) : 0;
}

static char *dead_text(const struct table *table, int row)
{
	char percent[UNITS_SIZE];

	if (!pane_cell(table, row, "dead"))
		return NULL;
	if (dead_share(table, row) <= 0)
		return mem_copy("0%");
	return mem_copy(units_percent(percent, dead_share(table, row)));
}

/* How far autovacuum is: "in 3 k" dead rows, "due", "off". */
static char *due_text(const struct table *table, int row)
{
	const struct cell *in = pane_cell(table, row, "vacuum_in");
	char count[UNITS_SIZE];

	if (!in)
		return NULL;
	if (pane_int(table, row, "is_autovacuum", 1) == 0)
		return mem_copy("off");
	return in->u.integer < 0 ? mem_copy("due") : mem_format("in %s", units_count(count, in->u.integer));
}

static enum style due_style(const struct table *table, int row)
{
	return pane_cell(table, row, "vacuum_in") && pane_int(table, row, "is_autovacuum", 1) == 0 ? STYLE_WARN : STYLE_PLAIN;
}

/* Many dead rows in a small table are nothing; the limits of the threshold engine's judgement on tables. */
static enum style dead_style(const struct table *table, int row)
{
	return dead_share(table, row) >= 0.4 && pane_int(table, row, "dead", 0) >= 10000 ? STYLE_WARN : STYLE_PLAIN;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = dead_style(table, row);
	return *style == STYLE_WARN ? '~' : ' ';
}

static char *growth_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "growth_bytes_per_day");
	char bytes[UNITS_SIZE];

	if (!cell)
		return NULL;
	units_bytes(bytes, cell->u.integer);
	return mem_format("%s%s", cell->u.integer >= 0 ? "+" : "", bytes);
}

static const struct list_column columns[] = {
	{ .name = "name", .title = "table", .most_cols = 40, .grows = true, .text = name_text },
	{ .name = "total_bytes", .title = "total" },
	{ .name = "rows" },
	{ .name = "dead_ratio", .title = "dead", .priority = 1, .text = dead_text, .style = dead_style },
	{ .name = "last_vacuum", .title = "vacuum", .priority = 2, .text = vacuum_text },
	{ .name = "vacuum_in", .title = "autovac", .priority = 4, .text = due_text, .style = due_style },
	{ .name = "growth_bytes_per_day", .title = "growth/d", .priority = 3, .text = growth_text },
	{ .name = "heap_bytes", .priority = 4 },
	{ .name = "index_bytes", .priority = 4 },
	{ .name = "toast_bytes", .priority = 5 },
	{ .name = "dead", .title = "dead rows", .priority = 5 },
	{ .name = "last_analyze", .title = "analyze", .priority = 6, .text = analyze_text },
	{ .name = "is_autovacuum", .priority = LIST_HIDDEN },
	{ .name = "schema", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = LIST_HIDDEN },
};

static char *subtitle(const struct pane_data *data)
{
	int64_t bytes = 0;
	char total[UNITS_SIZE], clock[16];

	if (!data->table || table_rows(data->table) == 0)
		return NULL;
	for (int row = 0; row < table_rows(data->table); row++)
		bytes += pane_int(data->table, row, "total_bytes", 0);
	units_bytes(total, bytes);
	if (data->counts_since_us == 0)
		return mem_format("%d table%s, %s", table_rows(data->table), table_rows(data->table) == 1 ? "" : "s", total);
	pane_clock(clock, data->counts_since_us);
	return mem_format("%d table%s, %s, growth counts since %.5s", table_rows(data->table), table_rows(data->table) == 1 ? "" : "s", total, clock);
}

const struct pane pane_tables = {
	.name = "TABLES",
	.help = "Tables of the selected database with their indexes and TOAST; the chunks of a hypertable are counted into it. A tilde before a number: "
		"estimated from pg_class. autovac: dead rows until autovacuum comes, by the table's own threshold; Enter shows its columns and indexes. Growth is shown when two samples lie an hour apart. :vacuum analyze --table NAME works on one of them.",
	.empty = "no tables yet: :migrate up makes them",
	.fact = FACT_TABLES,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "schema", "name", NULL }, .mark = mark },
	.subtitle = subtitle,
};
