/* A server's text form of a value, into the cell of a column. What cannot be read is null. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"

static bool parse_real(const char *value, double *real)
{
	char *end;

	*real = strtod(value, &end);
	return end != value && !*end && isfinite(*real);
}

/* Whole numbers, also in numeric's clothes: "12.00", "1e3" */
static bool parse_integer(const char *value, int64_t *integer)
{
	double real;

	if (units_parse_int(value, integer))
		return true;
	if (!parse_real(value, &real) || fabs(real) >= 9.2e18)
		return false;
	*integer = (int64_t)llround(real);
	return true;
}

static bool parse_bool(const char *value, int64_t *integer)
{
	static const char *const yes[] = {"t", "true", "yes", "on", "1"};
	static const char *const no[] = {"f", "false", "no", "off", "0"};

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
			*integer = strcasecmp(value, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static bool parse_seconds(const char *value, double *seconds)
{
	return parse_real(value, seconds) || units_parse_duration_s(value, seconds);
}

/* One element of an array's text form; *at stands at its first character, then behind it. NULL: the element NULL. */
static char *take_element(const char **at)
{
	const char *p = *at;
	struct text text = {0};
	bool is_quoted = *p == '"';

	if (is_quoted)
		p++;
	while (*p && (is_quoted ? *p != '"' : *p != ',' && *p != '}')) {
		if (*p == '\\' && p[1])
			p++;
		text_add_char(&text, *p++);
	}
	if (is_quoted && *p)
		p++;
	*at = p;
	if (!is_quoted && strcasecmp(text_str(&text), "NULL") == 0) {
		text_done(&text);
		return NULL;
	}
	return text_take(&text);
}

/* "{a,\"b c\",NULL}" or lines */
static void set_words(struct table *table, int row, const char *column, const char *value)
{
	size_t length = strlen(value);

	table_set_missing(table, row, column, MISSING_NONE);
	table_add_word(table, row, column, NULL);
	if (length < 2 || value[0] != '{' || value[length - 1] != '}') {
		struct words lines = {0};

		words_split(&lines, value, "\n");
		for (size_t i = 0; i < lines.count; i++)
			table_add_word(table, row, column, lines.v[i]);
		words_done(&lines);
		return;
	}
	const char *at = value + 1;

	while (*at && *at != '}') {
		char *word = take_element(&at);

		if (word)
			table_add_word(table, row, column, word);
		mem_free(word);
		if (*at == ',')
			at++;
		else if (*at != '}')
			break;
	}
}

void table_set_parsed(struct table *table, int row, const char *column, const char *value)
{
	int number = table_column(table_shape(table), column);
	int64_t integer = 0;
	double real = 0;
	bool has_integer = false;
	bool has_real = false;

	if (number < 0 || !value) {
		/* names the unknown column as every setter does */
		table_set_missing(table, row, column, MISSING_NONE);
		return;
	}
	switch (table_shape(table)->columns[number].type) {
	case CELL_TEXT:
	case CELL_OBJECTS:
		table_set_text(table, row, column, value);
		return;
	case CELL_WORDS:
	case CELL_IDS:
		set_words(table, row, column, value);
		return;
	case CELL_BOOL:
		has_integer = parse_bool(value, &integer);
		break;
	case CELL_COUNT:
	case CELL_ID:
	case CELL_BYTES:
		has_integer = parse_integer(value, &integer);
		break;
	case CELL_TIME:
		has_integer = units_parse_time_us(value, &integer);
		break;
	case CELL_REAL:
	case CELL_RATIO:
		has_real = parse_real(value, &real);
		break;
	case CELL_SECONDS:
		has_real = parse_seconds(value, &real);
		break;
	case CELL_MS:
		has_real = parse_real(value, &real);
		if (!has_real && units_parse_duration_s(value, &real)) {
			real *= 1000;
			has_real = true;
		}
		break;
	}
	if (has_integer)
		table_set_int(table, row, column, integer);
	else if (has_real)
		table_set_real(table, row, column, real);
	else
		table_set_missing(table, row, column, MISSING_NONE);
}
