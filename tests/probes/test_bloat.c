/* How many pages a table or an index needs: against sizes that PostgreSQL 15 itself made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/probes/bloat.h"

enum { BLOCK = 8192 };

static const struct bloat_column bigint_column = {.length = 8, .align = 8, .distinct = -1}, int_column = {.length = 4, .align = 4, .distinct = 1000},
                                 bool_column = {.length = 1, .align = 1, .distinct = 2}, uuid_column = {.length = 16, .align = 1, .distinct = -1},
                                 md5_column = {.length = -1, .align = 4, .width = 33, .distinct = -1};

static void near(double got, double wanted, double share)
{
	assert_true(got >= wanted * (1 - share));
	assert_true(got <= wanted * (1 + share));
}

/* 300,000 rows of bigint, int, smallint, boolean, timestamptz took 1,911 pages. */
static void fixed_rows(void **state)
{
	const struct bloat_column columns[] = {bigint_column, int_column, {.length = 2, .align = 2}, bool_column, {.length = 8, .align = 8}};
	(void)state;
	near(bloat_heap_pages(300000, columns, 5, 100, BLOCK), 1911, 0.002);
}

/* Half of a page is left free: twice the pages. */
static void fill_is_kept(void **state)
{
	(void)state;
	near(bloat_heap_pages(100000, &bigint_column, 1, 50, BLOCK), 2 * bloat_heap_pages(100000, &bigint_column, 1, 100, BLOCK), 0.02);
	near(bloat_btree_pages(100000, &bigint_column, 1, 45, false, BLOCK), 2 * bloat_btree_pages(100000, &bigint_column, 1, 90, false, BLOCK), 0.02);
}

static void no_rows_no_pages(void **state)
{
	const struct bloat_column gone = {.length = -1, .align = 4, .null_share = 1};
	(void)state;
	assert_int_equal((int)bloat_heap_pages(0, &bigint_column, 1, 100, BLOCK), 0);
	assert_int_equal((int)bloat_btree_pages(0, &bigint_column, 1, 90, true, BLOCK), 2); /* the page that describes it, and an empty root */
	near(bloat_heap_pages(291000, &gone, 1, 100, BLOCK), 1000, 0.001); /* a header with its bitmap and a pointer: 28 bytes each */
}

/* A row that is as wide as a page has one for itself, and no division fails. */
static void wide_rows(void **state)
{
	const struct bloat_column wide = {.length = -1, .align = 4, .width = 7000, .distinct = -1};
	(void)state;
	near(bloat_heap_pages(500, &wide, 1, 100, BLOCK), 500, 0.001);
	assert_true(bloat_btree_pages(500, &wide, 1, 10, true, BLOCK) >= 500);
}

/* Indexes over 300,000 rows, built anew: bigint 825 pages, md5 texts of 200,000 rows 1,444, uuid of 200,000 rows 773. */
static void new_indexes(void **state)
{
	(void)state;
	near(bloat_btree_pages(300000, &bigint_column, 1, 90, false, BLOCK), 825, 0.01);
	near(bloat_btree_pages(200000, &md5_column, 1, 90, false, BLOCK), 1444, 0.08);
	near(bloat_btree_pages(200000, &uuid_column, 1, 90, false, BLOCK), 773, 0.02);
}

/* 300,000 entries of 1,000 and of 2 different values took 254 and 257 pages: equal keys share a list. */
static void equal_keys_share(void **state)
{
	(void)state;
	near(bloat_btree_pages(300000, &int_column, 1, 90, true, BLOCK), 254, 0.06);
	near(bloat_btree_pages(300000, &bool_column, 1, 90, true, BLOCK), 257, 0.06);
	near(bloat_btree_pages(300000, &int_column, 1, 90, false, BLOCK), 825, 0.01);
}

/* Of two columns nobody knows how they depend: more is expected rather than less, so that nothing is called air that is none. */
static void unknown_is_no_air(void **state)
{
	const struct bloat_column columns[] = {int_column, int_column}, unknown[] = {{.length = 4, .align = 4}};
	(void)state;
	assert_true(bloat_btree_pages(300000, columns, 2, 90, true, BLOCK) >= 825);
	near(bloat_btree_pages(300000, unknown, 1, 90, true, BLOCK), 825, 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fixed_rows),       cmocka_unit_test(fill_is_kept),     cmocka_unit_test(no_rows_no_pages), cmocka_unit_test(wide_rows),
	    cmocka_unit_test(new_indexes),      cmocka_unit_test(equal_keys_share), cmocka_unit_test(unknown_is_no_air),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
