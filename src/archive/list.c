/* archive/list.c - which backups lie in a folder. Manifests and sizes are read, no contents. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

enum { TURN_US = 5000 };

void archive_done(struct archive *archive)
{
	mem_free(archive->id);
	mem_free(archive->path);
	mem_free(archive->manifest_path);
	json_decref(archive->manifest);
	mem_free(archive->database);
	mem_free(archive->dbname);
	mem_free(archive->sha256);
	mem_free(archive->trouble);
	mem_free(archive->chosen_over);
	memset(archive, 0, sizeof *archive);
}

void archives_done(struct archives *archives)
{
	for (int i = 0; i < archives->count; i++)
		archive_done(&archives->v[i]);
	mem_free(archives->v);
	memset(archives, 0, sizeof *archives);
}

const struct archive *archives_newest(const struct archives *archives)
{
	for (int i = 0; i < archives->count; i++)
		if (archives->v[i].trouble == NULL)
			return &archives->v[i];
	return NULL;
}

/* ---- sizes -------------------------------------------------------------------------------- */

/* What lies in a folder; -1: something cannot be looked at. */
static int64_t folder_bytes(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat info;
	int64_t sum = 0;
	while (dir != NULL && sum >= 0 && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		bool is_seen = fstatat(dirfd(dir), entry->d_name, &info, 0) == 0;
		sum = is_seen ? sum + (S_ISREG(info.st_mode) ? (int64_t)info.st_size : 0) : -1;
	}
	if (dir == NULL)
		return -1;
	closedir(dir);
	return sum;
}

int64_t archive_bytes(const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return -1;
	return S_ISDIR(info.st_mode) ? folder_bytes(path) : (int64_t)info.st_size;
}

/* The file of a folder that is missing or of another size than the manifest says. */
static char *folder_trouble(const struct archive *archive)
{
	const json_t *files = json_object_get(archive->manifest, "files");
	char *trouble = NULL;
	for (size_t i = 0; trouble == NULL && i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *name = json_string_value(json_object_get(file, "name"));
		int64_t said = json_integer_value(json_object_get(file, "size_bytes"));
		char *path = places_join(archive->path, name);
		struct stat info;
		if (stat(path, &info) != 0)
			trouble = mem_format("%s: %s", path, strerror(errno));
		else if ((int64_t)info.st_size != said)
			trouble =
			    mem_format("%s has %lld bytes, its manifest says %lld", path, (long long)info.st_size, (long long)said);
		mem_free(path);
	}
	return trouble;
}

static char *size_trouble(const struct archive *archive)
{
	int64_t said = json_integer_value(json_object_get(archive->manifest, "size_bytes"));
	char *trouble = form_is_folder(archive->form) ? folder_trouble(archive) : NULL;
	if (trouble != NULL || archive->size_bytes == said)
		return trouble;
	long long difference = (long long)(archive->size_bytes - said);
	return mem_format("the dump has %lld bytes %s than its manifest says", difference < 0 ? -difference : difference,
	    difference < 0 ? "less" : "more");
}

/* ---- one ------------------------------------------------------------------------------------- */

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* What the manifest says of the names must be what they are: it may have been copied, or made by somebody else. Its own paths are never followed. */
static char *name_trouble(const struct archive *archive)
{
	const json_t *manifest = archive->manifest;
	const char *id = json_string_value(json_object_get(manifest, "id")),
	           *file = json_string_value(json_object_get(manifest, "file"));
	char *name = archive_name(archive->database), *trouble = NULL;
	int64_t stamp_us = 0;
	size_t length = id_split(archive->id, &stamp_us);
	if ((id != NULL && strcmp(id, archive->id) != 0) || strcmp(file, file_name(archive->path)) != 0)
		trouble = mem_format("its manifest is that of %s, not of %s", id != NULL ? id : file, file_name(archive->path));
	else if (strlen(name) != length || strncmp(name, archive->id, length) != 0)
		trouble = mem_format("its manifest is of the database %s", archive->database);
	else if (archive->taken_us / 1000000 != stamp_us / 1000000)
		trouble = mem_format("its manifest says another time than its name");
	mem_free(name);
	return trouble;
}

static char *dump_trouble(const struct archive *archive)
{
	struct stat info;
	bool is_there = stat(archive->path, &info) == 0;
	if (!is_there) {
		int why = errno;
		char *part = mem_format("%s.part", archive->path);
		bool is_interrupted = access(part, F_OK) == 0;
		mem_free(part);
		return is_interrupted ? mem_format("it was interrupted before it got its name")
		                      : mem_format("the dump %s: %s", file_name(archive->path), strerror(why));
	}
	if (form_is_folder(archive->form) ? !S_ISDIR(info.st_mode) : !S_ISREG(info.st_mode))
		return mem_format(
		    "the dump %s is no %s", file_name(archive->path), form_is_folder(archive->form) ? "folder" : "file");
	return size_trouble(archive);
}

