/* MIGRATIONS: the files of the selected database against its history table, and the run that is under way there. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/width.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/ui/chart.h"

/* Which rows a run has passed and at which it is: found once when news came, asked for each cell. */
static struct {
	const struct table *table;
	int from, to; /* rows of the files that it passed, both ends */
	int at;       /* the row that runs; -1: none */
	bool is_up;
} under_way = { .at = -1 };

static bool is_state(const struct table *table, int row, const char *word)
{
	const char *state = pane_text(table, row, "state");

	return state && strcmp(state, word) == 0;
}

static bool is_running(const struct table *table, int row)
{
	return table == under_way.table && row == under_way.at;
}

static bool is_passed(const struct table *table, int row)
{
	bool is_between = table == under_way.table && row >= under_way.from && row <= under_way.to && row != under_way.at;

	return is_between && is_state(table, row, "applied") != under_way.is_up;
}

static enum style state_style(const struct table *table, int row)
{
	if (is_running(table, row))
		return STYLE_KEY;
	if (is_passed(table, row) || is_state(table, row, "applied"))
		return STYLE_OK;
	return is_state(table, row, "pending") ? STYLE_WARN : STYLE_CRIT;
}

static char *state_text(const struct table *table, int row)
{
	const char *state = pane_text(table, row, "state");
	char *words;

	if (is_running(table, row))
		return mem_copy(under_way.is_up ? "running" : "undoing");
	if (is_passed(table, row))
		return mem_copy(under_way.is_up ? "ran" : "undone");
	words = mem_copy(state);
	for (char *c = words; c && (c = strchr(c, '_')) != NULL;)
		*c = ' ';
	return words;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = state_style(table, row);
	if (is_running(table, row))
		return '*';
	if (is_passed(table, row))
		return '+';
	if (is_state(table, row, "applied"))
		return ' ';
	return is_state(table, row, "pending") ? '~' : '!';
}

/* The day tells enough beside a name; of today the time does. */
static char *when_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "applied_at");
	char day[UNITS_SIZE], today[UNITS_SIZE], clock[16];

	if (!cell)
		return NULL;
	units_day(day, cell->u.integer);
	if (strcmp(day, units_day(today, pane_now())) != 0)
		return mem_copy(day);
	pane_clock(clock, cell->u.integer);
	return mem_format("%.5s", clock);
}

static const struct list_column columns[] = {
	{ .name = "name", .most_cols = 56, .grows = true, .least_cols = 28 },
	{ .name = "state", .text = state_text, .style = state_style },
	{ .name = "applied_at", .title = "when (UTC)", .priority = 2, .text = when_text },
	{ .name = "advice", .priority = 4, .most_cols = 60 },
	{ .name = "dialect", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = LIST_HIDDEN },
	{ .name = "checksum", .priority = LIST_HIDDEN },
	{ .name = "duration_ms", .priority = LIST_HIDDEN },
	{ .name = "applied_by", .priority = LIST_HIDDEN },
};

/* --- what stands around the rows --------------------------------------------------------------- */

static char *subtitle(const struct pane_data *data)
{
	int applied = 0, pending = 0, rows = data->table ? table_rows(data->table) : 0;
	const char *dialect;
	struct text out = { 0 };

	if (rows == 0)
		return NULL;
	for (int row = 0; row < rows; row++) {
		applied += is_state(data->table, row, "applied");
		pending += is_state(data->table, row, "pending");
	}
	text_addf(&out, "%d applied", applied);
	if (pending > 0)
		text_addf(&out, ", %d pending", pending);
	if (rows > applied + pending)
		text_addf(&out, ", %d !", rows - applied - pending);
	dialect = pane_text(data->table, 0, "dialect");
	if (dialect)
		text_addf(&out, "  %s", dialect);
	if (data->how)
		text_addf(&out, ", %s", data->how);
	return text_take(&out);
}

/* In which transactions pending files would run: the key, else as the tool does it. */
static const char *how_they_run(const struct database *database, const struct table *table)
{
	const char *wish = database->section ? section_text(database->section, "transaction") : NULL, *name;
	const struct dialect *dialect;

	name = table && table_rows(table) > 0 ? pane_text(table, 0, "dialect") : NULL;
	dialect = name ? dialect_by_name(name) : NULL;
	if (!dialect || !dialect->run)
		return NULL;
	if (wish)
		return strcmp(wish, "all") == 0 ? "one transaction for all" : "a transaction each";
	return dialect->run->transaction == TRANSACTION_ALL ? "one transaction for all" : "a transaction each";
}

