/* archive/place.c - where backups of a database lie, and that one run at a time writes there. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/archive/place.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"

/* A dump that waits for its server for longer than GROWS_MS is taken for dead. */
enum { LOOK_MS = 50, GROWS_MS = 3000, ELSEWHERE_S = 24 * 3600 };

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

/* Not every network file system keeps locks between machines: where another one was at work, and did not end well, its part must stand still. */
static bool another_host_is_gone(const struct archive_place *place, struct err *err)
{
	char host[256], here[256] = "";
	long pid = 0;
	unsigned long long ticks;
	gethostname(here, sizeof here - 1);
	if (!orphan_read(place->lock_fd, "pgtend", &pid, &ticks, host) || strcmp(host, here) == 0)
		return true;
	int64_t before = leftovers_bytes(place->folder, place->name);
	for (int waited_ms = 0; before >= 0 && waited_ms < GROWS_MS; waited_ms += LOOK_MS) {
		task_sleep(LOOK_MS);
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled before the dump began");
		if (leftovers_bytes(place->folder, place->name) != before)
			return err_set(err, ERR_LOCKED, "another backup into %s is running (pid %ld on %s)", place->folder, pid, host);
	}
	return true;
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
	if (is_alone ? !check_elsewhere(place, database, err) : !another_host_is_gone(place, err))
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

/* ---- names ---------------------------------------------------------------------------- */

static void name_files(struct archive_place *place)
{
	char stamp[UNITS_SIZE];
	mem_free(place->base);
	mem_free(place->part);
	mem_free(place->dump);
	mem_free(place->manifest);
	mem_free(place->globals);
	place->stamp_us = units_now_us() / 1000000 * 1000000;
	place->base = mem_format("%s-%s", place->name, units_stamp(stamp, place->stamp_us));
	place->dump = mem_format("%s/%s%s", place->folder, place->base, archive_form_ending(place->form));
	place->part = mem_format("%s.part", place->dump);
	place->manifest = mem_format("%s/%s.json", place->folder, place->base);
	place->globals = mem_format("%s/%s.globals.sql", place->folder, place->base);
}

static bool is_taken(const struct archive_place *place)
{
	static const enum archive_form ours[] = {ARCHIVE_CUSTOM, ARCHIVE_CUSTOM_ZSTD, ARCHIVE_DIRECTORY};
	bool is_there = access(place->manifest, F_OK) == 0 || access(place->globals, F_OK) == 0;
	for (size_t i = 0; !is_there && i < sizeof ours / sizeof ours[0]; i++) {
		char *path = mem_format("%s/%s%s", place->folder, place->base, archive_form_ending(ours[i]));
		is_there = access(path, F_OK) == 0;
		mem_free(path);
	}
	return is_there;
}

/* Two small databases may be dumped in one second; a name is never given twice. */
bool archive_place_choose(struct archive_place *place, enum archive_form form, struct err *err)
{
	place->form = form;
	for (name_files(place); is_taken(place); name_files(place)) {
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
	place->name = archive_name(database->name);
	bool ok = places_make_folder(place->folder, err) && take_lock(place, database, false, report, err);
	if (ok)
		return leftovers_remove(place->folder, place->name, report, err);
	archive_place_close(place);
	return false;
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

void archive_place_tidy(const struct database *database, struct report *report)
{
	struct archive_place place = {.lock_fd = -1, .folder = archive_folder(database, NULL), .name = archive_name(database->name)};
	struct err busy;
	if (access(place.folder, F_OK) == 0 &&
	    !(take_lock(&place, database, true, report, &busy) && leftovers_remove(place.folder, place.name, report, &busy)) &&
	    busy.kind != ERR_LOCKED)
		report_log(report, "%s", busy.text);
	archive_place_close(&place);
}

/* ---- looking alone ---------------------------------------------------------------------- */

/* By its note: to try the lock could keep a backup from beginning. */
static bool is_at_work(const char *folder)
{
	char *path = places_join(folder, ".lock"), host[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long pid = 0;
	bool is_busy = fd >= 0 && (orphan_runs(fd, "pgtend") || is_held_elsewhere(fd, host, &pid));
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return is_busy;
}

void archive_left_find(const struct database *database, struct archive_left *left)
{
	memset(left, 0, sizeof *left);
	left->folder = archive_folder(database, NULL);
	if (is_at_work(left->folder))
		return;
	char *name = archive_name(database->name);
	leftovers_find(left->folder, name, &left->files);
	mem_free(name);
	for (size_t i = 0; i < left->files.count; i++) {
		char *path = places_join(left->folder, left->files.v[i]);
		int64_t bytes = archive_bytes(path);
		left->bytes += bytes > 0 ? bytes : 0;
		mem_free(path);
	}
}

void archive_left_done(struct archive_left *left)
{
	mem_free(left->folder);
	words_done(&left->files);
	memset(left, 0, sizeof *left);
}

bool archive_place_sync(const struct archive_place *place, struct err *err)
{
	int fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (!ok)
		err_set(err, ERR_FAILED, "%s: could not be brought to the disk: %s", place->folder, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

void archive_place_discard(const struct archive_place *place, struct report *report)
{
	if (place->base == NULL)
		return;
	char *globals_part = mem_format("%s.part", place->globals);
	if (!leftover_remove(place->part) && errno != ENOENT)
		report_log(report, "%s could not be removed: %s", place->part, strerror(errno));
	if (access(place->dump, F_OK) != 0) {
		unlink(place->manifest);
		unlink(place->globals);
	}
	unlink(globals_part);
	mem_free(globals_part);
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
	mem_free(place->name);
	mem_free(place->base);
	mem_free(place->part);
	mem_free(place->dump);
	mem_free(place->manifest);
	mem_free(place->globals);
	memset(place, 0, sizeof *place);
	place->lock_fd = -1;
}
