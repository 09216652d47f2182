/* src/backup/budget.h - so many connections and no more, over all databases of one command.
 *
 * Who wants to connect asks first and gives back when the connection is closed. The largest goes first.
 */
#ifndef PGTEND_BACKUP_BUDGET_H
#define PGTEND_BACKUP_BUDGET_H

#include <stdint.h>

#include "pgtend/core/err.h"

struct budget; /* opaque */

enum { BUDGET_USUAL = 2 };
/* Goes before every dump: looking takes a moment, and tells who is the largest. */
#define BUDGET_LOOK INT64_MAX

/* The one of `group` (the command), made when there is none; connections of the first who comes. group NULL: one of its own. */
struct budget *budget_join(const void *group, int connections);
void budget_leave(struct budget *budget); /* all has been given back; the last one frees it */
int budget_size(const struct budget *budget);
/* In a task: waits for one connection at least, and takes as many more as are free, `most` altogether. weight: who is served first. *got. held: what
 * the caller has already and gives back in any case, but not before it stands in line: the last one to look may be the largest. */
PGTEND_CHECK bool budget_take(struct budget *budget, int held, int64_t weight, int most, int *got, struct err *err);
/* One that is free and that nobody waits for. */
bool budget_try(struct budget *budget);
void budget_give(struct budget *budget, int count);
/* What those who share it keep in common; freed with it by `done`. */
void **budget_common(struct budget *budget, void (*done)(void *common));

#endif
