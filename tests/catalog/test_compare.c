/* The comparison of two schemas, without a server: what is named, what goes with its table, what is no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/catalog/catalog.h"
#include "pgtend/core/mem.h"

static void users(struct catalog *catalog)
{
	catalog_add(catalog, "column", "app", "users", "email", "text not null", 2);
	catalog_add(catalog, "table", "app", NULL, "users", "", 0);
	catalog_add(catalog, "column", "app", "users", "id", "integer not null", 1);
	catalog_add(catalog, "constraint", "app", "users", "users_pkey", "PRIMARY KEY (id)", 0);
}

/* "STATE KIND NAME;" of each. */
static char *told(const struct catalog_differences *differences)
{
	struct text text = {0};
	for (size_t i = 0; i < differences->count; i++) {
		const struct catalog_difference *difference = &differences->v[i];
		const struct catalog_object *object = difference->here ? difference->here : difference->there;
		char *name = catalog_object_name(object);
		text_addf(&text, "%s %s %s;", catalog_state_word(difference->state), object->kind, name);
		if (difference->parts)
			text_addf(&text, " %d parts;", difference->parts);
		mem_free(name);
	}
	return text_take(&text);
}

static void gives(struct catalog *here, struct catalog *there, const char *wanted, size_t notes)
{
	struct catalog_differences differences;
	catalog_sort(here);
	catalog_sort(there);
	catalog_compare(here, there, &differences);
	char *got = told(&differences);
	assert_string_equal(got, wanted);
	assert_int_equal(differences.notes.count, notes);
	mem_free(got);
	catalog_differences_done(&differences);
	catalog_done(here);
	catalog_done(there);
}

static void equal_whatever_the_order(void **state)
{
	struct catalog here = {0}, there = {0};
	char one[CATALOG_DIGEST_SIZE], other[CATALOG_DIGEST_SIZE];
	(void)state;
	users(&here);
	catalog_add(&there, "constraint", "app", "users", "users_pkey", "PRIMARY KEY (id)", 0);
	catalog_add(&there, "column", "app", "users", "id", "integer not null", 1);
	catalog_add(&there, "column", "app", "users", "email", "text not null", 2);
	catalog_add(&there, "table", "app", "", "users", NULL, 0);
	catalog_sort(&here);
	catalog_sort(&there);
	catalog_digest(&here, one);
	catalog_digest(&there, other);
	assert_string_equal(one, other);
	assert_int_equal(strlen(one), 64);
	gives(&here, &there, "", 0);
}

static void digest_knows_where_words_end(void **state)
{
	struct catalog here = {0}, there = {0};
	char one[CATALOG_DIGEST_SIZE], other[CATALOG_DIGEST_SIZE];
	(void)state;
	catalog_add(&here, "table", "a", "", "bc", "", 0);
	catalog_add(&there, "table", "ab", "", "c", "", 0);
	catalog_digest(&here, one);
	catalog_digest(&there, other);
	assert_string_not_equal(one, other);
	catalog_done(&here);
	catalog_done(&there);
}

static void each_state(void **state)
{
	struct catalog here = {0}, there = {0};
	(void)state;
	users(&here);
	users(&there);
	catalog_add(&here, "column", "app", "users", "phone", "text", 3);
	catalog_add(&there, "column", "app", "users", "name", "text", 3);
	catalog_add(&here, "index", "app", "users", "i", "CREATE INDEX a", 0);
	catalog_add(&there, "index", "app", "users", "i", "CREATE INDEX b", 0);
	gives(&here, &there, "missing column app.users.name;extra column app.users.phone;different index app.i on users;", 0);
}

static void parts_go_with_their_table(void **state)
{
	struct catalog here = {0}, there = {0};
	(void)state;
	users(&here);
	catalog_add(&here, "sequence", "app", "users", "users_id_seq", "", 0);
	catalog_add(&there, "table", "other", NULL, "users", "", 0);
	gives(&here, &there, "extra table app.users; 4 parts;missing table other.users;", 0);
}

/* A part whose table both have is told, also where another schema has a table of that name. */
static void parts_of_what_both_have_are_told(void **state)
{
	struct catalog here = {0}, there = {0};
	(void)state;
	users(&here);
	users(&there);
	catalog_add(&here, "table", "more", NULL, "users", "", 0);
	catalog_add(&here, "policy", "app", "users", "own", "for all", 0);
	gives(&here, &there, "extra table more.users;extra policy app.users.own;", 0);
}

