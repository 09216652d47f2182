/* backup/hook.c - the team's own command after a good backup (a copy elsewhere, a message). Without a shell.
 *
 * What became of it stands in the manifest (after_backup: {status, at, tries, error}): "pending" from the moment at which the backup has
 * its name, so that a run that was killed in between is not forgotten; `backup due` tries again what is pending or failed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"

static const char key[] = "after_backup";
enum { MOST_LINES = 50, UNLIMITED_S = 24 * 3600, MOST_S = INT32_MAX / 1000 };

static const char *command_of(const struct database *database)
{
	const char *command = section_text(database->section, key);
	return command != NULL && *command != '\0' ? command : NULL;
}

/* 0: for ever. */
static int limit_s(const struct database *database)
{
	double limit = section_seconds(database->section, "after_backup_timeout");
	return limit <= 0 ? 0 : limit < 1 ? 1 : limit > MOST_S ? MOST_S : (int)limit;
}

/* --- what the manifest says ------------------------------------------------------------------------ */

json_t *hook_pending(const struct database *database)
{
	return command_of(database) != NULL ? json_pack("{s:s, s:i}", "status", "pending", "tries", 0) : json_null();
}

const char *hook_status(const struct archive *archive)
{
	return json_string_value(json_object_get(json_object_get(archive->manifest, key), "status"));
}

static int64_t tries_of(const struct archive *archive)
{
	return json_integer_value(json_object_get(json_object_get(archive->manifest, key), "tries"));
}

bool hook_is_waiting(const struct database *database, const struct archive *archive)
{
	const char *status = hook_status(archive);
	return command_of(database) != NULL && archive->trouble == NULL && status != NULL && strcmp(status, "done") != 0;
}

char *hook_trouble(const struct database *database, const struct archive *archive, int64_t now_us)
{
	if (!hook_is_waiting(database, archive))
		return NULL;
	const char *error = json_string_value(json_object_get(json_object_get(archive->manifest, key), "error"));
	int64_t tries = tries_of(archive);
	if (tries > 0)
		return mem_format("after_backup failed %lld time%s%s%s", (long long)tries, tries == 1 ? "" : "s", error != NULL ? ": " : "",
		    error != NULL ? error : "");
	/* It may be at work right now. */
	int64_t runs_s = limit_s(database) > 0 ? limit_s(database) : UNLIMITED_S;
	int64_t began_us = archive->taken_us + json_integer_value(json_object_get(archive->manifest, "duration_ms")) * 1000;
	return now_us - began_us > runs_s * INT64_C(1000000) ? mem_copy("after_backup was interrupted") : NULL;
}

/* On top of what stands there by now: a verification may have come between. */
static void note(json_t *manifest, void *arg)
{
	const struct err *failure = arg;
	char stamp[UNITS_SIZE];
	json_int_t tries = json_integer_value(json_object_get(json_object_get(manifest, key), "tries"));
	json_object_set_new(manifest, key,
	    json_pack("{s:s, s:s, s:I, s:s?}", "status", failure->kind == ERR_NONE ? "done" : "failed", "at",
	        units_rfc3339(stamp, units_now_us() / 1000000 * 1000000), "tries", tries + 1, "error",
	        failure->kind != ERR_NONE ? failure->text : NULL));
}

/* --- one at a time ------------------------------------------------------------------------------------- */

static bool say_busy(int fd, struct err *err)
{
	char host[256];
	long pid = 0;
	unsigned long long ticks;
	if (orphan_read(fd, "pgtend", &pid, &ticks, host))
		return err_set(err, ERR_LOCKED, "the command of an earlier backup is still at work (started by pid %ld on %s)", pid, host);
	return err_set(err, ERR_LOCKED, "the command of an earlier backup is still at work");
}

bool hook_lock(const char *folder, int *fd, struct err *err)
{
	char *path = places_join(folder, ".after.lock");
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	mem_free(path);
	/* Not every file system has locks, and a copy that is made twice is better than none. */
	if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
		if (*fd >= 0)
			orphan_note(*fd, "pgtend", getpid(), true);
		return true;
	}
	say_busy(*fd, err);
	close(*fd);
	*fd = -1;
	return false;
}

void hook_unlock(int fd)
{
	if (fd < 0)
		return;
	if (ftruncate(fd, 0) != 0)
		errno = 0;
	close(fd);
}

/* --- running it -------------------------------------------------------------------------------------- */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* %p path, %f file name, %m path of the manifest, %d database, %% a per cent sign. */
static char *fill(const char *word, const struct archive *archive, const char *database)
{
	struct text filled = {0};
	for (const char *c = word; *c != '\0'; c++) {
		if (*c != '%' || c[1] == '\0' || strchr("pfmd%", c[1]) == NULL) {
			text_add_char(&filled, *c);
			continue;
		}
		c++;
		text_add(&filled, *c == 'p'   ? archive->path
		                  : *c == 'f' ? name_of(archive->path)
		                  : *c == 'm' ? archive->manifest_path
		                  : *c == 'd' ? database
		                              : "%");
	}
	return text_take(&filled);
}

