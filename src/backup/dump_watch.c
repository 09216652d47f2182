/* backup/dump_watch.c - how far a dump is, by what the server says of its COPY: over a connection that the budget has to spare. */
#include <string.h>

#include "backup_internal.h"
#include "dump.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

enum { EVERY_MS = 1000, DEADLINE_MS = 5000, SEEN_MOST = 4096 };
/* Less says nothing about the rest. */
static const double least_share = 0.03;

struct seen {
	int64_t relid, bytes;
	double share; /* of it that was copied when it was last seen */
	bool is_running;
};

struct dump_watch {
	struct dumping *dumping;
	struct task *task;
	struct task *stopper; /* who waits for the end */
	int64_t all_bytes;
	struct seen *seen;
	int count;
	bool is_ended;
};

static struct seen *find(struct dump_watch *watch, int64_t relid)
{
	for (int i = 0; i < watch->count; i++)
		if (watch->seen[i].relid == relid)
			return &watch->seen[i];
	if (watch->count == SEEN_MOST)
		return NULL;
	watch->seen = mem_grow(watch->seen, (size_t)watch->count + 1, sizeof *watch->seen);
	watch->seen[watch->count] = (struct seen){.relid = relid};
	return &watch->seen[watch->count++];
}

static void note(struct dump_watch *watch, const struct result *r)
{
	int relid = result_column(r, "relid"), rows = result_column(r, "rows"), all = result_column(r, "all_rows"), bytes = result_column(r, "bytes");
	for (int i = 0; i < watch->count; i++)
		watch->seen[i].is_running = false;
	for (int row = 0; row < result_rows(r); row++) {
		struct seen *seen = find(watch, result_int(r, row, relid, 0));
		if (seen == NULL)
			return;
		int64_t all_rows = result_int(r, row, all, 0), done_rows = result_int(r, row, rows, 0);
		seen->bytes = result_int(r, row, bytes, 0);
		seen->share = all_rows > 0 && done_rows < all_rows ? (double)done_rows / (double)all_rows : 1;
		seen->is_running = true;
	}
}

static void tell(const struct dump_watch *watch, const struct result *r)
{
	struct report *report = watch->dumping->report;
	int major = watch->dumping->tools->major;
	if (result_rows(r) > 0)
		report_step_words(report, "pg_dump %d: %s", major, result_text(r, 0, result_column(r, "name")));
	else
		report_step_words(report, "pg_dump %d", major);
}

static bool ask_all(struct dump_watch *watch, struct session *session)
{
	struct result *r = NULL;
	struct err ignored;
	bool ok = session_ready_wait(session, DEADLINE_MS, &ignored) &&
	          session_query_wait(session, sql_backup_copying_all, NULL, 0, DEADLINE_MS, &r, &ignored) && result_rows(r) == 1;
	watch->all_bytes = ok ? result_int(r, 0, 0, 0) : 0;
	result_free(r);
	return ok;
}

/* A server that cannot say it (older than 14) is not asked again. */
static void look(void *arg)
{
	struct dump_watch *watch = arg;
	struct dumping *dumping = watch->dumping;
	struct session *session = database_action_session(dumping->fleet, dumping->database, NULL, "backup progress", 1000, true);
	bool ok = ask_all(watch, session);
	while (ok && !task_is_cancelled()) {
		struct result *r = NULL;
		struct err ignored;
		ok = session_query_wait(session, sql_backup_copying, NULL, 0, DEADLINE_MS, &r, &ignored);
		if (ok) {
			note(watch, r);
			tell(watch, r);
		}
		result_free(r);
		if (ok)
			task_sleep(EVERY_MS);
	}
	session_free(session);
}

static void ended(void *arg)
{
	struct dump_watch *watch = arg;
	watch->is_ended = true;
	if (watch->stopper != NULL)
		task_wake(watch->stopper);
}

struct dump_watch *dump_watch_start(struct dumping *dumping)
{
	if (!budget_try(dumping->budget))
		return NULL;
	struct dump_watch *watch = MEM_NEW(struct dump_watch);
	watch->dumping = dumping;
	watch->task = task_start(dumping->fleet->loop, look, ended, watch);
	return watch;
}

int64_t dump_watch_all(const struct dump_watch *watch, int64_t done_bytes)
{
	double done = 0;
	if (watch == NULL || watch->all_bytes <= 0)
		return 0;
	for (int i = 0; i < watch->count; i++)
		done += (double)watch->seen[i].bytes * (watch->seen[i].is_running ? watch->seen[i].share : 1);
	double share = done / (double)watch->all_bytes;
	return share >= least_share ? (int64_t)((double)done_bytes / (share < 1 ? share : 1)) : 0;
}

void dump_watch_stop(struct dump_watch *watch)
{
	if (watch == NULL)
		return;
	watch->stopper = task_self();
	if (!watch->is_ended)
		task_cancel(watch->task);
	while (!watch->is_ended)
		task_wait();
	budget_give(watch->dumping->budget, 1);
	mem_free(watch->seen);
	mem_free(watch);
}
