/* A folder of backups that no pg_dump has written: bytes, manifests, names. */
#ifndef PGTEND_TESTS_ARCHIVE_FIXTURE_H
#define PGTEND_TESTS_ARCHIVE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/archive/archive.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* sha256 of nothing */
#define SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* of "dump" */
enum { DUMP_BYTES = 4 };

static char *folder;

static inline int folder_begin(void **state)
{
	char name[] = "/tmp/pgtend-archive-XXXXXX";

	(void)state;
	folder = mem_copy(mkdtemp(name));
	return folder ? 0 : -1;
}

static inline int folder_end(void **state)
{
	char *command = mem_format("rm -rf '%s'", folder);
	int status = system(command);

	(void)state;
	mem_free(command);
	mem_free(folder);
	return status;
}

static inline char *in_folder(const char *name)
{
	return places_join(folder, name);
}

static inline void put(const char *name, const void *bytes, size_t length)
{
	char *path = in_folder(name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	mem_free(path);
}

static inline void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static inline void take_away(const char *name)
{
	char *path = in_folder(name);

	(void)unlink(path);
	mem_free(path);
}

/* What backup writes of "core", taken at the time of the stamp. New reference. */
static inline json_t *manifest_of(const char *id, const char *taken_at)
{
	char *file = mem_format("%s.dump", id);
	json_t *manifest = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:i, s:s, s:s, s:i, s:s, s:I, s:i, s:i, s:i, s:{s:i, s:i}, s:{s:s}, s:[{s:s, s:s, s:s}]}",
		"format", 2, "pgtend", "0.1", "id", id, "database", "core", "dbname", "core_db", "host", "db1", "server_version_num", 150020,
		"taken_at", taken_at, "duration_ms", 1500, "form", "custom", "file", file, "size_bytes", DUMP_BYTES, "sha256", SUM, "database_bytes",
		(json_int_t)8000000000, "entries", 7, "tables", 2, "rows", 12, "counts", "public.a", 5, "public.b", 7, "extensions", "hstore", "1.8",
		"verified", "at", taken_at, "how", "read", "pgtend", "0.1");

	assert_non_null(manifest);
	mem_free(file);
	return manifest;
}

static inline void seal(const char *id, json_t *manifest)
{
	struct err err;
	char *name = mem_format("%s.json", id), *path = in_folder(name);

	assert_true(manifest_write(path, manifest, &err));
	mem_free(path);
	mem_free(name);
}

/* A whole backup. */
static inline void put_backup(const char *id, const char *taken_at)
{
	json_t *manifest = manifest_of(id, taken_at);
	char *name = mem_format("%s.dump", id);

	put_text(name, "dump");
	seal(id, manifest);
	json_decref(manifest);
	mem_free(name);
}

#endif
