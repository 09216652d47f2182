/* See archive/reading.h. The bytes of a file go through a thread that makes their checksum into pg_restore's standard input, what pg_restore gives goes
 * into a thread that counts; a folder and a tar are opened by pg_restore itself. */
#include "pgtend/archive/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "count.h"
#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"

enum { TICK_MS = 250, SAID_BYTES = 1 << 16, KILL_AFTER_MS = 5000 };

struct archive_reading {
	struct loop *loop;
	const struct archive *archive;
	const struct dump_tools *tools;
	struct task *task; /* who waits; NULL */
	struct child *child;
	int status, signal_number;
	struct text said;
	bool is_followed;
	atomic_bool is_growing;
	struct stream feed; /* into pg_restore */
	struct work *feeding;
	struct counting counting;
	struct work *counter;
	struct hashing hashing; /* of what cannot be summed up while it is fed */
	struct work *hasher;
};

/* ---- beginning ------------------------------------------------------------------------------- */

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct archive_reading *reading = arg;
	if (stream == CHILD_STDERR && reading->said.length < SAID_BYTES)
		text_add_n(&reading->said, bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct archive_reading *reading = arg;
	reading->child = NULL;
	reading->status = status;
	reading->signal_number = signal_number;
	if (reading->task != NULL)
		task_wake(reading->task);
}

static bool start_child(struct archive_reading *reading, int in, int out, struct err *err)
{
	struct words argv = {0};
	dump_tools_add_restore(reading->tools, &argv);
	words_add(&argv, "--section=data");
	words_add(&argv, "--file=-");
	if (in < 0)
		words_add(&argv, reading->archive->path);
	words_take(&argv, NULL);
	static const char *const env[] = {"LC_MESSAGES=C", NULL};
	struct child_spec spec = {
	    .argv = (const char *const *)argv.v,
	    .env = env,
	    .stdin_fd = in,
	    .has_stdin = in >= 0,
	    .stdout_fd = out,
	    .stderr_fd = -1,
	    .data_fn = heard,
	    .exit_fn = ended,
	    .arg = reading,
	};
	reading->child = child_start(reading->loop, &spec, err);
	argv.count--;
	words_done(&argv);
	return reading->child != NULL;
}

