/* pg/dump.h - the real pg_dump and pg_restore as children: found, started with a passfile, watched, their words judged.
 *
 * Owns: finding a pair of one version, running one of them to its end, what of its words is worth telling. Must not
 * know: what a dump is for, where it lies, what it is called.
 */
#ifndef PGTEND_PG_DUMP_H
#define PGTEND_PG_DUMP_H

#include <stdint.h>
#include <sys/types.h>

#include "pgtend/config/conninfo.h"
#include "pgtend/core/report.h"
#include "pgtend/loop/loop.h"

/* pg_dump of the server's major version or newer, and the pg_restore that belongs to it. */
struct dump_tools {
	char *pg_dump, *pg_restore;
	int major;
};
PGTEND_CHECK bool dump_tools_find(int server_major, struct dump_tools *tools, struct err *err);
void dump_tools_done(struct dump_tools *tools);

/* One run of either. */
struct dump_run {
	struct loop *loop;
	const struct conninfo *info; /* the database to dump or to fill; borrowed. NULL: none (pg_restore --list) */
	const char *application;     /* application_name: "pgtend backup" */
	const struct words *argv;    /* the tool's path and its options; --no-password is added */
	int stdin_fd;                /* with has_stdin: its standard input (borrowed) */
	bool has_stdin;
	int stdout_fd;               /* -1: its output is thrown away */
	const char *disk;            /* which disk is full when it says so: "the disk of the backup folder" */
	const char *locked_hint;     /* what to look at when a lock was not to be had; NULL */
	void (*started)(pid_t pid, void *arg); /* NULL */
	void (*tick)(void *arg);               /* every half second, on the loop; NULL */
	void *arg;
	struct report *report; /* its words go into the log, TimescaleDB's harmless ones left out */
};
/* In a task. true: it ended with status 0. A cancelled task sends SIGTERM and waits for the end (ERR_CANCELLED). *said
 * (may be NULL): everything that it wrote to standard error, also on false; caller frees. */
PGTEND_CHECK bool dump_run(const struct dump_run *run, char **said, struct err *err);

#endif
