/* See dump.h. Where pg_dump writes to its standard output, that is our own descriptor: mode 0600 from the beginning, and we bring it to the disk. */
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/archive/stream.h"
#include "pgtend/core/mem.h"
#include "plan.h"

enum { ZSTD_LEVEL = 1, ZSTD_MAJOR = 16, MANY_MB = 256 };

/* ---- the program -------------------------------------------------------------------------- */

struct ticking {
	struct dumping *dumping;
	struct dump_watch *watch;
};

static void started(pid_t pid, void *arg)
{
	const struct ticking *ticking = arg;
	archive_place_note_child(ticking->dumping->place, pid);
}

static void tick(void *arg)
{
	const struct ticking *ticking = arg;
	const struct dumping *dumping = ticking->dumping;
	int64_t done = archive_bytes(dumping->place->part);
	int64_t all = dumping->expected_bytes > 0 ? dumping->expected_bytes : dump_watch_all(ticking->watch, done);
	if (done > 0)
		report_progress(dumping->report, done, all > 0 && done > all ? done : all, "bytes");
}

static void add_arguments(struct words *argv, const struct dumping *dumping, const char *format, const char *compression)
{
	words_add(argv, dumping->tools->pg_dump);
	words_take(argv, mem_format("--format=%s", format));
	words_take(argv, mem_format("--compress=%s", compression));
	double seconds = section_seconds(dumping->database->section, "lock_timeout");
	if (seconds > 0 && seconds < INT_MAX / 1000.0)
		words_take(argv, mem_format("--lock-wait-timeout=%d", (int)(seconds * 1000.0)));
}

static bool run(struct dumping *dumping, const struct words *argv, int stdout_fd, char **said, struct err *err)
{
	struct ticking ticking = {dumping, dump_watch_start(dumping)};
	const struct database *database = dumping->database;
	char *hint = mem_format("pgtend activity %s", database->name);
	struct dump_run run = {
	    .loop = dumping->fleet->loop,
	    .info = database->direct != NULL ? database->direct : database->info,
	    .application = "pgtend backup",
	    .argv = argv,
	    .client = &dumping->tools->client,
	    .stdout_fd = stdout_fd,
	    .disk = "the disk of the backup folder",
	    .locked_hint = hint,
	    .started = started,
	    .tick = tick,
	    .arg = &ticking,
	    .report = dumping->report,
	};
	bool ok = dump_run(&run, said, err);
	dump_watch_stop(ticking.watch);
	mem_free(hint);
	return ok;
}

/* ---- one file --------------------------------------------------------------------------------- */

static bool open_part(struct dumping *dumping, struct err *err)
{
	const char *part = dumping->place->part;
	dumping->fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return dumping->fd >= 0 || err_set(err, ERR_FAILED, "%s: cannot be made: %s", part, strerror(errno));
}

static bool begin_reading(struct dumping *dumping, struct err *err)
{
	dumping->reading = archive_reading_start(dumping->fleet->loop, &dumping->part, dumping->tools, true, err);
	return dumping->reading != NULL;
}

static void drop_reading(struct dumping *dumping)
{
	archive_reading_drop(dumping->reading);
	dumping->reading = NULL;
}

struct syncing {
	int fd;
	int why; /* 0: it is on the disk */
};

static void sync_run(struct work *work, void *arg)
{
	struct syncing *syncing = arg;
	(void)work;
	syncing->why = fsync(syncing->fd) == 0 ? 0 : errno;
}

static bool sync_part(const struct dumping *dumping, struct err *err)
{
	struct syncing syncing = {.fd = dumping->fd};
	work_wait(work_start(dumping->fleet->loop, sync_run, &syncing));
	return syncing.why == 0 ||
	       err_set(err, ERR_FAILED, "%s: could not be brought to the disk: %s", dumping->place->part, strerror(syncing.why));
}

