/* The probes of this floor. */
#include "internal.h"

void sessions_register(void)
{
	probe_register(&probe_locks);
	probe_register(&probe_horizon);
	probe_register(&probe_progress);
}
