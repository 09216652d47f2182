/* Durations, sizes and times from text, in PostgreSQL's own words. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/units.h"

static const char *skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* A plain decimal number: no hexadecimal, no "inf". Moves *s behind it. */
static bool take_number(const char **s, double *value)
{
	const char *p = *s;
	char *end;

	if (*p == '+' || *p == '-')
		p++;
	if (!isdigit((unsigned char)*p) && !(*p == '.' && isdigit((unsigned char)p[1])))
		return false;
	if (*p == '0' && (p[1] == 'x' || p[1] == 'X'))
		return false;
	*value = strtod(*s, &end);
	*s = end;
	return isfinite(*value);
}

bool units_parse_int(const char *s, int64_t *value)
{
	char *end;
	const char *digits = *s == '-' || *s == '+' ? s + 1 : s;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	long long number = strtoll(s, &end, 10);

	if (errno || *end)
		return false;
	*value = number;
	return true;
}

struct unit {
	const char *word;
	double factor;
};

/* Words of intervals and of settings. A month is 30 days and a year 365.25, as extract(epoch) counts them. */
static const struct unit durations[] = {
	{"us", 1e-6}, {"usec", 1e-6}, {"usecs", 1e-6}, {"microsecond", 1e-6}, {"microseconds", 1e-6},
	{"ms", 1e-3}, {"msec", 1e-3}, {"msecs", 1e-3}, {"millisecond", 1e-3}, {"milliseconds", 1e-3},
	{"s", 1}, {"sec", 1}, {"secs", 1}, {"second", 1}, {"seconds", 1},
	{"m", 60}, {"min", 60}, {"mins", 60}, {"minute", 60}, {"minutes", 60},
	{"h", 3600}, {"hr", 3600}, {"hrs", 3600}, {"hour", 3600}, {"hours", 3600},
	{"d", 86400}, {"day", 86400}, {"days", 86400},
	{"w", 604800}, {"week", 604800}, {"weeks", 604800},
	{"mon", 2592000}, {"mons", 2592000}, {"month", 2592000}, {"months", 2592000},
	{"y", 31557600}, {"yr", 31557600}, {"yrs", 31557600}, {"year", 31557600}, {"years", 31557600},
	{"decade", 315576000}, {"decades", 315576000}, {"century", 3155760000.0}, {"centuries", 3155760000.0},
};

static const struct unit iso_dates[] = {{"Y", 31557600}, {"M", 2592000}, {"W", 604800}, {"D", 86400}};
static const struct unit iso_times[] = {{"H", 3600}, {"M", 60}, {"S", 1}};

static bool find_unit(const struct unit *units, size_t count, const char *word, size_t length, double *factor)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(units[i].word) == length && strncasecmp(units[i].word, word, length) == 0) {
			*factor = units[i].factor;
			return true;
		}
	}
	return false;
}

#define FIND_UNIT(units, word, length, factor) find_unit(units, sizeof(units) / sizeof *(units), word, length, factor)

/* "P1Y2M3DT4H5M6.7S" behind its P */
static bool parse_iso_duration(const char *s, double *seconds)
{
	bool is_time = false;
	double total = 0;

	if (!*s)
		return false;
	while (*s) {
		double value;
		double factor;

		if (*s == 'T' && !is_time && s[1]) {
			is_time = true;
			s++;
			continue;
		}
		if (!take_number(&s, &value) || !*s)
			return false;
		if (is_time ? !FIND_UNIT(iso_times, s, 1, &factor) : !FIND_UNIT(iso_dates, s, 1, &factor))
			return false;
		total += value * factor;
		s++;
	}
	*seconds = total;
	return true;
}

/* "02:03:04.5" or "02:03", sign included; *s stands at its first character. */
static bool take_clock(const char **s, double *seconds)
{
	const char *p = *s;
	bool is_negative = *p == '-';
	double part[3] = {0, 0, 0};
	int count = 0;

	if (*p == '-' || *p == '+')
		p++;
	do {
		if (count && *p == ':')
			p++;
		if (!isdigit((unsigned char)*p) || !take_number(&p, &part[count]))
			return false;
		count++;
	} while (*p == ':' && count < 3);
	if (count < 2 || part[1] >= 60 || part[2] > 60)
		return false;
	*seconds = (part[0] * 60 + part[1]) * 60 + part[2];
	if (is_negative)
		*seconds = -*seconds;
	*s = p;
	return true;
}

static bool is_clock(const char *s)
{
	if (*s == '-' || *s == '+')
		s++;
	while (isdigit((unsigned char)*s))
		s++;
	return *s == ':';
}

