/* Starting a program and reading what it says. child_run(), for tasks, is in child_run.c.
 *
 * The pipes are real pipes: libuv's own are sockets, in which `echo >/dev/stderr` of a shell fails.
 * Every child gets a session of its own, so that no pg_dump asks for a password on our terminal. */
#include "pgtend/loop/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop_private.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

extern char **environ;

struct child {
	struct handle_owner owner;
	uv_process_t process;
	uv_pipe_t input;
	uv_pipe_t outputs[2]; /* by enum child_stream */
	uv_write_t write;
	char *input_text;
	int open_handles; /* freed when the last one is closed */
	int reading;      /* outputs that are not yet at their end */
	bool has_ended;
	bool is_reported;
	int status;
	int signal_number;
	child_data_fn data_fn;
	child_exit_fn exit_fn;
	void *arg;
};

static void child_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (--child->open_handles > 0)
		return;
	mem_free(child->input_text);
	mem_free(child);
}

static void own_handle(struct child *child, uv_handle_t *handle)
{
	handle->data = child;
	child->open_handles++;
}

static void close_all(struct child *child)
{
	uv_handle_t *const handles[] = {(uv_handle_t *)&child->process, (uv_handle_t *)&child->input,
	                                (uv_handle_t *)&child->outputs[0], (uv_handle_t *)&child->outputs[1]};

	for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
		if (handles[i]->data)
			handle_close(handles[i]);
}

/* The end is told once, when nothing more can come. */
static void tell_end(struct child *child)
{
	if (!child->has_ended || child->reading > 0)
		return;
	child->is_reported = true;
	close_all(child);
	if (child->exit_fn)
		child->exit_fn(child->status, child->signal_number, child->arg);
}

static void process_ended(uv_process_t *process, int64_t status, int signal_number)
{
	struct child *child = process->data;

	child->has_ended = true;
	child->signal_number = signal_number;
	child->status = signal_number ? 128 + signal_number : (int)status;
	if (child->is_reported)
		close_all(child); /* a forgotten one */
	else
		tell_end(child);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	(void)handle;
	buffer->base = mem_grow(NULL, suggested, 1);
	buffer->len = suggested;
}

static void output_came(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct child *child = stream->data;
	enum child_stream which = stream == (uv_stream_t *)&child->outputs[CHILD_STDERR] ? CHILD_STDERR : CHILD_STDOUT;

	if (got > 0 && child->data_fn)
		child->data_fn(which, buffer->base, (size_t)got, child->arg);
	mem_free(buffer->base);
	if (got < 0) {
		handle_close((uv_handle_t *)stream);
		child->reading--;
		tell_end(child);
	}
}

static void input_written(uv_write_t *write, int status)
{
	(void)status; /* a child that does not want to read says so by its exit status */
	handle_close((uv_handle_t *)write->handle);
}

/* Our environment with the words of `more` added or in place of ours. Ends with NULL; the words are borrowed. */
static const char **merge_environment(const char *const *more)
{
	size_t count = 0;
	size_t more_count = 0;
	size_t kept = 0;

	while (environ && environ[count])
		count++;
	while (more && more[more_count])
		more_count++;
	const char **merged = mem_grow(NULL, count + more_count + 1, sizeof *merged);

	for (size_t i = 0; i < count; i++) {
		size_t name_length = strcspn(environ[i], "=");
		bool is_replaced = false;

		for (size_t j = 0; j < more_count && !is_replaced; j++)
			is_replaced = strncmp(environ[i], more[j], name_length) == 0 && more[j][name_length] == '=';
		if (!is_replaced)
			merged[kept++] = environ[i];
	}
	for (size_t j = 0; j < more_count; j++)
		merged[kept++] = more[j];
	merged[kept] = NULL;
	return merged;
}

/* One pipe: our end as a uv stream, the child's end as a descriptor in *child_fd. */
static bool open_pipe(struct loop *loop, struct child *child, uv_pipe_t *ours, bool is_input, int *child_fd)
{
	int ends[2]; /* read, write */

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	uv_pipe_init(&loop->uv, ours, 0);
	own_handle(child, (uv_handle_t *)ours);
	*child_fd = ends[is_input ? 0 : 1];
	return uv_pipe_open(ours, ends[is_input ? 1 : 0]) == 0;
}

static bool open_pipes(struct loop *loop, struct child *child, const struct child_spec *spec,
                       uv_stdio_container_t stdio[3], int child_fds[3])
{
	stdio[0].flags = UV_IGNORE;
	if (spec->stdin_text) {
		if (!open_pipe(loop, child, &child->input, true, &child_fds[0]))
			return false;
		stdio[0].flags = UV_INHERIT_FD;
		stdio[0].data.fd = child_fds[0];
	} else if (spec->has_stdin) {
		stdio[0].flags = UV_INHERIT_FD;
		stdio[0].data.fd = spec->stdin_fd;
	}
	for (int i = 0; i < 2; i++) {
		int fd = i == CHILD_STDOUT ? spec->stdout_fd : spec->stderr_fd;

		if (fd < 0) {
			if (!open_pipe(loop, child, &child->outputs[i], false, &child_fds[1 + i]))
				return false;
			fd = child_fds[1 + i];
		}
		stdio[1 + i].flags = UV_INHERIT_FD;
		stdio[1 + i].data.fd = fd;
	}
	return true;
}

