/* See archive/reading.h. The bytes of a file go through a thread that makes their checksum into pg_restore's standard input, what pg_restore gives goes
 * into a thread that counts; a tar and a folder are opened by pg_restore itself, a large folder by several. */
#include "pgtend/archive/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "reader.h"

enum { TICK_MS = 250, KILL_AFTER_MS = 5000 };

struct archive_reading {
	struct loop *loop;
	const struct archive *archive;
	const struct dump_tools *tools;
	struct task *task; /* who waits; NULL */
	struct reader readers[READERS_MOST];
	int reader_count;
	bool is_followed;
	atomic_bool is_growing;
	struct stream feed; /* into pg_restore */
	struct work *feeding;
	struct hashing hashing; /* of what cannot be summed up while it is fed */
	struct work *hasher;
};

/* ---- end ----------------------------------------------------------------------------------------- */

static void reader_ended(void *arg)
{
	struct archive_reading *reading = arg;
	if (reading->task != NULL)
		task_wake(reading->task);
}

static void signal_readers(struct archive_reading *reading, int signal_number)
{
	for (int i = 0; i < reading->reader_count; i++)
		reader_signal(&reading->readers[i], signal_number);
}

/* One that waits for a disk hears no SIGTERM. */
static void kill_readers(void *arg)
{
	signal_readers(arg, SIGKILL);
}

static bool are_running(const struct archive_reading *reading)
{
	for (int i = 0; i < reading->reader_count; i++)
		if (reading->readers[i].child != NULL)
			return true;
	return false;
}

