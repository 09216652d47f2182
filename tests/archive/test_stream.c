/* Streams: what comes out is what went in, also of a file that still grows; damage anywhere is seen; a reader that leaves does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "pgtend/archive/stream.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

enum { LARGE = 3000000, SMALL = 2000 };

struct scene {
	struct loop *loop;
	struct stream *streams[3];
	int count;
	bool is_done;
	char *large; /* compressible, but not empty of surprise */
};

static int scene_begin(void **state)
{
	struct scene *scene = MEM_NEW(struct scene);
	unsigned x = 1;

	scene->loop = loop_new();
	scene->large = mem_new(LARGE);
	for (int i = 0; i < LARGE; i++) {
		x = x * 1103515245u + 12345u;
		scene->large[i] = (char)('a' + (x >> 16) % 7);
	}
	*state = scene;
	return 0;
}

static int scene_end(void **state)
{
	struct scene *scene = *state;

	loop_free(scene->loop);
	mem_free(scene->large);
	mem_free(scene);
	return 0;
}

static void run_streams(void *arg)
{
	struct scene *scene = arg;
	struct work *works[3];

	for (int i = 0; i < scene->count; i++)
		works[i] = work_start(scene->loop, stream_run, scene->streams[i]);
	for (int i = 0; i < scene->count; i++)
		work_wait(works[i]);
}

static void mark_done(void *arg)
{
	struct scene *scene = arg;

	scene->is_done = true;
}

static void run(struct scene *scene, struct stream *a, struct stream *b)
{
	scene->streams[0] = a;
	scene->streams[1] = b;
	scene->count = b ? 2 : 1;
	scene->is_done = false;
	task_start(scene->loop, run_streams, mark_done, scene);
	while (!scene->is_done)
		loop_turn(scene->loop, true);
}

static int file_of(const void *bytes, size_t length)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static char *contents(int fd, size_t *length)
{
	*length = (size_t)lseek(fd, 0, SEEK_END);
	char *bytes = mem_new(*length + 1);

	assert_int_equal(pread(fd, bytes, *length, 0), (ssize_t)*length);
	lseek(fd, 0, SEEK_SET);
	return bytes;
}

static void assert_contents(int fd, const char *wanted, size_t wanted_length)
{
	size_t length;
	char *bytes = contents(fd, &length);

	assert_int_equal(length, wanted_length);
	assert_memory_equal(bytes, wanted, length);
	mem_free(bytes);
}

static void assert_sum(const struct stream *stream, int fd)
{
	size_t length;
	unsigned char sum[32];
	char hex[65];
	char *bytes = contents(fd, &length);

	EVP_Digest(bytes, length, sum, NULL, EVP_sha256(), NULL);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	assert_string_equal(stream->sha256, hex);
	mem_free(bytes);
}

static struct stream from_to(enum stream_how how, int in_fd, int out_fd)
{
	return (struct stream){.how = how, .in_fd = in_fd, .out_fd = out_fd, .in_name = "in", .out_name = "out", .level = 1};
}

static int compressed(struct scene *scene, const char *bytes, size_t length, int workers)
{
	int in = file_of(bytes, length), out = file_of("", 0);
	struct stream stream = from_to(STREAM_COMPRESS, in, out);

	stream.workers = workers;
	stream.checksums_out = true;
	run(scene, &stream, NULL);
	assert_true(stream.is_good);
	assert_int_equal(stream.in_bytes, length);
	assert_int_equal(stream.out_bytes, lseek(out, 0, SEEK_END));
	assert_sum(&stream, out);
	close(in);
	lseek(out, 0, SEEK_SET);
	return out;
}

static void what_was_compressed_comes_back(void **state)
{
	struct scene *scene = *state;

	for (int workers = 0; workers <= 2; workers++) {
		for (size_t length = 0; length <= LARGE; length = length == 0 ? 1 : length == 1 ? 262144 : length == 262144 ? LARGE : LARGE + 1) {
			int in = compressed(scene, scene->large, length, workers), out = file_of("", 0);
			struct stream stream = from_to(STREAM_EXPAND_ZSTD, in, out);

			run(scene, &stream, NULL);
			assert_true(stream.is_good);
			assert_sum(&stream, in);
			assert_contents(out, scene->large, length);
			close(in);
			close(out);
		}
	}
}

