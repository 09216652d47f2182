/* MIGRATIONS: the files of the selected database against its history table. */
#include <string.h>

#include "pgtend/console/pane.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is_state(const struct table *table, int row, const char *word)
{
	const char *state = pane_text(table, row, "state");

	return state && strcmp(state, word) == 0;
}

static enum style state_style(const struct table *table, int row)
{
	if (is_state(table, row, "applied"))
		return STYLE_OK;
	return is_state(table, row, "pending") ? STYLE_WARN : STYLE_CRIT;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = state_style(table, row);
	if (is_state(table, row, "applied"))
		return ' ';
	return is_state(table, row, "pending") ? '~' : '!';
}

static char *when_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "applied_at");
	char day[UNITS_SIZE], clock[16];

	if (!cell)
		return NULL;
	pane_clock(clock, cell->u.integer);
	return mem_format("%s %.5s", units_day(day, cell->u.integer), clock);
}

static const struct list_column columns[] = {
	{ .name = "name", .most_cols = 48, .grows = true },
	{ .name = "state", .style = state_style },
	{ .name = "applied_at", .title = "when (UTC)", .priority = 2, .text = when_text },
	{ .name = "advice", .priority = 4, .most_cols = 60 },
	{ .name = "dialect", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = LIST_HIDDEN },
};

static char *subtitle(const struct pane_data *data)
{
	int applied = 0, pending = 0;
	const char *dialect;
	struct text out = { 0 };

	if (!data->table || table_rows(data->table) == 0)
		return NULL;
	for (int row = 0; row < table_rows(data->table); row++) {
		applied += is_state(data->table, row, "applied");
		pending += is_state(data->table, row, "pending");
	}
	dialect = pane_text(data->table, 0, "dialect");
	text_addf(&out, "%d applied", applied);
	if (pending > 0)
		text_addf(&out, ", %d pending", pending);
	if (dialect)
		text_addf(&out, "  %s", dialect);
	return text_take(&out);
}

const struct pane pane_migrations = {
	.name = "MIGRATIONS",
	.help = "Every migration file and every row of the history table: applied, pending, or why they do not match. "
		"The newest stand first. The history table is the one that the team's own tool reads. :migrate up applies what is pending, :migrate down takes the last one back.",
	.empty = "no migration files and no history: set `migrations =` in pgtend.ini, or :migrate new NAME",
	.fact = FACT_MIGRATIONS,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "name", NULL }, .mark = mark, .is_newest_first = true },
	.subtitle = subtitle,
};
