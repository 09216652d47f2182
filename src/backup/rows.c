/* backup/rows.c - backups that were found, as rows. */
#include <string.h>

#include "pgtend/backup/policy.h"
#include "pgtend/backup/shapes.h"
#include "pgtend/core/mem.h"

static const struct table_column columns[] = {BACKUPS_COLUMNS};
const struct table_shape backups_shape = {"backups", columns, sizeof columns / sizeof columns[0]};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void set_count(struct table *table, int row, const char *column, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		table_set_int(table, row, column, json_integer_value(value));
}

/* What only the manifest knows. */
static void set_manifest(struct table *table, int row, const json_t *manifest)
{
	const json_t *migrations = json_object_get(manifest, "migrations"), *hook = json_object_get(manifest, "after_backup");
	const json_t *duration = json_object_get(manifest, "duration_ms");

	set_count(table, row, "tables", manifest, "tables");
	set_count(table, row, "migrations", migrations, "applied");
	table_set_text(table, row, "migration_last", text_of(migrations, "last"));
	table_set_text(table, row, "dialect", text_of(migrations, "dialect"));
	table_set_text(table, row, "server_version", text_of(manifest, "server_version"));
	if (json_is_number(duration))
		table_set_real(table, row, "duration_s", json_number_value(duration) / 1000);
	table_set_text(table, row, "after_backup", text_of(hook, "status"));
}

static const struct archive *good_before(const struct archives *archives, int at)
{
	for (int i = at + 1; i < archives->count; i++)
		if (!archives->v[i].trouble)
			return &archives->v[i];
	return NULL;
}

static void add(struct table *table, const struct database *database, const struct archives *archives, int at, int64_t now_us)
{
	const struct archive *archive = &archives->v[at], *before = archive->trouble ? NULL : good_before(archives, at);
	int row = table_add_row(table);

	table_set_text(table, row, "database", database->name);
	table_set_text(table, row, "id", archive->id);
	table_set_text(table, row, "state", archive->trouble ? "damaged" : "ok");
	table_set_text(table, row, "reason", archive->trouble);
	if (archive->taken_us > 0) {
		table_set_int(table, row, "taken_at", archive->taken_us);
		table_set_real(table, row, "age_s", now_us > archive->taken_us ? (double)(now_us - archive->taken_us) / 1e6 : 0);
	}
	table_set_int(table, row, "size_bytes", archive->size_bytes);
	if (before && before->size_bytes > 0 && backup_is_alike(archive, before))
		table_set_real(table, row, "trend", (double)archive->size_bytes / (double)before->size_bytes - 1);
	table_set_int(table, row, "verified", !archive->trouble && archive->depth != ARCHIVE_UNVERIFIED);
	table_set_text(table, row, "verified_how", archive_depth_word(archive->depth));
	if (archive->verified_us > 0)
		table_set_int(table, row, "verified_at", archive->verified_us);
	if (archive->rows >= 0)
		table_set_int(table, row, "rows", archive->rows);
	if (archive->database_bytes >= 0)
		table_set_int(table, row, "database_bytes", archive->database_bytes);
	table_set_text(table, row, "form", archive_form_word(archive->form));
	table_set_text(table, row, "path", archive->path);
	table_set_text(table, row, "sha256", archive->sha256);
	set_manifest(table, row, archive->manifest);
}

void backups_add(struct table *table, const struct database *database, const struct archives *archives, int64_t now_us)
{
	for (int i = 0; i < archives->count; i++)
		add(table, database, archives, i, now_us);
}