bool units_parse_duration_s(const char *s, double *seconds)
{
	double total = 0;
	int parts = 0;
	bool has_plain = false;

	s = skip_blanks(s);
	if (*s == '@')
		s = skip_blanks(s + 1);
	if (*s == 'P')
		return parse_iso_duration(s + 1, seconds);
	while (*s) {
		double value;
		double factor = 1;

		if (parts && strcasecmp(s, "ago") == 0) {
			total = -total;
			break;
		}
		/* a number without a unit is seconds, and then it is all there is */
		if (has_plain)
			return false;
		if (is_clock(s)) {
			if (!take_clock(&s, &value))
				return false;
		} else {
			if (!take_number(&s, &value))
				return false;
			s = skip_blanks(s);
			size_t length = 0;

			while (isalpha((unsigned char)s[length]))
				length++;
			if (length == 0) {
				if (*s || parts)
					return false;
				has_plain = true;
			} else if (!FIND_UNIT(durations, s, length, &factor)) {
				return false;
			}
			s += length;
		}
		total += value * factor;
		parts++;
		s = skip_blanks(s);
	}
	if (!parts)
		return false;
	*seconds = total;
	return true;
}

bool units_parse_bytes(const char *s, int64_t *bytes)
{
	static const struct unit units[] = {
		{"", 1}, {"B", 1}, {"bytes", 1}, {"kB", 1024}, {"MB", 1048576}, {"GB", 1073741824},
		{"TB", 1099511627776.0}, {"PB", 1125899906842624.0},
	};
	double value;
	double factor;
	int64_t whole;

	s = skip_blanks(s);
	/* a whole number keeps all its digits */
	if (units_parse_int(s, &whole)) {
		*bytes = whole;
		return true;
	}
	if (!take_number(&s, &value))
		return false;
	s = skip_blanks(s);
	size_t length = strlen(s);

	while (length && (s[length - 1] == ' ' || s[length - 1] == '\t'))
		length--;
	if (!FIND_UNIT(units, s, length, &factor))
		return false;
	value = round(value * factor);
	if (fabs(value) >= 9.2e18)
		return false;
	*bytes = (int64_t)value;
	return true;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t days_from_date(int64_t year, int month, int day)
{
	/* the year begins in March, so that the leap day is its last */
	if (month <= 2) {
		year--;
		month += 12;
	}
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month - 3) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/* Between `least` and `most` digits. */
static bool take_digits(const char **s, int least, int most, int64_t *value)
{
	int count = 0;

	*value = 0;
	while (count < most && isdigit((unsigned char)**s)) {
		*value = *value * 10 + (**s - '0');
		(*s)++;
		count++;
	}
	return count >= least;
}

static bool take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool take_time_of_day(const char **s, int64_t *us)
{
	int64_t hour;
	int64_t minute;
	int64_t second = 0;
	int64_t fraction = 0;

	if (!take_digits(s, 2, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, 2, &minute))
		return false;
	if (take_char(s, ':')) {
		if (!take_digits(s, 2, 2, &second))
			return false;
		if (take_char(s, '.')) {
			const char *from = *s;

			if (!take_digits(s, 1, 6, &fraction))
				return false;
			for (ptrdiff_t digits = *s - from; digits < 6; digits++)
				fraction *= 10;
			while (isdigit((unsigned char)**s))
				(*s)++;
		}
	}
	if (hour > 24 || minute > 59 || second > 60)
		return false;
	*us = ((hour * 60 + minute) * 60 + second) * 1000000 + fraction;
	return true;
}

/* "Z", "+00", "-03:30", "+0530", "-04:56:02"; nothing is UTC */
static bool take_offset(const char **s, int64_t *offset_s)
{
	int64_t part[3] = {0, 0, 0};

	*offset_s = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	if (**s != '+' && **s != '-')
		return true;
	int64_t sign = **s == '-' ? -1 : 1;

	(*s)++;
	for (int i = 0; i < 3; i++) {
		if (!take_digits(s, 2, 2, &part[i]))
			return false;
		if (!isdigit((unsigned char)**s) && !take_char(s, ':'))
			break;
	}
	if (part[0] > 23 || part[1] > 59 || part[2] > 59)
		return false;
	*offset_s = sign * ((part[0] * 60 + part[1]) * 60 + part[2]);
	return true;
}

static int64_t days_of_month(int64_t year, int month)
{
	return days_from_date(month == 12 ? year + 1 : year, month % 12 + 1, 1) - days_from_date(year, month, 1);
}

bool units_parse_time_us(const char *s, int64_t *time_us)
{
	int64_t year;
	int64_t month;
	int64_t day;
	int64_t of_day_us = 0;
	int64_t offset_s = 0;
	int64_t s_total;
	int64_t us_total;

	s = skip_blanks(s);
	if (!take_digits(&s, 4, 6, &year) || !take_char(&s, '-') || !take_digits(&s, 2, 2, &month) ||
	    !take_char(&s, '-') || !take_digits(&s, 2, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, (int)month))
		return false;
	if ((*s == 'T' || *s == 't' || *s == ' ') && isdigit((unsigned char)s[1])) {
		s++;
		if (!take_time_of_day(&s, &of_day_us))
			return false;
		s = skip_blanks(s);
		if (!take_offset(&s, &offset_s))
			return false;
	}
	s = skip_blanks(s);
	if (strcmp(s, "BC") == 0)
		year = 1 - year;
	else if (*s)
		return false;
	s_total = days_from_date(year, (int)month, (int)day) * 86400 - offset_s;
	if (__builtin_mul_overflow(s_total, (int64_t)1000000, &us_total) ||
	    __builtin_add_overflow(us_total, of_day_us, &us_total))
		return false;
	*time_us = us_total;
	return true;
}
