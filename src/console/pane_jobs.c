/* JOBS: what was started at the prompt, how far it is, how it ended. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/ui/chart.h"

static bool is_state(const struct table *table, int row, const char *word)
{
	const char *state = pane_text(table, row, "state");

	return state && strcmp(state, word) == 0;
}

static enum style state_style(const struct table *table, int row)
{
	if (is_state(table, row, "failed"))
		return STYLE_CRIT;
	if (is_state(table, row, "done"))
		return STYLE_OK;
	if (is_state(table, row, "running"))
		return STYLE_BAR;
	return is_state(table, row, "waiting") ? STYLE_DIM : STYLE_WARN;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = state_style(table, row);
	return is_state(table, row, "failed") ? '!' : is_state(table, row, "cancelled") ? '~' : ' ';
}

static char *progress_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "progress");
	char *bar, *text;

	if (!cell)
		return mem_copy("");
	bar = chart_progress_text(14, (int64_t)(cell->u.real * 1000), 1000);
	text = mem_format("%s %3.0f%%", bar, cell->u.real * 100);
	mem_free(bar);
	return text;
}

static enum style progress_style(const struct table *table, int row)
{
	(void)table;
	(void)row;
	return STYLE_BAR;
}

static enum style message_style(const struct table *table, int row)
{
	return is_state(table, row, "failed") ? STYLE_CRIT : STYLE_PLAIN;
}

static char *started_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "started_at");
	char clock[16];

	if (!cell)
		return NULL;
	pane_clock(clock, cell->u.integer);
	return mem_copy(clock);
}

static const struct list_column columns[] = {
	{ .name = "job", .most_cols = 32 },
	{ .name = "state", .style = state_style },
	{ .name = "progress", .priority = 2, .text = progress_text, .style = progress_style },
	{ .name = "took_ms", .priority = 1 },
	{ .name = "message", .grows = true, .style = message_style },
	{ .name = "started_at", .priority = 4, .text = started_text },
	{ .name = "number", .priority = 5 },
};

static struct table *derive(const struct console *console, const struct pane_data *data)
{
	(void)data;
	return records_table(&console->records, console_now_us(console));
}

static char *subtitle(const struct pane_data *data)
{
	int running = 0;

	for (int row = 0; data->table && row < table_rows(data->table); row++)
		running += is_state(data->table, row, "running");
	return running > 0 ? mem_format("%d running", running) : NULL;
}

const struct pane pane_jobs = {
	.name = "JOBS",
	.help = "Every verb that was started at the prompt, newest first, with its progress and its end. Enter shows the log and what to do next. "
		"Ctrl-C cancels the running one.",
	.empty = "nothing was started yet: press : and type a verb, Tab completes it",
	.fact = FACT_COUNT,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "number", NULL }, .mark = mark },
	.derive = derive,
	.subtitle = subtitle,
};
