/* See budget.h. All on the loop's turn: nothing needs a lock. */
#include "budget.h"

#include <stddef.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

struct waiter {
	struct waiter *next; /* the heaviest first */
	struct task *task;
	int64_t weight;
	int most;
	int got; /* 0: still waiting */
};

struct budget {
	struct budget *next;
	const void *group;
	int size, left;
	int members;
	struct waiter *waiters;
	void *common;
	void (*common_done)(void *common);
};

static struct budget *budgets;

struct budget *budget_join(const void *group, int connections)
{
	struct budget *budget = budgets;
	while (budget != NULL && (group == NULL || budget->group != group))
		budget = budget->next;
	if (budget == NULL) {
		budget = MEM_NEW(struct budget);
		budget->group = group;
		budget->size = budget->left = connections > 0 ? connections : BUDGET_USUAL;
		budget->next = budgets;
		budgets = budget;
	}
	budget->members++;
	return budget;
}

void budget_leave(struct budget *budget)
{
	if (budget == NULL || --budget->members > 0)
		return;
	struct budget **link = &budgets;
	while (*link != budget)
		link = &(*link)->next;
	*link = budget->next;
	if (budget->common != NULL && budget->common_done != NULL)
		budget->common_done(budget->common);
	mem_free(budget);
}

int budget_size(const struct budget *budget)
{
	return budget->size;
}

/* The first in the row is served first, whoever else could be. */
static void serve(struct budget *budget)
{
	while (budget->waiters != NULL && budget->left > 0) {
		struct waiter *first = budget->waiters;
		first->got = first->most < budget->left ? first->most : budget->left;
		budget->left -= first->got;
		budget->waiters = first->next;
		task_wake(first->task);
	}
}

static void stand_in_line(struct budget *budget, struct waiter *waiter)
{
	struct waiter **link = &budget->waiters;
	while (*link != NULL && (*link)->weight >= waiter->weight)
		link = &(*link)->next;
	waiter->next = *link;
	*link = waiter;
}

static void step_out(struct budget *budget, const struct waiter *waiter)
{
	struct waiter **link = &budget->waiters;
	while (*link != NULL && *link != waiter)
		link = &(*link)->next;
	if (*link != NULL)
		*link = waiter->next;
}

bool budget_take(struct budget *budget, int held, int64_t weight, int most, int *got, struct err *err)
{
	struct waiter waiter = {.task = task_self(), .weight = weight, .most = most > 0 ? most : 1};
	stand_in_line(budget, &waiter);
	budget_give(budget, held);
	while (waiter.got == 0 && !task_is_cancelled())
		task_wait();
	*got = waiter.got;
	if (waiter.got > 0)
		return true;
	step_out(budget, &waiter);
	return err_set(err, ERR_CANCELLED, "cancelled while it waited for a free connection (--jobs %d)", budget->size);
}

bool budget_try(struct budget *budget)
{
	if (budget->left == 0 || budget->waiters != NULL)
		return false;
	budget->left--;
	return true;
}

void budget_give(struct budget *budget, int count)
{
	budget->left += count;
	serve(budget);
}

void **budget_common(struct budget *budget, void (*done)(void *common))
{
	budget->common_done = done;
	return &budget->common;
}
