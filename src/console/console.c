#include "pgtend/console/console.h"

#include <stdarg.h>
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

int64_t console_now_us(const struct console *console)
{
	return console->fixed_now_us ? console->fixed_now_us : units_now_us();
}

struct database *console_database(const struct console *console)
{
	return console->selected >= 0 && console->selected < console->fleet->database_count
		? console->fleet->databases[console->selected] : NULL;
}

void console_mark(struct console *console, unsigned stale)
{
	console->stale |= stale;
	if (stale && console->changed)
		console->changed(console->arg);
}

void console_say(struct console *console, enum style style, int seconds, const char *format, ...)
{
	va_list args;
	char *raw;

	va_start(args, format);
	raw = mem_vformat(format, args);
	va_end(args);
	mem_free(console->message);
	console->message = text_visible(raw);
	console->message_style = style;
	console->message_until_us = seconds > 0 ? console_now_us(console) + (int64_t)seconds * 1000000 : 0;
	mem_free(raw);
	console_mark(console, STALE_SCREEN);
}

void console_hush(struct console *console)
{
	mem_free(console->message);
	console->message = NULL;
}

const struct pane *console_pane(const struct console *console, int which)
{
	if (which == LAYOUT_CHUNKS && console->chunks.is_open)
		return &pane_chunk_list;
	if (which == LAYOUT_SERVER)
		return server_pane(console->server_section);
	if (which == LAYOUT_ACTIVITY && console->shows_tree)
		return &pane_locks;
	return which == LAYOUT_ACTIVITY && console->shows_pools ? &pane_pools : panes[which];
}

const struct list *console_list_of(const struct console *console, int which)
{
	if (which == LAYOUT_CHUNKS && console->chunks.is_open)
		return &console->chunks.list;
	if (which == LAYOUT_ACTIVITY && console->shows_tree)
		return &console->tree;
	return which == LAYOUT_ACTIVITY && console->shows_pools ? &console->pools : &console->views[which].list;
}

struct list *console_list(struct console *console, int which)
{
	if (which == LAYOUT_CHUNKS && console->chunks.is_open)
		return &console->chunks.list;
	if (which == LAYOUT_ACTIVITY && console->shows_tree)
		return &console->tree;
	return which == LAYOUT_ACTIVITY && console->shows_pools ? &console->pools : &console->views[which].list;
}

struct list *console_active_list(struct console *console)
{
	if (console->overlay)
		return console->overlay->kind == OVERLAY_ROWS ? &console->overlay->list : NULL;
	return console_list(console, console->focus);
}

/* Other rows come under the same keys: nothing of the old database may look like the new one's. */
static void forget_places(struct console *console)
{
	for (int i = LAYOUT_MIGRATIONS; i <= LAYOUT_ACTIVITY; i++)
		list_top(&console->views[i].list);
	list_top(&console->views[LAYOUT_BACKUPS].list);
	list_top(&console->views[LAYOUT_SERVER].list);
	console->backups.corner = 0;
	chunks_close(console);
}

void console_select(struct console *console, int database)
{
	if (database == console->selected || database < 0 || database >= console->fleet->database_count)
		return;
	console->selected = database;
	forget_places(console);
	if (console->collector)
		collector_focus(console->collector, console_database(console));
	if (prompt_is_open(console->prompt))
		prompt_refresh_hint(console->prompt);
	console_mark(console, STALE_DATA);
}

void console_focus(struct console *console, int pane)
{
	if (pane < 0 || pane >= LAYOUT_PANES)
		return;
	console->focus = pane;
	server_watch(console);
	if (pane != LAYOUT_FLEET)
		console->beneath = pane;
	if (pane == LAYOUT_CHUNKS || pane == LAYOUT_BACKUPS)
		console->backups.corner = pane;
	console_mark(console, STALE_SCREEN);
}

void console_show(struct console *console, struct overlay *overlay)
{
	overlay_free(console->under);
	console->under = console->overlay;
	console->overlay = overlay;
	console->is_sort_menu = false;
	console_mark(console, STALE_SCREEN);
}

void console_hide(struct console *console)
{
	overlay_free(console->overlay);
	console->overlay = console->under;
	console->under = NULL;
	console->is_sort_menu = false;
	console_mark(console, STALE_SCREEN);
}

