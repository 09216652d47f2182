/* Numbers as people read them. Their parsing is in units_parse.c. */
#include "pgtend/core/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "6.1" below the limit, "48" above it; ".0" is left out. */
static void print_short(char *out, size_t size, double value, double limit)
{
	double tenths = round(value * 10) / 10;

	if (fabs(tenths) < limit && tenths != trunc(tenths))
		snprintf(out, size, "%.1f", tenths);
	else
		snprintf(out, size, "%.0f", value);
}

char *units_bytes(char out[UNITS_SIZE], int64_t bytes)
{
	static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	char number[UNITS_SIZE - 8];
	double value = (double)bytes;
	size_t unit = 0;

	/* the next unit as soon as rounding would print 1024 */
	while (round(fabs(value)) >= 1024 && unit + 1 < sizeof names / sizeof *names) {
		value /= 1024;
		unit++;
	}
	print_short(number, sizeof number, value, 10);
	snprintf(out, UNITS_SIZE, "%s %s", number, names[unit]);
	return out;
}

char *units_count(char out[UNITS_SIZE], int64_t count)
{
	static const char *const names[] = {"", " k", " M", " G", " T", " P", " E"};
	char number[UNITS_SIZE - 8];
	double value = (double)count;
	size_t unit = 0;

	while (round(fabs(value)) >= 1000 && unit + 1 < sizeof names / sizeof *names) {
		value /= 1000;
		unit++;
	}
	print_short(number, sizeof number, value, 100);
	snprintf(out, UNITS_SIZE, "%s%s", number, names[unit]);
	return out;
}

static void print_two(char *out, long long big, const char *big_unit, long long small, const char *small_unit)
{
	if (small)
		snprintf(out, UNITS_SIZE, "%lld%s %lld%s", big, big_unit, small, small_unit);
	else
		snprintf(out, UNITS_SIZE, "%lld%s", big, big_unit);
}

char *units_age(char out[UNITS_SIZE], int64_t seconds)
{
	const long long minute = 60, hour = 3600, day = 86400, week = 7 * day, year = 365 * day;

	if (seconds < 0) {
		/* two clocks that differ, or a moment to come */
		char positive[UNITS_SIZE];

		units_age(positive, seconds == INT64_MIN ? INT64_MAX : -seconds);
		snprintf(out, UNITS_SIZE, "-%.38s", positive);
		return out;
	}
	long long s = seconds;

	if (s < minute)
		print_two(out, s, "s", 0, "");
	else if (s < hour)
		print_two(out, s / minute, "m", 0, "");
	else if (s < day)
		print_two(out, s / hour, "h", 0, "");
	else if (s < 14 * day)
		print_two(out, s / day, "d", s % day / hour, "h");
	else if (s < 5 * week)
		print_two(out, s / day, "d", 0, "");
	else if (s < year)
		print_two(out, s / week, "w", 0, "");
	else
		print_two(out, s / year, "y", s % year / week, "w");
	return out;
}

char *units_ms(char out[UNITS_SIZE], double ms)
{
	double size = fabs(ms);

	if (!isfinite(ms)) {
		snprintf(out, UNITS_SIZE, "-");
	} else if (size < 10) {
		/* whole numbers are written five times as fast, and lists have thousands of these */
		int tenths = (int)nearbyint(size * 10);
		snprintf(out, UNITS_SIZE, "%s%d.%d ms", signbit(ms) ? "-" : "", tenths / 10, tenths % 10);
	} else if (size < 999.5) {
		snprintf(out, UNITS_SIZE, "%d ms", (int)nearbyint(ms));
	} else if (size < 59950) {
		snprintf(out, UNITS_SIZE, "%.1f s", ms / 1000);
	} else {
		long long s = llround(size / 1000);
		const char *sign = ms < 0 ? "-" : "";

		if (s < 3600)
			snprintf(out, UNITS_SIZE, "%s%lldm %02llds", sign, s / 60, s % 60);
		else
			snprintf(out, UNITS_SIZE, "%s%lldh %02lldm", sign, s / 3600, s % 3600 / 60);
	}
	return out;
}

char *units_percent(char out[UNITS_SIZE], double fraction)
{
	double tenths = round(fraction * 1000) / 10;

	if (!isfinite(fraction)) {
		snprintf(out, UNITS_SIZE, "-");
		return out;
	}
	/* what is not all must not read as all */
	if (fraction < 1 && tenths >= 100)
		tenths = 99.9;
	if (tenths == trunc(tenths))
		snprintf(out, UNITS_SIZE, "%.0f%%", tenths);
	else
		snprintf(out, UNITS_SIZE, "%.1f%%", tenths);
	return out;
}

/* Floor division, so that moments before 1970 have a positive fraction. */
static bool split_time(int64_t time_us, struct tm *tm, int *us)
{
	int64_t s = time_us / 1000000;
	int64_t rest = time_us % 1000000;

	if (rest < 0) {
		rest += 1000000;
		s--;
	}
	time_t t = (time_t)s;

	*us = (int)rest;
	return gmtime_r(&t, tm) != NULL;
}

static char *print_time(char out[UNITS_SIZE], int64_t time_us, const char *format)
{
	struct tm tm;
	int us;

	if (!split_time(time_us, &tm, &us) || strftime(out, UNITS_SIZE, format, &tm) == 0)
		snprintf(out, UNITS_SIZE, "-");
	return out;
}

char *units_rfc3339(char out[UNITS_SIZE], int64_t time_us)
{
	struct tm tm;
	int us;

	if (!split_time(time_us, &tm, &us)) {
		snprintf(out, UNITS_SIZE, "-");
		return out;
	}
	size_t length = strftime(out, UNITS_SIZE, "%4Y-%m-%dT%H:%M:%S", &tm);

	if (us) {
		length += (size_t)snprintf(out + length, UNITS_SIZE - length, ".%06d", us);
		while (out[length - 1] == '0')
			length--;
	}
	snprintf(out + length, UNITS_SIZE - length, "Z");
	return out;
}

char *units_stamp(char out[UNITS_SIZE], int64_t time_us)
{
	return print_time(out, time_us, "%4Y%m%dT%H%M%SZ");
}

char *units_day(char out[UNITS_SIZE], int64_t time_us)
{
	return print_time(out, time_us, "%4Y-%m-%d");
}

int64_t units_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
