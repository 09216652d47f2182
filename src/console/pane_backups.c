/* BACKUPS: what there is of the selected database, how old, how large, how deep it was verified. */
#include <string.h>

#include "console_internal.h"
#include "pane_backups_internal.h"
#include "pgtend/archive/archive.h"
#include "pgtend/backup/shapes.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"

/* What cells need that is not in their row: the scene of the drawing. */
static const struct backups_scene *shown;

void backups_show(const struct backups_scene *scene)
{
	shown = scene;
}

static bool is_word(const char *word, const char *wanted)
{
	return word && strcmp(word, wanted) == 0;
}

/* The newest good one is older than its policy allows. */
static bool is_late(const struct table *table, int row)
{
	const struct cell *taken = pane_cell(table, row, "taken_at");

	return shown && shown->rows == table && taken && row == backups_newest(shown) && shown->policy.every != BACKUP_NEVER && shown->warn_s >= 0 &&
		(double)(pane_now() - taken->u.integer) / 1e6 > shown->warn_s;
}

static enum style depth_style(const struct table *table, int row)
{
	return chart_style(calendar_kind(table, row));
}

static char mark(const struct table *table, int row, enum style *style)
{
	enum chart_kind kind = calendar_kind(table, row);

	*style = chart_style(kind);
	if (kind == CHART_DAMAGED)
		return '!';
	*style = STYLE_WARN;
	if (kind == CHART_UNREAD || is_late(table, row) || is_word(pane_text(table, row, "after_backup"), "failed"))
		return '~';
	return ' ';
}

char *backups_depth_text(const struct table *table, int row)
{
	switch (calendar_kind(table, row)) {
	case CHART_DAMAGED:
		return mem_copy("DAMAGED");
	case CHART_RESTORED:
		return mem_copy("restored");
	case CHART_READ:
		return mem_copy("rows read");
	case CHART_CHECKED:
		return mem_copy("checksum");
	default:
		return mem_copy("not read back");
	}
}

static char *taken_text(const struct table *table, int row)
{
	const struct cell *taken = pane_cell(table, row, "taken_at");
	char day[UNITS_SIZE], clock[16];

	if (!taken)
		return NULL;
	units_day(day, taken->u.integer);
	pane_clock(clock, taken->u.integer);
	return mem_format("%s %.5s", day, clock);
}

/* Counted from now, not from when the folder was read. */
static char *age_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "taken_at");
}

static enum style age_style(const struct table *table, int row)
{
	return is_late(table, row) ? STYLE_WARN : STYLE_PLAIN;
}

static char *trend_text(const struct table *table, int row)
{
	const struct cell *trend = pane_cell(table, row, "trend");

	if (!trend)
		return NULL;
	if (trend->u.real > -0.005 && trend->u.real < 0.005)
		return mem_copy("=");
	return mem_format(trend->u.real > 9.995 ? "x%.0f" : "%+.0f%%", trend->u.real > 9.995 ? trend->u.real + 1 : trend->u.real * 100);
}

static enum style trend_style(const struct table *table, int row)
{
	return pane_real(table, row, "trend", 0) < -0.5 ? STYLE_WARN : STYLE_PLAIN;
}

static char *verified_at_text(const struct table *table, int row)
{
	return pane_age_text(table, row, "verified_at");
}

static char *off_site_text(const struct table *table, int row)
{
	const char *word = pane_text(table, row, "after_backup");

	return mem_copy(is_word(word, "done") ? "copied" : word);
}

static enum style off_site_style(const struct table *table, int row)
{
	return is_word(pane_text(table, row, "after_backup"), "failed") ? STYLE_WARN : STYLE_PLAIN;
}

static enum style reason_style(const struct table *table, int row)
{
	return calendar_kind(table, row) == CHART_DAMAGED ? STYLE_CRIT : STYLE_PLAIN;
}

