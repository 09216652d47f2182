/* Counters become rates: what fell was reset, a new database has none, what cannot be counted says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/probes/rates.h"
#include "pgtend/probes/shapes.h"

static int add(struct table *table, int64_t oid, int64_t commits, int64_t rollbacks, int64_t read, int64_t hit)
{
	int row = table_add_row(table);

	table_set_text(table, row, "dbname", "shop");
	table_set_int(table, row, "oid", oid);
	table_set_int(table, row, "commits", commits);
	table_set_int(table, row, "rollbacks", rollbacks);
	table_set_int(table, row, "blks_read", read);
	table_set_int(table, row, "blks_hit", hit);
	table_set_int(table, row, "temp_bytes", commits * 8192);
	return row;
}

/* Two looks, two seconds apart. */
static struct facts looks(struct table *before, struct table *now)
{
	return (struct facts){.table = now, .before = before, .taken_us = 102000000, .before_us = 100000000};
}

static struct table *done(struct facts *facts)
{
	struct table *rates = rates_of(facts);

	table_free(facts->table);
	table_free(facts->before);
	return rates;
}

static void rates_are_a_second(void **state)
{
	struct facts facts = looks(table_new(&databases_shape), table_new(&databases_shape));

	(void)state;
	add(facts.before, 5, 100, 10, 1000, 9000);
	add(facts.table, 5, 190, 20, 1010, 9090);
	struct table *rates = done(&facts);

	assert_true(table_get_real(rates, 0, "commits_per_s", -1) > 44.9 && table_get_real(rates, 0, "commits_per_s", -1) < 45.1);
	assert_true(table_get_real(rates, 0, "rollback_ratio", -1) > 0.0999 && table_get_real(rates, 0, "rollback_ratio", -1) < 0.1001);
	assert_true(table_get_real(rates, 0, "hit_ratio", -1) > 0.899 && table_get_real(rates, 0, "hit_ratio", -1) < 0.901);
	assert_int_equal(table_get_int(rates, 0, "temp_bytes_per_s", -1), 45 * 8192);
	assert_true(table_get_real(rates, 0, "interval_s", -1) > 1.99);
	table_free(rates);
}

static void what_fell_was_reset(void **state)
{
	struct facts facts = looks(table_new(&databases_shape), table_new(&databases_shape));

	(void)state;
	add(facts.before, 5, 100, 10, 1000, 9000);
	add(facts.table, 5, 5, 0, 10, 90);
	struct table *rates = done(&facts);

	assert_false(table_get(rates, 0, "commits_per_s")->has_value);
	assert_false(table_get(rates, 0, "interval_s")->has_value);
	assert_true(table_get_real(rates, 0, "hit_ratio", -1) > 0.899); /* since the reset */
	assert_true(table_get_real(rates, 0, "rollback_ratio", -1) < 0.001);
	table_free(rates);
}

/* All counters may stand higher than before a reset, when much happened since. */
static void another_reset_time_is_another_count(void **state)
{
	struct facts facts = looks(table_new(&databases_shape), table_new(&databases_shape));

	(void)state;
	table_set_int(facts.before, add(facts.before, 5, 100, 10, 1000, 9000), "stats_reset", 1000000);
	table_set_int(facts.table, add(facts.table, 5, 200, 20, 2000, 18000), "stats_reset", 101000000);
	struct table *rates = done(&facts);

	assert_false(table_get(rates, 0, "commits_per_s")->has_value);
	table_free(rates);
}

static void a_database_made_anew_is_another(void **state)
{
	struct facts facts = looks(table_new(&databases_shape), table_new(&databases_shape));

	(void)state;
	add(facts.before, 5, 100, 10, 1000, 9000);
	add(facts.table, 6, 200, 20, 2000, 18000);
	struct table *rates = done(&facts);

	assert_false(table_get(rates, 0, "commits_per_s")->has_value);
	table_free(rates);
}

static void what_cannot_be_counted_says_why(void **state)
{
	struct facts facts = looks(NULL, table_new(&databases_shape));

	(void)state;
	table_set_missing(facts.table, add(facts.table, 5, 0, 0, 0, 0), "commits", MISSING_UNSUPPORTED);
	struct table *rates = done(&facts);

	assert_int_equal(table_get(rates, 0, "commits_per_s")->missing, MISSING_UNSUPPORTED);
	assert_int_equal(table_get(rates, 0, "blocks_read_per_s")->missing, MISSING_NONE);
	assert_false(table_get(rates, 0, "hit_ratio")->has_value);
	table_free(rates);
}

static void nothing_asked_gives_nothing(void **state)
{
	struct facts facts = {0};

	(void)state;
	assert_null(rates_of(&facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_a_second), cmocka_unit_test(what_fell_was_reset), cmocka_unit_test(another_reset_time_is_another_count),
		cmocka_unit_test(a_database_made_anew_is_another), cmocka_unit_test(what_cannot_be_counted_says_why), cmocka_unit_test(nothing_asked_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
