/* CSV on its way to the server: what the watch finds, wherever the blocks are cut; what the reader makes of a file, and where it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/seeds/csv.h"
#include "../../src/seeds/target.h"
#include "pgtend/core/mem.h"

/* ---- the watch ------------------------------------------------------------------------- */

static struct csv_watch watched(const char *csv, size_t cut)
{
	struct csv_watch watch = {0};
	size_t length = strlen(csv);
	for (size_t at = 0; at < length; at += cut)
		if (!csv_watch_add(&watch, csv + at, at + cut < length ? cut : length - at))
			break;
	csv_watch_end(&watch);
	return watch;
}

/* The same whatever the blocks are. */
static void watch_is(const char *csv, enum csv_trouble trouble, int64_t at)
{
	for (size_t cut = 1; cut <= strlen(csv) + 1; cut++) {
		struct csv_watch watch = watched(csv, cut);
		if (watch.trouble != trouble || (trouble != CSV_FINE && watch.trouble_at != at))
			fail_msg("blocks of %zu: %d at %lld, not %d at %lld, in: %s", cut, (int)watch.trouble, (long long)watch.trouble_at,
			    (int)trouble, (long long)at, csv);
	}
}

static void test_watch_fine(void **state)
{
	(void)state;
	watch_is("", CSV_FINE, 0);
	watch_is("a,b\n1,2\n", CSV_FINE, 0);
	watch_is("a,b\r\n\"1\",\"x,\"\"y\"\"\nz\"\r\n", CSV_FINE, 0);
	watch_is("\"a\",\"\"\n\"\",\"\"\"\"", CSV_FINE, 0);
	watch_is("a, \"b\" ,c\n", CSV_FINE, 0);
	watch_is("a,\\.\nb\\.,c\n\\.x\n\"\n\\.\n\"\n", CSV_FINE, 0);
	watch_is("a\n1\n\\.", CSV_FINE, 0);
	watch_is("a\n1\n\\.\r\n\n", CSV_FINE, 0);
	watch_is("a\rb\r\"c\"\r", CSV_FINE, 0);
}

static void test_watch_trouble(void **state)
{
	(void)state;
	watch_is("a,b\n1,\"x\n2,y\n", CSV_OPEN, 6);
	watch_is("\"", CSV_OPEN, 0);
	watch_is("a\n\"x\"\"\n", CSV_OPEN, 2);
	watch_is("a,b\n1,\"x\n2,\"y\"\n", CSV_BEHIND, 6);
	watch_is("\"a\"b", CSV_BEHIND, 0);
	watch_is("a\n5\" pipe\n", CSV_MIDDLE, 3);
	watch_is("a\n\"b\" \"c\"\n", CSV_MIDDLE, 6);
	watch_is("a\nx \"c\"\n", CSV_MIDDLE, 4);
	watch_is("a\n\\.\nb\n", CSV_MARK, 2);
	watch_is("\\.\r\nb\n", CSV_MARK, 0);
	watch_is("a\n\\.\n\n\"b\"\n", CSV_MARK, 2);
	watch_is("a\n\\.\"x\n", CSV_MIDDLE, 4);
}

/* ---- the reader ------------------------------------------------------------------------ */

static char path[64];

