/* src/lifecycle/common.h - what the verbs of this folder share. */
#ifndef PGTEND_LIFECYCLE_COMMON_H
#define PGTEND_LIFECYCLE_COMMON_H

#include "pgtend/fleet/blocker.h"
#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"

/* seed and clean never run in production, whatever asked for it. */
PGTEND_CHECK bool lifecycle_refuse_production(const struct database *database, const char *verb, struct err *err);

#endif
