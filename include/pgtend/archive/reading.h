/* archive/reading.h - every block of a dump read as a restore would, its rows counted: also while the dump is still being written.
 *
 * Owns: the pg_restore that reads, the threads that feed it, count what it gives and make the checksum. Must not know: who writes the dump. In a
 * task.
 */
#ifndef PGTEND_ARCHIVE_READING_H
#define PGTEND_ARCHIVE_READING_H

#include "pgtend/archive/archive.h"

struct archive_reading; /* opaque */

/* Of the archive only path and form are looked at; they and the tools must live as long as the reading. is_growing: the file is there, and somebody
 * writes it at this moment (not of a folder, not of a tar); the reading follows. NULL: it cannot begin, and why. */
struct archive_reading *archive_reading_start(
    struct loop *loop, const struct archive *archive, const struct dump_tools *tools, bool is_growing, struct err *err);
/* What is there now is all. Of a reading that began with is_growing, once. */
void archive_reading_written(struct archive_reading *reading);
/* To its end; frees it. All of the contents are filled. false: what is wrong with which file. A cancelled task ends it (ERR_CANCELLED). */
PGTEND_CHECK bool archive_reading_wait(
    struct archive_reading *reading, struct archive_contents *contents, struct report *report, struct err *err);
/* The dump is not to be: ends it, waits for the end, frees it. NULL is nothing. */
void archive_reading_drop(struct archive_reading *reading);

#endif
