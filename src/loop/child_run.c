/* child_run() of loop/child.h: a child from start to end, in a task. */
#include <signal.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"

enum { OUTPUT_LIMIT_BYTES = 1024 * 1024, KILL_AFTER_MS = 5000, FORGET_AFTER_MS = 1000 };

struct run {
	const struct child_spec *spec;
	struct child *child; /* NULL once it ended */
	struct task *task;
	struct text *texts[2]; /* by enum child_stream */
	int status;
	bool is_late; /* the time after a signal has passed */
};

static void run_data(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct run *run = arg;
	struct text *text = run->texts[stream];

	if (text && text->length < OUTPUT_LIMIT_BYTES) {
		size_t room = OUTPUT_LIMIT_BYTES - text->length;

		text_add_n(text, bytes, length < room ? length : room);
	}
	if (run->spec->data_fn)
		run->spec->data_fn(stream, bytes, length, run->spec->arg);
}

static void run_ended(int status, int signal_number, void *arg)
{
	struct run *run = arg;

	run->child = NULL;
	run->status = status;
	if (run->spec->exit_fn)
		run->spec->exit_fn(status, signal_number, run->spec->arg);
	task_wake(run->task);
}

static void run_is_late(void *arg)
{
	struct run *run = arg;

	run->is_late = true;
	task_wake(run->task);
}

static void wait_at_most(struct loop *loop, struct run *run, int ms)
{
	struct timer *timer = timer_start(loop, ms, 0, run_is_late, run);

	run->is_late = false;
	while (run->child && !run->is_late)
		task_wait();
	timer_stop(timer);
}

static void end_child(struct loop *loop, struct run *run)
{
	child_signal(run->child, SIGTERM);
	child_signal(run->child, SIGCONT); /* one that is stopped hears it then */
	wait_at_most(loop, run, KILL_AFTER_MS);
	if (!run->child)
		return;
	child_signal(run->child, SIGKILL);
	wait_at_most(loop, run, FORGET_AFTER_MS);
	/* somebody outside its group still holds the pipes */
	if (run->child)
		child_forget(run->child);
}

bool child_run(struct loop *loop, const struct child_spec *spec, int *status, struct text *out, struct text *errors,
               struct err *err)
{
	struct run run = {.spec = spec, .task = task_self(), .texts = {out, errors}};
	struct child_spec own = *spec;
	char age[UNITS_SIZE];

	if (!run.task)
		mem_die("child_run() outside of a task");
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled before %s was started", spec->argv[0]);
	own.data_fn = run_data;
	own.exit_fn = run_ended;
	own.arg = &run;
	run.child = child_start(loop, &own, err);
	if (!run.child)
		return false;
	struct timer *limit = spec->limit_ms > 0 ? timer_start(loop, spec->limit_ms, 0, run_is_late, &run) : NULL;
	while (run.child && !run.is_late && !task_is_cancelled())
		task_wait();
	if (limit)
		timer_stop(limit);
	if (run.child && !task_is_cancelled()) {
		end_child(loop, &run);
		return err_set(err, ERR_FAILED, "%s was ended: it ran longer than %s", spec->argv[0], units_age(age, spec->limit_ms / 1000));
	}
	if (run.child) {
		end_child(loop, &run);
		return err_set(err, ERR_CANCELLED, "cancelled: %s was ended", spec->argv[0]);
	}
	*status = run.status;
	return true;
}