static void two_of_one_name(void **state)
{
	struct catalog here = {0}, there = {0};
	(void)state;
	catalog_add(&here, "job", "app", NULL, "policy of a", "every day", 0);
	catalog_add(&here, "job", "app", NULL, "policy of a", "every hour", 0);
	catalog_add(&there, "job", "app", NULL, "policy of a", "every hour", 0);
	catalog_add(&there, "job", "app", NULL, "policy of a", "every day", 0);
	gives(&here, &there, "", 0);
	catalog_add(&here, "job", "app", NULL, "policy of a", "every day", 0);
	catalog_add(&here, "job", "app", NULL, "policy of a", "every hour", 0);
	catalog_add(&there, "job", "app", NULL, "policy of a", "every day", 0);
	gives(&here, &there, "extra job policy of a;", 0);
}

static void order_of_columns_is_a_note(void **state)
{
	struct catalog here = {0}, there = {0};
	(void)state;
	users(&here);
	catalog_add(&there, "table", "app", NULL, "users", "", 0);
	catalog_add(&there, "column", "app", "users", "email", "text not null", 1);
	catalog_add(&there, "column", "app", "users", "id", "integer not null", 5);
	catalog_add(&there, "constraint", "app", "users", "users_pkey", "PRIMARY KEY (id)", 0);
	gives(&here, &there, "", 1);
}

static void a_column_between_is_no_note(void **state)
{
	struct catalog here = {0}, there = {0};
	(void)state;
	users(&here);
	users(&there);
	catalog_add(&here, "column", "app", "users", "between", "text", 0);
	gives(&here, &there, "extra column app.users.between;", 0);
}

static void ignored(void **state)
{
	struct catalog here = {0}, there = {0};
	struct catalog_differences differences;
	struct words words = {0};
	(void)state;
	catalog_add(&here, "table", "app", NULL, "tmp_1", "", 0);
	catalog_add(&here, "table", "app", NULL, "users", "", 0);
	catalog_add(&here, "comment", "app", "users", "table app.users", "people", 0);
	catalog_add(&there, "table", "app", NULL, "users", "", 0);
	catalog_sort(&here);
	catalog_sort(&there);
	words_add(&words, "app.tmp_*");
	catalog_compare(&here, &there, &differences);
	assert_int_equal(differences.count, 2);
	catalog_differences_ignore(&differences, &words);
	assert_int_equal(differences.count, 1);
	words_add(&words, "comment");
	catalog_differences_ignore(&differences, &words);
	assert_int_equal(differences.count, 0);
	catalog_differences_done(&differences);
	words_done(&words);
	catalog_done(&here);
	catalog_done(&there);
}

static void lines_tell_what_only_one_has(void **state)
{
	struct catalog here = {0}, there = {0};
	struct catalog_differences differences;
	struct words lines = {0};
	(void)state;
	catalog_add(&here, "function", "app", NULL, "f()", "one\n\tnew\nthree", 0);
	catalog_add(&there, "function", "app", NULL, "f()", "one\nold\nthree", 0);
	users(&there);
	catalog_sort(&there);
	const struct catalog_sides sides = {&here, &there, "core", "expected"};
	catalog_compare(&here, &there, &differences);
	catalog_differences_lines(&differences, &sides, &lines);
	char *all = words_join(&lines, "|");
	assert_string_equal(all, "- expected, + core|different function app.f()|  - old|  +     new|"
	                         "missing table app.users|  - id integer not null|  - email text not null");
	mem_free(all);
	words_done(&lines);
	catalog_differences_done(&differences);
	catalog_done(&here);
	catalog_done(&there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_whatever_the_order),
	    cmocka_unit_test(digest_knows_where_words_end),
	    cmocka_unit_test(each_state),
	    cmocka_unit_test(parts_go_with_their_table),
	    cmocka_unit_test(parts_of_what_both_have_are_told),
	    cmocka_unit_test(two_of_one_name),
	    cmocka_unit_test(order_of_columns_is_a_note),
	    cmocka_unit_test(a_column_between_is_no_note),
	    cmocka_unit_test(ignored),
	    cmocka_unit_test(lines_tell_what_only_one_has),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