static const struct list_column columns[] = {
	{ .name = "taken_at", .title = "taken (UTC)", .text = taken_text },
	{ .name = "age_s", .title = "age", .priority = 1, .text = age_text, .style = age_style },
	{ .name = "size_bytes", .title = "size" },
	{ .name = "trend", .title = "change", .priority = 2, .text = trend_text, .style = trend_style },
	{ .name = "verified_how", .title = "verified", .text = backups_depth_text, .style = depth_style },
	{ .name = "verified_at", .title = "ago", .priority = 3, .text = verified_at_text },
	{ .name = "rows", .priority = 2 },
	{ .name = "migrations", .title = "migr", .priority = 2 },
	{ .name = "after_backup", .title = "off site", .priority = 2, .text = off_site_text, .style = off_site_style },
	{ .name = "database_bytes", .title = "of", .priority = 4 },
	{ .name = "duration_s", .title = "took", .priority = 4 },
	{ .name = "form", .title = "form", .priority = 5 },
	{ .name = "id", .priority = 4, .most_cols = 60 },
	{ .name = "reason", .title = "what", .priority = 1, .most_cols = 80, .grows = true, .style = reason_style },
	{ .name = "tables", .priority = 6 },
	{ .name = "migration_last", .priority = 7, .most_cols = 60 },
	{ .name = "database", .priority = LIST_HIDDEN },
	{ .name = "state", .priority = LIST_HIDDEN },
	{ .name = "path", .priority = LIST_HIDDEN },
};

/* --- what stands around the rows --------------------------------------------------------------- */

static char *subtitle(const struct pane_data *data)
{
	const struct backups_scene *scene = data->backups;
	int rows = data->table ? table_rows(data->table) : 0, newest = scene ? backups_newest(scene) : -1;
	struct text text = { 0 };
	char age[UNITS_SIZE];

	if (!scene)
		return NULL;
	text_add(&text, scene->policy.every == BACKUP_NEVER ? "no policy" : scene->policy_word);
	if (scene->policy.keep_s >= 0)
		text_addf(&text, ", keep %s", units_age(age, (int64_t)scene->policy.keep_s));
	if (newest >= 0)
		text_addf(&text, "  newest %s", units_age(age, (pane_now() - pane_int(scene->rows, newest, "taken_at", pane_now())) / 1000000));
	if (rows > 1)
		text_addf(&text, " of %d", rows);
	return text_take(&text);
}

/* The list keeps its rows up to a third of the pane, at least two; what they mean together has the rest. */
static int foot_rows(const struct pane_data *data, int rows)
{
	int list_rows = data->table ? table_rows(data->table) : 0, most = rows / 3 > 2 ? rows / 3 : 2;

	if (!data->backups || !data->backups->rows || rows < 6)
		return 0;
	if (list_rows == 0)
		return rows - 3;
	return rows - 1 - (list_rows < most ? list_rows : most);
}

static void draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	if (data->backups)
		backups_foot_draw(data->backups, row, canvas);
}

const struct pane pane_backups = {
	.name = "BACKUPS",
	.help = "One row a backup of the selected database, the newest first, with what is damaged (!). Beneath: how old the newest is against the policy; a cell for "
		"each day (or week) with a bar as high as its dump is large, what was missed, what is due; then what is wrong with the command that mends it, and how deep the "
		"newest was verified: checksum (its bytes are those that were written), rows read (every row came out of it and was counted), restored (into a scratch "
		"database, rows compared). Enter shows its manifest. b takes one, v reads the one at the cursor again, row by row, V types the command that restores it into a scratch database to see whether it comes back, r the one that restores it for good, p prunes, t shows the points in time that pgBackRest has, m types what mends.",
	.empty = "no backup yet: b takes one",
	.fact = FACT_BACKUPS,
	.wish = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]), .keys = { "id", NULL }, .mark = mark },
	.subtitle = subtitle,
	.foot_rows = foot_rows,
	.draw_foot = draw_foot,
};

/* --- the scene --------------------------------------------------------------------------------------- */

static double limit(const struct console *console, const char *policy, const char *which)
{
	char *name = mem_format("backup_%s_%s", policy, which);
	double seconds = limits_value(console->fleet, name);

	mem_free(name);
	return seconds;
}

static void set_policy(const struct console *console, const struct database *database, struct backups_scene *scene)
{
	scene->warn_s = scene->crit_s = -1;
	scene->policy = backup_policy_of(database->section);
	scene->policy_word = scene->policy.every == BACKUP_DAILY ? "daily" : scene->policy.every == BACKUP_WEEKLY ? "weekly" : "none";
	if (scene->policy.every == BACKUP_NEVER)
		return;
	scene->warn_s = limit(console, scene->policy_word, "warn");
	scene->crit_s = limit(console, scene->policy_word, "crit");
}

