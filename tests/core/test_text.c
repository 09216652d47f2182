/* Growing strings, words, and foreign text made harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

static void a_text_grows(void **state)
{
	struct text text = {0};

	(void)state;
	assert_string_equal(text_str(&text), "");
	for (int i = 0; i < 1000; i++)
		text_addf(&text, "%d,", i);
	assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4);
	assert_true(text_ends_with(text_str(&text), "998,999,"));
	text_add_n(&text, "a\0b", 3);
	assert_memory_equal(text.s + text.length - 3, "a\0b", 4);
	char *taken = text_take(&text);

	assert_string_equal(text_str(&text), "");
	mem_free(taken);
	taken = text_take(&text);
	assert_string_equal(taken, "");
	mem_free(taken);
	text_done(&text);
}

static void assert_visible(const char *raw, const char *wanted)
{
	char *visible = text_visible(raw);

	assert_string_equal(visible, wanted);
	/* what is visible stays as it is */
	char *again = text_visible(visible);

	assert_string_equal(again, wanted);
	mem_free(again);
	mem_free(visible);
}

static void controls_are_made_visible(void **state)
{
	(void)state;
	assert_null(text_visible(NULL));
	assert_visible("", "");
	assert_visible("plain ~ text\\", "plain ~ text\\");
	assert_visible("a\x1b[31mred\x07", "a\\e[31mred\\x07");
	assert_visible("one\ntwo\ttab\rreturn", "one\\ntwo\\ttab\\rreturn");
	assert_visible("del\x7f", "del\\x7f");
	assert_visible("\xC2\x9B" "31m", "\\x9b31m"); /* CSI as one character */
	assert_visible("\xC2\x80\xC2\x9F", "\\x80\\x9f");
}

static void invalid_bytes_are_made_visible(void **state)
{
	(void)state;
	assert_visible("\x9B" "31m", "\\x9b31m");
	assert_visible("a\xFF", "a\\xff");
	assert_visible("\xC0\xAF", "\\xc0\\xaf");         /* overlong */
	assert_visible("\xED\xA0\x80", "\\xed\\xa0\\x80"); /* surrogate */
	assert_visible("\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
	assert_visible("\xE2\x82", "\\xe2\\x82"); /* cut */
}

static void printable_characters_stay(void **state)
{
	(void)state;
	assert_visible("Grüße €  日本 🐘", "Grüße €  日本 🐘");
	assert_visible("e\xCC\x81", "e\xCC\x81"); /* a combining accent */
}

static void hidden_and_turning_characters_are_made_visible(void **state)
{
	(void)state;
	assert_visible("a\u202Eb", "a\\u202eb");
	assert_visible("\u202A\u202B\u202C\u202D", "\\u202a\\u202b\\u202c\\u202d");
	assert_visible("\u2066x\u2069", "\\u2066x\\u2069");
	assert_visible("\u200E\u200F\u061C", "\\u200e\\u200f\\u061c");
	assert_visible("\u200B\u200C\u200D\uFEFF\u2060", "\\u200b\\u200c\\u200d\\ufeff\\u2060");
	assert_visible("\u2028\u2029", "\\u2028\\u2029");
	assert_visible("\U000E0041", "\\U000e0041"); /* tags */
}

static void utf8_is_judged(void **state)
{
	unsigned cp = 0;

	(void)state;
	assert_true(text_is_valid_utf8("", 0));
	assert_true(text_is_valid_utf8("Grüße 🐘", strlen("Grüße 🐘")));
	assert_false(text_is_valid_utf8("\xE2\x82", 2));
	assert_int_equal(text_decode("€x", 4, &cp), 3);
	assert_int_equal(cp, 0x20AC);
	assert_int_equal(text_decode("€", 2, &cp), 0);
	assert_int_equal(text_decode("\xF4\x8F\xBF\xBF", 4, &cp), 4);
	assert_int_equal(cp, 0x10FFFF);
}

static void words_are_split_and_joined(void **state)
{
	struct words words = {0};

	(void)state;
	words_split(&words, " b ,a b,, ; c\t", ",;");
	assert_int_equal(words.count, 3);
	assert_true(words_has(&words, "a b"));
	assert_false(words_has(&words, "a"));
	words_sort(&words);
	char *joined = words_join(&words, "|");

	assert_string_equal(joined, "a b|b|c");
	mem_free(joined);
	words_done(&words);
	assert_int_equal(words.count, 0);
	joined = words_join(&words, ",");
	assert_string_equal(joined, "");
	mem_free(joined);
	for (int i = 0; i < 100; i++)
		words_take(&words, mem_format("%d", i));
	assert_string_equal(words.v[99], "99");
	words_done(&words);
}

static void the_nearest_word(void **state)
{
	static const char *const verbs[] = {"backup", "migrate", "vacuum", "chunks", "tables"};
	const size_t count = sizeof verbs / sizeof *verbs;

	(void)state;
	assert_string_equal(text_nearest("migarte", verbs, count), "migrate");
	assert_string_equal(text_nearest("table", verbs, count), "tables");
	assert_string_equal(text_nearest("tabels", verbs, count), "tables"); /* swapped neighbours are one slip */
	assert_string_equal(text_nearest("chunks", verbs, count), "chunks");
	assert_null(text_nearest("xyz", verbs, count));
	assert_null(text_nearest("", verbs, count));
	assert_null(text_nearest("backup", verbs, 0));
	static const char *const units[] = {"ms", "h"};

	assert_string_equal(text_nearest("m", units, 2), "ms");
}

static void beginnings_and_ends(void **state)
{
	(void)state;
	assert_true(text_starts_with("pgtend", "pg"));
	assert_false(text_starts_with("p", "pg"));
	assert_true(text_ends_with("x.sql", ".sql"));
	assert_false(text_ends_with("sql", ".sql"));
}

static void assert_word(const char *raw, const char *wanted)
{
	char *word = text_shell_word(raw);
	assert_string_equal(word, wanted);
	mem_free(word);
}

static void assert_name(const char *raw, const char *wanted)
{
	char *name = text_sql_name(raw);
	assert_string_equal(name, wanted);
	mem_free(name);
}

static void names_are_names_in_sql(void **state)
{
	(void)state;
	assert_name("watcher_2", "watcher_2");
	assert_name("", "\"\"");
	assert_name("2nd", "\"2nd\"");
	assert_name("Ann", "\"Ann\"");
	assert_name("user", "\"user\"");
	assert_name("users", "users");
	assert_name("a\"; drop role b", "\"a\"\"; drop role b\"");
}

static void names_are_words_of_a_shell(void **state)
{
	(void)state;
	assert_word("0001_users.sql", "0001_users.sql");
	assert_word("public.big", "public.big");
	assert_word("", "''");
	assert_word("add users", "'add users'");
	assert_word("x; rm -rf $HOME `id`", "'x; rm -rf $HOME `id`'");
	assert_word("it's", "'it'\\''s'");
	assert_word("public.\"Big\"", "'public.\"Big\"'");
	assert_word("~root", "'~root'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_grows),
		cmocka_unit_test(controls_are_made_visible),
		cmocka_unit_test(invalid_bytes_are_made_visible),
		cmocka_unit_test(printable_characters_stay),
		cmocka_unit_test(hidden_and_turning_characters_are_made_visible),
		cmocka_unit_test(utf8_is_judged),
		cmocka_unit_test(words_are_split_and_joined),
		cmocka_unit_test(the_nearest_word),
		cmocka_unit_test(names_are_names_in_sql),
	    cmocka_unit_test(names_are_words_of_a_shell),
		cmocka_unit_test(beginnings_and_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
