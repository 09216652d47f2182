/* Results as JSON. */
#include "pgtend/cli/print.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"

/* DEL, C1 controls and characters that turn the reading direction survive JSON's own escaping. */
static bool is_harmless(const char *text)
{
	char *visible = text_visible(text);
	size_t newlines = 0;
	for (const char *s = text; *s != '\0'; s++)
		newlines += *s == '\n';
	/* Our own line breaks become "\n", one byte longer each; nothing else may have changed. */
	bool is_same = strlen(visible) == strlen(text) + newlines;
	mem_free(visible);
	return is_same;
}

static void add_without_del(struct text *out, const char *text)
{
	for (const char *s = text; *s != '\0'; s++)
		if (*s == '\177')
			text_add(out, "\\u007f");
		else
			text_add_char(out, *s);
}

void print_json(struct text *out, const json_t *value, bool is_terminal)
{
	const size_t flags = JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY;
	char *dump = json_dumps(value, flags);
	if (dump == NULL)
		mem_die("a result cannot be written as JSON");
	if (is_terminal && !is_harmless(dump)) {
		free(dump);
		dump = json_dumps(value, flags | JSON_ENSURE_ASCII);
		add_without_del(out, dump);
	} else {
		text_add(out, dump);
	}
	text_add_char(out, '\n');
	free(dump);
}
