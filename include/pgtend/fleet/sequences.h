/* fleet/sequences.h - what follows from the facts about sequences. */
#ifndef PGTEND_FLEET_SEQUENCES_H
#define PGTEND_FLEET_SEQUENCES_H

#include "pgtend/core/table.h"

/* The schemas of those that the role may not read, as a list for GRANT, and how many they are: it is granted by schema. Caller frees. */
char *sequences_unread(const struct table *sequences, int *count);

#endif
