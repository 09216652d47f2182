/* Which column of a plain runner's table says what: the names seen in the wild. See plain_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/history.h"
#include "plain_internal.h"

enum kind { KIND_NAME, KIND_TIME, KIND_CHECKSUM, KIND_NUMBER, KIND_EXTRA };

/* KIND_NAME in the order in which they are believed to tell one migration from another. */
static const struct known {
	const char *name;
	enum kind kind;
	const char *filler; /* KIND_EXTRA: what is written where there is no default */
} known[] = {
    {"migration_name", KIND_NAME, NULL},
    {"filename", KIND_NAME, NULL},
    {"file_name", KIND_NAME, NULL},
    {"migration", KIND_NAME, NULL},
    {"migration_id", KIND_NAME, NULL},
    {"version", KIND_NAME, NULL},
    {"name", KIND_NAME, NULL},
    {"id", KIND_NAME, NULL},
    {"applied_at", KIND_TIME, NULL},
    {"executed_at", KIND_TIME, NULL},
    {"run_at", KIND_TIME, NULL},
    {"ran_at", KIND_TIME, NULL},
    {"installed_at", KIND_TIME, NULL},
    {"installed_on", KIND_TIME, NULL},
    {"migrated_at", KIND_TIME, NULL},
    {"created_at", KIND_TIME, NULL},
    {"checksum", KIND_CHECKSUM, NULL},
    {"checksum_sha256", KIND_CHECKSUM, NULL},
    {"content_hash", KIND_CHECKSUM, NULL},
    {"file_hash", KIND_CHECKSUM, NULL},
    {"hash", KIND_CHECKSUM, NULL},
    {"sha256", KIND_CHECKSUM, NULL},
    {"sha1", KIND_CHECKSUM, NULL},
    {"md5", KIND_CHECKSUM, NULL},
    {"applied_by", KIND_EXTRA, "current_user"},
    {"executed_by", KIND_EXTRA, "current_user"},
    {"installed_by", KIND_EXTRA, "current_user"},
    {"duration_ms", KIND_NUMBER, NULL},
    {"execution_ms", KIND_NUMBER, NULL},
    {"execution_time_ms", KIND_NUMBER, NULL},
    {"execution_time_in_millis", KIND_NUMBER, NULL},
    {"execution_time", KIND_NUMBER, NULL},
    {"success", KIND_EXTRA, "true"},
    {"succeeded", KIND_EXTRA, "true"},
};
enum { KNOWN_COUNT = sizeof known / sizeof known[0] };

/* Of the transaction, as far as it went when the row is written. */
static const char duration[] =
    "pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)";

static bool is_text_type(const char *type)
{
	return strcmp(type, "text") == 0 || strcmp(type, "character varying") == 0 || strcmp(type, "character") == 0;
}

static bool is_integer_type(const char *type)
{
	return strcmp(type, "integer") == 0 || strcmp(type, "bigint") == 0 || strcmp(type, "smallint") == 0;
}

/* An integer or text, by which a row could be told from others; a key of the table's own is no name. */
static bool is_name(const struct known *column, const char *type)
{
	if (strcmp(column->name, "id") == 0)
		return is_text_type(type);
	return is_text_type(type) || (strcmp(column->name, "version") == 0 && is_integer_type(type));
}

static bool add_name(struct plain_columns *shape, const char *name, const char *type)
{
	if (shape->also)
		return false;
	if (shape->name) {
		shape->also = name;
	} else {
		shape->name = name;
		shape->is_number = is_integer_type(type);
	}
	return true;
}

bool plain_columns_of(const char *columns, struct plain_columns *shape)
{
	char type[64];
	int found = 0;
	bool is_good = true;
	*shape = (struct plain_columns){0};
	for (int i = 0; i < KNOWN_COUNT; i++) {
		const struct known *column = &known[i];
		if (!history_column(columns, column->name, type))
			continue;
		found++;
		if (column->kind == KIND_NAME && is_name(column, type))
			is_good = is_good && add_name(shape, column->name, type);
		else if (column->kind == KIND_NAME)
			is_good = is_good && strcmp(column->name, "id") == 0 && (is_integer_type(type) || strcmp(type, "uuid") == 0);
		else if (column->kind == KIND_TIME && !shape->time && strncmp(type, "timestamp", 9) == 0)
			shape->time = column->name;
		else if (column->kind == KIND_CHECKSUM && !shape->checksum && is_text_type(type))
			shape->checksum = column->name;
		else if (column->kind == KIND_TIME || column->kind == KIND_CHECKSUM)
			is_good = false;
	}
	/* version alone is dbmate's table (and Rails'). */
	bool is_dbmates = shape->name && strcmp(shape->name, "version") == 0 && found == 1;
	return is_good && shape->name && !is_dbmates && found == history_column_count(columns);
}

const char *plain_filler(const char *name)
{
	for (int i = 0; i < KNOWN_COUNT; i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].kind == KIND_NUMBER ? duration : known[i].filler;
	return NULL;
}
