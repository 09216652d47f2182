/* restore/intent.c - what an interrupted restore was asked for. See act_internal.h. */
#include <string.h>
#include <unistd.h>

#include "act_internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

static char *path_of(const char *scratch)
{
	char *folder = places_state("restore"), *path = mem_format("%s/%s.json", folder, scratch);
	mem_free(folder);
	return path;
}

/* A text that is no UTF-8 (a path may be) has no place in JSON: such a run can be dropped, not finished. */
static json_t *text_json(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;
	return value ? value : json_null();
}

bool intent_write(const struct intent *intent, struct err *err)
{
	char *folder = places_state("restore"), *path = path_of(intent->scratch);
	json_t *json = json_pack("{so so so so so so sb sb sb si sI so}", "scratch", text_json(intent->scratch), "database",
	    text_json(intent->database), "dbname", text_json(intent->dbname), "from", text_json(intent->from), "name",
	    text_json(intent->name), "role", text_json(intent->role), "replace", intent->is_replace, "no_owner",
	    intent->no_owner, "resume_jobs", intent->resume_jobs, "jobs", intent->jobs, "live_oid",
	    (json_int_t)intent->live_oid, "comment", text_json(intent->comment));
	if (!json)
		mem_die("a restore cannot be written as JSON");
	bool is_good = places_make_folder(folder, err) && json_write_file(path, json, err);
	json_decref(json);
	mem_free(folder);
	mem_free(path);
	return is_good;
}

static char *text_of(const json_t *json, const char *key)
{
	return mem_copy(json_string_value(json_object_get(json, key)));
}

bool intent_read(const char *scratch, struct intent *intent)
{
	char *path = path_of(scratch);
	json_t *json = NULL;
	struct err ignored = {0};
	memset(intent, 0, sizeof *intent);
	bool is_read = json_read_file(path, &json, &ignored);
	mem_free(path);
	if (!is_read)
		return false;
	*intent = (struct intent){
	    .scratch = text_of(json, "scratch"),
	    .database = text_of(json, "database"),
	    .dbname = text_of(json, "dbname"),
	    .from = text_of(json, "from"),
	    .name = text_of(json, "name"),
	    .role = text_of(json, "role"),
	    .is_replace = json_is_true(json_object_get(json, "replace")),
	    .no_owner = json_is_true(json_object_get(json, "no_owner")),
	    .resume_jobs = json_is_true(json_object_get(json, "resume_jobs")),
	    .jobs = (int)json_integer_value(json_object_get(json, "jobs")),
	    .live_oid = json_integer_value(json_object_get(json, "live_oid")),
	    .comment = text_of(json, "comment"),
	};
	json_decref(json);
	bool is_whole = intent->scratch && strcmp(intent->scratch, scratch) == 0 && intent->database && intent->dbname &&
	                intent->from && intent->name && intent->jobs > 0;
	if (!is_whole)
		intent_done(intent);
	return is_whole;
}

void intent_forget(const char *scratch)
{
	char *path = path_of(scratch);
	unlink(path);
	mem_free(path);
}

void intent_done(struct intent *intent)
{
	mem_free(intent->scratch);
	mem_free(intent->database);
	mem_free(intent->dbname);
	mem_free(intent->from);
	mem_free(intent->name);
	mem_free(intent->role);
	mem_free(intent->comment);
	memset(intent, 0, sizeof *intent);
}
