/* The other tools' folders and history tables: read, told apart, compared. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "scratch.h"

static bool read_folder(struct ledger *ledger, const char *dialect, const char *folder, struct err *err)
{
	memset(ledger, 0, sizeof *ledger);
	ledger->folder = mem_copy(folder);
	ledger->dialect = dialect_by_name(dialect);
	ledger->last_applied = -1;
	history_name(ledger, ledger->dialect->history_schema, ledger->dialect->history_table);
	return ledger->dialect->read_folder(ledger, err);
}

static void begin(struct ledger *ledger, const char *dialect, const char *folder)
{
	struct err err = {0};
	if (!read_folder(ledger, dialect, folder, &err))
		fail_msg("%s", err.text);
}

static void match(struct ledger *ledger)
{
	if (ledger->dialect->match)
		ledger->dialect->match(ledger);
	else
		ledger_match_by_name(ledger);
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].row >= 0)
			ledger->last_applied = i;
}

static int find_row(const struct table *table, const char *name)
{
	for (int i = 0; i < table_rows(table); i++)
		if (strcmp(table_get_text(table, i, "name"), name) == 0)
			return i;
	fail_msg("no row %s", name);
	return -1;
}

static void check_state(const struct ledger *ledger, const char *name, const char *state, const char *advice)
{
	struct table *table = table_new(&migrations_shape);
	ledger_table(ledger, "db", table);
	int row = find_row(table, name);
	assert_string_equal(table_get_text(table, row, "state"), state);
	const char *got = table_get_text(table, row, "advice");
	if (advice && (!got || !strstr(got, advice)))
		fail_msg("%s: advice is %s, wanted %s", name, got ? got : "none", advice);
	table_free(table);
}

/* --- plain --------------------------------------------------------------------------------------------- */

