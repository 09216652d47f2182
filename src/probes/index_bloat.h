/* index_bloat.h - fills bloat_bytes and bloat_ratio of FACT_INDEXES. */
#ifndef PGTEND_PROBES_INDEX_BLOAT_H
#define PGTEND_PROBES_INDEX_BLOAT_H

#include "pgtend/core/oid_map.h"
#include "pgtend/core/table.h"
#include "pgtend/pg/session.h"

/* In a task. rows: which row each index is counted into. */
PGTEND_CHECK bool index_bloat_ask(struct session *session, struct table *table, struct oid_map *rows, struct err *err);

#endif
