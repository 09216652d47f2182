/* What a stanza's repository holds: `pgbackrest info --output=json`, whose keys are promised to stay. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pitr_internal.h"

static const int64_t us_per_s = 1000000;

static char *text_in(const json_t *object, const char *key)
{
	return mem_copy(json_string_value(json_object_get(object, key)));
}

static int64_t int_in(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

/* The cluster of now is the one with the highest id: stanza-upgrade adds one. */
static int64_t read_cluster(const json_t *stanza, struct pitr_info *info)
{
	size_t i;
	json_t *db;
	int64_t newest = 0;
	json_array_foreach(json_object_get(stanza, "db"), i, db)
	{
		if (int_in(db, "id") < newest)
			continue;
		newest = int_in(db, "id");
		mem_free(info->system_identifier);
		info->major = atoi(json_string_value(json_object_get(db, "version")) != NULL ? json_string_value(json_object_get(db, "version")) : "0");
		info->system_identifier = mem_format("%llu", (unsigned long long)int_in(db, "system-id"));
	}
	return newest;
}

static void read_archive(const json_t *stanza, int64_t cluster, struct pitr_info *info)
{
	size_t i;
	json_t *archive;
	json_array_foreach(json_object_get(stanza, "archive"), i, archive)
	{
		if (int_in(json_object_get(archive, "database"), "id") != cluster)
			continue;
		mem_free(info->wal_min);
		mem_free(info->wal_max);
		info->wal_min = text_in(archive, "min");
		info->wal_max = text_in(archive, "max");
	}
}

static void read_sets(const json_t *stanza, int64_t cluster, struct pitr_info *info)
{
	size_t i;
	json_t *backup;
	json_array_foreach(json_object_get(stanza, "backup"), i, backup)
	{
		const json_t *times = json_object_get(backup, "timestamp"), *sizes = json_object_get(backup, "info");
		const char *label = json_string_value(json_object_get(backup, "label"));
		if (int_in(json_object_get(backup, "database"), "id") != cluster || label == NULL)
			continue;
		info->sets = mem_grow(info->sets, (size_t)info->count + 1, sizeof *info->sets);
		info->sets[info->count++] = (struct pitr_set){
		    .label = mem_copy(label),
		    .type = text_in(backup, "type"),
		    .start_us = int_in(times, "start") * us_per_s,
		    .stop_us = int_in(times, "stop") * us_per_s,
		    .size_bytes = int_in(sizes, "size"),
		    .repo_bytes = int_in(json_object_get(sizes, "repository"), "delta"),
		    .is_damaged = json_is_true(json_object_get(backup, "error")),
		};
	}
}

/* "other" says nothing; the repository's own status does. */
static char *read_message(const json_t *stanza, const json_t *status)
{
	const char *message = json_string_value(json_object_get(status, "message"));
	size_t i;
	json_t *repo;
	json_array_foreach(json_object_get(stanza, "repo"), i, repo)
	{
		const json_t *own = json_object_get(repo, "status");
		if (int_in(own, "code") != 0 && json_is_string(json_object_get(own, "message")))
			return text_in(own, "message");
	}
	return mem_copy(message != NULL ? message : "");
}

static void read_stanza(const json_t *stanza, struct pitr_info *info)
{
	const json_t *status = json_object_get(stanza, "status");
	const json_t *lock = json_object_get(json_object_get(status, "lock"), "backup");
	info->code = (int)int_in(status, "code");
	info->message = read_message(stanza, status);
	info->is_running = json_is_true(json_object_get(lock, "held"));
	info->cipher = text_in(stanza, "cipher");
	int64_t cluster = read_cluster(stanza, info);
	read_archive(stanza, cluster, info);
	read_sets(stanza, cluster, info);
}

bool pitr_info_parse(const char *json, const char *stanza, struct pitr_info *info, struct err *err)
{
	json_error_t error;
	json_t *all = json_loads(json, 0, &error), *one;
	size_t i;
	*info = (struct pitr_info){.code = 1};
	if (!json_is_array(all)) {
		json_decref(all);
		return err_set(err, ERR_FAILED, "what pgBackRest's info says is no JSON of it: %s", all == NULL ? error.text : "no list");
	}
	json_array_foreach(all, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));
		if (name != NULL && strcmp(name, stanza) == 0 && info->message == NULL)
			read_stanza(one, info);
	}
	json_decref(all);
	if (info->message == NULL)
		info->message = mem_copy("missing stanza path");
	return true;
}

bool pitr_info_read(const struct pitr_place *place, int deadline_ms, struct pitr_info *info, struct err *err)
{
	struct words options = {0};
	struct text out = {0};
	words_add(&options, "--output=json");
	const struct pitr_run run = {.place = place, .command = "info", .options = &options, .deadline_ms = deadline_ms};
	*info = (struct pitr_info){0};
	bool ok = pitr_run(&run, &out, err) && pitr_info_parse(text_str(&out), place->stanza, info, err);
	words_done(&options);
	text_done(&out);
	return ok;
}

void pitr_info_done(struct pitr_info *info)
{
	for (int i = 0; i < info->count; i++) {
		mem_free(info->sets[i].label);
		mem_free(info->sets[i].type);
	}
	mem_free(info->sets);
	mem_free(info->message);
	mem_free(info->cipher);
	mem_free(info->system_identifier);
	mem_free(info->wal_min);
	mem_free(info->wal_max);
	*info = (struct pitr_info){0};
}

bool pitr_info_is_of_other(const struct pitr_info *info, const struct pitr_place *place)
{
	const char *ours = pitr_place_identifier(place);
	return ours != NULL && info->system_identifier != NULL && strcmp(ours, info->system_identifier) != 0;
}

const struct pitr_set *pitr_info_newest(const struct pitr_info *info, const char *type)
{
	const struct pitr_set *newest = NULL;
	for (int i = 0; i < info->count; i++) {
		const struct pitr_set *set = &info->sets[i];
		bool is_wanted = type == NULL || (set->type != NULL && strcmp(set->type, type) == 0);
		if (is_wanted && (newest == NULL || set->stop_us >= newest->stop_us))
			newest = set;
	}
	return newest;
}
