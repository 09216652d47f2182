/* Samples: one file a database, JSON {"samples":[{"time":us,"total":bytes,"tables":{"s.t":bytes}}]}, oldest first. */
#include "pgtend/fleet/history.h"

#include <string.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

static const int64_t hour_us = INT64_C(3600) * 1000000;
static const int64_t day_us = INT64_C(86400) * 1000000;
enum { KEPT_DAYS = 90, GROWTH_DAYS = 7 };

static json_t *read_samples(const struct database *database)
{
	struct err ignored;
	json_t *root = NULL;
	char *path = database_state_path(database, "samples", NULL);
	if (!json_read_file(path, &root, &ignored))
		root = NULL;
	mem_free(path);
	json_t *samples = json_object_get(root, "samples");
	json_t *kept = json_is_array(samples) ? json_incref(samples) : json_array();
	json_decref(root);
	return kept;
}

static int64_t sample_time(const json_t *sample)
{
	return json_integer_value(json_object_get(sample, "time"));
}

/* The whole is what the server says of the database, catalogs included: the sum of its tables would be another number. */
static json_t *database_bytes(const struct database *database)
{
	const struct table *databases = database_facts(database, FACT_DATABASES)->table;
	int row = database_row(database, databases);
	int64_t bytes = row < 0 ? -1 : table_get_int(databases, row, "size_bytes", -1);
	return bytes < 0 ? json_null() : json_integer(bytes);
}

static json_t *new_sample(const struct database *database, const struct table *tables, int64_t now)
{
	json_t *sizes = json_object();
	for (int row = 0; row < table_rows(tables); row++) {
		const char *schema = table_get_text(tables, row, "schema");
		const char *name = table_get_text(tables, row, "name");
		int64_t bytes = table_get_int(tables, row, "total_bytes", -1);
		if (schema == NULL || name == NULL || bytes < 0)
			continue;
		char *key = mem_format("%s.%s", schema, name);
		json_object_set_new_nocheck(sizes, key, json_integer(bytes));
		mem_free(key);
	}
	return json_pack("{s:I, s:o, s:o}", "time", (json_int_t)now, "total", database_bytes(database), "tables", sizes);
}

bool history_sample(struct database *database, const struct table *tables, struct err *err)
{
	json_t *samples = read_samples(database);
	int64_t now = units_now_us();
	size_t count = json_array_size(samples);
	int64_t last = count > 0 ? sample_time(json_array_get(samples, count - 1)) : 0;
	bool ok = true;
	/* A clock that went back must not stop the samples for ever. */
	if (last == 0 || now - last >= hour_us || now < last) {
		while (json_array_size(samples) > 0 && now - sample_time(json_array_get(samples, 0)) > KEPT_DAYS * day_us)
			json_array_remove(samples, 0);
		json_array_append_new(samples, new_sample(database, tables, now));
		char *path = database_state_path(database, "samples", NULL);
		json_t *root = json_pack("{s:O}", "samples", samples);
		char *folder = places_state("samples");
		ok = places_make_folder(folder, err) && json_write_file(path, root, err);
		mem_free(folder);
		json_decref(root);
		mem_free(path);
	}
	json_decref(samples);
	return ok;
}

static int64_t sample_bytes(const json_t *sample, const char *table)
{
	const json_t *value = table == NULL ? json_object_get(sample, "total")
										: json_object_get(json_object_get(sample, "tables"), table);
	return json_is_integer(value) ? json_integer_value(value) : -1;
}

struct history {
	json_t *samples;
};

struct history *history_open(const struct database *database)
{
	struct history *history = MEM_NEW(struct history);
	history->samples = read_samples(database);
	return history;
}

void history_close(struct history *history)
{
	if (history == NULL)
		return;
	json_decref(history->samples);
	mem_free(history);
}

bool history_growth(const struct history *history, const char *table, int64_t bytes_now, double *bytes_a_day, int64_t *since_us)
{
	int64_t now = units_now_us();
	*since_us = 0;
	for (size_t i = 0; i < json_array_size(history->samples); i++) {
		const json_t *sample = json_array_get(history->samples, i);
		int64_t time = sample_time(sample), bytes = sample_bytes(sample, table);
		if (bytes < 0 || time > now || now - time > GROWTH_DAYS * day_us)
			continue;
		*since_us = time;
		if (now - time < hour_us)
			return false;
		*bytes_a_day = (double)(bytes_now - bytes) * (double)day_us / (double)(now - time);
		return true;
	}
	return false;
}
