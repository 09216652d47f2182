/* probes/last_backup.h - the newest backup in words, for what asks before it destroys.
 *
 * The probe of a higher floor is known by its number only. In a task.
 */
#ifndef PGTEND_PROBES_LAST_BACKUP_H
#define PGTEND_PROBES_LAST_BACKUP_H

#include "pgtend/fleet/fleet.h"

/* "last backup: 3h ago, verified", "last backup: none", "last backup: unknown (...)". Caller frees. */
char *last_backup_words(struct fleet *fleet, struct database *database);

#endif
