/* loop/task.h - a procedure that may wait.
 *
 * A task has its own stack (a thread) but runs strictly in turn with the loop: exactly
 * one of the two runs at any moment, so nothing needs a lock. It lets an action be
 * written from top to bottom - connect, ask, run, commit - while keys and other servers go on.
 *
 * Inside a task only the *_wait functions and task_sleep() give the turn back to the
 * loop. Callbacks of the loop run only then.
 */
#ifndef PGTEND_LOOP_TASK_H
#define PGTEND_LOOP_TASK_H

#include <stdbool.h>

#include "pgtend/loop/loop.h"

struct task; /* opaque */
typedef void (*task_fn)(void *arg);

/* fn starts at the next turn. on_done (may be NULL) is called on the loop after fn returned; the task is freed after it. */
struct task *task_start(struct loop *loop, task_fn fn, loop_fn on_done, void *arg);
/* The task that is running now; NULL on the loop itself. */
struct task *task_self(void);

/* In a task: gives the turn to the loop until task_wake(). A wake that came first is not lost. Spurious wakes happen (cancel): test your condition in a loop. */
void task_wait(void);
/* From the loop or another task. */
void task_wake(struct task *task);
void task_sleep(int ms);
/* Lets the loop do what is due at once (send a question), and goes on. */
void task_yield(void);

/* Asks the task to end: sets its flag and wakes it. Waits of lower floors then return ERR_CANCELLED. */
void task_cancel(struct task *task);
bool task_is_cancelled(void); /* of task_self(); false outside a task */
/* For steps that must come to their end (ROLLBACK, taking away a partial file): the flag reads false between the two calls. They nest. */
void task_shield(void);
void task_unshield(void);

#endif
