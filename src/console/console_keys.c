/* What each key does. Nothing is drawn or asked of a server here: state changes, and what became stale is returned. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is_control(const struct key *key, char letter)
{
	return key->code == KEYS_CONTROL && key->text[0] == letter && !key->is_alt;
}

static char plain(const struct key *key)
{
	return key->code == KEYS_TEXT && !key->is_alt && key->text[1] == '\0' ? key->text[0] : '\0';
}

/* --- leaving ---------------------------------------------------------------------------------- */

static unsigned quit(struct console *console)
{
	console_quit(console);
	return STALE_SCREEN;
}

/* One step back: from an overlay, a filter, a zoomed pane, from SERVER, which lies over the others, to FLEET. False when there is nothing to go back from. */
static bool go_back(struct console *console)
{
	struct list *list = console_list(console, console->focus);

	if (console->overlay) {
		console_hide(console);
		return true;
	}
	if (list->filter) {
		list_filter(list, NULL);
		return true;
	}
	if (console->focus == LAYOUT_CHUNKS && console->chunks.is_open) {
		chunks_close(console);
		return true;
	}
	if (console->is_zoomed) {
		console->is_zoomed = false;
		return true;
	}
	if (console->focus == LAYOUT_SERVER) {
		console_focus(console, LAYOUT_FLEET);
		return true;
	}
	return false;
}

static unsigned interrupt(struct console *console)
{
	int64_t now_us = console_now_us(console);
	bool is_again = console->interrupted_us > 0 && now_us - console->interrupted_us < 3000000;

	if (prompt_is_open(console->prompt)) {
		prompt_close(console->prompt);
		return STALE_SCREEN;
	}
	if (console->is_filtering) {
		console->is_filtering = false;
		return STALE_SCREEN;
	}
	console->interrupted_us = now_us;
	if (is_again)
		return quit(console);
	if (console_cancel_running(console))
		return STALE_SCREEN;
	console_say(console, STYLE_WARN, 3, "Ctrl-C again quits; Esc goes back, q quits");
	return STALE_SCREEN;
}

/* --- the filter line -------------------------------------------------------------------------- */

static void apply_filter(struct console *console)
{
	struct list *list = console_active_list(console);

	if (console->overlay)
		overlay_filter(console->overlay, edit_str(&console->filter));
	else if (list)
		list_filter(list, edit_str(&console->filter));
}

static unsigned start_filter(struct console *console)
{
	struct list *list = console_active_list(console);

	console->is_filtering = true;
	edit_set(&console->filter, list && list->filter ? list->filter : "");
	return STALE_SCREEN;
}

static unsigned filter_key(struct console *console, const struct key *key)
{
	if (key->code == KEYS_ENTER || key->code == KEYS_UP || key->code == KEYS_DOWN) {
		console->is_filtering = false;
	} else if (key->code == KEYS_ESCAPE || (key->code == KEYS_BACKSPACE && *edit_str(&console->filter) == '\0')) {
		console->is_filtering = false;
		edit_done(&console->filter);
		apply_filter(console);
	} else if (edit_key(&console->filter, key)) {
		apply_filter(console);
	}
	return STALE_SCREEN;
}

/* --- the sort menu ---------------------------------------------------------------------------- */

static unsigned open_sort_menu(struct console *console)
{
	struct list *list = console_list(console, console->focus);
	struct overlay *menu;

	if (!list->shape)
		return STALE_NOTHING;
	menu = overlay_new(OVERLAY_MENU, "sort by");
	overlay_add(menu, STYLE_PLAIN, "as it comes");
	for (int i = 0; i < list->column_count; i++)
		overlay_add(menu, STYLE_PLAIN, "%s", list_title(list, i));
	menu->cursor = list->sort + 1;
	console_show(console, menu);
	console->is_sort_menu = true;
	return STALE_SCREEN;
}

