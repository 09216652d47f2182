/* Tables, JSON and CSV as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <string.h>
#include <cmocka.h>

#include "pgtend/cli/print.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"

static const struct table_column columns[] = {
    {"name", CELL_TEXT, "name", 0, "The name."},
    {"size_bytes", CELL_BYTES, "size", 1, "The size."},
    {"query", CELL_TEXT, "query", 3, "A text."},
    {"is_good", CELL_BOOL, "good", 5, "Whether."},
    {"words", CELL_WORDS, NULL, 9, "Words."},
    {"at", CELL_TIME, NULL, 9, "When."},
    {"ratio", CELL_RATIO, NULL, 9, "How much."},
};
static const struct table_shape shape = {"things", columns, 7};

static struct table *two_rows(void)
{
	struct table *table = table_new(&shape);
	int row = table_add_row(table);
	table_set_text(table, row, "name", "a");
	table_set_int(table, row, "size_bytes", 8192);
	table_set_text(table, row, "query", "select 1");
	table_set_int(table, row, "is_good", 1);
	table_add_word(table, row, "words", "x, y");
	table_add_word(table, row, "words", "z");
	table_set_int(table, row, "at", 1700000000000000);
	table_set_real(table, row, "ratio", 0.1);
	row = table_add_row(table);
	table_set_text(table, row, "name", "日本");
	table_set_missing(table, row, "size_bytes", MISSING_LOCKED);
	table_set_text(table, row, "query", "");
	return table;
}

static char *as_table(const struct table *table, int cols)
{
	const struct print_style style = {.cols = cols};
	struct text text = {0};
	print_tables(&text, &table, 1, &style);
	return text_take(&text);
}

static char *as_csv(const struct table *table, bool is_terminal)
{
	struct text text = {0};
	print_csv(&text, table, is_terminal);
	return text_take(&text);
}

static void expect(char *got, const char *wanted)
{
	assert_string_equal(got, wanted);
	mem_free(got);
}

static void columns_are_aligned_also_wide_ones(void **state)
{
	(void)state;
	struct table *table = two_rows();
	expect(as_table(table, 0), "name    size  query     good\n"
	                           "a       8 kB  select 1  yes\n"
	                           "日本  locked            -\n");
	table_free(table);
}

static void narrow_terminals_lose_what_matters_least(void **state)
{
	(void)state;
	struct table *table = two_rows();
	expect(as_table(table, 27), "name    size  query\na       8 kB  select 1\n日本  locked  \n");
	expect(as_table(table, 15), "name    size\na       8 kB\n日本  locked\n");
	expect(as_table(table, 5), "name\na\n日本\n");
	table_free(table);
}

static int width_cols_of_line(const char *line)
{
	char *copy = mem_copy_n(line, strcspn(line, "\n"));
	int cols = width_cols(copy);
	mem_free(copy);
	return cols;
}

static void long_texts_are_cut_before_columns_go(void **state)
{
	(void)state;
	struct table *table = table_new(&shape);
	int row = table_add_row(table);
	table_set_text(table, row, "name", "a");
	table_set_text(table, row, "query", "0123456789012345678901234567890123456789");
	char *text = as_table(table, 44);
	assert_non_null(strstr(text, "good"));
	assert_non_null(strstr(text, "0123456789"));
	assert_null(strstr(text, "01234567890123456789012345678901"));
	mem_free(text);
	/* What went leaves its room to the text: the line is as wide as the terminal. */
	int with_fewer = 0;
	for (int cols = 30; cols < 56; cols++) {
		text = as_table(table, cols);
		if (strstr(text, "0123") != NULL) {
			int heading = width_cols_of_line(text), row_cols = width_cols_of_line(strchr(text, '\n') + 1);
			assert_int_equal(heading > row_cols ? heading : row_cols, cols);
			with_fewer += strstr(text, "good") == NULL;
		}
		mem_free(text);
	}
	assert_true(with_fewer > 0);
	/* Without a terminal nothing is cut. */
	text = as_table(table, 0);
	assert_non_null(strstr(text, "0123456789012345678901234567890123456789"));
	mem_free(text);
	table_free(table);
}

static void several_tables_share_one_heading(void **state)
{
	(void)state;
	struct table *first = two_rows(), *second = two_rows();
	const struct table *both[] = {first, second};
	const struct print_style style = {0};
	struct text text = {0};
	print_tables(&text, both, 2, &style);
	int lines = 0;
	for (const char *c = text_str(&text); *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 5);
	text_done(&text);
	table_free(first);
	table_free(second);
}

static void csv_is_for_programs(void **state)
{
	(void)state;
	struct table *table = two_rows();
	expect(as_csv(table, false), "name,size_bytes,query,is_good,words,at,ratio,missing\n"
	                             "a,8192,select 1,true,\"x, y; z\",2023-11-14T22:13:20Z,0.1,\n"
	                             "日本,,\"\",,,,,size_bytes:locked\n");
	table_free(table);
}

static void csv_quotes_as_it_must(void **state)
{
	(void)state;
	struct table *table = table_new(&shape);
	int row = table_add_row(table);
	table_set_text(table, row, "name", "a \"b\"\r\nc,d");
	table_set_text(table, row, "query", " lead");
	char *text = as_csv(table, false);
	assert_non_null(strstr(text, "\n\"a \"\"b\"\"\r\nc,d\",,\" lead\","));
	mem_free(text);
	table_set_text(table, row, "name", "esc\033[31m");
	text = as_csv(table, true);
	assert_null(strchr(text, '\033'));
	mem_free(text);
	table_free(table);
}

static void json_is_harmless_on_a_terminal(void **state)
{
	(void)state;
	struct text text = {0};
	json_t *value = json_pack("[s, s]", "Zürich", "plain");
	print_json(&text, value, true);
	assert_non_null(strstr(text_str(&text), "Zürich"));
	text_done(&text);
	json_decref(value);
	/* Right-to-left override, DEL and C1 survive JSON's own escaping. */
	value = json_pack("[s, s, s]", "\xe2\x80\xae", "\177", "\xc2\x9b");
	print_json(&text, value, false);
	assert_non_null(strstr(text_str(&text), "\xe2\x80\xae"));
	text_done(&text);
	print_json(&text, value, true);
	assert_null(strstr(text_str(&text), "\xe2\x80\xae"));
	assert_null(strchr(text_str(&text), '\177'));
	assert_null(strstr(text_str(&text), "\xc2\x9b"));
	json_error_t error;
	json_t *back = json_loads(text_str(&text), 0, &error);
	assert_true(json_equal(back, value));
	json_decref(back);
	json_decref(value);
	text_done(&text);
}

static void reals_are_not_longer_than_they_are(void **state)
{
	(void)state;
	struct text text = {0};
	json_t *value = json_real(0.1);
	print_json(&text, value, false);
	assert_string_equal(text_str(&text), "0.1\n");
	text_done(&text);
	json_decref(value);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_are_aligned_also_wide_ones),
	    cmocka_unit_test(narrow_terminals_lose_what_matters_least),
	    cmocka_unit_test(long_texts_are_cut_before_columns_go),
	    cmocka_unit_test(several_tables_share_one_heading),
	    cmocka_unit_test(csv_is_for_programs),
	    cmocka_unit_test(csv_quotes_as_it_must),
	    cmocka_unit_test(json_is_harmless_on_a_terminal),
	    cmocka_unit_test(reals_are_not_longer_than_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
