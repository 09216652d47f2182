/* loop_private.h - what the files of loop/ share. Nobody else includes it. */
#ifndef PGTEND_LOOP_PRIVATE_H
#define PGTEND_LOOP_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "pgtend/loop/loop.h"

struct deferred {
	loop_fn fn;
	void *arg;
};

struct worker;
struct resolve_hub;

struct loop {
	uv_loop_t uv;
	uv_async_t keep_alive; /* a loop without handles would spin instead of waiting */
	uv_idle_t awake;       /* runs while something is deferred: the loop then does not wait */
	bool is_stopped;
	bool is_turning;
	struct deferred *deferred;
	size_t deferred_count;
	size_t deferred_size;
	struct task *tasks;         /* all that have not ended */
	struct worker *idle_workers; /* threads without a task */
	int idle_worker_count;
	struct resolve_hub *resolve_hub; /* NULL until the first question */
};

/* The first member of every object that owns uv handles; each handle's data points to it. */
struct handle_owner {
	uv_close_cb closed;
};

/* Closes a handle of ours, once. */
void handle_close(uv_handle_t *handle);

/* What the other files leave in the loop; called by loop_free(). */
void task_end_all(struct loop *loop);
void resolve_hub_leave(struct loop *loop);

#endif
