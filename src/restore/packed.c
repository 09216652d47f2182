/* A .dump.zst of which only the beginning was unpacked: tables are made and indexes built by its list, the rows in between come out of the stream as
 * they stand there. See restore_internal.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/archive/stream.h"
#include "pgtend/loop/work.h"
#include "restore_internal.h"

static bool begin_stream(struct filling *filling, struct stream *stream, struct err *err)
{
	const char *path = filling->contents->packed->path;
	stream->how = STREAM_EXPAND_ZSTD;
	stream->in_name = path;
	stream->out_name = "pg_restore";
	stream->closes_in = stream->closes_out = true;
	stream->in_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (stream->in_fd < 0)
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", path, strerror(errno));
	if (stream_pipe(&filling->rows_fd, &stream->out_fd, err))
		return true;
	close(stream->in_fd);
	return false;
}

static bool fill_rows(struct filling *filling, struct err *err)
{
	struct stream stream = {.in_fd = -1, .out_fd = -1};
	if (!begin_stream(filling, &stream, err))
		return false;
	struct work *work = work_start(filling->scratch->fleet->loop, stream_run, &stream);
	filling->has_rows = true;
	bool is_done = filling_run(filling, "data", NULL, 1, err);
	filling->has_rows = false;
	close(filling->rows_fd);
	if (!is_done)
		work_cancel(work);
	work_wait(work);
	/* A stream that breaks off is what pg_restore's own words come from. */
	if (!stream.is_good && stream.err.kind != ERR_NONE && stream.err.kind != ERR_CANCELLED) {
		*err = stream.err;
		is_done = false;
	}
	return is_done;
}

bool packed_fill(struct filling *filling, struct err *err)
{
	return filling_step(filling, "pre-data", 1, err) && fill_rows(filling, err) &&
	       filling_step(filling, "post-data", filling->options->jobs, err);
}
