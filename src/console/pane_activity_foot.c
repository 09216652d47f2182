/* Beneath the sessions of ACTIVITY: who must end so that all go on, what is at work and how far, who holds the xmin horizon, the pools. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sessions/sessions.h"
#include "pgtend/ui/chart.h"

enum { MOST_BARS = 3, BAR_COLS = 22 };
/* What a horizon may be back before it is news: with less, vacuum only loses moments. */
static const double HORIZON_LEAST_S = 300;
static const int64_t HORIZON_LEAST_AGE = 1000000;

void activity_beside(const struct console *console, struct pane_data *data)
{
	const struct database *database = console_database(console);

	pools_beside(console, data);
	data->locks = console->derived_tree;
	data->progress = database ? database_facts(database, FACT_PROGRESS)->table : NULL;
	data->horizon = database ? database_facts(database, FACT_HORIZON)->table : NULL;
	data->database = database;
	data->fleet = console->fleet;
}

/* What works in this database, or for the whole server. Of what is hidden from this role there is nothing to draw. */
static bool is_ours(const struct pane_data *data, int row)
{
	const char *dbname = pane_text(data->progress, row, "database");

	if (table_get(data->progress, row, "phase")->missing == MISSING_PRIVILEGE)
		return false;
	return !dbname || (data->database && strcmp(dbname, data->database->dbname) == 0);
}

static int bars(const struct pane_data *data)
{
	int count = 0;

	for (int row = 0; data->progress && row < table_rows(data->progress); row++)
		count += is_ours(data, row);
	return count;
}

static bool is_horizon_news(const struct pane_data *data)
{
	for (int row = 0; data->horizon && row < table_rows(data->horizon); row++) {
		const char *dbname = pane_text(data->horizon, row, "database");

		if (!dbname || strcmp(dbname, data->database->dbname) == 0)
			return pane_real(data->horizon, row, "since_s", 0) >= HORIZON_LEAST_S || pane_int(data->horizon, row, "age", 0) >= HORIZON_LEAST_AGE;
	}
	return false;
}

/* The sessions of others are there, and what they do this role may not see. */
static bool is_anything_hidden(const struct pane_data *data)
{
	for (int row = 0; data->table && data->database && row < table_rows(data->table); row++)
		if (pane_cell(data->table, row, "state") == NULL && table_get(data->table, row, "state")->missing == MISSING_PRIVILEGE)
			return true;
	return false;
}

int activity_foot_rows(const struct pane_data *data, int rows)
{
	int count = bars(data), pools = pools_foot_rows(data, rows), wanted;

	if (rows < 6)
		return 0;
	wanted = (data->locks && table_rows(data->locks) > 0) + (count > MOST_BARS ? MOST_BARS : count) + is_horizon_news(data) + is_anything_hidden(data) + pools;
	return wanted > rows / 2 ? rows / 2 : wanted;
}

static void put_line(struct canvas *canvas, int at, enum style style, char sign, const char *raw)
{
	char *visible = text_visible(raw);

	canvas_putf(canvas, at, 1, style, "%c", sign);
	canvas_field(canvas, at, 3, canvas_cols(canvas) - 3, style, false, visible);
	mem_free(visible);
}

void locks_draw_set(const struct pane_data *data, struct canvas *canvas, int at)
{
	struct words sentences = { 0 }, lines = { 0 };
	char *all, *line;

	if (!data->locks || !data->database)
		return;
	sessions_set_words(data->fleet, data->database->server, data->locks, &sentences, &lines);
	all = words_join(&sentences, ", ");
	line = mem_format("%s", all);
	put_line(canvas, at, STYLE_CRIT, '!', line);
	mem_free(line);
	mem_free(all);
	words_done(&sentences);
	words_done(&lines);
}

