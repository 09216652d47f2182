/* The history table of a runner of the team's own: which of its columns says what, and how what is written there looks. plain_columns.c tells
 * the columns, plain_form.c learns the forms, plain_create.c finds the table that the folder makes itself, plain_record.c writes. */
#ifndef PGTEND_MIGRATE_PLAIN_INTERNAL_H
#define PGTEND_MIGRATE_PLAIN_INTERNAL_H

#include "pgtend/migrate/dialect.h"

/* Names of columns, static; NULL: there is none. */
struct plain_columns {
	const char *name;     /* identity: what tells one migration from another */
	const char *also;     /* a second name beside it */
	const char *time;
	const char *checksum;
	bool is_number;       /* `name` is an integer */
};
/* false: no name, or a column that nobody knows. columns: as in struct ledger. */
bool plain_columns_of(const char *columns, struct plain_columns *shape);
/* What pgtend can put into a column that has no default: an expression; NULL: it would have to guess. */
const char *plain_filler(const char *column);

/* Learns from the last rows how names and checksums are written. names, also and checksums: of the rows, in their order; entries may be
 * NULL. */
void plain_learn(struct ledger *ledger, const struct words *names, const char *const *also, const char *const *checksums);
/* The file's name in that form; NULL: it has none (no number). Caller frees. */
char *plain_name_in_form(const char *file_name, enum plain_name_form form);
/* Same migration, whatever the form: file name, name without .sql, number. */
bool plain_is_same(const char *row, const char *file_name);
/* Lower-case hexadecimal digest of the file's bytes; NULL: not readable. Caller frees. */
char *plain_digest(const char *path, enum plain_checksum_form form);

/* Where the table is absent: columns and create_sql as the folder's own CREATE TABLE has them, else as Logikids has them. */
void plain_foresee(struct ledger *ledger);

extern const struct dialect_run plain_run;

#endif
