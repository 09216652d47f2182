/* The registry of panes: one line each. */
#include "pgtend/console/pane.h"

const struct pane *const panes[LAYOUT_PANES] = {
	[LAYOUT_FLEET] = &pane_fleet,
	[LAYOUT_MIGRATIONS] = &pane_migrations,
	[LAYOUT_TABLES] = &pane_tables,
	[LAYOUT_CHUNKS] = &pane_chunks,
	[LAYOUT_ACTIVITY] = &pane_activity,
	[LAYOUT_JOBS] = &pane_jobs,
	[LAYOUT_BACKUPS] = &pane_backups,
	[LAYOUT_SERVER] = &pane_server, /* its first section; console_pane() knows which one is shown */
};
