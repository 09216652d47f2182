/* Numbers as people read them, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "pgtend/core/units.h"

static char out[UNITS_SIZE];

static void bytes(void **state)
{
	(void)state;
	assert_string_equal(units_bytes(out, 0), "0 B");
	assert_string_equal(units_bytes(out, 1023), "1023 B");
	assert_string_equal(units_bytes(out, 1024), "1 kB");
	assert_string_equal(units_bytes(out, -3 * 1024), "-3 kB");
	assert_string_equal(units_bytes(out, 48 * 1048576LL), "48 MB");
	assert_string_equal(units_bytes(out, 6549825126LL), "6.1 GB");
	assert_string_equal(units_bytes(out, 1048575), "1 MB"); /* never "1024 kB" */
	assert_string_equal(units_bytes(out, INT64_MAX), "8 EB");
	assert_string_equal(units_bytes(out, INT64_MIN), "-8 EB");
}

static void counts(void **state)
{
	(void)state;
	assert_string_equal(units_count(out, 0), "0");
	assert_string_equal(units_count(out, 987), "987");
	assert_string_equal(units_count(out, 12345), "12.3 k");
	assert_string_equal(units_count(out, 61000000), "61 M");
	assert_string_equal(units_count(out, 999999), "1 M");
	assert_string_equal(units_count(out, -1500), "-1.5 k");
}

static void ages(void **state)
{
	(void)state;
	assert_string_equal(units_age(out, 0), "0s");
	assert_string_equal(units_age(out, 3), "3s");
	assert_string_equal(units_age(out, 14 * 60 + 59), "14m");
	assert_string_equal(units_age(out, 2 * 3600), "2h");
	assert_string_equal(units_age(out, (2 * 24 + 4) * 3600), "2d 4h");
	assert_string_equal(units_age(out, 30 * 86400), "30d");
	assert_string_equal(units_age(out, 37 * 86400), "5w");
	assert_string_equal(units_age(out, 31557600), "1y"); /* what PostgreSQL takes a year for */
	assert_string_equal(units_age(out, 800 * 86400LL), "2y 10w");
	assert_string_equal(units_age(out, -60), "-1m");
	assert_non_null(units_age(out, INT64_MIN));
}

static void milliseconds(void **state)
{
	(void)state;
	assert_string_equal(units_ms(out, 0.43), "0.4 ms");
	assert_string_equal(units_ms(out, 250), "250 ms");
	assert_string_equal(units_ms(out, 999.7), "1.0 s");
	assert_string_equal(units_ms(out, 1300), "1.3 s");
	assert_string_equal(units_ms(out, 125000), "2m 05s");
	assert_string_equal(units_ms(out, 59990), "1m 00s");
	assert_string_equal(units_ms(out, 2 * 3600000.0), "2h 00m");
	assert_string_equal(units_ms(out, NAN), "-");
}

static void percents(void **state)
{
	(void)state;
	assert_string_equal(units_percent(out, 0.998), "99.8%");
	assert_string_equal(units_percent(out, 1), "100%");
	assert_string_equal(units_percent(out, 0.99996), "99.9%"); /* not all */
	assert_string_equal(units_percent(out, 0), "0%");
	assert_string_equal(units_percent(out, 0.62), "62%");
	assert_string_equal(units_percent(out, NAN), "-");
}

