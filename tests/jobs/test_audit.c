/* The audit log: one line an action, chained, locked, readable; edits are noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/jobs/audit.h"

static char *path;
static struct server server = {.label = (char *)"db1:5432"};
static struct database core = {
    .name = "core", .dbname = (char *)"atriz_core", .server = &server, .environment = ENVIRONMENT_PRODUCTION};

static int begin_empty(void **state)
{
	(void)state;
	remove(path);
	return 0;
}

static void append(const char *verb, const struct database *database)
{
	struct err err = {0};
	struct words arguments = {0};
	words_add(&arguments, "--count");
	words_add(&arguments, "1");
	const struct audit_entry entry = {verb, &arguments, database, "name", "done", "2 migrations\napplied", 12.5};
	if (!audit_append(&entry, &err))
		fail_msg("%s", err.text);
	words_done(&arguments);
}

static struct table *read_log(const char *database, int64_t since_us)
{
	struct err err = {0};
	struct table *table = table_new(&audit_shape);
	if (!audit_read(database, since_us, table, &err))
		fail_msg("%s", err.text);
	return table;
}

/* Row numbers whose chain is broken, as "2 5". */
static char *broken(void)
{
	struct table *table = read_log(NULL, 0);
	struct text text = {0};
	for (int row = 0; row < table_rows(table); row++)
		if (strcmp(table_get_text(table, row, "chain"), "ok") != 0)
			text_addf(&text, "%s%d", text.length > 0 ? " " : "", row);
	table_free(table);
	return text_take(&text);
}

static void expect_broken(const char *wanted)
{
	char *got = broken();
	assert_string_equal(got, wanted);
	mem_free(got);
}

static char *read_bytes(void)
{
	struct err err = {0};
	char *bytes = NULL;
	size_t length;
	assert_true(places_read_file(path, &bytes, &length, &err));
	return bytes;
}

static void write_bytes(const char *bytes)
{
	struct err err = {0};
	assert_true(places_write_file(path, bytes, strlen(bytes), &err));
}

static void no_log_is_an_empty_one(void **state)
{
	(void)state;
	struct table *table = read_log(NULL, 0);
	assert_int_equal(table_rows(table), 0);
	table_free(table);
}

static void a_line_says_who_did_what_where(void **state)
{
	(void)state;
	append("migrate up", &core);
	append("trust", NULL);
	struct table *table = read_log(NULL, 0);
	assert_int_equal(table_rows(table), 2);
	assert_string_equal(table_get_text(table, 0, "verb"), "migrate up");
	assert_string_equal(table_get_text(table, 0, "database"), "core");
	assert_string_equal(table_get_text(table, 0, "dbname"), "atriz_core");
	assert_string_equal(table_get_text(table, 0, "server"), "db1:5432");
	assert_string_equal(table_get_text(table, 0, "environment"), "production");
	assert_string_equal(table_get_text(table, 0, "answer"), "name");
	assert_string_equal(table_get_text(table, 0, "result"), "done");
	assert_string_equal(table_get_text(table, 0, "arguments"), "--count\n1");
	/* One line stays one line. */
	assert_string_equal(table_get_text(table, 0, "detail"), "2 migrations\\napplied");
	assert_true(table_get_real(table, 0, "duration_ms", 0) == 12.5);
	assert_non_null(table_get_text(table, 0, "user"));
	assert_non_null(table_get_text(table, 0, "host"));
	int64_t age_us = units_now_us() - table_get_int(table, 0, "time", 0);
	assert_true(age_us >= -1000000 && age_us < 60000000);
	assert_null(table_get_text(table, 1, "database"));
	table_free(table);
	struct stat stat_of;
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	expect_broken("");
}

static void secrets_are_left_out(void **state)
{
	(void)state;
	struct err err = {0};
	struct words arguments = {0};
	words_add(
	    &arguments, "postgresql://me:p@ss:word@db1/x then postgres://you:other@db2/y?password=third&sslmode=require");
	words_add(&arguments, "host=db1 password=fourth user=me");
	words_add(&arguments, "http://db1:80/plain me@db1");
	const struct audit_entry entry = {"unlock", &arguments, NULL, "none", "done", "PASSWORD=fifth", 1};
	assert_true(audit_append(&entry, &err));
	words_done(&arguments);
	struct table *table = read_log(NULL, 0);
	assert_string_equal(table_get_text(table, 0, "arguments"),
	    "postgresql://me:***@db1/x then postgres://you:***@db2/y?password=***&sslmode=require\n"
	    "host=db1 password=*** user=me\n"
	    "http://db1:80/plain me@db1");
	assert_string_equal(table_get_text(table, 0, "detail"), "PASSWORD=***");
	table_free(table);
}

static void reads_one_database_and_since(void **state)
{
	(void)state;
	struct database other = core;
	other.name = "shop";
	other.dbname = (char *)"shop_db";
	append("clean", &core);
	append("clean", &other);
	struct table *table = read_log("shop_db", 0);
	assert_int_equal(table_rows(table), 1);
	assert_string_equal(table_get_text(table, 0, "database"), "shop");
	table_free(table);
	table = read_log("core", 0);
	assert_int_equal(table_rows(table), 1);
	table_free(table);
	table = read_log(NULL, units_now_us() + 60000000);
	assert_int_equal(table_rows(table), 0);
	table_free(table);
}

