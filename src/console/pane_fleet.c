/* FLEET: one row a database, how it is, since when it is silent. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"

static bool is_verdict(const struct table *table, int row, enum verdict verdict)
{
	const char *word = pane_text(table, row, "health.verdict");

	return word && strcmp(word, verdict_word(verdict)) == 0;
}

static enum style verdict_style(const struct table *table, int row)
{
	if (is_verdict(table, row, VERDICT_CRIT))
		return STYLE_CRIT;
	if (is_verdict(table, row, VERDICT_WARN))
		return STYLE_WARN;
	return is_verdict(table, row, VERDICT_OK) ? STYLE_OK : STYLE_DIM;
}

static char mark(const struct table *table, int row, enum style *style)
{
	*style = verdict_style(table, row);
	return is_verdict(table, row, VERDICT_CRIT) ? '!' : is_verdict(table, row, VERDICT_WARN) ? '~' : ' ';
}

static bool has_words(const struct table *table, int row, const char *column)
{
	const char *words = pane_text(table, row, column);

	return words && *words;
}

/* What must not be overlooked is in capitals. Well with a question mark: a check could not look. */
static char *health_text(const struct table *table, int row)
{
	if (is_verdict(table, row, VERDICT_CRIT)) {
		const char *retention = pane_text(table, row, "retention.verdict");

		return mem_copy(retention && strcmp(retention, "late") == 0 ? "LATE" : "CRIT");
	}
	if (is_verdict(table, row, VERDICT_WARN))
		return mem_copy("WARN");
	if (is_verdict(table, row, VERDICT_OK))
		return mem_copy(has_words(table, row, "health.unseen") ? "ok ?" : "ok");
	return mem_copy("...");
}

static char *growth_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "growth_bytes_per_day");
	char bytes[UNITS_SIZE];

	if (!cell)
		return NULL;
	units_bytes(bytes, cell->u.integer);
	return mem_format("%s%s/d", cell->u.integer >= 0 ? "+" : "", bytes);
}

static char *migrations_text(const struct table *table, int row)
{
	int64_t pending = pane_int(table, row, "migrations.pending", 0);

	if (!pane_cell(table, row, "migrations.applied"))
		return NULL;
	if (pending > 0)
		return mem_format("%lld +%lld pend", (long long)pane_int(table, row, "migrations.applied", 0), (long long)pending);
	return mem_format("%lld", (long long)pane_int(table, row, "migrations.applied", 0));
}

static enum style migrations_style(const struct table *table, int row)
{
	return pane_int(table, row, "migrations.pending", 0) > 0 ? STYLE_WARN : STYLE_PLAIN;
}

/* Limits of the fleet that is drawn. */
static const struct fleet *shown;

/* Where the age of the newest backup stands against the limits of its policy. */
static enum style backup_style(const struct table *table, int row)
{
	const struct cell *age = pane_cell(table, row, "backup.age_s");
	const char *policy = pane_text(table, row, "backup.policy");
	bool is_wanted = policy && strcmp(policy, "none") != 0;
	char *warn, *crit;
	enum style style = STYLE_PLAIN;

	if (!is_wanted || !shown)
		return STYLE_PLAIN;
	if (!age)
		return STYLE_WARN;
	warn = mem_format("backup_%s_warn", policy);
	crit = mem_format("backup_%s_crit", policy);
	if (age->u.real > limits_value(shown, crit))
		style = STYLE_CRIT;
	else if (age->u.real > limits_value(shown, warn))
		style = STYLE_WARN;
	mem_free(crit);
	mem_free(warn);
	return style;
}

static char *backup_text(const struct table *table, int row)
{
	const struct cell *age = pane_cell(table, row, "backup.age_s");
	const struct cell *verified = pane_cell(table, row, "backup.verified");
	const char *policy = pane_text(table, row, "backup.policy");
	char buffer[UNITS_SIZE];

	if (!age)
		return policy && strcmp(policy, "none") != 0 ? mem_format("none, %s", policy) : NULL;
	units_age(buffer, (int64_t)age->u.real);
	return mem_format("%s %s", buffer, backup_style(table, row) != STYLE_PLAIN ? "late" : verified && !verified->u.integer ? "unread" : "ok");
}

