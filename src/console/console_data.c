/* Facts become what panes draw. Done before drawing and before keys, because a table of facts lives only until the next answer. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"

/* FLEET's cursor is the selection: where another database was selected by other means, it goes there. */
static void follow_selection(struct console *console)
{
	struct view *view = &console->views[LAYOUT_FLEET];

	if (console->selected >= 0 && list_row(&view->list) != console->selected)
		list_select(&view->list, console->selected);
}

static void derive(struct console *console, int which)
{
	struct view *view = &console->views[which];
	const struct pane *pane = which == LAYOUT_SERVER ? console_pane(console, which) : panes[which];
	const struct database *database = console_database(console);
	bool is_due = (console->stale & STALE_DATA) || view->derived_for != database;

	if (!pane->derive)
		return;
	if (is_due) {
		struct table *made = pane->derive(console, &view->data);

		table_free(view->derived);
		view->derived = made;
		view->derived_for = database;
	}
	if (view->derived)
		view->data.table = view->derived;
}

static void derive_pools(struct console *console)
{
	if (!(console->stale & STALE_DATA) && console->derived_pools)
		return;
	table_free(console->derived_pools);
	console->derived_pools = pane_pools.derive(console, NULL);
	list_update(&console->pools, console->derived_pools);
}

static void derive_tree(struct console *console)
{
	if (!(console->stale & STALE_DATA) && console->derived_tree)
		return;
	table_free(console->derived_tree);
	console->derived_tree = pane_locks.derive(console, NULL);
	list_update(&console->tree, console->derived_tree);
}

static void sync_view(struct console *console, int which)
{
	struct view *view = &console->views[which];
	const struct pane *pane = which == LAYOUT_SERVER ? console_pane(console, which) : panes[which];
	const struct table *before = view->list.table;
	int at_least = 3 * console->refresh_ms / 1000;

	if (which == LAYOUT_SERVER && console->focus != LAYOUT_SERVER && view->list.table == NULL)
		return; /* nobody has looked at it yet */
	pane_read_facts(console->fleet, console_database(console), pane->fact, &view->data);
	if (view->data.fresh_s < at_least)
		view->data.fresh_s = at_least;
	derive(console, which);
	if (which == LAYOUT_FLEET || which == LAYOUT_JOBS)
		view->data.about = NULL;
	if (pane->beside)
		pane->beside(console, &view->data);
	if (which == LAYOUT_JOBS && console->focus != LAYOUT_JOBS)
		list_top(&view->list); /* the newest job is the one to look at */
	if ((console->stale & STALE_DATA) || view->data.table != before)
		list_update(&view->list, view->data.table);
}

void console_sync(struct console *console)
{
	console->data_version += (console->stale & STALE_DATA) != 0;
	pane_set_now(console_now_us(console));
	derive_pools(console);
	derive_tree(console);
	for (int i = 0; i < LAYOUT_PANES; i++)
		sync_view(console, i);
	chunks_sync(console);
	backups_sync(console);
	follow_selection(console);
	details_follow(console);
	console->stale &= ~(unsigned)STALE_DATA;
}

void console_pane_data(const struct console *console, int which, struct pane_data *data)
{
	const struct pane *pane = console_pane(console, which);

	memcpy(data, pane == &pane_chunk_list ? &console->chunks.data : &console->views[which].data, sizeof(*data));
	if (pane == &pane_locks)
		data->table = console->derived_tree;
	if (pane == &pane_pools)
		pools_data(console, data);
}
