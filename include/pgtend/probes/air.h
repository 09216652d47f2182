/* probes/air.h - how much of each btree index is air, by the estimate of FACT_INDEXES; there those of partitions and chunks are counted together, here each
 * stands for itself. */
#ifndef PGTEND_PROBES_AIR_H
#define PGTEND_PROBES_AIR_H

#include "pgtend/pg/session.h"

/* In a task. fn is called for each index (pg_class.oid) of 1 MB and more, the 500 biggest, of which enough is known; ratio: 0..1. */
PGTEND_CHECK bool probe_index_air_wait(struct session *session, void (*fn)(int64_t index, double ratio, void *arg), void *arg, struct err *err);

#endif
