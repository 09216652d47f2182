/* `archive = TABLE.COLUMN AGE [to FILE]`: what is taken, what is refused with which words, and several of them in one section. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/config/archive_rule.h"
#include "pgtend/core/mem.h"

static void assert_text(const char *got, const char *wanted)
{
	if (wanted == NULL)
		assert_null(got);
	else
		assert_string_equal(got, wanted);
}

static void good_ones_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *schema, *table, *column, *age, *file;
	} cases[] = {
	    {"chat_vectors.created_at 1 year", NULL, "chat_vectors", "created_at", "1 year", NULL},
	    {"app.chat_vectors.created_at  1 year\tto archive/v.csv.gz", "app", "chat_vectors", "created_at", "1 year", "archive/v.csv.gz"},
	    {"chats.createdAt 1 year 6 months TO /a b/c.zst", NULL, "chats", "createdAt", "1 year 6 months", "/a b/c.zst"},
	    {"\"Chat Log\".\"a\"\"t.x\" 18months", NULL, "Chat Log", "a\"t.x", "18 months", NULL},
	    {"a.\"B c\".d 90 days", "a", "B c", "d", "90 days", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct archive_rule rule;
		struct err err;
		if (!archive_rule_parse(cases[i].text, "x:1", &rule, &err))
			fail_msg("%s", err.text);
		assert_text(rule.schema, cases[i].schema);
		assert_text(rule.table, cases[i].table);
		assert_text(rule.column, cases[i].column);
		assert_text(rule.age, cases[i].age);
		assert_text(rule.file, cases[i].file);
		archive_rule_done(&rule);
	}
}

static void wrong_ones_are_named(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"chat_vectors 1 year", "expected [SCHEMA.]TABLE.COLUMN AGE"},
	    {"a.b.c.d 1 year", "expected [SCHEMA.]TABLE.COLUMN AGE"},
	    {".a 1 year", "expected [SCHEMA.]TABLE.COLUMN AGE"},
	    {"\"a.b 1 year", "expected [SCHEMA.]TABLE.COLUMN AGE"},
	    {"a.b", "expected [SCHEMA.]TABLE.COLUMN AGE"},
	    {"a.b ", "expected an age"},
	    {"a.b 0 days", "expected an age"},
	    {"a.b -1 year", "expected an age"},
	    {"a.b 1 yaer", "expected an age"},
	    {"a.b year", "expected an age"},
	    {"a.b 99999999999999999999 years", "expected an age"},
	    {"a.b 1 year and more", "expected nothing behind the age"},
	    {"a.b 1 year to", "expected nothing behind the age"},
	    {"a.b 1 year to  ", "expected nothing behind the age"},
	    {"a.b 1 year to folder/", "expected nothing behind the age"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct archive_rule rule;
		struct err err = {0};
		assert_false(archive_rule_parse(cases[i].text, "/x/pgtend.ini:7", &rule, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		if (strstr(err.text, cases[i].words) == NULL || strncmp(err.text, "/x/pgtend.ini:7: archive = ", 27) != 0)
			fail_msg("%s: %s", cases[i].text, err.text);
	}
}

static void a_section_may_have_several(void **state)
{
	struct err err;
	const char *where;
	(void)state;
	struct config *config = config_from_text("/x/pgtend.ini",
	    "[database a]\narchive = v.at 1 year\nhost = h\narchive = w.at 30 days to w.csv\n[database b]\nhost = h\n", &err);
	assert_non_null(config);
	const struct section *a = config_section(config, SECTION_DATABASE, "a"), *b = config_section(config, SECTION_DATABASE, "b");
	assert_string_equal(section_line(a, "archive", 0, &where), "v.at 1 year");
	assert_string_equal(where, "/x/pgtend.ini:2");
	assert_string_equal(section_line(a, "archive", 1, &where), "w.at 30 days to w.csv");
	assert_string_equal(where, "/x/pgtend.ini:4");
	assert_null(section_line(a, "archive", 2, NULL));
	assert_null(section_line(b, "archive", 0, NULL));
	config_free(config);
	assert_null(config_from_text("/x/pgtend.ini", "[database a]\narchive = v.at 1 year\narchive = w.at soon\n", &err));
	assert_non_null(strstr(err.text, "/x/pgtend.ini:3: archive = w.at soon: expected an age"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_ones_are_taken_apart),
	    cmocka_unit_test(wrong_ones_are_named),
	    cmocka_unit_test(a_section_may_have_several),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
