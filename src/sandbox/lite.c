/* See sandbox/lite.h. */
#include "pgtend/sandbox/lite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

enum { PORT = 5432, PATIENCE_MS = 60000, POLL_MS = 20, STOP_MS = 2000, LAST_WORDS = 400 };

/* Runs before the server itself: ends with whoever holds its standard input, and takes its folder along. */
static const char leash[] = "data:text/javascript,import{rmSync}from'node:fs';import{dirname}from'node:path';"
                            "process.on('exit',()=>rmSync(dirname(process.argv[2]),{recursive:true,force:true}));"
                            "process.stdin.on('end',()=>process.exit(0)).resume();";

struct lite {
	struct child *child; /* NULL once it has ended */
	char *folder;
	int leash_fd;
	struct text words; /* that it said last */
};

static void said(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct lite *lite = arg;
	(void)stream;
	if (lite->words.length > LAST_WORDS)
		text_done(&lite->words);
	text_add_n(&lite->words, bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct lite *lite = arg;
	(void)status;
	(void)signal_number;
	lite->child = NULL;
}

static bool make_folder(struct lite *lite, struct err *err)
{
	lite->folder = mem_copy("/tmp/pgtend-XXXXXX");
	if (mkdtemp(lite->folder) != NULL)
		return true;
	mem_free(lite->folder);
	lite->folder = NULL;
	return err_set(err, ERR_FAILED, "cannot make a folder for a socket in /tmp: %s", strerror(errno));
}

static bool spawn(struct lite *lite, struct loop *loop, const char *node, const char *tree, struct err *err)
{
	int pipes[2];
	if (pipe2(pipes, O_CLOEXEC) != 0)
		return err_set(err, ERR_FAILED, "no pipe: %s", strerror(errno));
	char *server = places_join(tree, "server.mjs"), *socket = mem_format("%s/.s.PGSQL.%d", lite->folder, PORT);
	const char *argv[] = {node, "--import", leash, server, socket, NULL};
	static const char *const env[] = {"TZ=UTC", NULL};
	const struct child_spec spec = {.argv = argv,
	    .env = env,
	    .folder = "/",
	    .stdin_fd = pipes[0],
	    .has_stdin = true,
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .data_fn = said,
	    .exit_fn = ended,
	    .arg = lite};
	lite->child = child_start(loop, &spec, err);
	lite->leash_fd = pipes[1];
	close(pipes[0]);
	mem_free(server);
	mem_free(socket);
	return lite->child != NULL;
}

/* It says so when it listens. */
static bool wait_ready(const struct lite *lite, struct err *err)
{
	int64_t end_us = units_now_us() + PATIENCE_MS * (int64_t)1000;
	while (!strstr(text_str(&lite->words), "ready after ")) {
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled while PGlite was starting");
		if (!lite->child) {
			char *visible = text_visible(text_str(&lite->words));
			err_set(err, ERR_FAILED, "PGlite ended: %s", visible[0] != '\0' ? visible : "it said nothing");
			mem_free(visible);
			return false;
		}
		if (units_now_us() > end_us)
			return err_set(err, ERR_TIMEOUT, "PGlite is not ready after %d s", PATIENCE_MS / 1000);
		task_sleep(POLL_MS);
	}
	return true;
}

static bool start(struct lite *lite, struct loop *loop, struct report *report, struct err *err)
{
	struct place place = {.loop = loop, .report = report, .lock_fd = -1};
	char program[PATH_MAX], *node = NULL, *tree = NULL;
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length < 0)
		return err_set(err, ERR_FAILED, "cannot find out where this program is (/proc is needed)");
	program[length] = '\0';
	report_step(report, "starting a PGlite");
	bool is_done = npm_node(&place, program, &node, err) && npm_tree(&place, program, "pglite", &tree, err) && make_folder(lite, err) &&
	               spawn(lite, loop, node, tree, err) && wait_ready(lite, err);
	mem_free(node);
	mem_free(tree);
	return is_done;
}

struct lite *lite_start(struct loop *loop, struct report *report, struct err *err)
{
	struct lite *lite = MEM_NEW(struct lite);
	lite->leash_fd = -1;
	if (start(lite, loop, report, err))
		return lite;
	lite_stop(lite);
	return NULL;
}

const char *lite_folder(const struct lite *lite)
{
	return lite->folder;
}

int lite_port(const struct lite *lite)
{
	(void)lite;
	return PORT;
}

void lite_stop(struct lite *lite)
{
	if (!lite)
		return;
	task_shield();
	if (lite->leash_fd >= 0)
		close(lite->leash_fd);
	for (int waited = 0; lite->child; waited += POLL_MS) {
		if (waited >= STOP_MS)
			child_signal(lite->child, SIGKILL);
		task_sleep(POLL_MS);
	}
	struct err unimportant;
	if (lite->folder && !remove_tree(lite->folder, &unimportant))
		(void)unimportant;
	task_unshield();
	text_done(&lite->words);
	mem_free(lite->folder);
	mem_free(lite);
}
