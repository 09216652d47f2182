/* core/table.h - typed rows: what every probe fills and every view draws.
 *
 * Owns: the shape of rows (columns with name, type, title, documentation) and the
 * rows. One shape feeds the screen, the text table, JSON, CSV, and the page of
 * JSON keys. Must not know: where rows come from or where they are drawn.
 *
 * A column name with a dot ("migrations.applied") is a nested object in JSON and a
 * header of the same name in CSV; when all columns of an object are NULL without a reason, the
 * object is null. A cell without a value may carry a reason (see MISSING_*), which
 * JSON shows in the row's `missing` and the screen words in the cell.
 */
#ifndef PGTEND_CORE_TABLE_H
#define PGTEND_CORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_type {
	CELL_TEXT,
	CELL_BOOL,
	CELL_COUNT,    /* integer */
	CELL_BYTES,    /* integer */
	CELL_REAL,
	CELL_RATIO,    /* 0..1, shown as per cent; JSON keeps the fraction */
	CELL_SECONDS,  /* real seconds, name ends in _s, shown as an age */
	CELL_MS,       /* real milliseconds, name ends in _ms */
	CELL_TIME,     /* microseconds since the epoch, RFC 3339 in UTC */
	CELL_WORDS,    /* list of texts */
	CELL_IDS,      /* list of numbers that name something: kept and added as words, integers in JSON */
	CELL_OBJECTS,  /* list of objects, set as the text of a JSON array: an array in JSON, that text elsewhere */
	CELL_ID,       /* integer that names something (pid, job id): shown as it is, never shortened */
};

enum missing {
	MISSING_NONE = 0, /* has a value, or is plainly null */
	MISSING_VERSION,
	MISSING_PRIVILEGE,
	MISSING_EXTENSION,
	MISSING_LOCKED,
	MISSING_TIMEOUT,
	MISSING_UNSUPPORTED,
};

struct table_column {
	const char *name;   /* JSON key and CSV header: snake_case, unit in the name */
	enum cell_type type;
	const char *title;  /* heading on screen; NULL: only for programs */
	int priority;       /* 0 always shown; higher numbers are dropped first on narrow screens */
	const char *doc;    /* one sentence with the source (view.column) for the page of JSON keys and `?` */
};

struct table_shape {
	const char *name;   /* "tables", "chunks" */
	const struct table_column *columns;
	int column_count;
};

struct cell {
	bool has_value;
	bool is_approximate; /* shown with a tilde before the number */
	enum missing missing;
	union {
		int64_t integer; /* BOOL, COUNT, BYTES, TIME, ID */
		double real;     /* REAL, RATIO, SECONDS, MS */
		char *text;      /* TEXT, OBJECTS; WORDS, IDS: joined by \n. Owned by the table */
	} u;
};

struct table; /* opaque: rows of cells */

struct table *table_new(const struct table_shape *shape);
void table_free(struct table *table); /* NULL is nothing */
struct table *table_copy(const struct table *table);
const struct table_shape *table_shape(const struct table *table);
int table_rows(const struct table *table);
int table_column(const struct table_shape *shape, const char *name); /* -1: no such column */

/* Adds a row whose cells are all null; returns its number. */
int table_add_row(struct table *table);
void table_remove_row(struct table *table, int row);
/* Setters by column name; an unknown name is a mistake in pgtend and dies. Text is copied as it came (raw). NULL text is null. */
void table_set_text(struct table *table, int row, const char *column, const char *value);
void table_set_int(struct table *table, int row, const char *column, int64_t value);   /* BOOL, COUNT, BYTES, TIME, ID */
void table_set_real(struct table *table, int row, const char *column, double value);   /* REAL, RATIO, SECONDS, MS */
void table_add_word(struct table *table, int row, const char *column, const char *word); /* WORDS; the first call makes the list (NULL word: empty list) */
void table_set_missing(struct table *table, int row, const char *column, enum missing why);
void table_set_approximate(struct table *table, int row, const char *column);
/* Copies the cells of every column that both shapes have with the same name and type. */
void table_copy_row(struct table *to, int to_row, const struct table *from, int from_row);
/* Sets a cell from a server's text form according to the column's type (NULL: null; time and interval in ISO output). */
void table_set_parsed(struct table *table, int row, const char *column, const char *value);

const struct cell *table_cell(const struct table *table, int row, int column);
const struct cell *table_get(const struct table *table, int row, const char *column);
const char *table_get_text(const struct table *table, int row, const char *column); /* NULL when null */
int64_t table_get_int(const struct table *table, int row, const char *column, int64_t otherwise);
double table_get_real(const struct table *table, int row, const char *column, double otherwise);

/* The cell as people read it (units applied, control bytes visible, "-" for null, a word for a reason). Caller frees. */
char *table_cell_text(const struct table *table, int row, int column);
/* "version", "privilege", ...: the word in JSON's `missing`. */
const char *table_missing_word(enum missing why);
/* Order of rows by one column, nulls last; stable. Numbers go up when is_descending is false. */
void table_sort(struct table *table, int column, bool is_descending);

#endif
