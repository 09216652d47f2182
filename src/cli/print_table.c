/* Rows as aligned columns. */
#include "pgtend/cli/print.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/width.h"

enum { GAP_COLS = 2, TEXT_LEAST_COLS = 24, ANY_LEAST_COLS = 6 };

struct column {
	int index;
	int cols;   /* on the screen; 0: left out */
	int wanted; /* by its widest cell */
	bool is_right;
	bool is_text;
};

struct grid {
	struct column *columns;
	int column_count;
	const char **cells; /* heading first, then rows; column_count each */
	struct words made;  /* those that had to be made; the others lie in the tables */
	int *cols;    /* of each cell */
	int rows;
};

static bool is_text_type(enum cell_type type)
{
	return type == CELL_TEXT || type == CELL_WORDS || type == CELL_IDS || type == CELL_OBJECTS;
}

static bool is_plain(const char *s)
{
	while (*s >= 0x20 && *s < 0x7F)
		s++;
	return *s == '\0';
}

static const char *cell_text(struct grid *grid, const struct table *table, int row, int column)
{
	const struct cell *cell = table_cell(table, row, column);
	if (cell->has_value && !cell->is_approximate && table_shape(table)->columns[column].type == CELL_TEXT && is_plain(cell->u.text))
		return cell->u.text;
	if (!cell->has_value && cell->missing == MISSING_NONE)
		return "-";
	/* Times of neighbours are often the same second. */
	const struct cell *above = row > 0 ? table_cell(table, row - 1, column) : NULL;
	if (cell->has_value && above && above->has_value && table_shape(table)->columns[column].type == CELL_TIME &&
	    above->u.integer / 1000000 == cell->u.integer / 1000000 && above->is_approximate == cell->is_approximate &&
	    grid->made.count > 0)
		return grid->made.v[grid->made.count - 1];
	words_take(&grid->made, table_cell_text(table, row, column));
	return grid->made.v[grid->made.count - 1];
}

/* The texts of one column, heading first, tables one behind the other; its width. */
static void fill_column(struct grid *grid, int c, const struct table *const *tables, int count)
{
	struct column *column = &grid->columns[c];
	size_t width = (size_t)grid->column_count, at = (size_t)c;
	grid->cells[at] = table_shape(tables[0])->columns[column->index].title;
	column->cols = grid->cols[at] = width_cols(grid->cells[at]);
	for (int t = 0; t < count; t++)
		for (int row = 0; row < table_rows(tables[t]); row++) {
			at += width;
			grid->cells[at] = cell_text(grid, tables[t], row, column->index);
			grid->cols[at] = width_cols(grid->cells[at]);
			column->cols = grid->cols[at] > column->cols ? grid->cols[at] : column->cols;
		}
	column->wanted = column->cols;
}

/* Chooses the titled columns, reads their texts, measures them. */
static void fill(struct grid *grid, const struct table *const *tables, int count)
{
	const struct table_shape *shape = table_shape(tables[0]);
	grid->columns = mem_new((size_t)(shape->column_count + 1) * sizeof *grid->columns);
	for (int i = 0; i < shape->column_count; i++) {
		enum cell_type type = shape->columns[i].type;
		if (shape->columns[i].title != NULL)
			grid->columns[grid->column_count++] = (struct column){.index = i,
			    .is_right = !is_text_type(type) && type != CELL_BOOL && type != CELL_TIME,
			    .is_text = is_text_type(type)};
	}
	for (int t = 0; t < count; t++)
		grid->rows += table_rows(tables[t]);
	size_t cells = ((size_t)grid->rows + 1) * ((size_t)grid->column_count + 1);
	grid->cells = mem_new(cells * sizeof *grid->cells);
	grid->cols = mem_new(cells * sizeof *grid->cols);
	for (int c = 0; c < grid->column_count; c++)
		fill_column(grid, c, tables, count);
}