static bool is_migration_run(const struct record *record)
{
	return strncmp(record->title, "migrate up ", 11) == 0 || strncmp(record->title, "migrate down ", 13) == 0 ||
		strncmp(record->title, "migrate redo ", 13) == 0;
}

/* A run that went well counts until the history was read after it: its rows do not flicker back. */
static const struct record *run_of(const struct console *console, const struct database *database, int64_t taken_us)
{
	for (size_t i = console->records.count; i > 0; i--) {
		const struct record *record = &console->records.v[i - 1];
		bool is_alive = record->state == JOB_RUNNING || (record->state == JOB_DONE && record->ended_us > taken_us);

		if (record->database == database && is_alive && record->first_step && is_migration_run(record))
			return record;
	}
	return NULL;
}

static int row_named(const struct table *table, const char *name)
{
	for (int row = 0; name && row < table_rows(table); row++)
		if (strcmp(pane_text(table, row, "name"), name) == 0)
			return row;
	return -1;
}

static const struct record *seeding_of(const struct console *console, const struct database *database)
{
	for (size_t i = console->records.count; i > 0; i--) {
		const struct record *record = &console->records.v[i - 1];

		if (record->database == database && record->state == JOB_RUNNING && strncmp(record->title, "seed ", 5) == 0)
			return record;
	}
	return NULL;
}

static void read_seeds(const struct console *console, const struct database *database, struct pane_data *data)
{
	const struct facts *facts = database ? database_facts(database, FACT_SEEDS) : NULL;

	data->seeds = facts ? facts->table : NULL;
	data->seeds_err = facts && facts->err.kind != ERR_NONE && facts->err.kind != ERR_CANCELLED && !facts->table ? &facts->err : NULL;
	data->seeding = database ? seeding_of(console, database) : NULL;
}

static void beside(const struct console *console, struct pane_data *data)
{
	const struct database *database = console_database(console);
	const struct record *record = database && data->table ? run_of(console, database, data->taken_us) : NULL;
	int first, now;

	under_way.table = NULL;
	read_seeds(console, database, data);
	data->how = database ? how_they_run(database, data->table) : NULL;
	data->job = record && record->state == JOB_RUNNING ? record : NULL;
	if (!record)
		return;
	first = row_named(data->table, record->first_step);
	now = row_named(data->table, record->step);
	if (first < 0 || now < 0)
		return;
	under_way.table = data->table;
	under_way.from = first < now ? first : now;
	under_way.to = first < now ? now : first;
	under_way.at = record->state == JOB_RUNNING ? now : -1;
	under_way.is_up = strncmp(record->title, "migrate down ", 13) != 0;
}

/* --- the foot: the run that is under way, else what to do about the row at the cursor ------------ */

static bool has_seeds(const struct pane_data *data)
{
	return data->seeding || data->seeds_err || (data->seeds && table_rows(data->seeds) > 0);
}

static bool has_advice(const struct pane_data *data)
{
	bool is_told = data->job != NULL;

	for (int row = 0; data->table && !is_told && row < table_rows(data->table); row++)
		is_told = pane_text(data->table, row, "advice") != NULL;
	return is_told;
}

/* Where it is low, what to do about a migration goes before the seeds. */
static int foot_rows(const struct pane_data *data, int rows)
{
	int advice = !has_advice(data) || rows < 6 ? 0 : rows < 9 ? 1 : 2;

	return advice + (has_seeds(data) && rows - advice >= 6);
}

static void draw_run(const struct record *record, struct canvas *canvas, int rows)
{
	int cols = canvas_cols(canvas), bar = cols >= 60 ? 24 : cols >= 40 ? 12 : 0, col = 3, last = rows - 1;
	char *progress = record_progress(record, pane_now()), *visible = text_visible(progress);

	canvas_put(canvas, 0, 1, STYLE_KEY, "*");
	if (last > 0)
		canvas_field(canvas, 0, 3, cols - 3, STYLE_KEY, false, record->title);
	if (bar > 0) {
		chart_progress(canvas, last, col, bar, record->done, record->all);
		col += bar + 2;
	}
	canvas_field(canvas, last, col, cols - col, STYLE_PLAIN, false, visible);
	mem_free(visible);
	mem_free(progress);
}

static void draw_advice(const struct table *table, int row, struct canvas *canvas, int rows)
{
	const char *advice = pane_text(table, row, "advice");
	int cols = canvas_cols(canvas) - 3;
	enum style style;
	char *visible, *rest;
	size_t length;

	if (!advice || cols < 1)
		return;
	visible = text_visible(advice);
	canvas_putf(canvas, 0, 1, STYLE_PLAIN, "%c", mark(table, row, &style));
	canvas_restyle(canvas, 0, 1, 1, style);
	if (rows > 1 && width_cols(visible) > cols) {
		length = width_wrap(visible, cols);
		rest = mem_copy(visible + length + strspn(visible + length, " "));
		visible[length] = '\0';
		canvas_field(canvas, 1, 3, cols, style, false, rest);
		mem_free(rest);
	}
	canvas_field(canvas, 0, 3, cols, style, false, visible);
	mem_free(visible);
}

