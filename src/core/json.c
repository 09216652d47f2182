#include "pgtend/core/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"

static json_t *must(json_t *value)
{
	if (!value)
		mem_die("out of memory");
	return value;
}

/* JSON is UTF-8; a database in SQL_ASCII may hold other bytes, which are then written out. */
static json_t *string_from(const char *s, size_t length)
{
	if (text_is_valid_utf8(s, length))
		return must(json_stringn(s, length));
	char *copy = mem_copy_n(s, length);
	char *visible = text_visible(copy);
	json_t *string = must(json_string(visible));

	mem_free(visible);
	mem_free(copy);
	return string;
}

static json_t *id_from(const char *s, size_t length)
{
	char *word = mem_copy_n(s, length);
	int64_t id = 0;
	bool is_number = units_parse_int(word, &id);

	mem_free(word);
	/* what is no number after all is better told than left out */
	return is_number ? must(json_integer((json_int_t)id)) : string_from(s, length);
}

static json_t *list_from(const char *s, json_t *(*item_from)(const char *s, size_t length))
{
	json_t *array = must(json_array());

	while (*s) {
		size_t length = strcspn(s, "\n");

		json_array_append_new(array, item_from(s, length));
		s += length;
		if (*s)
			s++;
	}
	return array;
}

static json_t *number_from(double value)
{
	if (value == trunc(value) && fabs(value) < 9007199254740992.0)
		return must(json_integer((json_int_t)value));
	return must(json_real(value));
}

static json_t *value_from(const struct cell *cell, enum cell_type type)
{
	char time[UNITS_SIZE];

	if (!cell->has_value)
		return json_null();
	switch (type) {
	case CELL_TEXT:
		return string_from(cell->u.text, strlen(cell->u.text));
	case CELL_WORDS:
		return list_from(cell->u.text, string_from);
	case CELL_IDS:
		return list_from(cell->u.text, id_from);
	case CELL_OBJECTS: {
		json_t *list = json_loads(cell->u.text, 0, NULL);

		return list ? list : json_null();
	}
	case CELL_BOOL:
		return json_boolean(cell->u.integer);
	case CELL_COUNT:
	case CELL_ID:
	case CELL_BYTES:
		return must(json_integer(cell->u.integer));
	case CELL_TIME:
		return must(json_string(units_rfc3339(time, cell->u.integer)));
	case CELL_REAL:
	case CELL_RATIO:
	case CELL_SECONDS:
	case CELL_MS:
		return number_from(cell->u.real);
	}
	return json_null();
}

/* True when some column under "PREFIX." has a value or a reason. */
static bool has_content(const struct table *table, int row, const char *prefix, size_t prefix_length)
{
	const struct table_shape *shape = table_shape(table);

	for (int i = 0; i < shape->column_count; i++) {
		const struct cell *cell = table_cell(table, row, i);

		if (strncmp(shape->columns[i].name, prefix, prefix_length) == 0 && shape->columns[i].name[prefix_length] == '.' &&
		    (cell->has_value || cell->missing))
			return true;
	}
	return false;
}

/* Walks down the dotted name, making objects; NULL when one of them is null as a whole. */
static json_t *find_place(const struct table *table, int row, json_t *object, const char *name, const char **last)
{
	const char *dot;
	const char *part = name;

	while ((dot = strchr(part, '.')) != NULL) {
		char *key = mem_copy_n(part, (size_t)(dot - part));
		json_t *inner = json_object_get(object, key);

		if (!inner) {
			inner = has_content(table, row, name, (size_t)(dot - name)) ? must(json_object()) : json_null();
			json_object_set_new(object, key, inner);
		}
		mem_free(key);
		if (!json_is_object(inner))
			return NULL;
		object = inner;
		part = dot + 1;
	}
	*last = part;
	return object;
}

json_t *json_from_row(const struct table *table, int row)
{
	const struct table_shape *shape = table_shape(table);
	json_t *object = must(json_object());
	json_t *missing = NULL;

	for (int i = 0; i < shape->column_count; i++) {
		const struct table_column *column = &shape->columns[i];
		const struct cell *cell = table_cell(table, row, i);
		const char *key = column->name;
		json_t *place = find_place(table, row, object, column->name, &key);

		if (place)
			json_object_set_new(place, key, value_from(cell, column->type));
		if (!cell->has_value && cell->missing) {
			if (!missing)
				missing = must(json_object());
			json_object_set_new(missing, column->name, must(json_string(table_missing_word(cell->missing))));
		}
	}
	if (missing)
		json_object_set_new(object, "missing", missing);
	return object;
}

json_t *json_from_table(const struct table *table)
{
	json_t *array = must(json_array());

	for (int row = 0; row < table_rows(table); row++)
		json_array_append_new(array, json_from_row(table, row));
	return array;
}

bool json_read_file(const char *path, json_t **out, struct err *err)
{
	char *bytes;
	size_t length;
	json_error_t error;

	if (!places_read_file(path, &bytes, &length, err))
		return false;
	json_t *value = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);

	mem_free(bytes);
	if (!value)
		return err_set(err, ERR_FAILED, "%s:%d:%d: %s", path, error.line, error.column, error.text);
	*out = value;
	return true;
}

bool json_write_file(const char *path, const json_t *value, struct err *err)
{
	char *bytes = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);

	if (!bytes)
		mem_die("a value could not be written as JSON");
	char *lines = mem_format("%s\n", bytes);
	bool is_written = places_write_file(path, lines, strlen(lines), err);

	free(bytes);
	mem_free(lines);
	return is_written;
}