static char *bar_words(const struct table *progress, int row)
{
	char age[UNITS_SIZE], done[UNITS_SIZE], total[UNITS_SIZE];
	const char *unit = pane_text(progress, row, "unit");
	const struct cell *all = pane_cell(progress, row, "total"), *so_far = pane_cell(progress, row, "done");
	bool is_bytes = unit && strcmp(unit, "bytes") == 0;
	struct text out = { 0 };

	if (so_far && is_bytes)
		text_add(&out, units_bytes(done, so_far->u.integer));
	else if (so_far)
		text_add(&out, units_count(done, so_far->u.integer));
	if (so_far && all)
		text_addf(&out, " of %s", is_bytes ? units_bytes(total, all->u.integer) : units_count(total, all->u.integer));
	if (so_far && !is_bytes && unit)
		text_addf(&out, " %s", unit);
	text_addf(&out, "  %s", units_age(age, (int64_t)pane_real(progress, row, "elapsed_s", 0)));
	return text_take(&out);
}

/* vacuum  orders  scanning heap  [#####-----] 62%  1.2 k of 3 k pages  3m */
static void draw_bar(const struct table *progress, int row, struct canvas *canvas, int at)
{
	const char *kind = pane_text(progress, row, "kind"), *relation = pane_text(progress, row, "relation"), *phase = pane_text(progress, row, "phase");
	char *what = mem_format("%s %s%s%s", kind ? kind : "", relation ? relation : "", phase ? ": " : "", phase ? phase : ""), *words = bar_words(progress, row);
	char *visible = text_visible(what), percent[UNITS_SIZE];
	int cols = canvas_cols(canvas), text_cols = cols - 3 - BAR_COLS - 34, col;
	const struct cell *ratio = pane_cell(progress, row, "ratio");

	if (text_cols < 16)
		text_cols = cols / 2 - 4;
	canvas_field(canvas, at, 3, text_cols, STYLE_PLAIN, false, visible);
	col = 3 + text_cols + 1;
	if (ratio && col + BAR_COLS + 6 < cols) {
		chart_progress(canvas, at, col, BAR_COLS, (int64_t)(ratio->u.real * 1000), 1000);
		col += BAR_COLS + 1;
	}
	if (ratio)
		col += canvas_putf(canvas, at, col, STYLE_BOLD, "%s ", units_percent(percent, ratio->u.real));
	if (col < cols)
		canvas_field(canvas, at, col, cols - col, STYLE_DIM, false, words);
	mem_free(visible);
	mem_free(words);
	mem_free(what);
}

static int draw_bars(const struct pane_data *data, struct canvas *canvas, int at)
{
	int drawn = 0, count = bars(data);

	for (int row = 0; count > 0 && row < table_rows(data->progress) && drawn < MOST_BARS && at < canvas_rows(canvas); row++) {
		if (!is_ours(data, row))
			continue;
		if (drawn == MOST_BARS - 1 && count > MOST_BARS)
			canvas_putf(canvas, at++, 3, STYLE_DIM, "%d more are at work: :progress", count - drawn);
		else
			draw_bar(data->progress, row, canvas, at++);
		drawn++;
	}
	return at;
}

void activity_draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	int at = 0, rows = canvas_rows(canvas), cols = canvas_cols(canvas);
	struct canvas *rest;

	if (data->locks && table_rows(data->locks) > 0)
		locks_draw_set(data, canvas, at++);
	at = draw_bars(data, canvas, at);
	if (is_horizon_news(data) && at < rows) {
		char *words = sessions_culprit_words(data->horizon, data->database), *line = mem_format("xmin horizon held %s", words);

		put_line(canvas, at++, STYLE_WARN, '~', line);
		mem_free(line);
		mem_free(words);
	}
	if (is_anything_hidden(data) && at < rows) {
		const char *user = conninfo_effective(data->database->info, "user");
		char *role = text_sql_name(user ? user : ""), *line = mem_format("GRANT pg_read_all_stats TO %s: what others do", role);

		put_line(canvas, at++, STYLE_WARN, '~', line);
		mem_free(line);
		mem_free(role);
	}
	if (at >= rows)
		return;
	rest = canvas_sub(canvas, at, 0, rows - at, cols);
	pools_draw_foot(data, row, rest);
	canvas_free(rest);
}
