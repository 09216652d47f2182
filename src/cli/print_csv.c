/* Rows as CSV: headers are the JSON keys, numbers as programs want them. */
#include "pgtend/cli/print.h"

#include <inttypes.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static void add_field(struct text *out, const char *value, bool is_terminal)
{
	char *visible = is_terminal ? text_visible(value) : NULL;
	const char *s = visible != NULL ? visible : value;
	if (s[strcspn(s, ",\"\r\n")] == '\0' && *s != ' ' && (*s == '\0' || s[strlen(s) - 1] != ' ')) {
		text_add(out, s);
	} else {
		text_add_char(out, '"');
		for (; *s != '\0'; s++) {
			if (*s == '"')
				text_add_char(out, '"');
			text_add_char(out, *s);
		}
		text_add_char(out, '"');
	}
	mem_free(visible);
}

static void add_words(struct text *out, const char *joined, bool is_terminal)
{
	struct words words = {0};
	words_split(&words, joined, "\n");
	char *list = words_join(&words, "; ");
	add_field(out, list, is_terminal);
	mem_free(list);
	words_done(&words);
}

static void add_cell(struct text *out, const struct cell *cell, enum cell_type type, bool is_terminal)
{
	char buffer[UNITS_SIZE];
	if (!cell->has_value)
		return;
	switch (type) {
	case CELL_TEXT:
	case CELL_OBJECTS:
		/* An empty text is quoted, so that it differs from null. */
		if (*cell->u.text == '\0')
			text_add(out, "\"\"");
		else
			add_field(out, cell->u.text, is_terminal);
		break;
	case CELL_WORDS:
	case CELL_IDS:
		add_words(out, cell->u.text, is_terminal);
		break;
	case CELL_BOOL:
		text_add(out, cell->u.integer != 0 ? "true" : "false");
		break;
	case CELL_COUNT:
	case CELL_ID:
	case CELL_BYTES:
		text_addf(out, "%" PRId64, cell->u.integer);
		break;
	case CELL_TIME:
		text_add(out, units_rfc3339(buffer, cell->u.integer));
		break;
	case CELL_REAL:
	case CELL_RATIO:
	case CELL_SECONDS:
	case CELL_MS:
		text_addf(out, "%.15g", cell->u.real);
		break;
	}
}

static void add_missing(struct text *out, const struct table *table, int row)
{
	const struct table_shape *shape = table_shape(table);
	struct text words = {0};
	for (int c = 0; c < shape->column_count; c++) {
		const struct cell *cell = table_cell(table, row, c);
		if (!cell->has_value && cell->missing != MISSING_NONE)
			text_addf(&words, "%s%s:%s", words.length > 0 ? " " : "", shape->columns[c].name,
			    table_missing_word(cell->missing));
	}
	text_add(out, text_str(&words));
	text_done(&words);
}

void print_csv(struct text *out, const struct table *table, bool is_terminal)
{
	const struct table_shape *shape = table_shape(table);
	for (int c = 0; c < shape->column_count; c++)
		text_addf(out, "%s,", shape->columns[c].name);
	text_add(out, "missing\n");
	for (int row = 0; row < table_rows(table); row++) {
		for (int c = 0; c < shape->column_count; c++) {
			add_cell(out, table_cell(table, row, c), shape->columns[c].type, is_terminal);
			text_add_char(out, ',');
		}
		add_missing(out, table, row);
		text_add_char(out, '\n');
	}
}
