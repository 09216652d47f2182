/* config/archive_rule.h - one line `archive = [SCHEMA.]TABLE.COLUMN AGE [to FILE]` of a [database], taken apart.
 *
 * Knows no server: whether the table is there, and of which kind its column is, is asked elsewhere.
 */
#ifndef PGTEND_CONFIG_ARCHIVE_RULE_H
#define PGTEND_CONFIG_ARCHIVE_RULE_H

#include "pgtend/config/config.h"

struct archive_rule {
	char *schema; /* NULL: the table is looked up by its name alone */
	char *table, *column;
	char *age;  /* as PostgreSQL reads an interval: "1 year 6 months"; positive */
	char *file; /* as it was written; NULL: not exported */
};

/* Names are taken as they are written; one that holds a blank or a dot stands in "quotes". where: "FILE:LINE", for messages. */
PGTEND_CHECK bool archive_rule_parse(const char *text, const char *where, struct archive_rule *rule, struct err *err);
void archive_rule_done(struct archive_rule *rule);

#endif
