/* The rows of `sandbox up` and `sandbox status`. */
#ifndef PGTEND_SANDBOX_STATUS_H
#define PGTEND_SANDBOX_STATUS_H

#include "internal.h"

/* Puts one row a server (and incident) into the place's report. */
PGTEND_CHECK bool status_rows(const struct place *place, struct err *err);

#endif
