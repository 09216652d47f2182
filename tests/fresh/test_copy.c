/* The names and comments of the databases that pgtend keeps beside others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/copy.h"

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* What is written is read again, whatever the names hold. */
static void goes_there_and_back(const char *section, char *dbname, enum copy_kind kind, const char *name, const char *hash)
{
	struct database database = {.name = section, .dbname = dbname};
	struct copy copy;
	char *comment = copy_comment(kind, &database, name, hash, "whole");
	assert_true(copy_of_comment(comment, &copy));
	assert_int_equal(copy.kind, kind);
	assert_string_equal(copy.database, section);
	assert_string_equal(copy.of_dbname, dbname);
	if (name)
		assert_string_equal(copy.name, name);
	else
		assert_null(copy.name);
	if (hash)
		assert_string_equal(copy.digest, hash);
	else
		assert_null(copy.digest);
	assert_true(copy.is_whole);
	assert_true(copy.is_marked);
	assert_true(llabs(units_now_us() - copy.made_us) < INT64_C(10000000));
	assert_true(copy_is_of(&copy, &database));
	copy_done(&copy);
	mem_free(comment);
}

static void test_there_and_back(void **state)
{
	(void)state;
	char plain[] = "core", other[] = "core_dev", odd[] = "a, since b; [x] \"Q\" 'z'", deceiving[] = "x, by pid 7 on y; whole";
	goes_there_and_back("core", plain, COPY_TEMPLATE, NULL, digest);
	goes_there_and_back("core", other, COPY_SPARE, NULL, digest);
	goes_there_and_back("core", other, COPY_SNAPSHOT, "before-the.merge_2", NULL);
	goes_there_and_back("core", plain, COPY_OLD, NULL, NULL);
	goes_there_and_back("core", odd, COPY_SNAPSHOT, "x", NULL);
	goes_there_and_back("core", deceiving, COPY_SPARE, NULL, digest);
	goes_there_and_back("My Core, 2", odd, COPY_TEMPLATE, NULL, digest);
}

static void test_state(void **state)
{
	(void)state;
	char dbname[] = "core";
	struct database database = {.name = "core", .dbname = dbname};
	static const struct { enum copy_kind kind; const char *state; bool is_whole; } cases[] = {
	    {COPY_TEMPLATE, "whole", true}, {COPY_TEMPLATE, "being made", false}, {COPY_TEMPLATE, "to be dropped", false},
	    {COPY_SNAPSHOT, "being made", false}, {COPY_OLD, "to be dropped", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct copy copy;
		char *comment = copy_comment(cases[i].kind, &database, NULL, NULL, cases[i].state);
		assert_true(copy_of_comment(comment, &copy));
		assert_int_equal(copy.is_whole, cases[i].is_whole);
		copy_done(&copy);
		mem_free(comment);
	}
}

static void test_foreign(void **state)
{
	(void)state;
	static const char *const foreign[] = {"", "pgtend", "pgtend template", "pgtend template of core", "pgtend restore of core since x",
	    "the team's own template of core", "pgtend spare of core, since 2026-01-01T00:00:00Z; whole",
	    "pgtend spare of core, by pid 7 on h; whole"};
	struct copy copy;
	assert_false(copy_of_comment(NULL, &copy));
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		assert_false(copy_of_comment(foreign[i], &copy));
}

/* Another database of the same section's name, in another checkout, has copies of its own. */
static void test_whose(void **state)
{
	(void)state;
	char mine[] = "core_ada", hers[] = "core_eve";
	struct database database = {.name = "core", .dbname = mine}, other = {.name = "core", .dbname = hers},
	                renamed = {.name = "kern", .dbname = mine};
	struct copy copy;
	char *comment = copy_comment(COPY_SNAPSHOT, &database, "x", NULL, "whole");
	assert_true(copy_of_comment(comment, &copy));
	assert_true(copy_is_of(&copy, &database));
	assert_true(copy_is_of(&copy, &renamed));
	assert_false(copy_is_of(&copy, &other));
	copy_done(&copy);
	mem_free(comment);
}

static void test_names(void **state)
{
	(void)state;
	char dbname[] = "x";
	struct database database = {.name = "Ünder \"the\" bridge, where names are longer than 63 bytes by far", .dbname = dbname};
	for (int kind = COPY_TEMPLATE; kind <= COPY_OLD; kind++) {
		char *one = copy_new_dbname((enum copy_kind)kind, &database), *other = copy_new_dbname((enum copy_kind)kind, &database);
		assert_true(strlen(one) <= 63);
		assert_string_not_equal(one, other);
		assert_int_equal(strspn(one, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(one));
		mem_free(one);
		mem_free(other);
	}
	database.name = "Core";
	char *name = copy_new_dbname(COPY_OLD, &database);
	assert_memory_equal(name, "pgtend_old_core_", 16);
	mem_free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_state),
	    cmocka_unit_test(test_foreign),
	    cmocka_unit_test(test_whose),
	    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
