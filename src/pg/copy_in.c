/* pg/copy_in.c - COPY ... FROM STDIN written by a task, block by block: one stands in libpq's buffer while the next one is made ready. */
#include "pgtend/pg/copy.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

enum { BLOCKS_A_TURN = 16 };

struct copy_in {
	struct session *session;
	struct task *task;
	struct result *result;
	struct err err;
	uint64_t number;
	bool is_hungry, is_done;
	int blocks;
};

static void on_hunger(void *arg)
{
	struct copy_in *copy = arg;

	copy->is_hungry = true;
	task_wake(copy->task);
}

static void on_answer(struct result **result, const struct err *err, void *arg)
{
	struct copy_in *copy = arg;

	copy->result = *result;
	*result = NULL;
	copy->err = *err;
	copy->is_done = true;
	task_wake(copy->task);
}

struct copy_in *copy_in_start(struct session *session, const char *sql)
{
	struct copy_in *copy = MEM_NEW(struct copy_in);
	struct request request = {.sql = sql, .is_unwrapped = true, .feed_fn = on_hunger, .fn = on_answer, .arg = copy};

	copy->session = session;
	copy->task = task_self();
	if (!copy->task)
		mem_die("a COPY was started outside a task");
	copy->number = session_submit(session, &request);
	return copy;
}

bool copy_in_write_wait(struct copy_in *copy, const char *bytes, size_t length)
{
	while (!copy->is_done && !copy->is_hungry && !task_is_cancelled())
		task_wait();
	if (copy->is_done || task_is_cancelled())
		return false;
	copy->is_hungry = false;
	session_copy_put(copy->session, bytes, length);
	/* A server that keeps up would leave the loop no turn at all. */
	if (++copy->blocks % BLOCKS_A_TURN == 0)
		task_yield();
	return true;
}

/* "COPY 5000" */
static int64_t rows_of(const struct result *result)
{
	const char *tag = result != NULL ? result_tag(result) : NULL;

	return tag != NULL && strncmp(tag, "COPY ", 5) == 0 ? strtoll(tag + 5, NULL, 10) : -1;
}

bool copy_in_end_wait(
    struct copy_in *copy, const char *give_up, int64_t *rows, struct result **result, struct err *err)
{
	bool is_cancelling = false;

	/* An empty file may end before the server has asked for the first byte. */
	while (!copy->is_done && !copy->is_hungry && !task_is_cancelled())
		task_wait();
	if (!copy->is_done && copy->is_hungry && !task_is_cancelled())
		session_copy_finish(copy->session, give_up);
	while (!copy->is_done) {
		if (task_is_cancelled() && !is_cancelling) {
			is_cancelling = true;
			session_cancel(copy->session, copy->number);
		}
		if (!copy->is_done)
			task_wait();
	}
	bool is_good = copy->err.kind == ERR_NONE;

	if (!is_good)
		*err = copy->err;
	*rows = is_good ? rows_of(copy->result) : -1;
	*result = copy->result;
	mem_free(copy);
	return is_good;
}
