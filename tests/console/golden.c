#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

void assert_golden(const struct canvas *canvas, const char *name)
{
	const char *source = getenv("PGTEND_SOURCE"), *wish = getenv("PGTEND_GOLDEN");
	char *path = mem_format("%s/tests/console/golden/%s.txt", source ? source : PGTEND_SRCDIR, name), *wanted = NULL;
	char *got = canvas_text(canvas);
	size_t length;
	struct err err;

	err_clear(&err);
	if (wish && strcmp(wish, "remake") == 0) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(got, file);
		fclose(file);
	}
	if (!places_read_file(path, &wanted, &length, &err))
		fail_msg("%s", err.text);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s is not what is drawn:\n%s", path, got);
	mem_free(wanted);
	mem_free(got);
	mem_free(path);
}
