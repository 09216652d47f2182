/* Finding dumps: what lies in a folder, what people call it, what a file is by its bytes. */
#include <zlib.h>
#include <zstd.h>

#include "fixture.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"

static struct archives list;

static int list_end(void **state)
{
	archives_done(&list);
	return folder_end(state);
}

static void read_list(void)
{
	struct err err;

	archives_done(&list);
	assert_true(archive_list(folder, "core", &list, &err));
}

/* ---- the list ------------------------------------------------------------------------------ */

static void newest_first(void **state)
{
	(void)state;
	put_backup("core-20261120T235959Z", "2026-11-20T23:59:59Z");
	put_backup("core-20261121T140211Z", "2026-11-21T14:02:11Z");
	put_backup("core-20251231T000000Z", "2025-12-31T00:00:00Z");
	read_list();
	assert_int_equal(list.count, 3);
	assert_string_equal(list.v[0].id, "core-20261121T140211Z");
	assert_string_equal(list.v[2].id, "core-20251231T000000Z");
	put_text("core-20261121T140211Z.dump", "damaged");
	read_list();
	assert_int_equal(list.count, 3);
	assert_string_equal(archives_newest(&list)->id, "core-20261120T235959Z");
}

static void files_of_others(void **state)
{
	(void)state;
	static const char *const names[] = {".lock", "core.dump", "core-today.dump", "core-20261121T140211Z.dump.part", "core-20261121T140211Z.json.partial-x",
		"core-20261121T140211Z.txt", "core-20261321T140211Z.dump", "core-20261121T140211Z2.dump", "core2-20261121T140211Z.dump",
		"core-20261121T140211Z-20261121T140211Z.dump", "-20261121T140211Z.dump", "notes.json", "core-20261121T140211.dump",
		"core-20261121t140211z.dump", "core-20261121T140211Z.globals.sql"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		put_text(names[i], "x");
	read_list();
	assert_int_equal(list.count, 0);
	assert_null(archives_newest(&list));
}

static void folders(void **state)
{
	(void)state;
	struct err err;
	struct archives none;
	char *missing = in_folder("missing"), *file = in_folder("file");

	assert_true(archive_list(missing, "core", &none, &err));
	assert_int_equal(none.count, 0);
	archives_done(&none);
	put_text("file", "x");
	assert_false(archive_list(file, "core", &none, &err));
	assert_non_null(strstr(err.text, file));
	mem_free(missing);
	mem_free(file);
}

static void directories(void **state)
{
	(void)state;
	const char *id = "core-20261121T140211Z";
	json_t *manifest = manifest_of(id, "2026-11-21T14:02:11Z");
	char *path = in_folder("core-20261121T140211Z.dir");

	json_object_set_new(manifest, "form", json_string("directory"));
	json_object_set_new(manifest, "file", json_string("core-20261121T140211Z.dir"));
	json_object_set_new(manifest, "size_bytes", json_integer(7));
	json_object_set_new(manifest, "files", json_pack("[{s:s, s:i, s:s}, {s:s, s:i, s:s}]", "name", "1.dat", "size_bytes", 4, "sha256", SUM, "name", "toc.dat",
											   "size_bytes", 3, "sha256", SUM));
	assert_int_equal(mkdir(path, 0700), 0);
	put_text("core-20261121T140211Z.dir/toc.dat", "toc");
	put_text("core-20261121T140211Z.dir/1.dat", "data");
	seal(id, manifest);
	read_list();
	assert_int_equal(list.count, 1);
	assert_null(list.v[0].trouble);
	assert_int_equal(list.v[0].form, ARCHIVE_DIRECTORY);
	assert_int_equal(list.v[0].size_bytes, 7);
	put_text("core-20261121T140211Z.dir/2.dat", "more");
	read_list();
	assert_non_null(strstr(list.v[0].trouble, "4 bytes more"));
	take_away("core-20261121T140211Z.dir/2.dat");
	put_text("core-20261121T140211Z.dir/1.dat", "dat");
	read_list();
	assert_non_null(strstr(list.v[0].trouble, "/1.dat has 3 bytes, its manifest says 4"));
	take_away("core-20261121T140211Z.dir/1.dat");
	read_list();
	assert_non_null(strstr(list.v[0].trouble, "/1.dat: No such file"));
	json_decref(manifest);
	mem_free(path);
}

static void names(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {{"core", "core"}, {"a b", "a%20b"}, {"../x", "%2E.%2Fx"}, {"it's \"q\"", "it%27s%20%22q%22"}, {".", "%2E"},
		{"a.b", "a.b"}, {"\xc3\xa4", "\xc3\xa4"}, {"50%", "50%25"}, {"x\ny", "x%0Ay"}};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char *name = archive_name(pairs[i][0]);

		assert_string_equal(name, pairs[i][1]);
		mem_free(name);
	}
}

