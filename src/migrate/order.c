/* See migrate/order.h. */
#include "pgtend/migrate/order.h"

#include <ctype.h>
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pgtend/core/mem.h"

static bool all_digits(const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return length > 0;
}

static int digits(const char *s, int count)
{
	int value = 0;
	while (count-- > 0)
		value = value * 10 + (*s++ - '0');
	return value;
}

/* 17 digits, YYYYMMDDHHMMSSmmm in UTC, as milliseconds; NAN: JavaScript's Date refuses it. */
static double utc_stamp_ms(const char *s)
{
	int year = digits(s, 4), month = digits(s + 4, 2), day = digits(s + 6, 2);
	int hour = digits(s + 8, 2), minute = digits(s + 10, 2), second = digits(s + 12, 2), ms = digits(s + 14, 3);
	if (month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59 || hour > 24)
		return NAN;
	if (hour == 24 && (minute || second || ms))
		return NAN;
	/* A 30th of February rolls over in V8 as it does in timegm(). */
	struct tm tm = {.tm_year = year - 1900,
	    .tm_mon = month - 1,
	    .tm_mday = day,
	    .tm_hour = hour,
	    .tm_min = minute,
	    .tm_sec = second};
	return (double)timegm(&tm) * 1000.0 + ms;
}

static double integer_of_base(const char *s, size_t length, int base)
{
	double value = 0;
	for (size_t i = 0; i < length; i++) {
		int c = tolower((unsigned char)s[i]);
		int digit = isdigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
		if (digit >= base)
			return NAN;
		value = value * base + digit;
	}
	return length ? value : NAN;
}

/* JavaScript's Number(text); NAN: it is none. */
static double number_of(const char *s, size_t length)
{
	while (length && isspace((unsigned char)*s))
		s++, length--;
	while (length && isspace((unsigned char)s[length - 1]))
		length--;
	if (length == 0)
		return 0;
	if (length > 2 && s[0] == '0' && strchr("xXoObB", s[1]))
		return integer_of_base(s + 2, length - 2,
		    tolower((unsigned char)s[1]) == 'x'   ? 16
		    : tolower((unsigned char)s[1]) == 'o' ? 8
		                                          : 2);
	char text[64];
	if (length >= sizeof text)
		return all_digits(s, length) ? INFINITY : NAN;
	memcpy(text, s, length);
	text[length] = 0;
	if (strcmp(text, "Infinity") == 0 || strcmp(text, "+Infinity") == 0)
		return INFINITY;
	if (strcmp(text, "-Infinity") == 0)
		return -INFINITY;
	/* strtod() reads more than JavaScript does: nan, inf, hexadecimal fractions. */
	if (strspn(text, "0123456789+-.eE") != length)
		return NAN;
	char *end;
	double value = strtod(text, &end);
	return *end ? NAN : value;
}

static double prefix_of(const char *file_name, size_t length, bool *is_time)
{
	bool is_stamp = all_digits(file_name, length) && (length == 13 || length == 17);
	if (is_time)
		*is_time = is_stamp;
	if (is_stamp && length == 17)
		return utc_stamp_ms(file_name);
	/* As strtod() reads it, and exact: a double holds 15 digits. */
	int64_t whole = 0;
	if (length <= 15 && all_digits(file_name, length)) {
		for (size_t i = 0; i < length; i++)
			whole = whole * 10 + (file_name[i] - '0');
		return (double)whole;
	}
	double value = number_of(file_name, length);
	return isnan(value) ? 0 : value;
}

double order_prefix(const char *file_name, bool *is_time)
{
	return prefix_of(file_name, strcspn(file_name, "_"), is_time);
}

/* Version 9: the digits at the beginning, whatever follows them. */
static double prefix_of_9(const char *file_name)
{
	return prefix_of(file_name, strspn(file_name, "0123456789"), NULL);
}

/* --- ICU, opened on need ------------------------------------------------------------------------- */

/* The little of ICU's C interface (stable since 3.x) that is used; its header is not needed to build. */
enum {
	UCOL_ALTERNATE_HANDLING = 1,
	UCOL_STRENGTH = 5,
	UCOL_NUMERIC_COLLATION = 7,
	UCOL_SHIFTED = 20,
	UCOL_TERTIARY = 2,
	UCOL_ON = 17
};
static struct {
	bool is_tried, was_missed;
	void *collator, *plain;
	int (*compare)(const void *collator, const char *a, int32_t a_length, const char *b, int32_t b_length, int *status);
} icu;

