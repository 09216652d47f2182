/* The binary form of COPY, cut into blocks of every size, and bytes that are none. The blocks come from here instead of a server. */
#include "../../src/orphans/orphans_internal.h"
#include "pgtend/core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct copy {
	const char *bytes;
	size_t length, at, block;
};

bool __wrap_copy_read_wait(struct copy *copy, struct copy_block *block, struct err *err);
bool __wrap_copy_read_wait(struct copy *copy, struct copy_block *block, struct err *err)
{
	size_t left = copy->length - copy->at;

	(void)err;
	*block = (struct copy_block){copy->bytes + copy->at, left < copy->block ? left : copy->block, 0};
	copy->at += block->length;
	return true;
}

static void add_int(struct text *text, int64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		text_add_char(text, (char)(value >> (8 * i)));
}

static void add_header(struct text *text)
{
	text_add_n(text, "PGCOPY\n\377\r\n\0", 11);
	add_int(text, 0, 4);
	add_int(text, 3, 4);
	text_add_n(text, "ext", 3);
}

static void add_row(struct text *text, const char *bytes, size_t length, int64_t count)
{
	add_int(text, count > 0 ? 2 : 1, 2);
	add_int(text, (int64_t)length, 4);
	text_add_n(text, bytes, length);
	if (count > 0) {
		add_int(text, 8, 4);
		add_int(text, count, 8);
	}
}

static void add_number(struct text *text, int64_t number, int width, int64_t count)
{
	struct text bytes = {0};

	add_int(&bytes, number, width);
	add_row(text, bytes.s, bytes.length, count);
	text_done(&bytes);
}

static struct keys keys_of(struct copy *copy, enum key_form form)
{
	return (struct keys){.copy = copy, .form = form, .what = "core public.users.id"};
}

static void values_come_whole_however_they_are_cut(void **state)
{
	(void)state;
	static const char *const values[] = {"", "a", "a\tb", "aa", "\xc3\xa9"};
	struct text text = {0};

	add_header(&text);
	for (int i = 0; i < 5; i++)
		add_row(&text, values[i], strlen(values[i]), i);
	add_int(&text, -1, 2);
	for (size_t block = 1; block <= text.length; block++) {
		struct copy copy = {text.s, text.length, 0, block};
		struct keys keys = keys_of(&copy, KEY_TEXT_BYTES);
		struct err err = {0};
		bool is_end = false;

		for (int i = 0; i < 5; i++) {
			assert_true(keys_next(&keys, &is_end, &err));
			assert_false(is_end);
			char *got = keys_text(KEY_TEXT_BYTES, &keys.value);
			assert_string_equal(got, values[i]);
			mem_free(got);
			assert_int_equal(keys.value.count, i > 0 ? i : 1);
		}
		assert_true(keys_next(&keys, &is_end, &err));
		assert_true(is_end);
		assert_int_equal(keys.read, 5);
		keys_done(&keys);
	}
	text_done(&text);
}

static void numbers_are_signed_unless_they_are_not(void **state)
{
	(void)state;
	static const int64_t numbers[] = {INT32_MIN, -1, 0, 7, INT32_MAX};
	struct text text = {0};
	struct err err = {0};
	bool is_end = false;

	add_header(&text);
	for (int i = 0; i < 5; i++)
		add_number(&text, numbers[i], 4, 0);
	add_int(&text, -1, 2);
	struct copy copy = {text.s, text.length, 0, 10};
	struct keys keys = keys_of(&copy, KEY_NUMBER);
	for (int i = 0; i < 5; i++) {
		assert_true(keys_next(&keys, &is_end, &err));
		assert_int_equal(keys.value.number, numbers[i]);
	}
	keys_done(&keys);
	text_done(&text);
}

static void values_out_of_order_are_no_answer(void **state)
{
	(void)state;
	struct text text = {0};
	struct err err = {0};
	bool is_end = false;

	add_header(&text);
	add_number(&text, 2, 8, 0);
	add_number(&text, 1, 8, 0);
	struct copy copy = {text.s, text.length, 0, 100};
	struct keys keys = keys_of(&copy, KEY_NUMBER);
	assert_true(keys_next(&keys, &is_end, &err));
	assert_false(keys_next(&keys, &is_end, &err));
	assert_non_null(strstr(err.text, "core public.users.id: its values do not come in order"));
	keys_done(&keys);
	text_done(&text);
}

