/* `migrate new`: the next file, named and filled as the team's tool does. See migrate/migrate.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

/* Never over a file that is there. */
static bool write_new(const char *path, const char *body, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	size_t length = strlen(body), done = 0;
	while (done < length) {
		ssize_t n = write(fd, body + done, length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	bool is_written = done == length;
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

bool migrate_new(const struct database *database, const char *title, bool is_dry_run, char **path, struct err *err)
{
	struct ledger ledger;
	char *body = NULL;
	*path = NULL;
	if (!is_good_title(title, err))
		return false;
	bool is_made =
	    ledger_read_folder(database, &ledger, err) && ledger.dialect->new_file(&ledger, title, path, &body, err);
	if (is_made && !is_dry_run)
		is_made = places_make_folder(ledger.folder, err) && write_new(*path, body, err);
	if (!is_made) {
		mem_free(*path);
		*path = NULL;
	}
	mem_free(body);
	ledger_done(&ledger);
	return is_made;
}
