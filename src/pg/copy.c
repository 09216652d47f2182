/* pg/copy.c - COPY ... TO STDOUT read by a task, block by block. One block is read while the next one is filled. */
#include "pgtend/pg/copy.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

enum { BLOCK_BYTES = 256 * 1024 };

struct block {
	char *bytes;
	size_t length, size;
	int64_t rows;
};

struct copy {
	struct session *session;
	struct task *task;
	struct block filling, given;
	struct result *result;
	struct err err;
	uint64_t number;
	bool is_full, is_done, is_cancelling;
};

/* --- on the loop ------------------------------------------------------------------------------- */

static bool on_row(const char *row, size_t length, void *arg)
{
	struct copy *copy = arg;
	struct block *block = &copy->filling;

	if (block->length + length > block->size) {
		block->size = (block->length + length) * 2;
		block->bytes = mem_grow(block->bytes, block->size, 1);
	}
	memcpy(block->bytes + block->length, row, length);
	block->length += length;
	block->rows++;
	if (block->length < BLOCK_BYTES)
		return true;
	copy->is_full = true;
	task_wake(copy->task);
	return false;
}

static void on_answer(struct result **result, const struct err *err, void *arg)
{
	struct copy *copy = arg;

	copy->result = *result;
	*result = NULL;
	copy->err = *err;
	copy->is_done = true;
	task_wake(copy->task);
}

/* --- in the task ------------------------------------------------------------------------------- */

struct copy *copy_start(struct session *session, const char *sql)
{
	struct copy *copy = MEM_NEW(struct copy);
	struct request request = {.sql = sql, .is_unwrapped = true, .row_fn = on_row, .fn = on_answer, .arg = copy};

	copy->session = session;
	copy->task = task_self();
	if (!copy->task)
		mem_die("a COPY was started outside a task");
	copy->number = session_submit(session, &request);
	task_yield();
	return copy;
}

static void cancel(struct copy *copy)
{
	if (copy->is_done || copy->is_cancelling)
		return;
	copy->is_cancelling = true;
	session_cancel(copy->session, copy->number);
}

static void hand_over(struct copy *copy, struct copy_block *block)
{
	struct block read = copy->given;

	copy->given = copy->filling;
	read.length = 0;
	read.rows = 0;
	copy->filling = read;
	*block = (struct copy_block){copy->given.bytes, copy->given.length, copy->given.rows};
	if (copy->is_full) {
		copy->is_full = false;
		session_copy_resume(copy->session);
	}
}

bool copy_read_wait(struct copy *copy, struct copy_block *block, struct err *err)
{
	*block = (struct copy_block){NULL, 0, 0};
	while (!copy->is_done && (!copy->is_full || task_is_cancelled())) {
		if (task_is_cancelled())
			cancel(copy);
		task_wait();
	}
	if (copy->is_done && copy->err.kind != ERR_NONE) {
		*err = copy->err;
		return false;
	}
	hand_over(copy, block);
	return true;
}

/* "COPY 5000" */
static int64_t rows_of(const struct result *result)
{
	const char *tag = result != NULL ? result_tag(result) : NULL;

	return tag != NULL && strncmp(tag, "COPY ", 5) == 0 ? strtoll(tag + 5, NULL, 10) : -1;
}

bool copy_end_wait(struct copy *copy, int64_t *rows, struct err *err)
{
	bool is_unread = !copy->is_done || copy->filling.length > 0;

	cancel(copy);
	while (!copy->is_done)
		task_wait();
	bool is_good = copy->err.kind == ERR_NONE && !is_unread;

	if (copy->err.kind != ERR_NONE)
		*err = copy->err;
	else if (is_unread)
		err_set(err, ERR_CANCELLED, "the COPY was not read to its end");
	if (rows)
		*rows = is_good ? rows_of(copy->result) : -1;
	result_free(copy->result);
	mem_free(copy->filling.bytes);
	mem_free(copy->given.bytes);
	mem_free(copy);
	return is_good;
}
