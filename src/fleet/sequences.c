/* Sequences that a role may not read. */
#include "pgtend/fleet/sequences.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

char *sequences_unread(const struct table *sequences, int *count)
{
	struct words schemas = {0};

	*count = 0;
	for (int row = 0; row < table_rows(sequences); row++) {
		if (table_get(sequences, row, "used")->missing != MISSING_PRIVILEGE)
			continue;
		char *name = text_sql_name(table_get_text(sequences, row, "schema"));

		++*count;
		if (!words_has(&schemas, name))
			words_add(&schemas, name);
		mem_free(name);
	}
	words_sort(&schemas);
	char *list = words_join(&schemas, ", ");

	words_done(&schemas);
	return list;
}
