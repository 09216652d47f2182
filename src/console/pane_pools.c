/* The pools in front of the selected database: beneath its sessions, and as a list in their place. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/pools.h"
#include "pgtend/probes/pool_links.h"

/* All poolers speak of their pools; those that lead to the selected database stand here. */
static struct table *derive_pools(const struct console *console, const struct pane_data *data)
{
	const struct database *database = console_database(console);
	struct table *table = NULL;

	(void)data;
	for (int i = 0; database && i < console->fleet->pooler_count; i++) {
		const struct pooler *pooler = console->fleet->poolers[i];
		const struct table *pools = pooler->facts[FACT_POOLS].table;

		if (pools && !table)
			table = table_new(table_shape(pools));
		for (int row = 0; pools && row < table_rows(pools); row++)
			if (pool_is_of(pooler, pools, row, database))
				table_copy_row(table, table_add_row(table), pools, row);
	}
	return table;
}

/* The pooler in front that does not answer; NULL: all do. */
static const struct pooler *silent_pooler(const struct console *console)
{
	const struct database *database = console_database(console);

	for (int i = 0; database && i < console->fleet->pooler_count; i++) {
		const struct pooler *pooler = console->fleet->poolers[i];

		if (pooler->facts[FACT_POOLS].err.kind != ERR_NONE && pooler_is_of(pooler, database))
			return pooler;
	}
	return NULL;
}

void pools_beside(const struct console *console, struct pane_data *data)
{
	const struct pooler *silent = silent_pooler(console);

	data->beside = console->derived_pools;
	data->beside_err = silent ? &silent->facts[FACT_POOLS].err : NULL;
}

void pools_data(const struct console *console, struct pane_data *data)
{
	const struct pooler *silent = silent_pooler(console);
	const struct database *database = console_database(console);

	data->table = console->derived_pools;
	data->beside = NULL;
	data->beside_err = NULL;
	data->err = silent ? silent->facts[FACT_POOLS].err : (struct err){0};
	data->taken_us = 0;
	/* the oldest answer counts */
	for (int i = 0; database && i < console->fleet->pooler_count; i++) {
		const struct facts *facts = &console->fleet->poolers[i]->facts[FACT_POOLS];

		if (facts->table && pooler_is_of(console->fleet->poolers[i], database) && (data->taken_us == 0 || facts->taken_us < data->taken_us))
			data->taken_us = facts->taken_us;
	}
	if (silent)
		err_prefix(&data->err, "pooler %s", silent->name);
	else
		data->fresh_s = 1 << 30; /* or nobody is configured, which is no news */
}

static int foot_lines(const struct pane_data *data)
{
	return (data->beside ? table_rows(data->beside) : 0) + (data->beside_err != NULL);
}

int pools_foot_rows(const struct pane_data *data, int rows)
{
	int lines = foot_lines(data);

	if (lines == 0 || rows < 6)
		return 0;
	return lines > 2 ? 3 : lines;
}

/* Only what somebody should know: that all is well, or busy, is seen from the numbers. */
static const char *state_word(const struct table *pools, int row)
{
	const char *state = pane_text(pools, row, "state");

	return state && strcmp(state, "ok") != 0 && strcmp(state, "busy") != 0 && strcmp(state, "waiting") != 0 ? state : NULL;
}

static bool is_held(const struct table *pools, int row)
{
	const char *state = state_word(pools, row);

	return state && strcmp(state, "unused") != 0;
}

static char *pool_line(const struct table *pools, int row)
{
	const char *name = pane_text(pools, row, "database"), *user = pane_text(pools, row, "user"), *mode = pane_text(pools, row, "pool_mode");
	const char *state = state_word(pools, row);
	int64_t waiting = pane_int(pools, row, "cl_waiting", 0);
	char age[UNITS_SIZE];

	units_age(age, (int64_t)pane_real(pools, row, "maxwait_s", 0));
	return mem_format("pool %s%s%s%s%s  clients %lld active, %lld waiting%s%s  servers %lld active, %lld idle%s%s", name ? name : "?", user ? "/" : "",
		user ? user : "", state ? "  " : "", state ? state : "", (long long)pane_int(pools, row, "cl_active", 0), (long long)waiting,
		waiting > 0 ? " since " : "", waiting > 0 ? age : "", (long long)pane_int(pools, row, "sv_active", 0),
		(long long)pane_int(pools, row, "sv_idle", 0), mode ? "  " : "", mode ? mode : "");
}

static void draw_pool(const struct table *pools, int row, struct canvas *canvas, int at)
{
	bool is_wrong = pane_int(pools, row, "cl_waiting", 0) > 0 || is_held(pools, row);
	char *line = pool_line(pools, row), *visible = text_visible(line);

	canvas_putf(canvas, at, 1, STYLE_WARN, "%c", is_wrong ? '~' : ' ');
	canvas_field(canvas, at, 3, canvas_cols(canvas) - 3, is_wrong ? STYLE_WARN : STYLE_DIM, false, visible);
	mem_free(visible);
	mem_free(line);
}

static void draw_silent(const struct err *err, struct canvas *canvas, int at)
{
	char *line = mem_format("pooler: %s", err->text), *visible = text_visible(line);

	canvas_putf(canvas, at, 1, STYLE_CRIT, "!");
	canvas_field(canvas, at, 3, canvas_cols(canvas) - 3, STYLE_CRIT, false, visible);
	mem_free(visible);
	mem_free(line);
}