static void two_frames_are_one_text(void **state)
{
	struct scene *scene = *state;
	int one = compressed(scene, "first ", 6, 0), two = compressed(scene, "second", 6, 0), out = file_of("", 0);
	size_t length;
	char *more = contents(two, &length);

	lseek(one, 0, SEEK_END);
	assert_int_equal(write(one, more, length), (ssize_t)length);
	lseek(one, 0, SEEK_SET);
	struct stream stream = from_to(STREAM_EXPAND_ZSTD, one, out);

	run(scene, &stream, NULL);
	assert_true(stream.is_good);
	assert_contents(out, "first second", 12);
	mem_free(more);
	close(one);
	close(two);
	close(out);
}

static void assert_damaged(struct scene *scene, enum stream_how how, const char *bytes, size_t length, size_t at)
{
	int in = file_of(bytes, length);
	struct stream stream = from_to(how, in, -1);

	run(scene, &stream, NULL);
	if (stream.is_good)
		fail_msg("damage was not seen at %zu of %zu", at, length);
	assert_int_equal(stream.err.kind, ERR_FAILED);
	assert_true(strncmp(stream.err.text, "in: damaged (", 13) == 0);
	close(in);
}

static void assert_every_damage_is_seen(struct scene *scene, enum stream_how how, char *bytes, size_t length, size_t first)
{
	for (size_t at = 0; at < length; at++)
		assert_damaged(scene, how, bytes, at, at);
	for (size_t at = first; at < length; at++) {
		bytes[at] ^= 0x41;
		assert_damaged(scene, how, bytes, length, at);
		bytes[at] ^= 0x41;
	}
	char *longer = mem_new(length + 3);

	memcpy(longer, bytes, length);
	memcpy(longer + length, "xyz", 3);
	assert_damaged(scene, how, longer, length + 3, length);
	mem_free(longer);
}

static void zstd_cut_flipped_or_longer_is_damaged(void **state)
{
	struct scene *scene = *state;
	size_t length;
	int file = compressed(scene, scene->large, SMALL, 0);
	char *bytes = contents(file, &length);

	/* the sixth byte says how large the window is: a larger one reads the same */
	assert_every_damage_is_seen(scene, STREAM_EXPAND_ZSTD, bytes, length, 6);
	mem_free(bytes);
	close(file);
}

static size_t gzipped(const char *bytes, size_t length, char *out, size_t size)
{
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (unsigned)length, .next_out = (unsigned char *)out,
		.avail_out = (unsigned)size};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size_t written = size - z.avail_out;

	deflateEnd(&z);
	return written;
}

static void gzip_of_others_is_read(void **state)
{
	struct scene *scene = *state;
	char *bytes = mem_new(LARGE * 2);
	size_t first = gzipped(scene->large, LARGE / 2, bytes, LARGE);
	size_t second = gzipped(scene->large + LARGE / 2, LARGE - LARGE / 2, bytes + first, LARGE);
	/* two members, and zeroes behind them as a tape leaves */
	int in = file_of(bytes, first + second + 512), out = file_of("", 0);
	struct stream stream = from_to(STREAM_EXPAND_GZIP, in, out);

	run(scene, &stream, NULL);
	assert_true(stream.is_good);
	assert_contents(out, scene->large, LARGE);
	mem_free(bytes);
	close(in);
	close(out);
}

static void gzip_cut_flipped_or_longer_is_damaged(void **state)
{
	struct scene *scene = *state;
	char bytes[SMALL * 2];
	size_t length = gzipped(scene->large, SMALL, bytes, sizeof bytes);

	/* time, flags of the writer and its system (bytes 4 to 9) say nothing about the contents */
	assert_every_damage_is_seen(scene, STREAM_EXPAND_GZIP, bytes, length, 10);
}

/* --- pipes, files that grow -------------------------------------------------------------- */

