/* core/json.h - the little that stands between jansson and pgtend's own types. */
#ifndef PGTEND_CORE_JSON_H
#define PGTEND_CORE_JSON_H

#include <jansson.h>

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"

/* One row as an object, dotted names nested, `missing` added when a cell says why it has no value. New reference. */
json_t *json_from_row(const struct table *table, int row);
/* All rows as an array. New reference. */
json_t *json_from_table(const struct table *table);
/* A file as JSON; err is "PATH:LINE:COLUMN: what". New reference in *out. */
PGTEND_CHECK bool json_read_file(const char *path, json_t **out, struct err *err);
/* Written to a partial name, fsynced, renamed; mode 0600. */
PGTEND_CHECK bool json_write_file(const char *path, const json_t *value, struct err *err);

#endif