/* How many of the files stand so; *first: the name of the first of them. */
static int seeds_in(const struct table *seeds, const char *state, const char **first)
{
	int count = 0;

	for (int row = 0; row < table_rows(seeds); row++)
		if (is_state(seeds, row, state) && count++ == 0)
			*first = pane_text(seeds, row, "file");
	return count;
}

/* "4 run, 1 changed, 2 not run": a file that changed ran, too. What is to be looked at is named. Caller frees. */
static char *seeds_words(const struct table *seeds, enum style *style)
{
	static const struct { const char *state, *word; } parts[] = { { "changed", "changed" }, { "not_run", "not run" }, { "gone", "gone" } };
	const char *named = NULL, *named_as = NULL;
	struct text out = { 0 };
	int kinds = 0;
	int not_run = seeds_in(seeds, "not_run", &named), gone = seeds_in(seeds, "gone", &named), run = table_rows(seeds) - not_run - gone;

	*style = STYLE_PLAIN;
	if (run == 0 && gone == 0) {
		text_addf(&out, "none run, %d file%s", not_run, not_run == 1 ? "" : "s");
		return text_take(&out);
	}
	text_addf(&out, "%d run", run);
	named = NULL;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *first = NULL;
		int count = seeds_in(seeds, parts[i].state, &first);

		if (count == 0)
			continue;
		*style = STYLE_WARN;
		text_addf(&out, ", %d %s", count, parts[i].word);
		named_as = named ? named_as : parts[i].word;
		named = named ? named : first;
		kinds++;
	}
	if (kinds > 1) /* else it would read as one of the last count's */
		text_addf(&out, "; %s", named_as);
	if (named)
		text_addf(&out, ": %s", named);
	return text_take(&out);
}

static void draw_seeds(const struct pane_data *data, int line, struct canvas *canvas)
{
	enum style style = STYLE_PLAIN;
	char *words, *visible;
	int cols = canvas_cols(canvas);

	if (data->seeding) {
		char *progress = record_progress(data->seeding, pane_now());

		words = mem_format("%s  %s", data->seeding->title + strcspn(data->seeding->title, " ") + 1, progress);
		style = STYLE_KEY;
		mem_free(progress);
	} else if (data->seeds_err) {
		words = mem_format("not known: %s", data->seeds_err->text);
		style = STYLE_WARN;
	} else {
		words = seeds_words(data->seeds, &style);
	}
	visible = text_visible(words);
	canvas_put(canvas, line, 1, style, data->seeding ? "*" : style == STYLE_WARN ? "~" : " ");
	canvas_field(canvas, line, 3, cols - 3, STYLE_DIM, false, "seeds");
	canvas_field(canvas, line, 10, cols - 10, style, false, visible);
	mem_free(visible);
	mem_free(words);
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	bool is_told = has_advice(data), is_with_seeds = has_seeds(data) && (canvas_rows(canvas) > 1 || !is_told);
	int rows = canvas_rows(canvas) - is_with_seeds;

	if (data->job && rows > 0)
		draw_run(data->job, canvas, rows);
	else if (row >= 0 && rows > 0)
		draw_advice(data->table, row, canvas, rows);
	if (is_with_seeds)
		draw_seeds(data, canvas_rows(canvas) - 1, canvas);
}

const struct pane pane_migrations = {
	.name = "MIGRATIONS",
	.help = "Every migration file and every row of the history table: applied, pending (~), or why they do not match (!). "
		"The newest stand first. The history table is the one that the team's own tool reads. The lines beneath say what to do about the row at the "
		"cursor; while a run is under way they show how far it came, and the row that runs is marked (*). Enter shows the file's text, what lint finds in it, "
		"how it would run, and what pgtend wrote down of its run. The line `seeds` counts the files of the seeds folder that ran, changed since (~), or did not run yet (:seed status names each). :migrate up applies what is pending, :migrate down takes the last one back.",
	.empty = "no migration files and no history: set `migrations =` in pgtend.ini, or :migrate new NAME",
	.fact = FACT_MIGRATIONS,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "name", NULL }, .mark = mark, .is_newest_first = true },
	.subtitle = subtitle,
	.beside = beside,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
};