/* The file, and the pipe into pg_restore. *read_end: pg_restore's. */
static bool open_feed(struct archive_reading *reading, int *read_end, struct err *err)
{
	struct stream *feed = &reading->feed;
	const struct archive *archive = reading->archive;
	feed->in_fd = open(archive->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (feed->in_fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", archive->path, strerror(errno));
	if (!stream_pipe(read_end, &feed->out_fd, err)) {
		close(feed->in_fd);
		return false;
	}
	feed->how = archive->form == ARCHIVE_CUSTOM_ZSTD ? STREAM_EXPAND_ZSTD : STREAM_COPY;
	feed->in_name = archive->path;
	feed->out_name = "pg_restore";
	feed->closes_in = feed->closes_out = true;
	feed->is_growing = &reading->is_growing;
	return true;
}

static void start_works(struct archive_reading *reading, bool is_fed)
{
	reading->counter = work_start(reading->loop, counting_run, &reading->counting);
	if (is_fed)
		reading->feeding = work_start(reading->loop, stream_run, &reading->feed);
	else
		reading->hasher = work_start(reading->loop, hashing_run, &reading->hashing);
}

static bool begin(struct archive_reading *reading, struct err *err)
{
	bool is_fed = reading->archive->form == ARCHIVE_CUSTOM || reading->archive->form == ARCHIVE_CUSTOM_ZSTD;
	int in = -1, out = -1;
	if (!stream_pipe(&reading->counting.in_fd, &out, err))
		return false;
	bool ok = restore_can(reading->archive, reading->tools, err) && (!is_fed || open_feed(reading, &in, err));
	if (ok && !start_child(reading, in, out, err)) {
		ok = false;
		if (is_fed) {
			close(reading->feed.in_fd);
			close(reading->feed.out_fd);
		}
	}
	if (in >= 0)
		close(in);
	close(out);
	if (ok)
		start_works(reading, is_fed);
	else
		close(reading->counting.in_fd);
	return ok;
}

struct archive_reading *archive_reading_start(
    struct loop *loop, const struct archive *archive, const struct dump_tools *tools, bool is_growing, struct err *err)
{
	struct archive_reading *reading = MEM_NEW(struct archive_reading);
	reading->loop = loop;
	reading->archive = archive;
	reading->tools = tools;
	reading->is_followed = is_growing;
	reading->hashing.path = archive->path;
	atomic_init(&reading->is_growing, is_growing);
	if (begin(reading, err))
		return reading;
	mem_free(reading);
	return NULL;
}

void archive_reading_written(struct archive_reading *reading)
{
	atomic_store(&reading->is_growing, false);
	/* pg_dump goes back and completes the table of contents at its end: what was fed is not what lies there now */
	if (reading->archive->form == ARCHIVE_CUSTOM && reading->is_followed && reading->hasher == NULL)
		reading->hasher = work_start(reading->loop, hashing_run, &reading->hashing);
}

/* ---- end ----------------------------------------------------------------------------------------- */

struct ticking {
	struct archive_reading *reading;
	struct report *report;
	int64_t all;
};

static void tick(void *arg)
{
	struct ticking *ticking = arg;
	struct archive_reading *reading = ticking->reading;
	int64_t done = reading->feeding != NULL ? (int64_t)atomic_load(&reading->feed.in_bytes)
	                                        : (int64_t)atomic_load(&reading->hashing.bytes);
	report_progress(ticking->report, done, ticking->all, "bytes");
}

/* One that is stopped hears no SIGTERM. */
static void kill_child(void *arg)
{
	struct archive_reading *reading = arg;
	if (reading->child != NULL)
		child_signal(reading->child, SIGKILL);
}

static void wait_for_child(struct archive_reading *reading, bool is_to_end)
{
	struct timer *timer = NULL;
	reading->task = task_self();
	while (reading->child != NULL) {
		if ((is_to_end || task_is_cancelled()) && timer == NULL) {
			child_signal(reading->child, SIGTERM);
			timer = timer_start(reading->loop, KILL_AFTER_MS, KILL_AFTER_MS, kill_child, reading);
		}
		task_wait();
	}
	timer_stop(timer);
	reading->task = NULL;
}

static void wait_for_works(struct archive_reading *reading)
{
	if (reading->feeding != NULL)
		work_wait(reading->feeding);
	work_wait(reading->counter);
	if (reading->hasher != NULL)
		work_wait(reading->hasher);
}

static bool say_unreadable(struct archive_reading *reading, struct err *err)
{
	const char *path = reading->archive->path;
	if (reading->signal_number != 0)
		return err_set(err, ERR_FAILED, "%s: could not be read back: pg_restore was killed by signal %d", path,
		    reading->signal_number);
	char *reason = restore_reason(&reading->said);
	err_set(err, ERR_FAILED, "%s: could not be read back: %s (pg_restore, status %d)", path, reason, reading->status);
	mem_free(reason);
	return false;
}

static bool judge(struct archive_reading *reading, struct err *err)
{
	const struct stream *feed = &reading->feed;
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled while the dump was read back");
	if (reading->feeding != NULL && !feed->is_good) {
		*err = feed->err;
		return false;
	}
	if (reading->hasher != NULL && !reading->hashing.is_good) {
		*err = reading->hashing.err;
		return false;
	}
	if (reading->status != 0)
		return say_unreadable(reading, err);
	if (reading->counting.trouble != NULL)
		return err_set(
		    err, ERR_FAILED, "%s: could not be read back: %s", reading->archive->path, reading->counting.trouble);
	return true;
}

static void fill(struct archive_reading *reading, struct archive_contents *contents)
{
	bool is_hashed = reading->hasher != NULL;
	contents->size_bytes = is_hashed ? reading->hashing.bytes : reading->feed.in_bytes;
	memcpy(contents->sha256, is_hashed ? reading->hashing.sha256 : reading->feed.sha256, sizeof contents->sha256);
	contents->files = json_incref(reading->hashing.files);
	contents->rows = reading->counting.rows;
	contents->counts = json_incref(reading->counting.counts);
}

static void free_reading(struct archive_reading *reading)
{
	counting_done(&reading->counting);
	json_decref(reading->hashing.files);
	text_done(&reading->said);
	mem_free(reading);
}

bool archive_reading_wait(
    struct archive_reading *reading, struct archive_contents *contents, struct report *report, struct err *err)
{
	struct ticking ticking = {reading, report, archive_bytes(reading->archive->path)};
	struct timer *timer = timer_start(reading->loop, TICK_MS, TICK_MS, tick, &ticking);
	memset(contents, 0, sizeof *contents);
	contents->rows = -1;
	wait_for_child(reading, false);
	wait_for_works(reading);
	timer_stop(timer);
	bool ok = judge(reading, err) && list_read(reading->loop, reading->archive, reading->tools, contents, err);
	if (ok)
		fill(reading, contents);
	if (ok && reading->counting.blocks != contents->tables)
		ok = err_set(err, ERR_FAILED, "%s: could not be read back: its list names %lld tables with rows, %lld came",
		    reading->archive->path, (long long)contents->tables, (long long)reading->counting.blocks);
	if (!ok)
		archive_contents_done(contents);
	free_reading(reading);
	return ok;
}

void archive_reading_drop(struct archive_reading *reading)
{
	if (reading == NULL)
		return;
	if (reading->feeding != NULL)
		work_cancel(reading->feeding);
	work_cancel(reading->counter);
	if (reading->hasher != NULL)
		work_cancel(reading->hasher);
	wait_for_child(reading, true);
	wait_for_works(reading);
	free_reading(reading);
}
