/* See reader.h. */
#include "reader.h"

#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"

enum { SAID_BYTES = 1 << 16 };

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct reader *reader = arg;
	if (stream == CHILD_STDERR && reader->said.length < SAID_BYTES)
		text_add_n(&reader->said, bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct reader *reader = arg;
	reader->child = NULL;
	reader->status = status;
	reader->signal_number = signal_number;
	reader->ended(reader->arg);
}

static void add_words(const struct reader *reader, int in, const char *list, struct words *argv)
{
	dump_tools_add_restore(reader->tools, argv);
	words_add(argv, "--section=data");
	words_add(argv, "--file=-");
	if (list != NULL)
		words_add(argv, "--use-list=/dev/stdin");
	if (in < 0)
		words_add(argv, reader->archive->path);
	words_take(argv, NULL);
}

static bool start_child(struct reader *reader, int in, const char *list, int out, struct err *err)
{
	static const char *const env[] = {"LC_MESSAGES=C", NULL};
	struct words argv = {0};
	add_words(reader, in, list, &argv);
	struct child_spec spec = {
	    .argv = (const char *const *)argv.v,
	    .env = env,
	    .stdin_text = list,
	    .stdin_fd = in,
	    .has_stdin = in >= 0,
	    .stdout_fd = out,
	    .stderr_fd = -1,
	    .data_fn = heard,
	    .exit_fn = ended,
	    .arg = reader,
	};
	reader->child = child_start(reader->loop, &spec, err);
	argv.count--;
	words_done(&argv);
	return reader->child != NULL;
}

bool reader_start(struct reader *reader, int in, const char *list, struct err *err)
{
	int out = -1;
	bool ok = stream_pipe(&reader->counting.in_fd, &out, err);
	if (ok && !start_child(reader, in, list, out, err)) {
		ok = false;
		close(reader->counting.in_fd);
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	if (ok)
		reader->counter = work_start(reader->loop, counting_run, &reader->counting);
	return ok;
}

void reader_signal(struct reader *reader, int signal_number)
{
	if (reader->child != NULL)
		child_signal(reader->child, signal_number);
}

void reader_wait(struct reader *reader)
{
	if (reader->counter != NULL)
		work_wait(reader->counter);
	reader->counter = NULL;
}

bool reader_judge(const struct reader *reader, struct err *err)
{
	const char *path = reader->archive->path;
	if (reader->signal_number != 0)
		return err_set(err, ERR_FAILED, "%s: could not be read back: pg_restore was killed by signal %d", path,
		    reader->signal_number);
	if (reader->status != 0) {
		char *reason = restore_reason(&reader->said);
		err_set(
		    err, ERR_FAILED, "%s: could not be read back: %s (pg_restore, status %d)", path, reason, reader->status);
		mem_free(reason);
		return false;
	}
	return reader->counting.trouble == NULL ||
	       err_set(err, ERR_FAILED, "%s: could not be read back: %s", path, reader->counting.trouble);
}

void reader_done(struct reader *reader)
{
	counting_done(&reader->counting);
	text_done(&reader->said);
}
