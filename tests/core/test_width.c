/* Columns of a terminal: wide, combining and broken characters, and cutting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "pgtend/core/width.h"

static void columns(void **state)
{
	(void)state;
	assert_int_equal(width_cols(""), 0);
	assert_int_equal(width_cols("abc"), 3);
	assert_int_equal(width_cols("Grüße"), 5);
	assert_int_equal(width_cols("日本"), 4);
	assert_int_equal(width_cols("e\xCC\x81"), 1);
	assert_int_equal(width_cols("a\xFF" "b"), 3); /* a broken byte takes a column */
	assert_int_equal(width_cols("a\x1b" "b"), 2);
}

static void fitting(void **state)
{
	int used = -1;

	(void)state;
	assert_int_equal(width_fit("abcdef", 3, &used), 3);
	assert_int_equal(used, 3);
	assert_int_equal(width_fit("日本", 3, &used), 3); /* half a character does not fit */
	assert_int_equal(used, 2);
	assert_int_equal(width_fit("e\xCC\x81x", 1, &used), 3); /* the accent goes with its letter */
	assert_int_equal(used, 1);
	assert_int_equal(width_fit("abc", 0, NULL), 0);
	assert_int_equal(width_fit("abc", 10, NULL), 3);
}

static void assert_cut(const char *s, int cols, size_t size, const char *wanted, int wanted_cols)
{
	char out[64];

	memset(out, 'X', sizeof out);
	assert_int_equal(width_cut(out, size, s, cols), wanted_cols);
	assert_string_equal(out, wanted);
	assert_true(strlen(out) < size);
	assert_int_equal(width_cols(out), wanted_cols);
}

static void cutting(void **state)
{
	(void)state;
	assert_cut("abc", 3, 64, "abc", 3);
	assert_cut("abcd", 3, 64, "ab…", 3);
	assert_cut("abcd", 1, 64, "…", 1);
	assert_cut("abcd", 0, 64, "", 0);
	assert_cut("日本語", 5, 64, "日本…", 5);
	assert_cut("日本語", 4, 64, "日…", 3);
	assert_cut("abcdefgh", 8, 6, "ab…", 3); /* a small buffer */
	assert_cut("abcdefgh", 8, 3, "", 0);
	assert_cut("", 5, 64, "", 0);
}

static void stepping(void **state)
{
	unsigned cp = 0;
	int cols = -1;

	(void)state;
	assert_int_equal(width_next("", &cp, &cols), 0);
	assert_int_equal(width_next("日", &cp, &cols), 3);
	assert_int_equal(cp, 0x65E5);
	assert_int_equal(cols, 2);
	assert_int_equal(width_next("\xE6\x97", &cp, &cols), 1);
	assert_int_equal(cp, 0xFFFD);
	assert_int_equal(cols, 1);
}

static void without_utf8_the_ellipsis_is_ascii(void **state)
{
	char out[16];

	(void)state;
	setlocale(LC_ALL, "C");
	assert_int_equal(width_cut(out, sizeof out, "abcd", 3), 3);
	assert_string_equal(out, "ab~");
	assert_int_equal(width_cols("Grüße"), 5);
	setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),
		cmocka_unit_test(fitting),
		cmocka_unit_test(cutting),
		cmocka_unit_test(stepping),
		cmocka_unit_test(without_utf8_the_ellipsis_is_ascii),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
