/* backup/due.c - what the policies say is due, taken: for cron or a timer. One `backup due` at a time in one backup_dir. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/backup/policy.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"

enum { DEADLINE_MS = 10000 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"result", CELL_TEXT, "result", 0, "taken, to be taken (--dry-run), not due, or failed; a server that cannot be dumped has no row."},
    {"why", CELL_TEXT, "why", 0, "Why it was due, or not."},
    {"policy", CELL_TEXT, "policy", 1, "Key `backup`: daily, weekly or none."},
    {"size_bytes", CELL_BYTES, "size", 1, "Of the dump that was taken."},
    {"duration_s", CELL_SECONDS, "took", 2, "Dump, reading back and checksum."},
    {"copies", CELL_COUNT, "copies", 2, "Earlier backups for which after_backup, which had failed, was run again with success."},
    {"verified", CELL_BOOL, NULL, 9, "true: the dump that was taken was read back."},
    {"taken_at", CELL_TIME, NULL, 9, "When its snapshot began."},
    {"path", CELL_TEXT, NULL, 9, "The dump that was taken."},
    {"sha256", CELL_TEXT, NULL, 9, "Its checksum, in hexadecimal digits."},
};
const struct table_shape backup_due_shape = {"backup_due", columns, sizeof columns / sizeof columns[0]};

/* --- one at a time --------------------------------------------------------------------------------- */

/* The databases of one command share the lock of their folder. */
struct due_lock {
	struct due_lock *next;
	char *path;
	int fd, users;
};
static struct due_lock *locks;

static bool say_locked(int fd, struct err *err)
{
	char host[256];
	long pid = 0;
	unsigned long long ticks;
	if (orphan_read(fd, "pgtend", &pid, &ticks, host))
		return err_set(err, ERR_LOCKED, "another `backup due` is running (pid %ld on %s)", pid, host);
	return err_set(err, ERR_LOCKED, "another `backup due` is running");
}

static int open_lock(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0) {
		err_set(err, ERR_FAILED, "%s: cannot be opened: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		orphan_note(fd, "pgtend", getpid(), true);
		return fd;
	}
	if (errno == EWOULDBLOCK)
		say_locked(fd, err);
	else
		err_set(err, ERR_FAILED, "%s: cannot be locked: %s", path, strerror(errno));
	close(fd);
	return -1;
}

static struct due_lock *take_lock(const struct database *database, struct err *err)
{
	char *folder = places_absolute(section_text(database->section, "backup_dir")), *path = places_join(folder, ".due.lock");
	struct due_lock *lock = locks;
	while (lock != NULL && strcmp(lock->path, path) != 0)
		lock = lock->next;
	int fd = lock == NULL && places_make_folder(folder, err) ? open_lock(path, err) : -1;
	mem_free(folder);
	if (fd >= 0) {
		lock = MEM_NEW(struct due_lock);
		*lock = (struct due_lock){.next = locks, .path = mem_copy(path), .fd = fd};
		locks = lock;
	}
	mem_free(path);
	if (lock != NULL)
		lock->users++;
	return lock;
}

static void release_lock(struct due_lock *lock)
{
	if (lock == NULL || --lock->users > 0)
		return;
	struct due_lock **at = &locks;
	while (*at != lock)
		at = &(*at)->next;
	*at = lock->next;
	if (ftruncate(lock->fd, 0) != 0)
		errno = 0;
	close(lock->fd);
	mem_free(lock->path);
	mem_free(lock);
}

/* --- what is due ------------------------------------------------------------------------------------- */

struct due {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	char *why;
	const struct backup_options *options;
	struct due_lock *lock;
	bool is_due, is_taken, is_dry_run;
	int copies;
};

static void tell(const struct due *due, bool is_good)
{
	struct table *rows = table_new(&backup_due_shape);
	int row = table_add_row(rows);
	/* what backup_take() said of the dump */
	if (due->is_taken)
		table_copy_row(rows, row, due->report->rows, 0);
	table_set_text(rows, row, "database", due->database->name);
	table_set_text(rows, row, "policy", section_text(due->database->section, "backup"));
	table_set_text(rows, row, "why", due->why);
	table_set_text(rows, row, "result",
	    due->is_taken                      ? "taken"
	    : !due->is_due                     ? "not due"
	    : due->is_dry_run && is_good       ? "to be taken"
	                                       : "failed");
	table_set_int(rows, row, "copies", due->copies);
	report_rows(due->report, rows);
}

