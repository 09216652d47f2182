/* core/width.h - how many terminal columns a text takes (UTF-8, wcwidth). */
#ifndef PGTEND_CORE_WIDTH_H
#define PGTEND_CORE_WIDTH_H

#include <stddef.h>

/* Columns of a NUL-terminated UTF-8 text; control bytes count as 0 (make them visible first). */
int width_cols(const char *s);
/* Bytes of `s` that fit in `cols` columns, never cutting a character. *used_cols (may be NULL) is what they take. */
size_t width_fit(const char *s, int cols, int *used_cols);
/* How many bytes of `s` go on a line of `cols` columns: whole words where there is a blank to break at; the blanks themselves begin the rest. */
size_t width_wrap(const char *s, int cols);
/* Writes `s` cut to `cols` columns into out (NUL-terminated, at most size bytes); a cut
 * text ends in the ellipsis character (one column: "…" in UTF-8 locales, else "~"). Returns columns written. */
int width_cut(char *out, size_t size, const char *s, int cols);
/* The next character of a UTF-8 text: its bytes, its columns (0, 1 or 2) and its code point. 0 at the end. */
size_t width_next(const char *s, unsigned *code_point, int *cols);

#endif
