/* archive/read.c - a dump read: its checksum, its list, and if wanted every row. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/archive/reading.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"

void archive_contents_done(struct archive_contents *contents)
{
	json_decref(contents->counts);
	json_decref(contents->files);
	memset(contents, 0, sizeof *contents);
	contents->rows = -1;
}

/* ---- list --------------------------------------------------------------------------------- */

/* Counts the list as it comes: it may be larger than what child_run() keeps. */
struct listing {
	struct archive_contents *contents;
	struct words *entries; /* NULL: only counted */
	struct text line;
};

/* "3345; 0 16390 TABLE DATA public t postgres" */
bool list_is_rows(const char *entry)
{
	static const char digits[] = "0123456789";
	const char *s = entry + strspn(entry, digits);
	if (s == entry || *s != ';')
		return false;
	for (int number = 0; number < 2; number++) {
		s += 1 + (number == 0 && s[1] == ' ');
		s += strspn(s, digits);
		if (*s != ' ')
			return false;
	}
	return text_starts_with(s, " TABLE DATA ");
}

static void end_line(struct listing *listing)
{
	const char *line = text_str(&listing->line);
	if (*line != ';' && *line != '\0')
		listing->contents->entries++;
	if (list_is_rows(line))
		listing->contents->tables++;
	if (*line != ';' && *line != '\0' && listing->entries != NULL)
		words_add(listing->entries, line);
	text_done(&listing->line);
}

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct listing *listing = arg;
	for (size_t i = 0; stream == CHILD_STDOUT && i < length; i++) {
		if (bytes[i] == '\n')
			end_line(listing);
		else if (bytes[i] != '\0')
			text_add_char(&listing->line, bytes[i]);
	}
}

static bool is_packed(const struct archive *archive)
{
	return archive->form == ARCHIVE_CUSTOM_ZSTD;
}

bool restore_is_fed(const struct archive *archive, const struct dump_tools *tools)
{
	return is_packed(archive) || tools->is_restore_in_client;
}

bool restore_can(const struct archive *archive, const struct dump_tools *tools, struct err *err)
{
	if (!tools->is_restore_in_client || archive->form == ARCHIVE_CUSTOM || is_packed(archive))
		return true;
	char *client = words_join(&tools->client, " ");
	err_set(err, ERR_FAILED, "%s: `%s` leads to a pg_restore that cannot open it", archive->path, client);
	mem_free(client);
	return err_hint(err, "install postgresql-client-%d on this machine", tools->major);
}

char *restore_reason(const struct text *said)
{
	const char *reason = strstr(text_str(said), "error: ");
	reason = reason != NULL ? reason + strlen("error: ") : text_str(said);
	return mem_copy_n(reason, strcspn(reason, "\n"));
}

static bool run_list(struct loop *loop, const struct archive *archive, const struct dump_tools *tools, int in,
    struct archive_contents *contents, struct words *entries, struct err *err)
{
	static const char *const env[] = {"LC_MESSAGES=C", NULL};
	struct words argv = {0};
	struct text out = {0}, errors = {0};
	struct listing listing = {.contents = contents, .entries = entries};
	int status = 0;
	dump_tools_add_restore(tools, &argv);
	words_add(&argv, "--list");
	if (in < 0)
		words_add(&argv, archive->path);
	words_take(&argv, NULL);
	struct child_spec spec = {.argv = (const char *const *)argv.v,
	    .env = env,
	    .stdin_fd = in,
	    .has_stdin = in >= 0,
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .data_fn = heard,
	    .arg = &listing};
	bool ok = child_run(loop, &spec, &status, &out, &errors, err);
	end_line(&listing);
	if (ok && status != 0) {
		char *reason = restore_reason(&errors);
		ok = err_set(err, ERR_FAILED, "%s: its list could not be read: %s (pg_restore, status %d)", archive->path,
		    reason, status);
		mem_free(reason);
	}
	argv.count--;
	words_done(&argv);
	text_done(&out);
	text_done(&errors);
	return ok;
}

/* The list stands at the beginning: when pg_restore has it, the rest is not expanded. */
static bool list_fed(struct loop *loop, const struct archive *archive, const struct dump_tools *tools,
    struct archive_contents *contents, struct words *entries, struct err *err)
{
	struct stream stream = {.how = is_packed(archive) ? STREAM_EXPAND_ZSTD : STREAM_COPY,
	    .closes_in = true,
	    .closes_out = true,
	    .in_name = archive->path,
	    .out_name = "pg_restore"};
	int in = -1;
	stream.in_fd = open(archive->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (stream.in_fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", archive->path, strerror(errno));
	if (!stream_pipe(&in, &stream.out_fd, err)) {
		close(stream.in_fd);
		return false;
	}
	struct work *work = work_start(loop, stream_run, &stream);
	bool ok = run_list(loop, archive, tools, in, contents, entries, err);
	close(in);
	work_cancel(work);
	work_wait(work);
	if (!ok && !stream.is_good && stream.err.kind == ERR_FAILED)
		*err = stream.err;
	return ok;
}

bool list_read(struct loop *loop, const struct archive *archive, const struct dump_tools *tools,
    struct archive_contents *contents, struct words *entries, struct err *err)
{
	contents->entries = contents->tables = 0;
	if (!restore_can(archive, tools, err))
		return false;
	return restore_is_fed(archive, tools) ? list_fed(loop, archive, tools, contents, entries, err)
	                                      : run_list(loop, archive, tools, -1, contents, entries, err);
}

/* ---- all --------------------------------------------------------------------------------------- */

static bool sum_up(struct loop *loop, const struct archive *archive, struct archive_contents *contents,
    struct report *report, struct err *err)
{
	struct hashing hashing = {.path = archive->path};
	report_progress(report, 0, archive->size_bytes, "bytes");
	work_wait(work_start(loop, hashing_run, &hashing));
	if (!hashing.is_good) {
		*err = hashing.err;
		json_decref(hashing.files);
		return false;
	}
	contents->size_bytes = hashing.bytes;
	memcpy(contents->sha256, hashing.sha256, sizeof contents->sha256);
	contents->files = hashing.files;
	return true;
}

static bool is_plain(enum archive_form form)
{
	return form == ARCHIVE_PLAIN || form == ARCHIVE_PLAIN_GZIP || form == ARCHIVE_PLAIN_ZSTD;
}

bool archive_read(struct loop *loop, const struct archive *archive, const struct dump_tools *tools,
    enum archive_depth depth, struct archive_contents *contents, struct report *report, struct err *err)
{
	memset(contents, 0, sizeof *contents);
	contents->rows = -1;
	if (is_plain(archive->form))
		return err_set(
		    err, ERR_UNSUPPORTED, "%s: is SQL, which has no list and no blocks that could be read", archive->path);
	if (depth >= ARCHIVE_READ) {
		struct archive_reading *reading = archive_reading_start(loop, archive, tools, false, err);
		return reading != NULL && archive_reading_wait(reading, contents, report, err);
	}
	bool ok = sum_up(loop, archive, contents, report, err) && list_read(loop, archive, tools, contents, NULL, err);
	if (!ok)
		archive_contents_done(contents);
	return ok;
}
