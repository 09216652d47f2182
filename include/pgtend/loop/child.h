/* loop/child.h - programs that pgtend starts: pg_dump, psql, seeds, the sandbox's servers.
 *
 * Owns: spawning (own process group, descriptors closed, signals reset, no shell), pipes,
 * exit statuses, ending a child by its own id. Secrets go by environment or passfile, never by argv.
 */
#ifndef PGTEND_LOOP_CHILD_H
#define PGTEND_LOOP_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/loop.h"

struct child; /* opaque */

enum child_stream { CHILD_STDOUT, CHILD_STDERR };
typedef void (*child_data_fn)(enum child_stream stream, const char *bytes, size_t length, void *arg);
/* status: exit status, or 128 + signal. The child is freed after this call. */
typedef void (*child_exit_fn)(int status, int signal_number, void *arg);

struct child_spec {
	const char *const *argv;      /* argv[0] is a path or a name looked up in PATH; NULL-terminated */
	const char *const *env;       /* "NAME=value" that are added or replace; NULL-terminated; may be NULL */
	const char *folder;           /* working directory; NULL: ours */
	const char *stdin_text;       /* written to its standard input, then closed; NULL: /dev/null */
	int stdin_fd;                 /* with has_stdin: its standard input (borrowed) */
	bool has_stdin;
	int stdout_fd;                /* -1: by data_fn; else its standard output goes there (borrowed) */
	int stderr_fd;                /* the same */
	uid_t uid;                    /* with has_user: run as */
	gid_t gid;
	bool has_user;
	int limit_ms;                 /* child_run(): ended after that time, ERR_FAILED; 0: none */
	bool is_detached;             /* own session, outlives pgtend (the sandbox's servers) */
	child_data_fn data_fn;        /* may be NULL: output is thrown away */
	child_exit_fn exit_fn;        /* may be NULL */
	void *arg;
};

/* NULL and *err when it cannot be started ("NAME: not found in PATH"). */
PGTEND_CHECK struct child *child_start(struct loop *loop, const struct child_spec *spec, struct err *err);
pid_t child_pid(const struct child *child);
void child_signal(struct child *child, int signal_number); /* to its process group */
/* Lets go of it without waiting: exit_fn is not called. Only for detached ones. */
void child_forget(struct child *child);

/* Start time of a process in clock ticks since boot (/proc/PID/stat field 22), 0 when there is none: with the pid it names a process for certain. */
uint64_t child_start_ticks(pid_t pid);

/* In a task: runs to its end. Output is collected (at most 1 MB each, oldest kept). True when it was started and ended; *status tells how. Cancelling the task, or limit_ms, sends SIGTERM, after 5 s SIGKILL. */
PGTEND_CHECK bool child_run(struct loop *loop, const struct child_spec *spec, int *status, struct text *out, struct text *errors, struct err *err);

#endif
