/* archive/leftovers.c - what interrupted runs left in a folder whose lock we hold: parts, and what was written beside a dump that never got its name. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

static bool is_file(const char *path)
{
	struct stat info;
	return lstat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool leftover_remove(const char *path)
{
	if (unlink(path) == 0)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return false;
	DIR *dir = opendir(path);
	struct dirent *entry;
	if (dir == NULL)
		return false;
	/* pg_dump makes files in it and no folders */
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return rmdir(path) == 0;
}

/* ---- which files -------------------------------------------------------------------- */

/* The ID of a file of ours that ends like this; NULL: it is none. Caller frees. */
static char *id_before(const char *file, const char *ending, const char *name)
{
	size_t length = strlen(name);
	if (!text_ends_with(file, ending))
		return NULL;
	char *id = mem_copy_n(file, strlen(file) - strlen(ending));
	if (id_split(id, NULL) == length && strncmp(id, name, length) == 0)
		return id;
	mem_free(id);
	return NULL;
}

static const char *const part_endings[] = {".dump.part", ".dump.zst.part", ".dir.part", ".globals.sql.part"};

/* Of a dump or what stands beside it, under its partial name. */
static char *id_of_part(const char *file, const char *name)
{
	char *id = NULL;
	for (size_t i = 0; id == NULL && i < sizeof part_endings / sizeof part_endings[0]; i++)
		id = id_before(file, part_endings[i], name);
	return id;
}

/* A manifest that was being written. */
static bool is_partial_manifest(const char *file, const char *name)
{
	size_t length = strlen(name);
	return strncmp(file, name, length) == 0 && file[length] == '-' && strstr(file, ".json.partial-") != NULL;
}

static bool has_dump(const char *folder, const char *id)
{
	static const enum archive_form ours[] = {ARCHIVE_CUSTOM, ARCHIVE_CUSTOM_ZSTD, ARCHIVE_DIRECTORY};
	bool is_there = false;
	for (size_t i = 0; !is_there && i < sizeof ours / sizeof ours[0]; i++) {
		char *path = mem_format("%s/%s%s", folder, id, archive_form_ending(ours[i]));
		is_there = access(path, F_OK) == 0;
		mem_free(path);
	}
	return is_there;
}

/* ---- removing --------------------------------------------------------------------------- */

static void remove_and_say(const char *folder, const char *file, struct report *report)
{
	char size[UNITS_SIZE];
	char *path = places_join(folder, file);
	int64_t bytes = archive_bytes(path);
	if (leftover_remove(path))
		report_log(report, "removed %s (%s), left by an interrupted backup", file, units_bytes(size, bytes > 0 ? bytes : 0));
	else if (errno != ENOENT)
		report_log(report, "%s, left by an interrupted backup, could not be removed: %s", path, strerror(errno));
	mem_free(path);
}

/* A manifest beside a part was written for the dump that this part never became. */
static void remove_beside(const char *folder, const char *id, struct report *report)
{
	static const char *const endings[] = {".json", ".globals.sql"};
	if (has_dump(folder, id))
		return;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		char *file = mem_format("%s%s", id, endings[i]), *path = places_join(folder, file);
		if (is_file(path))
			remove_and_say(folder, file, report);
		mem_free(path);
		mem_free(file);
	}
}

/* Roles without a dump and without a manifest: the run was killed between their name and the manifest's. */
static bool is_alone(const char *folder, const char *id)
{
	char *manifest = mem_format("%s/%s.json", folder, id);
	bool is_missing = access(manifest, F_OK) != 0;
	mem_free(manifest);
	return is_missing && !has_dump(folder, id);
}

static void judge(const char *folder, const char *file, const char *name, struct report *report)
{
	char *part = id_of_part(file, name), *globals = id_before(file, ".globals.sql", name);
	if (part != NULL) {
		remove_and_say(folder, file, report);
		remove_beside(folder, part, report);
	} else if (is_partial_manifest(file, name) || (globals != NULL && is_alone(folder, globals))) {
		remove_and_say(folder, file, report);
	}
	mem_free(part);
	mem_free(globals);
}

static bool list_files(const char *folder, struct words *files)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	if (dir == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL)
		words_add(files, entry->d_name);
	closedir(dir);
	return true;
}

bool leftovers_remove(const char *folder, const char *name, struct report *report, struct err *err)
{
	struct words files = {0};
	/* a manifest that somebody is writing at this moment is none of it */
	int fd = manifests_hold(folder);
	if (!list_files(folder, &files)) {
		err_set(err, ERR_FAILED, "%s: cannot be read: %s", folder, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (size_t i = 0; i < files.count; i++)
		judge(folder, files.v[i], name, report);
	words_done(&files);
	if (fd >= 0)
		close(fd);
	return true;
}

static bool is_fresh(const char *folder, const char *file)
{
	enum { MOMENT_S = 60 };
	char *path = places_join(folder, file);
	struct stat info;
	bool is_fresh = lstat(path, &info) == 0 && time(NULL) - info.st_mtime < MOMENT_S;
	mem_free(path);
	return is_fresh;
}

void leftovers_find(const char *folder, const char *name, struct words *left)
{
	struct words files = {0};
	if (!list_files(folder, &files))
		return;
	words_sort(&files);
	for (size_t i = 0; i < files.count; i++) {
		char *part = id_of_part(files.v[i], name), *globals = id_before(files.v[i], ".globals.sql", name);
		if (part || (is_partial_manifest(files.v[i], name) && !is_fresh(folder, files.v[i])) || (globals && is_alone(folder, globals)))
			words_add(left, files.v[i]);
		mem_free(part);
		mem_free(globals);
	}
	words_done(&files);
}

int64_t leftovers_bytes(const char *folder, const char *name)
{
	struct words files = {0};
	int64_t sum = -1;
	if (!list_files(folder, &files))
		return -1;
	for (size_t i = 0; i < files.count; i++) {
		char *id = id_of_part(files.v[i], name), *path = places_join(folder, files.v[i]);
		int64_t bytes = id != NULL ? archive_bytes(path) : -1;
		if (bytes >= 0)
			sum = (sum < 0 ? 0 : sum) + bytes;
		mem_free(path);
		mem_free(id);
	}
	words_done(&files);
	return sum;
}
