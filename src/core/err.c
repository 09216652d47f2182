#include "pgtend/core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

/* One visible line into a fixed buffer; what does not fit ends in "...", never inside a character. */
static void store_line(char *out, size_t size, char *line)
{
	size_t length = strlen(line);

	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r' || line[length - 1] == ' '))
		line[--length] = '\0';
	char *visible = text_visible(line);

	length = strlen(visible);
	if (length >= size) {
		length = size - 4;
		while (length > 0 && ((unsigned char)visible[length] & 0xC0) == 0x80)
			length--;
		strcpy(visible + length, "...");
		length += 3;
	}
	memcpy(out, visible, length + 1);
	mem_free(visible);
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	/* formatted before *err changes: the arguments may point into it */
	va_start(args, format);
	char *line = mem_vformat(format, args);
	va_end(args);
	err_clear(err);
	err->kind = kind;
	store_line(err->text, sizeof err->text, line);
	mem_free(line);
	return false;
}

bool err_hint(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *line = mem_vformat(format, args);
	va_end(args);
	store_line(err->hint, sizeof err->hint, line);
	mem_free(line);
	return false;
}

bool err_prefix(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *prefix = mem_vformat(format, args);
	va_end(args);
	char *visible_prefix = text_visible(prefix);
	char *line = mem_format("%s: %s", visible_prefix, err->text);

	store_line(err->text, sizeof err->text, line);
	mem_free(line);
	mem_free(visible_prefix);
	mem_free(prefix);
	return false;
}

void err_clear(struct err *err)
{
	memset(err, 0, sizeof *err);
}

int err_exit_status(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE:
		return 0;
	case ERR_FAILED:
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
	case ERR_UNSUPPORTED:
		return 1;
	case ERR_USAGE:
	case ERR_CONFIG:
		return 2;
	case ERR_PARTIAL:
		return 3;
	case ERR_PENDING:
		return 4;
	case ERR_DRIFT:
		return 5;
	case ERR_LOCKED:
		return 6;
	case ERR_REFUSED:
		return 7;
	case ERR_CANCELLED:
		return 130;
	}
	return 1;
}
