#include "pgtend/core/width.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

#include "pgtend/core/text.h"

size_t width_next(const char *s, unsigned *code_point, int *cols)
{
	unsigned cp = 0;
	size_t size;

	if (!*s)
		return 0;
	size = text_decode(s, strnlen(s, 4), &cp);
	if (!size) {
		/* a stray byte: one column, so that nothing vanishes */
		*code_point = 0xFFFD;
		*cols = 1;
		return 1;
	}
	*code_point = cp;
	if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F)) {
		*cols = 0;
	} else if (cp < 0x7F) {
		*cols = 1;
	} else {
		int width = wcwidth((wchar_t)cp);

		/* a locale that does not know the character: terminals draw something of one column */
		*cols = width < 0 ? 1 : width;
	}
	return size;
}

int width_cols(const char *s)
{
	int total = 0;
	int cols;
	unsigned cp;
	size_t size;

	for (;;) {
		/* Most texts are ASCII and nothing else. */
		for (; *s >= 0x20 && *s < 0x7F; s++)
			total++;
		size = width_next(s, &cp, &cols);
		if (!size)
			return total;
		total += cols;
		s += size;
	}
}

size_t width_fit(const char *s, int cols, int *used_cols)
{
	size_t fit = 0;
	int used = 0;
	int next;
	unsigned cp;
	size_t size;

	while ((size = width_next(s + fit, &cp, &next)) > 0 && used + next <= cols) {
		used += next;
		fit += size;
	}
	if (used_cols)
		*used_cols = used;
	return fit;
}

static bool is_utf8_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

size_t width_wrap(const char *s, int cols)
{
	size_t fits = width_fit(s, cols, NULL), at;
	if (!s[fits])
		return fits;
	for (at = fits; at > 0 && s[at] != ' '; at--)
		;
	return at > 0 && (int)at > (int)fits / 2 ? at : fits > 0 ? fits : strlen(s);
}

int width_cut(char *out, size_t size, const char *s, int cols)
{
	int used = 0;
	const char *ellipsis = "";
	size_t fit;

	if (size == 0)
		return 0;
	fit = width_fit(s, cols, &used);
	if (s[fit] || fit >= size) {
		ellipsis = is_utf8_locale() ? "\xE2\x80\xA6" : "~";
		if (cols <= 0 || size <= strlen(ellipsis)) {
			out[0] = '\0';
			return 0;
		}
		fit = width_fit(s, cols - 1, &used);
		while (fit + strlen(ellipsis) >= size) {
			/* the buffer is narrower than the columns: one character less */
			used--;
			fit = width_fit(s, used, &used);
		}
	}
	memcpy(out, s, fit);
	strcpy(out + fit, ellipsis);
	return used + (*ellipsis ? 1 : 0);
}
