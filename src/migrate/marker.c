/* See migrate/marker.h. */
#include "pgtend/migrate/marker.h"

#include <string.h>
#include <strings.h>

/* Bytes of the white space character of JavaScript (\s) that stands here; 0: none. */
static size_t space_length(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	if (u[0] == ' ' || (u[0] >= '\t' && u[0] <= '\r'))
		return 1;
	if (u[0] == 0xC2 && u[1] == 0xA0)
		return 2;
	if (u[0] == 0xEF && u[1] == 0xBB && u[2] == 0xBF)
		return 3;
	if (u[0] == 0xE1 && u[1] == 0x9A && u[2] == 0x80)
		return 3;
	if (u[0] == 0xE2 && u[1] == 0x80 &&
	    ((u[2] >= 0x80 && u[2] <= 0x8A) || u[2] == 0xA8 || u[2] == 0xA9 || u[2] == 0xAF))
		return 3;
	if (u[0] == 0xE2 && u[1] == 0x81 && u[2] == 0x9F)
		return 3;
	if (u[0] == 0xE3 && u[1] == 0x80 && u[2] == 0x80)
		return 3;
	return 0;
}

/* Bytes of the line end of JavaScript that stands here; \r and \n each are one. */
static size_t line_end_length(const char *s)
{
	if (*s == '\n' || *s == '\r')
		return 1;
	if ((unsigned char)s[0] == 0xE2 && (unsigned char)s[1] == 0x80 &&
	    ((unsigned char)s[2] == 0xA8 || (unsigned char)s[2] == 0xA9))
		return 3;
	return 0;
}

/* Tries the expression at a line's start. When it fails, *dead is how far every other start would fail in the same
 * way: the
 * runs of white space and dashes are skipped once, not once for each line in them. */
static bool matches_at(const char *start, const char *word, const char **dead)
{
	const char *s = start;
	size_t n;
	while ((n = space_length(s)) > 0)
		s += n;
	*dead = s;
	if (s[0] != '-' || s[1] != '-')
		return false;
	s += 2;
	for (;;) {
		if (*s == '-')
			s++;
		else if ((n = space_length(s)) > 0)
			s += n;
		else
			break;
	}
	*dead = s;
	if (strncasecmp(s, word, strlen(word)) != 0)
		return false;
	s += strlen(word);
	if (space_length(s) == 0)
		return false;
	while ((n = space_length(s)) > 0)
		s += n;
	return strncasecmp(s, "migration", 9) == 0;
}

/* The offset of the first match; false: none. */
static bool search(const char *text, const char *word, size_t *offset)
{
	const char *s = text;
	for (;;) {
		const char *dead;
		if (matches_at(s, word, &dead)) {
			*offset = (size_t)(s - text);
			return true;
		}
		if (dead > s)
			s = dead;
		size_t n = 0;
		while (*s && (n = line_end_length(s)) == 0)
			s++;
		if (!*s)
			return false;
		s += n;
	}
}

void marker_find(const char *text, struct marker_parts *parts)
{
	size_t up = 0, down = 0, length = strlen(text);
	bool has_up = search(text, "up", &up), has_down = search(text, "down", &down);
	parts->has_up_marker = has_up;
	parts->up = (struct marker_part){true, 0, length};
	parts->down = (struct marker_part){has_down, down, length};
	if (has_up) {
		parts->up.begin = up;
		if (has_down && down > up)
			parts->up.end = down;
	}
	if (has_down && has_up && up > down)
		parts->down.end = up;
}

int marker_line(const char *text, size_t offset)
{
	int line = 1;
	for (size_t i = 0; i < offset; i++)
		if (text[i] == '\n')
			line++;
	return line;
}
