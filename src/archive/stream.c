/* archive/stream.c - getting and putting bytes: in moments that end, so that cancelling is heard, and checksummed. */
#include "pgtend/archive/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "pgtend/core/mem.h"
#include "stream_internal.h"

enum { LOOK_MS = 100, GROWING_MS = 5, PIPE_BYTES = 1 << 20 };

struct stream_state {
	struct stream *stream;
	struct work *work;
	EVP_MD_CTX *digest;
	bool in_polls, out_polls; /* a pipe or a socket: may make wait for ever */
};

struct stream *stream_of(struct stream_state *state)
{
	return state->stream;
}

bool stream_fail(struct stream_state *state, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = mem_vformat(format, args);
	va_end(args);
	err_set(&state->stream->err, ERR_FAILED, "%s", text);
	mem_free(text);
	return false;
}

static bool is_cancelled(struct stream_state *state)
{
	return work_is_cancelled(state->work) && !err_set(&state->stream->err, ERR_CANCELLED, "cancelled");
}

static void digest(struct stream_state *state, bool is_out, const void *bytes, size_t length)
{
	if (state->stream->checksums_out == is_out)
		EVP_DigestUpdate(state->digest, bytes, length);
}

static bool wait_until(struct stream_state *state, int fd, short event)
{
	struct pollfd ready = {.fd = fd, .events = event};
	while (poll(&ready, 1, LOOK_MS) <= 0)
		if (is_cancelled(state))
			return false;
	return true;
}

/* ---- in --------------------------------------------------------------------------- */

ssize_t stream_get(struct stream_state *state, void *bytes, size_t size)
{
	struct stream *stream = state->stream;
	for (;;) {
		if (is_cancelled(state) || (state->in_polls && !wait_until(state, stream->in_fd, POLLIN)))
			return -1;
		/* asked before the read: what was written until the flag fell is seen by the read after it */
		bool is_growing = stream->is_growing != NULL && atomic_load(stream->is_growing);
		ssize_t got = read(stream->in_fd, bytes, size);
		if (got > 0) {
			digest(state, false, bytes, (size_t)got);
			atomic_fetch_add(&stream->in_bytes, got);
			return got;
		}
		if (got == 0 && !is_growing)
			return 0;
		if (got == 0)
			poll(NULL, 0, GROWING_MS);
		else if (errno != EINTR && errno != EAGAIN)
			return stream_fail(state, "%s: cannot be read: %s", stream->in_name, strerror(errno)) - 1;
	}
}

/* ---- out -------------------------------------------------------------------------- */

/* The reader has ended; whether it had enough, its exit status tells. */
static bool is_reader_gone(struct stream *stream, int why)
{
	stream->is_out_closed = stream->is_out_closed || why == EPIPE;
	return why == EPIPE;
}

bool stream_put(struct stream_state *state, const void *bytes, size_t length)
{
	struct stream *stream = state->stream;
	const char *from = bytes;
	const long long put_bytes = (long long)length;
	digest(state, true, bytes, length);
	long long sent_before = atomic_fetch_add(&stream->out_bytes, (long long)length);
	while (length > 0 && stream->out_fd >= 0 && !stream->is_out_closed) {
		if (is_cancelled(state) || (state->out_polls && !wait_until(state, stream->out_fd, POLLOUT)))
			return false;
		ssize_t sent = write(stream->out_fd, from, length);
		if (sent > 0) {
			from += sent;
			length -= (size_t)sent;
		} else if (sent < 0 && errno != EINTR && errno != EAGAIN && !is_reader_gone(stream, errno)) {
			return stream_fail(state, "%s: cannot be written: %s", stream->out_name, strerror(errno));
		}
	}
	stream->has_enough = stream->most_bytes > 0 && sent_before + put_bytes >= stream->most_bytes;
	return !stream->has_enough;
}

static bool sync_out(struct stream_state *state)
{
	struct stream *stream = state->stream;
	if (!stream->syncs_out || stream->out_fd < 0 || fsync(stream->out_fd) == 0)
		return true;
	return stream_fail(state, "%s: could not be brought to the disk: %s", stream->out_name, strerror(errno));
}

/* ---- all --------------------------------------------------------------------------- */

static bool copy(struct stream_state *state)
{
	char *bytes = mem_new(STREAM_CHUNK_BYTES);
	ssize_t got;
	bool ok = true;
	while (ok && (got = stream_get(state, bytes, STREAM_CHUNK_BYTES)) != 0)
		ok = got > 0 && stream_put(state, bytes, (size_t)got);
	mem_free(bytes);
	return ok;
}

static bool go(struct stream_state *state)
{
	switch (state->stream->how) {
	case STREAM_COMPRESS:
		return stream_compress(state);
	case STREAM_COMPRESS_GZIP:
		return stream_compress_gzip(state);
	case STREAM_EXPAND_ZSTD:
		return stream_expand_zstd(state);
	case STREAM_EXPAND_GZIP:
		return stream_expand_gzip(state);
	case STREAM_COPY:
		break;
	}
	return copy(state);
}

static bool is_pipe(int fd)
{
	struct stat info;
	return fd >= 0 && fstat(fd, &info) == 0 && !S_ISREG(info.st_mode);
}

/* A write of ours that waits for the reader would not hear that we are cancelled. Each end of a pipe has its own flag. */
static bool make_patient(int fd)
{
	bool waits = is_pipe(fd);
	if (waits)
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return waits;
}

static void begin_digest(struct stream_state *state)
{
	state->digest = EVP_MD_CTX_new();
	if (state->digest == NULL || EVP_DigestInit_ex(state->digest, EVP_sha256(), NULL) != 1)
		mem_die("libcrypto has no sha256");
}

static void end_digest(struct stream_state *state)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	EVP_DigestFinal_ex(state->digest, sum, &length);
	EVP_MD_CTX_free(state->digest);
	for (unsigned i = 0; i < 32 && i < length; i++) {
		static const char digits[] = "0123456789abcdef";
		state->stream->sha256[2 * i] = digits[sum[i] >> 4];
		state->stream->sha256[2 * i + 1] = digits[sum[i] & 15];
	}
	state->stream->sha256[64] = '\0';
}

void stream_run(struct work *work, void *arg)
{
	struct stream *stream = arg;
	struct stream_state state = {.stream = stream, .work = work, .in_polls = is_pipe(stream->in_fd)};
	state.out_polls = make_patient(stream->out_fd);
	begin_digest(&state);
	stream->is_good = (go(&state) || stream->has_enough) && sync_out(&state);
	end_digest(&state);
	if (stream->closes_out && stream->out_fd >= 0 && close(stream->out_fd) != 0 && stream->is_good)
		stream->is_good = stream_fail(&state, "%s: could not be closed: %s", stream->out_name, strerror(errno));
	if (stream->closes_in)
		close(stream->in_fd);
}

bool stream_pipe(int *read_end, int *write_end, struct err *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, ERR_FAILED, "a pipe cannot be made: %s", strerror(errno));
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	*read_end = ends[0];
	*write_end = ends[1];
	return true;
}