static unsigned choose_sort(struct console *console)
{
	struct list *list = console_list(console, console->focus);
	int column = console->overlay->cursor - 1;
	bool is_descending = column >= 0 && list->shape->columns[list->columns[column].column].type != CELL_TEXT;

	console_hide(console);
	list_sort(list, column, is_descending);
	return STALE_SCREEN;
}

/* --- overlays --------------------------------------------------------------------------------- */

static unsigned open_row_of_rows(struct console *console)
{
	struct overlay *rows = console->overlay, *overlay;
	int row = list_row(&rows->list);

	if (row < 0)
		return STALE_NOTHING;
	overlay = overlay_new(OVERLAY_TEXT, rows->title);
	overlay_row(overlay, rows->table, row);
	console_show(console, overlay);
	return STALE_SCREEN;
}

static unsigned overlay_keys(struct console *console, const struct key *key)
{
	if (key->code == KEYS_ESCAPE || plain(key) == 'q') {
		bool is_filter = console->overlay->kind == OVERLAY_ROWS ? console->overlay->list.filter != NULL : console->overlay->filter != NULL;

		if (key->code == KEYS_ESCAPE && is_filter)
			overlay_filter(console->overlay, NULL);
		else
			console_hide(console);
		return STALE_SCREEN;
	}
	if (key->code == KEYS_ENTER && console->is_sort_menu)
		return choose_sort(console);
	if (key->code == KEYS_ENTER && console->overlay->kind == OVERLAY_ROWS)
		return open_row_of_rows(console);
	if (key->code == KEYS_ENTER) {
		console_hide(console);
		return STALE_SCREEN;
	}
	if (plain(key) == '/' && !console->is_sort_menu)
		return start_filter(console);
	if (plain(key) == ':') {
		prompt_open(console->prompt, NULL);
		return STALE_SCREEN;
	}
	return overlay_key(console->overlay, key) ? STALE_SCREEN : STALE_NOTHING;
}

/* --- panes ------------------------------------------------------------------------------------ */

static unsigned step_refresh(struct console *console, int by)
{
	static const int steps_ms[] = { 500, 1000, 2000, 5000, 10000, 30000, 60000 };
	int count = (int)(sizeof(steps_ms) / sizeof(steps_ms[0])), at = 0;

	while (at < count - 1 && steps_ms[at] < console->refresh_ms)
		at++;
	at += by;
	if (at < 0 || at >= count)
		return STALE_NOTHING;
	console->refresh_ms = steps_ms[at];
	if (console->collector)
		collector_set_refresh(console->collector, console->refresh_ms);
	return STALE_SCREEN;
}

static unsigned toggle_pause(struct console *console)
{
	console->is_paused = !console->is_paused;
	console->paused_us = console_now_us(console);
	if (console->collector)
		collector_pause(console->collector, console->is_paused);
	if (!console->is_paused && console->collector)
		collector_ask_now(console->collector, console_database(console));
	return STALE_SCREEN;
}

static unsigned ask_now(struct console *console)
{
	if (console->collector && console_database(console))
		collector_ask_now(console->collector, console_database(console));
	console_say(console, STYLE_DIM, 2, "asking now");
	return STALE_SCREEN;
}

static unsigned next_focus(struct console *console, int by)
{
	int next = (console->focus + by + LAYOUT_PANES) % LAYOUT_PANES;

	/* SERVER lies over others: who wants it, says so */
	console_focus(console, next == LAYOUT_SERVER ? (next + by + LAYOUT_PANES) % LAYOUT_PANES : next);
	return STALE_SCREEN;
}

static unsigned next_database(struct console *console, int by)
{
	int count = console->fleet->database_count;

	if (count > 0)
		console_select(console, (console->selected + by + count) % count);
	return STALE_DATA;
}

/* In CHUNKS from the grid to the pane alone, to its chunks, and all the way back. */
static unsigned zoom(struct console *console)
{
	bool is_chunks = console->focus == LAYOUT_CHUNKS;

	if (is_chunks && console->chunks.is_open) {
		chunks_close(console);
		console->is_zoomed = false;
	} else if (!is_chunks || !console->is_zoomed || !chunks_open(console)) {
		console->is_zoomed = !console->is_zoomed;
	}
	return STALE_SCREEN;
}

