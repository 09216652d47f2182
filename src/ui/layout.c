#include "pgtend/ui/layout.h"

#include <string.h>

enum { TITLE_ROWS = 1, PANE_FRAME_ROWS = 2 /* title line, column headings */ };

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static enum layout_kind kind_of(const struct layout_wish *wish)
{
	if (wish->rows < LAYOUT_LEAST_ROWS || wish->cols < LAYOUT_LEAST_COLS)
		return LAYOUT_TINY;
	if (wish->is_zoomed)
		return LAYOUT_SINGLE;
	if (wish->rows >= 28 && wish->cols >= 100)
		return LAYOUT_FULL;
	if (wish->rows >= 16 && wish->cols >= 60)
		return LAYOUT_STACKED;
	return LAYOUT_SINGLE;
}

static struct rect rect_of(int row, int col, int rows, int cols)
{
	struct rect rect = { row, col, rows, cols };

	return rect;
}

/* A large fleet scrolls in its own pane instead of driving the others away. */
static int fleet_rows(const struct layout_wish *wish, int room)
{
	return least(most(wish->databases, 1) + PANE_FRAME_ROWS, most(room * 2 / 5, 4));
}

static void make_full(const struct layout_wish *wish, struct layout *layout, int top, int room)
{
	int fleet = fleet_rows(wish, room);
	int jobs = least(most(wish->jobs, 2) + PANE_FRAME_ROWS, most(4, room / 5));
	int grid = room - fleet - jobs, upper = (grid + 1) / 2, half = wish->cols / 2;

	layout->panes[LAYOUT_FLEET] = rect_of(top, 0, fleet, wish->cols);
	layout->panes[LAYOUT_JOBS] = rect_of(top + fleet + grid, 0, jobs, wish->cols);
	layout->corner = wish->corner == LAYOUT_BACKUPS ? LAYOUT_BACKUPS : LAYOUT_CHUNKS;
	if (wish->focus == LAYOUT_SERVER) {
		layout->panes[LAYOUT_SERVER] = rect_of(top + fleet, 0, grid, wish->cols);
		return;
	}
	layout->panes[LAYOUT_MIGRATIONS] = rect_of(top + fleet, 0, upper, half - 1);
	layout->panes[LAYOUT_TABLES] = rect_of(top + fleet, half + 1, upper, wish->cols - half - 1);
	layout->panes[layout->corner] = rect_of(top + fleet + upper, 0, grid - upper, half - 1);
	layout->panes[LAYOUT_ACTIVITY] = rect_of(top + fleet + upper, half + 1, grid - upper, wish->cols - half - 1);
}

static void make_stacked(const struct layout_wish *wish, struct layout *layout, int top, int room)
{
	int fleet = fleet_rows(wish, room), beneath = wish->focus == LAYOUT_FLEET ? wish->beneath : wish->focus;

	if (beneath <= LAYOUT_FLEET || beneath >= LAYOUT_PANES)
		beneath = LAYOUT_MIGRATIONS;
	layout->panes[LAYOUT_FLEET] = rect_of(top, 0, fleet, wish->cols);
	layout->panes[beneath] = rect_of(top + fleet, 0, room - fleet, wish->cols);
}

void layout_make(const struct layout_wish *wish, struct layout *layout)
{
	int bottom, room;

	memset(layout, 0, sizeof(*layout));
	layout->kind = kind_of(wish);
	if (layout->kind == LAYOUT_TINY) {
		layout->bottom = rect_of(most(wish->rows - 1, 0), 0, least(wish->rows, 1), most(wish->cols, 0));
		return;
	}
	bottom = least(most(wish->bottom_rows, 1), wish->rows - TITLE_ROWS - 3);
	layout->title = rect_of(0, 0, TITLE_ROWS, wish->cols);
	layout->bottom = rect_of(wish->rows - bottom, 0, bottom, wish->cols);
	room = wish->rows - TITLE_ROWS - bottom;
	if (wish->has_running_job && layout->kind != LAYOUT_FULL && wish->focus != LAYOUT_JOBS && room > 6) {
		room--;
		layout->jobs_line = rect_of(TITLE_ROWS + room, 0, 1, wish->cols);
	}
	if (layout->kind == LAYOUT_FULL)
		make_full(wish, layout, TITLE_ROWS, room);
	else if (layout->kind == LAYOUT_STACKED)
		make_stacked(wish, layout, TITLE_ROWS, room);
	else
		layout->panes[wish->focus] = rect_of(TITLE_ROWS, 0, room, wish->cols);
}

int layout_at(const struct layout *layout, int row, int col)
{
	for (int i = 0; i < LAYOUT_PANES; i++) {
		const struct rect *rect = &layout->panes[i];

		if (row >= rect->row && row < rect->row + rect->rows && col >= rect->col && col < rect->col + rect->cols)
			return i;
	}
	return -1;
}
