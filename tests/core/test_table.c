/* Rows: setting, reading, sorting, the words in a cell, and what servers write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/table.h"

static const struct table_column columns[] = {
	{"name", CELL_TEXT, "name", 0, "x"},   {"is_on", CELL_BOOL, "on", 0, "x"},
	{"rows", CELL_COUNT, "rows", 0, "x"},  {"size_bytes", CELL_BYTES, "size", 0, "x"},
	{"rate", CELL_REAL, "rate", 0, "x"},   {"hit", CELL_RATIO, "hit", 0, "x"},
	{"age_s", CELL_SECONDS, "age", 0, "x"}, {"took_ms", CELL_MS, "took", 0, "x"},
	{"seen", CELL_TIME, "seen", 0, "x"},   {"who", CELL_WORDS, "who", 0, "x"},
	{"pid", CELL_ID, "pid", 0, "x"},
};
static const struct table_shape shape = {"things", columns, sizeof columns / sizeof *columns};

static int begin(void **state)
{
	struct table *table = table_new(&shape);

	table_add_row(table);
	*state = table;
	return 0;
}

static int end(void **state)
{
	table_free(*state);
	return 0;
}

static void assert_text(const struct table *table, int row, const char *column, const char *wanted)
{
	char *text = table_cell_text(table, row, table_column(&shape, column));

	assert_string_equal(text, wanted);
	mem_free(text);
}

static void a_new_row_is_null(void **state)
{
	struct table *table = *state;

	for (int i = 0; i < shape.column_count; i++) {
		assert_false(table_cell(table, 0, i)->has_value);
		assert_text(table, 0, columns[i].name, "-");
	}
	assert_null(table_get_text(table, 0, "name"));
	assert_int_equal(table_get_int(table, 0, "rows", -7), -7);
	assert_true(table_get_real(table, 0, "rate", 0.5) == 0.5);
	assert_int_equal(table_column(&shape, "nothing"), -1);
}

static void cells_as_people_read_them(void **state)
{
	struct table *table = *state;

	table_set_text(table, 0, "name", "a\x1b[31m");
	table_set_int(table, 0, "is_on", 1);
	table_set_int(table, 0, "rows", 61000000);
	table_set_approximate(table, 0, "rows");
	table_set_int(table, 0, "size_bytes", 48 * 1048576);
	table_set_real(table, 0, "rate", 312.4);
	table_set_real(table, 0, "hit", 0.998);
	table_set_real(table, 0, "age_s", 187200.9);
	table_set_real(table, 0, "took_ms", 1300);
	table_set_int(table, 0, "seen", 1795269731500000);
	table_add_word(table, 0, "who", "12");
	table_add_word(table, 0, "who", "two\nlines");
	table_set_int(table, 0, "pid", 1234567);
	assert_text(table, 0, "name", "a\\e[31m");
	assert_text(table, 0, "is_on", "yes");
	assert_text(table, 0, "rows", "~61 M");
	assert_text(table, 0, "size_bytes", "48 MB");
	assert_text(table, 0, "rate", "312");
	assert_text(table, 0, "hit", "99.8%");
	assert_text(table, 0, "age_s", "2d 4h");
	assert_text(table, 0, "took_ms", "1.3 s");
	assert_text(table, 0, "seen", "2026-11-21T14:02:11Z");
	assert_text(table, 0, "who", "12, two\\nlines");
	assert_text(table, 0, "pid", "1234567");
}

static void reasons_are_words(void **state)
{
	struct table *table = *state;

	table_set_int(table, 0, "rows", 5);
	table_set_missing(table, 0, "rows", MISSING_LOCKED);
	assert_text(table, 0, "rows", "locked");
	assert_int_equal(table_get(table, 0, "rows")->missing, MISSING_LOCKED);
	table_set_int(table, 0, "rows", 5);
	assert_int_equal(table_get(table, 0, "rows")->missing, MISSING_NONE);
	assert_string_equal(table_missing_word(MISSING_PRIVILEGE), "privilege");
	assert_string_equal(table_missing_word(MISSING_UNSUPPORTED), "unsupported");
}

static void lists_and_texts_are_copied(void **state)
{
	struct table *table = *state;
	char text[] = "own";

	table_set_text(table, 0, "name", text);
	text[0] = 'X';
	assert_string_equal(table_get_text(table, 0, "name"), "own");
	table_set_text(table, 0, "name", table_get_text(table, 0, "name"));
	assert_string_equal(table_get_text(table, 0, "name"), "own");
	table_add_word(table, 0, "who", NULL);
	assert_true(table_get(table, 0, "who")->has_value);
	assert_string_equal(table_get_text(table, 0, "who"), "");
	struct table *copy = table_copy(table);

	table_set_text(table, 0, "name", NULL);
	assert_false(table_get(table, 0, "name")->has_value);
	assert_string_equal(table_get_text(copy, 0, "name"), "own");
	table_free(copy);
}

static void rows_are_copied_by_name(void **state)
{
	static const struct table_column others[] = {
		{"pid", CELL_ID, "pid", 0, "x"},  {"name", CELL_TEXT, "name", 0, "x"},      {"rows", CELL_TEXT, "rows", 0, "x"},
		{"extra", CELL_TEXT, "x", 0, "x"}, {"size_bytes", CELL_BYTES, "size", 0, "x"},
	};
	static const struct table_shape other_shape = {"others", others, sizeof others / sizeof *others};
	struct table *table = *state;
	struct table *other = table_new(&other_shape);

	table_set_text(table, 0, "name", "a");
	table_set_int(table, 0, "pid", 7);
	table_set_int(table, 0, "rows", 5); /* of another type there */
	table_set_missing(table, 0, "size_bytes", MISSING_LOCKED);
	table_add_row(other);
	table_set_text(other, 0, "name", "old");
	table_set_text(other, 0, "extra", "stays");
	table_copy_row(other, 0, table, 0);
	table_set_text(table, 0, "name", "changed");
	assert_string_equal(table_get_text(other, 0, "name"), "a");
	assert_string_equal(table_get_text(other, 0, "extra"), "stays");
	assert_int_equal(table_get_int(other, 0, "pid", -1), 7);
	assert_false(table_get(other, 0, "rows")->has_value);
	assert_int_equal(table_get(other, 0, "size_bytes")->missing, MISSING_LOCKED);
	table_free(other);
}

