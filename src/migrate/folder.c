/* See migrate/folder.h. */
#include "pgtend/migrate/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/marker.h"

/* What the entry is: the directory knows, or stat() does where the file system does not tell. */
static bool is_wanted(DIR *dir, const struct dirent *entry, bool wants_folders)
{
	unsigned char type = entry->d_type;
	if (type == DT_UNKNOWN) {
		struct stat st;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return false;
		type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : S_ISLNK(st.st_mode) ? DT_LNK : DT_CHR;
	}
	struct stat target;
	if (wants_folders && type == DT_LNK)
		return fstatat(dirfd(dir), entry->d_name, &target, 0) == 0 && S_ISDIR(target.st_mode);
	return wants_folders ? type == DT_DIR : type == DT_REG || type == DT_LNK;
}

static bool names_of(const char *folder, bool wants_folders, struct words *names, struct err *err)
{
	DIR *dir = opendir(folder);
	if (!dir)
		return err_set(err, ERR_FAILED, "migration folder %s: %s", folder, strerror(errno));
	struct dirent *entry;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && is_wanted(dir, entry, wants_folders))
			words_add(names, entry->d_name);
	closedir(dir);
	words_sort(names);
	return true;
}

bool folder_names(const char *folder, struct words *names, struct err *err)
{
	return names_of(folder, false, names, err);
}

bool folder_folders(const char *folder, struct words *names, struct err *err)
{
	return names_of(folder, true, names, err);
}

bool folder_has(const char *folder, const char *name)
{
	char *path = places_join(folder, name);
	struct stat st;
	bool is_there = stat(path, &st) == 0;
	mem_free(path);
	return is_there;
}

bool folder_text(const char *path, char **text, struct err *err)
{
	size_t length;
	*text = NULL;
	if (!places_read_file(path, text, &length, err))
		return false;
	const char *nul = memchr(*text, 0, length);
	size_t good = 0;
	bool is_good = !nul && text_is_valid_utf8(*text, length);
	if (is_good)
		return true;
	/* The line of the first bad byte: the longest valid beginning, found by halving over lines. */
	size_t end = nul ? (size_t)(nul - *text) : length;
	while (good < end) {
		const char *line_end = memchr(*text + good, '\n', end - good);
		size_t next = line_end ? (size_t)(line_end - *text) + 1 : end;
		if (!text_is_valid_utf8(*text + good, next - good))
			break;
		good = next;
	}
	err_set(err, ERR_FAILED, "%s:%d: %s", path, marker_line(*text, good < end ? good : end),
	    good < end ? "not valid UTF-8" : "holds a NUL byte");
	err_hint(err, "save the file as UTF-8; nothing of it was run");
	mem_free(*text);
	*text = NULL;
	return false;
}
