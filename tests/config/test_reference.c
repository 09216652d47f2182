/* `reference = ...`: how it is written, and what is said where it is not. */
#include "pgtend/config/reference.h"
#include "pgtend/core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void same(const char *got, const char *wanted)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void parts_are_read(void **state)
{
	(void)state;
	static const struct { const char *text; struct reference wanted; } cases[] = {
	    {"vehicles.user_id -> core.users.id", {NULL, "vehicles", "user_id", "core", NULL, "users", "id"}},
	    {"shop.vehicles.user_id->core.auth.users.id", {"shop", "vehicles", "user_id", "core", "auth", "users", "id"}},
	    {"  a.b\t->\tc.d.e  ", {NULL, "a", "b", "c", NULL, "d", "e"}},
	    {"\"My Table\".\"userId\" -> core.\"a.b\".\"say \"\"id\"\"\"",
	        {NULL, "My Table", "userId", "core", NULL, "a.b", "say \"id\""}},
	    {"a-b.c -> d-e.f.g", {NULL, "a-b", "c", "d-e", NULL, "f", "g"}},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reference got;
		struct err err = {0};
		assert_true(reference_parse(cases[i].text, &got, &err));
		same(got.schema, cases[i].wanted.schema);
		same(got.table, cases[i].wanted.table);
		same(got.column, cases[i].wanted.column);
		same(got.to_database, cases[i].wanted.to_database);
		same(got.to_schema, cases[i].wanted.to_schema);
		same(got.to_table, cases[i].wanted.to_table);
		same(got.to_column, cases[i].wanted.to_column);
		reference_done(&got);
	}
}

static void anything_else_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = {"", "a", "a.b", "a.b ->", "-> a.b.c", "a -> b.c.d", "a.b -> c.d", "a.b -> c.d.e.f.g",
	    "a.b.c.d -> e.f.g", "a..b -> c.d.e", "a.b -> c.d.e x", "a.b - > c.d.e", "\"a.b -> c.d.e", "a.\"\" -> c.d.e", ".a.b -> c.d.e",
	    "a.b. -> c.d.e", "a.b => c.d.e", "a\"x\".b -> c.d.e", "a.b -> c.d.\"e"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reference got;
		struct err err = {0};
		assert_false(reference_parse(cases[i], &got, &err));
		assert_non_null(strstr(err.text, "expected [SCHEMA.]TABLE.COLUMN -> DATABASE.[SCHEMA.]TABLE.COLUMN"));
		assert_null(got.table);
	}
}

static void a_section_has_several(void **state)
{
	(void)state;
	struct err err = {0};
	struct config *config = config_from_text("pgtend.ini",
	    "[database core]\nhost = h\n\n[database shop]\nhost = h\nreference = a.b -> core.d.e\nreference = \"A\".b -> core.d.e\n", &err);
	assert_non_null(config);
	const struct section *shop = config_section(config, SECTION_DATABASE, "shop");
	const char *where = NULL;
	assert_string_equal(section_reference(shop, 0, &where), "a.b -> core.d.e");
	assert_string_equal(where, "pgtend.ini:6");
	assert_string_equal(section_reference(shop, 1, &where), "\"A\".b -> core.d.e");
	assert_string_equal(where, "pgtend.ini:7");
	assert_null(section_reference(shop, 2, &where));
	assert_null(section_reference(config_section(config, SECTION_DATABASE, "core"), 0, &where));
	config_free(config);
}

static void mistakes_are_named_with_their_line(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"[database core]\nhost = h\nreference = a.b -> core.d.e\nreference = a.b -> coer.d.e\n",
	        "pgtend.ini:4: reference: there is no section [database coer]; did you mean \"core\"?"},
	    {"[database core]\nhost = h\nreference = a.b -> core.d.e\nreference = a.b to core.d.e\n",
	        "pgtend.ini:4: reference = a.b to core.d.e: expected [SCHEMA.]TABLE.COLUMN"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		assert_null(config_from_text("pgtend.ini", cases[i][0], &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_ptr_equal(strstr(err.text, cases[i][1]), err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_are_read),
	    cmocka_unit_test(anything_else_is_refused),
	    cmocka_unit_test(a_section_has_several),
	    cmocka_unit_test(mistakes_are_named_with_their_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
