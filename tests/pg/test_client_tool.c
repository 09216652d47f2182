/* The right version of PostgreSQL's own programs, never a wrapper script. */
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

#include "pgtend/core/mem.h"
#include "pgtend/pg/client_tool.h"

static char folder[] = "/tmp/pgtend-tools.XXXXXX";

static void write_tool(const char *sub, const char *name, const char *content)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", folder, sub);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/%s/%s", folder, sub, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
	chmod(path, 0755);
}

static void expect(const char *name, int at_least, const char *sub, int wanted)
{
	struct err err = {0};
	char *path = NULL, want[512];
	int major = 0;

	if (!client_tool_find(name, at_least, &path, &major, &err))
		fail_msg("%s", err.text);
	snprintf(want, sizeof want, "%s/%s/%s", folder, sub, name);
	assert_string_equal(path, want);
	assert_int_equal(major, wanted);
	mem_free(path);
}

static void finds_by_version(void **state)
{
	(void)state;
	char path[512];

	write_tool("old", "pg_odd", "\177ELF..pg_odd (PostgreSQL) 14.2 (Debian)");
	write_tool("mid", "pg_odd", "\177ELF..%s (PostgreSQL) ..pg_odd (PostgreSQL) 16beta1");
	write_tool("new", "pg_odd", "\177ELF..pg_odd (PostgreSQL) 18.1");
	write_tool("script", "pg_odd", "#!/usr/bin/perl\n# pg_odd (PostgreSQL) 15.0\n");
	snprintf(path, sizeof path, "%s/script:%s/new:%s/old:%s/mid", folder, folder, folder, folder);
	setenv("PATH", path, 1);
	unsetenv("PGTEND_PGBIN");
	expect("pg_odd", 14, "old", 14);
	expect("pg_odd", 15, "mid", 16); /* the next newer one; the script is none */
	expect("pg_odd", 17, "new", 18);
	expect("pg_odd", 0, "new", 18);
	snprintf(path, sizeof path, "%s/new", folder);
	setenv("PGTEND_PGBIN", path, 1);
	expect("pg_odd", 14, "new", 18); /* who names a folder means it */
	unsetenv("PGTEND_PGBIN");
}

static void says_what_to_install(void **state)
{
	(void)state;
	struct err err = {0};
	char *path = NULL;

	assert_false(client_tool_find("pg_odd", 99, &path, NULL, &err));
	assert_string_equal(err.text, "pg_odd of PostgreSQL 99 or newer was not found");
	assert_non_null(strstr(err.hint, "postgresql-client-99"));
	assert_false(client_tool_find("pg_nosuch", 0, &path, NULL, &err));
	assert_null(path);
}

static void finds_the_real_one(void **state)
{
	(void)state;
	struct err err = {0};
	char *path = NULL;
	int major = 0;

	if (!client_tool_find("psql", 13, &path, &major, &err))
		fail_msg("%s", err.text);
	assert_true(major >= 13);
	assert_string_not_equal(path, "/usr/bin/psql"); /* the distribution's wrapper */
	mem_free(path);
}

static int clean(void **state)
{
	(void)state;
	char command[600];

	setenv("PATH", "/usr/bin:/bin", 1);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_version),
		cmocka_unit_test(says_what_to_install),
		cmocka_unit_test(finds_the_real_one),
	};
	if (!mkdtemp(folder))
		return 1;
	return cmocka_run_group_tests(tests, NULL, clean);
}
