/* SERVER: what the server of the selected database tells of itself, one section after the other in one place: key 7 opens it, o goes on. */
#include <string.h>

#include "console_internal.h"
#include "pane_server_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/rates.h"
#include "pgtend/probes/shapes.h"

static bool is_text(const struct table *table, int row, const char *column, const char *word)
{
	const char *text = pane_text(table, row, column);

	return text && strcmp(text, word) == 0;
}

static char marked(enum style *style, bool is_bad, bool is_odd)
{
	*style = is_bad ? STYLE_CRIT : is_odd ? STYLE_WARN : STYLE_PLAIN;
	return is_bad ? '!' : is_odd ? '~' : ' ';
}

static char mark_replication(const struct table *table, int row, enum style *style)
{
	bool is_lost = is_text(table, row, "wal_status", "lost") || is_text(table, row, "wal_status", "unreserved") || pane_text(table, row, "invalidation");
	bool is_odd = is_text(table, row, "wal_status", "extended") || is_text(table, row, "state", "inactive") || is_text(table, row, "state", "paused") ||
		is_text(table, row, "state", "not receiving") || is_text(table, row, "state", "down");

	return marked(style, is_lost, is_odd);
}

static char mark_wraparound(const struct table *table, int row, enum style *style)
{
	int64_t left = pane_int(table, row, "xids_left", INT64_MAX), forced = pane_int(table, row, "freeze_max_age", INT64_MAX);

	return marked(style, left < 10000000, pane_int(table, row, "xid_age", 0) > forced);
}

static char mark_sequence(const struct table *table, int row, enum style *style)
{
	double used = pane_int(table, row, "is_cycle", 0) ? 0 : pane_real(table, row, "used", 0);

	return marked(style, used >= 0.9, used >= 0.8);
}

static char mark_setting(const struct table *table, int row, enum style *style)
{
	return marked(style, is_text(table, row, "verdict", "crit"), is_text(table, row, "verdict", "warn") || pane_int(table, row, "is_pending_restart", 0));
}

static char mark_extension(const struct table *table, int row, enum style *style)
{
	return marked(style, false, pane_int(table, row, "is_outdated", 0) || pane_int(table, row, "is_without_files", 0));
}

/* --- rows that are not simply those of the facts ------------------------------------------------- */

static struct table *derive_rates(const struct console *console, const struct pane_data *data)
{
	const struct database *database = console_database(console);

	(void)data;
	return database ? rates_of(database_facts(database, FACT_DATABASES)) : NULL;
}

/* One row of many columns reads better as lines, each with what it means. */
static const struct table_column line_columns[] = {
	{"item", CELL_TEXT, "what", 0, "The number's name; its JSON key in `pgtend wal` stands in the details."},
	{"value", CELL_TEXT, "value", 0, "The number, or why there is none."},
	{"meaning", CELL_TEXT, "meaning", 1, "What it is, and where it comes from."},
	{"key", CELL_TEXT, NULL, 9, "Its JSON key."},
};
static const struct table_shape line_shape = {"lines", line_columns, sizeof line_columns / sizeof *line_columns};

static struct table *derive_lines(const struct console *console, const struct pane_data *data)
{
	const struct table_shape *shape = data->table ? table_shape(data->table) : NULL;

	(void)console;
	if (!data->table || table_rows(data->table) == 0)
		return NULL;
	struct table *lines = table_new(&line_shape);

	for (int column = 0; column < shape->column_count; column++) {
		if (!shape->columns[column].title)
			continue;
		int row = table_add_row(lines);
		char *value = table_cell_text(data->table, 0, column);

		table_set_text(lines, row, "item", shape->columns[column].title);
		table_set_text(lines, row, "value", value);
		table_set_text(lines, row, "meaning", shape->columns[column].doc);
		table_set_text(lines, row, "key", shape->columns[column].name);
		mem_free(value);
	}
	return lines;
}

enum { DANGEROUS, DOUBTFUL, NOTED, CHANGED, USUAL };

static int rank_of(const struct table *settings, int row)
{
	const char *verdict = pane_text(settings, row, "verdict");

	if (!verdict)
		return pane_int(settings, row, "is_changed", 0) ? CHANGED : USUAL;
	return strcmp(verdict, "crit") == 0 ? DANGEROUS : strcmp(verdict, "warn") == 0 ? DOUBTFUL : NOTED;
}

/* What is dangerous first, then what somebody set; the rest of four hundred is `:settings --all`. */
static struct table *derive_settings(const struct console *console, const struct pane_data *data)
{
	struct table *table = data->table ? table_new(table_shape(data->table)) : NULL;

	(void)console;
	for (int rank = 0; table && rank <= CHANGED; rank++)
		for (int row = 0; row < table_rows(data->table); row++)
			if (rank_of(data->table, row) == rank)
				table_copy_row(table, table_add_row(table), data->table, row);
	return table;
}

/* --- the sections ------------------------------------------------------------------------------- */