static void wait_for_readers(struct archive_reading *reading, bool is_to_end)
{
	struct timer *timer = NULL;
	reading->task = task_self();
	while (are_running(reading)) {
		if ((is_to_end || task_is_cancelled()) && timer == NULL) {
			signal_readers(reading, SIGTERM);
			signal_readers(reading, SIGCONT); /* one that is stopped hears it then */
			timer = timer_start(reading->loop, KILL_AFTER_MS, KILL_AFTER_MS, kill_readers, reading);
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
	for (int i = 0; i < reading->reader_count; i++)
		reader_wait(&reading->readers[i]);
	if (reading->hasher != NULL)
		work_wait(reading->hasher);
}

static void free_reading(struct archive_reading *reading)
{
	for (int i = 0; i < reading->reader_count; i++)
		reader_done(&reading->readers[i]);
	json_decref(reading->hashing.files);
	mem_free(reading);
}

void archive_reading_drop(struct archive_reading *reading)
{
	if (reading == NULL)
		return;
	if (reading->feeding != NULL)
		work_cancel(reading->feeding);
	for (int i = 0; i < reading->reader_count; i++)
		work_cancel(reading->readers[i].counter);
	if (reading->hasher != NULL)
		work_cancel(reading->hasher);
	wait_for_readers(reading, true);
	wait_for_works(reading);
	free_reading(reading);
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* in: see reader_start(). */
static bool add_reader(struct archive_reading *reading, int in, const char *list, struct err *err)
{
	struct reader *reader = &reading->readers[reading->reader_count];
	*reader = (struct reader){.loop = reading->loop,
	    .archive = reading->archive,
	    .tools = reading->tools,
	    .ended = reader_ended,
	    .arg = reading};
	bool ok = reader_start(reader, in, list, err);
	reading->reader_count += ok;
	return ok;
}

/* The file, and the pipe into pg_restore. */
static bool begin_fed(struct archive_reading *reading, struct err *err)
{
	struct stream *feed = &reading->feed;
	const struct archive *archive = reading->archive;
	int in = -1;
	feed->in_fd = open(archive->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (feed->in_fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", archive->path, strerror(errno));
	feed->out_fd = -1;
	if (!stream_pipe(&in, &feed->out_fd, err) || !add_reader(reading, in, NULL, err)) {
		close(feed->in_fd);
		if (feed->out_fd >= 0)
			close(feed->out_fd);
		return false;
	}
	feed->how = archive->form == ARCHIVE_CUSTOM_ZSTD ? STREAM_EXPAND_ZSTD : STREAM_COPY;
	feed->in_name = archive->path;
	feed->out_name = "pg_restore";
	feed->closes_in = feed->closes_out = true;
	feed->is_growing = &reading->is_growing;
	reading->feeding = work_start(reading->loop, stream_run, feed);
	return true;
}

static bool begin_opened(struct archive_reading *reading, struct err *err)
{
	struct archive_contents ignored = {0};
	struct words entries = {0};
	char *lists[READERS_MOST] = {NULL};
	bool ok = !form_is_folder(reading->archive->form) ||
	          list_read(reading->loop, reading->archive, reading->tools, &ignored, &entries, err);
	int count = ok ? share_entries(reading->archive->path, &entries, lists) : 0;
	for (int i = 0; i < count; i++) {
		ok = ok && add_reader(reading, -1, lists[i], err);
		mem_free(lists[i]);
	}
	words_done(&entries);
	if (ok)
		reading->hasher = work_start(reading->loop, hashing_run, &reading->hashing);
	return ok;
}

struct archive_reading *archive_reading_start(
    struct loop *loop, const struct archive *archive, const struct dump_tools *tools, bool is_growing, struct err *err)
{
	struct archive_reading *reading = MEM_NEW(struct archive_reading);
	bool is_fed = archive->form == ARCHIVE_CUSTOM || archive->form == ARCHIVE_CUSTOM_ZSTD;
	reading->loop = loop;
	reading->archive = archive;
	reading->tools = tools;
	reading->is_followed = is_growing;
	reading->hashing.path = archive->path;
	atomic_init(&reading->is_growing, is_growing);
	if (restore_can(archive, tools, err) && (is_fed ? begin_fed(reading, err) : begin_opened(reading, err)))
		return reading;
	archive_reading_drop(reading);
	return NULL;
}

void archive_reading_written(struct archive_reading *reading)
{
	atomic_store(&reading->is_growing, false);
	/* pg_dump goes back and completes the table of contents at its end: what was fed is not what lies there now */
	if (reading->archive->form == ARCHIVE_CUSTOM && reading->is_followed && reading->hasher == NULL)
		reading->hasher = work_start(reading->loop, hashing_run, &reading->hashing);
}

/* ---- what was found ----------------------------------------------------------------------------- */

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
	for (int i = 0; i < reading->reader_count; i++)
		if (!reader_judge(&reading->readers[i], err))
			return false;
	return true;
}

static void add_counts(const struct counting *counting, struct archive_contents *contents)
{
	const char *table;
	json_t *rows;
	contents->rows += counting->rows;
	json_object_foreach(counting->counts, table, rows)
	{
		int64_t before = json_integer_value(json_object_get(contents->counts, table));
		json_object_set_new(contents->counts, table, json_integer(before + json_integer_value(rows)));
	}
}

static bool fill(struct archive_reading *reading, struct archive_contents *contents, struct err *err)
{
	bool is_hashed = reading->hasher != NULL;
	int64_t blocks = 0;
	contents->size_bytes = is_hashed ? reading->hashing.bytes : reading->feed.in_bytes;
	memcpy(contents->sha256, is_hashed ? reading->hashing.sha256 : reading->feed.sha256, sizeof contents->sha256);
	contents->files = json_incref(reading->hashing.files);
	contents->rows = 0;
	contents->counts = json_object();
	for (int i = 0; i < reading->reader_count; i++) {
		blocks += reading->readers[i].counting.blocks;
		add_counts(&reading->readers[i].counting, contents);
	}
	return blocks == contents->tables ||
	       err_set(err, ERR_FAILED, "%s: could not be read back: its list names %lld tables with rows, %lld came",
	           reading->archive->path, (long long)contents->tables, (long long)blocks);
}

bool archive_reading_wait(
    struct archive_reading *reading, struct archive_contents *contents, struct report *report, struct err *err)
{
	struct ticking ticking = {reading, report, archive_bytes(reading->archive->path)};
	struct timer *timer = timer_start(reading->loop, TICK_MS, TICK_MS, tick, &ticking);
	memset(contents, 0, sizeof *contents);
	contents->rows = -1;
	wait_for_readers(reading, false);
	wait_for_works(reading);
	timer_stop(timer);
	bool ok = judge(reading, err) && list_read(reading->loop, reading->archive, reading->tools, contents, NULL, err) &&
	          fill(reading, contents, err);
	if (!ok)
		archive_contents_done(contents);
	free_reading(reading);
	return ok;
}