static void put(const char *bytes, size_t length)
{
	snprintf(path, sizeof path, "/tmp/test_csv.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	close(fd);
}

/* "1@1:1-1:a|b;" : line @ server's line, then values with their places. */
static void read_is(const char *csv, const char *wanted)
{
	struct err err;
	struct text got = {0};
	struct csv_record record = {0};
	put(csv, strlen(csv));
	struct csv_reader *reader = csv_open(path, true, &err);
	assert_non_null(reader);
	while (csv_next(reader, &record)) {
		text_addf(&got, "%d@%d", record.line, record.server_line);
		for (int i = 0; i < record.count; i++)
			text_addf(&got, " %d:%d=%s", record.values[i].line, record.values[i].column,
			    record.values[i].text != NULL ? record.values[i].text : "NULL");
		text_add(&got, ";");
	}
	csv_close(reader);
	csv_record_done(&record);
	unlink(path);
	if (strcmp(text_str(&got), wanted) != 0)
		fail_msg("%s, not %s", text_str(&got), wanted);
	text_done(&got);
}

static void test_read(void **state)
{
	(void)state;
	read_is("", "");
	read_is("\xEF\xBB\xBF", "");
	read_is("a,b\n", "1@1 1:1=a 1:3=b;");
	read_is("\xEF\xBB\xBF" "a\n\n,\"\"", "1@1 1:1=a;2@2 2:1=NULL;3@3 3:1=NULL 3:2=;");
	read_is("a\r\n\"x\"\"y\",1\r\n", "1@1 1:1=a;2@2 2:1=x\"y 2:8=1;");
	read_is("\xC3\xA4,b\n", "1@1 1:1=\xC3\xA4 1:3=b;");
	/* The server counts on inside quotes, and names the last line. */
	read_is("a,b\n1,\"x\ny\"\n2,z\n", "1@1 1:1=a 1:3=b;2@3 2:1=1 2:3=x\ny;4@4 4:1=2 4:3=z;");
	/* Where lines end with \r\n it counts the \r alone. */
	read_is("a\r\n\"x\ny\"\r\nb\r\n", "1@1 1:1=a;2@2 2:1=x\ny;4@3 4:1=b;");
	read_is("a\r\n\"x\r\ny\"\r\nb\r\n", "1@1 1:1=a;2@3 2:1=x\r\ny;4@4 4:1=b;");
	read_is("a\rb\r", "1@1 1:1=a;2@2 2:1=b;");
	read_is("\"never\nclosed", "1@1 1:1=never\nclosed;");
}

static void test_locate(void **state)
{
	(void)state;
	static const char csv[] = "\xEF\xBB\xBF" "ab\nc\xC3\xA4\"\n";
	int line, column;
	put(csv, sizeof csv - 1);
	csv_locate(path, 6, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 3);
	csv_locate(path, 0, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 1);
	unlink(path);
}

/* A block's end may stand anywhere. */
static void test_long(void **state)
{
	(void)state;
	struct text csv = {0};
	struct err err;
	struct csv_record record = {0};
	int records = 0;
	text_add(&csv, "a,b\n");
	for (int i = 0; i < 20000; i++)
		text_addf(&csv, "%d,\"%s\"\"\n\"\n", i, i % 7 == 0 ? "x" : "yy");
	put(text_str(&csv), csv.length);
	struct csv_reader *reader = csv_open(path, true, &err);
	while (csv_next(reader, &record)) {
		assert_int_equal(record.count, 2);
		if (records > 0)
			assert_string_equal(record.values[1].text, (records - 1) % 7 == 0 ? "x\"\n" : "yy\"\n");
		records++;
	}
	assert_int_equal(records, 20001);
	csv_close(reader);
	csv_record_done(&record);
	text_done(&csv);
	unlink(path);
}

/* ---- the file's name ------------------------------------------------------------------- */

static void name_is(const char *file, const char *schema, const char *name)
{
	struct target_name got;
	struct err err;
	if (!target_name_read(file, &got, &err)) {
		if (name != NULL)
			fail_msg("%s: %s", file, err.text);
		return;
	}
	if (name == NULL)
		fail_msg("%s names %s", file, got.name);
	assert_string_equal(got.name, name);
	assert_string_equal(got.schema != NULL ? got.schema : "-", schema != NULL ? schema : "-");
	target_name_done(&got);
}

static void test_name(void **state)
{
	(void)state;
	name_is("users.csv", NULL, "users");
	name_is("010_users.csv", NULL, "users");
	name_is("010-Users.CSV", NULL, "Users");
	name_is("development/020_app.users.csv", "app", "users");
	name_is("030_\"My.Table\".csv", NULL, "My.Table");
	name_is("030_app.\"a\"\"b\".csv", "app", "a\"b");
	name_is("2024.csv", NULL, "2024");
	name_is("010_.csv", NULL, NULL);
	name_is("010_a.b.c.csv", NULL, NULL);
	name_is("010_.users.csv", NULL, NULL);
	name_is("010_app..csv", NULL, NULL);
	name_is("010_\"users.csv", NULL, NULL);
	name_is("010_\"users\"x.csv", NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_watch_fine),
	    cmocka_unit_test(test_watch_trouble),
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_locate),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
