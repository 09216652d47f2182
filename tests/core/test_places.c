/* Files and folders of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/text.h"

static char *folder;

static int begin(void **state)
{
	char name[] = "/tmp/pgtend-places-XXXXXX";

	(void)state;
	folder = mem_copy(mkdtemp(name));
	return folder ? 0 : -1;
}

static int end(void **state)
{
	char *command = mem_format("rm -rf '%s'", folder);

	(void)state;
	int status = system(command);

	mem_free(command);
	mem_free(folder);
	return status;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void assert_taken(char *got, const char *wanted)
{
	assert_string_equal(got, wanted);
	mem_free(got);
}

static void the_xdg_places(void **state)
{
	(void)state;
	setenv("HOME", "/home/somebody", 1);
	unsetenv("XDG_STATE_HOME");
	assert_taken(places_state("audit.jsonl"), "/home/somebody/.local/state/pgtend/audit.jsonl");
	setenv("XDG_STATE_HOME", "relative", 1); /* does not count */
	assert_taken(places_state("x"), "/home/somebody/.local/state/pgtend/x");
	setenv("XDG_STATE_HOME", "/state", 1);
	assert_taken(places_state("x"), "/state/pgtend/x");
	assert_taken(places_state(""), "/state/pgtend");
	unsetenv("XDG_CACHE_HOME");
	assert_taken(places_cache("x"), "/home/somebody/.cache/pgtend/x");
	unsetenv("XDG_DATA_HOME");
	assert_taken(places_data("x"), "/home/somebody/.local/share/pgtend/x");
	unsetenv("XDG_CONFIG_HOME");
	assert_taken(places_config("pgtend.ini"), "/home/somebody/.config/pgtend/pgtend.ini");
}

static void joining(void **state)
{
	(void)state;
	setenv("HOME", "/home/somebody", 1);
	assert_taken(places_join("/a", "b/c"), "/a/b/c");
	assert_taken(places_join("/a/", "b"), "/a/b");
	assert_taken(places_join("/a", "/b"), "/b");
	assert_taken(places_join("/a", "~/b"), "/home/somebody/b");
	assert_taken(places_join("/a", "~"), "/home/somebody");
	assert_taken(places_join("/a", "~b"), "/a/~b");
	assert_taken(places_join("/a", ""), "/a");
	assert_taken(places_join("", "b"), "b");
	assert_taken(places_absolute("/x"), "/x");
	assert_int_equal(chdir("/"), 0);
	assert_taken(places_absolute("x"), "/x");
}

static void folders_with_parents(void **state)
{
	struct err err = {0};
	char *deep = places_join(folder, "a/b//c/");
	char *parent = places_join(folder, "a");
	char *file = places_join(folder, "file");
	char *under = places_join(folder, "file/x");

	(void)state;
	umask(022);
	assert_true(places_make_folder(deep, &err));
	assert_int_equal(mode_of(deep), 0700);
	assert_int_equal(mode_of(parent), 0700);
	assert_true(places_make_folder(deep, &err));
	assert_true(places_write_file(file, "", 0, &err));
	assert_false(places_make_folder(under, &err));
	assert_true(text_starts_with(err.text, file));
	mem_free(deep);
	mem_free(parent);
	mem_free(file);
	mem_free(under);
}

