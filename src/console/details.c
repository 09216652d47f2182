/* Enter: the row at the cursor in full; in JOBS the log of the job, followed while it runs. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static void fill_log(struct overlay *overlay, const struct record *record, int64_t now_us)
{
	char took[UNITS_SIZE];
	int64_t end_us = record->ended_us > 0 ? record->ended_us : now_us;

	overlay_clear(overlay);
	bool has_failed = record->state == JOB_FAILED && !record->is_refused;
	overlay_field(overlay, has_failed ? STYLE_CRIT : STYLE_PLAIN, "state", record_state_word(record));
	if (record->started_us > 0)
		overlay_field(overlay, STYLE_PLAIN, "took", units_ms(took, (double)(end_us - record->started_us) / 1000.0));
	if (record->message)
		overlay_field(overlay, has_failed ? STYLE_CRIT : STYLE_PLAIN, record->state == JOB_FAILED ? "why" : "result", record->message);
	if (record->hint)
		overlay_field(overlay, STYLE_WARN, "what to do", record->hint);
	for (size_t i = 0; i < record->hints.count; i++)
		overlay_field(overlay, STYLE_KEY, i == 0 ? "next" : "", record->hints.v[i]);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, record->log.count > 0 ? "log" : "no log");
	for (size_t i = 0; i < record->log.count; i++)
		overlay_add(overlay, STYLE_PLAIN, "%s", record->log.v[i]);
}

void details_follow(struct console *console)
{
	struct overlay *overlay = console->overlay;
	const struct record *record = overlay && overlay->watched > 0 ? records_find(&console->records, overlay->watched) : NULL;
	bool is_at_end;

	if (!record || !(console->stale & STALE_DATA))
		return;
	is_at_end = overlay->top + overlay->body_rows >= overlay->text_rows;
	fill_log(overlay, record, console_now_us(console));
	if (is_at_end)
		overlay->top = 1 << 20; /* drawing brings it back to the last page */
}

static void open_log(struct console *console, const struct table *table, int row)
{
	const struct record *record = records_find(&console->records, (int)pane_int(table, row, "number", 0));
	struct overlay *overlay;

	if (!record)
		return;
	overlay = overlay_new(OVERLAY_TEXT, record->title);
	overlay->watched = record->number;
	fill_log(overlay, record, console_now_us(console));
	console_show(console, overlay);
}

static void open_backup(struct console *console, const struct backups_scene *scene, int row)
{
	const char *id = pane_text(scene->rows, row, "id");
	char *title = mem_format("%s: %s", pane_backups.name, id ? id : "-");
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, title);

	backup_details(scene, row, overlay);
	console_show(console, overlay);
	mem_free(title);
}

/* Without a row the pane's state in full is what can be told. */
static void open_state(struct console *console, const struct pane *pane, const struct pane_data *data)
{
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, pane->name);
	enum style style;
	char *words = pane_state_text(pane, data, console_now_us(console), &style);

	overlay_add(overlay, style, "%s", words);
	if (data->err.kind != ERR_NONE && data->err.hint[0])
		overlay_add(overlay, STYLE_PLAIN, "%s", data->err.hint);
	overlay_add(overlay, STYLE_DIM, "%s", pane->help);
	mem_free(words);
	console_show(console, overlay);
}

/* Nothing was ever answered here, or the database of FLEET's row does not answer: then there is no row to open, but a reason to find. */
bool details_are_unreached(const struct console *console)
{
	struct pane_data data;
	const struct list *list = console_list_of(console, console->focus);

	if (!console_database(console))
		return false;
	console_pane_data(console, console->focus, &data);
	if (console->focus == LAYOUT_FLEET) {
		int row = list_row(list);

		return data.table && row >= 0 && row < table_rows(data.table) && pane_text(data.table, row, "error") && !pane_int(data.table, row, "reachable", 1);
	}
	return data.err.kind != ERR_UNSUPPORTED && pane_judge(&data, console_now_us(console)) == PANE_ERROR;
}

void details_walk(struct console *console)
{
	char *name = text_shell_word(console_database(console)->name), *line = mem_format("doctor %s", name);

	console_command(console, line);
	mem_free(line);
	mem_free(name);
}

void details_open(struct console *console)
{
	const struct pane *pane = console_pane(console, console->focus);
	struct list *list = console_list(console, console->focus);
	struct pane_data data;
	struct overlay *overlay;
	int row = list_row(list);
	char *title, *first;

	console_pane_data(console, console->focus, &data);
	if (row < 0 || !data.table) {
		open_state(console, pane, &data);
		return;
	}
	if (console->focus == LAYOUT_JOBS) {
		open_log(console, data.table, row);
		return;
	}
	if (pane == &pane_backups && data.backups) {
		open_backup(console, data.backups, row);
		return;
	}
	if (pane == &pane_migrations) {
		migration_open(console, data.table, row);
		return;
	}
	if (pane == &pane_tables && console_database(console)) {
		table_details_open(console, data.table, row);
		return;
	}
	first = table_cell_text(data.table, row, list->columns[0].column);
	title = mem_format("%s: %s", pane->name, first);
	overlay = overlay_new(OVERLAY_TEXT, title);
	if (pane->details)
		pane->details(console, &data, row, overlay);
	overlay_row(overlay, data.table, row);
	console_show(console, overlay);
	mem_free(title);
	mem_free(first);
}
