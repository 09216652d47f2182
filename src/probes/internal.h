/* internal.h - what the probes share. Nobody outside of probes/ includes it. */
#ifndef PGTEND_PROBES_INTERNAL_H
#define PGTEND_PROBES_INTERNAL_H

#include "pgtend/probes/probe.h"
#include "pgtend/probes/sizes.h"

extern const struct probe probe_server;
extern const struct probe probe_dead_rows;
extern const struct probe probe_databases;
extern const struct probe probe_activity;
extern const struct probe probe_indexes;
extern const struct probe probe_tables;
extern const struct probe probe_pools;

#endif
