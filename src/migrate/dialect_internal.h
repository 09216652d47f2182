/* What several dialects have in common: their SQL, and texts that are whole files. A dialect takes what fits into its struct dialect_run. */
#ifndef PGTEND_MIGRATE_DIALECT_INTERNAL_H
#define PGTEND_MIGRATE_DIALECT_INTERNAL_H

#include "pgtend/migrate/dialect.h"

/* "schema"."table" of the history. Caller frees. */
char *dialect_table_sql(const struct ledger *ledger, struct session *session);
/* Schema (made only where it is absent: CREATE SCHEMA IF NOT EXISTS asks for the privilege all the same) and table. `columns` is what stands
 * between the parentheses. Caller frees. */
char *dialect_ensure_sql(const struct ledger *ledger, struct session *session, const char *columns);
/* DELETE FROM the history WHERE column = value. Caller frees. */
char *dialect_forget_sql(
    const struct ledger *ledger, struct session *session, const char *column, const char *value);
/* search_path as the key of the section says it; NULL: it does not. */
char *dialect_settings_sql(const struct ledger *ledger, const struct section *section, struct session *session);
/* pgtend's own key, for tools that take no lock: two pgtend exclude each other by it. */
int64_t dialect_own_lock_key(const struct ledger *ledger, const char *dbname);

/* The file as it is. */
bool dialect_whole_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err);
/* FOLDER/down/FILE for tools that know no down parts: none of them reads sub-folders. */
char *dialect_down_beside(const struct ledger *ledger, const struct migration_file *file);
/* The whole file at the dialect's down_path(), or the refusal that names it. */
bool dialect_whole_down(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err);

/* Drizzle's: the whole file; each "--> statement-breakpoint", which is a comment for the server, becomes a semicolon and blanks: the pieces are what
 * Drizzle sends, and positions stay. */
bool dialect_breakpoint_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err);
/* What `drizzle-kit pull` writes of a database that was there before: all in one comment, for nobody to run. */
bool dialect_is_introspected(const char *text);
/* The next Drizzle migration as `drizzle-kit generate --custom` makes it, or the refusal that names this command. */
bool drizzle_new(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err);
bool drizzle_v1_new(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err);

/* YYYYMMDDHHMMSS of now in UTC; the second after the last one where the folder has that already. */
void dialect_new_stamp(const struct ledger *ledger, char stamp[15]);

#endif
