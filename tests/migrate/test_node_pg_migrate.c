/* node-pg-migrate's files: the vectors that were measured on the tool itself, by their numbers, and its order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/marker.h"
#include "pgtend/migrate/order.h"
#include "pgtend/syntax/statements.h"
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

/* A long run of blank lines is walked once, not once for each of its lines. */
static void test_blank_lines(void **state)
{
	(void)state;
	enum { LENGTH = 4 << 20 };
	char *text = mem_new(LENGTH + 1);
	struct marker_parts parts;
	memset(text, '\n', LENGTH);
	text[LENGTH - 1] = 'x';
	marker_find(text, &parts);
	assert_false(parts.has_up_marker);
	assert_false(parts.down.is_there);
	mem_free(text);
}

/* --- the order ---------------------------------------------------------------------------------------- */

static void test_prefix(void **state)
{
	(void)state;
	bool is_time;
	assert_true(order_prefix("1729382400000_create_users.sql", &is_time) == 1729382400000.0);
	assert_true(is_time);
	assert_true(order_prefix("20240102030405678_utc.sql", &is_time) == 1704164645678.0);
	assert_true(is_time);
	assert_true(order_prefix("20260528120000_fourteen.sql", &is_time) == 20260528120000.0);
	assert_false(is_time);
	assert_true(order_prefix("001_first.sql", NULL) == 1);
	assert_true(order_prefix("001.sql", NULL) == 0);
	assert_true(order_prefix("noprefix.sql", NULL) == 0);
	assert_true(order_prefix("_empty.sql", NULL) == 0);
	assert_true(order_prefix("0x10_hex.sql", NULL) == 16);
	assert_true(order_prefix("1e3_exp.sql", NULL) == 1000);
	assert_true(order_prefix("-5_minus.sql", NULL) == -5);
	assert_true(order_prefix("nan_x.sql", NULL) == 0);
	assert_true(order_prefix("inf_x.sql", NULL) == 0);
	assert_true(isnan(order_prefix("20241302030405678_month13.sql", NULL)));
}

/* As node-pg-migrate 8.0.4 sorted these names under node 20. */
static const char *const sorted[] = {"-5_minus.sql", "001.sql", "_empty.sql", "noprefix.sql", "Zed.sql",
    "001_first.sql", "2_second.sql", "10_tenth.sql", "0x10_hex.sql", "1e3_exp.sql", "1000000000001_a9.sql",
    "1000000000001_a10.sql", "1000000000001_a-b.sql", "1000000000001_ab.sql", "1000000000001_a_c.sql",
    "1000000000001_a.down.sql", "1000000000001_a.sql", "1000000000001_A.sql", "1000000000001_a.up.sql",
    "1000000000001_e.sql", "1000000000001_\xC3\xA9.sql", "1000000000001_f.sql", "1000000000002_b.sql",
    "1704164645678_same.sql", "20240102030405678_utc.sql", "20260528120000_fourteen.sql"};

static void test_order(void **state)
{
	(void)state;
	enum { COUNT = sizeof sorted / sizeof sorted[0] };
	const char *names[COUNT];
	size_t index[COUNT];
	(void)order_compare_names("a", "b");
	if (order_lacked_icu())
		skip();
	for (size_t turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < COUNT; i++)
			names[i] = sorted[turn == 0 ? COUNT - 1 - i : turn == 1 ? (i * 7) % COUNT : i];
		order_sort(names, COUNT, false, index);
		for (size_t i = 0; i < COUNT; i++)
			assert_string_equal(names[index[i]], sorted[i]);
	}
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

/* --- the text's own transaction statements -------------------------------------------------------------------- */