static void beside(const struct console *console, struct pane_data *data)
{
	/* The one that is shown stands first: where the line is cut, it stays, and so does the next. */
	static const char *const how[SERVER_SECTIONS] = {
		"[databases] replication log wraparound tables sequences settings extensions disk",
		"[replication] log wraparound tables sequences settings extensions disk databases",
		"[log] wraparound tables sequences settings extensions disk databases replication",
		"[wraparound] tables sequences settings extensions disk databases replication log",
		"[tables] sequences settings extensions disk databases replication log wraparound",
		"[sequences] settings extensions disk databases replication log wraparound tables",
		"[settings] extensions disk databases replication log wraparound tables sequences",
		"[extensions] disk databases replication log wraparound tables sequences settings",
		"[disk] databases replication log wraparound tables sequences settings extensions",
	};
	const struct database *database = console_database(console);

	data->how = how[console->server_section];
	data->server = database ? database->server : NULL;
}

static char *subtitle(const struct pane_data *data)
{
	return data->how ? mem_copy(data->how) : NULL;
}

#define SECTION_HELP \
	"What the server of the selected database tells of itself: what its databases do a second, who follows it and what it keeps for them, its log and " \
	"checkpoints, how far transaction numbers and sequences are from their end, settings, extensions, disk. o goes to the next section, O to the one " \
	"before; the two lines beneath stay. Each is a verb too: databases, replication, wal, wraparound, sequences, settings, extensions, disk."
#define SECTION(what, none, ...) \
	{ .name = "SERVER", .help = SECTION_HELP, .empty = none, .fact = what, .beside = beside, .subtitle = subtitle, .foot_rows = server_foot_rows, \
		.draw_foot = server_draw_foot, __VA_ARGS__ }

static const struct list_column setting_columns[] = {
	{ .name = "name", .most_cols = 36 },
	{ .name = "value", .most_cols = 32 },
	{ .name = "default_value", .title = "default", .priority = 2, .most_cols = 24 },
	{ .name = "concern", .grows = true, .least_cols = 24 },
	{ .name = "scope", .priority = 4, .most_cols = 24 },
	{ .name = "is_pending_restart", .priority = 5 },
	{ .name = "source", .priority = 6 },
	{ .name = "file", .priority = 8 },
	{ .name = "context", .priority = 7 },
};
static const struct list_column line_wishes[] = {
	{ .name = "item" },
	{ .name = "value", .most_cols = 24 },
	{ .name = "meaning", .grows = true },
};

static const struct pane sections[SERVER_SECTIONS] = {
	SECTION(FACT_DATABASES, "no database", .derive = derive_rates, .wish = { .keys = { "dbname" } }),
	SECTION(FACT_REPLICATION, "nobody follows this server, and it keeps log for nobody", .wish = { .keys = { "kind", "name", "pid" }, .mark = mark_replication }),
	SECTION(FACT_WAL, "nothing is told of its log", .derive = derive_lines,
		.wish = { .columns = line_wishes, .column_count = sizeof line_wishes / sizeof *line_wishes, .keys = { "key" } }),
	SECTION(FACT_WRAPAROUND, "no database", .wish = { .keys = { "dbname" }, .mark = mark_wraparound }),
	SECTION(FACT_OLDEST_TABLES, "no table", .wish = { .keys = { "oid" } }),
	SECTION(FACT_SEQUENCES, "no sequence in this database", .wish = { .keys = { "oid" }, .mark = mark_sequence }),
	SECTION(FACT_SETTINGS, "every setting has its default", .derive = derive_settings,
		.wish = { .columns = setting_columns, .column_count = sizeof setting_columns / sizeof *setting_columns, .keys = { "scope", "name" }, .mark = mark_setting }),
	SECTION(FACT_EXTENSIONS, "no extension in this database", .wish = { .keys = { "name" }, .mark = mark_extension }),
	SECTION(FACT_DISK, "nothing is told of its folders", .wish = { .keys = { "kind", "name" } }),
};

const struct pane pane_server = SECTION(FACT_DATABASES, "no database", .derive = derive_rates, .wish = { .keys = { "dbname" } });

const struct pane *server_pane(int section)
{
	return &sections[section];
}

void server_watch(const struct console *console)
{
	static const enum fact watched[] = {FACT_REPLICATION, FACT_WAL, FACT_COUNT}, none[] = {FACT_COUNT};

	if (console->collector)
		collector_watch(console->collector, console->focus == LAYOUT_SERVER ? watched : none);
}

void server_step(struct console *console, int by)
{
	struct view *view = &console->views[LAYOUT_SERVER];

	console->server_section = (console->server_section + by + SERVER_SECTIONS) % SERVER_SECTIONS;
	list_done(&view->list);
	list_init(&view->list, &server_pane(console->server_section)->wish);
	table_free(view->derived);
	view->derived = NULL;
	view->derived_for = NULL;
	console_mark(console, STALE_DATA);
}
