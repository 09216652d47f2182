/* loop/loop.h - the one event loop (libuv), its timers, watches and signals.
 *
 * Owns: the uv_loop_t and every uv handle. No other floor includes uv.h.
 * All callbacks run on the loop's thread, never inside the call that registered them.
 */
#ifndef PGTEND_LOOP_LOOP_H
#define PGTEND_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop; /* opaque */
struct timer;
struct watch;
struct signal_watch;

typedef void (*loop_fn)(void *arg);

struct loop *loop_new(void);
/* Closes what is still open, runs the close callbacks, frees. */
void loop_free(struct loop *loop);
/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Runs what is ready once; waits for it when is_waiting. For tests and for drivers that test a condition between turns. */
void loop_turn(struct loop *loop, bool is_waiting);
int64_t loop_now_ms(const struct loop *loop); /* monotonic, of this turn */
/* Runs fn at the end of this turn of the loop (things are freed there, never under a caller's feet). */
void loop_defer(struct loop *loop, loop_fn fn, void *arg);

/* First after delay_ms, then every repeat_ms (0: once). The timer is freed by timer_stop() alone, also after it fired. */
struct timer *timer_start(struct loop *loop, int delay_ms, int repeat_ms, loop_fn fn, void *arg);
void timer_stop(struct timer *timer); /* NULL is nothing */

enum watch_events { WATCH_READ = 1, WATCH_WRITE = 2, WATCH_BROKEN = 4 };
typedef void (*watch_fn)(int events, void *arg);
/* Takes ownership of fd: it is closed by watch_close(). libuv stops a handle before it
 * reports an error: then events is WATCH_BROKEN, the watch is spent, close it and make another. */
struct watch *watch_open(struct loop *loop, int fd, watch_fn fn, void *arg);
void watch_want(struct watch *watch, int events); /* 0: none for now */
void watch_close(struct watch *watch);            /* NULL is nothing */

struct signal_watch *signal_start(struct loop *loop, int signal_number, loop_fn fn, void *arg);
void signal_stop(struct signal_watch *watch);

#endif
