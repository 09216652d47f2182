/* The memory of checksums: what is remembered, what is read again, what damage does. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"
#include "scratch.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char *cache, *folder;

static char *ask(const char *name)
{
	struct checksums *checksums = checksums_open(folder);
	char *file = places_join(folder, name), *sum = checksums_of(checksums, file);
	checksums_close(checksums);
	mem_free(file);
	return sum;
}

static void expect(const char *name, const char *wanted)
{
	char *sum = ask(name);
	if (wanted)
		assert_string_equal(sum, wanted);
	else
		assert_null(sum);
	mem_free(sum);
}

/* The one file of the memory. Caller frees. */
static char *memory(void)
{
	char hex[CHECKSUM_SIZE];
	checksum_of(folder, strlen(folder), hex);
	return mem_format("%s/pgtend/checksums/%.16s", cache, hex);
}

static char *read_memory(size_t *length)
{
	struct err err;
	char *bytes, *file = memory();
	assert_true(places_read_file(file, &bytes, length, &err));
	mem_free(file);
	return bytes;
}

static void write_memory(const char *bytes, size_t length)
{
	char *file = memory();
	FILE *out = fopen(file, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, length, out), length);
	fclose(out);
	mem_free(file);
}

static void settle(void)
{
	usleep(80000);
}

static int begin(void **state)
{
	(void)state;
	cache = scratch_folder();
	folder = scratch_folder();
	setenv("XDG_CACHE_HOME", cache, 1);
	scratch_file(folder, "a.sql", "abc");
	settle();
	return 0;
}

static int end(void **state)
{
	(void)state;
	scratch_remove(cache);
	scratch_remove(folder);
	return 0;
}

static void sums(void **state)
{
	char hex[CHECKSUM_SIZE];
	(void)state;
	checksum_of("abc", 3, hex);
	assert_string_equal(hex, ABC);
	assert_true(checksum_of_kind("abc", 3, 32, hex));
	assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
	assert_true(checksum_of_kind("abc", 3, 40, hex));
	assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_true(checksum_of_kind("abc", 3, 64, hex));
	assert_string_equal(hex, ABC);
	assert_false(checksum_of_kind("abc", 3, 8, hex));
}

/* A memory with another sum in it, whole: what it says is believed, so that it is seen to be used. */
static void is_remembered(void **state)
{
	(void)state;
	struct stat st;
	size_t length;
	char hex[CHECKSUM_SIZE], *file = memory();
	expect("a.sql", ABC);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	char *bytes = read_memory(&length), *sum = strstr(bytes, ABC);
	assert_non_null(sum);
	memcpy(sum, NOTHING, 64);
	checksum_of(bytes, length - 65, hex);
	memcpy(bytes + length - 65, hex, 64);
	write_memory(bytes, length);
	expect("a.sql", NOTHING);
	checksums_read_all(true);
	expect("a.sql", ABC);
	checksums_read_all(false);
	expect("a.sql", ABC);
	mem_free(bytes);
	mem_free(file);
}

static void a_change_is_seen(void **state)
{
	(void)state;
	expect("a.sql", ABC);
	struct stat st;
	char *file = places_join(folder, "a.sql");
	assert_int_equal(stat(file, &st), 0);
	/* Same size, same modification time, same inode. */
	scratch_file(folder, "a.sql", "abd");
	struct timespec times[2] = {st.st_atim, st.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
	expect("a.sql", "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9");
	mem_free(file);
}

/* Written again within the tick of the clock in which it was read: not believed. */
static void a_fresh_file_is_not_remembered(void **state)
{
	(void)state;
	scratch_file(folder, "b.sql", "abc");
	expect("b.sql", ABC);
	char *file = memory();
	assert_int_not_equal(access(file, F_OK), 0);
	mem_free(file);
}

static void damage_costs_time_only(void **state)
{
	(void)state;
	size_t length;
	expect("a.sql", ABC);
	char *whole = read_memory(&length);
	for (size_t cut = 0; cut < length; cut += 7) {
		write_memory(whole, cut);
		expect("a.sql", ABC);
	}
	for (size_t at = 0; at < length; at += 3) {
		char *bad = mem_copy_n(whole, length);
		bad[at] = (char)(bad[at] ^ 1);
		write_memory(bad, length);
		expect("a.sql", ABC);
		mem_free(bad);
	}
	mem_free(whole);
}

static void what_is_gone_is_forgotten(void **state)
{
	(void)state;
	size_t length;
	scratch_file(folder, "gone.sql", "abc");
	settle();
	struct checksums *checksums = checksums_open(folder);
	char *a = places_join(folder, "a.sql"), *gone = places_join(folder, "gone.sql");
	mem_free(checksums_of(checksums, gone));
	mem_free(checksums_of(checksums, a));
	checksums_close(checksums);
	char *bytes = read_memory(&length);
	assert_non_null(strstr(bytes, " gone.sql\n"));
	mem_free(bytes);
	unlink(gone);
	expect("a.sql", ABC);
	bytes = read_memory(&length);
	assert_null(strstr(bytes, " gone.sql\n"));
	assert_non_null(strstr(bytes, " a.sql\n"));
	mem_free(bytes);
	expect("gone.sql", NULL);
	mem_free(a);
	mem_free(gone);
}

static void no_place_to_remember(void **state)
{
	(void)state;
	setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
	expect("a.sql", ABC);
	setenv("XDG_CACHE_HOME", cache, 1);
	char *file = places_join(folder, "a.sql"), *sum = checksums_of(NULL, file);
	assert_string_equal(sum, ABC);
	mem_free(sum);
	mem_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sums, begin, end),
	    cmocka_unit_test_setup_teardown(is_remembered, begin, end),
	    cmocka_unit_test_setup_teardown(a_change_is_seen, begin, end),
	    cmocka_unit_test_setup_teardown(a_fresh_file_is_not_remembered, begin, end),
	    cmocka_unit_test_setup_teardown(damage_costs_time_only, begin, end),
	    cmocka_unit_test_setup_teardown(what_is_gone_is_forgotten, begin, end),
	    cmocka_unit_test_setup_teardown(no_place_to_remember, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
