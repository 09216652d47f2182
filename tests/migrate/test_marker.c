/* Up and down parts of a file: whatever stands in it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/migrate/marker.h"
#include "pgtend/migrate/order.h"
#include "pgtend/syntax/statements.h"

/* A long run of blank lines is walked once, not once for each of its lines. */
static void test_blank_lines(void **state)
{
	(void)state;
	enum { LENGTH = 4 << 20 };
	char *text = mem_new(LENGTH + 1);
	struct marker_parts parts;
	memset(text, '\n', LENGTH);
	text[LENGTH - 1] = 'x';
	marker_find(text, &parts);
	assert_false(parts.has_up_marker);
	assert_false(parts.down.is_there);
	mem_free(text);
}

/* --- anything at all ------------------------------------------------------------------------------------------------ */

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void random_text(unsigned *seed, char *text, size_t size)
{
	static const char *const parts[] = {"--", "-", "up", "Up", "DOWN", "down", " ", "\t", "\n", "\r\n", "\r",
	    "migration", "MIGRATION", ";", "x", "\xEF\xBB\xBF", "\xE2\x80\xA8", "\xC2\xA0", "\xE2", "\xFF", "$$", "$", "'",
	    "\"", "/*", "*/", "begin", "commit", "atomic", "end", "copy", "from", "stdin", "(", ")", "\\",
	    "-- Up Migration\n", "-- Down Migration\n", "create function f() ", "select 1", "12"};
	text[0] = 0;
	for (unsigned n = next_random(seed) % 16; n > 0; n--) {
		const char *part = parts[next_random(seed) % (sizeof parts / sizeof parts[0])];
		if (strlen(text) + strlen(part) + 1 < size)
			strcat(text, part);
	}
}

/* Whatever stands in a file: the parts lie within it, do not overlap, begin at a line's start; the parser survives. */
static void test_anything(void **state)
{
	(void)state;
	unsigned seed = 20261121;
	char text[512];
	for (int i = 0; i < 20000; i++) {
		struct marker_parts parts;
		struct statements found;
		random_text(&seed, text, sizeof text);
		size_t length = strlen(text);
		marker_find(text, &parts);
		assert_true(parts.up.begin <= parts.up.end && parts.up.end <= length);
		if (parts.down.is_there) {
			assert_true(parts.down.begin < parts.down.end && parts.down.end <= length);
			assert_true(!parts.has_up_marker || parts.up.end <= parts.down.begin || parts.down.end <= parts.up.begin);
			char before = parts.down.begin ? text[parts.down.begin - 1] : '\n';
			assert_true(before == '\n' || before == '\r' || before == '\xA8');
		}
		if (i % 8 == 0 && text_is_valid_utf8(text, length)) {
			statements_read(text, 0, &found);
			assert_true(found.transaction.offset <= length && found.outside.offset <= length && found.psql.offset <= length);
		}
		(void)order_prefix(text, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blank_lines),
	    cmocka_unit_test(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
