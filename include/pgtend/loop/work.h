/* loop/work.h - work that needs a processor of its own (compression, checksums, counting) beside the loop.
 *
 * A task gives the work to a thread of its own and waits; loop, keys and other tasks go on. The work touches only what it was given, calls
 * nothing of pgtend that belongs to the loop (reports, sessions, tasks), and looks at work_is_cancelled() often enough to end within a moment.
 * Several pieces may wait for each other (one fills the pipe that another empties): each has a thread.
 */
#ifndef PGTEND_LOOP_WORK_H
#define PGTEND_LOOP_WORK_H

#include <stdbool.h>

#include "pgtend/loop/loop.h"

struct work; /* opaque: one piece of work */
typedef void (*work_fn)(struct work *work, void *arg);

/* Begins it; freed by work_wait(). */
struct work *work_start(struct loop *loop, work_fn fn, void *arg);
/* In a task: until it has ended. A cancelled task cancels the work and waits for its end all the same. */
void work_wait(struct work *work);
/* On the loop or in a task. */
bool work_is_ended(const struct work *work);
/* Asks it to end. */
void work_cancel(struct work *work);
/* In the work: whether it should end. */
bool work_is_cancelled(const struct work *work);

#endif
