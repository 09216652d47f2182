/* each.h - something that waits, for many at the same time: one that does not answer delays nobody. */
#ifndef PGTEND_COMMANDS_EACH_H
#define PGTEND_COMMANDS_EACH_H

#include <stddef.h>

#include "pgtend/loop/loop.h"

/* In a task: fn for each of `count` items of `size` bytes, each in a task of its own; comes back when all have ended. A cancelled task cancels them. */
void each_wait(struct loop *loop, loop_fn fn, void *items, int count, size_t size);

#endif