static void test_plain(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	struct err err = {0};
	const char *names[] = {
	    "000_schema_migrations.sql", "001_init.sql", "002_users.sql", "003_x.sql", "005_y.sql", "README.md"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		scratch_file(folder, names[i], "select 1;\n");
	begin(&ledger, "plain", folder);
	assert_int_equal(ledger.file_count, 5);
	ledger_add_row(&ledger, "000_schema_migrations.sql", 1);
	ledger_add_row(&ledger, "001_init", 2);
	ledger_add_row(&ledger, "002", 3);
	ledger_add_row(&ledger, "004_refresh_tokens.sql", 4);
	ledger_add_row(&ledger, "005_y.sql", 5);
	match(&ledger);
	check_state(&ledger, "001_init.sql", "applied", NULL);
	check_state(&ledger, "002_users.sql", "applied", NULL);
	check_state(&ledger, "004_refresh_tokens.sql", "missing", "its file is gone");
	/* Such a runner has no order check: a late file is simply run. */
	check_state(&ledger, "003_x.sql", "pending", "pgtend migrate up db");
	struct migration_drafts drafts = {.count = 0};
	assert_true(ledger.dialect->new_file(&ledger, "add notes", &drafts, &err));
	assert_string_equal(strrchr(drafts.v[0].path, '/') + 1, "006_add_notes.sql");
	migration_drafts_done(&drafts);
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* --- dbmate and golang-migrate ---------------------------------------------------------------------------- */

static void test_dbmate(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	struct err err = {0};
	scratch_file(folder, "20240101000000_a.sql", "-- migrate:up\n");
	scratch_file(folder, "20240102000000_b.sql", "-- migrate:up\n");
	scratch_file(folder, "1_a.sql", "-- migrate:up\n");
	scratch_file(folder, "10_b.sql", "-- migrate:up\n");
	scratch_file(folder, "notes.sql", "");
	begin(&ledger, "dbmate", folder);
	assert_int_equal(ledger.file_count, 4);
	ledger_add_row(&ledger, "1", 0);
	ledger_add_row(&ledger, "10", 0);
	ledger_add_row(&ledger, "20240101000000", 0);
	match(&ledger);
	check_state(&ledger, "1_a", "applied", NULL);
	check_state(&ledger, "10_b", "applied", NULL);
	/* Names are sorted, so that 10_b ran before 1_a. */
	assert_string_equal(ledger.rows[0].name, "10");
	assert_string_equal(ledger.rows[2].name, "20240101000000");
	check_state(&ledger, "20240101000000_a", "applied", NULL);
	check_state(&ledger, "20240102000000_b", "pending", "pgtend migrate up db");
	struct migration_drafts drafts = {.count = 0};
	assert_true(ledger.dialect->new_file(&ledger, "c d", &drafts, &err));
	const char *name = strrchr(drafts.v[0].path, '/') + 1;
	assert_int_equal(strspn(name, "0123456789"), 14);
	assert_string_equal(name + 14, "_c d.sql");
	assert_string_equal(drafts.v[0].body, "-- migrate:up\n\n\n-- migrate:down\n\n");
	migration_drafts_done(&drafts);
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* As dbmate 2.36 takes them: its regular expressions, its refusals. */
static void test_dbmate_parts(void **state)
{
	(void)state;
	static const struct {
		const char *text, *up, *down;
		bool up_is_outside, down_is_outside;
		const char *error;
	} cases[] = {
	    {"-- migrate:up\nU;\n-- migrate:down\nD;\n", "-- migrate:up\nU;\n", "-- migrate:down\nD;\n", false, false, NULL},
	    {"--migrate:up\n--\tmigrate:down", "--migrate:up\n", "--\tmigrate:down", false, false, NULL},
	    {"-- note\n\n -- more\n-- migrate:up transaction:false\r\nU;\n-- migrate:down x:y transaction:false z\nD;",
	        "-- migrate:up transaction:false\r\nU;\n", "-- migrate:down x:y transaction:false z\nD;", true, true, NULL},
	    {"-- migrate:up transaction:false transaction:true\n-- migrate:down transaction:false:x\n",
	        "-- migrate:up transaction:false transaction:true\n", "-- migrate:down transaction:false:x\n", false, false, NULL},
	    {"-- migrate:up\n-- transaction:false\n-- migrate:down", "-- migrate:up\n-- transaction:false\n", "-- migrate:down",
	        false, false, NULL},
	    /* No markers: capitals, blanks before, text that goes on. */
	    {"-- Migrate:up\n -- migrate:up\n-- migrate:upper\n-- migrate:down\n", NULL, NULL, false, false, "x.sql:1:1: no line"},
	    {"-- migrate:up\nU;\n", NULL, NULL, false, false, "no line `-- migrate:down`"},
	    {"create table a();\n-- migrate:up\n-- migrate:down\n", NULL, NULL, false, false, "x.sql:1:1: a statement before"},
	    {"-- a\n\n  drop;\n-- migrate:up\n-- migrate:down\n", NULL, NULL, false, false, "x.sql:3:3: a statement before"},
	    {"-- migrate:down\n-- migrate:up\n", NULL, NULL, false, false, "no line `-- migrate:down`"},
	    {"-- migrate:up\n-- migrate:down\n-- migrate:up\n-- migrate:down\n", NULL, NULL, false, false,
	        "x.sql:3:1: a second `-- migrate:up`"},
	    {"-- migrate:up\n-- migrate:down\n-- migrate:down\n", NULL, NULL, false, false, "x.sql:3:1: a second `-- migrate:down`"},
	};
	const struct dialect_run *how = dialect_by_name("dbmate")->run;
	struct migration_file file = {.name = mem_copy("x"), .path = mem_copy("x.sql")};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err err = {0};
		struct migration_text up = {0}, down = {0};
		bool is_good = how->up_text(NULL, &file, cases[i].text, &up, &err);
		if (cases[i].error) {
			assert_false(is_good);
			if (!strstr(err.text, cases[i].error))
				fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].error);
			continue;
		}
		if (!is_good)
			fail_msg("%s", err.text);
		assert_true(how->down_text(NULL, &file, cases[i].text, &down, &err));
		assert_string_equal(up.sql, cases[i].up);
		assert_string_equal(down.sql, cases[i].down);
		assert_int_equal(up.is_outside_transaction, cases[i].up_is_outside);
		assert_int_equal(down.is_outside_transaction, cases[i].down_is_outside);
		migration_text_done(&up);
		migration_text_done(&down);
	}
	mem_free(file.name);
	mem_free(file.path);
}

/* golang-migrate's own test gives the first; the others were computed by its formula with Python's zlib. */
static void test_golang_lock(void **state)
{
	(void)state;
	const struct dialect_run *how = dialect_by_name("golang-migrate")->run;
	struct ledger ledger = {0};
	history_name(&ledger, "schema_name_1", "schema_name_2");
	assert_int_equal(how->other_lock_key(&ledger, "database_name"), 3743845847);
	history_name(&ledger, "public", "schema_migrations");
	assert_int_equal(how->lock_key(&ledger, "app"), 1726534663);
	assert_int_equal(how->other_lock_key(&ledger, "app"), 1787120056);
	ledger_done(&ledger);
}