void pools_draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	int lines = foot_lines(data), rows = canvas_rows(canvas), at = 0, pools = data->beside ? table_rows(data->beside) : 0;

	(void)row;
	if (data->beside_err && rows > 0)
		draw_silent(data->beside_err, canvas, at++);
	for (int i = 0; at < rows && i < pools; i++, at++)
		if (at == rows - 1 && lines > rows)
			canvas_putf(canvas, at, 3, STYLE_DIM, "+%d pools more, o shows them", pools - i);
		else
			draw_pool(data->beside, i, canvas, at);
}

/* --- as a list --------------------------------------------------------------------------------- */

/* One line a client: who, from where, which process, what that waits for. */
static char *link_line(const struct table *links, int row)
{
	struct text line = { 0 };
	const char *application = pane_text(links, row, "application"), *client = pane_text(links, row, "client"), *doing = pane_text(links, row, "backend_state");
	const char *waits = pane_text(links, row, "wait_event_type"), *event = pane_text(links, row, "wait_event"), *by = pane_text(links, row, "blocked_by");
	int64_t clients = pane_int(links, row, "clients", 1), pid = pane_int(links, row, "server_pid", 0);
	char age[UNITS_SIZE];

	text_addf(&line, "%s  %s", application ? application : "without a name", pane_text(links, row, "state") ? pane_text(links, row, "state") : "?");
	if (clients > 1)
		text_addf(&line, "  %lld clients", (long long)clients);
	if (pane_cell(links, row, "wait_s"))
		text_addf(&line, " for %s", units_age(age, (int64_t)pane_real(links, row, "wait_s", 0)));
	if (client)
		text_addf(&line, "  from %s", client);
	if (pid > 0)
		text_addf(&line, "  pid %lld%s%s", (long long)pid, doing ? " " : "", doing ? doing : "");
	if (waits && strcmp(waits, "Client") != 0)
		text_addf(&line, "  waits for %s%s%s", waits, event ? ":" : "", event ? event : "");
	for (const char *p = by; p && *p; p++)
		if (p == by)
			text_addf(&line, "  blocked by %.*s", (int)strcspn(by, "\n"), by);
		else if (p[-1] == '\n')
			text_addf(&line, ", %.*s", (int)strcspn(p, "\n"), p);
	return text_take(&line);
}

static bool is_same(const struct table *links, int row, const struct table *pools, int pool, const char *column)
{
	const char *a = pane_text(links, row, column), *b = pane_text(pools, pool, column);

	return a && b && strcmp(a, b) == 0;
}

/* From the application to the lock: who works through this pool. */
static void details(const struct console *console, const struct pane_data *data, int row, struct overlay *overlay)
{
	enum { MOST_LINES = 100 };
	struct database *database = console_database(console);
	struct table *links = pool_links(console->fleet, &database, database ? 1 : 0);
	int shown = 0, more = 0;

	for (int link = 0; link < table_rows(links); link++) {
		if (!is_same(links, link, data->table, row, "database") || !is_same(links, link, data->table, row, "user"))
			continue;
		if (shown == 0)
			overlay_add(overlay, STYLE_TITLE, "clients");
		if (shown++ >= MOST_LINES) {
			more++;
			continue;
		}
		char *line = link_line(links, link);

		overlay_line(overlay, pane_cell(links, link, "blocked_by") || pane_cell(links, link, "wait_s") ? STYLE_WARN : STYLE_PLAIN, 2, line);
		mem_free(line);
	}
	if (more > 0)
		overlay_add(overlay, STYLE_DIM, "%d more: `:pools clients` lists them", more);
	if (shown > 0)
		overlay_add(overlay, STYLE_PLAIN, "%s", "");
	table_free(links);
}

static enum style waiting_style(const struct table *table, int row)
{
	return pane_int(table, row, "cl_waiting", 0) > 0 ? STYLE_WARN : STYLE_PLAIN;
}

static enum style state_style(const struct table *table, int row)
{
	return is_held(table, row) ? STYLE_WARN : STYLE_PLAIN;
}

static const struct list_column pool_columns[] = {
	{ .name = "database", .title = "pool", .most_cols = 24 },
	{ .name = "user", .priority = 2, .most_cols = 20 },
	{ .name = "state", .style = state_style },
	{ .name = "cl_active" },
	{ .name = "cl_waiting", .style = waiting_style },
	{ .name = "sv_active", .title = "servers", .priority = 1 },
	{ .name = "sv_idle", .priority = 1 },
	{ .name = "maxwait_s", .priority = 1 },
	{ .name = "pool_mode", .priority = 2 },
};

const struct pane pane_pools = {
	.name = "ACTIVITY",
	.help = "Pools of PgBouncer that lead to the selected database (SHOW POOLS). Enter shows who works through one, from the application to the process of the "
		"server and the lock it waits for. o shows the sessions again.",
	.empty = "no pool leads to this database: [pooler NAME] in pgtend.ini names a PgBouncer",
	.fact = FACT_COUNT,
	.wish = { .columns = pool_columns, .column_count = sizeof(pool_columns) / sizeof(pool_columns[0]), .keys = { "database", "user", NULL } },
	.derive = derive_pools,
	.details = details,
};
