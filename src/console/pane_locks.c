/* Who waits for whom, in the place of ACTIVITY's sessions: the tree of locks, and the keys that end a session. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sessions/sessions.h"

/* --- the tree --------------------------------------------------------------------------------- */

static struct table *derive(const struct console *console, const struct pane_data *data)
{
	const struct database *database = console_database(console);
	const struct table *locks = database ? database_facts(database, FACT_LOCKS)->table : NULL;
	struct words names = { 0 };
	struct table *table;

	(void)data;
	if (!locks)
		return NULL;
	words_add(&names, database->dbname);
	table = sessions_locks_of(locks, &names);
	words_done(&names);
	return table;
}

static bool is_waiting(const struct table *table, int row)
{
	return pane_text(table, row, "mode") != NULL;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = STYLE_CRIT;
	if (pane_int(table, row, "set_place", 0) > 0)
		return '!';
	*style = STYLE_WARN;
	return pane_int(table, row, "releases", 0) > 0 ? '~' : ' ';
}

static enum style releases_style(const struct table *table, int row)
{
	return pane_int(table, row, "releases", 0) > 0 ? STYLE_BOLD : STYLE_DIM;
}

static enum style wait_style(const struct table *table, int row)
{
	return is_waiting(table, row) ? STYLE_CRIT : STYLE_PLAIN;
}

/* AccessExclusiveLock without the word that all of them end with. */
static char *mode_text(const struct table *table, int row)
{
	const char *mode = pane_text(table, row, "mode");

	return mode && text_ends_with(mode, "Lock") ? mem_copy_n(mode, strlen(mode) - 4) : mem_copy(mode);
}

static char *what_text(const struct table *table, int row)
{
	const char *relation = pane_text(table, row, "relation"), *object = pane_text(table, row, "object");

	if (relation && object)
		return mem_format("%s, %s", relation, object);
	return mem_copy(relation ? relation : object);
}

static char *set_text(const struct table *table, int row)
{
	int64_t place = pane_int(table, row, "set_place", 0);

	return place > 0 ? mem_format("%lld. %s", (long long)place, pane_text(table, row, "end_by")) : NULL;
}

static const struct list_column columns[] = {
	{ .name = "tree", .most_cols = 44 },
	{ .name = "wait_s", .style = wait_style },
	{ .name = "releases", .title = "frees", .style = releases_style },
	{ .name = "set_place", .title = "end it by", .priority = 1, .text = set_text, .doc = "Its place in the minimum set, the fewest to end so that everybody else goes on, and what ends it." },
	{ .name = "mode", .title = "wants", .priority = 2, .text = mode_text },
	{ .name = "relation", .title = "of", .priority = 2, .most_cols = 36, .text = what_text },
	{ .name = "state", .priority = 3 },
	{ .name = "query", .priority = 1, .grows = true, .text = activity_query_text },
	{ .name = "user", .priority = 4, .most_cols = 16 },
	{ .name = "application", .title = "app", .priority = 5, .most_cols = 16 },
	{ .name = "xact_s", .priority = 4 },
	{ .name = "holds", .priority = 6, .most_cols = 24 },
	{ .name = "object", .priority = LIST_HIDDEN },
	{ .name = "database", .priority = 6, .most_cols = 16 },
};

static int foot_rows(const struct pane_data *data, int rows)
{
	return data->locks && table_rows(data->locks) > 0 && rows >= 5 ? 1 : 0;
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	(void)row;
	locks_draw_set(data, canvas, 0);
}

const struct pane pane_locks = {
	.name = "ACTIVITY",
	.help = "Who waits for whom: whoever is in others' way, and set in beneath it those that wait for it, the parallel workers with their leader. frees: how many others go on if "
		"it alone is ended. ! is of the minimum set, the fewest to end so that everybody else goes on; ~ waits and is in others' way itself. c cancels the query at the cursor, "
		"x ends its session, both after a question; t shows the sessions again.",
	.empty = "nobody waits for a lock",
	.fact = FACT_LOCKS,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "pid", "prepared", NULL }, .mark = mark },
	.derive = derive,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
};

/* --- keys ------------------------------------------------------------------------------------- */

/* A tree is shown whole: who is to be ended may be of another database of the server, which may be tended under a name. */
static const struct database *whose(const struct console *console, const struct table *table, int row)
{
	const struct database *selected = console_database(console);
	const char *dbname = pane_text(table, row, "database");

	for (int i = 0; dbname && i < console->fleet->database_count; i++) {
		const struct database *database = console->fleet->databases[i];

		if (database->server == selected->server && strcmp(database->dbname, dbname) == 0 && strcmp(selected->dbname, dbname) != 0)
			return database;
	}
	return selected;
}

static void end_session(struct console *console, const char *verb, const struct table *table, int row)
{
	const struct cell *started = pane_cell(table, row, "started");
	char *name = text_shell_word(whose(console, table, row)->name), when[UNITS_SIZE], *line;
	bool has_start = started && started->has_value;

	line = mem_format("%s %s %lld%s%s", verb, name, (long long)pane_int(table, row, "pid", 0), has_start ? " --started " : "",
		has_start ? units_rfc3339(when, started->u.integer) : "");
	console_command_by_key(console, line);
	mem_free(line);
	mem_free(name);
}

bool activity_key(struct console *console, char key)
{
	struct pane_data data;
	int row = list_row(console_list(console, LAYOUT_ACTIVITY));

	if (key == 't') {
		console->shows_tree = !console->shows_tree;
		console->shows_pools = false;
		return true;
	}
	if ((key != 'c' && key != 'x') || console_pane(console, LAYOUT_ACTIVITY) == &pane_pools)
		return false;
	console_pane_data(console, LAYOUT_ACTIVITY, &data);
	if (row < 0 || !data.table || !console_database(console))
		console_say(console, STYLE_WARN, 4, "there is no session at the cursor");
	else if (pane_text(data.table, row, "prepared"))
		console_say(console, STYLE_WARN, 0, "a prepared transaction has no session: ROLLBACK PREPARED or COMMIT PREPARED in its database ends it");
	else
		end_session(console, key == 'c' ? "cancel" : "terminate", data.table, row);
	return true;
}
