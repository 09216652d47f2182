/* Manifests: everything that can be wrong with one makes trouble, in words, and never a backup. */
#include "fixture.h"

#define ID "core-20261121T140211Z"
#define TAKEN "2026-11-21T14:02:11Z"

static struct archives list;

static struct archive *only(void)
{
	struct err err;

	archives_done(&list);
	assert_true(archive_list(folder, "core", &list, &err));
	assert_int_equal(list.count, 1);
	return &list.v[0];
}

static int list_end(void **state)
{
	archives_done(&list);
	return folder_end(state);
}

static void assert_trouble(const char *part)
{
	const struct archive *archive = only();

	assert_non_null(archive->trouble);
	if (!strstr(archive->trouble, part))
		fail_msg("\"%s\" does not say \"%s\"", archive->trouble, part);
	assert_null(archives_newest(&list));
}

static void what_it_says(void **state)
{
	(void)state;
	put_backup(ID, TAKEN);
	const struct archive *archive = only();

	assert_null(archive->trouble);
	assert_string_equal(archive->id, ID);
	assert_string_equal(archive->database, "core");
	assert_string_equal(archive->dbname, "core_db");
	assert_string_equal(archive->sha256, SUM);
	assert_int_equal(archive->form, ARCHIVE_CUSTOM);
	assert_int_equal(archive->taken_us, INT64_C(1795269731000000));
	assert_int_equal(archive->size_bytes, DUMP_BYTES);
	assert_int_equal(archive->database_bytes, INT64_C(8000000000));
	assert_int_equal(archive->rows, 12);
	assert_int_equal(archive->depth, ARCHIVE_READ);
	assert_int_equal(archive->verified_us, archive->taken_us);
	assert_int_equal(archive->server_version_num, 150020);
	assert_ptr_equal(archives_newest(&list), archive);
}

/* Every byte of it, changed in two ways: either nothing that it says has changed (a blank more), or it is none. */
static void every_byte(void **state)
{
	(void)state;
	char *bytes, *path = in_folder(ID ".json");
	size_t length;
	struct err err;
	json_t *whole;

	put_backup(ID, TAKEN);
	assert_true(places_read_file(path, &bytes, &length, &err));
	assert_true(json_read_file(path, &whole, &err));
	for (size_t i = 0; i < length; i++) {
		const char before = bytes[i];
		const char others[] = {(char)(before ^ 0x80), ' ', '"', '\0', '9'};

		for (int o = 0; o < 2; o++) {
			bytes[i] = o ? others[i % sizeof others] : (char)(before ^ 1);
			put(ID ".json", bytes, length);
			const struct archive *archive = only();

			if (!archive->trouble)
				assert_true(json_equal(archive->manifest, whole));
		}
		bytes[i] = before;
	}
	for (size_t cut = 0; cut + 2 < length; cut += 7) {
		put(ID ".json", bytes, cut);
		assert_non_null(only()->trouble);
	}
	json_decref(whole);
	mem_free(bytes);
	mem_free(path);
}

