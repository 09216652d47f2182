/* Rows, setters, getters. How a cell reads is in table_text.c, how one is parsed in table_parse.c. */
#include "pgtend/core/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

/* Texts of cells lie one behind the other and go with the table: tens of thousands of them are no work for malloc() then. */
struct chunk {
	struct chunk *before;
	size_t used, size;
	char bytes[];
};
enum { CHUNK_LEAST = 1024, CHUNK_MOST = 256 * 1024 };

struct table {
	const struct table_shape *shape;
	struct chunk *chunks; /* the newest first */
	struct cell *cells; /* row by row */
	int rows;
	int capacity; /* rows that fit */
};

struct table *table_new(const struct table_shape *shape)
{
	struct table *table = MEM_NEW(struct table);

	table->shape = shape;
	return table;
}

static bool has_text(enum cell_type type)
{
	return type == CELL_TEXT || type == CELL_WORDS || type == CELL_IDS || type == CELL_OBJECTS;
}

static bool has_real(enum cell_type type)
{
	return type == CELL_REAL || type == CELL_RATIO || type == CELL_SECONDS || type == CELL_MS;
}

static char *keep_bytes(struct table *table, const char *bytes, size_t length)
{
	struct chunk *chunk = table->chunks;

	if (!chunk || chunk->size - chunk->used <= length) {
		size_t size = chunk ? chunk->size * 2 : CHUNK_LEAST;

		size = size > CHUNK_MOST ? CHUNK_MOST : size;
		size = size <= length ? length + 1 : size;
		chunk = mem_grow(NULL, 1, sizeof *chunk + size);
		*chunk = (struct chunk){.before = table->chunks, .size = size};
		table->chunks = chunk;
	}
	char *kept = chunk->bytes + chunk->used;

	memcpy(kept, bytes, length);
	kept[length] = '\0';
	chunk->used += length + 1;
	return kept;
}

static struct cell *row_cells(const struct table *table, int row)
{
	if (row < 0 || row >= table->rows)
		mem_die("a table has no such row");
	return table->cells + (size_t)row * (size_t)table->shape->column_count;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (struct chunk *chunk = table->chunks, *before; chunk; chunk = before) {
		before = chunk->before;
		mem_free(chunk);
	}
	mem_free(table->cells);
	mem_free(table);
}

struct table *table_copy(const struct table *table)
{
	struct table *copy = table_new(table->shape);
	size_t count = (size_t)table->rows * (size_t)table->shape->column_count;

	copy->rows = copy->capacity = table->rows;
	if (!count)
		return copy;
	copy->cells = mem_grow(NULL, count, sizeof *copy->cells);
	memcpy(copy->cells, table->cells, count * sizeof *copy->cells);
	for (size_t i = 0; i < count; i++) {
		struct cell *cell = &copy->cells[i];

		if (cell->has_value && has_text(table->shape->columns[i % (size_t)table->shape->column_count].type))
			cell->u.text = keep_bytes(copy, cell->u.text, strlen(cell->u.text));
	}
	return copy;
}

const struct table_shape *table_shape(const struct table *table)
{
	return table->shape;
}

int table_rows(const struct table *table)
{
	return table->rows;
}

int table_column(const struct table_shape *shape, const char *name)
{
	for (int i = 0; i < shape->column_count; i++)
		if (shape->columns[i].name[0] == name[0] && strcmp(shape->columns[i].name, name) == 0)
			return i;
	return -1;
}

int table_add_row(struct table *table)
{
	size_t width = (size_t)table->shape->column_count;

	if (table->rows == table->capacity) {
		table->capacity = table->capacity ? table->capacity * 2 : 8;
		table->cells = mem_grow(table->cells, (size_t)table->capacity * width, sizeof *table->cells);
	}
	int row = table->rows++;

	memset(row_cells(table, row), 0, width * sizeof *table->cells);
	return row;
}

void table_remove_row(struct table *table, int row)
{
	size_t width = (size_t)table->shape->column_count;
	struct cell *cells = row_cells(table, row);

	memmove(cells, cells + width, (size_t)(table->rows - row - 1) * width * sizeof *cells);
	table->rows--;
}

static int must_find(const struct table_shape *shape, const char *column)
{
	int number = table_column(shape, column);

	if (number < 0) {
		char *why = mem_format("table %s has no column %s", shape->name, column);

		mem_die(why);
	}
	return number;
}

/* The cell of a column, emptied, for a value of one kind. */
static struct cell *empty_cell_at(struct table *table, int row, int number, bool (*is_kind)(enum cell_type))
{
	enum cell_type type = table->shape->columns[number].type;
	struct cell *cell = row_cells(table, row) + number;

	if (is_kind && !is_kind(type)) {
		char *why = mem_format("table %s: column %s is of another type", table->shape->name,
		    table->shape->columns[number].name);

		mem_die(why);
	}
	memset(cell, 0, sizeof *cell);
	return cell;
}

static struct cell *empty_cell(struct table *table, int row, const char *column, bool (*is_kind)(enum cell_type))
{
	return empty_cell_at(table, row, must_find(table->shape, column), is_kind);
}

static bool is_text(enum cell_type type)
{
	return type == CELL_TEXT || type == CELL_OBJECTS;
}

static bool has_integer(enum cell_type type)
{
	return !has_text(type) && !has_real(type);
}

/* Columns often say the same in each row: then it is kept once. */
static char *keep_text(struct table *table, int row, const struct cell *cell, const char *value)
{
	const struct cell *above = row > 0 ? cell - table->shape->column_count : NULL;

	if (above && above->has_value && strcmp(above->u.text, value) == 0)
		return above->u.text;
	return keep_bytes(table, value, strlen(value));
}

