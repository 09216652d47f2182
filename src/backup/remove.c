/* backup/remove.c - one backup taken away, in an order in which no crash leaves what looks complete and is not.
 *
 * The dump loses its name first (ID.dump.part is what interrupted backups leave, too), then go the bytes, the globals, and last the manifest. What a
 * crash leaves is a manifest without a dump, which is no backup, and perhaps a part: by the manifest the next `prune` finds both. In a thread: unlinking
 * much takes its time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/work.h"

struct removing {
	const struct archive *archive;
	char *part;
	struct err err;
	bool is_removed;
};

/* --- what pgtend did not write --------------------------------------------------------------------- */

static bool is_in_manifest(const struct archive *archive, const char *name)
{
	const json_t *files = json_object_get(archive->manifest, "files");
	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *one = json_string_value(json_object_get(json_array_get(files, i), "name"));
		if (one != NULL && strcmp(one, name) == 0)
			return true;
	}
	return false;
}

/* A folder may hold what somebody put there. */
static bool check_folder(const struct archive *archive, struct err *err)
{
	DIR *dir = opendir(archive->path);
	struct dirent *entry;
	bool is_ours = dir != NULL;
	if (dir == NULL)
		return err_set(err, ERR_FAILED, "%s: %s", archive->path, strerror(errno));
	while (is_ours && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && !is_in_manifest(archive, entry->d_name))
			is_ours = err_set(err, ERR_FAILED, "%s: holds %s, which pgtend did not write", archive->path, entry->d_name);
	}
	closedir(dir);
	return is_ours;
}

static bool check_ours(const struct archive *archive, struct err *err)
{
	struct stat info;
	if (lstat(archive->path, &info) != 0)
		return errno == ENOENT || err_set(err, ERR_FAILED, "%s: %s", archive->path, strerror(errno));
	bool is_folder = archive->form == ARCHIVE_DIRECTORY;
	if (is_folder ? !S_ISDIR(info.st_mode) : !S_ISREG(info.st_mode))
		return err_set(err, ERR_FAILED, "%s: is no %s that pgtend wrote", archive->path, is_folder ? "folder" : "file");
	return !is_folder || check_folder(archive, err);
}

/* --- taking away -------------------------------------------------------------------------------------- */

static bool unlink_if_there(const char *path, struct err *err)
{
	return unlink(path) == 0 || errno == ENOENT || err_set(err, ERR_FAILED, "%s: could not be removed: %s", path, strerror(errno));
}

static bool sync_folder_of(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = mem_copy_n(path, slash != NULL ? (size_t)(slash - path) : 0);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (!ok)
		err_set(err, ERR_FAILED, "%s: could not be brought to the disk: %s", folder, strerror(errno));
	if (fd >= 0)
		close(fd);
	mem_free(folder);
	return ok;
}

/* Who reads it (restore, verify) holds it: archive_hold(). */
static bool take_name(const struct removing *removing, struct err *err)
{
	const char *path = removing->archive->path;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return true;
	bool ok = fd >= 0 || err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	/* Some file systems have no such locks. */
	if (ok && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		ok = err_set(err, ERR_LOCKED, "%s: is being read by another run", path);
	if (ok && rename(path, removing->part) != 0)
		ok = err_set(err, ERR_FAILED, "%s: could not be removed: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok && sync_folder_of(path, err);
}

static bool unlink_files(const char *folder, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool ok = dir != NULL;
	if (dir == NULL)
		return err_set(err, ERR_FAILED, "%s: %s", folder, strerror(errno));
	while (ok && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && unlinkat(dirfd(dir), entry->d_name, 0) != 0)
			ok = err_set(err, ERR_FAILED, "%s/%s: could not be removed: %s", folder, entry->d_name, strerror(errno));
	closedir(dir);
	return ok && (rmdir(folder) == 0 || err_set(err, ERR_FAILED, "%s: could not be removed: %s", folder, strerror(errno)));
}

static bool take_part(const char *part, struct err *err)
{
	struct stat info;
	if (lstat(part, &info) != 0)
		return errno == ENOENT || err_set(err, ERR_FAILED, "%s: %s", part, strerror(errno));
	return S_ISDIR(info.st_mode) ? unlink_files(part, err) : unlink_if_there(part, err);
}

static void take_away(struct work *work, void *arg)
{
	struct removing *removing = arg;
	const struct archive *archive = removing->archive;
	struct err *err = &removing->err;
	(void)work;
	char *globals = mem_format("%.*s.globals.sql", (int)(strlen(archive->manifest_path) - strlen(".json")), archive->manifest_path);
	removing->is_removed = check_ours(archive, err) && take_name(removing, err) && take_part(removing->part, err) &&
	                       unlink_if_there(globals, err) && unlink_if_there(archive->manifest_path, err) &&
	                       sync_folder_of(archive->manifest_path, err);
	mem_free(globals);
}

bool backup_remove_wait(struct loop *loop, const struct archive *archive, struct err *err)
{
	if (archive->manifest_path == NULL || archive->manifest == NULL)
		return err_set(err, ERR_FAILED, "%s: has no manifest of pgtend", archive->path);
	struct removing removing = {.archive = archive, .part = mem_format("%s.part", archive->path)};
	work_wait(work_start(loop, take_away, &removing));
	mem_free(removing.part);
	if (!removing.is_removed)
		*err = removing.err;
	return removing.is_removed;
}
