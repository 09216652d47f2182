/* probes/columns.h - the columns of one table, asked when somebody looks at it. */
#ifndef PGTEND_PROBES_COLUMNS_H
#define PGTEND_PROBES_COLUMNS_H

#include "pgtend/core/table.h"
#include "pgtend/pg/session.h"

/* name, type, is_required, made, null_ratio, width_bytes, distinct_values (negative: of how many rows). */
extern const struct table_shape table_columns_shape;

/* In a task: *columns is the caller's. Waits for no lock. */
PGTEND_CHECK bool table_columns_wait(struct session *session, int64_t oid, struct table **columns, struct err *err);

#endif
