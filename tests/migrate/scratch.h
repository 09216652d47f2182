/* A folder of files for one test. */
#ifndef PGTEND_TESTS_MIGRATE_SCRATCH_H
#define PGTEND_TESTS_MIGRATE_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

static inline char *scratch_folder(void)
{
	const char *base = getenv("PGTEND_SCRATCH");
	char *folder = mem_format("%s/migrate.XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder))
		abort();
	return folder;
}

/* name may have folders in it. */
static inline void scratch_file_n(const char *folder, const char *name, const char *bytes, size_t length)
{
	char *path = places_join(folder, name);
	for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0700);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
		abort();
	mem_free(path);
}

static inline void scratch_file(const char *folder, const char *name, const char *text)
{
	scratch_file_n(folder, name, text, strlen(text));
}

static inline void scratch_remove(char *folder)
{
	char *command = mem_format("rm -rf '%s'", folder);
	if (system(command) != 0)
		abort();
	mem_free(command);
	mem_free(folder);
}

#endif
