#include "pgtend/ui/theme.h"

static enum theme_kind theme;
static bool has_utf8;

void theme_init(enum theme_kind kind, bool is_utf8)
{
	theme = kind;
	has_utf8 = is_utf8;
}

bool theme_has_colour(void)
{
	return theme != THEME_PLAIN;
}

bool theme_is_utf8(void)
{
	return has_utf8;
}

static const struct theme_look coloured[STYLE_COUNT] = {
	[STYLE_PLAIN] = { THEME_DEFAULT, THEME_DEFAULT, false, false, false, false },
	[STYLE_DIM] = { THEME_DEFAULT, THEME_DEFAULT, false, true, false, false },
	[STYLE_BOLD] = { THEME_DEFAULT, THEME_DEFAULT, true, false, false, false },
	[STYLE_TITLE] = { THEME_CYAN, THEME_DEFAULT, true, false, false, false },
	[STYLE_HEADER] = { THEME_DEFAULT, THEME_DEFAULT, false, true, false, true },
	[STYLE_SELECTED] = { THEME_DEFAULT, THEME_DEFAULT, false, false, true, false },
	[STYLE_BORDER] = { THEME_DEFAULT, THEME_DEFAULT, false, true, false, false },
	[STYLE_OK] = { THEME_GREEN, THEME_DEFAULT, false, false, false, false },
	[STYLE_WARN] = { THEME_YELLOW, THEME_DEFAULT, true, false, false, false },
	[STYLE_CRIT] = { THEME_RED, THEME_DEFAULT, true, false, false, false },
	[STYLE_STALE] = { THEME_DEFAULT, THEME_DEFAULT, false, true, false, false },
	[STYLE_KEY] = { THEME_CYAN, THEME_DEFAULT, false, false, false, false },
	[STYLE_DEV] = { THEME_GREEN, THEME_DEFAULT, true, false, true, false },
	[STYLE_STAGING] = { THEME_YELLOW, THEME_DEFAULT, true, false, true, false },
	[STYLE_PRODUCTION] = { THEME_WHITE, THEME_RED, true, false, false, false },
	[STYLE_BAR] = { THEME_CYAN, THEME_DEFAULT, false, false, false, false },
	[STYLE_RAW] = { THEME_BLUE, THEME_DEFAULT, true, false, false, false },
	[STYLE_COMPRESSED] = { THEME_GREEN, THEME_DEFAULT, false, false, false, false },
	[STYLE_PROMPT] = { THEME_DEFAULT, THEME_DEFAULT, true, false, false, false },
	[STYLE_FOCUS] = { THEME_CYAN, THEME_DEFAULT, true, false, true, false },
	[STYLE_LATE] = { THEME_RED, THEME_DEFAULT, true, false, false, false },
	[STYLE_ODD] = { THEME_MAGENTA, THEME_DEFAULT, true, false, false, false },
};

static enum theme_colour on_white(enum theme_colour colour)
{
	return colour == THEME_YELLOW ? THEME_MAGENTA : colour == THEME_CYAN ? THEME_BLUE : colour;
}

struct theme_look theme_look(enum style style)
{
	struct theme_look look = coloured[style < STYLE_COUNT ? style : STYLE_PLAIN];

	if (theme == THEME_COLOURED)
		return look;
	if (theme == THEME_LIGHT) {
		look.foreground = on_white(look.foreground);
		return look;
	}
	/* Without colours what alarms must still stand out beside its word. */
	if (style == STYLE_CRIT || style == STYLE_PRODUCTION || style == STYLE_STAGING)
		look.is_reverse = true;
	look.foreground = THEME_DEFAULT;
	look.background = THEME_DEFAULT;
	return look;
}

static const char *const glyphs[GLYPH_COUNT][2] = {
	[GLYPH_HORIZONTAL] = { "-", "─" },
	[GLYPH_VERTICAL] = { "|", "│" },
	[GLYPH_TEE_DOWN] = { "+", "┬" },
	[GLYPH_TEE_UP] = { "+", "┴" },
	[GLYPH_CROSS] = { "+", "┼" },
	[GLYPH_TOP_LEFT] = { "+", "┌" },
	[GLYPH_TOP_RIGHT] = { "+", "┐" },
	[GLYPH_BOTTOM_LEFT] = { "+", "└" },
	[GLYPH_BOTTOM_RIGHT] = { "+", "┘" },
	[GLYPH_LESS] = { "<", "‹" },
	[GLYPH_MORE] = { ">", "›" },
	[GLYPH_UP] = { "^", "▲" },
	[GLYPH_DOWN] = { "v", "▼" },
	[GLYPH_POINTER] = { ">", "▸" },
	[GLYPH_SEPARATOR] = { "-", "·" },
	[GLYPH_ELLIPSIS] = { "~", "…" },
	[GLYPH_BAR_DONE] = { "#", "━" },
	[GLYPH_BAR_LEFT] = { "-", "╌" },
	[GLYPH_GAP] = { ".", "·" },
	[GLYPH_RAW] = { "=", "■" },
	[GLYPH_WAITING] = { "~", "~" },
	[GLYPH_COMPRESSED] = { "#", "▪" },
	[GLYPH_PARTIAL] = { "+", "+" },
	[GLYPH_FROZEN] = { "*", "*" },
	[GLYPH_FUTURE] = { ">", "»" },
	[GLYPH_LOCKED] = { "x", "×" },
	[GLYPH_LATE] = { "!", "!" },
	[GLYPH_DUE] = { "o", "○" },
	[GLYPH_UNREAD] = { "?", "?" },
	[GLYPH_READ] = { "=", "▪" },
	[GLYPH_RESTORED] = { "#", "■" },
	[GLYPH_RETURN] = { "$", "⏎" },
};

const char *theme_glyph(enum theme_glyph glyph)
{
	return glyphs[glyph][has_utf8 ? 1 : 0];
}
