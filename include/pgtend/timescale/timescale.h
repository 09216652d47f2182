/* timescale/timescale.h - what is known of TimescaleDB in a database: hypertables, chunks, jobs, ingest, aggregates, and the verdicts on them.
 *
 * Owns: the probes of these facts (FACT_CHUNKS, FACT_CHUNK_LIST, FACT_POLICIES, FACT_INGEST, FACT_AGGREGATES), their SQL by version, the rules
 * that find the first cause. Verdicts come from the ranges of chunks, never from what a job says of itself alone. It changes nothing: tracking/ does.
 */
#ifndef PGTEND_TIMESCALE_TIMESCALE_H
#define PGTEND_TIMESCALE_TIMESCALE_H

#include "pgtend/probes/probe.h"

/* Once, at start: puts the probes of this floor into the registry of probes/. */
void timescale_register(void);

/* FACT_CHUNKS with what FACT_INGEST knows of each hypertable (shape chunks_with_ingest_shape): what `chunks` and the pane show. The verdict on ingest is that of all
 * rows together, or where that is ok, the first source that is not. ingest NULL: not asked yet. The caller frees the result; the arguments stay as they are. */
struct table *chunks_with_ingest(const struct table *chunks, const struct table *ingest);

/* Adds a row a chunk to `table` (chunk_list_shape), in a task. `only`: "name" or "schema.name" of one hypertable; NULL: all. `most`: where a hypertable
 * has more chunks than so many, a row stands for several; 0: never. */
PGTEND_CHECK bool chunk_list_read(const struct probe_target *target, struct session *session, const char *only, int64_t most, struct table *table,
                                  struct err *err);

#endif
