/* node-pg-migrate's files: the vectors that were measured on the tool itself, by their numbers; its folders and histories. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pgtend/migrate/folder.h"
#include "scratch.h"

/* --- A7: text -> up | down ------------------------------------------------------------------------- */

static const struct vector {
	int number;
	const char *text, *up, *down; /* down NULL: there is none */
	int up_line, down_line;
} vectors[] = {
    {1, "-- header\n-- Up Migration\nU;\n-- Down Migration\nD;\n", "-- Up Migration\nU;\n", "-- Down Migration\nD;\n",
        2, 4},
    {2, "-- Down Migration\nD;\n-- Up Migration\nU;\n", "-- Up Migration\nU;\n", "-- Down Migration\nD;\n", 3, 1},
    {3, "U;\n-- Down Migration\nD;\n", "U;\n-- Down Migration\nD;\n", "-- Down Migration\nD;\n", 1, 2},
    {4, "U only;\n", "U only;\n", NULL, 1, 0},
    {5, "\xEF\xBB\xBF-- Up Migration\r\nU;\r\n-- Down Migration\r\nD;\r\n", "\xEF\xBB\xBF-- Up Migration\r\nU;\r",
        "\n-- Down Migration\r\nD;\r\n", 1, 2},
    {6, "--UP MIGRATION x\nU;\n----   down   migration y\nD;", "--UP MIGRATION x\nU;\n",
        "----   down   migration y\nD;", 1, 3},
    {7, "-- up\n-- Up Migration\nU;\n", "-- Up Migration\nU;\n", NULL, 2, 0},
    {8, "insert $$\n-- down migration\n$$;\n-- Down Migration\nD;",
        "insert $$\n-- down migration\n$$;\n-- Down Migration\nD;", "-- down migration\n$$;\n-- Down Migration\nD;", 1,
        2},
    {9, "--\n\n-up  \n migration\nU", "--\n\n-up  \n migration\nU", NULL, 1, 0},
    {10, "  \t-- Up Migration\nU;\n", "  \t-- Up Migration\nU;\n", NULL, 1, 0},
    {11, "-- Down Migration for x\nD1;\n-- Down Migration for y\nD2;",
        "-- Down Migration for x\nD1;\n-- Down Migration for y\nD2;",
        "-- Down Migration for x\nD1;\n-- Down Migration for y\nD2;", 1, 1},
    /* What is no marker. */
    {12, "-- migrate:up\nU;\n/* Down Migration */\n-- Migration: Down\n-- DOWN\n",
        "-- migrate:up\nU;\n/* Down Migration */\n-- Migration: Down\n-- DOWN\n", NULL, 1, 0},
    {13, "", "", NULL, 1, 0},
    {14, "\n\n\n-- Up Migration", "\n\n\n-- Up Migration", NULL, 1, 0},
    {15, "select 1; -- Up Migration\n--Down Migration", "select 1; -- Up Migration\n--Down Migration",
        "--Down Migration", 1, 2},
};

static void test_vectors(void **state)
{
	(void)state;
	const struct dialect_run *run = dialect_by_name("node-pg-migrate")->run;
	struct migration_file file = {.name = mem_copy("x"), .path = mem_copy("x.sql")};
	struct ledger ledger = {.tool_major = 8};
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const struct vector *vector = &vectors[i];
		struct err err = {0};
		struct migration_text text = {0};
		print_message("# A7 vector %d\n", vector->number);
		assert_true(run->up_text(&ledger, &file, vector->text, &text, &err));
		assert_string_equal(text.sql, vector->up);
		assert_int_equal(text.first_line, vector->up_line);
		migration_text_done(&text);
		assert_int_equal(run->down_text(&ledger, &file, vector->text, &text, &err), vector->down != NULL);
		if (vector->down) {
			assert_string_equal(text.sql, vector->down);
			assert_int_equal(text.first_line, vector->down_line);
		} else {
			assert_non_null(strstr(err.text, "x.sql has no down part"));
		}
		migration_text_done(&text);
	}
	mem_free(file.name);
	mem_free(file.path);
}

/* --- folder against history ----------------------------------------------------------------------------- */

static void begin(struct ledger *ledger, char *folder)
{
	struct err err = {0};
	memset(ledger, 0, sizeof *ledger);
	ledger->folder = mem_copy(folder);
	ledger->dialect = dialect_by_name("node-pg-migrate");
	ledger->last_applied = -1;
	assert_true(ledger->dialect->read_folder(ledger, &err));
}

static void finish(struct ledger *ledger, const char *const *applied)
{
	for (int i = 0; applied[i]; i++)
		ledger_add_row(ledger, applied[i], 1000000 * (i + 1));
	ledger->dialect->match(ledger);
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].row >= 0)
			ledger->last_applied = i;
}

static const char *state_of(const struct table *table, const char *name)
{
	for (int i = 0; i < table_rows(table); i++)
		if (strcmp(table_get_text(table, i, "name"), name) == 0)
			return table_get_text(table, i, "state");
	return "not there";
}

