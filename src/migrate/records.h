/* records.h - pgtend's own records of one history, remembered beside the mark that the server gave them: while it gives the same mark, none
 * has come, gone or changed, and they need not be asked for again. Nobody outside of migrate/ includes it.
 */
#ifndef PGTEND_MIGRATE_RECORDS_H
#define PGTEND_MIGRATE_RECORDS_H

#include "pgtend/migrate/migrate.h"

struct records_memory {
	char *path; /* NULL: there is nowhere to keep them */
	char *text; /* what was read; records point into it */
	char *mark; /* in `text`; NULL: nothing is remembered */
	char *rest; /* the records, a line each */
};
/* place: which database and history, as text that no other has on this machine; NULL: none is remembered. Never NULL. */
struct records_memory *records_recall(const char *place);
/* Fills the ledger's records from the memory; they point into it. */
void records_take(const struct records_memory *memory, struct ledger *ledger);
/* Remembers the ledger's records under the server's mark. */
void records_keep(const struct records_memory *memory, const char *mark, const struct ledger *ledger);
void records_forget(struct records_memory *memory); /* frees; NULL is nothing */

#endif
