/* What Drizzle before and from 1.0 has in common: breakpoints. See dialect_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "dialect_internal.h"

bool dialect_breakpoint_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	static const char mark[] = "--> statement-breakpoint";
	if (!dialect_whole_text(ledger, file, text, out, err))
		return false;
	for (char *at = strstr(out->sql, mark); at; at = strstr(at, mark)) {
		memset(at, ' ', sizeof mark - 1);
		*at = ';';
	}
	return true;
}