/* Written by somebody who can make a seal, too: what it says must still be what lies there. */
static void forged(void **state)
{
	(void)state;
	static const struct {
		const char *key, *json, *trouble;
	} forgeries[] = {
		{"id", "\"core-20261121T140212Z\"", "that of core-20261121T140212Z"},
		{"id", "5", "`id`"},
		{"id", "null", "no `id`"},
		{"file", "\"../../etc/passwd\"", "is that of"},
		{"file", "\"core-20261121T140211Z.dump.zst\"", "is that of"},
		{"form", "\"custom+zstd\"", "is that of"},
		{"form", "[]", "`form`"},
		{"form", "\"tar\"", "`form`"},
		{"database", "\"atriz\"", "of the database atriz"},
		{"database", "\"\"", "`database`"},
		{"taken_at", "\"2026-11-22T14:02:11Z\"", "another time"},
		{"taken_at", "\"yesterday\"", "`taken_at`"},
		{"taken_at", "5", "`taken_at`"},
		{"size_bytes", "5", "1 bytes less"},
		{"size_bytes", "3", "1 bytes more"},
		{"size_bytes", "-1", "`size_bytes`"},
		{"size_bytes", "4.0", "`size_bytes`"},
		{"size_bytes", "\"4\"", "`size_bytes`"},
		{"sha256", "\"abc\"", "`sha256`"},
		{"sha256", "null", "no `sha256`"},
		{"rows", "-5", "`rows`"},
		{"counts", "[]", "`counts`"},
		{"counts", "{\"public.a\": \"5\"}", "`counts`"},
		{"counts", "{\"public.a\": -5}", "`counts`"},
		{"extensions", "{\"hstore\": 1}", "`extensions`"},
		{"migrations", "[]", "`migrations`"},
		{"files", "[{\"name\": \"../x\", \"size_bytes\": 1, \"sha256\": \"" SUM "\"}]", "`files`"},
		{"files", "[{\"name\": \".\", \"size_bytes\": 1, \"sha256\": \"" SUM "\"}]", "`files`"},
		{"files", "[{\"name\": \"b\", \"size_bytes\": 1, \"sha256\": \"" SUM "\"}, {\"name\": \"a\", \"size_bytes\": 1, \"sha256\": \"" SUM "\"}]", "`files`"},
		{"files", "[5]", "`files`"},
		{"format", "3", "newer pgtend"},
		{"format", "0", "no manifest of pgtend"},
		{"format", "\"2\"", "no manifest of pgtend"},
		{"pgtend", "null", "no `pgtend`"},
		{"damaged", "{}", "damaged"},
		{"damaged", "{\"at\": 5, \"error\": []}", "damaged"},
	};

	for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
		put_backup(ID, TAKEN);
		json_t *manifest = manifest_of(ID, TAKEN);

		json_object_set_new(manifest, forgeries[i].key, json_loads(forgeries[i].json, JSON_DECODE_ANY, NULL));
		seal(ID, manifest);
		json_decref(manifest);
		assert_trouble(forgeries[i].trouble);
	}
}

static void edited(void **state)
{
	(void)state;
	char *path = in_folder(ID ".json");
	struct err err;
	json_t *manifest;

	put_backup(ID, TAKEN);
	assert_true(json_read_file(path, &manifest, &err));
	json_object_set_new(manifest, "sha256", json_string("0000000000000000000000000000000000000000000000000000000000000000"));
	assert_true(json_write_file(path, manifest, &err));
	assert_trouble("was changed after pgtend wrote it");
	json_object_del(manifest, "seal");
	assert_true(json_write_file(path, manifest, &err));
	assert_trouble("was changed after pgtend wrote it");
	json_decref(manifest);
	mem_free(path);
}

static void what_is_no_manifest(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "{}", "[]", "5", "null", "{\"format\": 2}", "{\"format\": 2, \"pgtend\": 1}", "{\"format\": 1, \"pgtend\": \"x\"}",
		"{\"format\": 2, \"format\": 2}", "\xff\xfe", "{\"format\": 99999999999999999999}"};

	put_backup(ID, TAKEN);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		put_text(ID ".json", texts[i]);
		assert_non_null(only()->trouble);
		assert_null(only()->manifest);
		/* the name alone says when */
		assert_int_equal(only()->taken_us, INT64_C(1795269731000000));
	}
	char *deep = mem_new(100001);

	memset(deep, '[', 100000);
	put_text(ID ".json", deep);
	assert_non_null(only()->trouble);
	mem_free(deep);
	take_away(ID ".json");
	char *path = in_folder(ID ".json");

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_trouble("is no file");
	unlink(path);
	mem_free(path);
	assert_trouble("its manifest " ID ".json is missing");
	assert_null(only()->manifest_path);
}

static void what_is_no_dump(void **state)
{
	(void)state;
	put_backup(ID, TAKEN);
	put_text(ID ".dump", "dum");
	assert_trouble("1 bytes less than its manifest says");
	take_away(ID ".dump");
	assert_trouble("No such file");
	put_text(ID ".dump.part", "du");
	assert_trouble("interrupted");
	take_away(ID ".dump.part");
	char *path = in_folder(ID ".dump");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_trouble("no file");
	rmdir(path);
	mem_free(path);
}

/* ---- adding to it ---------------------------------------------------------------------------- */

