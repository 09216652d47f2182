/* config/config_find.c - which pgtend.ini (DESIGN 2). */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* Many distributions give each user a group of his own and a umask of 002: such a group is nobody else. */
static bool is_own_group(gid_t gid)
{
	const struct passwd *user = getpwuid(geteuid());
	if (!user || user->pw_gid != gid)
		return false;
	char *name = mem_copy(user->pw_name);
	const struct group *group = getgrgid(gid);
	bool is_own = group && strcmp(group->gr_name, name) == 0;
	for (int i = 0; is_own && group->gr_mem[i]; i++)
		is_own = strcmp(group->gr_mem[i], name) == 0;
	mem_free(name);
	return is_own;
}

/* NULL: may be used. */
static const char *why_not(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "it is no file";
	if (st->st_uid != geteuid())
		return "somebody else owns it";
	if ((st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && !is_own_group(st->st_gid)))
		return "others may write it";
	return NULL;
}

/* A pgtend.ini in the folder that may be used; one that may not is warned of. */
static char *look_in(const char *folder, struct words *warnings)
{
	char *path = places_join(folder, "pgtend.ini");
	struct stat link, st;
	const char *why = NULL;
	bool is_there = lstat(path, &link) == 0;
	if (is_there && stat(path, &st) != 0)
		why = strerror(errno);
	else if (is_there)
		why = S_ISLNK(link.st_mode) && link.st_uid != geteuid() ? "somebody else made this link" : why_not(&st);
	if (is_there && !why)
		return path;
	if (is_there)
		words_take(warnings, mem_format("%s is left aside: %s (name it with -c to use it)", path, why));
	mem_free(path);
	return NULL;
}

static char *resolved(const char *path)
{
	char *real = path ? realpath(path, NULL) : NULL;
	char *copy = mem_copy(real);
	free(real);
	return copy;
}

/* From the working directory up to the root, but not above the home folder. */
static char *look_upwards(struct words *warnings)
{
	char *folder = resolved("."), *home = resolved(getenv("HOME"));
	char *found = NULL;
	while (folder && !found) {
		found = look_in(folder, warnings);
		char *slash = strrchr(folder, '/');
		if ((home && strcmp(folder, home) == 0) || strcmp(folder, "/") == 0 || !slash)
			break;
		slash[slash == folder] = 0;
	}
	mem_free(folder);
	mem_free(home);
	return found;
}

/* The folder's real path and the file's name: one file, one record of trust; a link to a file keeps its own folder. */
static char *with_real_folder(const char *path)
{
	char *absolute = places_absolute(path);
	char *slash = strrchr(absolute, '/');
	char *folder = mem_copy_n(absolute, slash == absolute ? 1 : (size_t)(slash - absolute));
	char *real = resolved(folder);
	char *result = real ? places_join(real, slash + 1) : mem_copy(absolute);
	mem_free(real);
	mem_free(folder);
	mem_free(absolute);
	return result;
}

static bool take_named(const char *path, const char *by, struct found *found, struct err *err)
{
	char *absolute = with_real_folder(path);
	struct stat st;
	bool ok = stat(absolute, &st) == 0;
	if (!ok)
		err_set(err, ERR_CONFIG, "%s: %s (named by %s)", absolute, strerror(errno), by);
	else if (S_ISDIR(st.st_mode))
		ok = err_set(err, ERR_CONFIG, "%s: is a folder, expected a file (named by %s)", absolute, by);
	if (!ok) {
		mem_free(absolute);
		return false;
	}
	found->path = absolute;
	found->is_given = true;
	return true;
}

bool config_find(const char *option, struct found *found, struct words *warnings, struct err *err)
{
	memset(found, 0, sizeof *found);
	if (option)
		return take_named(option, "-c", found, err);
	const char *variable = getenv("PGTEND_CONFIG");
	if (variable && *variable)
		return take_named(variable, "$PGTEND_CONFIG", found, err);
	found->path = look_upwards(warnings);
	if (found->path)
		return true;
	char *own = places_config("");
	found->path = look_in(own, warnings);
	/* nobody's repository brought this one: the user put it into the folder of his own settings */
	found->is_given = found->path != NULL;
	mem_free(own);
	return true;
}