static char *example_folder(void)
{
	char *folder = scratch_folder();
	scratch_file(folder, "1000000000001_a.sql", "-- Up Migration\n");
	scratch_file(folder, "1000000000002_b.sql", "-- Up Migration\n");
	scratch_file(folder, "1000000000003_c.js", "");
	scratch_file(folder, "1000000000004_d.sql", "");
	scratch_file(folder, "README.md", "");
	scratch_file(folder, ".hidden.sql", "");
	scratch_file(folder, "inner/1000000000009_z.sql", "");
	return folder;
}

static void test_folder(void **state)
{
	(void)state;
	char *folder = example_folder();
	struct ledger ledger;
	begin(&ledger, folder);
	assert_int_equal(ledger.migration_count, 4);
	assert_int_equal(ledger.file_count, 5);
	assert_string_equal(ledger.files[0].name, "1000000000001_a");
	assert_non_null(ledger.files[2].only_by_tool);
	assert_string_equal(ledger.files[4].name, "README.md");
	assert_non_null(ledger.files[4].refused);
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* --- pairs, which version 9 can take for one migration ------------------------------------------------------- */

static void test_pairs(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	const struct dialect_run *run = dialect_by_name("node-pg-migrate")->run;
	struct migration_text text = {0};
	struct err err = {0};
	static const char *const names[] = {"1000000000001_a.up.sql", "1000000000001_a.down.sql", "1000000000002_b.up.sql"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		scratch_file(folder, names[i], "-- Up Migration\nselect 1;\n-- Down Migration\nselect 2;\n");
	begin(&ledger, folder);
	assert_int_equal(ledger.loader, LOADER_SQL);
	assert_int_equal(ledger.migration_count, 2);
	assert_string_equal(ledger.files[0].name, "1000000000001_a");
	/* No markers in there: each file is one direction, whole. */
	assert_true(run->up_text(&ledger, &ledger.files[0], "-- Down Migration\nx", &text, &err));
	assert_string_equal(text.sql, "-- Down Migration\nx");
	migration_text_done(&text);
	char *path = run->down_path(&ledger, &ledger.files[0]);
	assert_string_equal(strrchr(path, '/') + 1, "1000000000001_a.down.sql");
	mem_free(path);
	assert_false(run->down_text(&ledger, &ledger.files[1], NULL, &text, &err));
	assert_non_null(strstr(err.hint, "1000000000002_b.down.sql"));
	/* A history in which they were run as files of their own. */
	ledger_add_row(&ledger, "1000000000001_a.down", 1);
	ledger.dialect->match(&ledger);
	assert_non_null(strstr(ledger.rows[0].note, "migrations_loader = legacySql"));
	ledger_done(&ledger);
	/* What the loader refuses the folder for. Beside other files nothing tells that it is used, unless the configuration does. */
	scratch_file(folder, "1000000000003_c.sql", "");
	scratch_file(folder, "1000000000003_c.up.sql", "");
	scratch_file(folder, "1000000000004_d.down.sql", "");
	begin(&ledger, folder);
	assert_int_equal(ledger.loader, LOADER_UNKNOWN);
	assert_non_null(strstr(ledger.files[0].only_by_tool, "migrations_loader = sql"));
	ledger_done(&ledger);
	memset(&ledger, 0, sizeof ledger);
	ledger.folder = mem_copy(folder);
	ledger.dialect = dialect_by_name("node-pg-migrate");
	ledger.said_loader = LOADER_SQL;
	assert_true(ledger.dialect->read_folder(&ledger, &err));
	assert_int_equal(ledger.migration_count, 3);
	assert_string_equal(ledger.files[2].name, "1000000000003_c");
	assert_int_equal(ledger.file_count, 5);
	assert_non_null(strstr(ledger.files[3].refused, "without .up or .down"));
	assert_non_null(strstr(ledger.files[4].refused, "no .up.sql"));
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* Measured on 6.2.2: the text before the up marker lengthens the up part by as many characters of the down part. */
static void test_bug_of_6(void **state)
{
	(void)state;
	static const char harmless[] = "-- hdr\n-- Up Migration\nU;\n-- Down Migration\nD;\n",
	                  harmful[] = "-- hdr 345678901234\n-- Up Migration\nU;\n-- Down Migration\nD;\n";
	char *folder = scratch_folder();
	struct ledger ledger;
	struct migration_text text = {0};
	struct err err = {0};
	scratch_file(folder, "package.json", "{\"devDependencies\": {\"node-pg-migrate\": \"^6.2.2\"}}");
	scratch_file(folder, "migrations/1_a.sql", harmful);
	char *inner = places_join(folder, "migrations");
	begin(&ledger, inner);
	const struct dialect_run *run = ledger.dialect->run;
	assert_int_equal(ledger.tool_major, 6);
	assert_true(run->up_text(&ledger, &ledger.files[0], harmful, &text, &err));
	assert_string_equal(text.sql, "-- Up Migration\nU;\n");
	assert_non_null(strstr(text.warning, "node-pg-migrate 6"));
	migration_text_done(&text);
	assert_true(run->up_text(&ledger, &ledger.files[0], harmless, &text, &err));
	assert_null(text.warning);
	migration_text_done(&text);
	ledger_done(&ledger);
	scratch_file(folder, "node_modules/node-pg-migrate/package.json", "{\"version\": \"8.0.3\"}");
	begin(&ledger, inner);
	assert_int_equal(ledger.tool_major, 8);
	assert_true(run->up_text(&ledger, &ledger.files[0], harmful, &text, &err));
	assert_null(text.warning);
	migration_text_done(&text);
	ledger_done(&ledger);
	mem_free(inner);
	scratch_remove(folder);
}

static void test_states(void **state)
{
	(void)state;
	char *folder = example_folder();
	struct ledger ledger;
	struct err err = {0};
	struct table *table = table_new(&migrations_shape);
	begin(&ledger, folder);
	finish(&ledger, (const char *[]){"1000000000001_a", NULL});
	assert_true(ledger.dialect->check_order(&ledger, &err));
	ledger_table(&ledger, "core", table);
	assert_int_equal(table_rows(table), 5);
	assert_string_equal(state_of(table, "1000000000001_a"), "applied");
	assert_string_equal(state_of(table, "1000000000002_b"), "pending");
	assert_string_equal(state_of(table, "README.md"), "refused");
	assert_int_equal(table_get_int(table, 0, "applied_at", 0), 1000000);
	table_free(table);
	ledger_done(&ledger);
	scratch_remove(folder);
}

static void check_broken(const char *const *applied, const char *text, const char *name, const char *wanted)
{
	char *folder = example_folder();
	struct ledger ledger;
	struct err err = {0};
	struct table *table = table_new(&migrations_shape);
	begin(&ledger, folder);
	finish(&ledger, applied);
	assert_false(ledger.dialect->check_order(&ledger, &err));
	assert_int_equal(err.kind, ERR_DRIFT);
	assert_non_null(strstr(err.text, text));
	if (strstr(text, "_old"))
		assert_non_null(strstr(err.hint, "1000000000002_b has its number: if that is the same one renamed"));
	ledger_table(&ledger, "core", table);
	assert_string_equal(state_of(table, name), wanted);
	table_free(table);
	ledger_done(&ledger);
	scratch_remove(folder);
}

static void test_order_broken(void **state)
{
	(void)state;
	const char *late[] = {"1000000000002_b", NULL};
	check_broken(late, "Not run migration 1000000000001_a is preceding already run migration 1000000000002_b",
	    "1000000000001_a", "out_of_order");
	const char *gone[] = {"1000000000000_gone", "1000000000001_a", NULL};
	check_broken(gone, "the file of the applied migration 1000000000000_gone is gone", "1000000000000_gone", "missing");
	const char *renamed[] = {"1000000000001_a", "1000000000002_old", "1000000000003_c", NULL};
	check_broken(
	    renamed, "the file of the applied migration 1000000000002_old is gone", "1000000000002_b", "out_of_order");
	const char *crossed[] = {"1000000000002_b", "1000000000001_a", NULL};
	check_broken(crossed, "Not run migration 1000000000001_a is preceding already run migration 1000000000002_b",
	    "1000000000001_a", "out_of_order");
}

/* A row without file behind all others is no break for the tool: it compares as far as both go. */
static void test_missing_at_the_end(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	struct err err = {0};
	struct table *table = table_new(&migrations_shape);
	scratch_file(folder, "1000000000001_a.sql", "");
	begin(&ledger, folder);
	finish(&ledger, (const char *[]){"1000000000001_a", "1000000000002_gone", NULL});
	assert_true(ledger.dialect->check_order(&ledger, &err));
	ledger_table(&ledger, "core", table);
	assert_string_equal(state_of(table, "1000000000002_gone"), "missing");
	table_free(table);
	ledger_done(&ledger);
	scratch_remove(folder);
}

/* --- new files -------------------------------------------------------------------------------------------- */

static void test_new_file(void **state)
{
	(void)state;
	char *folder = scratch_folder();
	struct ledger ledger;
	struct migration_drafts drafts = {.count = 0};
	struct err err = {0};
	scratch_file(folder, "4102444800000_from_the_future.sql", "");
	begin(&ledger, folder);
	assert_true(ledger.dialect->new_file(&ledger, "add user_preferences", &drafts, &err));
	assert_string_equal(strrchr(drafts.v[0].path, '/') + 1, "4102444800001_add-user-preferences.sql");
	assert_string_equal(drafts.v[0].body, "-- Up Migration\n\n-- Down Migration");
	migration_drafts_done(&drafts);
	ledger_done(&ledger);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_folder),
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_bug_of_6),
	    cmocka_unit_test(test_states),
	    cmocka_unit_test(test_order_broken),
	    cmocka_unit_test(test_missing_at_the_end),
	    cmocka_unit_test(test_new_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
