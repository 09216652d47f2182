/* Which index does the work of which: from catalogs as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/probes/index_twins.h"

static struct index_entry entry(int64_t oid, const char *keys, int key_count)
{
	struct index_entry entry = {.oid = oid, .table = 1, .method = "btree", .is_valid = true};
	/* as many operators, collations and orders as there are keys: the same for all */
	static const char *const ones[] = {"", "1", "1 1", "1 1 1"}, *const zeros[] = {"", "0", "0 0", "0 0 0"};
	assert_true(index_parse(&entry, keys, key_count, ones[key_count], zeros[key_count], zeros[key_count]));
	return entry;
}

/* The twin of the first one: 's' the same, 'p' a longer one, '-' none. */
static char twin(const struct index_entry *entries, int count, int *of)
{
	struct index_verdict verdicts[8];
	index_twins(entries, count, verdicts);
	if (of)
		*of = verdicts[0].of;
	return "-sp"[verdicts[0].twin];
}

static void same_columns(void **state)
{
	struct index_entry two[] = {entry(20, "1 2", 2), entry(10, "1 2", 2)};
	(void)state;
	assert_int_equal(twin(two, 2, NULL), 's');
	two[0].oid = 5; /* the older one stays */
	assert_int_equal(twin(two, 2, NULL), '-');
	two[0].oid = 20;
	two[1].table = 2;
	assert_int_equal(twin(two, 2, NULL), '-');
}

static void order_matters(void **state)
{
	struct index_entry two[] = {entry(20, "1 2", 2), entry(10, "2 1", 2)};
	(void)state;
	assert_int_equal(twin(two, 2, NULL), '-');
}

static void whatever_else_differs(void **state)
{
	struct index_entry two[] = {entry(20, "1 2", 2), entry(10, "1 2", 2)};
	(void)state;
	two[0].columns[1].option = 3; /* descending */
	assert_int_equal(twin(two, 2, NULL), '-');
	two[0].columns[1].option = 0;
	two[0].columns[0].operators = 9; /* text_pattern_ops */
	assert_int_equal(twin(two, 2, NULL), '-');
	two[0].columns[0].operators = 1;
	two[0].columns[0].collation = 100;
	assert_int_equal(twin(two, 2, NULL), '-');
	two[0].columns[0].collation = 0;
	two[0].predicate = "{OPEXPR}";
	assert_int_equal(twin(two, 2, NULL), '-');
	two[1].predicate = "{OPEXPR}";
	assert_int_equal(twin(two, 2, NULL), 's');
	two[0].method = "hash";
	assert_int_equal(twin(two, 2, NULL), '-');
}

static void begins_with(void **state)
{
	struct index_entry two[] = {entry(10, "1", 1), entry(20, "1 2", 2)};
	(void)state;
	assert_int_equal(twin(two, 2, NULL), 'p');
	two[0].is_unique = true; /* a rule that the longer one does not keep */
	assert_int_equal(twin(two, 2, NULL), '-');
	two[0].is_unique = false;
	two[0].is_kept = true;
	assert_int_equal(twin(two, 2, NULL), '-');
	two[0].is_kept = false;
	two[0].method = two[1].method = "gin"; /* only a btree is used by its first columns as if it ended there */
	assert_int_equal(twin(two, 2, NULL), '-');
}

static void rules_stay(void **state)
{
	struct index_entry two[] = {entry(20, "1", 1), entry(10, "1", 1)};
	(void)state;
	two[0].is_unique = true;
	assert_int_equal(twin(two, 2, NULL), '-');
	two[1].is_unique = true;
	assert_int_equal(twin(two, 2, NULL), 's');
	two[0].is_kept = true; /* the newer one is the primary key's: the older one goes */
	assert_int_equal(twin(two, 2, NULL), '-');
	struct index_entry turned[] = {two[1], two[0]};
	assert_int_equal(twin(turned, 2, NULL), 's');
}

static void carried_columns(void **state)
{
	struct index_entry two[] = {entry(20, "1 2", 1), entry(10, "1", 1)};
	(void)state;
	assert_int_equal(two[0].count, 2);
	assert_int_equal(twin(two, 2, NULL), '-'); /* what it carries, the other has not */
	struct index_entry turned[] = {two[1], two[0]};
	assert_int_equal(twin(turned, 2, NULL), 's');
	struct index_entry keys[] = {entry(20, "1 2", 1), entry(10, "1 3 2", 3)};
	assert_int_equal(twin(keys, 2, NULL), 'p'); /* the longer one has it as a key */
}

static void expressions(void **state)
{
	struct index_entry two[] = {entry(20, "0", 1), entry(10, "0 1", 2)};
	(void)state;
	two[0].expressions = "({FUNCEXPR lower})";
	two[1].expressions = "({FUNCEXPR upper})";
	assert_int_equal(twin(two, 2, NULL), '-');
	two[1].expressions = "({FUNCEXPR lower})";
	assert_int_equal(twin(two, 2, NULL), 'p');
	struct index_entry more[] = {entry(20, "0", 1), entry(10, "0 0", 2)};
	more[0].expressions = "({FUNCEXPR lower})";
	more[1].expressions = "({FUNCEXPR lower} {FUNCEXPR upper})";
	assert_int_equal(twin(more, 2, NULL), 'p');
	more[1].expressions = "({FUNCEXPR lowermost} {FUNCEXPR upper})";
	assert_int_equal(twin(more, 2, NULL), '-');
}

/* What is named does not go itself: three in a row lead to the last, and two that are the same lead to one. */
static void chains_end(void **state)
{
	struct index_entry three[] = {entry(10, "1", 1), entry(20, "1 2", 2), entry(30, "1 2 3", 3)};
	int of = -1;
	(void)state;
	assert_int_equal(twin(three, 3, &of), 'p');
	assert_int_equal(of, 2);
	struct index_entry same[] = {entry(30, "1", 1), entry(20, "1", 1), entry(10, "1", 1)};
	assert_int_equal(twin(same, 3, &of), 's');
	assert_int_equal(of, 2);
	struct index_verdict verdicts[3];
	index_twins(same, 3, verdicts);
	assert_int_equal(verdicts[2].twin, INDEX_TWIN_NONE);
	index_twins(same, 0, verdicts);
}

static void invalid_ones_do_nothing(void **state)
{
	struct index_entry two[] = {entry(20, "1", 1), entry(10, "1", 1)};
	(void)state;
	two[1].is_valid = false;
	assert_int_equal(twin(two, 2, NULL), '-');
	two[1].is_valid = true;
	two[0].is_valid = false;
	assert_int_equal(twin(two, 2, NULL), '-');
}

static void broken_catalogs(void **state)
{
	struct index_entry bad = {0};
	(void)state;
	assert_false(index_parse(&bad, "", 0, "", "", ""));
	assert_false(index_parse(&bad, "1 x", 2, "1 1", "0 0", "0 0"));
	assert_false(index_parse(&bad, "1", 2, "1 1", "0 0", "0 0"));
	assert_false(index_parse(&bad, "1 2", 2, "1", "0 0", "0 0"));
	assert_false(index_parse(&bad, NULL, 1, NULL, NULL, NULL));
	assert_false(index_parse(&bad, "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", 1, "1", "0", "0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_columns),    cmocka_unit_test(order_matters), cmocka_unit_test(whatever_else_differs), cmocka_unit_test(begins_with),
	    cmocka_unit_test(rules_stay),      cmocka_unit_test(carried_columns), cmocka_unit_test(expressions),         cmocka_unit_test(chains_end),
	    cmocka_unit_test(invalid_ones_do_nothing), cmocka_unit_test(broken_catalogs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
