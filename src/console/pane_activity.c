/* ACTIVITY: sessions on the selected database, who waits for whom. The pools in front of it are pane_pools.c. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"

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

/* Why it is not there, in its place; NULL: it is plainly nothing. */
static char *why_not(const struct table *table, int row, const char *column)
{
	enum missing missing = table_get(table, row, column)->missing;

	return missing != MISSING_NONE ? mem_copy(table_missing_word(missing)) : NULL;
}

static char *state_text(const struct table *table, int row)
{
	const char *state = pane_text(table, row, "state");

	if (state && text_starts_with(state, "idle in transaction"))
		return mem_copy(strstr(state, "aborted") ? "in xact!" : "in xact");
	return state ? mem_copy(state) : why_not(table, row, "state");
}

static char *wait_text(const struct table *table, int row)
{
	const char *type = pane_text(table, row, "wait_event_type"), *event = pane_text(table, row, "wait_event");

	if (!type)
		return why_not(table, row, "wait_event_type");
	if (strcmp(type, "Client") == 0)
		return NULL;
	return mem_format("%s%s%s", type, event ? ":" : "", event ? event : "");
}

/* A prepared transaction has no process: the server calls it 0. */
static char *blockers_text(const struct table *table, int row)
{
	const char *pids = pane_text(table, row, "blocked_by");
	struct words words = { 0 };

	if (!pids || !*pids)
		return pids ? NULL : why_not(table, row, "blocked_by");
	words_split(&words, pids, "\n");
	for (size_t i = 0; i < words.count; i++)
		if (strcmp(words.v[i], "0") == 0) {
			mem_free(words.v[i]);
			words.v[i] = mem_copy("prepared");
		}
	char *text = words_join(&words, ", ");

	words_done(&words);
	return text;
}

static enum style wait_style(const struct table *table, int row)
{
	return waits_for_lock(table, row) ? STYLE_CRIT : STYLE_PLAIN;
}

char *activity_query_text(const struct table *table, int row)
{
	const char *query = pane_text(table, row, "query");
	struct text out = { 0 };

	if (!query && table_get(table, row, "query")->missing != MISSING_NONE)
		return why_not(table, row, "query");
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

static enum style horizon_style(const struct table *table, int row)
{
	return pane_int(table, row, "holds_horizon", 0) ? STYLE_BOLD : STYLE_DIM;
}

static const struct list_column columns[] = {
	{ .name = "pid" },
	{ .name = "user", .priority = 2, .most_cols = 16 },
	{ .name = "application", .title = "app", .priority = 3, .most_cols = 16 },
	{ .name = "state", .priority = 0, .text = state_text, .style = state_style },
	{ .name = "state_s", .title = "for", .priority = 0 },
	{ .name = "wait_event_type", .title = "wait", .priority = 1, .most_cols = 24, .text = wait_text, .style = wait_style },
	{ .name = "blocked_by", .priority = 2, .text = blockers_text },
	{ .name = "query", .priority = 1, .grows = true, .text = activity_query_text },
	{ .name = "xact_s", .priority = 4 },
	{ .name = "client", .priority = 6, .most_cols = 20 },
	{ .name = "query_s", .title = "query age", .priority = 5 },
	{ .name = "xmin_age", .title = "xmin age", .priority = 7, .style = horizon_style },
	{ .name = "is_tls", .priority = 8 },
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

const struct pane pane_activity = {
	.name = "ACTIVITY",
	.help = "Sessions on the selected database: what each does, for how long, what it waits for and who blocks it. ! waits for a lock, ~ idle in "
		"transaction. t shows who waits for whom as a tree, c cancels the query at the cursor, x ends its session, both after a question. Beneath stand what is at work with "
		"its progress, and the PgBouncer pools that lead here; o shows them as a list, and o again the sessions.",
	.empty = "no sessions on this database: a quiet moment",
	.fact = FACT_ACTIVITY,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "pid", NULL }, .mark = mark },
	.derive = derive,
	.beside = activity_beside,
	.subtitle = subtitle,
	.foot_rows = activity_foot_rows,
	.draw_foot = activity_draw_foot,
	.details = details,
};