static void assert_real(const struct table *table, const char *column, double wanted)
{
	assert_true(fabs(table_get_real(table, 0, column, -99) - wanted) < 1e-6);
}

static void server_texts(void **state)
{
	struct table *table = *state;

	table_set_parsed(table, 0, "is_on", "t");
	assert_int_equal(table_get_int(table, 0, "is_on", -1), 1);
	table_set_parsed(table, 0, "is_on", "off");
	assert_int_equal(table_get_int(table, 0, "is_on", -1), 0);
	table_set_parsed(table, 0, "rows", "9223372036854775807");
	assert_true(table_get_int(table, 0, "rows", -1) == INT64_MAX);
	table_set_parsed(table, 0, "rows", "1e+06");
	assert_int_equal(table_get_int(table, 0, "rows", -1), 1000000);
	table_set_parsed(table, 0, "rate", "12.50");
	assert_real(table, "rate", 12.5);
	table_set_parsed(table, 0, "age_s", "86400.25");
	assert_real(table, "age_s", 86400.25);
	table_set_parsed(table, 0, "age_s", "1 day 02:00:00");
	assert_real(table, "age_s", 93600);
	table_set_parsed(table, 0, "took_ms", "00:00:01.5");
	assert_real(table, "took_ms", 1500);
	table_set_parsed(table, 0, "seen", "2026-11-21 16:02:11.5+02");
	assert_true(table_get_int(table, 0, "seen", -1) == 1795269731500000);
	table_set_parsed(table, 0, "name", "t");
	assert_string_equal(table_get_text(table, 0, "name"), "t");
	table_set_parsed(table, 0, "who", "{12,\"a \\\"b\\\", c\",NULL,d}");
	assert_string_equal(table_get_text(table, 0, "who"), "12\na \"b\", c\nd");
	table_set_parsed(table, 0, "who", "{}");
	assert_string_equal(table_get_text(table, 0, "who"), "");
}

static void server_texts_without_a_value(void **state)
{
	struct table *table = *state;
	static const char *const pairs[][2] = {{"seen", "infinity"}, {"seen", "-infinity"}, {"rate", "NaN"},
	                                       {"rate", "Infinity"}, {"rows", "many"},      {"age_s", "soon"},
	                                       {"is_on", "perhaps"}, {"rows", ""}};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		table_set_parsed(table, 0, pairs[i][0], pairs[i][1]);
		if (table_get(table, 0, pairs[i][0])->has_value)
			fail_msg("%s took \"%s\" for a value", pairs[i][0], pairs[i][1]);
	}
	table_set_parsed(table, 0, "name", "x");
	table_set_parsed(table, 0, "name", NULL);
	assert_false(table_get(table, 0, "name")->has_value);
	/* what was broken text ends where it ends */
	table_set_parsed(table, 0, "who", "{\"a");
	table_set_parsed(table, 0, "who", "{a}b}");
}

static void sorting(void **state)
{
	struct table *table = *state;
	static const char *const order_up[] = {"b", "d", "a", "c"};
	static const char *const order_down[] = {"a", "b", "d", "c"};

	table_remove_row(table, 0);
	static const struct {
		const char *name;
		int rows; /* 0: null */
	} rows[] = {{"a", 3}, {"b", 1}, {"c", 0}, {"d", 1}};

	for (size_t i = 0; i < 4; i++) {
		int row = table_add_row(table);

		table_set_text(table, row, "name", rows[i].name);
		if (rows[i].rows)
			table_set_int(table, row, "rows", rows[i].rows);
	}
	table_sort(table, table_column(&shape, "rows"), false);
	for (int i = 0; i < 4; i++)
		assert_string_equal(table_get_text(table, i, "name"), order_up[i]);
	table_sort(table, table_column(&shape, "rows"), true);
	for (int i = 0; i < 4; i++)
		assert_string_equal(table_get_text(table, i, "name"), order_down[i]);
	table_sort(table, table_column(&shape, "name"), true);
	assert_string_equal(table_get_text(table, 0, "name"), "d");
	table_remove_row(table, 0);
	assert_int_equal(table_rows(table), 3);
	assert_string_equal(table_get_text(table, 0, "name"), "c");
	for (int i = 0; i < 100; i++)
		table_add_row(table);
	assert_int_equal(table_rows(table), 103);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_new_row_is_null), TEST(cells_as_people_read_them),  TEST(reasons_are_words),
		TEST(lists_and_texts_are_copied), TEST(rows_are_copied_by_name), TEST(server_texts), TEST(server_texts_without_a_value),
		TEST(sorting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