/* Whether pg_dump was built without what we asked of it: then the next one in the row is tried. */
static bool lacks_compression(const char *said)
{
	static const char *const known[] = {
	    "does not support compression", "could not set compression", "unrecognized compression", "invalid compression", "not built with"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (said != NULL && strstr(said, known[i]) != NULL)
			return true;
	return false;
}

/* Threads for each table cost more than they give when there are many small ones. */
static const char *const *compressions(const struct dumping *dumping)
{
	static const char *const with_workers[] = {"zstd:level=1,workers=2", "zstd:1", "gzip:1", NULL};
	bool is_large = dumping->database_bytes >= (int64_t)MANY_MB << 20 && plan_compressors() > 1;
	return dumping->tools->major < ZSTD_MAJOR ? &with_workers[2] : is_large ? with_workers : &with_workers[1];
}

static bool try_file(struct dumping *dumping, const char *compression, bool *is_lacking, struct err *err)
{
	struct words argv = {0};
	char *said = NULL;
	if (ftruncate(dumping->fd, 0) != 0 || lseek(dumping->fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_FAILED, "%s: cannot be written: %s", dumping->place->part, strerror(errno));
	if (!begin_reading(dumping, err))
		return false;
	add_arguments(&argv, dumping, "custom", dumping->tools->major < ZSTD_MAJOR ? "1" : compression);
	bool ok = run(dumping, &argv, dumping->fd, &said, err);
	*is_lacking = !ok && lacks_compression(said);
	if (ok)
		archive_reading_written(dumping->reading);
	else
		drop_reading(dumping);
	mem_free(said);
	words_done(&argv);
	return ok;
}

static bool dump_file(struct dumping *dumping, struct err *err)
{
	bool ok = false, is_lacking = true;
	if (!open_part(dumping, err))
		return false;
	for (const char *const *next = compressions(dumping); !ok && is_lacking && *next != NULL; next++) {
		is_lacking = false;
		ok = try_file(dumping, *next, &is_lacking, err);
		if (ok)
			dumping->compression = mem_copy(*next);
	}
	return ok && sync_part(dumping, err);
}

/* ---- one file, packed by us -------------------------------------------------------------------- */

/* Which of the two failed first? A full disk ends the one that packs, and pg_dump says only that its pipe broke. */
static bool judge_packed(struct stream *stream, bool is_dumped, struct err *err)
{
	if (stream->is_good || stream->err.kind == ERR_CANCELLED)
		return is_dumped && stream->is_good;
	*err = stream->err;
	if (strstr(err->text, strerror(ENOSPC)) != NULL)
		err_hint(err, "the disk of the backup folder is full");
	return false;
}

static bool run_packed(struct dumping *dumping, struct stream *stream, int pipe_in, struct err *err)
{
	struct words argv = {0};
	struct work *work = work_start(dumping->fleet->loop, stream_run, stream);
	add_arguments(&argv, dumping, "custom", dumping->tools->major < ZSTD_MAJOR ? "0" : "none");
	bool ok = run(dumping, &argv, pipe_in, NULL, err);
	close(pipe_in);
	if (!ok)
		work_cancel(work);
	work_wait(work);
	words_done(&argv);
	ok = judge_packed(stream, ok, err);
	if (!ok && err->kind == ERR_NONE)
		err_set(err, ERR_CANCELLED, "cancelled, nothing was kept");
	return ok;
}

static bool dump_packed(struct dumping *dumping, struct stream *stream, struct err *err)
{
	int pipe_in = -1;
	if (!open_part(dumping, err) || !stream_pipe(&stream->in_fd, &pipe_in, err))
		return false;
	stream->how = STREAM_COMPRESS;
	stream->closes_in = true;
	stream->out_fd = dumping->fd;
	stream->in_name = "pg_dump";
	stream->out_name = dumping->place->part;
	stream->level = ZSTD_LEVEL;
	stream->workers = plan_compressors();
	stream->syncs_out = true;
	stream->checksums_out = true;
	if (!begin_reading(dumping, err)) {
		close(stream->in_fd);
		close(pipe_in);
		return false;
	}
	dumping->compression = mem_format("zstd:%d", ZSTD_LEVEL);
	bool ok = run_packed(dumping, stream, pipe_in, err);
	if (ok)
		archive_reading_written(dumping->reading);
	else
		drop_reading(dumping);
	return ok;
}

/* ---- a folder -------------------------------------------------------------------------------------- */

static bool try_folder(struct dumping *dumping, const char *compression, bool *is_lacking, struct err *err)
{
	struct words argv = {0};
	char *said = NULL;
	add_arguments(&argv, dumping, "directory", dumping->tools->major < ZSTD_MAJOR ? "1" : compression);
	words_take(&argv, mem_format("--jobs=%d", dumping->jobs));
	words_take(&argv, mem_format("--file=%s", dumping->place->part));
	bool ok = run(dumping, &argv, -1, &said, err);
	*is_lacking = !ok && lacks_compression(said);
	mem_free(said);
	words_done(&argv);
	return ok;
}

/* pg_dump brings a folder to the disk by itself, file by file. It wants an empty one; its mode is ours. */
static bool dump_folder(struct dumping *dumping, struct err *err)
{
	const char *part = dumping->place->part;
	bool ok = false, is_lacking = true;
	dumping->jobs = dumping->connections > 2 ? dumping->connections - 1 : 1;
	/* each worker is a process that packs what it reads: the last two in the row */
	const char *const *next = compressions(dumping);
	for (next += strchr(*next, ',') != NULL; !ok && is_lacking && *next != NULL; next++) {
		is_lacking = false;
		rmdir(part);
		if (mkdir(part, 0700) != 0)
			return err_set(err, ERR_FAILED, "%s: cannot be made: %s", part, strerror(errno));
		ok = try_folder(dumping, *next, &is_lacking, err);
		if (ok)
			dumping->compression = mem_copy(*next);
	}
	return ok;
}

/* ---- all --------------------------------------------------------------------------------------------- */

/* While pg_dump completes its table of contents at the end, who reads that very part at this moment may see half of it: what was read on the way
 * is believed when it is good, and looked at again when it is not. */
static bool finish_reading(struct dumping *dumping, struct archive_contents *contents, struct err *err)
{
	struct archive_reading *reading = dumping->reading;
	struct loop *loop = dumping->fleet->loop;
	dumping->reading = NULL;
	report_step(dumping->report, "reading it back");
	bool ok = reading != NULL && archive_reading_wait(reading, contents, dumping->report, err);
	bool is_again = !ok && (reading == NULL || (dumping->part.form == ARCHIVE_CUSTOM && err->kind != ERR_CANCELLED));
	return ok || (is_again && archive_read(loop, &dumping->part, dumping->tools, ARCHIVE_READ, contents, dumping->report, err));
}

static bool dump_in_form(struct dumping *dumping, struct stream *stream, struct err *err)
{
	switch (dumping->place->form) {
	case ARCHIVE_CUSTOM_ZSTD:
		return dump_packed(dumping, stream, err);
	case ARCHIVE_DIRECTORY:
		return dump_folder(dumping, err);
	default:
		return dump_file(dumping, err);
	}
}

static bool close_part(struct dumping *dumping, bool ok, struct err *err)
{
	if (dumping->fd >= 0 && close(dumping->fd) != 0 && ok)
		ok = err_set(err, ERR_FAILED, "%s: could not be closed: %s", dumping->place->part, strerror(errno));
	dumping->fd = -1;
	if (!ok)
		drop_reading(dumping);
	return ok;
}

bool dump_take(struct dumping *dumping, struct archive_contents *contents, struct err *err)
{
	struct stream stream = {.in_fd = -1};
	dumping->fd = -1;
	dumping->jobs = 1;
	dumping->part = (struct archive){.path = dumping->place->part, .form = dumping->place->form};
	report_step(dumping->report, "pg_dump %d", dumping->tools->major);
	report_progress(dumping->report, 0, dumping->expected_bytes, "bytes");
	bool ok = close_part(dumping, dump_in_form(dumping, &stream, err), err);
	/* its connections are closed: the next database may begin while this one is read */
	budget_give(dumping->budget, dumping->connections);
	dumping->connections = 0;
	ok = ok && finish_reading(dumping, contents, err);
	if (ok && dumping->part.form == ARCHIVE_CUSTOM_ZSTD && strcmp(stream.sha256, contents->sha256) != 0)
		ok = err_set(err, ERR_FAILED, "%s: what the disk gives back is not what was written", dumping->place->part);
	return ok;
}
