/* pg/client_tool.c - see client_tool.h. */
#include "pgtend/pg/client_tool.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

struct found {
	char *path;
	int major;
};

/* "pg_dump (PostgreSQL) 15.18" is a constant in each of PostgreSQL's programs: reading it there starts no process and waits for none. Returns
 * what stands behind the bracket; 0 bytes: it is not there. */
static size_t version_in(const char *bytes, size_t length, const char **version)
{
	static const char mark[] = "(PostgreSQL) ";
	const size_t mark_length = sizeof mark - 1;
	const char *p = bytes, *end = bytes + length;

	while ((p = memmem(p, (size_t)(end - p), mark, mark_length)) != NULL) {
		p += mark_length;
		if (p == end || !isdigit((unsigned char)*p))
			continue;
		*version = p;
		while (p < end && isprint((unsigned char)*p))
			p++;
		return (size_t)(p - *version);
	}
	return 0;
}

/* NULL: it cannot be run, or it is a script: the distribution's wrapper chooses a version by the cluster it finds, which need not be the one meant. */
static char *read_version(const char *path)
{
	struct stat st;
	char *found = NULL;
	int fd = access(path, X_OK) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 4) {
		char *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (bytes != MAP_FAILED) {
			const char *version;
			size_t length = memcmp(bytes, "\177ELF", 4) == 0 ? version_in(bytes, (size_t)st.st_size, &version) : 0;

			if (length > 0)
				found = mem_copy_n(version, length);
			munmap(bytes, (size_t)st.st_size);
		}
	}
	close(fd);
	return found;
}

static int read_major(const char *path)
{
	char *version = read_version(path);
	int major = version ? atoi(version) : 0;

	mem_free(version);
	return major < 1000 ? major : 0;
}

char *client_tool_version(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *version = read_version(path);
	char *line = version ? mem_format("%s (PostgreSQL) %s", slash ? slash + 1 : path, version) : NULL;

	mem_free(version);
	return line;
}

/* Version 0 asks for the newest, else the oldest that is new enough. */
static bool is_better(const struct found *best, int at_least, int major)
{
	if (major < at_least || major <= 0)
		return false;
	return !best->path || (at_least > 0 ? major < best->major : major > best->major);
}

static void consider(struct found *best, int at_least, const char *folder, const char *name, int known_major)
{
	char *path = mem_format("%s/%s", folder, name);
	int major = known_major > 0 ? (access(path, X_OK) == 0 ? known_major : 0) : read_major(path);

	if (is_better(best, at_least, major)) {
		mem_free(best->path);
		best->path = path;
		best->major = major;
	} else {
		mem_free(path);
	}
}

/* PARENT/N/bin and PARENT/pgsql-N/bin: the version stands in the path. */
static void consider_versions(struct found *best, int at_least, const char *name, const char *parent, const char *prefix)
{
	DIR *dir = opendir(parent);
	struct dirent *item;

	if (!dir)
		return;
	while ((item = readdir(dir)) != NULL) {
		if (!text_starts_with(item->d_name, prefix))
			continue;
		char *end;
		long major = strtol(item->d_name + strlen(prefix), &end, 10);

		if (major <= 0 || major >= 1000 || *end != '\0')
			continue;
		char *folder = mem_format("%s/%s/bin", parent, item->d_name);

		consider(best, at_least, folder, name, (int)major);
		mem_free(folder);
	}
	closedir(dir);
}

static void consider_path(struct found *best, int at_least, const char *name)
{
	struct words folders = {0};
	const char *path = getenv("PATH");

	words_split(&folders, path ? path : "", ":");
	for (size_t i = 0; i < folders.count; i++)
		consider(best, at_least, folders.v[i], name, 0);
	words_done(&folders);
}

static bool is_server_tool(const char *name)
{
	static const char *const names[] = {"initdb", "postgres", "pg_ctl", "pg_controldata", "pg_waldump", "pg_rewind", "pg_checksums", "pg_upgrade"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool client_tool_find(const char *name, int at_least, char **path, int *major, struct err *err)
{
	struct found best = {NULL, 0};
	const char *own = getenv("PGTEND_PGBIN");

	if (own && *own) /* who names a folder means it */
		consider(&best, at_least, own, name, 0);
	if (!best.path) {
		consider_versions(&best, at_least, name, "/usr/lib/postgresql", "");
		consider_versions(&best, at_least, name, "/usr", "pgsql-");
		consider_path(&best, at_least, name);
	}
	if (!best.path) {
		const char *package = is_server_tool(name) ? "postgresql" : "postgresql-client";

		if (at_least > 0)
			err_set(err, ERR_FAILED, "%s of PostgreSQL %d or newer was not found", name, at_least);
		else
			err_set(err, ERR_FAILED, "PostgreSQL's %s was not found", name);
		if (at_least > 0)
			return err_hint(err, "apt-get install %s-%d, or name its folder in PGTEND_PGBIN", package, at_least);
		return err_hint(err, "apt-get install %s, or name its folder in PGTEND_PGBIN", package);
	}
	*path = best.path;
	if (major)
		*major = best.major;
	return true;
}
