/* sandbox load: what the applications of the fleet would do all day. Each worker is a task with one connection. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

enum { STATEMENT_DEADLINE_MS = 30000, RETRY_MS = 2000, TURN_MS = 200, HOLD_MS = 8000, REST_MS = 2000 };

struct load;
struct worker {
	struct load *load;
	const struct worker_kind *kind;
	struct session *session;
	struct task *task; /* NULL once it ended */
	int64_t done;
	bool has_failed; /* said once, until it works again */
};

struct worker_kind {
	const char *application;
	bool is_direct; /* else through PgBouncer, as applications do */
	const char *dbname;
	const char *unit; /* what is counted; NULL: nothing to speak of */
	bool (*turn)(struct worker *worker, struct err *err);
	const char *sql; /* of turn_statement */
	int pause_ms;
};

struct load {
	struct place *place;
	struct task *task; /* who waits for the workers */
	struct worker *workers;
	int running;
	bool is_ending;
};

static bool query(struct worker *worker, const char *sql, struct err *err)
{
	return session_query_wait(worker->session, sql, NULL, 0, STATEMENT_DEADLINE_MS, NULL, err);
}

static bool turn_statement(struct worker *worker, struct err *err)
{
	return query(worker, worker->kind->sql, err);
}

/* Somebody who opens a transaction, changes a row, and thinks for a while. */
static bool turn_hold(struct worker *worker, struct err *err)
{
	if (!query(worker, sql_sandbox_load_hold, err))
		return false;
	task_sleep(HOLD_MS);
	return query(worker, "COMMIT", err);
}

static const struct worker_kind kinds[] = {
    {"mextrack-api", false, "atriz_tracking", "points", turn_statement, sql_sandbox_load_points, 1000},
    {"pshop-api", false, "pshop_db", "orders", turn_statement, sql_sandbox_load_order, 300},
    {"website", false, "atriz_db", NULL, turn_statement, sql_sandbox_load_read, 500},
    {"admin", true, "atriz_core", NULL, turn_hold, NULL, REST_MS},
    {"login", true, "atriz_core", NULL, turn_statement, sql_sandbox_load_login, 1000},
};
enum { WORKERS = sizeof kinds / sizeof *kinds };

static void worker_run(void *arg)
{
	struct worker *worker = arg;
	while (!worker->load->is_ending && !task_is_cancelled()) {
		struct err err = {0};
		if (session_ready_wait(worker->session, STATEMENT_DEADLINE_MS, &err) && worker->kind->turn(worker, &err)) {
			worker->done++;
			worker->has_failed = false;
			task_sleep(worker->kind->pause_ms);
		} else if (err.kind != ERR_CANCELLED) {
			if (!worker->has_failed)
				report_log(worker->load->place->report, "%s on %s: %s", worker->kind->application, worker->kind->dbname,
				    err.text);
			worker->has_failed = true;
			task_sleep(RETRY_MS);
		}
	}
}

static void worker_ended(void *arg)
{
	struct worker *worker = arg;
	worker->task = NULL;
	worker->load->running--;
	task_wake(worker->load->task);
}

static void start_workers(struct load *load)
{
	for (int i = 0; i < WORKERS; i++) {
		struct worker *worker = &load->workers[i];
		const struct worker_kind *kind = &kinds[i];
		enum ask_where where = kind->is_direct ? ASK_CLUSTER : ASK_POOLER;
		*worker = (struct worker){
		    .load = load, .kind = kind, .session = ask_session(load->place, where, kind->dbname, kind->application)};
		load->running++;
		worker->task = task_start(load->place->loop, worker_run, worker_ended, worker);
	}
}

static void say(const struct load *load)
{
	report_step(load->place->report, "%lld rounds of points, %lld orders", (long long)load->workers[0].done,
	    (long long)load->workers[1].done);
}

static void end_workers(struct load *load)
{
	load->is_ending = true;
	task_shield();
	for (int i = 0; i < WORKERS; i++)
		if (load->workers[i].task != NULL)
			task_cancel(load->workers[i].task);
	while (load->running > 0)
		task_wait();
	task_unshield();
	for (int i = 0; i < WORKERS; i++)
		session_free(load->workers[i].session);
}

bool sandbox_load(struct loop *loop, const char *folder, int seconds, struct report *report, struct err *err)
{
	struct place place;
	if (!place_open(&place, loop, folder, PLACE_READING, report, err)) {
		place_close(&place);
		return false;
	}
	struct worker workers[WORKERS];
	struct load load = {.place = &place, .task = task_self(), .workers = workers};
	int64_t end_ms = loop_now_ms(loop) + (int64_t)seconds * 1000;
	start_workers(&load);
	while (!task_is_cancelled() && (seconds == 0 || loop_now_ms(loop) < end_ms)) {
		task_sleep(TURN_MS);
		say(&load);
	}
	bool is_cancelled = task_is_cancelled();
	end_workers(&load);
	report_summary(
	    report, "%lld rounds of points and %lld orders in", (long long)workers[0].done, (long long)workers[1].done);
	bool has_worked = workers[0].done > 0 || workers[1].done > 0;
	place_close(&place);
	/* without --seconds being ended is the ordinary end */
	if (is_cancelled && seconds > 0)
		return err_set(err, ERR_CANCELLED, "ended before %d s were over", seconds);
	return has_worked || is_cancelled ||
	       err_set(err, ERR_FAILED, "the servers did not answer; pgtend sandbox up brings them back");
}
