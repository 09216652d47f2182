/* cli/print.h - results as text: aligned columns, JSON, CSV. Fills a text; who writes it out is oneshot's.
 *
 * Must not know: commands, jobs, servers.
 */
#ifndef PGTEND_CLI_PRINT_H
#define PGTEND_CLI_PRINT_H

#include <jansson.h>

#include "pgtend/core/table.h"
#include "pgtend/core/text.h"

struct print_style {
	int cols; /* of the terminal; 0: no terminal, nothing is cut or left out */
	bool has_colour;
};

/* The rows of tables of one shape (at least one table) under one heading: titled columns, aligned. On a narrow terminal texts are cut, then columns of the highest priority number left out. */
void print_tables(struct text *out, const struct table *const *tables, int count, const struct print_style *style);
/* is_terminal: nothing in it can move the cursor or turn the text around. */
void print_json(struct text *out, const json_t *value, bool is_terminal);
/* RFC 4180 quoting, a line feed at the end of each record; the last column `missing` holds "column:reason" words. */
void print_csv(struct text *out, const struct table *table, bool is_terminal);

#endif
