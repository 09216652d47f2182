/* See pg/dump.h. */
#include "pgtend/pg/dump.h"

#include <signal.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/client_tool.h"

enum { TICK_MS = 500, KILL_AFTER_MS = 5000, LOG_LINES = 50, SAID_BYTES = 1 << 20 };

/* ---- the child ---------------------------------------------------------------- */

struct running {
	const struct dump_run *run;
	const char *name; /* "pg_dump" */
	struct task *task;
	struct child *child; /* NULL once it ended */
	int status;
	int signal_number;
	struct text said;
};

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct running *running = arg;
	if (stream == CHILD_STDERR && running->said.length < SAID_BYTES)
		text_add_n(&running->said, bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct running *running = arg;
	running->child = NULL;
	running->status = status;
	running->signal_number = signal_number;
	task_wake(running->task);
}

static void tick(void *arg)
{
	const struct running *running = arg;
	running->run->tick(running->run->arg);
}

static void kill_child(void *arg)
{
	const struct running *running = arg;
	if (running->child != NULL)
		child_signal(running->child, SIGKILL);
}

/* SIGTERM is their end at once, unless they wait for a disk. */
static bool wait_for(struct running *running, struct err *err)
{
	const struct dump_run *run = running->run;
	struct timer *timer = run->tick != NULL ? timer_start(run->loop, TICK_MS, TICK_MS, tick, running) : NULL;
	struct timer *late = NULL;
	bool is_cancelled = false;
	while (running->child != NULL) {
		task_wait();
		if (running->child != NULL && task_is_cancelled() && !is_cancelled) {
			is_cancelled = true;
			child_signal(running->child, SIGTERM);
			child_signal(running->child, SIGCONT); /* one that is stopped hears it then */
			late = timer_start(run->loop, KILL_AFTER_MS, 0, kill_child, running);
		}
	}
	timer_stop(timer);
	timer_stop(late);
	return !is_cancelled || err_set(err, ERR_CANCELLED, "cancelled: %s was ended, nothing was kept", running->name);
}

static bool is_elsewhere(const struct dump_run *run)
{
	return run->client != NULL && run->client->count > 0;
}

/* A password in a passfile of this machine is of no use elsewhere. */
static void add_environment(struct words *env, const struct dump_run *run, const struct conninfo_child *connection)
{
	const char *password = is_elsewhere(run) && run->info != NULL ? conninfo_get(run->info, "password") : NULL;
	for (size_t i = 0; i < connection->env.count; i++)
		if (password == NULL || (!text_starts_with(connection->env.v[i], "PGPASSFILE=") &&
		                            !text_starts_with(connection->env.v[i], "PGPASSWORD=")))
			words_add(env, connection->env.v[i]);
	if (password != NULL)
		words_take(env, mem_format("PGPASSWORD=%s", password));
	words_take(env, mem_format("PGAPPNAME=%s", run->application));
	words_add(env, "LC_MESSAGES=C");
	words_take(env, NULL);
}

void dump_add_parameter(struct text *conninfo, const char *keyword, const char *value)
{
	text_addf(conninfo, "%s%s='", conninfo->length > 0 ? " " : "", keyword);
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			text_add_char(conninfo, '\\');
		text_add_char(conninfo, *value);
	}
	text_add_char(conninfo, '\'');
}

/* Whom and what, for a program that our environment may not reach. Where it connects by itself, in its container, is the server that is meant. */
static void add_target(struct words *argv, const struct dump_run *run, struct conninfo *info)
{
	const char *user = conninfo_effective(info, "user");
	struct text target = {0};
	if (user != NULL)
		words_take(argv, mem_format("--username=%s", user));
	const char *dbname = conninfo_effective(info, "dbname");
	if (dbname != NULL)
		dump_add_parameter(&target, "dbname", dbname);
	dump_add_parameter(&target, "application_name", run->application);
	words_take(argv, mem_format("--dbname=%s", text_str(&target)));
	text_done(&target);
}

static void add_words(struct words *argv, const struct dump_run *run, struct conninfo *info)
{
	for (size_t i = 0; run->client != NULL && i < run->client->count; i++)
		words_add(argv, run->client->v[i]);
	for (size_t i = 0; i < run->argv->count; i++) {
		words_add(argv, run->argv->v[i]);
		if (i == 0 && info != NULL)
			words_add(argv, "--no-password");
		if (i == 0 && info != NULL && is_elsewhere(run))
			add_target(argv, run, info);
	}
	words_take(argv, NULL);
}