static void test_statements(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		const char *transaction, *outside, *psql; /* what is found; NULL: nothing */
		size_t offset;
	} cases[] = {
	    {"select 1", NULL, NULL, NULL, 0},
	    {"create table a(); commit; create table b();", "COMMIT", NULL, NULL, 18},
	    {"-- x\n/* begin /* end */ */ begin;\nselect 1;commit", "BEGIN", NULL, NULL, 27},
	    {"start transaction", "START", NULL, NULL, 0},
	    {"select '\xC3\xBC'; rollback", "ROLLBACK", NULL, NULL, 13},
	    {"savepoint a; rollback to a; rollback work to savepoint a; release a", NULL, NULL, NULL, 0},
	    {"do $$ begin commit; end $$", NULL, NULL, NULL, 0},
	    {"create function f() returns int language sql begin atomic select 1; end;", NULL, NULL, NULL, 0},
	    {"select 'commit; begin'", NULL, NULL, NULL, 0},
	    {"some newer syntax; commit", "COMMIT", NULL, NULL, 19},
	    {"copy a from stdin", NULL, NULL, "COPY FROM STDIN", 0},
	    {"copy a to stdout", NULL, NULL, NULL, 0},
	    {"select 1;\ncopy a(x) from stdin;\n1\n'\n\\.\nselect 2; commit", "COMMIT", NULL, "COPY FROM STDIN", 49},
	    {"\\set x 1\nselect :'x';", NULL, NULL, "\\set", 0},
	    {"select 1 \\gset\ncommit", "COMMIT", NULL, "\\gset", 15},
	    {"select '\\d'", NULL, NULL, NULL, 0},
	    {"create index concurrently i on t(x)", NULL, "CREATE INDEX CONCURRENTLY", NULL, 0},
	    {"/* x */ create unique index concurrently if not exists i on t(x)", NULL, "CREATE INDEX CONCURRENTLY", NULL, 8},
	    {"create index \"concurrently\" on t(x)", NULL, NULL, NULL, 0},
	    {"select 1; drop index concurrently i", NULL, "DROP INDEX CONCURRENTLY", NULL, 10},
	    {"reindex index i; reindex table concurrently t", NULL, "REINDEX", NULL, 17},
	    {"reindex (verbose, concurrently) table t", NULL, "REINDEX", NULL, 0},
	    {"reindex schema s", NULL, "REINDEX", NULL, 0},
	    {"vacuum analyze t", NULL, "VACUUM", NULL, 0},
	    {"analyze t; comment on table t is 'vacuum me'", NULL, NULL, NULL, 0},
	    {"cluster t using i", NULL, NULL, NULL, 0},
	    {"cluster", NULL, "CLUSTER of all tables", NULL, 0},
	    {"alter system set work_mem = '1MB'", NULL, "ALTER SYSTEM", NULL, 0},
	    {"alter type mood add value 'ok'", NULL, NULL, NULL, 0},
	    {"alter table t detach partition p concurrently", NULL, "DETACH PARTITION CONCURRENTLY", NULL, 0},
	    {"alter table t detach partition p", NULL, NULL, NULL, 0},
	    {"create subscription s connection 'x' publication p", NULL, "CREATE SUBSCRIPTION", NULL, 0},
	    {"create subscription s connection 'x' publication p with (create_slot = false)", NULL, NULL, NULL, 0},
	    {"call refresh_continuous_aggregate('a', null, null)", NULL, "CALL of a procedure that commits", NULL, 0},
	    {"call mine()", NULL, NULL, NULL, 0},
	    {"create materialized view v with (timescaledb.continuous) as select 1 with no data", NULL, NULL, NULL, 0},
	    {"refresh materialized view concurrently v", NULL, NULL, NULL, 0},
	};
	struct statements found;
	statements_read("begin", 0, &found);
	if (found.is_unknown)
		skip(); /* libpg_query is not here */
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		statements_read(cases[i].sql, 0, &found);
		assert_false(found.is_unknown);
		const char *wanted[] = {cases[i].transaction, cases[i].outside, cases[i].psql};
		const struct statements_finding *got[] = {&found.transaction, &found.outside, &found.psql};
		for (int k = 0; k < 3; k++) {
			assert_string_equal(got[k]->word, wanted[k] ? wanted[k] : "");
			assert_int_equal(got[k]->is_there, wanted[k] != NULL);
			if (wanted[k] && (k == 0 || !wanted[0]))
				assert_int_equal(got[k]->offset, cases[i].offset);
		}
	}
	statements_read("create procedure p() begin atomic insert into t values (1); end; some newer syntax", 0, &found);
	assert_true(found.is_unknown);
	statements_read("alter type mood add value 'ok'", 110022, &found);
	assert_string_equal(found.outside.word, "ALTER TYPE ADD VALUE");
	/* Open at its end: what follows in the same message would be swallowed. */
	static const char *const open[] = {"select 'abc", "select $$abc", "select 1 /* abc", "-- don't\nselect 'abc", "select \"abc",
	    "select ' \" ' \""};
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
		statements_read(open[i], 0, &found);
		assert_true(found.is_unknown);
	}
	static const char whole[] = "-- x\nbegin;\ncreate table a();\ncommit work;\n";
	statements_read(whole, 0, &found);
	assert_true(found.is_wrapped);
	assert_int_equal(found.wrap[0], 5);
	assert_int_equal(found.wrap[1], 10);
	assert_int_equal(found.wrap[2], 30);
	assert_int_equal(found.wrap[3], 41);
	static const char *const loose[] = {"begin; select 1", "select 1; commit", "begin isolation level serializable; select 1; commit",
	    "begin; select 1; commit; begin; select 2; commit", "begin; select 1; rollback", "begin; commit; select 1"};
	for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++) {
		statements_read(loose[i], 0, &found);
		assert_false(found.is_wrapped);
		assert_true(found.transaction.is_there);
	}
	size_t offset = 0;
	assert_true(statements_locate("select 1;\n-- two\nselect 2;", 1, &offset));
	assert_int_equal(offset, 17);
	assert_false(statements_locate("select 1", 1, &offset));
}

