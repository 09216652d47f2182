/* Enter in MIGRATIONS: one migration in full. Its file is shown at once; how it would run, lint and pgtend's own record when the server has told. */
#include <stdlib.h>
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

enum { GUTTER_COLS = 7 };

static const char *cell(const struct migration_view *view, const char *column)
{
	return pane_text(view->rows, 0, column);
}

/* --- fields -------------------------------------------------------------------------------------- */

static enum style state_style(const char *state)
{
	if (strcmp(state, "applied") == 0)
		return STYLE_OK;
	return strcmp(state, "pending") == 0 ? STYLE_WARN : STYLE_CRIT;
}

static char *moment(int64_t time_us, int64_t now_us)
{
	char day[UNITS_SIZE], clock[16], age[UNITS_SIZE];
	int64_t seconds = (now_us - time_us) / 1000000;

	pane_clock(clock, time_us);
	return mem_format("%s %s UTC, %s ago", units_day(day, time_us), clock, units_age(age, seconds > 0 ? seconds : 0));
}

static void add_state(const struct migration_view *view, struct overlay *overlay, int64_t now_us)
{
	const char *state = cell(view, "state"), *advice = cell(view, "advice");
	const struct cell *applied = pane_cell(view->rows, 0, "applied_at");

	overlay_field(overlay, state_style(state ? state : ""), "state", state ? state : "-");
	if (advice)
		overlay_field(overlay, STYLE_KEY, "what to do", advice);
	if (applied) {
		char *when = moment(applied->u.integer, now_us);

		overlay_field(overlay, STYLE_PLAIN, "applied", when);
		mem_free(when);
	}
}

static void add_tool(const struct migration_view *view, struct overlay *overlay)
{
	const char *dialect = cell(view, "dialect");
	char *tool;

	if (!dialect)
		return;
	tool = mem_format("%s%s%s", dialect, view->details.history ? ", history " : "", view->details.history ? view->details.history : "");
	overlay_field(overlay, STYLE_PLAIN, "tool", tool);
	mem_free(tool);
}

static void add_file(const struct migration_view *view, struct overlay *overlay)
{
	const char *path = cell(view, "path"), *checksum = cell(view, "checksum");
	char size[UNITS_SIZE], *about;

	if (!path) {
		overlay_field(overlay, STYLE_DIM, "file", "none: only its row in the history is known");
	} else if (view->file.why_not) {
		about = mem_format("%s: %s", path, view->file.why_not);
		overlay_field(overlay, STYLE_CRIT, "file", about);
		mem_free(about);
	} else {
		about = mem_format("%s, %s%s", path, units_bytes(size, view->file.bytes), strstr(view->file.text, "\r\n") ? ", lines end with CR LF" : "");
		overlay_field(overlay, STYLE_PLAIN, "file", about);
		mem_free(about);
	}
	if (checksum)
		overlay_field(overlay, STYLE_DIM, "sha256", checksum);
}

static void add_record(const struct migration_details *details, struct overlay *overlay, int64_t now_us)
{
	const struct migration_record *record = &details->record;
	struct text words = { 0 };
	char took[UNITS_SIZE], *when;

	if (!details->has_record) {
		if (details->record_why_not)
			overlay_field(overlay, STYLE_DIM, "pgtend wrote down", details->record_why_not);
		return;
	}
	when = moment(record->ran_us, now_us);
	text_addf(&words, "%s, %s", record->action, when);
	if (record->duration_ms >= 0)
		text_addf(&words, ", took %s", units_ms(took, record->duration_ms));
	if (record->who)
		text_addf(&words, ", by %s", record->who);
	if (record->version)
		text_addf(&words, ", pgtend %s", record->version);
	overlay_field(overlay, STYLE_PLAIN, "pgtend wrote down", text_str(&words));
	if (record->checksum)
		overlay_field(overlay, STYLE_DIM, "sha256 of what ran", record->checksum);
	text_done(&words);
	mem_free(when);
}

static void add_answer(const struct migration_view *view, struct overlay *overlay, int64_t now_us)
{
	const struct migration_details *details = &view->details;

	if (view->is_asked)
		overlay_field(overlay, STYLE_DIM, "how it runs", "asking ...");
	else if (view->err.kind != ERR_NONE)
		overlay_field(overlay, STYLE_CRIT, "how it runs", view->err.text);
	if (!view->is_known)
		return;
	if (details->runs)
		overlay_field(overlay, STYLE_PLAIN, "would run", details->runs);
	if (details->trouble)
		overlay_field(overlay, STYLE_CRIT, "cannot run", details->trouble);
	for (size_t i = 0; i < details->warnings.count; i++)
		overlay_field(overlay, STYLE_WARN, i == 0 ? "to know" : "", details->warnings.v[i]);
	if (details->down)
		overlay_field(overlay, STYLE_PLAIN, "taken back by", details->down);
	add_record(details, overlay, now_us);
}

/* --- lint ------------------------------------------------------------------------------------------ */

static bool is_danger(const struct table *findings, int row)
{
	const char *severity = pane_text(findings, row, "severity");

	return severity && strcmp(severity, "danger") == 0;
}

/* The line of FILE:LINE:COL; 0: none. */
static int line_of(const char *place)
{
	const char *at = place ? strrchr(place, ':') : NULL;

	while (at && at > place && at[-1] != ':')
		at--;
	return at && at > place ? atoi(at) : 0;
}