static void words_done_secret(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (words->v[i] != NULL)
			explicit_bzero(words->v[i], strlen(words->v[i]));
	words_done(words);
}

static bool start(struct running *running, struct conninfo *info, struct conninfo_child *connection, struct err *err)
{
	const struct dump_run *run = running->run;
	struct words argv = {0}, env = {0};
	add_words(&argv, run, info);
	add_environment(&env, run, connection);
	struct child_spec spec = {
	    .argv = (const char *const *)argv.v,
	    .env = (const char *const *)env.v,
	    .stdin_fd = run->stdin_fd,
	    .has_stdin = run->has_stdin,
	    .stdout_fd = run->stdout_fd,
	    .stderr_fd = -1,
	    .data_fn = heard,
	    .exit_fn = ended,
	    .arg = running,
	};
	running->child = child_start(run->loop, &spec, err);
	if (running->child != NULL && run->started != NULL)
		run->started(child_pid(running->child), run->arg);
	argv.count--;
	env.count--;
	words_done(&argv);
	words_done_secret(&env);
	return running->child != NULL;
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

static void log_words(const struct running *running)
{
	struct words lines = {0};
	words_split(&lines, text_str(&running->said), "\n\r");
	bool is_circular = strstr(text_str(&running->said), "circular foreign-key constraints") != NULL;
	int shown = 0;
	for (size_t i = 0; i < lines.count; i++)
		if ((!is_circular || !is_harmless(lines.v[i])) && shown++ < LOG_LINES)
			report_log(running->run->report, "%s", lines.v[i]);
	words_done(&lines);
}

/* "pg_dump: error: ..." if there is one, else the last line. */
static char *reason_of(const struct running *running)
{
	struct words lines = {0};
	const char *found = NULL;
	words_split(&lines, text_str(&running->said), "\n\r");
	for (size_t i = 0; i < lines.count && found == NULL; i++)
		if (strstr(lines.v[i], "error: ") != NULL)
			found = strstr(lines.v[i], "error: ") + strlen("error: ");
	if (found == NULL && lines.count > 0)
		found = lines.v[lines.count - 1];
	char *reason = mem_copy(found);
	words_done(&lines);
	return reason;
}

static bool judge(const struct running *running, struct err *err)
{
	if (running->status == 0)
		return true;
	char *reason = reason_of(running);
	const char *said = text_str(&running->said);
	if (running->signal_number != 0)
		err_set(err, ERR_FAILED, "%s was killed by signal %d", running->name, running->signal_number);
	else
		err_set(err, ERR_FAILED, "%s ended with status %d%s%s", running->name, running->status,
		    reason != NULL ? ": " : "", reason != NULL ? reason : "");
	if (strstr(said, "No space left on device") != NULL)
		err_hint(err, "%s is full", running->run->disk);
	else if (strstr(said, "max_locks_per_transaction") != NULL)
		err_hint(err, "a dump locks every table: raise max_locks_per_transaction");
	else if (running->run->locked_hint != NULL &&
	         (strstr(said, "lock timeout") != NULL || strstr(said, "statement timeout") != NULL))
		err_hint(err, "a table was locked for longer than lock_timeout: %s", running->run->locked_hint);
	mem_free(reason);
	return false;
}

bool dump_run(const struct dump_run *run, char **said, struct err *err)
{
	const char *slash = strrchr(run->argv->v[0], '/');
	struct running running = {.run = run, .name = slash != NULL ? slash + 1 : run->argv->v[0], .task = task_self()};
	struct conninfo *info = run->info != NULL ? conninfo_copy(run->info) : NULL;
	struct conninfo_child connection = {0};
	bool ok = info == NULL || conninfo_child_init(&connection, info, err);
	if (ok) {
		ok = start(&running, info, &connection, err) && wait_for(&running, err);
		if (info != NULL)
			conninfo_child_done(&connection);
	}
	conninfo_free(info);
	if (ok) {
		log_words(&running);
		ok = judge(&running, err);
	}
	if (said != NULL)
		*said = text_take(&running.said);
	text_done(&running.said);
	return ok;
}
