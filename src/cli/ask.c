#include "pgtend/cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "pgtend/core/mem.h"

enum { ANSWER_MOST_BYTES = 1024 };

struct cli_ask {
	struct watch *watch;
	int fd; /* of the watch, which closes it */
	struct text typed;
	cli_ask_fn fn;
	void *arg;
};

/* Without a controlling terminal (setsid, some containers) the one that standard input is. Opened anew in either case: our
 * O_NONBLOCK must not reach the shell's descriptor. */
static int open_terminal(int flags)
{
	char name[128];
	int fd = open("/dev/tty", flags | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && ttyname_r(STDIN_FILENO, name, sizeof name) == 0)
		fd = open(name, flags | O_NOCTTY | O_CLOEXEC);
	return fd;
}

static void write_line(int fd, const char *line)
{
	size_t length = strlen(line);
	while (length > 0) {
		ssize_t n = write(fd, line, length);
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			line += n;
			length -= (size_t)n;
		}
	}
}

/* Through a descriptor that blocks, so that a long preview is written whole. */
static bool show(const struct words *lines, const char *question)
{
	int fd = open_terminal(O_WRONLY);
	if (fd < 0)
		return false;
	struct text text = {0};
	for (size_t i = 0; i < lines->count; i++) {
		text_add_visible(&text, lines->v[i]);
		text_add_char(&text, '\n');
	}
	text_add_visible(&text, question);
	/* Keys that were pressed before the question was read answer nothing. */
	tcflush(fd, TCIFLUSH);
	write_line(fd, text_str(&text));
	text_done(&text);
	close(fd);
	return true;
}

void cli_ask_cancel(struct cli_ask *ask)
{
	if (ask == NULL)
		return;
	watch_close(ask->watch);
	text_done(&ask->typed);
	mem_free(ask);
}

static void finish(struct cli_ask *ask, bool is_typed)
{
	cli_ask_fn fn = ask->fn;
	void *arg = ask->arg;
	char *typed = is_typed ? text_take(&ask->typed) : NULL;
	cli_ask_cancel(ask);
	fn(typed, arg);
	mem_free(typed);
}

static void readable(int events, void *arg)
{
	struct cli_ask *ask = arg;
	char bytes[ANSWER_MOST_BYTES];
	ssize_t n = (events & WATCH_BROKEN) != 0 ? 0 : read(ask->fd, bytes, sizeof bytes);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		finish(ask, false);
		return;
	}
	const char *newline = memchr(bytes, '\n', (size_t)n);
	text_add_n(&ask->typed, bytes, newline != NULL ? (size_t)(newline - bytes) : (size_t)n);
	if (newline != NULL || ask->typed.length > ANSWER_MOST_BYTES)
		finish(ask, newline != NULL);
}

struct cli_ask *cli_ask_start(
    struct loop *loop, const struct words *lines, const char *question, cli_ask_fn fn, void *arg)
{
	int fd = open_terminal(O_RDONLY | O_NONBLOCK);
	if (fd < 0 || !show(lines, question)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct cli_ask *ask = MEM_NEW(struct cli_ask);
	ask->fd = fd;
	ask->fn = fn;
	ask->arg = arg;
	ask->watch = watch_open(loop, fd, readable, ask);
	watch_want(ask->watch, WATCH_READ);
	return ask;
}
