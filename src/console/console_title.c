/* The first line: what this is, how bad it is, where we are, what time it is. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"
#include "pgtend/health/health.h"

static enum style environment_style(enum environment environment)
{
	switch (environment) {
	case ENVIRONMENT_PRODUCTION:
		return STYLE_PRODUCTION;
	case ENVIRONMENT_STAGING:
		return STYLE_STAGING;
	default:
		return STYLE_DEV;
	}
}

/* " PRODUCTION locked ", " PRODUCTION unlocked 14:59 ", " DEVELOPMENT ": the word, not only a colour. */
static char *environment_text(const struct database *database)
{
	char *word = mem_copy(environment_word(database->environment)), *text;
	int left_s;

	for (char *p = word; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	if (database->environment != ENVIRONMENT_PRODUCTION) {
		text = mem_format(" %s ", word);
	} else {
		left_s = guard_unlocked_s(database);
		text = left_s > 0 ? mem_format(" %s unlocked %d:%02d ", word, left_s / 60, left_s % 60) : mem_format(" %s locked ", word);
	}
	mem_free(word);
	return text;
}

static int count_verdict(const struct table *table, enum verdict verdict)
{
	int count = 0;

	for (int row = 0; table && row < table_rows(table); row++) {
		const char *word = pane_text(table, row, "health.verdict");

		count += word && strcmp(word, verdict_word(verdict)) == 0;
	}
	return count;
}

static char *left_text(const struct console *console)
{
	int count = console->fleet->database_count;

	char *text = mem_format("%s  %d database%s", console->fleet_name, count, count == 1 ? "" : "s");
	if (console->fleet->left_out_count > 0) {
		char *rest = mem_format("%s, %d left out", text, console->fleet->left_out_count);
		mem_free(text);
		return rest;
	}
	return text;
}

static char *right_text(const struct console *console)
{
	char clock[16];
	int ms = console->refresh_ms;

	/* Paused, the clock stands too: nothing moves, nothing is sent. */
	pane_clock(clock, console->is_paused ? console->paused_us : console_now_us(console));
	if (console->is_paused)
		return mem_format("PAUSED at %s UTC", clock);
	if (ms % 1000 == 0)
		return mem_format("%s UTC  every %ds", clock, ms / 1000);
	return mem_format("%s UTC  every %.1fs", clock, ms / 1000.0);
}

static int put_version(const struct console *console, struct canvas *canvas, int col, int room)
{
	const struct database *database = console_database(console);
	const char *version = database ? database->server->version : NULL;

	if (!version || width_cols(version) + 5 > room)
		return 0;
	return canvas_putf(canvas, 0, col, STYLE_BOLD, "PG %s", version) + 2;
}

static int put_alarms(const struct console *console, struct canvas *canvas, int col, int room)
{
	const struct table *table = console->views[LAYOUT_FLEET].derived;
	int crit = count_verdict(table, VERDICT_CRIT), warn = count_verdict(table, VERDICT_WARN), from = col;

	if (crit > 0 && room > 9)
		col += canvas_putf(canvas, 0, col, STYLE_CRIT, "%d CRIT", crit) + 2;
	if (warn > 0 && room - (col - from) > 9)
		col += canvas_putf(canvas, 0, col, STYLE_WARN, "%d WARN", warn) + 2;
	return col - from;
}

void title_draw(const struct console *console, struct canvas *canvas)
{
	const struct database *database = console_database(console);
	int cols = canvas_cols(canvas), col = 1, width;
	char *left = left_text(console), *right = right_text(console), *visible = text_visible(left);
	char *environment = database ? environment_text(database) : mem_copy("");
	int right_width = width_cols(right), middle_width = width_cols(environment);

	col += canvas_put(canvas, 0, col, STYLE_TITLE, "pgtend") + 2;
	/* What gives way first: the clock's line, then the fleet's; the environment never. */
	if (col + middle_width + right_width + 3 > cols)
		right_width = 0;
	width = cols - col - middle_width - right_width - 4;
	if (width > width_cols(visible))
		width = width_cols(visible);
	if (width > 3) {
		canvas_field(canvas, 0, col, width, STYLE_BOLD, false, visible);
		col += width + 2;
	}
	col += put_alarms(console, canvas, col, cols - col - right_width - middle_width - 2);
	col += put_version(console, canvas, col, cols - col - right_width - middle_width - 3);
	if (database) {
		int at = (cols - middle_width) / 2;

		if (at < col)
			at = col;
		if (at + middle_width + right_width + 1 > cols)
			at = cols - middle_width - right_width - 1;
		canvas_put(canvas, 0, at > 0 ? at : 0, environment_style(database->environment), environment);
	}
	if (right_width > 0)
		canvas_put(canvas, 0, cols - right_width - 1, console->is_paused ? STYLE_WARN : STYLE_PLAIN, right);
	mem_free(environment);
	mem_free(visible);
	mem_free(right);
	mem_free(left);
}
