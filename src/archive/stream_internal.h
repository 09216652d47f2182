/* src/archive/stream_internal.h - what the three ways of stream.h share. */
#ifndef PGTEND_ARCHIVE_STREAM_INTERNAL_H
#define PGTEND_ARCHIVE_STREAM_INTERNAL_H

#include <stddef.h>
#include <sys/types.h>

#include "pgtend/archive/stream.h"

enum { STREAM_CHUNK_BYTES = 256 * 1024 };

struct stream_state; /* opaque: the stream while it runs */

struct stream *stream_of(struct stream_state *state);
/* At least one byte; 0: the end; -1: stream->err says why. */
ssize_t stream_get(struct stream_state *state, void *bytes, size_t size);
PGTEND_CHECK bool stream_put(struct stream_state *state, const void *bytes, size_t length);
bool stream_fail(struct stream_state *state, const char *format, ...) PGTEND_PRINTF(2, 3);

PGTEND_CHECK bool stream_compress(struct stream_state *state);
PGTEND_CHECK bool stream_compress_gzip(struct stream_state *state);
PGTEND_CHECK bool stream_expand_zstd(struct stream_state *state);
PGTEND_CHECK bool stream_expand_gzip(struct stream_state *state);

#endif