static char *retention_text(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "retention.verdict");
	char age[UNITS_SIZE];

	if (!verdict || strcmp(verdict, "late") != 0)
		return mem_copy(verdict);
	return mem_format("late %s", units_age(age, (int64_t)pane_real(table, row, "retention.late_s", 0)));
}

static enum style retention_style(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "retention.verdict");

	return verdict && strcmp(verdict, "late") == 0 ? STYLE_CRIT : STYLE_PLAIN;
}

static char *connections_text(const struct table *table, int row)
{
	if (!pane_cell(table, row, "connections.used"))
		return NULL;
	if (!pane_cell(table, row, "connections.max"))
		return mem_format("%lld", (long long)pane_int(table, row, "connections.used", 0));
	return mem_format("%lld/%lld", (long long)pane_int(table, row, "connections.used", 0),
		(long long)pane_int(table, row, "connections.max", 0));
}

static char *tps_text(const struct table *table, int row)
{
	const struct cell *cell = pane_cell(table, row, "transactions_per_s");

	if (!cell)
		return NULL;
	return mem_format(cell->u.real < 10 ? "%.1f" : "%.0f", cell->u.real);
}

static char *since_text(const struct table *table, int row)
{
	const struct cell *since = pane_cell(table, row, "silent_since");
	char clock[16];

	if (!since)
		return mem_copy(pane_text(table, row, "error"));
	pane_clock(clock, since->u.integer);
	return mem_format("silent since %s", clock);
}

static enum style since_style(const struct table *table, int row)
{
	return pane_cell(table, row, "silent_since") || pane_text(table, row, "error") ? STYLE_CRIT : STYLE_PLAIN;
}

static const struct list_column columns[] = {
	{ .name = "name", .most_cols = 24 },
	{ .name = "health.verdict", .text = health_text, .style = verdict_style },
	{ .name = "size_bytes", .priority = 1 },
	{ .name = "growth_bytes_per_day", .title = "growth", .priority = 4, .text = growth_text },
	{ .name = "migrations.applied", .title = "migrations", .priority = 2, .text = migrations_text, .style = migrations_style },
	{ .name = "backup.age_s", .title = "backup", .priority = 2, .text = backup_text, .style = backup_style },
	{ .name = "retention.late_s", .title = "retention", .priority = 1, .text = retention_text, .style = retention_style },
	{ .name = "connections.used", .title = "conn", .priority = 3, .text = connections_text },
	{ .name = "transactions_per_s", .title = "tps", .priority = 3, .text = tps_text },
	{ .name = "cache_hit", .priority = 5 },
	{ .name = "response_ms", .priority = 6 },
	{ .name = "database", .priority = 7 },
	{ .name = "server_version", .priority = 8 },
	{ .name = "error", .title = "since", .priority = 1, .grows = true, .text = since_text, .style = since_style },
	{ .name = "health.reasons", .priority = LIST_HIDDEN },
	{ .name = "health.unseen", .priority = LIST_HIDDEN },
	{ .name = "migrations.pending", .priority = LIST_HIDDEN },
	{ .name = "connections.max", .priority = LIST_HIDDEN },
	{ .name = "retention.verdict", .priority = LIST_HIDDEN },
};

static struct table *derive(const struct console *console, const struct pane_data *data)
{
	(void)data;
	shown = console->fleet;
	return health_overview(console->fleet, console->fleet->databases, console->fleet->database_count);
}

static void beside(const struct console *console, struct pane_data *data)
{
	const struct table *table = data->table;

	(void)console;
	for (int row = 0; table && row < table_rows(table); row++) {
		data->asked++;
		data->answered += pane_text(table, row, "error") == NULL && !pane_cell(table, row, "silent_since");
	}
}

