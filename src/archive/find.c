/* archive/find.c - one dump by what people call it: latest, an ID, a path. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"

/* ---- by path ---------------------------------------------------------------------------- */

/* Without the ending that says its form, and without slashes behind a folder. */
static char *base_of(const char *path)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	char *base = mem_copy_n(path, length);
	const char *ending = text_ends_with(base, ".json") ? ".json" : form_ending_of(base);
	if (ending != NULL && length > strlen(ending) && base[length - strlen(ending) - 1] != '/')
		base[length - strlen(ending)] = '\0';
	return base;
}

/* A backup of ours, wherever it lies: named so, or with a manifest beside it. */
static bool is_ours(const char *base)
{
	const char *slash = strrchr(base, '/');
	char *path = mem_format("%s.json", base);
	json_t *manifest = NULL;
	struct err ignored;
	bool is_there = access(path, F_OK) == 0;
	bool is = id_split(slash != NULL ? slash + 1 : base, NULL) > 0
	              ? is_there
	              : is_there && manifest_read(path, &manifest, &ignored);
	json_decref(manifest);
	mem_free(path);
	return is;
}

static bool find_path(const char *path, struct archive *archive, struct err *err)
{
	char *absolute = places_absolute(path), *base = base_of(absolute);
	bool ok = true;
	if (is_ours(base)) {
		archive_load(archive, base);
	} else {
		const char *slash = strrchr(base, '/');
		memset(archive, 0, sizeof *archive);
		archive->database_bytes = archive->rows = -1;
		ok = archive_identify(absolute, &archive->form, err) &&
		     (archive->form != ARCHIVE_TAR || tar_is_whole(absolute, err));
		archive->id = mem_copy(slash != NULL ? slash + 1 : base);
		archive->path = mem_copy(absolute);
		archive->size_bytes = archive_bytes(absolute);
		if (!ok)
			archive_done(archive);
	}
	mem_free(absolute);
	mem_free(base);
	return ok;
}

/* ---- by name ------------------------------------------------------------------------------- */

/* Moves it out of the list. */
static void take_from(struct archives *archives, const struct archive *found, struct archive *archive)
{
	int i = (int)(found - archives->v);
	*archive = archives->v[i];
	memset(&archives->v[i], 0, sizeof archives->v[i]);
}

/* Why it is not the one of the newest name; that only other machines speak for it. Caller frees; NULL: nothing to say. */
static char *say_chosen_over(const struct archives *archives, const struct archive *found, const char *host, int64_t now_us)
{
	char *newer = archives_newer_trouble(archives, found, now_us);
	const char *from = json_string_value(json_object_get(found->manifest, "host"));
	if (!archives_are_hearsay(archives, host, now_us))
		return newer;
	char *both = mem_format("%s was taken on %s: no good one was taken on this machine%s%s", found->id, from != NULL ? from : "another machine",
	    newer != NULL ? "; " : "", newer != NULL ? newer : "");
	mem_free(newer);
	return both;
}

static bool find_latest(
    const char *folder, const char *database, struct archives *archives, struct archive *archive, struct err *err)
{
	int64_t now_us = units_now_us();
	char *host = who_host();
	archives_leave_others(archives, host, NULL, now_us);
	const struct archive *found = archives_newest_good(archives, now_us);
	if (found != NULL) {
		char *over = say_chosen_over(archives, found, host, now_us);
		take_from(archives, found, archive);
		archive->chosen_over = over;
		mem_free(host);
		return true;
	}
	mem_free(host);
	char *newest = archives_newer_trouble(archives, NULL, now_us);
	char *word = text_shell_word(database);
	if (archives->count == 0)
		err_set(err, ERR_FAILED, "%s has no backup in %s", database, folder);
	else
		err_set(err, ERR_FAILED, "%s has no good backup in %s: %s", database, folder, newest != NULL ? newest : "none has a time");
	err_hint(err, "take one: pgtend backup %s", word);
	mem_free(word);
	mem_free(newest);
	return false;
}

static bool say_unknown(const char *database, const struct archives *archives, const char *which, struct err *err)
{
	const char **ids = mem_new(((size_t)archives->count + 1) * sizeof *ids);
	for (int i = 0; i < archives->count; i++)
		ids[i] = archives->v[i].id;
	const char *nearest = text_nearest(which, ids, (size_t)archives->count);
	err_set(err, ERR_USAGE, "%s has no backup %s, and there is no such file", database, which);
	if (nearest != NULL || archives->count > 0)
		err_hint(err, nearest != NULL ? "did you mean %s?" : "the newest is %s", nearest != NULL ? nearest : ids[0]);
	mem_free(ids);
	return false;
}

bool archive_find(const char *folder, const char *database, const char *which, struct archive *archive, struct err *err)
{
	struct archives archives;
	memset(archive, 0, sizeof *archive);
	if (strchr(which, '/') != NULL)
		return find_path(which, archive, err);
	if (!archive_list(folder, database, &archives, err))
		return false;
	char *id = base_of(which);
	const struct archive *found = NULL;
	for (int i = 0; i < archives.count; i++)
		if (strcmp(archives.v[i].id, id) == 0)
			found = &archives.v[i];
	bool ok = true;
	if (strcmp(which, "latest") == 0)
		ok = find_latest(folder, database, &archives, archive, err);
	else if (found != NULL)
		take_from(&archives, found, archive);
	else if (access(which, F_OK) == 0)
		ok = find_path(which, archive, err);
	else
		ok = say_unknown(database, &archives, which, err);
	mem_free(id);
	archives_done(&archives);
	return ok;
}

int archive_hold(const struct archive *archive)
{
	struct stat info;
	if (stat(archive->path, &info) != 0 || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
		return -1;
	int fd = open(archive->path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}
