/* loop/work.c - a thread for each piece of work, and an async handle that tells the loop of its end.
 *
 * Not libuv's pool: its few threads serve everybody, and work that waits for another piece of work (one fills a pipe that the other empties)
 * would wait for ever when the other finds no thread. */
#include "pgtend/loop/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "loop_private.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

struct work {
	struct handle_owner owner;
	uv_async_t end;
	pthread_t thread;
	work_fn fn;
	void *arg;
	struct task *waiting;
	atomic_bool is_cancelled;
	bool is_ended;  /* the loop has heard of it */
	bool is_waited; /* work_wait() has taken note */
	bool is_closed;
};

static void *run(void *arg)
{
	struct work *work = arg;

	work->fn(work, work->arg);
	uv_async_send(&work->end);
	return NULL;
}

static void free_when_done(struct work *work)
{
	if (work->is_waited && work->is_closed)
		mem_free(work);
}

static void closed(uv_handle_t *handle)
{
	struct work *work = handle->data;

	work->is_closed = true;
	free_when_done(work);
}

/* On the loop. */
static void ended(uv_async_t *end)
{
	struct work *work = end->data;

	pthread_join(work->thread, NULL);
	work->is_ended = true;
	handle_close((uv_handle_t *)&work->end);
	if (work->waiting)
		task_wake(work->waiting);
}

struct work *work_start(struct loop *loop, work_fn fn, void *arg)
{
	struct work *work = MEM_NEW(struct work);
	sigset_t all;
	sigset_t before;

	work->owner.closed = closed;
	work->fn = fn;
	work->arg = arg;
	int status = uv_async_init(&loop->uv, &work->end, ended);

	work->end.data = work;
	/* signals belong to the loop's thread */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (status == 0 && pthread_create(&work->thread, NULL, run, work) != 0)
		status = UV_EAGAIN;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (status != 0)
		mem_die("work beside the loop cannot start: no thread is to be had");
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
	work->is_waited = true;
	free_when_done(work);
}

bool work_is_ended(const struct work *work)
{
	return work->is_ended;
}

void work_cancel(struct work *work)
{
	atomic_store(&work->is_cancelled, true);
}

bool work_is_cancelled(const struct work *work)
{
	return atomic_load(&work->is_cancelled);
}
