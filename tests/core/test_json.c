/* Tables as JSON, and JSON files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

static const struct table_column columns[] = {
	{"name", CELL_TEXT, "name", 0, "x"},
	{"connections.used", CELL_COUNT, "conn", 0, "x"},
	{"connections.by_state.active", CELL_COUNT, "active", 0, "x"},
	{"connections.max", CELL_COUNT, "max", 0, "x"},
	{"backup.policy", CELL_TEXT, "backup", 0, "x"},
	{"backup.age_s", CELL_SECONDS, "age", 0, "x"},
	{"seen", CELL_TIME, "seen", 0, "x"},
	{"hit", CELL_RATIO, "hit", 0, "x"},
	{"is_on", CELL_BOOL, "on", 0, "x"},
	{"who", CELL_WORDS, "who", 0, "x"},
};
static const struct table_shape shape = {"things", columns, sizeof columns / sizeof *columns};

static void assert_row(const struct table *table, const char *wanted)
{
	json_t *row = json_from_row(table, 0);
	char *dumped = json_dumps(row, JSON_COMPACT);

	assert_string_equal(dumped, wanted);
	free(dumped);
	json_decref(row);
}

static void a_full_row(void **state)
{
	struct table *table = table_new(&shape);

	(void)state;
	table_add_row(table);
	table_set_text(table, 0, "name", "core");
	table_set_int(table, 0, "connections.used", 7);
	table_set_int(table, 0, "connections.by_state.active", 2);
	table_set_int(table, 0, "connections.max", 20);
	table_set_text(table, 0, "backup.policy", "weekly");
	table_set_real(table, 0, "backup.age_s", 10800);
	table_set_int(table, 0, "seen", 1795269731000000);
	table_set_real(table, 0, "hit", 0.5);
	table_set_int(table, 0, "is_on", 1);
	table_add_word(table, 0, "who", "a");
	table_add_word(table, 0, "who", "b");
	assert_row(table, "{\"name\":\"core\",\"connections\":{\"used\":7,\"by_state\":{\"active\":2},\"max\":20},"
	                  "\"backup\":{\"policy\":\"weekly\",\"age_s\":10800},\"seen\":\"2026-11-21T14:02:11Z\","
	                  "\"hit\":0.5,\"is_on\":true,\"who\":[\"a\",\"b\"]}");
	json_t *all = json_from_table(table);

	assert_int_equal(json_array_size(all), 1);
	json_decref(all);
	table_free(table);
}

static void null_objects_and_reasons(void **state)
{
	struct table *table = table_new(&shape);

	(void)state;
	table_add_row(table);
	table_set_missing(table, 0, "backup.age_s", MISSING_PRIVILEGE);
	table_set_missing(table, 0, "hit", MISSING_VERSION);
	table_add_word(table, 0, "who", NULL);
	assert_row(table, "{\"name\":null,\"connections\":null,\"backup\":{\"policy\":null,\"age_s\":null},\"seen\":null,"
	                  "\"hit\":null,\"is_on\":null,\"who\":[],"
	                  "\"missing\":{\"backup.age_s\":\"privilege\",\"hit\":\"version\"}}");
	table_free(table);
}

static void an_inner_null_object(void **state)
{
	struct table *table = table_new(&shape);

	(void)state;
	table_add_row(table);
	table_set_int(table, 0, "connections.used", 1);
	json_t *row = json_from_row(table, 0);
	json_t *connections = json_object_get(row, "connections");

	assert_true(json_is_null(json_object_get(connections, "by_state")));
	assert_true(json_is_null(json_object_get(connections, "max")));
	json_decref(row);
	table_free(table);
}

static void bytes_that_are_no_utf8(void **state)
{
	struct table *table = table_new(&shape);

	(void)state;
	table_add_row(table);
	table_set_text(table, 0, "name", "a\xFF\n\"");
	json_t *row = json_from_row(table, 0);

	assert_string_equal(json_string_value(json_object_get(row, "name")), "a\\xff\\n\"");
	json_decref(row);
	table_set_text(table, 0, "name", "ü\x1b\n\"");
	row = json_from_row(table, 0);
	assert_string_equal(json_string_value(json_object_get(row, "name")), "ü\x1b\n\"");
	json_decref(row);
	table_free(table);
}

static void files(void **state)
{
	char folder[] = "/tmp/pgtend-json-XXXXXX";
	struct err err = {0};
	json_t *value = json_pack("{s:i,s:[s]}", "a", 1, "b", "c");
	json_t *read_back = NULL;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	char *path = places_join(folder, "x.json");

	assert_true(json_write_file(path, value, &err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(json_read_file(path, &read_back, &err));
	assert_true(json_equal(value, read_back));
	json_decref(value);
	json_decref(read_back);
	assert_true(places_write_file(path, "{\n  \"a\": x\n}", 12, &err));
	assert_false(json_read_file(path, &read_back, &err));
	char *prefix = mem_format("%s:2:", path);

	if (strncmp(err.text, prefix, strlen(prefix)) != 0)
		fail_msg("no line in: %s", err.text);
	mem_free(prefix);
	unlink(path);
	assert_false(json_read_file(path, &read_back, &err));
	mem_free(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_row),           cmocka_unit_test(null_objects_and_reasons),
		cmocka_unit_test(an_inner_null_object), cmocka_unit_test(bytes_that_are_no_utf8),
		cmocka_unit_test(files),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
