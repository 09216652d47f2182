/* What pgtend brings along for the sandbox: where it lies, and copies of it. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

bool share_make_folders(const char *path, mode_t mode, struct err *err)
{
	char *part = mem_copy(path);
	bool is_ok = true;
	for (char *slash = part; is_ok && slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		bool is_new = mkdir(part, mode) == 0;
		/* whatever the umask says */
		if ((!is_new && errno != EEXIST) || (is_new && chmod(part, mode) != 0))
			is_ok = err_set(err, ERR_FAILED, "cannot make %s: %s", part, strerror(errno));
		if (slash != NULL)
			*slash = '/';
	}
	mem_free(part);
	return is_ok;
}

static bool copy_file(const char *from, const char *to, mode_t mode, struct err *err)
{
	char *bytes;
	size_t length;
	if (!places_read_file(from, &bytes, &length, err))
		return false;
	bool is_ok = places_write_file(to, bytes, length, err);
	if (is_ok && mode & S_IXUSR && chmod(to, 0700) != 0)
		is_ok = err_set(err, ERR_FAILED, "%s: %s", to, strerror(errno));
	mem_free(bytes);
	return is_ok;
}

static bool copy_entry(const char *from, const char *to, struct err *err)
{
	struct stat st, there;
	if (stat(from, &st) != 0)
		return err_set(err, ERR_FAILED, "%s: %s", from, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return share_copy_tree(from, to, err);
	if (!S_ISREG(st.st_mode) || lstat(to, &there) == 0)
		return true; /* what the user has changed stays */
	return copy_file(from, to, st.st_mode, err);
}

bool share_copy_tree(const char *from, const char *to, struct err *err)
{
	DIR *folder = opendir(from);
	if (folder == NULL)
		return err_set(err, ERR_FAILED, "%s: %s", from, strerror(errno)) ||
		       err_hint(err, "PGTEND_SHARE names the folder that holds migrations, seeds and sandbox");
	bool is_ok = places_make_folder(to, err);
	for (const struct dirent *entry = readdir(folder); is_ok && entry != NULL; entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		char *source = places_join(from, entry->d_name);
		char *target = places_join(to, entry->d_name);
		is_ok = copy_entry(source, target, err);
		mem_free(source);
		mem_free(target);
	}
	closedir(folder);
	return is_ok;
}
