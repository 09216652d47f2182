#include "files.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

int files_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = mem_format("%s/pgtend-test.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	char *real = realpath(folder, NULL);
	*state = mem_copy(real);
	free(real);
	mem_free(folder);
	return chdir("/");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int files_teardown(void **state)
{
	int status = chdir("/") || nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	mem_free(*state);
	return status;
}

void files_write(const char *folder, const char *name, const char *text)
{
	struct err err;
	char *path = mem_format("%s/%s", folder, name);
	char *parent = mem_copy_n(path, (size_t)(strrchr(path, '/') - path));
	assert_true(places_make_folder(parent, &err));
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	mem_free(parent);
	mem_free(path);
}

char *files_read(const char *folder, const char *name)
{
	struct err err;
	char *bytes, *path = mem_format("%s/%s", folder, name);
	size_t length;
	if (!places_read_file(path, &bytes, &length, &err))
		fail_msg("%s", err.text);
	mem_free(path);
	return bytes;
}