static int entries_of(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2; /* . and .. */

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void writing_replaces_as_a_whole(void **state)
{
	struct err err = {0};
	char *path = places_join(folder, "x");
	char *bytes;
	size_t length;

	(void)state;
	assert_true(places_write_file(path, "one", 3, &err));
	assert_int_equal(mode_of(path), 0600);
	assert_true(places_write_file(path, "a\0b", 3, &err));
	assert_true(places_read_file(path, &bytes, &length, &err));
	assert_int_equal(length, 3);
	assert_memory_equal(bytes, "a\0b", 4);
	mem_free(bytes);
	assert_int_equal(entries_of(folder), 1); /* no partial file stays */
	mem_free(path);
	path = places_join(folder, "no/such/x");
	assert_false(places_write_file(path, "x", 1, &err));
	assert_true(text_ends_with(err.text, "No such file or directory"));
	mem_free(path);
	/* a folder stands in the way: nothing stays behind */
	path = places_join(folder, "dir");
	assert_true(places_make_folder(path, &err));
	assert_false(places_write_file(path, "x", 1, &err));
	assert_int_equal(entries_of(folder), 2);
	mem_free(path);
}

static void reading_fails_in_words(void **state)
{
	struct err err = {0};
	char *bytes = NULL;
	char *path = places_join(folder, "huge");
	char *wanted = mem_format("%s: larger than 64 MB", path);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(ftruncate(fd, 64 * 1048576 + 1), 0);
	close(fd);
	assert_false(places_read_file(path, &bytes, NULL, &err));
	assert_string_equal(err.text, wanted);
	mem_free(wanted);
	assert_false(places_read_file(folder, &bytes, NULL, &err));
	assert_true(text_ends_with(err.text, "Is a directory"));
	assert_false(places_read_file("/nowhere/at/all", &bytes, NULL, &err));
	assert_string_equal(err.text, "/nowhere/at/all: No such file or directory");
	mem_free(path);
}

static void lines_of_many_writers_stay_whole(void **state)
{
	enum { WRITERS = 4, LINES = 50 };
	struct err err = {0};
	char *path = places_join(folder, "audit.jsonl");
	char line[3001];
	char *bytes;
	size_t length;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		if (fork() == 0) {
			memset(line, 'a' + i, sizeof line - 1);
			line[sizeof line - 1] = '\0';
			for (int j = 0; j < LINES; j++)
				if (!places_append_line(path, line, &err))
					_exit(1);
			_exit(0);
		}
	}
	for (int i = 0; i < WRITERS; i++) {
		int status = 1;

		wait(&status);
		assert_int_equal(status, 0);
	}
	assert_true(places_read_file(path, &bytes, &length, &err));
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(length, WRITERS * LINES * sizeof line);
	for (size_t at = 0; at < length; at += sizeof line) {
		char first[2] = {bytes[at], '\0'};

		assert_int_equal(strspn(bytes + at, first), sizeof line - 1);
		assert_int_equal(bytes[at + sizeof line - 1], '\n');
	}
	mem_free(bytes);
	mem_free(path);
}

/* Who would write into them may never come. */
static void nobody_waits_for_a_pipe(void **state)
{
	struct err err = {0};
	char *path = places_join(folder, "pipe");
	char *bytes;
	size_t length;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_false(places_read_file(path, &bytes, &length, &err));
	assert_true(text_ends_with(err.text, "/pipe: is no file"));
	assert_false(places_append_line(path, "x", &err));
	/* also when somebody reads from it, for it keeps nothing */
	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	assert_false(places_append_line(path, "x", &err));
	/* replaced as a whole, as anything else that stands there */
	assert_true(places_write_file(path, "x", 1, &err));
	assert_true(places_read_file(path, &bytes, &length, &err));
	assert_string_equal(bytes, "x");
	alarm(0);
	close(reader);
	mem_free(bytes);
	mem_free(path);
}

/* `pgtend -c <(decrypt pgtend.ini)` */
static void what_the_user_names_may_be_a_pipe(void **state)
{
	struct err err = {0};
	char *path = places_join(folder, "pipe");
	char *bytes;
	size_t length;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	if (fork() == 0) {
		FILE *file = fopen(path, "w");

		_exit(!file || fputs("[pgtend]", file) < 0 || fclose(file) != 0);
	}
	alarm(10);
	assert_true(places_read_any(path, &bytes, &length, &err));
	alarm(0);
	wait(NULL);
	assert_string_equal(bytes, "[pgtend]");
	mem_free(bytes);
	mem_free(path);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_xdg_places),
		TEST(joining),
		TEST(folders_with_parents),
		TEST(writing_replaces_as_a_whole),
		TEST(reading_fails_in_words),
		TEST(lines_of_many_writers_stay_whole),
		TEST(nobody_waits_for_a_pipe),
		TEST(what_the_user_names_may_be_a_pipe),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