static void *icu_symbol(void *library, const char *name, int version)
{
	char versioned[64];
	snprintf(versioned, sizeof versioned, "%s_%d", name, version);
	return dlsym(library, versioned);
}

/* Debian names the library by its version and adds the version to each function. */
static void icu_open(void)
{
	icu.is_tried = true;
	void *library = NULL;
	int version;
	for (version = 90; version >= 57 && !library; version--) {
		char name[32];
		snprintf(name, sizeof name, "libicui18n.so.%d", version);
		library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
		if (library)
			break;
	}
	if (!library)
		return;
	void *(*open_collator)(const char *locale, int *status);
	void (*set_attribute)(void *collator, int attribute, int value, int *status);
	*(void **)&open_collator = icu_symbol(library, "ucol_open", version);
	*(void **)&set_attribute = icu_symbol(library, "ucol_setAttribute", version);
	*(void **)&icu.compare = icu_symbol(library, "ucol_strcollUTF8", version);
	if (!open_collator || !set_attribute || !icu.compare)
		return;
	int status = 0;
	/* node takes the locale of the environment; English is what it is in containers and CI, and what the root order
	 * equals. */
	void *collator = open_collator("en", &status);
	set_attribute(collator, UCOL_NUMERIC_COLLATION, UCOL_ON, &status);
	set_attribute(collator, UCOL_ALTERNATE_HANDLING, UCOL_SHIFTED, &status);
	set_attribute(collator, UCOL_STRENGTH, UCOL_TERTIARY, &status);
	void *plain = open_collator("en", &status);
	if (status <= 0) {
		icu.collator = collator;
		icu.plain = plain;
	}
}

bool order_lacked_icu(void)
{
	return icu.was_missed;
}

static int compare_by(bool is_plain, const char *a, const char *b)
{
	if (!icu.is_tried)
		icu_open();
	if (!icu.collator) {
		icu.was_missed = true;
		return strcmp(a, b);
	}
	int status = 0;
	return icu.compare(is_plain ? icu.plain : icu.collator, a, -1, b, -1, &status);
}

int order_compare_names(const char *a, const char *b)
{
	return compare_by(false, a, b);
}

int order_compare_plain(const char *a, const char *b)
{
	return compare_by(true, a, b);
}

/* --- sorting ------------------------------------------------------------------------------------- */

struct item {
	const char *name;
	double prefix;
	size_t number;
};

static int compare_items(const struct item *a, const struct item *b)
{
	double difference = a->prefix - b->prefix;
	if (difference < 0)
		return -1;
	if (difference > 0)
		return 1;
	/* Equal, or no number at all (two infinities): the names decide, as `||` does in the tool. */
	return order_compare_names(a->name, b->name);
}

static int compare_bytes(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

void order_sort(const char *const *file_names, size_t count, bool is_9, size_t *index)
{
	struct item *items = mem_grow(NULL, count + 1, sizeof *items);
	bool is_sorted = true;
	for (size_t i = 0; i < count; i++) {
		double prefix = is_9 ? prefix_of_9(file_names[i]) : order_prefix(file_names[i], NULL);
		items[i] = (struct item){file_names[i], prefix, i};
		is_sorted = is_sorted && (i == 0 || strcmp(file_names[i - 1], file_names[i]) <= 0);
	}
	if (!is_sorted)
		qsort(items, count, sizeof *items, compare_bytes);
	/* Insertion by halving: stable, few comparisons, and a folder in byte order is nearly in order already. */
	for (size_t i = 1; i < count; i++) {
		struct item item = items[i];
		size_t low = 0, high = i;
		if (compare_items(&items[i - 1], &item) <= 0)
			continue;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (compare_items(&items[middle], &item) <= 0)
				low = middle + 1;
			else
				high = middle;
		}
		memmove(items + low + 1, items + low, (i - low) * sizeof *items);
		items[low] = item;
	}
	for (size_t i = 0; i < count; i++)
		index[i] = items[i].number;
	mem_free(items);
}