static void test_golang_migrate(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	const char *names[] = {
	    "1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "10_c.up.sql", "3_only_down.down.sql", "x_y.up.sql"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		scratch_file(folder, names[i], "select 1;\n");
	begin(&ledger, "golang-migrate", folder);
	/* A version with a down file alone counts, and does nothing: the tool has it so. */
	assert_int_equal(ledger.file_count, 4);
	assert_string_equal(ledger.files[2].name, "3_only_down");
	assert_string_equal(ledger.files[3].name, "10_c");
	struct migration_row *row = ledger_add_row(&ledger, "2", 0);
	row->note = mem_copy("dirty: version 2 began and did not end");
	match(&ledger);
	check_state(&ledger, "1_a", "applied", NULL);
	check_state(&ledger, "2_b", "out_of_order", "dirty");
	check_state(&ledger, "10_c", "pending", "pgtend migrate up db");
	struct err err = {0};
	assert_false(ledger.dialect->check_order(&ledger, &err));
	assert_non_null(strstr(err.text, "version 2 is dirty"));
	/* A version that no file has: the tool goes neither up nor down. */
	ledger_forget_rows(&ledger);
	ledger_add_row(&ledger, "7", 0);
	match(&ledger);
	check_state(&ledger, "3_only_down", "applied", "has no .up.sql");
	check_state(&ledger, "7", "missing", "no file has it");
	assert_false(ledger.dialect->check_order(&ledger, &err));
	assert_non_null(strstr(err.text, "stands at version 7"));
	/* Before the first, which failed. */
	ledger_forget_rows(&ledger);
	ledger.last_applied = -1;
	ledger_add_row(&ledger, "-1", 0)->note = mem_copy("dirty: version -1 began and did not end");
	match(&ledger);
	check_state(&ledger, "1_a", "pending", NULL);
	assert_false(ledger.dialect->check_order(&ledger, &err));
	ledger_done(&ledger);
	/* Versions beyond what a double holds, written with zeros, and twice. */
	scratch_file(folder, "1700000000000000002_n.up.sql", "");
	scratch_file(folder, "1700000000000000001_n.up.sql", "");
	scratch_file(folder, "0010_again.up.sql", "");
	scratch_file(folder, "01_other.down.sql", "");
	begin(&ledger, "golang-migrate", folder);
	assert_int_equal(ledger.migration_count, 6);
	assert_string_equal(ledger.files[4].name, "1700000000000000001_n");
	assert_int_equal(ledger.file_count, 8);
	assert_string_equal(ledger.files[6].name, "1_a.down.sql");
	assert_string_equal(ledger.files[7].name, "10_c.up.sql");
	char *path = ledger.dialect->run->down_path(&ledger, &ledger.files[0]);
	assert_string_equal(strrchr(path, '/') + 1, "01_other.down.sql");
	mem_free(path);
	assert_false(ledger.dialect->check_order(&ledger, &err));
	assert_non_null(strstr(err.text, "another file has this version"));
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* --- drizzle ------------------------------------------------------------------------------------------------ */

static const char journal[] =
    "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":["
    "{\"idx\":0,\"version\":\"7\",\"when\":1000,\"tag\":\"0000_one\",\"breakpoints\":false},"
    "{\"idx\":1,\"version\":\"7\",\"when\":2000,\"tag\":\"0001_late\",\"breakpoints\":true},"
    "{\"idx\":2,\"version\":\"7\",\"when\":3000,\"tag\":\"0002_edited\",\"breakpoints\":true},"
    "{\"idx\":3,\"version\":\"7\",\"when\":4000,\"tag\":\"0003_new\",\"breakpoints\":true},"
    "{\"idx\":4,\"version\":\"7\",\"when\":5000,\"tag\":\"0004_absent\",\"breakpoints\":true}]}";

static void test_drizzle(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	scratch_file(folder, "meta/_journal.json", journal);
	scratch_file(folder, "0000_one.sql", "abc");
	scratch_file(folder, "0001_late.sql", "b");
	scratch_file(folder, "0002_edited.sql", "c");
	scratch_file(folder, "0003_new.sql", "d");
	scratch_file(folder, "0099_orphan.sql", "e");
	begin(&ledger, "drizzle", folder);
	assert_int_equal(ledger.file_count, 6);
	/* sha256 of "abc", as FIPS 180 gives it */
	assert_string_equal(ledger.files[0].key, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ledger_add_row(&ledger, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0)->when_ms = 1000;
	ledger_add_row(&ledger, "another hash", 0)->when_ms = 3000;
	ledger_add_row(&ledger, "nobody's", 0)->when_ms = 2500;
	match(&ledger);
	check_state(&ledger, "0000_one", "applied", NULL);
	check_state(&ledger, "0001_late", "skipped", "for ever");
	check_state(&ledger, "0002_edited", "edited", "changed after it was applied");
	check_state(&ledger, "0003_new", "pending", "pgtend migrate up db");
	check_state(&ledger, "0004_absent", "pending", "not there");
	check_state(&ledger, "0099_orphan", "skipped", "never runs it");
	check_state(&ledger, "nobody's", "missing", "no file has this hash");
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* A hash that two files share goes with its `when`; pending ones that go back in time are told. */
static void test_drizzle_twins(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	scratch_file(folder, "meta/_journal.json",
	    "{\"entries\":[{\"when\":1000,\"tag\":\"0000_a\"},{\"when\":2000,\"tag\":\"0001_b\"},{\"when\":5000,\"tag\":\"0002_c\"},"
	    "{\"when\":4000,\"tag\":\"0003_d\"}]}");
	scratch_file(folder, "0000_a.sql", "abc");
	scratch_file(folder, "0001_b.sql", "abc");
	scratch_file(folder, "0002_c.sql", "c");
	scratch_file(folder, "0003_d.sql", "d");
	begin(&ledger, "drizzle", folder);
	ledger_add_row(&ledger, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0)->when_ms = 2000;
	match(&ledger);
	check_state(&ledger, "0000_a", "skipped", "for ever");
	check_state(&ledger, "0001_b", "applied", NULL);
	check_state(&ledger, "0002_c", "pending", NULL);
	check_state(&ledger, "0003_d", "pending", "should that one be committed and this one fail");
	ledger_done(&ledger);
	scratch_remove(folder);
}

static void test_drizzle_bad_journals(void **state)
{
	(void)state;
	static const struct {
		const char *text, *wanted;
	} cases[] = {
	    {NULL, "_journal.json"},
	    {"{\"dialect\":", "_journal.json:1:"},
	    {"{\"dialect\":\"mysql\",\"entries\":[]}", "its dialect is mysql"},
	    {"{\"dialect\":\"sqlite\",\"entries\":[]}", "its dialect is sqlite"},
	    {"[]", "no list `entries`"},
	    {"{\"entries\":[{\"when\":1}]}", "entry 0 has no `tag`"},
	    {"{\"entries\":[{\"when\":1,\"tag\":\"../../etc/passwd\"}]}", "entry 0 has no `tag`"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *folder = scratch_folder();
		struct ledger ledger;
		struct err err = {0};
		if (cases[i].text)
			scratch_file(folder, "meta/_journal.json", cases[i].text);
		assert_false(read_folder(&ledger, "drizzle", folder, &err));
		if (!strstr(err.text, cases[i].wanted))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].wanted);
		ledger_done(&ledger);
		scratch_remove(folder);
	}
}

static void test_drizzle_v1(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	struct err err = {0};
	scratch_file(folder, "20260101000000_one/migration.sql", "a");
	scratch_file(folder, "20260101000000_one/snapshot.json", "{}");
	scratch_file(folder, "20260102000000_two/migration.sql", "b");
	scratch_file(folder, "empty/notes.txt", "");
	begin(&ledger, "drizzle-v1", folder);
	assert_int_equal(ledger.file_count, 2);
	ledger_add_row(&ledger, "20260102000000_two", 5000000);
	match(&ledger);
	check_state(&ledger, "20260101000000_one", "pending", "pgtend migrate up db");
	check_state(&ledger, "20260102000000_two", "applied", NULL);
	ledger_done(&ledger);
	scratch_file(folder, "meta/_journal.json", journal);
	assert_false(read_folder(&ledger, "drizzle-v1", folder, &err));
	assert_non_null(strstr(err.hint, "drizzle-kit up"));
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* --- told apart by columns ------------------------------------------------------------------------------------ */

static const char *who_knows(const char *columns)
{
	for (int i = 0; i < dialect_count; i++)
		if (dialects[i]->knows_columns(columns))
			return dialects[i]->name;
	return "nobody";
}

static void test_columns(void **state)
{
	(void)state;
	assert_string_equal(
	    who_knows("id integer,name character varying,run_on timestamp without time zone"), "node-pg-migrate");
	assert_string_equal(who_knows("id integer,hash text,created_at bigint"), "drizzle");
	assert_string_equal(
	    who_knows("id integer,hash text,created_at bigint,name text,applied_at timestamp with time zone"),
	    "drizzle-v1");
	assert_string_equal(
	    who_knows("id integer,migration_name character varying,applied_at timestamp with time zone"), "plain");
	assert_string_equal(who_knows("filename text,applied_at timestamp with time zone,checksum text"), "plain");
	assert_string_equal(who_knows("version text,applied_at timestamp with time zone"), "plain");
	assert_string_equal(
	    who_knows("id integer,name character varying,executed_at timestamp without time zone"), "plain");
	assert_string_equal(who_knows("version character varying"), "dbmate");
	assert_string_equal(who_knows("version bigint,dirty boolean"), "golang-migrate");
	assert_string_equal(who_knows("version bigint"), "nobody");
	assert_string_equal(
	    who_knows("id integer,name character varying,run_on timestamp without time zone,extra text"), "nobody");
	assert_string_equal(who_knows("name text,applied_at timestamp with time zone,batch integer"), "nobody");
	/* Sets seen in public repositories. */
	static const char *const plains[] = {
	    "name text,applied_at timestamp with time zone,applied_by text",
	    "id integer,filename text,applied_at timestamp without time zone",
	    "id bigint,filename text,checksum text,applied_at timestamp with time zone",
	    "version integer,name text,applied_at timestamp with time zone",
	    "version integer,applied_at timestamp with time zone",
	    "version text,checksum text,applied_at timestamp with time zone",
	    "id text,checksum text,applied_at timestamp with time zone",
	    "id integer,filename text,checksum text,applied_at timestamp with time zone,duration_ms integer",
	    "id integer,version text,name text,executed_at timestamp without time zone,execution_time_ms integer,checksum text",
	    "name text,sha256 text,applied_at timestamp with time zone",
	    "migration_id text,checksum_sha256 text,applied_at timestamp with time zone,applied_by text",
	    "name text",
	};
	for (size_t i = 0; i < sizeof plains / sizeof plains[0]; i++)
		if (strcmp(who_knows(plains[i]), "plain") != 0)
			fail_msg("%s: %s", plains[i], who_knows(plains[i]));
	/* Laravel's, knex', Flyway's, Rails', what nobody can know. */
	static const char *const others[] = {
	    "id integer,migration character varying,batch integer",
	    "id integer,name character varying,batch integer,migration_time timestamp with time zone",
	    "id integer,name character varying,applied_at timestamp without time zone,sql_text text,checksum character varying",
	    "id text,description text,version bigint,executed_at timestamp with time zone,checksum text",
	    "version text,filename text,name text,applied_at timestamp with time zone",
	    "applied_at timestamp with time zone",
	    "name text,applied_at text",
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(who_knows(others[i]), "nobody") != 0)
			fail_msg("%s: %s", others[i], who_knows(others[i]));
	assert_string_equal(who_knows(""), "nobody");
}

/* --- texts --------------------------------------------------------------------------------------------------------- */

static void test_text(void **state)
{
	(void)state;
	char *folder = scratch_folder(), *text = NULL, *path;
	struct err err = {0};
	scratch_file_n(folder, "bad.sql", "select 1;\nselect '\xE4';\n", 23);
	path = places_join(folder, "bad.sql");
	assert_false(folder_text(path, &text, &err));
	assert_non_null(strstr(err.text, "bad.sql:2: not valid UTF-8"));
	mem_free(path);
	scratch_file_n(folder, "nul.sql", "select 1;\n\nselect\0 2;\n", 22);
	path = places_join(folder, "nul.sql");
	assert_false(folder_text(path, &text, &err));
	assert_non_null(strstr(err.text, "nul.sql:3: holds a NUL byte"));
	mem_free(path);
	scratch_file(folder, "empty.sql", "");
	path = places_join(folder, "empty.sql");
	assert_true(folder_text(path, &text, &err));
	assert_string_equal(text, "");
	mem_free(text);
	mem_free(path);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_dbmate),
	    cmocka_unit_test(test_dbmate_parts),
	    cmocka_unit_test(test_golang_lock),
	    cmocka_unit_test(test_golang_migrate),
	    cmocka_unit_test(test_drizzle),
	    cmocka_unit_test(test_drizzle_twins),
	    cmocka_unit_test(test_drizzle_bad_journals),
	    cmocka_unit_test(test_drizzle_v1),
	    cmocka_unit_test(test_columns),
	    cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
