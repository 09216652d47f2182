/* How a cell of core/table.h reads to people. */
#include <math.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"

const char *table_missing_word(enum missing why)
{
	switch (why) {
	case MISSING_NONE:
		return "";
	case MISSING_VERSION:
		return "version";
	case MISSING_PRIVILEGE:
		return "privilege";
	case MISSING_EXTENSION:
		return "extension";
	case MISSING_LOCKED:
		return "locked";
	case MISSING_TIMEOUT:
		return "timeout";
	case MISSING_UNSUPPORTED:
		return "unsupported";
	}
	return "";
}

static void add_words(struct text *text, const char *words)
{
	while (*words) {
		size_t length = strcspn(words, "\n");
		char *word = mem_copy_n(words, length);

		text_add_visible(text, word);
		mem_free(word);
		words += length;
		if (*words) {
			text_add(text, ", ");
			words++;
		}
	}
	if (!text->length)
		text_add_char(text, '-');
}

static void add_real(struct text *text, double value)
{
	double tenths = round(value * 10) / 10;

	if (fabs(value) < 1 && value != 0)
		text_addf(text, "%.2g", value);
	else if (fabs(value) >= 100 || tenths == trunc(tenths))
		text_addf(text, "%.0f", value);
	else
		text_addf(text, "%.1f", tenths);
}

char *table_cell_text(const struct table *table, int row, int column)
{
	const struct cell *cell = table_cell(table, row, column);
	char number[UNITS_SIZE];
	struct text text = {0};

	if (!cell->has_value)
		return mem_copy(cell->missing ? table_missing_word(cell->missing) : "-");
	if (cell->is_approximate)
		text_add_char(&text, '~');
	switch (table_shape(table)->columns[column].type) {
	case CELL_TEXT:
	case CELL_OBJECTS:
		text_add_visible(&text, cell->u.text);
		break;
	case CELL_WORDS:
	case CELL_IDS:
		add_words(&text, cell->u.text);
		break;
	case CELL_BOOL:
		text_add(&text, cell->u.integer ? "yes" : "no");
		break;
	case CELL_COUNT:
		text_add(&text, units_count(number, cell->u.integer));
		break;
	case CELL_ID:
		text_addf(&text, "%lld", (long long)cell->u.integer);
		break;
	case CELL_BYTES:
		text_add(&text, units_bytes(number, cell->u.integer));
		break;
	case CELL_REAL:
		add_real(&text, cell->u.real);
		break;
	case CELL_RATIO:
		text_add(&text, units_percent(number, cell->u.real));
		break;
	case CELL_SECONDS:
		/* what no int64 holds is no age either */
		text_add(&text, fabs(cell->u.real) < 9e18 ? units_age(number, (int64_t)cell->u.real) : "-");
		break;
	case CELL_MS:
		text_add(&text, units_ms(number, cell->u.real));
		break;
	case CELL_TIME:
		/* whole seconds for people; programs get the fraction */
		text_add(&text, units_rfc3339(number, cell->u.integer - cell->u.integer % 1000000));
		break;
	}
	return text_take(&text);
}
