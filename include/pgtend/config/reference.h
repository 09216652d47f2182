/* config/reference.h - `reference = vehicles.user_id -> core.users.id`: a column whose values stand in another database. Knows the writing, not what is
 * there. */
#ifndef PGTEND_CONFIG_REFERENCE_H
#define PGTEND_CONFIG_REFERENCE_H

#include "pgtend/config/config.h"

struct reference {
	char *schema, *table, *column; /* schema NULL: not said */
	char *to_database;             /* section's name */
	char *to_schema, *to_table, *to_column;
};

/* [SCHEMA.]TABLE.COLUMN -> DATABASE.[SCHEMA.]TABLE.COLUMN, names as they are in the catalog; what holds a dot or a blank stands in "double quotes". err (ERR_USAGE)
 * says what was expected; *reference is then empty. */
PGTEND_CHECK bool reference_parse(const char *text, struct reference *reference, struct err *err);
void reference_done(struct reference *reference);
/* The i-th `reference` of a [database], as written; NULL at the end. *where: "FILE:LINE". Borrowed. */
const char *section_reference(const struct section *section, int i, const char **where);

#endif
