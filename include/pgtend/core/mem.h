/* core/mem.h - memory that cannot run out quietly.
 *
 * Owns: allocation, and what happens when there is none: the die hook (which restores
 * the terminal) runs, one line goes to standard error, the process aborts.
 * No caller checks for NULL.
 */
#ifndef PGTEND_CORE_MEM_H
#define PGTEND_CORE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "pgtend/core/err.h"

void *mem_new(size_t size);                                  /* zeroed */
void *mem_grow(void *old, size_t count, size_t item_size);    /* realloc of count items, overflow checked; new part is not zeroed */
char *mem_copy(const char *text);                            /* NULL stays NULL */
char *mem_copy_n(const char *bytes, size_t length);           /* adds the final NUL */
char *mem_format(const char *format, ...) PGTEND_PRINTF(1, 2);
char *mem_vformat(const char *format, va_list args);
void mem_free(void *ptr);
/* Overwrites the string before it is freed: for passwords. NULL is nothing. */
void mem_free_secret(char *secret);
void mem_set_die_hook(void (*hook)(void));
/* For states that cannot be: restores the terminal by the hook, says why, aborts. */
_Noreturn void mem_die(const char *why);

/* mem_new for a type, so that the size is never written by hand. */
#define MEM_NEW(type) ((type *)mem_new(sizeof(type)))

#endif
