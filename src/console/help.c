/* `?`: what the keys do here, and what the columns of the focused pane mean. From the tables, so that it cannot grow old. */
#include "console_internal.h"
#include "pgtend/core/mem.h"

static const struct { const char *keys, *does; } keys[] = {
	{ ":", "prompt: verbs act on the selected database; Tab completes, Ctrl-R searches the history" },
	{ "/", "filter the pane: text or regular expression, ! in front turns it round; n N next, Esc clears" },
	{ "Tab  Shift-Tab  0..7", "next pane, the one before, pane by number (0 is FLEET; 7 is SERVER, which lies over the others)" },
	{ "[  ]", "the database before, the next one, from any pane" },
	{ "up down  j k  PgUp PgDn  g G", "move" },
	{ "left right  h l", "scroll columns; what is hidden is counted in the title" },
	{ "<  >  S  I", "sort by another column, from a menu, the other way round" },
	{ "Enter  d", "all columns of the row, with what they mean; in JOBS the log" },
	{ "Enter", "in FLEET on a database whose retention is late: its chunks; in CHUNKS: chunk by chunk" },
	{ "Enter", "where a question could not be asked, and in FLEET on a database that does not answer: doctor walks from its name to its clock" },
	{ "z", "zoom the pane; again, Esc or q: back; in CHUNKS the second z goes on to the single chunks" },
	{ "m", "in CHUNKS and BACKUPS: the command that mends what is wrong, typed at the prompt" },
	{ "b  v  V  r  p  t", "in BACKUPS: take one; read the one at the cursor again; try it out; restore it (both typed, to be sent); prune; points in time" },
	{ "u  s  c  x  D", "in FLEET and MIGRATIONS, of the selected database: migrate up, seed, clean, reset (they ask first, with what would happen); diff" },
	{ "t  w", "there too: a snapshot, back to one (typed, the name is to be added: Tab knows those that there are)" },
	{ "o  O", "in SERVER: the next section, the one before" },
	{ "o  t", "in ACTIVITY: sessions or pools; sessions or who waits for whom" },
	{ "c  x", "in ACTIVITY: cancel the query at the cursor, end its session; both ask first" },
	{ "r  R  F5", "ask the servers now (R, F5 in BACKUPS)" },
	{ "p", "pause: nothing is asked (not in BACKUPS)" },
	{ "+  -", "ask less often, more often" },
	{ "Ctrl-L", "draw everything anew" },
	{ "Ctrl-C", "gives up the prompt, cancels the running job; twice: quits" },
	{ "Ctrl-Z", "to the shell; fg comes back" },
	{ "Esc", "back: overlay, filter, zoom, FLEET" },
	{ "q  F10", "back, at last quits" },
};

static void add_columns(const struct console *console, struct overlay *overlay)
{
	const struct list *list = console_list_of(console, console->focus);

	if (!list->shape)
		return;
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "columns");
	for (int i = 0; i < list->column_count; i++) {
		const struct table_column *column = &list->shape->columns[list->columns[i].column];

		const struct list_column *wish = list->columns[i].wish;

		overlay_field(overlay, STYLE_PLAIN, list_title(list, i), wish && wish->doc ? wish->doc : column->doc ? column->doc : column->name);
	}
	overlay_add(overlay, STYLE_DIM, "A value that is missing says why in its place: version, privilege, extension, locked, timeout, unsupported. A dash: there is none.");
}

/* What the characters of a timeline mean. */
static void add_legend(struct overlay *overlay)
{
	static const struct { enum chart_kind kind; const char *means; } legend[] = {
		{ CHART_RAW, "raw: not compressed" },
		{ CHART_COMPRESSED, "compressed" },
		{ CHART_WAITING, "to compress: older than the policy's compress_after, and still raw" },
		{ CHART_LATE, "late: older than retention keeps, and still there" },
		{ CHART_PARTIAL, "partial: compressed, with rows that came later and are not" },
		{ CHART_FROZEN, "frozen: nothing may change it, retention neither" },
		{ CHART_FUTURE, "future: rows with times that cannot be yet" },
		{ CHART_LOCKED, "locked: another session holds it for itself; pgtend does not wait for it" },
		{ CHART_GAP, "time without a chunk: nobody sent anything" },
	};

	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "timeline");
	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++)
		overlay_field(overlay, STYLE_PLAIN, chart_glyph(legend[i].kind), legend[i].means);
}

/* What the cells of BACKUPS mean. */
static void add_backup_legend(struct overlay *overlay)
{
	static const struct { enum chart_kind kind; const char *means; } legend[] = {
		{ CHART_RESTORED, "restored: it was restored into a scratch database, and the rows of every table compared" },
		{ CHART_READ, "read: every row came out of it, and was counted" },
		{ CHART_CHECKED, "checksum: its bytes are those that were written, its table of contents can be read" },
		{ CHART_UNREAD, "not read back: no policy counts it" },
		{ CHART_DAMAGED, "damaged: it is no backup" },
		{ CHART_MISSED, "missed: the policy wanted one of this day (or week)" },
		{ CHART_DUE, "due: the policy wants one of today" },
		{ CHART_GAP, "none, and none was wanted" },
	};

	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "calendar");
	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++)
		overlay_field(overlay, chart_style(legend[i].kind), chart_glyph(legend[i].kind), legend[i].means);
}

struct overlay *help_new(const struct console *console)
{
	const struct pane *pane = console_pane(console, console->focus);
	char *title = mem_format("help: %s", pane->name);
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, title);

	overlay_add(overlay, STYLE_PLAIN, "%s", pane->help);
	if (pane == &pane_chunks || pane == &pane_chunk_list)
		add_legend(overlay);
	else if (pane == &pane_backups)
		add_backup_legend(overlay);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "keys");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		overlay_field(overlay, STYLE_PLAIN, keys[i].keys, keys[i].does);
	add_columns(console, overlay);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_DIM, "Verbs: type :help, or :help VERB. Every pane is a command too: pgtend tables core --format json.");
	mem_free(title);
	return overlay;
}
