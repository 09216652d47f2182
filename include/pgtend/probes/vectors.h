/* probes/vectors.h - what follows from the facts about columns of pgvector. */
#ifndef PGTEND_PROBES_VECTORS_H
#define PGTEND_PROBES_VECTORS_H

#include <stdint.h>

#include "pgtend/core/table.h"

/* What pgvector's documentation advises for an ivfflat index over so many rows. */
int64_t vectors_advised_lists(int64_t rows);
/* Fills advised_lists, is_in_memory and advice of all rows anew (vectors_shape, or a shape that has its columns). */
void vectors_advise(struct table *table);

#endif