static void log_lines(const struct words *lines, struct report *report)
{
	for (size_t i = 0; i < lines->count && i < MOST_LINES; i++)
		report_log(report, "after_backup: %s", lines->v[i]);
	if (lines->count > MOST_LINES)
		report_log(report, "after_backup: %zu more lines", lines->count - MOST_LINES);
}

static bool say_status(int status, const struct words *errors, struct err *err)
{
	char *last = errors->count > 0 ? text_visible(errors->v[errors->count - 1]) : NULL;
	err_set(err, ERR_PARTIAL, "ended with status %d%s%s", status, last != NULL ? ": " : "", last != NULL ? last : "");
	mem_free(last);
	return false;
}

static bool run_child(
    struct fleet *fleet, const struct words *argv, int limit, struct report *report, struct err *err)
{
	struct text out = {0}, errors = {0};
	struct words out_lines = {0}, error_lines = {0};
	int status = 0;
	struct child_spec spec = {
	    .argv = (const char *const *)argv->v, .folder = config_folder(fleet->config), .stdout_fd = -1, .stderr_fd = -1, .limit_ms = limit * 1000};
	bool ok = child_run(fleet->loop, &spec, &status, &out, &errors, err);
	if (ok) {
		words_split(&out_lines, text_str(&out), "\n\r");
		words_split(&error_lines, text_str(&errors), "\n\r");
		log_lines(&out_lines, report);
		log_lines(&error_lines, report);
		ok = status == 0 || say_status(status, &error_lines, err);
	}
	words_done(&out_lines);
	words_done(&error_lines);
	text_done(&out);
	text_done(&errors);
	return ok;
}

static bool run_command(struct fleet *fleet, const struct database *database, const struct archive *archive, struct report *report, struct err *err)
{
	struct words words = {0}, argv = {0};
	words_split(&words, command_of(database), " \t");
	for (size_t i = 0; i < words.count; i++)
		words_take(&argv, fill(words.v[i], archive, database->name));
	words_take(&argv, NULL);
	bool ok = trust_allows_command(fleet->config, database->section, key, err) &&
	          run_child(fleet, &argv, limit_s(database), report, err);
	argv.count--;
	words_done(&argv);
	words_done(&words);
	return ok;
}

static bool run_and_note(struct fleet *fleet, const struct database *database, struct archive *archive, struct report *report, struct err *err)
{
	struct err failure = {0}, unwritten = {0};
	/* prune leaves it alone meanwhile */
	int held = archive_hold(archive);
	report_step(report, "after_backup");
	bool ok = run_command(fleet, database, archive, report, &failure);
	/* Interrupted is not failed: it stays as it was and is tried again. */
	bool is_tried = ok || failure.kind != ERR_CANCELLED;
	task_shield();
	if (is_tried && !manifest_change(archive, note, &failure, &unwritten))
		report_log(report, "what became of after_backup could not be written down: %s", unwritten.text);
	task_unshield();
	if (held >= 0)
		close(held);
	if (!ok) {
		*err = failure;
		if (err->kind != ERR_CANCELLED)
			err->kind = ERR_PARTIAL;
	}
	return ok;
}

static bool find_and_run(
    struct fleet *fleet, const struct database *database, const char *folder, const char *id, struct report *report, struct err *err)
{
	struct archive archive = {0};
	int lock = -1;
	if (!hook_lock(folder, &lock, err))
		return false;
	char *base = places_join(folder, id);
	bool ok = archive_find(folder, database->name, base, &archive, err) && run_and_note(fleet, database, &archive, report, err);
	archive_done(&archive);
	mem_free(base);
	hook_unlock(lock);
	return ok;
}

bool hook_run(struct fleet *fleet, const struct database *database, const char *folder, const char *id, struct report *report, struct err *err)
{
	if (command_of(database) == NULL)
		return true;
	if (find_and_run(fleet, database, folder, id, report, err))
		return true;
	if (err->kind != ERR_CANCELLED) {
		err->kind = ERR_PARTIAL;
		err_hint(err, "`pgtend backup due` tries it again");
	}
	return err_prefix(err, "the backup is good, but after_backup");
}

bool hook_retry(
    struct fleet *fleet, const struct database *database, struct archives *archives, int *done, struct report *report, struct err *err)
{
	for (int i = 0; i < archives->count; i++) {
		struct archive *archive = &archives->v[i];
		if (!hook_is_waiting(database, archive))
			continue;
		report_log(report, "after_backup of %s: tried again", archive->id);
		/* Where the newest cannot be copied now, the older ones cannot either. */
		if (!run_and_note(fleet, database, archive, report, err))
			return err_prefix(err, "after_backup of %s", archive->id);
		(*done)++;
	}
	return true;
}