/* A section whose name ends as a stamp does is not taken for another one's backup. */
static void names_within_names(void **state)
{
	(void)state;
	struct err err;

	put_text("core-20261121T140211Z-20261122T140211Z.dump", "x");
	read_list();
	assert_int_equal(list.count, 0);
	archives_done(&list);
	assert_true(archive_list(folder, "core-20261121T140211Z", &list, &err));
	assert_int_equal(list.count, 1);
}

/* ---- finding -------------------------------------------------------------------------------- */

static bool find(const char *which, struct archive *archive, struct err *err)
{
	return archive_find(folder, "core", which, archive, err);
}

static void assert_found(const char *which, const char *id)
{
	struct archive archive;
	struct err err;

	if (!find(which, &archive, &err))
		fail_msg("%s: %s", which, err.text);
	assert_string_equal(archive.id, id);
	archive_done(&archive);
}

static void by_name(void **state)
{
	(void)state;
	struct archive archive;
	struct err err;

	assert_false(find("latest", &archive, &err));
	assert_int_equal(err.kind, ERR_FAILED);
	assert_non_null(strstr(err.text, "core has no backup in"));
	put_backup("core-20241120T235959Z", "2024-11-20T23:59:59Z");
	put_backup("core-20241121T140211Z", "2024-11-21T14:02:11Z");
	assert_found("latest", "core-20241121T140211Z");
	assert_found("core-20241120T235959Z", "core-20241120T235959Z");
	assert_found("core-20241120T235959Z.dump", "core-20241120T235959Z");
	assert_found("core-20241120T235959Z.json", "core-20241120T235959Z");
	assert_false(find("core-20241120T235958Z", &archive, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.hint, "did you mean core-20241120T235959Z?"));
	assert_false(find("nothing", &archive, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	put_text("core-20241121T140211Z.dump", "x");
	assert_found("latest", "core-20241120T235959Z");
	assert_true(find("core-20241121T140211Z", &archive, &err));
	assert_non_null(archive.trouble);
	archive_done(&archive);
	take_away("core-20241120T235959Z.json");
	assert_false(find("latest", &archive, &err));
	assert_non_null(strstr(err.text, "no good backup"));
	assert_non_null(strstr(err.text, "less than its manifest says"));
}

static void put_changed(const char *id, const char *taken_at, const char *key, json_t *value)
{
	json_t *manifest = manifest_of(id, taken_at);

	put_backup(id, taken_at);
	json_object_set_new(manifest, key, value);
	if (strcmp(key, "system_identifier") == 0)
		json_object_set_new(manifest, "host", json_string("elsewhere"));
	seal(id, manifest);
	json_decref(manifest);
}

static void put_here(const char *id, const char *taken_at)
{
	char *host = who_host();
	json_t *manifest = manifest_of(id, taken_at);

	put_backup(id, taken_at);
	json_object_set_new(manifest, "host", json_string(host));
	json_object_set_new(manifest, "system_identifier", json_string("111"));
	seal(id, manifest);
	json_decref(manifest);
	mem_free(host);
}

/* What `check backups` counts, `restore latest` takes. */
static void assert_latest(const char *id, const char *over)
{
	struct archive archive;
	struct err err;

	if (!find("latest", &archive, &err))
		fail_msg("%s", err.text);
	assert_string_equal(archive.id, id);
	if (over == NULL)
		assert_null(archive.chosen_over);
	else
		assert_non_null(strstr(archive.chosen_over, over));
	archive_done(&archive);
}

static void the_latest_is_one_that_counts(void **state)
{
	(void)state;
	put_here("core-20240101T000000Z", "2024-01-01T00:00:00Z");
	assert_latest("core-20240101T000000Z", NULL);
	put_changed("core-20240102T000000Z", "2024-01-02T00:00:00Z", "verified", json_array());
	assert_latest("core-20240101T000000Z", "core-20240102T000000Z was never verified");
	put_changed("core-20240103T000000Z", "2024-01-03T00:00:00Z", "system_identifier", json_string("222"));
	assert_latest("core-20240101T000000Z", "core-20240103T000000Z is no backup of it: it is of another server or database, taken on elsewhere");
	put_backup("core-29990101T000000Z", "2999-01-01T00:00:00Z");
	assert_latest("core-20240101T000000Z", "core-29990101T000000Z is from the future");
	assert_found("core-29990101T000000Z", "core-29990101T000000Z");
	assert_found("core-20240103T000000Z", "core-20240103T000000Z");
	char *host = who_host();
	read_list();
	assert_string_equal(archives_newest_lying(&list, host, units_now_us())->id, "core-20240102T000000Z");
	mem_free(host);
}

/* A machine that is gone left them: they are restored on a new one, which says so. */
static void the_latest_of_another_machine(void **state)
{
	(void)state;
	struct archive archive;
	struct err err;

	put_backup("core-20240101T000000Z", "2024-01-01T00:00:00Z");
	assert_latest("core-20240101T000000Z", "was taken on db1: no good one was taken on this machine");
	take_away("core-20240101T000000Z.json");
	put_backup("core-29990101T000000Z", "2999-01-01T00:00:00Z");
	assert_false(find("latest", &archive, &err));
	assert_non_null(strstr(err.text, "core-29990101T000000Z is from the future"));
}

static void by_path(void **state)
{
	(void)state;
	struct archive archive;
	struct err err;
	char *dump = in_folder("core-20261121T140211Z.dump"), *json = in_folder("core-20261121T140211Z.json"), *sql = in_folder("theirs.sql"),
		 *missing = in_folder("missing.dump");

	put_backup("core-20261121T140211Z", "2026-11-21T14:02:11Z");
	assert_true(archive_find("/nowhere", "atriz", dump, &archive, &err));
	assert_non_null(archive.manifest);
	assert_null(archive.trouble);
	assert_string_equal(archive.database, "core");
	archive_done(&archive);
	assert_true(archive_find("/nowhere", "atriz", json, &archive, &err));
	assert_string_equal(archive.path, dump);
	archive_done(&archive);
	put_text("theirs.sql", "SELECT 1;\n");
	assert_true(find(sql, &archive, &err));
	assert_string_equal(archive.id, "theirs");
	assert_int_equal(archive.form, ARCHIVE_PLAIN);
	assert_null(archive.manifest);
	assert_null(archive.manifest_path);
	assert_int_equal(archive.size_bytes, 10);
	assert_int_equal(archive.rows, -1);
	assert_int_equal(archive.depth, ARCHIVE_UNVERIFIED);
	archive_done(&archive);
	assert_false(find(missing, &archive, &err));
	assert_non_null(strstr(err.text, missing));
	/* a dump of ours whose manifest was lost is one of somebody */
	take_away("core-20261121T140211Z.json");
	put("core-20261121T140211Z.dump", "PGDMP\1\16\0\4\10\1", 11);
	assert_true(find(dump, &archive, &err));
	assert_null(archive.manifest_path);
	assert_int_equal(archive.form, ARCHIVE_CUSTOM);
	archive_done(&archive);
	mem_free(dump);
	mem_free(json);
	mem_free(sql);
	mem_free(missing);
}

/* ---- bytes ------------------------------------------------------------------------------------ */

static void put_packed(const char *name, const char *bytes, size_t length, bool is_gzip)
{
	enum { ROOM = 500000 };
	unsigned char *packed = mem_new(ROOM);
	size_t size;

	if (is_gzip) {
		z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (unsigned)length, .next_out = packed, .avail_out = ROOM};

		assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		size = z.total_out;
		deflateEnd(&z);
	} else {
		size = ZSTD_compress(packed, ROOM, bytes, length, 1);
		assert_false(ZSTD_isError(size));
	}
	put(name, packed, size);
	mem_free(packed);
}

static void assert_form(const char *name, const char *word)
{
	char *path = in_folder(name);
	enum archive_form form;
	struct err err = {0};

	if (archive_identify(path, &form, &err)) {
		if (!word || strcmp(archive_form_word(form), word) != 0)
			fail_msg("%s is called %s", name, archive_form_word(form));
	} else if (word) {
		fail_msg("%s", err.text);
	} else {
		assert_non_null(strstr(err.text, path));
	}
	mem_free(path);
}

static void forms(void **state)
{
	(void)state;
	static const char custom[64] = "PGDMP\1\16\0\4\10\1", toc[64] = "PGDMP\1\16\0\4\10\5";
	char tar[512] = "toc.dat", base[512] = "base/1/1259";
	enum { LONG = 300000 };
	char *text = mem_new(10001), *rough = mem_new(LONG), *folder_path = in_folder("d");

	memset(text, 'x', 10000);
	/* so that the first block of zstd is as large as they come */
	memcpy(rough, custom, sizeof custom);
	for (int i = sizeof custom; i < LONG; i++)
		rough[i] = (char)(random() & 0x7f);
	memcpy(tar + 257, "ustar\00000", 8);
	memcpy(base + 257, "ustar\00000", 8);
	put("custom", custom, sizeof custom);
	put("toc", toc, sizeof toc);
	put("tar", tar, sizeof tar);
	put("base.tar", base, sizeof base);
	put_text("plain", "--\n-- PostgreSQL database dump\n--\n");
	put_packed("gz", text, 10000, true);
	put_packed("zst", text, 10000, false);
	put_packed("custom.zst", custom, sizeof custom, false);
	put_packed("rough.zst", rough, LONG, false);
	put_packed("custom.gz", custom, sizeof custom, true);
	put_packed("tar.gz", tar, sizeof tar, true);
	put("xz", "\xfd" "7zXZ\0aaaaaa", 12);
	put("bytes", "a\0b", 3);
	put("empty", "", 0);
	put("short.zst", "\x28\xb5\x2f\xfd", 4);
	put("short.gz", "\x1f\x8b", 2);
	put("short", "PGDMP", 5);
	assert_int_equal(mkdir(folder_path, 0700), 0);
	assert_form("custom", "custom");
	assert_form("tar", "tar");
	assert_form("plain", "plain");
	assert_form("gz", "plain+gzip");
	assert_form("zst", "plain+zstd");
	assert_form("custom.zst", "custom+zstd");
	assert_form("rough.zst", "custom+zstd");
	static const char *const none[] = {"toc", "base.tar", "custom.gz", "tar.gz", "xz", "bytes", "empty", "short.zst", "short.gz", "short", "d", "missing"};

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_form(none[i], NULL);
	put("d/toc.dat", toc, sizeof toc);
	assert_form("d", "directory");
	put_text("d/toc.dat", "none");
	assert_form("d", NULL);
	char *fifo = in_folder("fifo");

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_form("fifo", NULL);
	mem_free(fifo);
	mem_free(text);
	mem_free(rough);
	mem_free(folder_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(newest_first, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(files_of_others, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(folders, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(directories, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(names, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(names_within_names, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(by_name, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(the_latest_is_one_that_counts, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(the_latest_of_another_machine, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(by_path, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(forms, folder_begin, list_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
