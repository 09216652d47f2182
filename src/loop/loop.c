#include "pgtend/loop/loop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "loop_private.h"
#include "pgtend/core/mem.h"

void handle_close(uv_handle_t *handle)
{
	struct handle_owner *owner = handle->data;

	if (!uv_is_closing(handle))
		uv_close(handle, owner->closed);
}

static void must(int status, const char *what)
{
	if (status < 0) {
		char *why = mem_format("the event loop: %s: %s", what, uv_strerror(status));

		mem_die(why);
	}
}

/* --- the loop ---------------------------------------------------------------- */

struct loop *loop_new(void)
{
	struct loop *loop = MEM_NEW(struct loop);
	struct sigaction pipe_action;

	must(uv_loop_init(&loop->uv), "cannot start");
	must(uv_async_init(&loop->uv, &loop->keep_alive, NULL), "cannot start");
	must(uv_idle_init(&loop->uv, &loop->awake), "cannot start");
	/* a child that closes its standard input early must not end us; a handler of somebody else stays */
	if (sigaction(SIGPIPE, NULL, &pipe_action) == 0 && pipe_action.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
	return loop;
}

static void stay_awake(uv_idle_t *idle)
{
	(void)idle;
}

static void run_deferred(struct loop *loop)
{
	struct deferred *batch = loop->deferred;
	size_t count = loop->deferred_count;

	if (count == 0)
		return;
	uv_idle_stop(&loop->awake);

	/* what these defer in turn waits for the next turn, so that sockets get theirs in between */
	loop->deferred = NULL;
	loop->deferred_count = loop->deferred_size = 0;
	for (size_t i = 0; i < count; i++)
		batch[i].fn(batch[i].arg);
	if (!loop->deferred) {
		loop->deferred = batch;
		loop->deferred_size = count;
	} else {
		mem_free(batch);
	}
}

void loop_turn(struct loop *loop, bool is_waiting)
{
	if (loop->is_turning)
		mem_die("the event loop was turned from inside itself");
	loop->is_turning = true;
	uv_run(&loop->uv, is_waiting ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	run_deferred(loop);
	loop->is_turning = false;
}

void loop_run(struct loop *loop)
{
	loop->is_stopped = false;
	while (!loop->is_stopped)
		loop_turn(loop, true);
}

void loop_stop(struct loop *loop)
{
	loop->is_stopped = true;
}

int64_t loop_now_ms(const struct loop *loop)
{
	return (int64_t)uv_now(&loop->uv);
}

void loop_defer(struct loop *loop, loop_fn fn, void *arg)
{
	if (loop->deferred_count == loop->deferred_size) {
		loop->deferred_size = loop->deferred_size ? loop->deferred_size * 2 : 16;
		loop->deferred = mem_grow(loop->deferred, loop->deferred_size, sizeof *loop->deferred);
	}
	loop->deferred[loop->deferred_count++] = (struct deferred){fn, arg};
	/* also from a timer: libuv decides after the timers whether it waits */
	if (!uv_is_closing((uv_handle_t *)&loop->awake))
		uv_idle_start(&loop->awake, stay_awake);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (handle->data)
		handle_close(handle);
	else if (!uv_is_closing(handle))
		uv_close(handle, NULL); /* the loop's own two */
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	task_end_all(loop);
	resolve_hub_leave(loop);
	/* a close callback may close or defer again: until nothing is left */
	while (uv_loop_alive(&loop->uv) || loop->deferred_count) {
		uv_walk(&loop->uv, close_handle, NULL);
		uv_run(&loop->uv, UV_RUN_NOWAIT);
		run_deferred(loop);
	}
	uv_walk(&loop->uv, close_handle, NULL);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	must(uv_loop_close(&loop->uv), "cannot end");
	mem_free(loop->deferred);
	mem_free(loop);
}

/* --- timers ------------------------------------------------------------------ */

struct timer {
	struct handle_owner owner;
	uv_timer_t uv;
	loop_fn fn;
	void *arg;
};

static void timer_closed(uv_handle_t *handle)
{
	mem_free(handle->data);
}

static void timer_fired(uv_timer_t *uv)
{
	struct timer *timer = uv->data;

	timer->fn(timer->arg);
}

struct timer *timer_start(struct loop *loop, int delay_ms, int repeat_ms, loop_fn fn, void *arg)
{
	struct timer *timer = MEM_NEW(struct timer);

	timer->owner.closed = timer_closed;
	timer->uv.data = timer;
	timer->fn = fn;
	timer->arg = arg;
	/* from now, not from when this turn began: a task may have computed since */
	uv_update_time(&loop->uv);
	must(uv_timer_init(&loop->uv, &timer->uv), "timer");
	must(uv_timer_start(&timer->uv, timer_fired, delay_ms > 0 ? (uint64_t)delay_ms : 0,
	                    repeat_ms > 0 ? (uint64_t)repeat_ms : 0), "timer");
	return timer;
}

void timer_stop(struct timer *timer)
{
	if (timer)
		handle_close((uv_handle_t *)&timer->uv);
}

/* --- watches ----------------------------------------------------------------- */

struct watch {
	struct handle_owner owner;
	uv_poll_t uv;
	int fd;
	watch_fn fn;
	void *arg;
};

static void watch_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;

	close(watch->fd);
	mem_free(watch);
}

static void watch_reported(uv_poll_t *uv, int status, int uv_events)
{
	struct watch *watch = uv->data;
	int events = 0;

	if (status < 0) {
		events = WATCH_BROKEN;
	} else {
		if (uv_events & UV_READABLE)
			events |= WATCH_READ;
		if (uv_events & UV_WRITABLE)
			events |= WATCH_WRITE;
	}
	if (events)
		watch->fn(events, watch->arg);
}

struct watch *watch_open(struct loop *loop, int fd, watch_fn fn, void *arg)
{
	struct watch *watch = MEM_NEW(struct watch);

