/* Which limits were passed: in memory for the console, in files for checks that come back as a new process.
 *
 * A file a database and check, JSON {"passed":{"KEY":"warn"}}: two checks that run at the same time do not write over each other. */
#include <string.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/fleet/limits.h"

/* Only what has passed something is here, so it stays short. */
struct latch {
	const struct database *database;
	char *key; /* "retention/location_events/late" */
	enum verdict verdict;
};
struct limits_memory {
	struct latch *v;
	size_t count;
	bool has_changed;
};

struct limits_memory *limits_memory_new(void)
{
	return MEM_NEW(struct limits_memory);
}

void limits_memory_free(struct limits_memory *memory)
{
	if (memory == NULL)
		return;
	for (size_t i = 0; i < memory->count; i++)
		mem_free(memory->v[i].key);
	mem_free(memory->v);
	mem_free(memory);
}

static struct latch *find_latch(const struct fleet *fleet, const struct database *database, const char *key)
{
	for (size_t i = 0; fleet->memory != NULL && i < fleet->memory->count; i++)
		if (fleet->memory->v[i].database == database && strcmp(fleet->memory->v[i].key, key) == 0)
			return &fleet->memory->v[i];
	return NULL;
}

enum verdict limits_memory_get(const struct fleet *fleet, const struct database *database, const char *key)
{
	const struct latch *latch = find_latch(fleet, database, key);
	return latch != NULL ? latch->verdict : VERDICT_OK;
}

void limits_memory_set(const struct fleet *fleet, const struct database *database, const char *key, enum verdict verdict)
{
	struct limits_memory *memory = fleet->memory;
	struct latch *latch = find_latch(fleet, database, key);
	memory->has_changed = true;
	if (verdict == VERDICT_OK) {
		if (latch == NULL)
			return;
		mem_free(latch->key);
		*latch = memory->v[--memory->count];
		return;
	}
	if (latch == NULL) {
		memory->v = mem_grow(memory->v, memory->count + 1, sizeof *memory->v);
		latch = &memory->v[memory->count++];
		*latch = (struct latch){.database = database, .key = mem_copy(key)};
	}
	latch->verdict = verdict;
}

/* --- files ------------------------------------------------------------------------------------- */

void limits_memory_load(struct fleet *fleet, const struct database *database, const char *check)
{
	struct err ignored;
	json_t *root = NULL, *value;
	const char *key;
	char *path = database_state_path(database, "check", check), *prefix = mem_format("%s/", check);
	if (!json_read_file(path, &root, &ignored))
		root = NULL;
	json_object_foreach(json_object_get(root, "passed"), key, value)
	{
		const char *word = json_string_value(value);
		if (word != NULL && text_starts_with(key, prefix) && (strcmp(word, "warn") == 0 || strcmp(word, "crit") == 0))
			limits_memory_set(fleet, database, key, *word == 'w' ? VERDICT_WARN : VERDICT_CRIT);
	}
	json_decref(root);
	mem_free(path);
	mem_free(prefix);
	fleet->memory->has_changed = false;
}

bool limits_memory_save(struct fleet *fleet, const struct database *database, const char *check, struct err *err)
{
	const struct limits_memory *memory = fleet->memory;
	if (!memory->has_changed)
		return true;
	json_t *passed = json_object();
	char *path = database_state_path(database, "check", check), *prefix = mem_format("%s/", check);
	for (size_t i = 0; i < memory->count; i++)
		if (memory->v[i].database == database && text_starts_with(memory->v[i].key, prefix))
			json_object_set_new_nocheck(passed, memory->v[i].key, json_string(verdict_word(memory->v[i].verdict)));
	json_t *root = json_pack("{s:o}", "passed", passed);
	char *folder = places_state("check");
	bool is_written = places_make_folder(folder, err) && json_write_file(path, root, err);
	json_decref(root);
	mem_free(folder);
	mem_free(path);
	mem_free(prefix);
	return is_written;
}