static int total_cols(const struct grid *grid)
{
	int total = 0, shown = 0;
	for (int c = 0; c < grid->column_count; c++)
		if (grid->columns[c].cols > 0) {
			total += grid->columns[c].cols;
			shown++;
		}
	return total + (shown > 1 ? (shown - 1) * GAP_COLS : 0);
}

/* Takes `by` columns from the widest one of its kind, but leaves `least`. */
static bool shrink(struct grid *grid, bool only_text, int least, int by)
{
	struct column *widest = NULL;
	for (int c = 0; c < grid->column_count; c++) {
		struct column *column = &grid->columns[c];
		if ((column->is_text || !only_text) && column->cols > least && (widest == NULL || column->cols > widest->cols))
			widest = column;
	}
	if (widest == NULL)
		return false;
	widest->cols = widest->cols - by > least ? widest->cols - by : least;
	return true;
}

static bool leave_out_one(struct grid *grid, const struct table_shape *shape)
{
	struct column *least_wanted = NULL;
	int highest = 0;
	for (int c = 0; c < grid->column_count; c++) {
		struct column *column = &grid->columns[c];
		int priority = shape->columns[column->index].priority;
		if (column->cols > 0 && priority > 0 && priority >= highest) {
			least_wanted = column;
			highest = priority;
		}
	}
	if (least_wanted != NULL)
		least_wanted->cols = 0;
	return least_wanted != NULL;
}

/* What columns that were left out had is for the texts that were cut. */
static void give_back(struct grid *grid, int room)
{
	for (int c = 0; c < grid->column_count && room > 0; c++) {
		struct column *column = &grid->columns[c];
		int lacks = column->cols > 0 ? column->wanted - column->cols : 0;
		int given = lacks < room ? lacks : room;
		column->cols += given;
		room -= given;
	}
}

static void fit(struct grid *grid, const struct table_shape *shape, int cols)
{
	int over;
	while ((over = total_cols(grid) - cols) > 0 && shrink(grid, true, TEXT_LEAST_COLS, over))
		;
	while (total_cols(grid) > cols && leave_out_one(grid, shape))
		;
	while ((over = total_cols(grid) - cols) > 0 && shrink(grid, false, ANY_LEAST_COLS, over))
		;
	give_back(grid, cols - total_cols(grid));
}

static void add_blanks(struct text *out, int count)
{
	static const char blanks[] = "                                ";
	for (int part; count > 0; count -= part) {
		part = count < (int)sizeof blanks - 1 ? count : (int)sizeof blanks - 1;
		text_add_n(out, blanks, (size_t)part);
	}
}

static void add_cell(struct text *out, const struct column *column, const char *text, int cols, bool is_last)
{
	char cut[2048];
	if (cols > column->cols) {
		cols = width_cut(cut, sizeof cut, text, column->cols);
		text = cut;
	}
	int blanks = column->cols - cols;
	if (column->is_right)
		add_blanks(out, blanks);
	text_add(out, text);
	if (!column->is_right && !is_last)
		add_blanks(out, blanks);
}

void print_tables(struct text *out, const struct table *const *tables, int count, const struct print_style *style)
{
	struct grid grid = {0};
	fill(&grid, tables, count);
	if (style->cols > 0)
		fit(&grid, table_shape(tables[0]), style->cols);
	int last = -1;
	for (int c = 0; c < grid.column_count; c++)
		last = grid.columns[c].cols > 0 ? c : last;
	for (int r = 0; r <= grid.rows; r++) {
		bool is_bold = r == 0 && style->has_colour;
		text_add(out, is_bold ? "\033[1m" : "");
		for (int c = 0, shown = 0; c < grid.column_count; c++) {
			if (grid.columns[c].cols == 0)
				continue;
			text_add(out, shown++ > 0 ? "  " : "");
			size_t at = (size_t)r * (size_t)grid.column_count + (size_t)c;
			add_cell(out, &grid.columns[c], grid.cells[at], grid.cols[at], c == last);
		}
		text_add(out, is_bold ? "\033[0m\n" : "\n");
	}
	words_done(&grid.made);
	mem_free(grid.cells);
	mem_free(grid.cols);
	mem_free(grid.columns);
}
