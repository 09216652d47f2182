/* probes/here.h - whether a server runs on this machine: only then its folders are ours to look at. */
#ifndef PGTEND_PROBES_HERE_H
#define PGTEND_PROBES_HERE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this machine runs that process of PostgreSQL, begun at that time (seconds since the epoch, by the server's clock). */
bool probe_is_here(long long pid, double started_s);
/* Free and whole space of the disk that holds the folder; false: there is none, or it may not be looked at. */
bool probe_disk_of(const char *folder, int64_t *free_bytes, int64_t *all_bytes);

#endif