static void an_edit_is_noticed(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		append("clean", &core);
	expect_broken("");
	char *bytes = read_bytes();
	char *second = strchr(bytes, '\n') + 1;
	memcpy(strstr(second, "done"), "fine", 4);
	write_bytes(bytes);
	mem_free(bytes);
	/* The line that follows the edited one does not fit to it any more. */
	expect_broken("2");
}

static void a_line_that_was_cut_out_is_noticed(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		append("clean", &core);
	char *bytes = read_bytes();
	char *second = strchr(bytes, '\n') + 1, *third = strchr(second, '\n') + 1;
	memmove(second, third, strlen(third) + 1);
	write_bytes(bytes);
	mem_free(bytes);
	expect_broken("1");
	/* The first line too. */
	bytes = read_bytes();
	write_bytes(strchr(bytes, '\n') + 1);
	mem_free(bytes);
	expect_broken("0");
}

static void a_torn_line_does_not_swallow_the_next(void **state)
{
	(void)state;
	append("clean", &core);
	FILE *file = fopen(path, "a");
	fputs("{\"time\":\"2026-", file);
	fclose(file);
	append("vacuum", &core);
	append("backup", &core);
	struct table *table = read_log(NULL, 0);
	assert_int_equal(table_rows(table), 4);
	assert_string_equal(table_get_text(table, 1, "chain"), "broken");
	assert_string_equal(table_get_text(table, 2, "verb"), "vacuum");
	assert_string_equal(table_get_text(table, 2, "chain"), "ok");
	assert_string_equal(table_get_text(table, 3, "chain"), "ok");
	table_free(table);
}

static void long_lines_chain_across_blocks(void **state)
{
	(void)state;
	struct err err = {0};
	struct words arguments = {0};
	char *text = mem_new(20001);
	memset(text, 'x', 20000);
	words_add(&arguments, text);
	mem_free(text);
	const struct audit_entry entry = {"slow", &arguments, &core, "none", "done", NULL, 0};
	for (int i = 0; i < 3; i++)
		assert_true(audit_append(&entry, &err));
	words_done(&arguments);
	append("clean", &core);
	expect_broken("");
}

static void processes_do_not_break_the_chain(void **state)
{
	(void)state;
	enum { PROCESSES = 4, LINES = 10 };
	pid_t pids[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct err err = {0};
			const struct audit_entry entry = {"clean", NULL, &core, "none", "done", NULL, 0};
			for (int n = 0; n < LINES; n++)
				if (!audit_append(&entry, &err))
					_exit(1);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	struct table *table = read_log(NULL, 0);
	assert_int_equal(table_rows(table), PROCESSES * LINES);
	table_free(table);
	expect_broken("");
}

static void a_file_that_cannot_be_written_is_said(void **state)
{
	(void)state;
	struct err err = {0};
	assert_true(audit_is_writable(&err));
	remove(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(audit_is_writable(&err));
	assert_non_null(strstr(err.text, "audit.jsonl"));
	const struct audit_entry entry = {"clean", NULL, &core, "none", "done", NULL, 0};
	assert_false(audit_append(&entry, &err));
	rmdir(path);
}

static void the_configuration_may_name_another_file(void **state)
{
	(void)state;
	char *other = mem_format("%s.other", path);
	audit_set_path(other);
	append("clean", &core);
	assert_int_equal(access(other, F_OK), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	audit_set_path(NULL);
	remove(other);
	mem_free(other);
}

int main(void)
{
	char folder[] = "/tmp/pgtend-audit.XXXXXX";
	if (mkdtemp(folder) == NULL)
		return 1;
	setenv("XDG_STATE_HOME", folder, 1);
	path = places_state("audit.jsonl");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(no_log_is_an_empty_one, begin_empty),
	    cmocka_unit_test_setup(a_line_says_who_did_what_where, begin_empty),
	    cmocka_unit_test_setup(secrets_are_left_out, begin_empty),
	    cmocka_unit_test_setup(reads_one_database_and_since, begin_empty),
	    cmocka_unit_test_setup(an_edit_is_noticed, begin_empty),
	    cmocka_unit_test_setup(a_line_that_was_cut_out_is_noticed, begin_empty),
	    cmocka_unit_test_setup(a_torn_line_does_not_swallow_the_next, begin_empty),
	    cmocka_unit_test_setup(long_lines_chain_across_blocks, begin_empty),
	    cmocka_unit_test_setup(processes_do_not_break_the_chain, begin_empty),
	    cmocka_unit_test_setup(a_file_that_cannot_be_written_is_said, begin_empty),
	    cmocka_unit_test_setup(the_configuration_may_name_another_file, begin_empty),
	};
	int status = cmocka_run_group_tests(tests, NULL, NULL);
	remove(path);
	mem_free(path);
	char *own = mem_format("%s/pgtend", folder);
	remove(own);
	remove(folder);
	mem_free(own);
	return status;
}
