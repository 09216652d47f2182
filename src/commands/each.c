#include "each.h"

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

struct one {
	struct task *task;   /* NULL: it has ended */
	struct task *waiter;
	loop_fn fn;
	void *item;
};

static void run(void *arg)
{
	struct one *one = arg;
	one->fn(one->item);
}

static void ended(void *arg)
{
	struct one *one = arg;
	one->task = NULL;
	task_wake(one->waiter);
}

static int running(const struct one *all, int count)
{
	int left = 0;
	for (int i = 0; i < count; i++)
		left += all[i].task != NULL;
	return left;
}

void each_wait(struct loop *loop, loop_fn fn, void *items, int count, size_t size)
{
	struct one *all = mem_new(((size_t)count + 1) * sizeof *all);
	bool is_told = false;
	for (int i = 0; i < count; i++) {
		all[i] = (struct one){.waiter = task_self(), .fn = fn, .item = (char *)items + (size_t)i * size};
		all[i].task = task_start(loop, run, ended, &all[i]);
	}
	while (running(all, count) > 0) {
		task_wait();
		if (!task_is_cancelled() || is_told)
			continue;
		is_told = true;
		for (int i = 0; i < count; i++)
			if (all[i].task != NULL)
				task_cancel(all[i].task);
	}
	mem_free(all);
}
