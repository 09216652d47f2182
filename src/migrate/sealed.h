/* sealed.h - a text in the cache folder whose last line is the sha256 of all above it, so that no damage can be taken for something else.
 *
 * It is only a memory: missing, damaged, somebody else's or not writable means that there is none. Nobody outside of migrate/ includes it.
 */
#ifndef PGTEND_MIGRATE_SEALED_H
#define PGTEND_MIGRATE_SEALED_H

#include "pgtend/core/text.h"

/* What stands between the first line and the last one, within *text, which the caller frees in either case; NULL: there is no memory. */
char *sealed_read(const char *path, const char *first_line, char **text);
/* Adds the sum to `text`, which begins with that first line, and puts it in place; below: the file's folder in the cache. */
void sealed_write(const char *below, const char *path, struct text *text);

/* The whole number at *at, which moves behind it and the blank that follows. What wrote the file wrote no other. */
long long sealed_number(char **at);

#endif
