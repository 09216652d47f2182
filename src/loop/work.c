/* loop/work.c - uv_queue_work() for tasks. */
#include "pgtend/loop/work.h"

#include <stdatomic.h>
#include <uv.h>

#include "loop_private.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

struct work {
	uv_work_t uv;
	work_fn fn;
	void *arg;
	struct task *waiting;
	atomic_bool is_cancelled;
	bool is_ended;
};

static void run(uv_work_t *uv)
{
	struct work *work = uv->data;
	work->fn(work, work->arg);
}

/* On the loop. */
static void ended(uv_work_t *uv, int status)
{
	(void)status;
	struct work *work = uv->data;
	work->is_ended = true;
	if (work->waiting)
		task_wake(work->waiting);
}

struct work *work_start(struct loop *loop, work_fn fn, void *arg)
{
	struct work *work = MEM_NEW(struct work);
	work->uv.data = work;
	work->fn = fn;
	work->arg = arg;
	if (uv_queue_work(&loop->uv, &work->uv, run, ended) != 0)
		mem_die("libuv takes no work");
	return work;
}

void work_wait(struct work *work)
{
	work->waiting = task_self();
	while (!work->is_ended) {
		if (task_is_cancelled())
			work_cancel(work);
		task_wait();
	}
	mem_free(work);
}

void work_cancel(struct work *work)
{
	atomic_store(&work->is_cancelled, true);
}

bool work_is_cancelled(const struct work *work)
{
	return atomic_load(&work->is_cancelled);
}
