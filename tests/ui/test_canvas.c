/* Cells: clipping, wide characters, windows; the layout; bars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/chart.h"
#include "pgtend/ui/edit.h"
#include "pgtend/ui/layout.h"
#include "pgtend/ui/theme.h"

static void assert_text(const struct canvas *canvas, const char *wanted)
{
	char *text = canvas_text(canvas);

	assert_string_equal(text, wanted);
	mem_free(text);
}

static void text_is_clipped_on_all_sides(void **state)
{
	struct canvas *canvas = canvas_new(2, 5);

	(void)state;
	assert_int_equal(canvas_put(canvas, 0, 3, STYLE_PLAIN, "abcdef"), 6);
	canvas_put(canvas, 1, -2, STYLE_PLAIN, "abcd");
	canvas_put(canvas, 2, 0, STYLE_PLAIN, "never");
	canvas_put(canvas, -1, 0, STYLE_PLAIN, "never");
	assert_text(canvas, "   ab\ncd\n");
	canvas_free(canvas);
}

static void wide_characters_are_never_cut_in_half(void **state)
{
	struct canvas *canvas = canvas_new(4, 4);

	(void)state;
	assert_int_equal(canvas_put(canvas, 0, 0, STYLE_PLAIN, "你好"), 4);
	canvas_put(canvas, 1, 1, STYLE_PLAIN, "你好"); /* the second half of 好 lies outside */
	canvas_put(canvas, 2, -1, STYLE_PLAIN, "你好");
	canvas_put(canvas, 3, 0, STYLE_PLAIN, "你好");
	canvas_put(canvas, 3, 1, STYLE_PLAIN, "x"); /* overwrites the right half of 你 */
	canvas_put(canvas, 3, 2, STYLE_PLAIN, "y"); /* and the left half of 好 */
	assert_text(canvas, "你好\n 你\n 好\n xy\n");
	assert_string_equal(canvas_cell(canvas, 0, 1, NULL), "");
	canvas_free(canvas);
}

static void marks_join_and_control_bytes_are_harmless(void **state)
{
	struct canvas *canvas = canvas_new(3, 8);

	(void)state;
	assert_int_equal(canvas_put(canvas, 0, 0, STYLE_PLAIN, "e\xCC\x81x"), 2);
	assert_string_equal(canvas_cell(canvas, 0, 0, NULL), "e\xCC\x81");
	canvas_put(canvas, 1, 0, STYLE_PLAIN, "a\033[31m");
	assert_string_equal(canvas_cell(canvas, 1, 1, NULL), "?");
	canvas_put(canvas, 2, 0, STYLE_PLAIN, "\xC2\x9B" "2J\xff");
	assert_text(canvas, "e\xCC\x81x\na?[31m\n?2J?\n");
	canvas_free(canvas);
}

static void a_window_has_its_own_origin_and_edge(void **state)
{
	struct canvas *canvas = canvas_new(3, 6), *sub = canvas_sub(canvas, 1, 2, 10, 3), *none = canvas_sub(canvas, 5, 9, 2, 2);

	(void)state;
	assert_int_equal(canvas_rows(sub), 2);
	assert_int_equal(canvas_cols(sub), 3);
	assert_int_equal(canvas_rows(none), 0);
	canvas_put(none, 0, 0, STYLE_CRIT, "x");
	canvas_put(sub, 0, -1, STYLE_PLAIN, "abcdef");
	canvas_fill(sub, 1, 0, 99, STYLE_BAR, '#');
	assert_text(canvas, "\n  bcd\n  ###\n");
	canvas_free(none);
	canvas_free(sub);
	canvas_free(canvas);
}

static void fields_are_cut_filled_and_set_right(void **state)
{
	struct canvas *canvas = canvas_new(3, 12);

	(void)state;
	canvas_fill(canvas, 0, 0, 12, STYLE_PLAIN, '.');
	canvas_field(canvas, 0, 1, 6, STYLE_BOLD, false, "ab");
	canvas_field(canvas, 1, 0, 6, STYLE_PLAIN, true, "ab");
	canvas_field(canvas, 2, 0, 6, STYLE_PLAIN, false, "abcdefghij");
	assert_text(canvas, ".ab    .....\n    ab\nabcde…\n");
	canvas_free(canvas);
}

static void a_canvas_of_nothing_survives(void **state)
{
	struct canvas *canvas = canvas_new(0, 0);

	(void)state;
	canvas_put(canvas, 0, 0, STYLE_PLAIN, "x");
	canvas_style_row(canvas, 0, STYLE_CRIT);
	assert_text(canvas, "");
	assert_string_equal(canvas_cell(canvas, 0, 0, NULL), "");
	canvas_free(canvas);
}

