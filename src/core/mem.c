#include "pgtend/core/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*die_hook)(void);

void mem_set_die_hook(void (*hook)(void))
{
	die_hook = hook;
}

_Noreturn void mem_die(const char *why)
{
	void (*hook)(void) = die_hook;

	/* a hook that dies itself must not bring us back here */
	die_hook = NULL;
	if (hook)
		hook();
	fprintf(stderr, "pgtend: %s\n", why);
	fflush(stderr);
	abort();
}

void *mem_new(size_t size)
{
	void *ptr = calloc(1, size ? size : 1);

	if (!ptr)
		mem_die("out of memory");
	return ptr;
}

void *mem_grow(void *old, size_t count, size_t item_size)
{
	size_t size;

	if (__builtin_mul_overflow(count, item_size, &size))
		mem_die("out of memory: a size does not fit");
	old = realloc(old, size ? size : 1);
	if (!old)
		mem_die("out of memory");
	return old;
}

char *mem_copy(const char *text)
{
	return text ? mem_copy_n(text, strlen(text)) : NULL;
}

char *mem_copy_n(const char *bytes, size_t length)
{
	if (length == SIZE_MAX)
		mem_die("out of memory: a size does not fit");
	char *copy = mem_grow(NULL, length + 1, 1);

	if (length)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *mem_vformat(const char *format, va_list args)
{
	char *out = NULL;

	if (vasprintf(&out, format, args) < 0)
		mem_die("out of memory");
	return out;
}

char *mem_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *out = mem_vformat(format, args);
	va_end(args);
	return out;
}

void mem_free(void *ptr)
{
	free(ptr);
}

void mem_free_secret(char *secret)
{
	if (!secret)
		return;
	/* unlike memset, the compiler may not leave it out */
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