/* --- anything at all ------------------------------------------------------------------------------------------------ */

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void random_text(unsigned *seed, char *text, size_t size)
{
	static const char *const parts[] = {"--", "-", "up", "Up", "DOWN", "down", " ", "\t", "\n", "\r\n", "\r",
	    "migration", "MIGRATION", ";", "x", "\xEF\xBB\xBF", "\xE2\x80\xA8", "\xC2\xA0", "\xE2", "\xFF", "$$", "$", "'",
	    "\"", "/*", "*/", "begin", "commit", "atomic", "end", "copy", "from", "stdin", "(", ")", "\\",
	    "-- Up Migration\n", "-- Down Migration\n", "create function f() ", "select 1", "12"};
	text[0] = 0;
	for (unsigned n = next_random(seed) % 16; n > 0; n--) {
		const char *part = parts[next_random(seed) % (sizeof parts / sizeof parts[0])];
		if (strlen(text) + strlen(part) + 1 < size)
			strcat(text, part);
	}
}

/* Whatever stands in a file: the parts lie within it, do not overlap, begin at a line's start; the parser survives. */
static void test_anything(void **state)
{
	(void)state;
	unsigned seed = 20261121;
	char text[512];
	for (int i = 0; i < 20000; i++) {
		struct marker_parts parts;
		struct statements found;
		random_text(&seed, text, sizeof text);
		size_t length = strlen(text);
		marker_find(text, &parts);
		assert_true(parts.up.begin <= parts.up.end && parts.up.end <= length);
		if (parts.down.is_there) {
			assert_true(parts.down.begin < parts.down.end && parts.down.end <= length);
			assert_true(!parts.has_up_marker || parts.up.end <= parts.down.begin || parts.down.end <= parts.up.begin);
			char before = parts.down.begin ? text[parts.down.begin - 1] : '\n';
			assert_true(before == '\n' || before == '\r' || before == '\xA8');
		}
		if (i % 8 == 0 && text_is_valid_utf8(text, length)) {
			statements_read(text, 0, &found);
			assert_true(found.transaction.offset <= length && found.outside.offset <= length && found.psql.offset <= length);
		}
		(void)order_prefix(text, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_blank_lines),
	    cmocka_unit_test(test_prefix),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_folder),
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_bug_of_6),
	    cmocka_unit_test(test_states),
	    cmocka_unit_test(test_order_broken),
	    cmocka_unit_test(test_missing_at_the_end),
	    cmocka_unit_test(test_new_file),
	    cmocka_unit_test(test_statements),
	    cmocka_unit_test(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