static void through_a_pipe_while_the_file_grows(void **state)
{
	struct scene *scene = *state;
	char name[] = "/tmp/pgtend-stream.XXXXXX";
	int in = file_of(scene->large, LARGE), written = mkstemp(name), read_back = file_of("", 0), follower = dup(written);
	atomic_bool is_growing = true;
	struct err err;

	unlink(name);
	/* another offset: the file as another process would see it */
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", follower);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	struct stream writer = from_to(STREAM_COMPRESS, in, written), reader = from_to(STREAM_EXPAND_ZSTD, fileno(file), read_back);
	(void)err;
	writer.checksums_out = true;
	writer.workers = 1;
	reader.is_growing = &is_growing;
	scene->streams[0] = &writer;
	scene->streams[1] = &reader;
	scene->count = 2;
	scene->is_done = false;
	task_start(scene->loop, run_streams, mark_done, scene);
	while (atomic_load(&writer.in_bytes) < LARGE || atomic_load(&writer.out_bytes) < 1000)
		poll(NULL, 0, 1), loop_turn(scene->loop, false);
	poll(NULL, 0, 50);
	assert_false(scene->is_done);
	atomic_store(&is_growing, false);
	while (!scene->is_done)
		loop_turn(scene->loop, true);
	assert_true(writer.is_good);
	assert_true(reader.is_good);
	assert_string_equal(writer.sha256, reader.sha256);
	assert_contents(read_back, scene->large, LARGE);
	fclose(file);
	close(in);
	close(written);
	close(follower);
	close(read_back);
}

static void a_pipe_between_two_streams(void **state)
{
	struct scene *scene = *state;
	int in = file_of(scene->large, LARGE), out = file_of("", 0), ends[2];
	struct err err;

	assert_true(stream_pipe(&ends[0], &ends[1], &err));
	struct stream first = from_to(STREAM_COMPRESS, in, ends[1]), second = from_to(STREAM_EXPAND_ZSTD, ends[0], out);
	first.closes_out = true;
	second.closes_in = true;
	run(scene, &first, &second);
	assert_true(first.is_good && second.is_good);
	assert_contents(out, scene->large, LARGE);
	close(in);
	close(out);
}

static void a_reader_that_leaves_is_no_failure(void **state)
{
	struct scene *scene = *state;
	int in = file_of(scene->large, LARGE), ends[2];
	struct err err;

	assert_true(stream_pipe(&ends[0], &ends[1], &err));
	close(ends[0]);
	struct stream stream = from_to(STREAM_COPY, in, ends[1]);
	stream.closes_out = true;
	run(scene, &stream, NULL);
	assert_true(stream.is_good);
	assert_true(stream.is_out_closed);
	assert_int_equal(stream.in_bytes, LARGE);
	assert_sum(&stream, in);
	close(in);
}

static void a_full_disk_is_named(void **state)
{
	struct scene *scene = *state;
	int in = file_of(scene->large, LARGE);
	FILE *full = fopen("/dev/full", "w");

	if (!full)
		skip();
	struct stream stream = from_to(STREAM_COPY, in, fileno(full));
	run(scene, &stream, NULL);
	assert_false(stream.is_good);
	assert_string_equal(stream.err.text, "out: cannot be written: No space left on device");
	fclose(full);
	close(in);
}

static void cancel(void *arg)
{
	task_cancel(arg);
}

static void cancelling_ends_one_that_waits(void **state)
{
	struct scene *scene = *state;
	struct err err;

	/* at the side of either end: nobody writes, nobody reads */
	for (int side = 0; side < 2; side++) {
		int in = file_of(scene->large, LARGE), ends[2];

		assert_true(stream_pipe(&ends[0], &ends[1], &err));
		struct stream stream = side == 0 ? from_to(STREAM_COPY, ends[0], -1) : from_to(STREAM_COPY, in, ends[1]);
		scene->streams[0] = &stream;
		scene->count = 1;
		scene->is_done = false;
		struct timer *timer = timer_start(scene->loop, 30, 0, cancel, task_start(scene->loop, run_streams, mark_done, scene));
		while (!scene->is_done)
			loop_turn(scene->loop, true);
		timer_stop(timer);
		assert_false(stream.is_good);
		assert_int_equal(stream.err.kind, ERR_CANCELLED);
		close(in);
		close(ends[0]);
		close(ends[1]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_compressed_comes_back),
		TEST(two_frames_are_one_text),
		TEST(zstd_cut_flipped_or_longer_is_damaged),
		TEST(gzip_of_others_is_read),
		TEST(gzip_cut_flipped_or_longer_is_damaged),
		TEST(through_a_pipe_while_the_file_grows),
		TEST(a_pipe_between_two_streams),
		TEST(a_reader_that_leaves_is_no_failure),
		TEST(a_full_disk_is_named),
		TEST(cancelling_ends_one_that_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
