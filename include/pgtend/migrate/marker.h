/* migrate/marker.h - where node-pg-migrate's Up and Down parts of an SQL file lie.
 *
 * Knows the tool's two regular expressions as its versions 6 to 9 have them
 * (/^\s*--[\s-]*up\s+migration/im, and down), with JavaScript's idea of white space and line ends. The tool does not
 * know SQL: a marker inside a string counts, and so it does here.
 */
#ifndef PGTEND_MIGRATE_MARKER_H
#define PGTEND_MIGRATE_MARKER_H

#include <stdbool.h>
#include <stddef.h>

struct marker_part {
	bool is_there;
	size_t begin, end; /* bytes of the text */
};
struct marker_parts {
	struct marker_part up, down; /* without any marker the whole text is up, and there is no down */
	bool has_up_marker;
};
void marker_find(const char *text, struct marker_parts *parts);
/* The line, from 1, on which the byte at `offset` stands. */
int marker_line(const char *text, size_t offset);

#endif
