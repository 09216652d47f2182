/* archive/place.c - where backups of a database lie, and that one run at a time writes there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pgtend/archive/place.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"

enum { LOOK_MS = 50, ELSEWHERE_S = 24 * 3600 };

/* ---- the lock ------------------------------------------------------------------ */

static bool say_locked(const struct database *database, int fd, struct err *err)
{
	char host[256];
	long pid = 0;
	unsigned long long ticks;
	if (orphan_read(fd, "pgtend", &pid, &ticks, host))
		return err_set(err, ERR_LOCKED, "another backup of %s is running (pid %ld on %s)", database->name, pid, host);
	return err_set(err, ERR_LOCKED, "another backup of %s is running", database->name);
}

/* A pgtend that was killed leaves its pg_dump at work. */
static void end_orphan(int fd, struct report *report)
{
	pid_t pid = orphan_end(fd, "pg_dump");
	if (pid != 0)
		report_log(report, "ending the pg_dump (pid %ld) that an interrupted backup left behind", (long)pid);
}

/* A run on another machine that began of late and did not say that it ended. Not every file system that machines share shares its locks. */
static bool is_held_elsewhere(int fd, char host[256], long *pid)
{
	unsigned long long ticks;
	char here[256] = "";
	struct stat info;
	if (gethostname(here, sizeof here - 1) != 0 || fstat(fd, &info) != 0)
		return false;
	return orphan_read(fd, "pgtend", pid, &ticks, host) && strcmp(host, here) != 0 && time(NULL) - info.st_mtime < ELSEWHERE_S;
}

static bool check_elsewhere(struct archive_place *place, const struct database *database, struct err *err)
{
	char host[256];
	long pid = 0;
	if (!is_held_elsewhere(place->lock_fd, host, &pid))
		return true;
	err_set(err, ERR_LOCKED, "a backup of %s began on %s (pid %ld) and did not say that it ended", database->name, host, pid);
	return err_hint(err, "end it there, or wait until a day has gone by, or take a new backup from here");
}

static bool take_lock(
    struct archive_place *place, const struct database *database, bool is_alone, struct report *report, struct err *err)
{
	char *path = places_join(place->folder, ".lock");
	place->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (place->lock_fd < 0)
		err_set(err, ERR_FAILED, "%s: cannot be opened: %s", path, strerror(errno));
	mem_free(path);
	if (place->lock_fd < 0)
		return false;
	if (flock(place->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK
		           ? say_locked(database, place->lock_fd, err)
		           : err_set(err, ERR_FAILED, "%s: cannot be locked: %s", place->folder, strerror(errno));
	if (is_alone && !check_elsewhere(place, database, err))
		return false;
	end_orphan(place->lock_fd, report);
	place->is_noted = true;
	orphan_note(place->lock_fd, "pgtend", getpid(), true);
	return true;
}

void archive_place_note_child(const struct archive_place *place, pid_t pid)
{
	orphan_note(place->lock_fd, "pg_dump", pid, false);
}

/* ---- leftovers -------------------------------------------------------------------- */

/* We hold the lock: whoever began these is gone. */
static bool remove_leftovers(const struct archive_place *place, const char *name, struct report *report, struct err *err)
{
	DIR *dir = opendir(place->folder);
	char *prefix = mem_format("%s-", name);
	struct dirent *entry;
	if (dir == NULL) {
		mem_free(prefix);
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", place->folder, strerror(errno));
	}
	while ((entry = readdir(dir)) != NULL) {
		if (!text_starts_with(entry->d_name, prefix) ||
		    (!text_ends_with(entry->d_name, ".part") && strstr(entry->d_name, ".json.partial-") == NULL))
			continue;
		struct stat info = {0};
		char size[UNITS_SIZE];
		if (fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		    unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			report_log(report, "removed %s (%s), left by an interrupted backup", entry->d_name,
			    units_bytes(size, info.st_size));
	}
	closedir(dir);
	mem_free(prefix);
	return true;
}

/* ---- names ---------------------------------------------------------------------------- */

static void name_files(struct archive_place *place, const char *name)
{
	char stamp[UNITS_SIZE];
	mem_free(place->base);
	mem_free(place->part);
	mem_free(place->dump);
	mem_free(place->manifest);
	place->stamp_us = units_now_us() / 1000000 * 1000000;
	place->base = mem_format("%s-%s", name, units_stamp(stamp, place->stamp_us));
	place->part = mem_format("%s/%s.dump.part", place->folder, place->base);
	place->dump = mem_format("%s/%s.dump", place->folder, place->base);
	place->manifest = mem_format("%s/%s.json", place->folder, place->base);
}

/* Two small databases may be dumped in one second; a name is never given twice. */
static bool choose_names(struct archive_place *place, const char *name, struct err *err)
{
	for (name_files(place, name); access(place->dump, F_OK) == 0 || access(place->manifest, F_OK) == 0;
	     name_files(place, name)) {
		task_sleep(LOOK_MS);
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled before the dump began");
	}
	return true;
}

bool archive_place_open(
    struct archive_place *place, const struct database *database, const char *out_dir, struct report *report, struct err *err)
{
	memset(place, 0, sizeof *place);
	place->lock_fd = -1;
	place->folder = archive_folder(database, out_dir);
	char *name = archive_name(database->name);
	bool ok = places_make_folder(place->folder, err) && take_lock(place, database, false, report, err) &&
	          remove_leftovers(place, name, report, err) && choose_names(place, name, err);
	mem_free(name);
	if (!ok)
		archive_place_close(place);
	return ok;
}

bool archive_place_hold(
    struct archive_place *place, const struct database *database, const char *out_dir, struct report *report, struct err *err)
{
	memset(place, 0, sizeof *place);
	place->lock_fd = -1;
	place->folder = archive_folder(database, out_dir);
	bool ok = take_lock(place, database, true, report, err);
	if (!ok)
		archive_place_close(place);
	return ok;
}

void archive_place_close(struct archive_place *place)
{
	if (place->lock_fd >= 0) {
		/* The notes speak of processes that are gone now. Only a lock that we hold may be emptied. */
		if (place->is_noted && ftruncate(place->lock_fd, 0) != 0)
			errno = 0;
		close(place->lock_fd);
	}
	mem_free(place->folder);
	mem_free(place->base);
	mem_free(place->part);
	mem_free(place->dump);
	mem_free(place->manifest);
	memset(place, 0, sizeof *place);
	place->lock_fd = -1;
}