/* What a verification has found. */
static char *noted_trouble(struct archive *archive)
{
	const json_t *damaged = json_object_get(archive->manifest, "damaged");
	const char *error = json_string_value(json_object_get(damaged, "error")),
	           *at = json_string_value(json_object_get(damaged, "at"));
	archive->is_trouble_noted = json_is_object(damaged);
	if (!archive->is_trouble_noted)
		return NULL;
	return mem_format("verify found on %s: %s", at != NULL ? at : "a day unknown", error != NULL ? error : "damaged");
}

/* The form of a dump whose manifest is of no use: which of ours is there. */
static void form_by_ending(struct archive *archive, const char *base)
{
	static const enum archive_form ours[] = {ARCHIVE_CUSTOM, ARCHIVE_CUSTOM_ZSTD, ARCHIVE_DIRECTORY};
	archive->form = ARCHIVE_CUSTOM;
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		char *path = mem_format("%s%s", base, archive_form_ending(ours[i]));
		if (access(path, F_OK) == 0)
			archive->form = ours[i];
		mem_free(path);
	}
}

void archive_load(struct archive *archive, const char *base)
{
	struct err err;
	memset(archive, 0, sizeof *archive);
	archive->id = mem_copy(file_name(base));
	archive->manifest_path = mem_format("%s.json", base);
	archive->database_bytes = archive->rows = -1;
	if (manifest_read(archive->manifest_path, &archive->manifest, &err)) {
		manifest_fill(archive);
	} else {
		form_by_ending(archive, base);
		if (access(archive->manifest_path, F_OK) != 0) {
			archive->trouble = mem_format("its manifest %s.json is missing", archive->id);
			mem_free(archive->manifest_path);
			archive->manifest_path = NULL;
		} else {
			archive->trouble = mem_copy(err.text);
		}
		(void)id_split(archive->id, &archive->taken_us);
	}
	archive->path = mem_format("%s%s", base, archive_form_ending(archive->form));
	int64_t bytes = archive_bytes(archive->path);
	archive->size_bytes = bytes > 0 ? bytes : 0;
	if (archive->trouble == NULL)
		archive->trouble = name_trouble(archive);
	if (archive->trouble == NULL) {
		struct stat info;
		archive->is_gone = lstat(archive->path, &info) != 0 && errno == ENOENT;
		archive->trouble = dump_trouble(archive);
	}
	if (archive->trouble == NULL)
		archive->trouble = noted_trouble(archive);
}

/* ---- all ----------------------------------------------------------------------------------------- */

/* The ID of a file that a backup of this database consists of; NULL: it is none. Caller frees. */
static char *id_of(const char *file, const char *name)
{
	const char *ending = text_ends_with(file, ".json") ? ".json" : form_ending_of(file);
	size_t length = strlen(name);
	char *id = ending != NULL ? mem_copy_n(file, strlen(file) - strlen(ending)) : NULL;
	if (id == NULL || id_split(id, NULL) != length || strncmp(id, name, length) != 0) {
		mem_free(id);
		return NULL;
	}
	return id;
}

static bool gather_ids(const char *folder, const char *database, struct words *ids, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	if (dir == NULL)
		return errno == ENOENT || err_set(err, ERR_FAILED, "%s: %s", folder, strerror(errno));
	char *name = archive_name(database);
	while ((entry = readdir(dir)) != NULL) {
		char *id = id_of(entry->d_name, name);
		if (id != NULL)
			words_take(ids, id);
	}
	closedir(dir);
	mem_free(name);
	words_sort(ids);
	return true;
}

/* A manifest that counts ten thousand tables takes some ms, and there may be hundreds of them: keys must not wait for all. */
static void give_turn(int64_t *turn_us)
{
	int64_t now_us = units_now_us();
	if (task_self() == NULL || (now_us - *turn_us < TURN_US && now_us >= *turn_us))
		return;
	task_yield();
	*turn_us = units_now_us();
}

bool archive_list(const char *folder, const char *database, struct archives *archives, struct err *err)
{
	struct words ids = {0};
	memset(archives, 0, sizeof *archives);
	if (!gather_ids(folder, database, &ids, err))
		return false;
	archives->v = mem_new((ids.count + 1) * sizeof *archives->v);
	/* The stamp in the name sorts as time does. */
	int64_t turn_us = units_now_us();
	for (size_t i = ids.count; i-- > 0;) {
		if (i + 1 < ids.count && strcmp(ids.v[i], ids.v[i + 1]) == 0)
			continue;
		char *base = places_join(folder, ids.v[i]);
		archive_load(&archives->v[archives->count++], base);
		mem_free(base);
		give_turn(&turn_us);
	}
	words_done(&ids);
	return true;
}
