#include "pgtend/core/places.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

enum { READ_LIMIT_BYTES = 64 * 1024 * 1024 };

static const char *home_folder(void)
{
	const char *home = getenv("HOME");

	if (home && *home == '/')
		return home;
	const struct passwd *user = getpwuid(getuid());

	return user && user->pw_dir && *user->pw_dir == '/' ? user->pw_dir : "/";
}

/* A relative value of an XDG variable does not count; the specification says so. */
static char *xdg_place(const char *variable, const char *otherwise, const char *name)
{
	const char *base = getenv(variable);
	char *folder = base && *base == '/' ? mem_format("%s/pgtend", base)
	                                    : mem_format("%s/%s/pgtend", home_folder(), otherwise);
	char *place = places_join(folder, name ? name : "");

	mem_free(folder);
	return place;
}

char *places_state(const char *name)
{
	return xdg_place("XDG_STATE_HOME", ".local/state", name);
}

char *places_cache(const char *name)
{
	return xdg_place("XDG_CACHE_HOME", ".cache", name);
}

char *places_data(const char *name)
{
	return xdg_place("XDG_DATA_HOME", ".local/share", name);
}

char *places_config(const char *name)
{
	return xdg_place("XDG_CONFIG_HOME", ".config", name);
}

static bool is_installed(const char *program)
{
	char real[PATH_MAX], folder[PATH_MAX];

	if (!realpath(program ? program : "/proc/self/exe", real) || !realpath(PGTEND_BINDIR, folder))
		return false;
	size_t length = strlen(folder);

	return strncmp(real, folder, length) == 0 && real[length] == '/' && !strchr(real + length + 1, '/');
}

/* An installed program never looks into the tree it was built in, which may belong to anybody by then. */
char *places_share(const char *program, const char *name)
{
	const char *share = getenv("PGTEND_SHARE");

	if (!share || *share != '/')
		share = is_installed(program) ? PGTEND_DATADIR : PGTEND_SRCDIR;
	return places_join(share, name);
}

char *places_join(const char *folder, const char *name)
{
	if (*name == '/')
		return mem_copy(name);
	if (name[0] == '~' && (name[1] == '/' || !name[1]))
		return mem_format("%s%s", home_folder(), name + 1);
	if (!*name)
		return mem_copy(folder);
	if (!*folder)
		return mem_copy(name);
	return mem_format(text_ends_with(folder, "/") ? "%s%s" : "%s/%s", folder, name);
}

char *places_absolute(const char *path)
{
	char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	char *absolute = places_join(here ? here : "", path);

	free(here);
	return absolute;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A folder that was made now is there after a power cut when the one that holds it is on the disk. Where that cannot be done it is as it was. */
static void keep_entry(const char *path)
{
	char *copy = mem_copy(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!fsync(fd);
		close(fd);
	}
	mem_free(copy);
}

bool places_make_folder(const char *path, struct err *err)
{
	char *part = mem_copy(path);
	char *at = part;
	bool is_made = true;

	while (is_made && *at) {
		at += strspn(at, "/");
		at += strcspn(at, "/");
		char keep = *at;

		*at = '\0';
		int why = mkdir(part, 0700) == 0 ? 0 : errno;

		if (why && !is_folder(part)) {
			why = why == EEXIST ? ENOTDIR : why;
			is_made = err_set(err, ERR_FAILED, "%s: cannot make the folder: %s", part, strerror(why));
		} else if (!why) {
			keep_entry(part);
		}
		*at = keep;
	}
	mem_free(part);
	return is_made;
}

/* The rest of an open file, with a NUL behind it. */
static bool read_all(int fd, const char *path, char **bytes, size_t *length, struct err *err)
{
	struct text text = {0};
	char *block = mem_grow(NULL, 65536, 1);
	ssize_t got;

	while ((got = read(fd, block, 65536)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || text.length + (size_t)got > READ_LIMIT_BYTES) {
			const char *why = got < 0 ? strerror(errno) : "larger than 64 MB";

			mem_free(block);
			text_done(&text);
			return err_set(err, ERR_FAILED, "%s: %s", path, why);
		}
		text_add_n(&text, block, (size_t)got);
	}
	mem_free(block);
	if (length)
		*length = text.length;
	*bytes = text_take(&text);
	return true;
}

/* Whoever writes into a pipe or types at a terminal may never come. */
static bool may_be_waited_on(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(fd);
}

int places_open_read(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	} else if (may_be_waited_on(fd)) {
		err_set(err, ERR_FAILED, "%s: is no file", path);
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool read_and_close(int fd, const char *path, char **bytes, size_t *length, struct err *err)
{
	bool is_read = fd >= 0 && read_all(fd, path, bytes, length, err);

	if (fd >= 0)
		close(fd);
	return is_read;
}

bool places_read_file(const char *path, char **bytes, size_t *length, struct err *err)
{
	return read_and_close(places_open_read(path, err), path, bytes, length, err);
}

bool places_read_any(const char *path, char **bytes, size_t *length, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	return read_and_close(fd, path, bytes, length, err);
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

/* So that the new name itself survives a power cut; a file system that cannot is none of our failures. */
static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? mem_copy(".") : mem_copy_n(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	mem_free(folder);
}

bool places_write_file(const char *path, const char *bytes, size_t length, struct err *err)
{
	char *partial = mem_format("%s.partial-XXXXXX", path);
	int fd = mkostemp(partial, O_CLOEXEC); /* 0600 */

	if (fd < 0) {
		err_set(err, ERR_FAILED, "%s: cannot write: %s", path, strerror(errno));
		mem_free(partial);
		return false;
	}
	bool is_written = write_all(fd, bytes, length) && fsync(fd) == 0;
	int why = errno;

	if (close(fd) != 0 && is_written) {
		is_written = false;
		why = errno;
	}
	if (is_written && rename(partial, path) != 0) {
		is_written = false;
		why = errno;
	}
	if (is_written) {
		sync_folder_of(path);
	} else {
		unlink(partial);
		err_set(err, ERR_FAILED, "%s: cannot write: %s", path, strerror(why));
	}
	mem_free(partial);
	return is_written;
}

bool places_append_line(const char *path, const char *line, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	struct stat before = {0};

	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: cannot write: %s", path, strerror(errno));
	char *whole = mem_format("%s\n", line);
	bool is_written = false;
	int why = 0;

	while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
		continue;
	if (fstat(fd, &before) == 0 && write_all(fd, whole, strlen(whole)) && fsync(fd) == 0) {
		is_written = true;
	} else {
		why = errno;
		/* half a line would spoil the next one too */
		if (S_ISREG(before.st_mode) && ftruncate(fd, before.st_size) != 0)
			why = errno;
	}
	mem_free(whole);
	close(fd); /* gives the lock back */
	return is_written || err_set(err, ERR_FAILED, "%s: cannot write: %s", path, strerror(why));
}
