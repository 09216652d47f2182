/* archive/stream.h - bytes on their way between a pipe and a file, in a thread: compressed, expanded, checksummed in passing.
 *
 * Owns: the zstd frames that pgtend writes, reading zstd and gzip of anybody, the sha256 of what lies on the disk. Must not know: what the bytes
 * mean, which program makes or takes them.
 */
#ifndef PGTEND_ARCHIVE_STREAM_H
#define PGTEND_ARCHIVE_STREAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/loop/work.h"

enum stream_how {
	STREAM_COPY,        /* as they are */
	STREAM_COMPRESS,    /* into one zstd frame with its checksum */
	STREAM_COMPRESS_GZIP, /* into one gzip member */
	STREAM_EXPAND_ZSTD, /* any number of frames */
	STREAM_EXPAND_GZIP, /* any number of members */
};

/* Zeroed, then filled, then given to work_start(loop, stream_run, &stream). It must live until work_wait(). */
struct stream {
	enum stream_how how;
	int in_fd;             /* a pipe or a file, read from where it stands */
	int out_fd;            /* -1: nowhere, they are only read (checksum, soundness) */
	bool closes_in, closes_out; /* at its end, so that a child at the other end of a pipe sees it */
	const char *in_name, *out_name; /* for messages: the file's path, "pg_dump" */
	int level, workers;    /* of STREAM_COMPRESS; workers 0: in this thread */
	bool syncs_out;        /* fsync before it ends */
	int64_t most_bytes;    /* that go out, more or less: it ends well then, before the file does. 0: all */
	bool checksums_out;    /* sha256 is of what goes out; otherwise of what comes in */
	/* The file is still being written: at its end wait for more while this is true. NULL: it is whole. */
	const atomic_bool *is_growing;

	/* while it runs, for progress */
	atomic_llong in_bytes, out_bytes;
	/* after work_wait() */
	bool is_good;          /* false: err says why. A reader that wants no more bytes (it ended) is no failure: the rest is still read */
	bool is_out_closed;    /* that happened */
	bool has_enough;       /* most_bytes were reached */
	char sha256[65];
	struct err err;
};
void stream_run(struct work *work, void *stream);

/* A roomy pipe, both ends closed on exec. */
PGTEND_CHECK bool stream_pipe(int *read_end, int *write_end, struct err *err);

#endif
