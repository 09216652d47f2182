/* What became of rehearsals, by file. See rehearse/record.h. */
#include "pgtend/rehearse/record.h"

#include <string.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

enum { MOST_RECORDS = 5000 };

static struct rehearse_record *add(struct rehearse_records *records)
{
	records->v = mem_grow(records->v, (size_t)records->count + 1, sizeof *records->v);
	records->v[records->count] = (struct rehearse_record){.duration_ms = -1};
	return &records->v[records->count++];
}

static void take(struct rehearse_records *records, const char *name, const json_t *value)
{
	const char *checksum = json_string_value(json_object_get(value, "checksum"));
	const char *at = json_string_value(json_object_get(value, "at")), *result = json_string_value(json_object_get(value, "result"));
	const json_t *duration = json_object_get(value, "duration_ms");
	int64_t ended_us = 0;
	if (checksum == NULL || result == NULL || at == NULL || !units_parse_time_us(at, &ended_us))
		return;
	struct rehearse_record *record = add(records);
	record->name = mem_copy(name);
	record->checksum = mem_copy(checksum);
	record->ended_us = ended_us;
	record->is_ok = strcmp(result, "ok") == 0;
	record->is_schema_only = json_is_true(json_object_get(value, "schema_only"));
	record->duration_ms = json_is_number(duration) ? json_number_value(duration) : -1;
	record->error = mem_copy(json_string_value(json_object_get(value, "error")));
}

void rehearse_records_read(const struct database *database, struct rehearse_records *records)
{
	struct err none = {0};
	json_t *root = NULL, *value;
	const char *name;
	char *path = database_state_path(database, "rehearsals", NULL);
	*records = (struct rehearse_records){0};
	if (!json_read_file(path, &root, &none))
		root = NULL;
	json_object_foreach(json_object_get(root, "files"), name, value)
		take(records, name, value);
	json_decref(root);
	mem_free(path);
}

const struct rehearse_record *rehearse_records_find(const struct rehearse_records *records, const char *name)
{
	for (int i = 0; i < records->count; i++)
		if (strcmp(records->v[i].name, name) == 0)
			return &records->v[i];
	return NULL;
}

static json_t *json_of(const struct rehearse_record *record)
{
	char at[UNITS_SIZE];
	char *error = text_visible(record->error);
	json_t *value = json_pack("{s:s, s:s, s:s, s:b, s:s?}", "checksum", record->checksum, "at", units_rfc3339(at, record->ended_us), "result",
	    record->is_ok ? "ok" : "failed", "schema_only", record->is_schema_only, "error", error);
	json_object_set_new(value, "duration_ms", record->duration_ms >= 0 ? json_real(record->duration_ms) : json_null());
	mem_free(error);
	return value;
}

/* The oldest go where there are far too many. */
static void drop_oldest(struct rehearse_records *records)
{
	int oldest = 0;
	for (int i = 1; i < records->count; i++)
		if (records->v[i].ended_us < records->v[oldest].ended_us)
			oldest = i;
	struct rehearse_record gone = records->v[oldest];
	records->v[oldest] = records->v[--records->count];
	struct rehearse_records one = {.v = &gone, .count = 1};
	mem_free(one.v->name);
	mem_free(one.v->checksum);
	mem_free(one.v->error);
}

bool rehearse_records_keep(const struct database *database, const struct rehearse_records *fresh, struct err *err)
{
	struct rehearse_records old;
	json_t *files = json_object();
	rehearse_records_read(database, &old);
	while (old.count > MOST_RECORDS)
		drop_oldest(&old);
	for (int i = 0; i < old.count; i++)
		json_object_set_new(files, old.v[i].name, json_of(&old.v[i]));
	for (int i = 0; i < fresh->count; i++)
		if (text_is_valid_utf8(fresh->v[i].name, strlen(fresh->v[i].name)))
			json_object_set_new(files, fresh->v[i].name, json_of(&fresh->v[i]));
	json_t *root = json_pack("{s:s, s:o}", "database", database->name, "files", files);
	char *path = database_state_path(database, "rehearsals", NULL), *folder = places_state("rehearsals");
	bool is_written = places_make_folder(folder, err) && json_write_file(path, root, err);
	json_decref(root);
	mem_free(folder);
	mem_free(path);
	rehearse_records_done(&old);
	return is_written;
}

void rehearse_records_done(struct rehearse_records *records)
{
	for (int i = 0; i < records->count; i++) {
		mem_free(records->v[i].name);
		mem_free(records->v[i].checksum);
		mem_free(records->v[i].error);
	}
	mem_free(records->v);
	*records = (struct rehearse_records){0};
}
