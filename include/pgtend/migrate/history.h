/* migrate/history.h - looking at a history table before it is trusted: is it there, what columns has it, may it be
 * read.
 *
 * Asks the catalog, not information_schema, so that a table that may not be read is seen and named. In a task.
 */
#ifndef PGTEND_MIGRATE_HISTORY_H
#define PGTEND_MIGRATE_HISTORY_H

#include "pgtend/migrate/dialect.h"

/* Sets the ledger's names. schema and table are copied. */
void history_name(struct ledger *ledger, const char *schema, const char *table);
/* Fills has_history and columns of ledger->history_schema.history_table. ERR_FAILED with the GRANT to give when it may
 * not be read. */
PGTEND_CHECK bool history_look(struct ledger *ledger, struct session *session, struct err *err);
/* Looks for tables of names that the dialects use, in every schema; schema and table (either may be NULL) narrow it.
 * One found whose columns a dialect knows: sets ledger->dialect and names.
 * None: true, dialect stays NULL. Several, or of a shape that nobody knows: ERR_CONFIG, says what to write into the
 * configuration. */
PGTEND_CHECK bool history_detect(struct ledger *ledger, struct session *session, const char *schema, const char *table,
    const char *where, struct err *err);
/* The type of a column in ledger->columns ("integer", "character varying"), copied into `type`; false: no such column. */
bool history_column(const char *columns, const char *name, char type[64]);
int history_column_count(const char *columns);
bool history_is_text(const char *columns, const char *name); /* there, and text or varchar */

#endif
