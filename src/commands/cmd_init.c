/* init: writes a pgtend.ini by looking at a repository. */
#include "pgtend/commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/config/discover.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

static bool write_all(int fd, const char *text)
{
	for (size_t length = strlen(text); length > 0;) {
		ssize_t n = write(fd, text, length);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
	return true;
}

static bool refuse_existing(const char *path, struct err *err)
{
	err_set(err, ERR_USAGE, "%s exists already; nothing was written", path);
	return err_hint(err, "--dry-run shows what would be written");
}

/* Never over another one, not even one that appears meanwhile. Readable as other files of a repository are: it
 * holds no password. */
static bool write_new(const char *path, const char *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 && errno == EEXIST)
		return refuse_existing(path, err);
	bool is_written = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !is_written)
		unlink(path);
	return is_written || err_set(err, ERR_FAILED, "%s: %s", path, strerror(why));
}

static void show_lines(struct report *report, const char *ini)
{
	for (const char *at = ini; *at;) {
		size_t length = strcspn(at, "\n");
		char *line = mem_copy_n(at, length);
		report_log(report, "%s", line);
		mem_free(line);
		at += length + (at[length] == '\n');
	}
}

static void say_next(struct report *report, const char *folder, const char *path)
{
	report_hint(
	    report, "read %s, then `pgtend trust`: a pgtend.ini that is found, not named with -c, is asked for once", path);
	report_hint(report, strcmp(folder, ".") == 0 ? "pgtend status" : "pgtend -c %s status", path);
}

static bool take(struct action *action, const char *folder, const char *path, struct discovery *found, struct err *err)
{
	struct report *report = action->report;
	struct stat st;
	if (found->databases.count == 0) {
		err_set(err, ERR_FAILED, "no database was found in %s: no .env file, compose file or drizzle.config names one",
		    folder);
		return err_hint(
		    err, "--url URI --dir FOLDER works without a pgtend.ini; man 5 pgtend.ini tells how to write one");
	}
	for (size_t i = 0; i < found->notes.count; i++)
		report_log(report, action->is_dry_run ? "# note: %s" : "note: %s", found->notes.v[i]);
	if (action->is_dry_run) {
		show_lines(report, text_str(&found->ini));
		report_summary(report,
		    lstat(path, &st) == 0 ? "dry run: %s exists already and would be left as it is"
		                          : "dry run: %s would be written",
		    path);
		return true;
	}
	if (!write_new(path, text_str(&found->ini), err))
		return false;
	report_rows(report, found->rows);
	found->rows = NULL;
	report_summary(
	    report, "wrote %s: %zu database%s", path, found->databases.count, found->databases.count == 1 ? "" : "s");
	say_next(report, folder, path);
	return true;
}

static bool run(struct action *action, struct err *err)
{
	const struct words *words = command_words(action->command);
	const char *folder = words->count > 0 ? words->v[0] : ".";
	struct stat st;
	char *path = places_join(folder, "pgtend.ini");
	/* said before a large repository is looked through */
	if (!action->is_dry_run && lstat(path, &st) == 0) {
		refuse_existing(path, err);
		mem_free(path);
		return false;
	}
	struct discovery found;
	bool is_done = discover(folder, &found, err) && take(action, folder, path, &found, err);
	discovery_done(&found);
	mem_free(path);
	return is_done;
}

const struct verb verb_init = {
    .name = "init",
    .scope = VERB_NO_DATABASE,
    .words = "[DIR]",
    .most_words = 1,
    .level = GUARD_L0,
    .is_config_free = true,
    .has_dry_run = true,
    .title = "Write a pgtend.ini by looking at a repository",
    .help = "Looks through DIR (otherwise the working directory) for .env files, compose files, drizzle.config, "
            "migration and seed folders, finds out which "
            "database is which and whose migrations they are, and writes a commented DIR/pgtend.ini. It runs nothing, "
            "connects to nothing, copies no password "
            "and never overwrites a pgtend.ini. Variables that an env.example has and the .env file lacks are named.",
    .example = "pgtend init --dry-run",
    .shape = &discovery_shape,
    .run = run,
};