/* What mends the row stands at the prompt, to be read and sent. */
static unsigned type_mend(struct console *console)
{
	char *mend = console->focus == LAYOUT_CHUNKS ? chunks_mend(&console->chunks.scene, chunks_row(console))
		: console->focus == LAYOUT_BACKUPS ? backups_mend(&console->backups.scene) : NULL;

	if (!mend)
		return STALE_NOTHING;
	prompt_open(console->prompt, mend);
	mem_free(mend);
	return STALE_SCREEN;
}

static unsigned text_key(struct console *console, char c)
{
	if (c >= '0' && c < '0' + LAYOUT_PANES) {
		console_focus(console, c - '0');
		return STALE_SCREEN;
	}
	if (console->focus == LAYOUT_BACKUPS && backups_key(console, c))
		return STALE_SCREEN;
	if ((console->focus == LAYOUT_FLEET || console->focus == LAYOUT_MIGRATIONS) && loop_key(console, c))
		return STALE_SCREEN;
	if (console->focus == LAYOUT_ACTIVITY && activity_key(console, c))
		return STALE_SCREEN;
	switch (c) {
	case 'q':
		return go_back(console) ? STALE_SCREEN : quit(console);
	case ':':
		prompt_open(console->prompt, NULL);
		return STALE_SCREEN;
	case '/':
	case '\\':
		return start_filter(console);
	case '?':
		console_show(console, help_new(console));
		return STALE_SCREEN;
	case 'z':
		return zoom(console);
	case 'S':
		return open_sort_menu(console);
	case 'r':
	case 'R':
		return ask_now(console);
	case 'p':
		return toggle_pause(console);
	case '+':
		return step_refresh(console, 1);
	case '-':
		return step_refresh(console, -1);
	case '[':
		return next_database(console, -1);
	case ']':
		return next_database(console, 1);
	case 'O':
		if (console->focus != LAYOUT_SERVER)
			return STALE_NOTHING;
		server_step(console, -1);
		return STALE_DATA;
	case 'o':
		if (console->focus == LAYOUT_SERVER) {
			server_step(console, 1);
			return STALE_DATA;
		}
		if (console->focus != LAYOUT_ACTIVITY)
			return STALE_NOTHING;
		console->shows_pools = !console->shows_pools;
		console->shows_tree = false;
		return STALE_SCREEN;
	case 'm':
		return type_mend(console);
	case 'd':
		details_open(console);
		return STALE_SCREEN;
	default:
		return STALE_NOTHING;
	}
}

static unsigned move_in_list(struct console *console, int which, const struct key *key)
{
	struct list *list = console_list(console, which);

	if (!list_key(list, key))
		return STALE_NOTHING;
	if (which == LAYOUT_FLEET && list_row(list) >= 0)
		console_select(console, list_row(list));
	return STALE_SCREEN;
}

static unsigned function_key(struct console *console, int number)
{
	switch (number) {
	case 1:
		return text_key(console, '?');
	case 4:
		return text_key(console, '/');
	case 5:
		return ask_now(console);
	case 10:
		return text_key(console, 'q');
	default:
		return STALE_NOTHING;
	}
}

/* Goes into the row: from a late database to its chunks, from a hypertable to each of them, else to all columns. */
static unsigned enter(struct console *console)
{
	bool is_chunks = console->focus == LAYOUT_CHUNKS, is_gone;

	if (details_are_unreached(console)) {
		details_walk(console);
		return STALE_SCREEN;
	}
	if (is_chunks && console->chunks.is_open)
		is_gone = chunks_list_all(console);
	else if (is_chunks)
		is_gone = chunks_open(console);
	else
		is_gone = chunks_are_why(console) && chunks_visit(console);
	if (!is_gone)
		details_open(console);
	return STALE_SCREEN;
}