void table_set_text(struct table *table, int row, const char *column, const char *value)
{
	struct cell *cell = empty_cell(table, row, column, is_text);

	if (!value)
		return;
	cell->has_value = true;
	cell->u.text = keep_text(table, row, cell, value);
}

void table_set_int(struct table *table, int row, const char *column, int64_t value)
{
	struct cell *cell = empty_cell(table, row, column, has_integer);

	cell->has_value = true;
	cell->u.integer = value;
}

void table_set_real(struct table *table, int row, const char *column, double value)
{
	struct cell *cell = empty_cell(table, row, column, has_real);

	/* neither JSON nor a reader knows what to do with the others */
	if (isfinite(value)) {
		cell->has_value = true;
		cell->u.real = value;
	}
}

void table_add_word(struct table *table, int row, const char *column, const char *word)
{
	int number = must_find(table->shape, column);
	struct cell *cell = row_cells(table, row) + number;
	struct text text = {0};

	if (table->shape->columns[number].type != CELL_WORDS && table->shape->columns[number].type != CELL_IDS)
		mem_die("a word was added to a column that is no list");
	if (!cell->has_value) {
		memset(cell, 0, sizeof *cell);
		cell->has_value = true;
		cell->u.text = keep_bytes(table, "", 0);
	}
	if (!word)
		return;
	text_add(&text, cell->u.text);
	if (text.length)
		text_add_char(&text, '\n');
	/* a line break separates words, so one inside a word is written out */
	for (const char *c = word; *c; c++) {
		if (*c == '\n')
			text_add(&text, "\\n");
		else
			text_add_char(&text, *c);
	}
	cell->u.text = keep_bytes(table, text_str(&text), text.length);
	text_done(&text);
}

void table_set_missing(struct table *table, int row, const char *column, enum missing why)
{
	empty_cell(table, row, column, NULL)->missing = why;
}

void table_set_approximate(struct table *table, int row, const char *column)
{
	row_cells(table, row)[must_find(table->shape, column)].is_approximate = true;
}

void table_copy_row(struct table *to, int to_row, const struct table *from, int from_row)
{
	const struct table_shape *shape = from->shape;

	for (int i = 0; i < shape->column_count; i++) {
		int number = to->shape == shape ? i : table_column(to->shape, shape->columns[i].name);

		if (number < 0 || to->shape->columns[number].type != shape->columns[i].type)
			continue;
		struct cell copy = row_cells(from, from_row)[i], *cell = empty_cell_at(to, to_row, number, NULL);

		if (copy.has_value && has_text(shape->columns[i].type))
			copy.u.text = keep_text(to, to_row, cell, copy.u.text);
		*cell = copy;
	}
}

const struct cell *table_cell(const struct table *table, int row, int column)
{
	if (column < 0 || column >= table->shape->column_count)
		mem_die("a table has no such column");
	return row_cells(table, row) + column;
}

const struct cell *table_get(const struct table *table, int row, const char *column)
{
	return row_cells(table, row) + must_find(table->shape, column);
}

const char *table_get_text(const struct table *table, int row, const char *column)
{
	int number = must_find(table->shape, column);
	const struct cell *cell = row_cells(table, row) + number;

	return cell->has_value && has_text(table->shape->columns[number].type) ? cell->u.text : NULL;
}

int64_t table_get_int(const struct table *table, int row, const char *column, int64_t otherwise)
{
	int number = must_find(table->shape, column);
	const struct cell *cell = row_cells(table, row) + number;

	return cell->has_value && has_integer(table->shape->columns[number].type) ? cell->u.integer : otherwise;
}

double table_get_real(const struct table *table, int row, const char *column, double otherwise)
{
	int number = must_find(table->shape, column);
	const struct cell *cell = row_cells(table, row) + number;

	return cell->has_value && has_real(table->shape->columns[number].type) ? cell->u.real : otherwise;
}

/* --- order ------------------------------------------------------------------ */

struct order {
	const struct table *table;
	int column;
	enum cell_type type;
	bool is_descending;
};

static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct order *order = arg;
	int a = *(const int *)left;
	int b = *(const int *)right;
	const struct cell *x = table_cell(order->table, a, order->column);
	const struct cell *y = table_cell(order->table, b, order->column);
	int result;

	if (x->has_value != y->has_value)
		return x->has_value ? -1 : 1;
	if (!x->has_value)
		result = 0;
	else if (has_text(order->type))
		result = strcmp(x->u.text, y->u.text);
	else if (has_real(order->type))
		result = (x->u.real > y->u.real) - (x->u.real < y->u.real);
	else
		result = (x->u.integer > y->u.integer) - (x->u.integer < y->u.integer);
	if (order->is_descending)
		result = -result;
	/* the place from before decides between equals, also when descending */
	return result ? result : (a > b) - (a < b);
}

void table_sort(struct table *table, int column, bool is_descending)
{
	size_t width = (size_t)table->shape->column_count;

	if (table->rows < 2)
		return;
	if (column < 0 || column >= table->shape->column_count)
		mem_die("a table has no such column");
	struct order order = {table, column, table->shape->columns[column].type, is_descending};
	int *rows = mem_grow(NULL, (size_t)table->rows, sizeof *rows);
	struct cell *sorted = mem_grow(NULL, (size_t)table->rows * width, sizeof *sorted);

	for (int i = 0; i < table->rows; i++)
		rows[i] = i;
	qsort_r(rows, (size_t)table->rows, sizeof *rows, compare_rows, &order);
	for (int i = 0; i < table->rows; i++)
		memcpy(sorted + (size_t)i * width, row_cells(table, rows[i]), width * sizeof *sorted);
	mem_free(table->cells);
	mem_free(rows);
	table->cells = sorted;
	table->capacity = table->rows;
}
