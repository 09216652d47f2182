/* archive/manifest.c - what stands beside a dump: what it is of, and that it was read back. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pgtend/archive/manifest.h"
#include "pgtend/archive/place.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"


static int64_t integer_of(const json_t *root, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(root, key);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static bool read_manifest(const char *path, struct manifest *manifest)
{
	json_t *root = NULL;
	struct err ignored;
	struct stat info;
	if (!json_read_file(path, &root, &ignored))
		return false;
	const char *taken = json_string_value(json_object_get(root, "taken_at")),
	           *sha256 = json_string_value(json_object_get(root, "sha256"));
	manifest->path = mem_copy(path);
	manifest->dump = mem_format("%.*s.dump", (int)(strlen(path) - strlen(".json")), path);
	manifest->sha256 = mem_copy(sha256);
	manifest->size_bytes = integer_of(root, "size_bytes", -1);
	manifest->database_bytes = integer_of(root, "database_bytes", -1);
	manifest->is_verified = json_is_true(json_object_get(root, "verified"));
	bool is_complete = taken != NULL && units_parse_time_us(taken, &manifest->stamp_us) &&
	                   stat(manifest->dump, &info) == 0 && S_ISREG(info.st_mode) &&
	                   (int64_t)info.st_size == manifest->size_bytes;
	json_decref(root);
	if (!is_complete)
		manifest_done(manifest);
	return is_complete;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

bool manifest_newest(const char *folder, const char *database, struct manifest *manifest)
{
	struct dirent **entries;
	char *name = archive_name(database), *prefix = mem_format("%s-", name);
	bool is_found = false;
	/* The stamp in the name sorts as time does. */
	int count = scandir(folder, &entries, NULL, newest_first);
	memset(manifest, 0, sizeof *manifest);
	for (int i = 0; i < count; i++) {
		if (!is_found && text_starts_with(entries[i]->d_name, prefix) && text_ends_with(entries[i]->d_name, ".json")) {
			char *path = places_join(folder, entries[i]->d_name);
			is_found = read_manifest(path, manifest);
			mem_free(path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	mem_free(prefix);
	mem_free(name);
	return is_found;
}

void manifest_done(struct manifest *manifest)
{
	mem_free(manifest->path);
	mem_free(manifest->dump);
	mem_free(manifest->sha256);
	memset(manifest, 0, sizeof *manifest);
}
