/* loop/resolve.h - host names to addresses, off the loop's thread (libpq would block in it). */
#ifndef PGTEND_LOOP_RESOLVE_H
#define PGTEND_LOOP_RESOLVE_H

#include "pgtend/core/err.h"
#include "pgtend/loop/loop.h"

struct resolve; /* opaque: one running question */
/* addresses: numeric texts, NULL-terminated, borrowed; NULL when it failed (then err says why). */
typedef void (*resolve_fn)(const char *const *addresses, const struct err *err, void *arg);

/* The question is freed by itself after fn was called. */
struct resolve *resolve_start(struct loop *loop, const char *host, resolve_fn fn, void *arg);
/* fn will not be called any more. */
void resolve_cancel(struct resolve *resolve);

#endif
