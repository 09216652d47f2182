/* backup/dump.c - pg_dump into the partial file. Our own descriptor is its standard output: mode 0600 from the
 * beginning, and we can
 * bring it to the disk ourselves. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/client_tool.h"

enum { TICK_MS = 500, LOG_LINES = 50 };

bool tools_find(const struct database *database, struct tools *tools, struct err *err)
{
	memset(tools, 0, sizeof *tools);
	if (client_tool_find("pg_dump", database->server->version_num / 10000, &tools->pg_dump, &tools->major, err) &&
	    client_tool_find("pg_restore", tools->major, &tools->pg_restore, NULL, err))
		return true;
	tools_done(tools);
	return false;
}

void tools_done(struct tools *tools)
{
	mem_free(tools->pg_dump);
	mem_free(tools->pg_restore);
	memset(tools, 0, sizeof *tools);
}

/* ---- the child ---------------------------------------------------------------- */

struct dumping {
	struct task *task;
	struct child *child; /* NULL once it ended */
	int status;
	int signal_number;
	struct text errors;
	int fd;
	int64_t expected_bytes;
	struct report *report;
};

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct dumping *dumping = arg;
	if (stream == CHILD_STDERR && dumping->errors.length < 1 << 20)
		text_add_n(&dumping->errors, bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct dumping *dumping = arg;
	dumping->child = NULL;
	dumping->status = status;
	dumping->signal_number = signal_number;
	task_wake(dumping->task);
}

static void tick(void *arg)
{
	struct dumping *dumping = arg;
	struct stat info;
	if (fstat(dumping->fd, &info) != 0)
		return;
	int64_t done = info.st_size, all = dumping->expected_bytes;
	report_progress(dumping->report, done, done > all && all > 0 ? done : all, "bytes");
}

/* SIGTERM is pg_dump's end at once; the part is taken away by whoever sees ERR_CANCELLED. */
static bool wait_for(struct fleet *fleet, struct dumping *dumping, struct err *err)
{
	struct timer *timer = timer_start(fleet->loop, TICK_MS, TICK_MS, tick, dumping);
	bool is_cancelled = false;
	while (dumping->child != NULL) {
		task_wait();
		if (dumping->child != NULL && task_is_cancelled() && !is_cancelled) {
			is_cancelled = true;
			child_signal(dumping->child, SIGTERM);
		}
	}
	timer_stop(timer);
	return !is_cancelled || err_set(err, ERR_CANCELLED, "cancelled: pg_dump was ended, nothing was kept");
}

/* ---- what it said ----------------------------------------------------------------- */

/* Always said of TimescaleDB's own catalogs, and harmless for a dump of the whole. */
static bool is_harmless(const char *line)
{
	static const char *const known[] = {
	    "circular foreign-key constraints", "pg_dump: detail: ", "--disable-triggers", "--data-only dump to avoid"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strstr(line, known[i]) != NULL)
			return true;
	return false;
}

static void log_errors(const struct dumping *dumping)
{
	struct words lines = {0};
	words_split(&lines, text_str(&dumping->errors), "\n\r");
	bool is_circular = strstr(text_str(&dumping->errors), "circular foreign-key constraints") != NULL;
	int shown = 0;
	for (size_t i = 0; i < lines.count; i++)
		if ((!is_circular || !is_harmless(lines.v[i])) && shown++ < LOG_LINES)
			report_log(dumping->report, "%s", lines.v[i]);
	words_done(&lines);
}

/* "pg_dump: error: ..." if there is one, else the last line. */
static char *reason_of(const struct dumping *dumping)
{
	struct words lines = {0};
	const char *found = NULL;
	words_split(&lines, text_str(&dumping->errors), "\n\r");
	for (size_t i = 0; i < lines.count && found == NULL; i++)
		if (strstr(lines.v[i], "error: ") != NULL)
			found = strstr(lines.v[i], "error: ") + strlen("error: ");
	if (found == NULL && lines.count > 0)
		found = lines.v[lines.count - 1];
	char *reason = mem_copy(found);
	words_done(&lines);
	return reason;
}

