/* The registry of migration dialects: one file and one line each. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/dialect.h"

extern const struct dialect dialect_node_pg_migrate, dialect_drizzle, dialect_drizzle_v1, dialect_plain, dialect_dbmate,
    dialect_golang_migrate;

/* Where two know the same columns the first wins: dbmate's single column is told from Rails' by nothing. */
const struct dialect *const dialects[] = {
    &dialect_node_pg_migrate,
    &dialect_drizzle,
    &dialect_drizzle_v1,
    &dialect_plain,
    &dialect_dbmate,
    &dialect_golang_migrate,
};
const int dialect_count = (int)(sizeof dialects / sizeof dialects[0]);

const struct dialect *dialect_by_name(const char *name)
{
	for (int i = 0; i < dialect_count; i++)
		if (strcmp(dialects[i]->name, name) == 0)
			return dialects[i];
	return NULL;
}

void migration_text_done(struct migration_text *text)
{
	mem_free(text->path);
	mem_free(text->sql);
	*text = (struct migration_text){0};
}
