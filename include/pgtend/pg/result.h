/* pg/result.h - what the server answered, without libpq's types.
 *
 * A request may hold several statements (simple protocol); then the results stand in order.
 * Text is raw: it may hold anything, make it visible before it is shown.
 */
#ifndef PGTEND_PG_RESULT_H
#define PGTEND_PG_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"

struct result; /* opaque */

int result_count(const struct result *result);          /* how many statements answered */
/* The getters below speak of the chosen one; at first the last that has columns, else the last. */
void result_choose(struct result *result, int index);
int result_rows(const struct result *result);
int result_columns(const struct result *result);
int result_column(const struct result *result, const char *name); /* -1: no such column */
const char *result_column_name(const struct result *result, int column);
const char *result_text(const struct result *result, int row, int column); /* NULL: null, also when column is -1 */
int64_t result_int(const struct result *result, int row, int column, int64_t otherwise);
bool result_bool(const struct result *result, int row, int column);
const char *result_tag(const struct result *result);     /* "INSERT 0 1" */
const struct words *result_notices(const struct result *result); /* "NOTICE: ..." in order */

int result_notice_at(const struct result *result, size_t notice); /* how many statements had answered when it came */

/* The server's error of a failed request. */
struct result_error {
	char sqlstate[6];
	int position;        /* 1-based character in the SQL as sent; 0: none */
	char *message, *detail, *hint, *context; /* raw; NULL when none; owned by the result */
};
/* NULL when all went well. */
const struct result_error *result_error(const struct result *result);
void result_free(struct result *result);

/* Adds a row to `table` for each row of the result: every column of the result whose name is a column of the shape is set by table_set_parsed(); others are left out. */
void result_fill(const struct result *result, struct table *table);

#endif