/* A character a chunk, a bar as high as it is large; what is there is seen, however small. */
static void a_timeline_is_drawn(void **state)
{
	static const struct chart_cell cells[] = {
		{ CHART_LATE, 1, false }, { CHART_COMPRESSED, 0.001, false }, { CHART_GAP, -1, false }, { CHART_RAW, 0.5, true }, { CHART_LOCKED, -1, false },
		{ CHART_BLANK, -1, false }, { CHART_FUTURE, 0, false },
	};
	struct canvas *canvas = canvas_new(3, 7);
	enum style style = STYLE_PLAIN;
	char *text;

	(void)state;
	theme_init(THEME_PLAIN, true);
	chart_bars(canvas, 0, 0, 2, cells, 7);
	chart_strip(canvas, 2, 0, cells, 7);
	text = canvas_text(canvas);
	assert_string_equal(text, "█\n█▁ █\n!▪·■× »\n");
	mem_free(text);
	canvas_cell(canvas, 2, 3, &style);
	assert_int_equal(style, STYLE_SELECTED);
	canvas_cell(canvas, 0, 0, &style);
	assert_int_equal(style, STYLE_LATE);
	canvas_clear(canvas);
	theme_init(THEME_PLAIN, false);
	chart_bars(canvas, 0, 0, 2, cells, 7);
	chart_strip(canvas, 2, 0, cells, 7);
	text = canvas_text(canvas);
	assert_string_equal(text, "!\n!. =\n!#.=x >\n");
	mem_free(text);
	/* each is told without colours from the others of its drawing: chunks, backups */
	for (int kind = CHART_GAP; kind < CHART_KINDS; kind++)
		for (int other = kind < CHART_MISSED ? CHART_GAP : CHART_MISSED; other < kind; other++)
			assert_string_not_equal(chart_glyph((enum chart_kind)kind), chart_glyph((enum chart_kind)other));
	canvas_free(canvas);
}

static void bars_show_every_kind_that_exists(void **state)
{
	struct canvas *canvas = canvas_new(3, 20);
	char *bar;

	(void)state;
	theme_init(THEME_PLAIN, false);
	chart_progress(canvas, 0, 0, 12, 62, 100);
	assert_int_equal(chart_chunks(canvas, 1, 0, 20, 2, 5, 3), 10);   /* one column a chunk */
	assert_int_equal(chart_chunks(canvas, 2, 0, 20, 1, 990, 9), 20); /* scaled, but the one late chunk stays */
	assert_text(canvas, "[######----]\n!!#####===\n!##################=\n");
	bar = chart_progress_text(6, 0, 0);
	assert_string_equal(bar, "[----]");
	mem_free(bar);
	canvas_free(canvas);
}

static bool is_apart(const struct rect *a, const struct rect *b)
{
	return a->rows == 0 || b->rows == 0 || a->row >= b->row + b->rows || b->row >= a->row + a->rows || a->col >= b->col + b->cols ||
		b->col >= a->col + a->cols;
}

/* Every size of terminal: nothing overlaps, nothing lies outside. */
static void layouts_never_overlap(void **state)
{
	struct layout layout;

	(void)state;
	for (int rows = 1; rows < 70; rows++)
		for (int cols = 1; cols < 200; cols += 3)
			for (int variant = 0; variant < 8; variant++) {
				struct layout_wish wish = { .rows = rows, .cols = cols, .databases = variant & 1 ? 100 : 5, .jobs = variant & 1 ? 30 : 0,
					.bottom_rows = 1 + (variant & 2) * 2, .focus = variant % LAYOUT_PANES, .beneath = 2, .corner = variant & 4 ? LAYOUT_BACKUPS : 0,
					.is_zoomed = (variant & 4) != 0, .has_running_job = (variant & 2) != 0 };
				const struct rect *all[LAYOUT_PANES + 3];
				int count = 0;

				layout_make(&wish, &layout);
				all[count++] = &layout.title;
				all[count++] = &layout.bottom;
				all[count++] = &layout.jobs_line;
				for (int i = 0; i < LAYOUT_PANES; i++)
					all[count++] = &layout.panes[i];
				for (int i = 0; i < count; i++) {
					assert_true(all[i]->rows >= 0 && all[i]->row >= 0 && all[i]->row + all[i]->rows <= rows);
					assert_true(all[i]->col >= 0 && all[i]->col + all[i]->cols <= cols);
					for (int k = i + 1; k < count; k++)
						assert_true(is_apart(all[i], all[k]));
				}
				if (layout.kind != LAYOUT_TINY)
					assert_true(layout.panes[wish.focus].rows > 2);
			}
}