/* Backups that another machine took speak for this database only when they are of its server. */
static bool ask_whose(struct due *due, struct archives *archives, const char *host, struct err *err)
{
	struct session *session = database_session(due->fleet, due->database);
	struct identity identity;
	if (!session_ready_wait(session, DEADLINE_MS, err) || !database_identity_wait(due->fleet, due->database, session, &identity, err))
		return err_prefix(err, "whether the backups that are there are of this server");
	archives_leave_others(archives, host, strcmp(identity.system_identifier, "unknown") != 0 ? identity.system_identifier : NULL, units_now_us());
	return true;
}

static bool read_own(struct due *due, struct archives *archives, bool asks, struct err *err)
{
	if (!backup_archives_wait(due->fleet->loop, due->database, NULL, archives, err))
		return false;
	char *host = who_host();
	bool ok = !asks || !archives_are_hearsay(archives, host, units_now_us()) || ask_whose(due, archives, host, err);
	archives_leave_others(archives, host, NULL, units_now_us());
	mem_free(host);
	return ok;
}

static bool look(struct due *due, struct archives *archives, struct err *err)
{
	const struct backup_policy policy = backup_policy_of(due->database->section);
	if (!read_own(due, archives, policy.every != BACKUP_NEVER, err))
		return false;
	due->is_due = backup_is_due(&policy, archives, units_now_us(), &due->why);
	return true;
}

/* --- doing it ------------------------------------------------------------------------------------------ */

static bool is_any_waiting(const struct due *due, const struct archives *archives)
{
	for (int i = 0; i < archives->count; i++)
		if (hook_is_waiting(due->database, &archives->v[i]))
			return true;
	return false;
}

/* Copies that an earlier run could not make. */
static bool retry_waiting(struct due *due, const char *folder, struct err *err)
{
	struct archives archives;
	struct err busy;
	int lock = -1;
	/* whoever is at it looks after them all, or the next run does */
	if (!hook_lock(folder, &lock, &busy)) {
		report_log(due->report, "after_backup: %s", busy.text);
		return true;
	}
	/* under the lock: somebody may have made them meanwhile */
	bool ok = read_own(due, &archives, false, err) &&
	          hook_retry(due->fleet, due->database, &archives, &due->copies, due->report, err);
	archives_done(&archives);
	hook_unlock(lock);
	return ok;
}

static bool retry(struct due *due, struct err *err)
{
	struct archives archives;
	bool ok = read_own(due, &archives, false, err), is_any = ok && is_any_waiting(due, &archives);
	archives_done(&archives);
	if (!is_any)
		return ok;
	char *folder = archive_folder(due->database, NULL);
	ok = retry_waiting(due, folder, err);
	mem_free(folder);
	return ok;
}

/* What after_backup does may take hours, or hang: other runs need not wait for that. */
static void let_others(void *arg)
{
	struct due *due = arg;
	release_lock(due->lock);
	due->lock = NULL;
}

static bool act(struct due *due, struct err *err)
{
	if (!due->is_due) {
		let_others(due);
		archive_place_tidy(due->database, due->report);
		return retry(due, err);
	}
	struct backup_options options = *due->options;
	options.named = let_others;
	options.arg = due;
	bool ok = backup_take(due->fleet, due->database, &options, due->report, err);
	/* a backup that is good, whose command failed, was taken */
	due->is_taken = due->report->rows != NULL && table_rows(due->report->rows) > 0;
	return ok && retry(due, err);
}

static void sum_up(const struct due *due)
{
	char *taken = mem_copy(due->report->summary);
	if (due->is_taken)
		report_summary(due->report, "%s (it was due: %s)", taken != NULL ? taken : "taken", due->why);
	else
		report_summary(due->report, "%sdue: %s", due->is_due ? "" : "not ", due->why);
	mem_free(taken);
}

static bool run(struct due *due, struct err *err)
{
	struct archives archives;
	due->lock = due->is_dry_run ? NULL : take_lock(due->database, err);
	if (due->lock == NULL && !due->is_dry_run)
		return false;
	bool is_known = look(due, &archives, err), ok = is_known;
	archives_done(&archives);
	if (ok && !due->is_dry_run)
		ok = act(due, err);
	let_others(due);
	/* a server that cannot be dumped is no failure of this database's */
	if (is_known && (ok || err->kind != ERR_UNSUPPORTED)) {
		sum_up(due);
		tell(due, ok);
	}
	return ok;
}

bool backup_due(
    struct fleet *fleet, struct database *database, const struct backup_options *options, struct report *report, struct err *err)
{
	struct due due = {.fleet = fleet, .database = database, .options = options, .report = report, .is_dry_run = options->is_dry_run};
	bool ok = run(&due, err);
	mem_free(due.why);
	return ok;
}
