/* Facts as servers might have answered them, for screens without servers. The caller frees each table. */
#ifndef PGTEND_TESTS_CONSOLE_FACTS_H
#define PGTEND_TESTS_CONSOLE_FACTS_H

#include "pgtend/core/table.h"

struct table *facts_migrations(void);
struct table *facts_tables(void);
struct table *facts_chunks(void);
struct table *facts_policies(void);
struct table *facts_chunk_list(void);
struct table *facts_many_chunks(int rows, int each); /* location_events alone: so many rows that stand for so many chunks */
struct table *facts_ingest(void);
struct table *facts_aggregates(void);
struct table *facts_activity(void);
struct table *facts_pools(void);
struct table *facts_overview(void);
struct table *facts_backup(void);
struct table *facts_databases(void);

#endif