static void start_streams(struct child *child, const struct child_spec *spec)
{
	for (int i = 0; i < 2; i++) {
		if (child->outputs[i].data && uv_read_start((uv_stream_t *)&child->outputs[i], give_buffer, output_came) == 0)
			child->reading++;
	}
	if (spec->stdin_text) {
		child->input_text = mem_copy(spec->stdin_text);
		uv_buf_t buffer = uv_buf_init(child->input_text, (unsigned)strlen(child->input_text));

		if (uv_write(&child->write, (uv_stream_t *)&child->input, &buffer, 1, input_written) != 0)
			handle_close((uv_handle_t *)&child->input);
	}
}

static void word_failure(const struct child_spec *spec, int status, struct err *err)
{
	const char *name = spec->argv[0];
	struct stat st;

	if (spec->folder && (stat(spec->folder, &st) != 0 || !S_ISDIR(st.st_mode)))
		err_set(err, ERR_FAILED, "%s: cannot start in %s: no such folder", name, spec->folder);
	else if (status == UV_ENOENT && !strchr(name, '/'))
		err_set(err, ERR_FAILED, "%s: not found in PATH", name);
	else
		err_set(err, ERR_FAILED, "%s: cannot start: %s", name, uv_strerror(status));
}

struct child *child_start(struct loop *loop, const struct child_spec *spec, struct err *err)
{
	struct child *child = MEM_NEW(struct child);
	uv_stdio_container_t stdio[3];
	int child_fds[3] = {-1, -1, -1}; /* ours to close */
	const char **environment = merge_environment(spec->env);
	uv_process_options_t options = {
		.exit_cb = process_ended,
		.file = spec->argv[0],
		.args = (char **)(uintptr_t)spec->argv,
		.env = (char **)(uintptr_t)environment,
		.cwd = spec->folder,
		.flags = UV_PROCESS_DETACHED,
		.stdio_count = 3,
		.stdio = stdio,
	};

	child->owner.closed = child_closed;
	child->data_fn = spec->data_fn;
	child->exit_fn = spec->exit_fn;
	child->arg = spec->arg;
	if (spec->has_user) {
		options.flags |= UV_PROCESS_SETUID | UV_PROCESS_SETGID;
		options.uid = spec->uid;
		options.gid = spec->gid;
	}
	int status = open_pipes(loop, child, spec, stdio, child_fds) ? 0 : uv_translate_sys_error(errno);

	if (status == 0) {
		status = uv_spawn(&loop->uv, &child->process, &options);
		own_handle(child, (uv_handle_t *)&child->process);
	}
	for (int i = 0; i < 3; i++)
		if (child_fds[i] >= 0)
			close(child_fds[i]);
	mem_free(environment);
	if (status != 0) {
		word_failure(spec, status, err);
		child->is_reported = true;
		if (child->open_handles)
			close_all(child);
		else
			mem_free(child);
		return NULL;
	}
	start_streams(child, spec);
	return child;
}

pid_t child_pid(const struct child *child)
{
	return child->process.pid;
}

void child_signal(struct child *child, int signal_number)
{
	/* once nobody holds its pipes, its number may already be somebody else's */
	if (child->has_ended && child->reading == 0)
		return;
	kill(-child->process.pid, signal_number);
}

void child_forget(struct child *child)
{
	child->is_reported = true;
	child->data_fn = NULL;
	child->exit_fn = NULL;
	if (child->has_ended) {
		close_all(child);
		return;
	}
	/* the process handle stays, so that the child leaves no zombie when it ends before us */
	for (int i = 0; i < 2; i++)
		if (child->outputs[i].data)
			handle_close((uv_handle_t *)&child->outputs[i]);
	if (child->input.data)
		handle_close((uv_handle_t *)&child->input);
	uv_unref((uv_handle_t *)&child->process);
}

uint64_t child_start_ticks(pid_t pid)
{
	char path[64];
	char *stat_line;
	size_t length;
	struct err err;
	uint64_t ticks = 0;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	if (!places_read_file(path, &stat_line, &length, &err))
		return 0;
	/* the second field is the program's name in brackets and may hold anything */
	char *at = strrchr(stat_line, ')');

	for (int field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	if (at)
		ticks = strtoull(at, NULL, 10);
	mem_free(stat_line);
	return ticks;
}
