/* migrate/checksum.h - sha256 of migration files, without reading those again that did not change.
 *
 * Owns: a file per migration folder below $XDG_CACHE_HOME/pgtend/checksums, which keeps size, times and inode beside each sum. It is only
 * a memory: missing, damaged or not writable means that the files are read. Knows nothing of what the sums are for.
 */
#ifndef PGTEND_MIGRATE_CHECKSUM_H
#define PGTEND_MIGRATE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHECKSUM_SIZE = 65 }; /* 64 lower-case hexadecimal digits and a NUL */
void checksum_of(const char *bytes, size_t length, char hex[CHECKSUM_SIZE]);
/* md5 (32 digits), sha1 (40) or sha256 (64), as the runners of teams write them down: by the number of digits. false: none of these. */
bool checksum_of_kind(const char *bytes, size_t length, size_t digits, char hex[CHECKSUM_SIZE]);

/* Piece by piece. */
struct checksum_stream; /* opaque */
struct checksum_stream *checksum_stream_new(void);
void checksum_stream_add(struct checksum_stream *stream, const char *bytes, size_t length);
void checksum_stream_end(struct checksum_stream *stream, char hex[CHECKSUM_SIZE]); /* and frees */
/* In constant memory. *bytes (may be NULL): its size. false: it cannot be read. */
bool checksum_of_file(const char *path, char hex[CHECKSUM_SIZE], int64_t *bytes);

struct checksums; /* opaque: the sums of one folder */
struct checksums *checksums_open(const char *folder);
/* Of a file in that folder, at any depth; checksums NULL: without a memory. NULL: it cannot be read. Caller frees. */
char *checksums_of(struct checksums *checksums, const char *path);
/* Writes down what was learned, frees. NULL is nothing. */
void checksums_close(struct checksums *checksums);
/* `--verify`: from now on (until it is called with false) every file is read, whatever stands in the memory. */
void checksums_read_all(bool is_wanted);

#endif
