/* scratch.c makes and drops a scratch database, sweep.c drops those of dead runs. */
#ifndef PGTEND_SCRATCH_INTERNAL_H
#define PGTEND_SCRATCH_INTERNAL_H

#include "pgtend/scratch/scratch.h"

/* Drops what dead runs left on the keeper's server, and their files here. */
void scratch_sweep(struct scratch *scratch);

#endif
