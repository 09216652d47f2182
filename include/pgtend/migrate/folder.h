/* migrate/folder.h - what lies in a migration folder, and the text of its files. */
#ifndef PGTEND_MIGRATE_FOLDER_H
#define PGTEND_MIGRATE_FOLDER_H

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"
#include "pgtend/migrate/dialect.h"

/* Plain files and links of the folder that do not begin with a dot, in byte order. */
PGTEND_CHECK bool folder_names(const char *folder, struct words *names, struct err *err);
/* Folders of the folder, and links to such, that do not begin with a dot; in byte order. */
PGTEND_CHECK bool folder_folders(const char *folder, struct words *names, struct err *err);
bool folder_has(const char *folder, const char *name);
/* The text of a migration: valid UTF-8 without NUL, else err is FILE:LINE: what. Caller frees. */
PGTEND_CHECK bool folder_text(const char *path, char **text, struct err *err);

/* Adds a file to the ledger; borrowed until the next one is added. name and path are taken over. */
struct migration_file *ledger_add_file(struct ledger *ledger, char *name, char *path);
/* Adds one that is no migration: `why` says what the tool would do. Behind all migrations. */
void ledger_add_refused(struct ledger *ledger, const char *file_name, const char *why);
struct migration_row *ledger_add_row(struct ledger *ledger, const char *name, int64_t applied_us);
/* Sets file->checksum, unless it is set or the file cannot be read. */
void ledger_take_checksum(struct ledger *ledger, struct migration_file *file);
/* Of every migration. Needs no file again that is as it was (checksum.h). */
void ledger_take_checksums(struct ledger *ledger);
/* Takes the rows out again; files stay. */
void ledger_forget_rows(struct ledger *ledger);
/* The migration that somebody names as migrate status does, as its file is called, or by its number alone; -1: err (ERR_USAGE) begins with
 * `before` and the word. */
int ledger_find_file(const struct ledger *ledger, const char *wanted, const char *before, struct err *err);
int ledger_find_exact(const struct ledger *ledger, const char *name); /* by its whole name; -1: none */
/* The last applied one that stands before this one in the folder; -1: none. */
int migration_before(const struct ledger *ledger, int file);
/* Between its row and the next one there is time for one more row (before the first one always). -1: before the first. */
bool migration_has_room(const struct ledger *ledger, int before);
/* The plain comparison: same name. */
void ledger_match_by_name(struct ledger *ledger);
/* They belong together. */
void ledger_join(struct ledger *ledger, int file, int row);

#endif
