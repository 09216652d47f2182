#include "pgtend/core/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"

static void make_room(struct text *text, size_t more)
{
	size_t needed;

	if (__builtin_add_overflow(text->length, more, &needed) || needed == SIZE_MAX)
		mem_die("out of memory: a text is too long");
	needed++;
	if (needed <= text->size)
		return;
	size_t size = text->size < 32 ? 32 : text->size;

	while (size < needed)
		size = size > SIZE_MAX / 2 ? needed : size * 2;
	text->s = mem_grow(text->s, size, 1);
	text->size = size;
	text->s[text->length] = '\0';
}

void text_add_n(struct text *text, const char *bytes, size_t length)
{
	make_room(text, length);
	if (length)
		memcpy(text->s + text->length, bytes, length);
	text->length += length;
	text->s[text->length] = '\0';
}

void text_add(struct text *text, const char *s)
{
	text_add_n(text, s, strlen(s));
}

void text_add_char(struct text *text, char c)
{
	text_add_n(text, &c, 1);
}

void text_vaddf(struct text *text, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);

	if (length < 0)
		mem_die("a text could not be formatted");
	make_room(text, (size_t)length);
	vsnprintf(text->s + text->length, (size_t)length + 1, format, again);
	text->length += (size_t)length;
	va_end(again);
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vaddf(text, format, args);
	va_end(args);
}

const char *text_str(const struct text *text)
{
	return text->s ? text->s : "";
}

char *text_take(struct text *text)
{
	char *s = text->s ? text->s : mem_copy("");

	memset(text, 0, sizeof *text);
	return s;
}

void text_done(struct text *text)
{
	mem_free(text->s);
	memset(text, 0, sizeof *text);
}

size_t text_decode(const char *bytes, size_t length, unsigned *code_point)
{
	const unsigned char *b = (const unsigned char *)bytes;
	size_t size;
	unsigned cp;
	unsigned least;

	if (length == 0)
		return 0;
	if (b[0] < 0x80) {
		*code_point = b[0];
		return 1;
	}
	if (b[0] >= 0xC2 && b[0] <= 0xDF) {
		size = 2, cp = b[0] & 0x1Fu, least = 0x80;
	} else if (b[0] >= 0xE0 && b[0] <= 0xEF) {
		size = 3, cp = b[0] & 0x0Fu, least = 0x800;
	} else if (b[0] >= 0xF0 && b[0] <= 0xF4) {
		size = 4, cp = b[0] & 0x07u, least = 0x10000;
	} else {
		return 0;
	}
	if (size > length)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((b[i] & 0xC0) != 0x80)
			return 0;
		cp = cp << 6 | (b[i] & 0x3Fu);
	}
	if (cp < least || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return 0;
	*code_point = cp;
	return size;
}

bool text_is_valid_utf8(const char *bytes, size_t length)
{
	unsigned cp;

	for (size_t at = 0; at < length;) {
		size_t size = text_decode(bytes + at, length - at, &cp);

		if (!size)
			return false;
		at += size;
	}
	return true;
}

/* Characters that a terminal does not show as themselves: they could hide or reorder what stands beside them. */
static bool is_unseen(unsigned cp)
{
	return (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) ||
	       cp == 0x061C || cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFB) || (cp >= 0xFDD0 && cp <= 0xFDEF) ||
	       (cp & 0xFFFE) == 0xFFFE || (cp >= 0xE0000 && cp <= 0xE007F);
}

static void add_control(struct text *text, unsigned cp)
{
	switch (cp) {
	case 0x1B:
		text_add(text, "\\e");
		break;
	case '\n':
		text_add(text, "\\n");
		break;
	case '\r':
		text_add(text, "\\r");
		break;
	case '\t':
		text_add(text, "\\t");
		break;
	default:
		text_addf(text, "\\x%02x", cp);
	}
}

/* Most texts are this and nothing else. */
static size_t count_plain_ascii(const char *s)
{
	size_t count = 0;

	while (s[count] >= 0x20 && s[count] < 0x7F)
		count++;
	return count;
}

void text_add_visible(struct text *text, const char *s)
{
	size_t left = strlen(s);

	make_room(text, left);
	while (left > 0) {
		unsigned cp = 0;
		size_t plain = count_plain_ascii(s);

		text_add_n(text, s, plain);
		s += plain;
		left -= plain;
		if (left == 0)
			break;
		size_t size = text_decode(s, left, &cp);

		if (!size) {
			text_addf(text, "\\x%02x", (unsigned)(unsigned char)*s);
			size = 1;
		} else if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F)) {
			add_control(text, cp);
		} else if (is_unseen(cp)) {
			text_addf(text, cp > 0xFFFF ? "\\U%08x" : "\\u%04x", cp);
		} else {
			text_add_n(text, s, size);
		}
		s += size;
		left -= size;
	}
}

char *text_visible(const char *s)
{
	struct text text = {0};

	if (!s)
		return NULL;
	text_add_visible(&text, s);
	return text_take(&text);
}

char *text_shell_word(const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,-";
	struct text text = {0};
	if (*s && !s[strspn(s, plain)])
		return mem_copy(s);
	text_add_char(&text, '\'');
	for (; *s; s++)
		if (*s == '\'')
			text_add(&text, "'\\''");
		else
			text_add_char(&text, *s);
	text_add_char(&text, '\'');
	return text_take(&text);
}

/* Reserved: names of their kind must stand in quotes (PostgreSQL 18, Appendix C). Those with a blank around stand in one text. */
static const char reserved[] =
	" all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint create cross"
	" current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except false"
	" fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime"
	" localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some"
	" symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window with ";

char *text_sql_name(const char *name)
{
	struct text text = {0};
	char *word = mem_format(" %s ", name);
	bool is_plain = *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789")] == '\0' && !(*name >= '0' && *name <= '9') &&
		strstr(reserved, word) == NULL;

	mem_free(word);
	if (is_plain)
		return mem_copy(name);
	text_add_char(&text, '"');
	for (const char *c = name; *c != '\0'; c++)
		text_add_n(&text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
	text_add_char(&text, '"');
	return text_take(&text);
}

bool text_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *s, const char *suffix)
{
	size_t length = strlen(s);
	size_t suffix_length = strlen(suffix);

	return length >= suffix_length && strcmp(s + length - suffix_length, suffix) == 0;
}