static bool judge(const struct database *database, const struct dumping *dumping, struct err *err)
{
	if (dumping->status == 0)
		return true;
	char *reason = reason_of(dumping);
	const char *said = text_str(&dumping->errors);
	if (dumping->signal_number != 0)
		err_set(err, ERR_FAILED, "pg_dump was killed by signal %d", dumping->signal_number);
	else
		err_set(err, ERR_FAILED, "pg_dump ended with status %d%s%s", dumping->status, reason != NULL ? ": " : "",
		    reason != NULL ? reason : "");
	if (strstr(said, "No space left on device") != NULL)
		err_hint(err, "the disk of the backup folder is full");
	else if (strstr(said, "max_locks_per_transaction") != NULL)
		err_hint(err, "a dump locks every table: raise max_locks_per_transaction");
	else if (strstr(said, "lock timeout") != NULL || strstr(said, "statement timeout") != NULL)
		err_hint(err, "a table was locked for longer than lock_timeout: pgtend activity %s", database->name);
	mem_free(reason);
	return false;
}

/* ---- running ------------------------------------------------------------------------ */

static void add_arguments(struct words *argv, const struct database *database, const struct tools *tools)
{
	words_add(argv, tools->pg_dump);
	words_add(argv, "--format=custom");
	/* Level 1 is 2.4 times quicker than the default 6 and 6 % larger (measured). */
	words_add(argv, "--compress=1");
	words_add(argv, "--no-password");
	double seconds = section_seconds(database->section, "lock_timeout");
	if (seconds > 0 && seconds < INT_MAX / 1000.0)
		words_take(argv, mem_format("--lock-wait-timeout=%d", (int)(seconds * 1000.0)));
	words_take(argv, NULL);
}

static bool start(struct fleet *fleet, struct database *database, const struct tools *tools, const struct place *place,
    struct dumping *dumping, struct conninfo_child *connection, struct err *err)
{
	struct words argv = {0};
	add_arguments(&argv, database, tools);
	words_add(&connection->env, "PGAPPNAME=pgtend backup");
	words_add(&connection->env, "LC_MESSAGES=C");
	size_t env_count = connection->env.count;
	words_take(&connection->env, NULL);
	struct child_spec spec = {
	    .argv = (const char *const *)argv.v,
	    .env = (const char *const *)connection->env.v,
	    .stdout_fd = dumping->fd,
	    .stderr_fd = -1,
	    .data_fn = heard,
	    .exit_fn = ended,
	    .arg = dumping,
	};
	dumping->child = child_start(fleet->loop, &spec, err);
	if (dumping->child != NULL)
		backup_place_note_child(place, child_pid(dumping->child));
	connection->env.count = env_count;
	argv.count--;
	words_done(&argv);
	return dumping->child != NULL;
}

static bool run(struct fleet *fleet, struct database *database, const struct tools *tools, const struct place *place,
    struct dumping *dumping, struct err *err)
{
	struct conninfo *info = conninfo_copy(database->direct != NULL ? database->direct : database->info);
	struct conninfo_child connection;
	bool ok = conninfo_child_init(&connection, info, err);
	if (ok) {
		ok = start(fleet, database, tools, place, dumping, &connection, err) && wait_for(fleet, dumping, err);
		conninfo_child_done(&connection);
	}
	conninfo_free(info);
	return ok;
}

bool dump_run(struct fleet *fleet, struct database *database, const struct tools *tools, const struct place *place,
    int64_t expected_bytes, struct report *report, struct err *err)
{
	struct dumping dumping = {.task = task_self(), .expected_bytes = expected_bytes, .report = report};
	dumping.fd = open(place->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (dumping.fd < 0)
		return err_set(err, ERR_FAILED, "%s: cannot be made: %s", place->part, strerror(errno));
	report_step(report, "pg_dump %d", tools->major);
	report_progress(report, 0, expected_bytes, "bytes");
	bool ok = run(fleet, database, tools, place, &dumping, err);
	if (ok) {
		log_errors(&dumping);
		ok = judge(database, &dumping, err);
	}
	if (ok && fsync(dumping.fd) != 0)
		ok = err_set(err, ERR_FAILED, "%s: could not be brought to the disk: %s", place->part, strerror(errno));
	if (close(dumping.fd) != 0 && ok)
		ok = err_set(err, ERR_FAILED, "%s: could not be closed: %s", place->part, strerror(errno));
	text_done(&dumping.errors);
	return ok;
}
