/* A task runs on a thread of its own, but never beside the loop: each hands the turn to the other
 * by a semaphore and waits for its own. Tasks are resumed from loop_defer() alone, so the loop's
 * callbacks never find a task running, and no task ever runs inside uv_run(). */
#include "pgtend/loop/task.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

#include "loop_private.h"
#include "pgtend/core/mem.h"

enum { STACK_BYTES = 512 * 1024, IDLE_WORKERS_KEPT = 8 };

/* A thread. It outlives its task and waits for the next one. */
struct worker {
	struct worker *next; /* among the idle ones */
	pthread_t thread;
	sem_t go;   /* the turn is the task's */
	sem_t back; /* the turn is the loop's again */
	struct task *task; /* NULL with go: end */
};

struct task {
	struct loop *loop;
	struct task *next;
	struct task *previous;
	struct worker *worker;
	task_fn fn;
	loop_fn on_done;
	void *arg;
	bool is_waiting; /* in task_wait(), or not yet started */
	bool is_queued;  /* a resume stands in the loop's queue */
	bool is_woken;   /* a wake that no wait has taken yet */
	bool is_ended;
	bool is_cancelled;
	int shields;
};

static _Thread_local struct task *self;

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) != 0)
		if (errno != EINTR)
			mem_die("a task cannot wait for its turn");
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;

	for (;;) {
		wait_for(&worker->go);
		if (!worker->task)
			return NULL;
		self = worker->task;
		self->fn(self->arg);
		self->is_ended = true;
		self = NULL;
		sem_post(&worker->back);
	}
}

static struct worker *worker_take(struct loop *loop)
{
	struct worker *worker = loop->idle_workers;
	pthread_attr_t attributes;
	sigset_t all;
	sigset_t before;

	if (worker) {
		loop->idle_workers = worker->next;
		loop->idle_worker_count--;
		return worker;
	}
	worker = MEM_NEW(struct worker);
	sem_init(&worker->go, 0, 0);
	sem_init(&worker->back, 0, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	/* signals belong to the loop's thread */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int status = pthread_create(&worker->thread, &attributes, worker_main, worker);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (status != 0) {
		char *why = mem_format("a task cannot start: %s", strerror(status));

		mem_die(why);
	}
	return worker;
}

static void worker_end(struct worker *worker)
{
	worker->task = NULL;
	sem_post(&worker->go);
	pthread_join(worker->thread, NULL);
	sem_destroy(&worker->go);
	sem_destroy(&worker->back);
	mem_free(worker);
}

static void worker_give_back(struct loop *loop, struct worker *worker)
{
	if (loop->idle_worker_count >= IDLE_WORKERS_KEPT) {
		worker_end(worker);
		return;
	}
	worker->task = NULL;
	worker->next = loop->idle_workers;
	loop->idle_workers = worker;
	loop->idle_worker_count++;
}

static void task_finish(struct task *task)
{
	struct loop *loop = task->loop;

	worker_give_back(loop, task->worker);
	if (task->previous)
		task->previous->next = task->next;
	else
		loop->tasks = task->next;
	if (task->next)
		task->next->previous = task->previous;
	if (task->on_done)
		task->on_done(task->arg);
	mem_free(task);
}

/* On the loop: the task has the turn until it waits or ends. */
static void task_resume(void *arg)
{
	struct task *task = arg;

	if (!task->worker) {
		task->worker = worker_take(task->loop);
		task->worker->task = task;
	}
	task->is_queued = false;
	task->is_waiting = false;
	sem_post(&task->worker->go);
	wait_for(&task->worker->back);
	if (task->is_ended)
		task_finish(task);
}

struct task *task_start(struct loop *loop, task_fn fn, loop_fn on_done, void *arg)
{
	struct task *task = MEM_NEW(struct task);

	task->loop = loop;
	task->fn = fn;
	task->on_done = on_done;
	task->arg = arg;
	task->is_waiting = true;
	task->is_queued = true;
	task->next = loop->tasks;
	if (loop->tasks)
		loop->tasks->previous = task;
	loop->tasks = task;
	loop_defer(loop, task_resume, task);
	return task;
}

struct task *task_self(void)
{
	return self;
}

static struct task *must_be_task(void)
{
	if (!self)
		mem_die("only a task may wait");
	return self;
}

void task_wait(void)
{
	struct task *task = must_be_task();

	if (!task->is_woken) {
		task->is_waiting = true;
		sem_post(&task->worker->back);
		wait_for(&task->worker->go);
	}
	task->is_woken = false;
}

void task_wake(struct task *task)
{
	task->is_woken = true;
	if (!task->is_waiting || task->is_queued)
		return;
	task->is_queued = true;
	loop_defer(task->loop, task_resume, task);
}

struct sleep {
	struct task *task;
	bool is_over;
};

static void sleep_over(void *arg)
{
	struct sleep *sleep = arg;

	sleep->is_over = true;
	task_wake(sleep->task);
}

void task_sleep(int ms)
{
	struct sleep sleep = {must_be_task(), false};
	struct timer *timer = timer_start(sleep.task->loop, ms, 0, sleep_over, &sleep);

	while (!sleep.is_over && !task_is_cancelled())
		task_wait();
	timer_stop(timer);
}

void task_yield(void)
{
	struct sleep sleep = {must_be_task(), false};

	loop_defer(sleep.task->loop, sleep_over, &sleep);
	while (!sleep.is_over)
		task_wait();
}

void task_cancel(struct task *task)
{
	task->is_cancelled = true;
	task_wake(task);
}

bool task_is_cancelled(void)
{
	return self && self->is_cancelled && self->shields == 0;
}

void task_shield(void)
{
	must_be_task()->shields++;
}

void task_unshield(void)
{
	struct task *task = must_be_task();

	if (task->shields-- == 0)
		mem_die("a task was unshielded more often than shielded");
}

void task_end_all(struct loop *loop)
{
	for (struct task *task = loop->tasks; task; task = task->next)
		task_cancel(task);
	/* one that starts meanwhile is cancelled too */
	while (loop->tasks) {
		loop_turn(loop, true);
		for (struct task *task = loop->tasks; task; task = task->next)
			if (!task->is_cancelled)
				task_cancel(task);
	}
	while (loop->idle_workers) {
		struct worker *worker = loop->idle_workers;

		loop->idle_workers = worker->next;
		worker_end(worker);
	}
	loop->idle_worker_count = 0;
}
