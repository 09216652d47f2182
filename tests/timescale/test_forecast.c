/* The size at steady state, when the disk is full, why a ratio is low. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../src/timescale/forecast.h"
#include "pgtend/core/mem.h"

enum { DAY_S = 86400 };

static bool is_near(double got, double wanted)
{
	return got > wanted * 0.999 - 1 && got < wanted * 1.001 + 1;
}

/* 1000 bytes a day, a chunk a day, kept for 30 days, compressed ten times after 7. */
static struct forecast daily(void)
{
	return (struct forecast){.bytes_per_day = 1000, .drop_after_s = 30 * DAY_S, .compress_after_s = 7 * DAY_S, .chunk_s = DAY_S, .ratio = 10};
}

static void a_chunk_is_kept_for_its_own_width_more(void **state)
{
	struct forecast forecast = daily();

	(void)state;
	assert_true(is_near(forecast_steady_bytes(&forecast), 8 * 1000 + 23 * 100));
	forecast.compress_after_s = -1;
	assert_true(is_near(forecast_steady_bytes(&forecast), 31 * 1000));
	forecast.compress_after_s = 40 * DAY_S; /* gone before */
	assert_true(is_near(forecast_steady_bytes(&forecast), 31 * 1000));
	forecast = daily();
	forecast.ratio = 0; /* nobody knows what compression will do */
	assert_true(is_near(forecast_steady_bytes(&forecast), 31 * 1000));
	forecast.drop_after_s = -1;
	assert_true(forecast_steady_bytes(&forecast) < 0);
	forecast = daily();
	forecast.bytes_per_day = 0;
	assert_true(forecast_steady_bytes(&forecast) == 0);
}

static void what_is_steady_fills_no_disk(void **state)
{
	struct forecast forecast = daily();

	(void)state;
	forecast.bytes = 11000;
	assert_true(forecast_full_s(&forecast, 1, 50) < 0);
	forecast.is_late = true; /* retention does not hold it back */
	assert_true(is_near(forecast_full_s(&forecast, 1, 500), 5 * DAY_S));
}

static void what_is_kept_for_ever_does(void **state)
{
	struct forecast two[] = {daily(), daily()};

	(void)state;
	two[0].drop_after_s = -1; /* 100 a day, compressed */
	assert_true(is_near(forecast_full_s(two, 1, 1000), 10 * DAY_S));
	two[0].compress_after_s = -1;
	assert_true(is_near(forecast_full_s(two, 1, 1000), DAY_S));
	/* the other one grows by 100 a day until it has 300 more: 1,100 a day for 3 days, then 1,000 */
	two[1].bytes = 10000;
	assert_true(is_near(forecast_full_s(two, 2, 3300 + 2000), 5 * DAY_S));
	assert_true(is_near(forecast_full_s(two, 2, 1100), DAY_S));
	two[0].bytes_per_day = 0;
	assert_true(forecast_full_s(two, 2, 301) < 0);
	assert_true(is_near(forecast_full_s(two, 2, 299), 2.99 * DAY_S));
	assert_true(forecast_full_s(two, 0, 1) < 0);
}

static void the_ratio_is_a_number(void **state)
{
	(void)state;
	assert_true(ratio_expected("10") == 10);
	assert_true(ratio_expected("10-20x") == 10);
	assert_true(ratio_expected("3.5") == 3.5);
	assert_true(ratio_expected("many") == 0);
	assert_true(ratio_expected("-3") == 0);
	assert_true(ratio_expected(NULL) == 0);
}

static void assert_reason(const struct ratio_look *look, const char *wanted)
{
	char *reason = ratio_reason(look);

	assert_string_equal(reason, wanted);
	mem_free(reason);
}

static void the_likely_reason(void **state)
{
	struct ratio_look look = {
		.rows = 7500, .batches = 100, .segments = "device_id, user_id", .first_order = "time", .time_column = "time", .unlike_column = "payload", .unlike_share = 0.5,
	};

	(void)state;
	assert_reason(&look, "75 rows a segment, 1000 fill one: segment by less than device_id, user_id, or make chunks wider");
	look.segments = NULL;
	assert_reason(&look, "75 rows a segment, 1000 fill one: chunks hold too few rows, make them wider");
	look.batches = 8;
	assert_reason(&look, "column payload differs in nearly each row and is 50% of it");
	look.unlike_share = 0.1;
	look.first_order = "device_id";
	assert_reason(&look, "rows are ordered by device_id in a segment, not by time: neighbours are not alike");
	look.first_order = "time";
	assert_reason(&look, "938 rows a segment, which is enough: the columns themselves differ from row to row");
	look.batches = 0;
	assert_reason(&look, "no likely reason is known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_is_kept_for_its_own_width_more),
		cmocka_unit_test(what_is_steady_fills_no_disk),
		cmocka_unit_test(what_is_kept_for_ever_does),
		cmocka_unit_test(the_ratio_is_a_number),
		cmocka_unit_test(the_likely_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