static unsigned pane_key(struct console *console, const struct key *key)
{
	bool is_timeline = console->focus == LAYOUT_CHUNKS && console->chunks.is_open;
	unsigned stale;

	if (is_timeline && (key->code == KEYS_LEFT || key->code == KEYS_RIGHT)) {
		chunks_step(console, key->code == KEYS_LEFT ? -1 : 1);
		return STALE_SCREEN;
	}
	stale = move_in_list(console, console->focus, key);
	if (stale)
		return stale;
	switch (key->code) {
	case KEYS_TAB:
		return next_focus(console, 1);
	case KEYS_BACKTAB:
		return next_focus(console, -1);
	case KEYS_ENTER:
		return enter(console);
	case KEYS_ESCAPE:
		if (!go_back(console))
			console_focus(console, LAYOUT_FLEET);
		return STALE_SCREEN;
	case KEYS_FUNCTION:
		return function_key(console, key->function);
	case KEYS_PASTE:
		console_say(console, STYLE_WARN, 4, "pasted text is taken at the prompt only: press : first");
		return STALE_SCREEN;
	case KEYS_TEXT:
		return key->is_alt ? STALE_NOTHING : text_key(console, plain(key));
	default:
		return STALE_NOTHING;
	}
}

/* --- mouse ------------------------------------------------------------------------------------ */

static unsigned mouse_key(struct console *console, const struct key *key)
{
	int which = layout_at(&console->layout, key->row, key->col);
	struct list *list;

	if (console->overlay)
		return key->code == KEYS_CLICK ? STALE_NOTHING : overlay_keys(console, key);
	if (which < 0)
		return STALE_NOTHING;
	if (key->code != KEYS_CLICK)
		return move_in_list(console, which, key);
	list = console_list(console, which);
	console_focus(console, which);
	if (list_click(list, key->row - console->layout.panes[which].row - PANE_LIST_ROW) && which == LAYOUT_FLEET)
		console_select(console, list_row(list));
	return STALE_SCREEN;
}

/* --- the prompt ------------------------------------------------------------------------------- */

static unsigned prompt_keys(struct console *console, const struct key *key)
{
	if (prompt_key(console->prompt, key) == PROMPT_LINE) {
		char *line = prompt_take_line(console->prompt);

		console_command(console, line);
		mem_free(line);
	}
	return STALE_SCREEN;
}

/* Alt means nothing outside of the prompt: it is an Esc and a key that came together over a slow line. A question that
 * Esc has taken away leaves the key without a meaning. */
static unsigned alt_key(struct console *console, const struct key *key)
{
	struct key escape = { .code = KEYS_ESCAPE, .is_last = true }, plain_key = *key;
	bool had_question = console->questions != NULL;
	unsigned stale = console_key(console, &escape);

	plain_key.is_alt = false;
	return had_question ? stale : stale | console_key(console, &plain_key);
}

unsigned console_key(struct console *console, const struct key *key)
{
	if (key->code == KEYS_NONE || key->code == KEYS_UNKNOWN)
		return STALE_NOTHING;
	if (key->is_alt && (console->questions || !prompt_is_open(console->prompt)))
		return alt_key(console, key);
	console_sync(console);
	if (console->message && console->message_until_us == 0)
		console_hush(console);
	if (is_control(key, 'l'))
		return STALE_SCREEN | STALE_ALL;
	if (is_control(key, 'z')) {
		console->is_suspend_wanted = true;
		return STALE_SCREEN;
	}
	if (console->questions)
		return question_key(console, key);
	if (is_control(key, 'c'))
		return interrupt(console);
	if (key->code == KEYS_CLICK || key->code == KEYS_WHEEL_UP || key->code == KEYS_WHEEL_DOWN)
		return mouse_key(console, key);
	if (prompt_is_open(console->prompt))
		return prompt_keys(console, key);
	if (console->is_filtering)
		return filter_key(console, key);
	if (console->overlay)
		return overlay_keys(console, key);
	return pane_key(console, key);
}