static void each_size_has_its_layout(void **state)
{
	struct layout_wish wish = { .rows = 40, .cols = 120, .databases = 5, .bottom_rows = 1, .focus = LAYOUT_FLEET, .beneath = LAYOUT_TABLES };
	struct layout layout;

	(void)state;
	layout_make(&wish, &layout);
	assert_int_equal(layout.kind, LAYOUT_FULL);
	for (int i = 0; i < LAYOUT_PANES; i++)
		assert_int_equal(layout.panes[i].rows > 0, i != LAYOUT_BACKUPS && i != LAYOUT_SERVER);
	assert_int_equal(layout_at(&layout, layout.panes[LAYOUT_CHUNKS].row + 1, 3), LAYOUT_CHUNKS);
	wish.focus = LAYOUT_SERVER; /* it lies over the square, between FLEET and JOBS */
	layout_make(&wish, &layout);
	for (int i = 0; i < LAYOUT_PANES; i++)
		assert_int_equal(layout.panes[i].rows > 0, i == LAYOUT_FLEET || i == LAYOUT_JOBS || i == LAYOUT_SERVER);
	assert_int_equal(layout.panes[LAYOUT_SERVER].cols, wish.cols);
	wish.focus = LAYOUT_FLEET;
	wish.corner = LAYOUT_BACKUPS; /* the two share a place */
	layout_make(&wish, &layout);
	assert_int_equal(layout_at(&layout, layout.panes[LAYOUT_BACKUPS].row + 1, 3), LAYOUT_BACKUPS);
	assert_int_equal(layout.panes[LAYOUT_CHUNKS].rows, 0);
	wish.corner = 0;
	layout_make(&wish, &layout);
	assert_int_equal(layout_at(&layout, 0, 0), -1);
	wish.rows = 24;
	wish.cols = 80;
	layout_make(&wish, &layout);
	assert_int_equal(layout.kind, LAYOUT_STACKED);
	assert_true(layout.panes[LAYOUT_FLEET].rows == 7 && layout.panes[LAYOUT_TABLES].rows == 15);
	wish.cols = 40;
	wish.rows = 10;
	layout_make(&wish, &layout);
	assert_int_equal(layout.kind, LAYOUT_SINGLE);
	wish.cols = 29;
	layout_make(&wish, &layout);
	assert_int_equal(layout.kind, LAYOUT_TINY);
}

static void press(struct edit *edit, enum key_code code, const char *text)
{
	struct key key = { .code = code, .is_last = true };

	if (code == KEYS_PASTE)
		key.paste = text;
	else
		strcpy(key.text, text);
	edit_key(edit, &key);
}

static void a_short_line_is_edited_by_characters(void **state)
{
	struct edit edit = { 0 };
	struct canvas *canvas = canvas_new(1, 6);

	(void)state;
	press(&edit, KEYS_TEXT, "a");
	press(&edit, KEYS_TEXT, "你");
	press(&edit, KEYS_TEXT, "b");
	press(&edit, KEYS_LEFT, "");
	press(&edit, KEYS_BACKSPACE, "");
	assert_string_equal(edit_str(&edit), "ab");
	press(&edit, KEYS_CONTROL, "d");
	assert_string_equal(edit_str(&edit), "a");
	press(&edit, KEYS_PASTE, " one\ntwo\033[A");
	assert_string_equal(edit_str(&edit), "a one two [A");
	assert_int_equal(edit_draw(&edit, canvas, 0, 0, 6, STYLE_PLAIN), 5);
	assert_text(canvas, "wo [A\n");
	press(&edit, KEYS_CONTROL, "w");
	assert_string_equal(edit_str(&edit), "a one two ");
	press(&edit, KEYS_CONTROL, "u");
	assert_string_equal(edit_str(&edit), "");
	press(&edit, KEYS_BACKSPACE, "");
	press(&edit, KEYS_DELETE, "");
	assert_string_equal(edit_str(&edit), "");
	edit_done(&edit);
	canvas_free(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_is_drawn),
		cmocka_unit_test(text_is_clipped_on_all_sides),
		cmocka_unit_test(wide_characters_are_never_cut_in_half),
		cmocka_unit_test(marks_join_and_control_bytes_are_harmless),
		cmocka_unit_test(a_window_has_its_own_origin_and_edge),
		cmocka_unit_test(fields_are_cut_filled_and_set_right),
		cmocka_unit_test(a_canvas_of_nothing_survives),
		cmocka_unit_test(bars_show_every_kind_that_exists),
		cmocka_unit_test(layouts_never_overlap),
		cmocka_unit_test(each_size_has_its_layout),
		cmocka_unit_test(a_short_line_is_edited_by_characters),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
