/* The order of node-pg-migrate's files. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>

#include "pgtend/migrate/order.h"

static void test_prefix(void **state)
{
	(void)state;
	bool is_time;
	assert_true(order_prefix("1729382400000_create_users.sql", &is_time) == 1729382400000.0);
	assert_true(is_time);
	assert_true(order_prefix("20240102030405678_utc.sql", &is_time) == 1704164645678.0);
	assert_true(is_time);
	assert_true(order_prefix("20260528120000_fourteen.sql", &is_time) == 20260528120000.0);
	assert_false(is_time);
	assert_true(order_prefix("001_first.sql", NULL) == 1);
	assert_true(order_prefix("001.sql", NULL) == 0);
	assert_true(order_prefix("noprefix.sql", NULL) == 0);
	assert_true(order_prefix("_empty.sql", NULL) == 0);
	assert_true(order_prefix("0x10_hex.sql", NULL) == 16);
	assert_true(order_prefix("1e3_exp.sql", NULL) == 1000);
	assert_true(order_prefix("-5_minus.sql", NULL) == -5);
	assert_true(order_prefix("nan_x.sql", NULL) == 0);
	assert_true(order_prefix("inf_x.sql", NULL) == 0);
	assert_true(isnan(order_prefix("20241302030405678_month13.sql", NULL)));
}

/* As node-pg-migrate 8.0.4 sorted these names under node 20. */
static const char *const sorted[] = {"-5_minus.sql", "001.sql", "_empty.sql", "noprefix.sql", "Zed.sql",
    "001_first.sql", "2_second.sql", "10_tenth.sql", "0x10_hex.sql", "1e3_exp.sql", "1000000000001_a9.sql",
    "1000000000001_a10.sql", "1000000000001_a-b.sql", "1000000000001_ab.sql", "1000000000001_a_c.sql",
    "1000000000001_a.down.sql", "1000000000001_a.sql", "1000000000001_A.sql", "1000000000001_a.up.sql",
    "1000000000001_e.sql", "1000000000001_\xC3\xA9.sql", "1000000000001_f.sql", "1000000000002_b.sql",
    "1704164645678_same.sql", "20240102030405678_utc.sql", "20260528120000_fourteen.sql"};

static void test_order(void **state)
{
	(void)state;
	enum { COUNT = sizeof sorted / sizeof sorted[0] };
	const char *names[COUNT];
	size_t index[COUNT];
	(void)order_compare_names("a", "b");
	if (order_lacked_icu())
		skip();
	for (size_t turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < COUNT; i++)
			names[i] = sorted[turn == 0 ? COUNT - 1 - i : turn == 1 ? (i * 7) % COUNT : i];
		order_sort(names, COUNT, false, index);
		for (size_t i = 0; i < COUNT; i++)
			assert_string_equal(names[index[i]], sorted[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_prefix),
	    cmocka_unit_test(test_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