/* Whatever comes, nothing is read beyond it (the sanitizers watch), and what was cut is a failure. */
static void any_bytes_are_borne(void **state)
{
	(void)state;
	struct text good = {0};

	add_header(&good);
	for (int i = 0; i < 40; i++)
		add_number(&good, i, 4, i % 3);
	for (unsigned seed = 1; seed < 4000; seed++) {
		char *bytes = mem_copy_n(good.s, good.length);
		size_t length = seed % 5 == 0 ? seed % good.length : good.length;
		struct copy copy = {bytes, length, 0, 1 + seed % 97};
		struct keys keys = keys_of(&copy, seed % 2 ? KEY_NUMBER : KEY_RAW);
		struct err err = {0};
		bool is_end = false;

		srand(seed);
		for (int i = 0; i < 3; i++)
			bytes[(size_t)rand() % good.length] = (char)rand();
		for (int i = 0; i < 100 && !is_end && keys_next(&keys, &is_end, &err); i++)
			;
		assert_true(is_end || err.kind != ERR_NONE);
		keys_done(&keys);
		mem_free(bytes);
	}
	text_done(&good);
}

static void read_pair(const int64_t (*from)[2], int from_count, const int64_t *to, int to_count, struct found *found)
{
	struct text a = {0}, b = {0};
	struct report report = {0};
	struct err err = {0};

	add_header(&a);
	for (int i = 0; i < from_count; i++)
		add_number(&a, from[i][0], 4, from[i][1]);
	add_int(&a, -1, 2);
	add_header(&b);
	for (int i = 0; i < to_count; i++)
		add_number(&b, to[i], 8, 0);
	add_int(&b, -1, 2);
	struct copy one = {a.s, a.length, 0, 16}, other = {b.s, b.length, 0, 16};
	struct keys left = keys_of(&one, KEY_NUMBER), right = keys_of(&other, KEY_NUMBER);
	*found = (struct found){0};
	assert_true(merge_run(&left, &right, &report, 0, found, &err));
	keys_done(&left);
	keys_done(&right);
	report_done(&report);
	text_done(&a);
	text_done(&b);
}

static void what_is_in_one_and_not_in_the_other(void **state)
{
	(void)state;
	struct found found;

	read_pair((const int64_t[][2]){{-5, 0}, {-5, 0}, {1, 0}, {2, 0}, {2, 0}, {9, 0}}, 6, (const int64_t[]){1, 3, 3, 4}, 4, &found);
	assert_int_equal(found.orphans, 5);
	assert_int_equal(found.values, 3);
	assert_int_equal(found.references, 6);
	assert_int_equal(found.targets, 4);
	assert_int_equal(found.kept_count, 3);
	assert_string_equal(found.kept[0].value, "-5");
	assert_int_equal(found.kept[0].rows, 2);
	assert_int_equal(found.kept[2].rows, 1);
	found_done(&found);
	read_pair((const int64_t[][2]){{1, 70}, {2, 30}}, 2, (const int64_t[]){2}, 1, &found);
	assert_int_equal(found.orphans, 70);
	assert_int_equal(found.references, 100);
	assert_int_equal(found.kept[0].rows, 70);
	found_done(&found);
	read_pair(NULL, 0, (const int64_t[]){2}, 1, &found);
	assert_int_equal(found.orphans, 0);
	assert_int_equal(found.targets, 1);
	found_done(&found);
	read_pair((const int64_t[][2]){{1, 0}}, 1, NULL, 0, &found);
	assert_int_equal(found.orphans, 1);
	found_done(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_come_whole_however_they_are_cut),
	    cmocka_unit_test(numbers_are_signed_unless_they_are_not),
	    cmocka_unit_test(values_out_of_order_are_no_answer),
	    cmocka_unit_test(any_bytes_are_borne),
	    cmocka_unit_test(what_is_in_one_and_not_in_the_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
