/* core/text.h - growing strings, lists of words, and making foreign text harmless.
 *
 * Owns: string building, word lists, the nearest-word suggestion, the visible form of
 * control bytes. Every text that came from a server, a file or a child is passed through
 * text_visible() before it may reach a terminal.
 */
#ifndef PGTEND_CORE_TEXT_H
#define PGTEND_CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "pgtend/core/err.h"

/* A growing string. A zeroed struct is an empty one. `s` is NULL until something is added. */
struct text {
	char *s;
	size_t length;
	size_t size;
};

void text_add(struct text *text, const char *s);
void text_add_n(struct text *text, const char *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...) PGTEND_PRINTF(2, 3);
void text_vaddf(struct text *text, const char *format, va_list args);
/* Never NULL: "" when empty. Borrowed until the next change. */
const char *text_str(const struct text *text);
/* Hands the string (never NULL) to the caller, who frees it; the text is empty again. */
char *text_take(struct text *text);
void text_done(struct text *text);

/* A list of owned strings. A zeroed struct is an empty one. */
struct words {
	char **v;
	size_t count;
};

void words_add(struct words *words, const char *word);        /* copies */
void words_take(struct words *words, char *word);             /* takes ownership */
bool words_has(const struct words *words, const char *word);
/* Splits at any of the separators, trims blanks, leaves out empty parts. */
void words_split(struct words *words, const char *s, const char *separators);
char *words_join(const struct words *words, const char *separator); /* caller frees */
void words_sort(struct words *words);                          /* byte order */
void words_done(struct words *words);

/* Appends `s` with control bytes, escapes, invalid UTF-8, bidirectional overrides and
 * line breaks made visible (\e, \n, \x9b, U+202E as \u202e). Printable UTF-8 stays. */
void text_add_visible(struct text *text, const char *s);
/* The same as a new string; NULL gives NULL. Caller frees. */
char *text_visible(const char *s);
/* As one word of a shell's line, in quotes where it must be: what people are told to run holds names that others chose. Caller frees. */
char *text_shell_word(const char *s);
/* The same as a name in a statement that people are told to run; what pgtend runs itself is quoted by libpq. Caller frees. */
char *text_sql_name(const char *name);

/* Bytes of the first UTF-8 character and its code point; 0 when there is none or it is invalid. */
size_t text_decode(const char *bytes, size_t length, unsigned *code_point);
bool text_is_valid_utf8(const char *bytes, size_t length);
bool text_starts_with(const char *s, const char *prefix);
bool text_ends_with(const char *s, const char *suffix);
/* The candidate nearest to `word` (edit distance at most a third of its length, at
 * least 1), or NULL. Borrowed from the list. */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

#endif