void console_resize(struct console *console, int rows, int cols)
{
	if (rows < 1)
		rows = 1;
	if (cols < 1)
		cols = 1;
	if (console->canvas && rows == console->rows && cols == console->cols)
		return;
	console->rows = rows;
	console->cols = cols;
	canvas_free(console->canvas);
	console->canvas = canvas_new(rows, cols);
	for (int i = 0; i < LAYOUT_PANES; i++)
		for (int c = 0; c < LIST_COLUMNS; c++)
			console->views[i].list.columns[c].width = 0;
	for (int c = 0; c < LIST_COLUMNS; c++)
		console->chunks.list.columns[c].width = 0;
	console_mark(console, STALE_SCREEN);
}

/* --- news ------------------------------------------------------------------------------------- */

static void news(const struct event *event, void *arg)
{
	struct console *console = arg;

	switch (event->kind) {
	case EVENT_JOB:
		console_mark(console, STALE_DATA);
		break;
	case EVENT_NOTICE:
		if (event->text)
			console_say(console, STYLE_PLAIN, 8, "%s", event->text);
		break;
	default:
		console_mark(console, STALE_DATA);
	}
}

static void complete(const char *line, int cursor, struct words *candidates, char **hint, void *arg)
{
	struct console *console = arg;

	command_complete(console->fleet, line, cursor, candidates, hint);
}

/* --- life ------------------------------------------------------------------------------------- */

static char *folder_name(const struct config *config)
{
	const char *folder = config_folder(config), *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash)
		return mem_copy(folder && *folder ? folder : "fleet");
	return mem_copy(slash[1] ? slash + 1 : "fleet");
}

static int wanted_refresh_ms(const struct fleet *fleet, const struct console_options *options)
{
	double seconds;

	if (options->refresh_ms > 0)
		return options->refresh_ms;
	seconds = section_seconds(config_section(fleet->config, SECTION_PGTEND, ""), "refresh");
	return seconds > 0 ? (int)(seconds * 1000) : 2000;
}

static int first_selected(const struct fleet *fleet, const char *wanted)
{
	for (int i = 0; wanted && i < fleet->database_count; i++)
		if (strcmp(fleet->databases[i]->name, wanted) == 0 || strcmp(fleet->databases[i]->dbname, wanted) == 0)
			return i;
	return fleet->database_count > 0 ? 0 : -1;
}

struct console *console_new(struct fleet *fleet, const struct console_options *options)
{
	struct console *console = MEM_NEW(struct console);
	char *history = places_state("history");

	console->fleet = fleet;
	fleet->is_staying = true;
	console->options = *options;
	console->fleet_name = options->fleet_name ? mem_copy(options->fleet_name) : folder_name(fleet->config);
	console->refresh_ms = wanted_refresh_ms(fleet, options);
	console->selected = first_selected(fleet, options->database);
	console->focus = LAYOUT_FLEET;
	console->beneath = LAYOUT_MIGRATIONS;
	console->cursor_row = -1;
	console->prompt = prompt_new(history, complete, console);
	mem_free(history);
	for (int i = 0; i < LAYOUT_PANES; i++)
		list_init(&console->views[i].list, &panes[i]->wish);
	list_init(&console->pools, &pane_pools.wish);
	list_init(&console->tree, &pane_locks.wish);
	list_init(&console->chunks.list, &pane_chunk_list.wish);
	console->stale = STALE_DATA;
	event_subscribe(fleet->bus, news, console);
	struct err missing = {0};
	if (!fleet_is_whole(fleet, &missing))
		console_say(console, STYLE_WARN, 0, "%s", missing.text);
	return console;
}

void console_free(struct console *console)
{
	event_unsubscribe(console->fleet->bus, news, console);
	console_sweep(console);
	question_free_all(console);
	while (console->overlay)
		console_hide(console);
	for (int i = 0; i < LAYOUT_PANES; i++) {
		list_done(&console->views[i].list);
		table_free(console->views[i].derived);
		canvas_free(console->views[i].image);
	}
	list_done(&console->pools);
	table_free(console->derived_pools);
	list_done(&console->tree);
	table_free(console->derived_tree);
	chunks_done(console);
	backups_done(console);
	records_done(&console->records);
	prompt_free(console->prompt);
	edit_done(&console->filter);
	canvas_free(console->canvas);
	mem_free(console->message);
	mem_free(console->fleet_name);
	mem_free(console);
}