/* The row whose reasons are told beneath: the selected one when it has any, else the worst. */
static int told_row(const struct table *table, int selected)
{
	int worst = -1;

	if (selected >= 0 && has_words(table, selected, "health.reasons"))
		return selected;
	for (int row = 0; row < table_rows(table); row++)
		if (is_verdict(table, row, VERDICT_CRIT) || (worst < 0 && is_verdict(table, row, VERDICT_WARN))) {
			if (worst < 0 || !is_verdict(table, worst, VERDICT_CRIT))
				worst = row;
		}
	if (worst < 0 && selected >= 0 && has_words(table, selected, "health.unseen"))
		return selected;
	for (int row = 0; row < table_rows(table) && worst < 0; row++)
		if (has_words(table, row, "health.unseen"))
			worst = row;
	return worst;
}

static int foot_rows(const struct pane_data *data, int rows)
{
	return data->table && rows > 4 && told_row(data->table, -1) >= 0 ? 1 : 0;
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	int told = told_row(data->table, row);
	const char *told_in = told >= 0 && has_words(data->table, told, "health.reasons") ? "health.reasons" : "health.unseen", *reasons, *name;
	char *first, *visible;
	enum style style;

	if (told < 0 || !has_words(data->table, told, told_in))
		return;
	reasons = pane_text(data->table, told, told_in);
	name = pane_text(data->table, told, "name");
	first = mem_format("%s: %.*s", name ? name : "", (int)strcspn(reasons, "\n"), reasons);
	visible = text_visible(first);
	style = verdict_style(data->table, told);
	canvas_putf(canvas, 0, 1, style, "%c", mark(data->table, told, &style));
	canvas_field(canvas, 0, 3, canvas_cols(canvas) - 3, style, false, visible);
	mem_free(visible);
	mem_free(first);
}

static void add_cost(struct overlay *overlay, const char *name, const struct session *session)
{
	int64_t statements = 0;
	double ms = 0;
	char waited[UNITS_SIZE], *value;

	if (!session)
		return;
	session_cost(session, &statements, &ms);
	value = mem_format("%s, %lld statements, %s waited%s", session_state_word(session_state(session)), (long long)statements,
		units_ms(waited, ms), session_is_pooled(session) ? ", behind a pooler" : "");
	overlay_field(overlay, STYLE_PLAIN, name, value);
	mem_free(value);
}

static void details(const struct console *console, const struct pane_data *data, int row, struct overlay *overlay)
{
	const char *reasons = pane_text(data->table, row, "health.reasons"), *name = pane_text(data->table, row, "name");
	const struct database *database = NULL;

	for (int i = 0; name && i < console->fleet->database_count; i++)
		if (strcmp(console->fleet->databases[i]->name, name) == 0)
			database = console->fleet->databases[i];
	overlay_add(overlay, STYLE_TITLE, "findings");
	if (reasons && *reasons)
		overlay_add(overlay, verdict_style(data->table, row), "%s", reasons);
	else
		overlay_add(overlay, STYLE_OK, "none");
	if (has_words(data->table, row, "health.unseen"))
		overlay_add(overlay, STYLE_WARN, "%s", pane_text(data->table, row, "health.unseen"));
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	if (!database)
		return;
	overlay_add(overlay, STYLE_TITLE, "what pgtend costs");
	add_cost(overlay, "server session", database->server->session);
	add_cost(overlay, "database session", database->session);
	for (int i = 0; i < CAP_COUNT; i++)
		if (database->server->is_known && !database->server->has[i] && database->server->lacks[i])
			overlay_field(overlay, STYLE_WARN, "it cannot", database->server->lacks[i]);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
}

const struct pane pane_fleet = {
	.name = "FLEET",
	.help = "Every database of the configuration, one row each. Up and down select the one that the other panes show and that verbs act on "
		"when none is named. The line beneath says the first finding of the selected database, or of the worst. \"ok ?\": a check could not look, Enter says which. Enter shows all of them; where retention is late, the chunks (d: all findings).",
	.empty = "no database is configured: pgtend init writes pgtend.ini",
	.fact = FACT_COUNT,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "name", NULL }, .mark = mark },
	.derive = derive,
	.beside = beside,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
	.details = details,
};
