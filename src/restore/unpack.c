/* ID.dump.zst as a file in which pg_restore can go forth and back, so that several connections can read it: taken out of its
 * zstd frames beside the loop. See restore_internal.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/archive/stream.h"
#include "pgtend/core/mem.h"
#include "restore_internal.h"

enum { TICK_MS = 250, TIMES = 6 };

struct unpacking {
	struct stream stream;
	struct report *report;
	int64_t all;
};

static void tick(void *arg)
{
	struct unpacking *unpacking = arg;
	report_progress(unpacking->report, (int64_t)atomic_load(&unpacking->stream.in_bytes), unpacking->all, "bytes");
}

static bool run(struct scratch *scratch, struct unpacking *unpacking, struct err *err)
{
	struct work *work = work_start(scratch->fleet->loop, stream_run, &unpacking->stream);
	struct timer *timer = timer_start(scratch->fleet->loop, TICK_MS, TICK_MS, tick, unpacking);
	work_wait(work);
	timer_stop(timer);
	if (!unpacking->stream.is_good)
		*err = unpacking->stream.err;
	return unpacking->stream.is_good;
}

bool restore_unpack(struct scratch *scratch, const struct archive *archive, int64_t most_bytes, bool *is_whole, struct err *err)
{
	struct stat info = {0};
	int in = open(archive->path, O_RDONLY | O_CLOEXEC);
	if (in < 0 || fstat(in, &info) != 0) {
		err_set(err, ERR_FAILED, "%s: cannot be read: %s", archive->path, strerror(errno));
		if (in >= 0)
			close(in);
		return false;
	}
	int64_t needs = most_bytes > 0 ? most_bytes : archive->database_bytes > 0 ? archive->database_bytes : (int64_t)info.st_size * TIMES;
	int out = -1;
	bool is_done = restore_has_room(scratch->folder, needs, "the unpacked dump",
	    "XDG_CACHE_HOME names the folder; another disk will do", err);
	if (is_done && (out = open(scratch->dump_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		is_done = err_set(err, ERR_FAILED, "%s: cannot be made: %s", scratch->dump_path, strerror(errno));
	if (is_done) {
		struct unpacking unpacking = {
		    .stream = {.how = STREAM_EXPAND_ZSTD, .in_fd = in, .out_fd = out, .in_name = archive->path, .out_name = scratch->dump_path, .most_bytes = most_bytes},
		    .report = scratch->report,
		    .all = info.st_size,
		};
		report_step(scratch->report, "unpacking %s%s", archive->id, most_bytes > 0 ? ", its beginning" : "");
		is_done = run(scratch, &unpacking, err);
		*is_whole = !unpacking.stream.has_enough;
		close(out);
	}
	close(in);
	return is_done;
}