static void moments(void **state)
{
	const int64_t noon_us = 1795269731LL * 1000000;

	(void)state;
	assert_string_equal(units_rfc3339(out, noon_us), "2026-11-21T14:02:11Z");
	assert_string_equal(units_rfc3339(out, noon_us + 120000), "2026-11-21T14:02:11.12Z");
	assert_string_equal(units_rfc3339(out, -1), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(units_stamp(out, noon_us), "20261121T140211Z");
	assert_string_equal(units_day(out, noon_us), "2026-11-21");
	assert_true(units_now_us() > noon_us - 50LL * 365 * 86400 * 1000000);
	assert_true(strlen(units_rfc3339(out, INT64_MAX)) < UNITS_SIZE);
	assert_true(strlen(units_rfc3339(out, INT64_MIN)) < UNITS_SIZE);
}

static void assert_duration(const char *s, double wanted)
{
	double seconds = -1;

	if (!units_parse_duration_s(s, &seconds))
		fail_msg("\"%s\" was not understood", s);
	if (fabs(seconds - wanted) > 1e-6)
		fail_msg("\"%s\" is %f, not %f", s, seconds, wanted);
}

static void durations(void **state)
{
	(void)state;
	assert_duration("90", 90);
	assert_duration(" 1.5 ", 1.5);
	assert_duration("5min", 300);
	assert_duration("2 h", 7200);
	assert_duration("250ms", 0.25);
	assert_duration("30s", 30);
	assert_duration("1d", 86400);
	assert_duration("30 days", 30 * 86400.0);
	assert_duration("1 day 02:03:04", 86400 + 7384);
	assert_duration("-1 days +02:03:00", -86400 + 7380);
	assert_duration("-00:00:01.5", -1.5);
	assert_duration("00:05", 300);
	assert_duration("1 year 2 mons 3 days 04:05:06.789", 31557600 + 2 * 2592000 + 3 * 86400 + 14706.789);
	assert_duration("1 week", 604800);
	assert_duration("@ 3 days ago", -3 * 86400.0);
	assert_duration("7 DAYS", 7 * 86400.0);
	assert_duration("P1DT2H", 86400 + 7200);
	assert_duration("P1Y2M3DT4H5M6.5S", 31557600 + 2 * 2592000 + 3 * 86400 + 14706.5);
	assert_duration("1 month", 2592000);
	assert_duration("12:00:00", 43200);
	assert_duration("100:00:00", 360000);
}

static void no_durations(void **state)
{
	static const char *const bad[] = {"", " ", "abc", "5 parsecs", "5 5", "1 day 5", "0x10", "inf", "nan", "5min later",
	                                  "1:99:00", "P", "PT", "P5", "P1X", "1:2:3:4", "--5", "ago"};
	double seconds;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (units_parse_duration_s(bad[i], &seconds))
			fail_msg("\"%s\" was taken for %f seconds", bad[i], seconds);
}

static void sizes(void **state)
{
	int64_t value;

	(void)state;
	assert_true(units_parse_bytes("64MB", &value) && value == 64 * 1048576);
	assert_true(units_parse_bytes("64 MB ", &value) && value == 64 * 1048576);
	assert_true(units_parse_bytes("9223372036854775807", &value) && value == INT64_MAX);
	assert_true(units_parse_bytes("1.5 gb", &value) && value == 1610612736);
	assert_true(units_parse_bytes("8 kB", &value) && value == 8192);
	assert_true(units_parse_bytes("12 bytes", &value) && value == 12);
	assert_false(units_parse_bytes("", &value));
	assert_false(units_parse_bytes("MB", &value));
	assert_false(units_parse_bytes("5 miles", &value));
	assert_false(units_parse_bytes("99999999 PB", &value));
}

static void integers(void **state)
{
	int64_t value;

	(void)state;
	assert_true(units_parse_int("-42", &value) && value == -42);
	assert_true(units_parse_int("9223372036854775807", &value) && value == INT64_MAX);
	assert_false(units_parse_int("9223372036854775808", &value));
	assert_false(units_parse_int("", &value));
	assert_false(units_parse_int(" 1", &value));
	assert_false(units_parse_int("1 ", &value));
	assert_false(units_parse_int("1.0", &value));
	assert_false(units_parse_int("-", &value));
}

static void assert_time(const char *s, const char *wanted)
{
	int64_t us;

	if (!units_parse_time_us(s, &us))
		fail_msg("\"%s\" was not understood", s);
	assert_string_equal(units_rfc3339(out, us), wanted);
}

static void times(void **state)
{
	(void)state;
	assert_time("2026-11-21 14:02:11+00", "2026-11-21T14:02:11Z");
	assert_time("2026-11-21T14:02:11Z", "2026-11-21T14:02:11Z");
	assert_time("2026-11-21 14:02:11.123456+02", "2026-11-21T12:02:11.123456Z");
	assert_time("2026-11-21 14:02:11.5-03:30", "2026-11-21T17:32:11.5Z");
	assert_time("2026-11-21T14:02:11+0530", "2026-11-21T08:32:11Z");
	assert_time("1883-11-18 12:00:00-04:56:02", "1883-11-18T16:56:02Z");
	assert_time("2026-11-21 14:02:11", "2026-11-21T14:02:11Z");
	assert_time("2026-11-21", "2026-11-21T00:00:00Z");
	assert_time("2024-02-29 23:59:59+00", "2024-02-29T23:59:59Z");
	assert_time("0001-01-01 00:00:00+00 BC", "0000-01-01T00:00:00Z");
	assert_time("12026-11-21 00:00:00+00", "12026-11-21T00:00:00Z");
}

static void no_times(void **state)
{
	static const char *const bad[] = {"", "infinity", "-infinity", "2026-13-01", "2026-01-32", "2026-11-21 25:00:00",
	                                  "2026-11-21 14:02:11 later", "2026-11-21 14", "now", "21.11.2026",
	                                  "2026-11-21 14:02:11+99"};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (units_parse_time_us(bad[i], &us))
			fail_msg("\"%s\" was taken for a time", bad[i]);
	assert_false(units_parse_time_us("294277-01-01 00:00:00+00", &us)); /* more than 64 bits of microseconds */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),        cmocka_unit_test(counts),       cmocka_unit_test(ages),
		cmocka_unit_test(milliseconds), cmocka_unit_test(percents),     cmocka_unit_test(moments),
		cmocka_unit_test(durations),    cmocka_unit_test(no_durations), cmocka_unit_test(sizes),
		cmocka_unit_test(integers),     cmocka_unit_test(times),        cmocka_unit_test(no_times),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