static void depth_grows(void **state)
{
	(void)state;
	struct err err;

	put_backup(ID, TAKEN);
	struct archive *archive = only();

	assert_true(manifest_add_verification(archive, ARCHIVE_CHECKSUM, &err));
	assert_int_equal(archive->depth, ARCHIVE_READ);
	assert_int_equal(archive->verified_us, archive->taken_us);
	assert_true(manifest_add_verification(archive, ARCHIVE_RESTORED, &err));
	assert_int_equal(archive->depth, ARCHIVE_RESTORED);
	assert_int_equal(json_array_size(json_object_get(archive->manifest, "verified")), 3);
	assert_null(only()->trouble);
	assert_int_equal(only()->depth, ARCHIVE_RESTORED);
	assert_true(only()->verified_us > 0);
	for (int i = 0; i < 60; i++)
		assert_true(manifest_add_verification(only(), ARCHIVE_CHECKSUM, &err));
	const json_t *lines = json_object_get(only()->manifest, "verified");

	assert_int_equal(json_array_size(lines), 50);
	assert_string_equal(json_string_value(json_object_get(json_array_get(lines, 0), "how")), "read");
}

static void set_hook(json_t *manifest, void *arg)
{
	json_object_set_new(manifest, "after_backup", json_pack("{s:s}", "status", arg));
}

/* Two runs that read it before either wrote. */
static void nothing_is_lost(void **state)
{
	(void)state;
	struct archive mine, theirs;
	struct err err;

	put_backup(ID, TAKEN);
	assert_true(archive_find(folder, "core", ID, &mine, &err));
	assert_true(archive_find(folder, "core", ID, &theirs, &err));
	assert_true(manifest_change(&mine, set_hook, (void *)(uintptr_t)"ok", &err));
	assert_true(manifest_add_verification(&theirs, ARCHIVE_RESTORED, &err));
	assert_non_null(json_object_get(theirs.manifest, "after_backup"));
	assert_null(only()->trouble);
	assert_non_null(json_object_get(only()->manifest, "after_backup"));
	assert_int_equal(only()->depth, ARCHIVE_RESTORED);
	/* and nothing is added to one that was changed by hand meanwhile */
	put_text(ID ".json", "{}");
	assert_false(manifest_add_verification(&mine, ARCHIVE_RESTORED, &err));
	assert_non_null(strstr(err.text, ID ".json"));
	archive_done(&mine);
	archive_done(&theirs);
}

static void format_1(void **state)
{
	(void)state;
	struct err err;
	char *path = in_folder(ID ".json");
	json_t *old = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:i, s:i, s:b, s:[s], s:s}", "format", 1, "database", "core", "dbname",
		"core_db", "server_version", "15.20", "file", ID ".dump", "taken_at", TAKEN, "duration_ms", 2000, "size_bytes", DUMP_BYTES, "sha256", SUM,
		"entries", 7, "tables", 2, "verified", 1, "verified_how", "pg_restore --list", "pgtend", "0.1");

	put_text(ID ".dump", "dump");
	assert_true(json_write_file(path, old, &err));
	struct archive *archive = only();

	assert_null(archive->trouble);
	assert_int_equal(archive->depth, ARCHIVE_READ);
	assert_int_equal(archive->verified_us, archive->taken_us + 2000000);
	assert_int_equal(archive->rows, -1);
	assert_true(manifest_add_verification(archive, ARCHIVE_RESTORED, &err));
	archive = only();
	assert_null(archive->trouble);
	assert_int_equal(archive->depth, ARCHIVE_RESTORED);
	assert_int_equal(json_integer_value(json_object_get(archive->manifest, "format")), 2);
	assert_int_equal(json_array_size(json_object_get(archive->manifest, "verified")), 2);
	json_object_set_new(old, "verified", json_false());
	assert_true(json_write_file(path, old, &err));
	assert_int_equal(only()->depth, ARCHIVE_UNVERIFIED);
	json_decref(old);
	mem_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_it_says, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(every_byte, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(forged, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(edited, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(what_is_no_manifest, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(what_is_no_dump, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(depth_grows, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(nothing_is_lost, folder_begin, list_end),
		cmocka_unit_test_setup_teardown(format_1, folder_begin, list_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