static void add_finding(const struct table *findings, int row, struct overlay *overlay)
{
	const char *place = pane_text(findings, row, "place"), *rule = pane_text(findings, row, "rule"), *object = pane_text(findings, row, "object");
	const char *why = pane_text(findings, row, "why"), *safe = pane_text(findings, row, "safe_form"), *allowed = pane_text(findings, row, "allowed");
	const char *severity = pane_text(findings, row, "severity");
	enum style style = allowed ? STYLE_DIM : is_danger(findings, row) ? STYLE_CRIT : STYLE_WARN;
	char *head = mem_format("line %d: %s: %s%s%s", line_of(place), severity ? severity : "", rule ? rule : "", object ? "  " : "", object ? object : "");

	overlay_add(overlay, style, "%s", head);
	if (why)
		overlay_field(overlay, STYLE_PLAIN, "  why", why);
	if (safe)
		overlay_field(overlay, STYLE_KEY, "  safe form", safe);
	if (allowed)
		overlay_field(overlay, STYLE_DIM, "  allowed", allowed);
	mem_free(head);
}

static void add_lint(const struct migration_view *view, struct overlay *overlay)
{
	const struct table *findings = view->details.findings;

	if (!findings)
		return;
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, table_rows(findings) > 0 ? "lint" : "lint: nothing found");
	for (int row = 0; row < table_rows(findings); row++)
		add_finding(findings, row, overlay);
}

/* --- the text, its lines numbered, those that lint speaks of marked ---------------------------------- */

static char mark_of(const struct table *findings, int line, enum style *style)
{
	char mark = ' ';

	*style = STYLE_PLAIN;
	for (int row = 0; findings && row < table_rows(findings); row++) {
		if (pane_text(findings, row, "allowed") || line_of(pane_text(findings, row, "place")) != line)
			continue;
		if (is_danger(findings, row) || mark == ' ')
			*style = is_danger(findings, row) ? STYLE_CRIT : STYLE_WARN;
		mark = is_danger(findings, row) ? '!' : mark == ' ' ? '~' : mark;
	}
	return mark;
}

static void add_text(const struct migration_view *view, struct overlay *overlay)
{
	const char *from = view->file.text;
	int line = 0;

	if (!from)
		return;
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, *from ? "text" : "the file is empty");
	while (*from) {
		size_t length = strcspn(from, "\n"), shown = length;
		enum style style;
		char mark = mark_of(view->details.findings, ++line, &style), *whole;

		if (shown > 0 && from[shown - 1] == '\r')
			shown--;
		whole = mem_format("%c%4d  %.*s", mark, line, (int)shown, from);
		overlay_line(overlay, style, GUTTER_COLS, whole);
		mem_free(whole);
		from += length + (from[length] == '\n');
	}
	if (view->file.is_cut)
		overlay_add(overlay, STYLE_DIM, "%s", "... the file goes on; so much of it is not shown here");
}

void migration_fill(const struct migration_view *view, struct overlay *overlay, int64_t now_us)
{
	overlay_clear(overlay);
	add_state(view, overlay, now_us);
	add_answer(view, overlay, now_us);
	add_tool(view, overlay);
	add_file(view, overlay);
	add_lint(view, overlay);
	add_text(view, overlay);
}

/* --- asking ------------------------------------------------------------------------------------------ */

static void view_free(struct migration_view *view)
{
	migration_text_view_done(&view->file);
	migration_details_done(&view->details);
	table_free(view->rows);
	mem_free(view);
}

static void ask(void *arg)
{
	struct migration_view *view = arg;
	struct session *session = database_session(view->console->fleet, view->database);

	view->is_known = migration_details_read(view->database, session, cell(view, "name"), &view->details, &view->err);
}

static void asked(void *arg);

static void start(struct migration_view *view)
{
	view->console->migration = view;
	view->task = task_start(view->console->fleet->loop, ask, asked, view);
}

static struct overlay *overlay_of(const struct migration_view *view)
{
	struct console *console = view->console;
	struct overlay *overlay = console->overlay && console->overlay->serial == view->serial ? console->overlay : console->under;

	return overlay && overlay->serial == view->serial ? overlay : NULL;
}

static void asked(void *arg)
{
	struct migration_view *view = arg, *next = view->next;
	struct overlay *overlay = overlay_of(view);

	view->is_asked = false;
	if (overlay && (view->is_known || view->err.kind != ERR_CANCELLED)) {
		migration_fill(view, overlay, console_now_us(view->console));
		console_mark(view->console, STALE_SCREEN);
	}
	view->console->migration = NULL;
	view_free(view);
	if (next && overlay_of(next))
		start(next);
	else if (next)
		view_free(next);
}

void migration_give_up(struct console *console)
{
	struct migration_view *view = console->migration;

	if (!view)
		return;
	task_cancel(view->task);
	if (view->next)
		view_free(view->next);
	view->next = NULL;
}

/* One question at a time. Nobody waits any more for the answer to the one before. */
static void ask_about(struct migration_view *view)
{
	struct migration_view *before = view->console->migration;

	if (!before) {
		start(view);
		return;
	}
	task_cancel(before->task);
	if (before->next)
		view_free(before->next);
	before->next = view;
}

void migration_open(struct console *console, const struct table *table, int row)
{
	struct migration_view *view = MEM_NEW(struct migration_view);
	const char *name = pane_text(table, row, "name"), *path = pane_text(table, row, "path");
	char *title = mem_format("%s: %s", pane_migrations.name, name ? name : "-");
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, title);

	view->console = console;
	view->database = console_database(console);
	view->serial = overlay->serial;
	view->rows = table_new(table_shape(table));
	table_copy_row(view->rows, table_add_row(view->rows), table, row);
	if (path)
		migration_text_view(path, &view->file);
	view->is_asked = console->collector && view->database && name;
	migration_fill(view, overlay, console_now_us(console));
	console_show(console, overlay);
	if (view->is_asked)
		ask_about(view);
	else
		view_free(view);
	mem_free(title);
}
