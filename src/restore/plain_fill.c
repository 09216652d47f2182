/* See plain_fill.h. */
#include "plain_fill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "pgtend/archive/stream.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/client_tool.h"
#include "pgtend/pg/dump.h"

enum { BLOCK_BYTES = 1 << 18, TICK_MS = 500 };

bool plain_is(enum archive_form form)
{
	return form == ARCHIVE_PLAIN || form == ARCHIVE_PLAIN_GZIP || form == ARCHIVE_PLAIN_ZSTD;
}

/* --- file, expanded, looked at, and into a pipe -------------------------------------------------------------------- */

struct feed {
	const struct archive *archive;
	struct report *report;
	struct plain *plain;
	struct stream stream;  /* of a compressed one: file -> pipe */
	struct work *expander; /* NULL: the file is read as it is */
	struct work *reader;
	int in_fd, out_fd;     /* out_fd -1: only looked at */
	atomic_llong bytes;    /* of what is read */
	bool is_good, is_out_closed;
	struct err err;
	/* of the thread */
	struct work *self;
};

/* psql ended: what it said tells why. */
static bool put(const char *bytes, size_t length, void *arg)
{
	struct feed *feed = arg;
	while (length > 0 && !feed->is_out_closed) {
		ssize_t n = write(feed->out_fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			feed->is_out_closed = true;
		bytes += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return !feed->is_out_closed;
}

static void read_all(struct work *work, void *arg)
{
	struct feed *feed = arg;
	char *block = mem_new(BLOCK_BYTES);
	ssize_t n = 0;
	feed->is_good = true;
	while (feed->is_good && !work_is_cancelled(work) && (n = read(feed->in_fd, block, BLOCK_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			feed->is_good = err_set(&feed->err, ERR_FAILED, "%s: cannot be read: %s", feed->archive->path, strerror(errno));
		else
			feed->is_good = plain_feed(feed->plain, block, (size_t)n, &feed->err);
		if (n > 0)
			atomic_fetch_add(&feed->bytes, n);
	}
	if (feed->is_good && work_is_cancelled(work))
		feed->is_good = err_set(&feed->err, ERR_CANCELLED, "cancelled");
	/* A stream that breaks off ends like one that is whole: what it says is asked first. */
	if (feed->is_good && !feed->expander)
		feed->is_good = plain_end(feed->plain, &feed->err);
	mem_free(block);
	(void)close(feed->in_fd);
	if (feed->out_fd >= 0)
		(void)close(feed->out_fd);
}

static bool begin(struct feed *feed, struct loop *loop, struct err *err)
{
	enum archive_form form = feed->archive->form;
	const char *path = feed->archive->path;
	int fd = open(path, O_RDONLY | O_CLOEXEC), write_end = -1;
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: cannot be opened: %s", path, strerror(errno));
	feed->in_fd = fd;
	if (form != ARCHIVE_PLAIN) {
		if (!stream_pipe(&feed->in_fd, &write_end, err)) {
			(void)close(fd);
			return false;
		}
		feed->stream = (struct stream){
		    .how = form == ARCHIVE_PLAIN_ZSTD ? STREAM_EXPAND_ZSTD : STREAM_EXPAND_GZIP,
		    .in_fd = fd,
		    .out_fd = write_end,
		    .closes_in = true,
		    .closes_out = true,
		    .in_name = path,
		    .out_name = "psql",
		};
		feed->expander = work_start(loop, stream_run, &feed->stream);
	}
	feed->reader = work_start(loop, read_all, feed);
	return true;
}

static bool end(struct feed *feed, bool is_given_up, struct err *err)
{
	if (is_given_up)
		work_cancel(feed->reader);
	work_wait(feed->reader);
	if (feed->expander) {
		if (!feed->is_good || is_given_up)
			work_cancel(feed->expander);
		work_wait(feed->expander);
		if (feed->is_good && !feed->stream.is_good) {
			*err = feed->stream.err;
			return false;
		}
		if (feed->is_good)
			feed->is_good = plain_end(feed->plain, &feed->err);
	}
	if (!feed->is_good)
		*err = feed->err;
	return feed->is_good;
}

static void show(void *arg)
{
	const struct feed *feed = arg;
	int64_t done = feed->expander ? atomic_load(&feed->stream.in_bytes) : atomic_load(&feed->bytes);
	report_progress(feed->report, done, feed->archive->size_bytes, "bytes");
}

static const char *name_of(const struct archive *archive)
{
	const char *slash = strrchr(archive->path, '/');
	return slash && slash[1] ? slash + 1 : archive->path;
}

bool plain_check(struct loop *loop, const struct archive *archive, struct plain **plain, struct report *report, struct err *err)
{
	const struct plain_options options = {.name = name_of(archive)};
	struct feed feed = {.archive = archive, .report = report, .plain = plain_new(&options), .in_fd = -1, .out_fd = -1};
	report_step(report, "reading %s", options.name);
	bool is_good = begin(&feed, loop, err);
	if (is_good) {
		struct timer *timer = timer_start(loop, TICK_MS, TICK_MS, show, &feed);
		is_good = end(&feed, false, err);
		timer_stop(timer);
	}
	*plain = feed.plain;
	return is_good;
}

/* --- psql --------------------------------------------------------------------------------------------------------------- */

/* \restrict came with the minor versions of August 2025. */
static bool has_restrict(struct loop *loop, const char *psql)
{
	const char *argv[] = {psql, "--help=commands", NULL};
	struct child_spec spec = {.argv = argv, .stdout_fd = -1, .stderr_fd = -1};
	struct text out = {0}, errors = {0};
	struct err ignored = {0};
	int status = 1;
	bool has = child_run(loop, &spec, &status, &out, &errors, &ignored) && status == 0 &&
	           strstr(text_str(&out), "\\restrict") != NULL;
	text_done(&out);
	text_done(&errors);
	return has;
}

static void add_key(struct words *argv)
{
	unsigned char bytes[16];
	struct text word = {0};
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		mem_die("libcrypto gives no random bytes");
	text_add(&word, "--command=\\restrict ");
	for (size_t i = 0; i < sizeof bytes; i++)
		text_addf(&word, "%02x", bytes[i]);
	words_take(argv, text_take(&word));
}

static void add_psql(const struct scratch *scratch, const char *psql, const char *role, struct words *argv)
{
	static const char *const usual[] = {"--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"};
	words_add(argv, psql);
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		words_add(argv, usual[i]);
	if (role) {
		char *quoted = session_quote_identifier(scratch->keeper, role);
		words_take(argv, mem_format("--command=SET ROLE %s", quoted));
		mem_free(quoted);
	}
	add_key(argv);
	words_add(argv, "--file=-");
}

/* "psql:<stdin>:12: ERROR:  text" -> "dump.sql:12: text". */
static void word_error(const struct archive *archive, const char *said, struct err *err)
{
	static const char mark[] = "psql:<stdin>:";
	const char *last = NULL;
	for (const char *at = strstr(said, mark); at; at = strstr(at + 1, mark))
		if (strstr(at, "ERROR:  ") && strcspn(at, "\n") > (size_t)(strstr(at, "ERROR:  ") - at))
			last = at + strlen(mark);
	if (!last)
		return;
	char *line = mem_copy_n(last, strcspn(last, "\r\n")), *text = strstr(line, "ERROR:  ");
	err_set(err, ERR_FAILED, "%s:%d: %s", name_of(archive), atoi(line), text + strlen("ERROR:  "));
	mem_free(line);
}

/* SQL can be written so that nobody who does not run it knows where its strings end. An older psql would then run commands
 * of this machine. */
static bool is_held_back(const struct scratch *scratch, const char *psql, struct err *err)
{
	if (has_restrict(scratch->fleet->loop, psql))
		return true;
	err_set(err, ERR_UNSUPPORTED, "%s is older than August 2025: it has no restricted mode, and would run commands that a dump hides", psql);
	return err_hint(err, "install the newest minor version of the package postgresql-client");
}

struct psql_run {
	struct scratch *scratch;
	struct feed *feed;
	int stdin_fd;
};

/* Our end of it would keep the pipe open behind a psql that is gone. */
static void started(pid_t pid, void *arg)
{
	struct psql_run *psql = arg;
	scratch_note_child(psql->scratch, "psql", pid);
	(void)close(psql->stdin_fd);
	psql->stdin_fd = -1;
}

static void tick(void *arg)
{
	const struct psql_run *psql = arg;
	show(psql->feed);
}

static bool run_psql(struct psql_run *psql, const struct words *argv, struct err *err)
{
	struct scratch *scratch = psql->scratch;
	const struct archive *archive = psql->feed->archive;
	char *application = mem_format("pgtend %s", scratch->purpose), *said = NULL;
	struct dump_run run = {
	    .loop = scratch->fleet->loop,
	    .info = scratch->info,
	    .application = application,
	    .argv = argv,
	    .stdin_fd = psql->stdin_fd,
	    .has_stdin = true,
	    .stdout_fd = -1,
	    .disk = "the disk of the server",
	    .started = started,
	    .tick = tick,
	    .arg = psql,
	    .report = scratch->report,
	};
	bool is_done = dump_run(&run, &said, err), is_sent = false;
	struct err trouble = {0};
	if (psql->stdin_fd >= 0)
		(void)close(psql->stdin_fd);
	is_sent = end(psql->feed, !is_done, &trouble);
	if (!is_done && err->kind != ERR_CANCELLED)
		word_error(archive, said ? said : "", err);
	/* The file was read before, so it has changed, or its disk fails. */
	if (is_done && !is_sent)
		*err = trouble;
	mem_free(said);
	mem_free(application);
	return is_done && is_sent;
}

bool plain_fill(struct scratch *scratch, const struct archive *archive, const struct plain_fill_options *options, struct err *err)
{
	const struct plain_options plain = {
	    .name = name_of(archive),
	    .no_owner = options->no_owner,
	    .no_comments = options->no_comments,
	    .server_version = options->server_version,
	    .out = put,
	};
	struct plain_options with_arg = plain;
	struct feed feed = {.archive = archive, .report = scratch->report, .in_fd = -1, .out_fd = -1};
	struct psql_run psql = {.scratch = scratch, .feed = &feed, .stdin_fd = -1};
	struct words argv = {0};
	char *path = NULL;
	struct err other = {0};
	with_arg.arg = &feed;
	if (!client_tool_find("psql", options->server_version / 10000, &path, NULL, err) &&
	    !client_tool_find("psql", 0, &path, NULL, &other))
		return false;
	feed.plain = plain_new(&with_arg);
	add_psql(scratch, path, options->role, &argv);
	report_step(scratch->report, "psql reads %s into %s", plain.name, scratch->dbname);
	bool is_done = is_held_back(scratch, path, err) && scratch_is_kept(scratch, err) && stream_pipe(&psql.stdin_fd, &feed.out_fd, err) &&
	               begin(&feed, scratch->fleet->loop, err) && run_psql(&psql, &argv, err);
	plain_free(feed.plain);
	words_done(&argv);
	mem_free(path);
	return is_done;
}
