/* Answers without libpq's types: choosing, reading, notices, positions, filling typed rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../src/pg/result_private.h"
#include "pgtend/core/mem.h"

static PGresult *answer_of(int columns, const char *const *names, int rows, const char *const *values)
{
	PGresult *answer = PQmakeEmptyPGresult(NULL, columns > 0 ? PGRES_TUPLES_OK : PGRES_COMMAND_OK);
	PGresAttDesc attributes[8];

	memset(attributes, 0, sizeof attributes);
	for (int i = 0; i < columns; i++)
		attributes[i].name = (char *)names[i];
	if (columns > 0)
		assert_true(PQsetResultAttrs(answer, columns, attributes));
	for (int row = 0; row < rows; row++)
		for (int i = 0; i < columns; i++) {
			const char *value = values[row * columns + i];

			assert_true(PQsetvalue(answer, row, i, (char *)value, value ? (int)strlen(value) : -1));
		}
	return answer;
}

static void reads_by_name_and_type(void **state)
{
	(void)state;
	const char *const names[] = {"n", "Mixed Name", "ok"};
	const char *const values[] = {"42", "a", "t", NULL, "", "f", "9223372036854775807", "x", NULL, "12.75", "y", "on", "12x", "z", "off"};
	struct result *result = result_new();

	result_add(result, answer_of(3, names, 5, values));
	assert_int_equal(result_rows(result), 5);
	assert_int_equal(result_columns(result), 3);
	assert_int_equal(result_column(result, "Mixed Name"), 1);
	assert_int_equal(result_column(result, "mixed name"), -1);
	assert_string_equal(result_column_name(result, 2), "ok");
	assert_null(result_column_name(result, 3));
	assert_int_equal(result_int(result, 0, 0, -1), 42);
	assert_int_equal(result_int(result, 1, 0, -1), -1); /* null */
	assert_true(result_int(result, 2, 0, -1) == INT64_MAX);
	assert_int_equal(result_int(result, 3, 0, -1), 12);
	assert_int_equal(result_int(result, 4, 0, -1), -1); /* no number */
	assert_int_equal(result_int(result, 0, result_column(result, "missing"), 7), 7);
	assert_null(result_text(result, 1, 0));
	assert_string_equal(result_text(result, 1, 1), ""); /* empty is not null */
	assert_null(result_text(result, 5, 0));
	assert_null(result_text(result, 0, -1));
	assert_true(result_bool(result, 0, 2));
	assert_false(result_bool(result, 1, 2));
	assert_false(result_bool(result, 2, 2));
	assert_true(result_bool(result, 3, 2));
	assert_false(result_bool(result, 4, 2));
	result_free(result);
}

static void chooses_the_last_with_columns(void **state)
{
	(void)state;
	const char *const names[] = {"n"};
	const char *const one[] = {"1"}, *const two[] = {"2"};
	struct result *result = result_new();

	result_add(result, answer_of(1, names, 1, one));
	result_add(result, answer_of(1, names, 1, two));
	result_add(result, answer_of(0, NULL, 0, NULL));
	assert_int_equal(result_count(result), 3);
	assert_int_equal(result_int(result, 0, 0, -1), 2);
	result_choose(result, 0);
	assert_int_equal(result_int(result, 0, 0, -1), 1);
	result_choose(result, 2);
	assert_int_equal(result_columns(result), 0);
	assert_string_equal(result_tag(result), "");
	result_free(result);
}

static void drops_what_a_wrapper_added(void **state)
{
	(void)state;
	const char *const names[] = {"n"};
	const char *const one[] = {"1"};
	struct result *result = result_new();

	result_add(result, answer_of(0, NULL, 0, NULL));
	result_add(result, answer_of(1, names, 1, one));
	result_add(result, answer_of(0, NULL, 0, NULL));
	result_drop(result, 1, 1);
	assert_int_equal(result_count(result), 1);
	assert_int_equal(result_int(result, 0, 0, -1), 1);
	result_drop(result, 1, 1); /* more than there is */
	assert_int_equal(result_count(result), 0);
	assert_int_equal(result_rows(result), 0);
	assert_int_equal(result_column(result, "n"), -1);
	result_free(result);
}

static void is_nothing_when_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(result_count(NULL), 0);
	assert_int_equal(result_rows(NULL), 0);
	assert_null(result_error(NULL));
	assert_int_equal(result_notices(NULL)->count, 0);
	assert_string_equal(result_tag(NULL), "");
	result_free(NULL);
}

static void bounds_a_flood_of_notices(void **state)
{
	(void)state;
	struct result *result = result_new();
	PGresult *notice = PQmakeEmptyPGresult(NULL, PGRES_NONFATAL_ERROR);

	for (int i = 0; i < 5000; i++)
		result_add_notice(result, notice);
	const struct words *notices = result_notices(result);

	assert_int_equal(notices->count, 1000);
	assert_string_equal(notices->v[999], "NOTICE: 4001 more notices are left out");
	PQclear(notice);
	result_free(result);
}

static void fills_the_columns_that_a_shape_has(void **state)
{
	(void)state;
	static const struct table_column columns[] = {
		{"name", CELL_TEXT, "name", 0, ""},
		{"size_bytes", CELL_BYTES, "size", 0, ""},
		{"is_valid", CELL_BOOL, NULL, 0, ""},
		{"never_asked", CELL_COUNT, NULL, 0, ""},
	};
	static const struct table_shape shape = {"things", columns, 4};
	const char *const names[] = {"size_bytes", "surplus", "name", "is_valid"};
	const char *const values[] = {"8192", "?", "a\nb", "t", NULL, "?", "c", "f"};
	struct result *result = result_new();
	struct table *table = table_new(&shape);

	result_add(result, answer_of(4, names, 2, values));
	result_fill(result, table);
	assert_int_equal(table_rows(table), 2);
	assert_string_equal(table_get_text(table, 0, "name"), "a\nb");
	assert_int_equal(table_get_int(table, 0, "size_bytes", -1), 8192);
	assert_int_equal(table_get_int(table, 0, "is_valid", -1), 1);
	assert_false(table_get(table, 1, "size_bytes")->has_value);
	assert_false(table_get(table, 1, "never_asked")->has_value);
	table_free(table);
	result_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_by_name_and_type),
		cmocka_unit_test(chooses_the_last_with_columns),
		cmocka_unit_test(drops_what_a_wrapper_added),
		cmocka_unit_test(is_nothing_when_there_is_none),
		cmocka_unit_test(bounds_a_flood_of_notices),
		cmocka_unit_test(fills_the_columns_that_a_shape_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
