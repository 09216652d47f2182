/* `migrate new`: the next file, named and filled as the team's tool does. See migrate/migrate.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"

enum { TITLE_MAX = 200 };

/* A name that is one file name everywhere, and that tools which paste it into SQL unquoted (node-pg-migrate does)
 * survive. */
static bool is_good_title(const char *title, struct err *err)
{
	size_t length = strlen(title);
	if (length == 0 || length > TITLE_MAX || !text_is_valid_utf8(title, length))
		return err_set(err, ERR_USAGE,
		    length > TITLE_MAX ? "the name is longer than %d bytes" : "the name is empty or no valid text", TITLE_MAX);
	for (const char *c = title; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("-_ .", *c) ||
		        (*c & 0x80))) {
			char bad[2] = {*c, 0};
			err_set(err, ERR_USAGE, "the name \"%s\" holds \"%s\"", title, bad);
			return err_hint(err, "letters, digits, - _ . and blanks, as in add_user_preferences");
		}
	if (title[0] == '.' || title[0] == '-' || title[0] == ' ' || title[length - 1] == ' ' ||
	    text_ends_with(title, ".sql")) {
		err_set(err, ERR_USAGE, "the name \"%s\" begins with a dot, dash or blank, or ends in .sql or a blank", title);
		return err_hint(err, "give the words alone, as in add_user_preferences; number and .sql are added");
	}
	return true;
}

void migration_drafts_add(struct migration_drafts *drafts, char *path, char *body, bool is_replaced)
{
	drafts->v[drafts->count++] = (struct migration_draft){path, body, is_replaced};
}

void migration_drafts_done(struct migration_drafts *drafts)
{
	for (int i = 0; i < drafts->count; i++) {
		mem_free(drafts->v[i].path);
		mem_free(drafts->v[i].body);
	}
	*drafts = (struct migration_drafts){.count = 0};
}

/* --- writing ------------------------------------------------------------------------------------------- */

static bool write_all(int fd, const char *body)
{
	size_t length = strlen(body), done = 0;
	while (done < length) {
		ssize_t n = write(fd, body + done, length - done);
		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* flags: O_EXCL for a new file. On false nothing is left of it. */
static bool write_file(const char *path, const char *body, int flags, mode_t mode, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	bool is_written = write_all(fd, body);
	int why = errno;
	if (close(fd) != 0 && is_written) {
		is_written = false;
		why = errno;
	}
	if (is_written)
		return true;
	unlink(path);
	return err_set(err, ERR_FAILED, "%s: %s", path, strerror(why));
}

/* Whole or not at all, with the rights that the old one has. */
static bool replace_file(const char *path, const char *body, struct err *err)
{
	struct stat st = {.st_mode = 0644};
	stat(path, &st);
	char *partial = mem_format("%s.pgtend", path);
	bool is_done = write_file(partial, body, O_TRUNC, st.st_mode & 07777, err);
	if (is_done && rename(partial, path) != 0) {
		is_done = err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
		unlink(partial);
	}
	mem_free(partial);
	return is_done;
}

static bool make_folder_of(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = mem_copy_n(path, (size_t)(slash - path));
	bool is_made = mkdir(folder, 0755) == 0 || errno == EEXIST || places_make_folder(folder, err);
	mem_free(folder);
	return is_made;
}

/* All of them, or none: what was made is taken away again. */
static bool write_drafts(const struct migration_drafts *drafts, struct err *err)
{
	for (int i = 0; i < drafts->count; i++) {
		const struct migration_draft *draft = &drafts->v[i];
		if (make_folder_of(draft->path, err) && (draft->is_replaced ? replace_file(draft->path, draft->body, err)
		                                                            : write_file(draft->path, draft->body, O_EXCL, 0644, err)))
			continue;
		while (--i >= 0)
			if (!drafts->v[i].is_replaced)
				unlink(drafts->v[i].path);
		return false;
	}
	return true;
}

/* "a.up.sql, a.down.sql", "0003_x.sql, meta/0003_snapshot.json; changed meta/_journal.json". Caller frees. */
static char *describe(const struct migration_drafts *drafts)
{
	struct text text = {0};
	for (int i = 0; i < drafts->count; i++)
		text_addf(&text, "%s%s", i == 0 ? "" : drafts->v[i].is_replaced ? "; changed " : ", ", drafts->v[i].path);
	return text_take(&text);
}

bool migrate_new(const struct database *database, const char *title, bool is_dry_run, char **made, struct err *err)
{
	struct ledger ledger;
	struct migration_drafts drafts = {.count = 0};
	*made = NULL;
	if (!is_good_title(title, err))
		return false;
	bool is_made = ledger_read_folder(database, &ledger, err) && ledger.dialect->new_file(&ledger, title, &drafts, err);
	if (is_made && !is_dry_run)
		is_made = places_make_folder(ledger.folder, err) && write_drafts(&drafts, err);
	if (is_made)
		*made = describe(&drafts);
	migration_drafts_done(&drafts);
	ledger_done(&ledger);
	return is_made;
}
