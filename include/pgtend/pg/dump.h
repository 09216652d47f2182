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
#include "pgtend/core/text.h"
#include "pgtend/loop/loop.h"

/* pg_dump of the server's major version or newer, and a pg_restore that reads what it writes. */
struct dump_tools {
	char *pg_dump, *pg_restore; /* paths; with `client` pg_dump's is one there */
	int major;
	char *version;       /* "pg_dump (PostgreSQL) 15.20", as it says itself; NULL: it says none */
	struct words client; /* what is put before pg_dump: docker exec -i NAME. Empty: it is a program of this machine */
	bool is_restore_in_client; /* pg_restore too: this machine has none that is new enough */
};
PGTEND_CHECK bool dump_tools_find(int server_major, struct dump_tools *tools, struct err *err);
/* In a task. client: key `client`, split; NULL or empty: as dump_tools_find(). */
PGTEND_CHECK bool dump_tools_find_in(
    struct loop *loop, const struct words *client, int server_major, struct dump_tools *tools, struct err *err);
void dump_tools_done(struct dump_tools *tools);
/* Another program of the same place: "pg_dumpall", "psql". Caller frees; NULL and *err: there is none. */
char *dump_tools_other(const struct dump_tools *tools, const char *name, struct err *err);
/* Begins argv with pg_restore, with what must stand before it. */
void dump_tools_add_restore(const struct dump_tools *tools, struct words *argv);

/* Adds KEYWORD='VALUE'. PostgreSQL's programs take a database's name that holds a = for such words: it goes to them as one of them. */
void dump_add_parameter(struct text *conninfo, const char *keyword, const char *value);

/* One run of either. */
struct dump_run {
	struct loop *loop;
	const struct conninfo *info; /* the database to dump or to fill; borrowed. NULL: none (pg_restore --list) */
	const char *application;     /* application_name: "pgtend backup" */
	const struct words *argv;    /* the tool's path and its options; --no-password is added */
	int stdin_fd;                /* with has_stdin: its standard input (borrowed) */
	bool has_stdin;
	const struct words *client;  /* put before it, and user and database are said in its options, since the environment may not reach it; NULL: nothing */
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
