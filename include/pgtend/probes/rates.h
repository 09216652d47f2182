/* probes/rates.h - what databases do a second: two answers of FACT_DATABASES compared. Pure. */
#ifndef PGTEND_PROBES_RATES_H
#define PGTEND_PROBES_RATES_H

#include "pgtend/fleet/fleet.h"

/* One row a database of the newest answer (shape rates_shape). Statistics that were reset between the two give no rates, never negative ones; a
 * database that was not there before neither. NULL: nothing was answered yet. Caller frees. */
struct table *rates_of(const struct facts *databases);

#endif
