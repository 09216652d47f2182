/* The probes of this floor, for the registry of probes/. */
#include "internal.h"
#include "pgtend/timescale/timescale.h"

void timescale_register(void)
{
	probe_register(&probe_chunks);
	probe_register(&probe_aggregates);
	probe_register(&probe_ingest);
	probe_register(&probe_chunk_list);
	probe_register(&probe_policies);
}
