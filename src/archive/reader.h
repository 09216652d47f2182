/* src/archive/reader.h - one pg_restore that reads a dump's data, and the thread that counts what it gives. */
#ifndef PGTEND_ARCHIVE_READER_H
#define PGTEND_ARCHIVE_READER_H

#include "count.h"
#include "pgtend/archive/archive.h"

struct reader {
	struct loop *loop;
	const struct archive *archive;
	const struct dump_tools *tools;
	void (*ended)(void *arg); /* on the loop, when its pg_restore has */
	void *arg;

	struct child *child; /* NULL once it ended */
	int status, signal_number;
	struct text said;
	struct counting counting;
	struct work *counter;
};
/* The first five are filled. in: what pg_restore reads (it is closed); -1: it opens the archive itself. list: the entries to read, as --list writes
 * them, with in -1 only; NULL: all. */
PGTEND_CHECK bool reader_start(struct reader *reader, int in, const char *list, struct err *err);
void reader_signal(struct reader *reader, int signal_number);
/* In a task, when it has ended: until all is counted. */
void reader_wait(struct reader *reader);
PGTEND_CHECK bool reader_judge(const struct reader *reader, struct err *err);
void reader_done(struct reader *reader);

/* The entries of a folder, as pg_restore --list gives them, in as many lists as are worth a pg_restore of their own, by the sizes of their files. How
 * many; lists[] are the caller's. 1 with lists[0] NULL: one for all. */
enum { READERS_MOST = 4 };
int share_entries(const char *folder, const struct words *entries, char *lists[READERS_MOST]);

#endif