/* Why there is none, where it is not that nobody took one. */
static const char *why_none(const struct database *database, const struct backups_scene *scene)
{
	if (scene->lacks)
		return scene->lacks;
	return scene->policy.every == BACKUP_NEVER && section_is_set(database->section, "backup") ? "none, and none is wanted (backup = none); b takes one all the same" : NULL;
}

void backups_sync(struct console *console)
{
	struct backups_view *view = &console->backups;
	struct backups_scene *scene = &view->scene;
	struct pane_data *data = &console->views[LAYOUT_BACKUPS].data;
	const struct database *database = console_database(console);
	bool is_other = scene->rows != data->table || (console->stale & STALE_DATA);

	if (!database)
		return;
	scene->rows = data->table;
	scene->database = database->name;
	scene->restores = database_facts(database, FACT_RESTORES)->table;
	scene->archiver = database_facts(database, FACT_ARCHIVER)->table;
	scene->points = database_facts(database, FACT_POINTS)->table;
	set_policy(console, database, scene);
	scene->lacks = database->server->is_known && !database->server->has[CAP_DUMP] ? database->server->lacks[CAP_DUMP] : NULL;
	scene->has_hook = section_text(database->section, "after_backup") != NULL;
	if (is_other) {
		mem_free(view->folder);
		view->folder = archive_folder(database, NULL);
		calendar_make(&scene->calendar, scene->rows, scene->policy.every, pane_now());
	}
	scene->folder = view->folder;
	data->backups = scene;
	if (!data->lacks)
		data->lacks = why_none(database, scene);
	backups_show(scene);
}

void backups_done(struct console *console)
{
	mem_free(console->backups.folder);
	console->backups.folder = NULL;
}

/* A database without hypertables has no use for CHUNKS: where both share a corner BACKUPS stands there, unless the other one was asked for. */
int backups_corner(const struct console *console)
{
	const struct backups_view *view = &console->backups;
	const struct table *chunks = console->views[LAYOUT_CHUNKS].data.table;
	bool is_wanted = view->scene.policy.every != BACKUP_NEVER || (view->scene.rows && table_rows(view->scene.rows) > 0);

	if (view->corner)
		return view->corner;
	return chunks && table_rows(chunks) == 0 && view->scene.rows && is_wanted ? LAYOUT_BACKUPS : LAYOUT_CHUNKS;
}

/* --- keys -------------------------------------------------------------------------------------------- */

static void run_key(struct console *console, const char *format, const char *name, const char *id)
{
	char *line = mem_format(format, name, id);

	console_command_by_key(console, line);
	mem_free(line);
}

/* At the prompt, to be read and sent: it makes a database on the server. */
static void type_line(struct console *console, const char *format, const char *name, const char *id)
{
	char *line = mem_format(format, name, id);

	prompt_open(console->prompt, line);
	mem_free(line);
}

/* What the row stands for is restored under another name: it stands at the prompt, to be changed and sent. */
static void type_restore(struct console *console, const struct database *database, const char *name, const char *id)
{
	char *as = mem_format("%s_restored", database->dbname), *word = text_shell_word(as), *line = mem_format("restore %s %s --as %s", name, id ? id : "latest", word);

	prompt_open(console->prompt, line);
	mem_free(line);
	mem_free(word);
	mem_free(as);
}

bool backups_key(struct console *console, char key)
{
	const struct database *database = console_database(console);
	const char *id = pane_text(console->views[LAYOUT_BACKUPS].data.table, list_row(&console->views[LAYOUT_BACKUPS].list), "id");
	char *name;

	if (!database || !key || !strchr("bvVrpt", key))
		return false;
	name = text_shell_word(database->name);
	if (key == 'b')
		run_key(console, "backup %s", name, NULL);
	else if (key == 'v' && id)
		run_key(console, "verify %s --backup %s --read", name, id);
	else if (key == 'V' && id)
		type_line(console, "verify %s --backup %s --restore", name, id);
	else if (key == 'r')
		type_restore(console, database, name, id);
	else if (key == 't')
		run_key(console, "pitr status %s", name, NULL);
	else if (key == 'p')
		run_key(console, "prune %s", name, NULL);
	else
		console_say(console, STYLE_WARN, 4, "there is no backup to verify: b takes one");
	mem_free(name);
	return true;
}