	watch->owner.closed = watch_closed;
	watch->uv.data = watch;
	watch->fd = fd;
	watch->fn = fn;
	watch->arg = arg;
	if (uv_poll_init(&loop->uv, &watch->uv, fd) < 0) {
		close(fd);
		mem_free(watch);
		return NULL;
	}
	return watch;
}

void watch_want(struct watch *watch, int events)
{
	int uv_events = (events & WATCH_READ ? UV_READABLE : 0) | (events & WATCH_WRITE ? UV_WRITABLE : 0);

	if (uv_is_closing((uv_handle_t *)&watch->uv))
		return;
	if (uv_events)
		must(uv_poll_start(&watch->uv, uv_events, watch_reported), "watch");
	else
		must(uv_poll_stop(&watch->uv), "watch");
}

void watch_close(struct watch *watch)
{
	if (watch)
		handle_close((uv_handle_t *)&watch->uv);
}

/* --- signals ----------------------------------------------------------------- */

struct signal_watch {
	struct handle_owner owner;
	uv_signal_t uv;
	loop_fn fn;
	void *arg;
};

static void signal_closed(uv_handle_t *handle)
{
	mem_free(handle->data);
}

static void signal_came(uv_signal_t *uv, int signal_number)
{
	struct signal_watch *watch = uv->data;

	(void)signal_number;
	watch->fn(watch->arg);
}

struct signal_watch *signal_start(struct loop *loop, int signal_number, loop_fn fn, void *arg)
{
	struct signal_watch *watch = MEM_NEW(struct signal_watch);

	watch->owner.closed = signal_closed;
	watch->uv.data = watch;
	watch->fn = fn;
	watch->arg = arg;
	must(uv_signal_init(&loop->uv, &watch->uv), "signal");
	must(uv_signal_start(&watch->uv, signal_came, signal_number), "signal");
	return watch;
}

void signal_stop(struct signal_watch *watch)
{
	if (watch)
		handle_close((uv_handle_t *)&watch->uv);
}
