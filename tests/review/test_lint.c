/* Lint without a database: each rule with what it finds, what it leaves alone, and what a comment allows. Sizes are not known here, so that rules
 * about big tables speak one degree lower; tests/review/lint.test has them with a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/text.h"
#include "pgtend/migrate/history.h"
#include "pgtend/review/lint.h"
#include "../migrate/scratch.h"

struct folder {
	char *path;
	struct ledger ledger;
	struct database database;
};

static void folder_begin(struct folder *folder)
{
	memset(folder, 0, sizeof *folder);
	folder->path = scratch_folder();
	folder->database.name = "db";
}

static void folder_read(struct folder *folder, const char *dialect)
{
	struct err err = {0};
	struct ledger *ledger = &folder->ledger;
	ledger->folder = mem_copy(folder->path);
	ledger->dialect = dialect_by_name(dialect);
	ledger->last_applied = -1;
	history_name(ledger, ledger->dialect->history_schema, ledger->dialect->history_table);
	if (strcmp(dialect, "plain") == 0) {
		ledger->has_history = true;
		ledger->columns = mem_copy("id integer,migration_name character varying,applied_at timestamp with time zone");
	}
	if (!ledger->dialect->read_folder(ledger, &err))
		fail_msg("%s", err.text);
	for (int i = 0; i < ledger->migration_count; i++)
		ledger->files[i].row = -1;
}

static void folder_end(struct folder *folder)
{
	ledger_done(&folder->ledger);
	scratch_remove(folder->path);
}

/* "RULE SEVERITY LINE:COL OBJECT[ allowed]" a line, of all pending ones. */
static char *lint_folder_text(struct folder *folder, const struct migrate_options *options)
{
	struct err err = {0};
	struct plan plan;
	struct text out = {0};
	struct table *findings = table_new(&lint_shape);
	if (!plan_make(&folder->ledger, &folder->database, options, &plan, &err) ||
	    !lint_plan(&folder->ledger, "db", &plan, NULL, findings, &err))
		fail_msg("%s (%s)", err.text, err.hint);
	for (int row = 0; row < table_rows(findings); row++) {
		const char *place = table_get_text(findings, row, "place"), *object = table_get_text(findings, row, "object");
		const char *slash = strrchr(place, '/');
		text_addf(&out, "%s%s %s %s %s%s", row ? "\n" : "", table_get_text(findings, row, "rule"),
		    table_get_text(findings, row, "severity"), strchr(slash, ':') + 1, object ? object : "-",
		    table_get_text(findings, row, "allowed") ? " allowed" : "");
		assert_non_null(table_get_text(findings, row, "why"));
		assert_non_null(table_get_text(findings, row, "safe_form"));
	}
	table_free(findings);
	plan_done(&plan);
	return text_take(&out);
}

static char *lint_one(const char *dialect, const char *name, const char *sql)
{
	struct folder folder;
	const struct migrate_options options = {0};
	folder_begin(&folder);
	scratch_file(folder.path, name, sql);
	folder_read(&folder, dialect);
	char *text = lint_folder_text(&folder, &options);
	folder_end(&folder);
	return text;
}

static bool is_absent(void)
{
	struct parse parse;
	parse_text("select 1", false, &parse);
	bool is = parse.how == PARSE_ABSENT;
	parse_done(&parse);
	return is;
}

struct lint_case {
	const char *sql, *wanted;
};

static void check_cases(const struct lint_case *cases, size_t count)
{
	if (is_absent())
		skip();
	for (size_t i = 0; i < count; i++) {
		char *got = lint_one("plain", "001_x.sql", cases[i].sql);
		if (strcmp(got, cases[i].wanted) != 0)
			fail_msg("%s\n   gives:\n%s\n   wanted:\n%s", cases[i].sql, got, cases[i].wanted);
		mem_free(got);
	}
}
#define CHECK(cases) check_cases(cases, sizeof cases / sizeof cases[0])

/* --- the rules ---------------------------------------------------------------------------------------------------- */

static void test_columns(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"alter table t add column c text", ""},
	    {"alter table t add column c int default 7", ""},
	    {"alter table t add column c timestamptz not null default now()", ""},
	    {"alter table t add column c timestamptz default current_timestamp", ""},
	    {"alter table t add column c uuid default gen_random_uuid()", "volatile-default warning 1:26 t.c"},
	    {"alter table t add column c int default public.mine(1)", "volatile-default warning 1:26 t.c"},
	    {"alter table t add column c int default null", ""},
	    {"alter table t add column c bigserial", "volatile-default warning 1:26 t.c"},
	    {"alter table t add column c int generated always as identity", "volatile-default warning 1:26 t.c"},
	    {"alter table t add column c int generated always as (a + 1) stored", "table-rewrite warning 1:26 t.c"},
	    {"alter table t add column c int not null", "not-null-without-default warning 1:26 t.c"},
	    {"alter table t add column c int not null default 0", ""},
	    {"alter table t add column c int unique", "unique-builds-index warning 1:26 t.c"},
	    {"alter table t add column c int check (c > 0)", "check-validates warning 1:26 t.c"},
	    {"alter table t add column c int references u", ""},
	    {"alter table t add column c int default 1 references u", "foreign-key-validates warning 1:26 t.c"},
	    {"alter table t alter column c set not null", "not-null-scan warning 1:1 t.c"},
	    {"alter table t alter column c drop not null", ""},
	    {"alter table t drop column c", "drop-column note 1:1 t.c"},
	    {"alter table t drop column c cascade", "drop-column note 1:1 t.c\ndrop-cascade warning 1:1 t.c"},
	    {"alter table t alter column c type bigint", "type-change warning 1:28 t.c"},
	    {"alter table t alter column c type timestamp",
	        "timestamp-without-time-zone warning 1:28 t.c\ntype-change warning 1:28 t.c"},
	    {"alter table t set tablespace x", "table-rewrite warning 1:1 t"},
	    {"alter table t set unlogged", "table-rewrite warning 1:1 t"},
	    {"alter table t set (fillfactor = 70)", ""},
	    {"alter table t rename column a to b", "rename warning 1:1 t.a"},
	    {"alter table t rename to u", "rename warning 1:1 t"},
	    {"alter index i rename to j", ""},
	    {"alter table t rename constraint a to b", ""},
	    {"alter schema a rename to b", "rename warning 1:1 a"},
	    {"alter type e rename value 'a' to 'b'", "rename warning 1:1 a"},
	    {"alter function f(int) rename to g", "rename warning 1:1 f"},
	};
	CHECK(cases);
}

static void test_constraints(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"alter table t add constraint k check (a > 0)", "check-validates warning 1:19 t.k"},
	    {"alter table t add constraint k check (a > 0) not valid", "never-validated note 1:19 t.k"},
	    {"alter table t add constraint k foreign key (a) references u", "foreign-key-validates warning 1:19 t.k"},
	    {"alter table t add foreign key (a) references u", "foreign-key-validates warning 1:19 t"},
	    {"alter table t add constraint k foreign key (a) references u not valid;\nalter table t validate constraint k",
	        "validate-in-same-transaction warning 2:1 t.k"},
	    {"alter table t add constraint k unique (a)", "unique-builds-index warning 1:19 t.k"},
	    {"alter table t add constraint k unique using index i", ""},
	    {"alter table t add primary key (a)", "unique-builds-index warning 1:19 t"},
	    {"alter table t add exclude using gist (a with =)", "unique-builds-index warning 1:19 t"},
	    {"alter table t validate constraint k", ""},
	    {"alter table t attach partition p for values in (1)", "partition-scan note 1:1 p"},
	    {"alter table t drop constraint k", ""},
	};
	CHECK(cases);
}

static void test_indexes(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"create index i on t (a)", "index-not-concurrent warning 1:1 i"},
	    {"create index concurrently i on t (a)", ""},
	    {"create table t (a int); create index i on t (a)", ""},
	    {"create table public.t (a int); create index i on t (a)", ""},
	    {"create table t (a int); create index i on public.t (a)", ""},
	    {"create table t as select 1 as a; create index i on t (a)", ""},
	    {"select 1 as a into t; create index i on t (a)", ""},
	    {"create materialized view t as select 1 as a; create unique index i on t (a); refresh materialized view t", ""},
	    {"create table t (a int); alter table t rename to u; create index i on u (a)", ""},
	    {"drop index i", "drop-index-not-concurrent note 1:1 i"},
	    {"drop index concurrently i", ""},
	    {"reindex table t", "reindex-not-concurrent warning 1:1 t"},
	    {"reindex table concurrently t", ""},
	    {"refresh materialized view m", "refresh-not-concurrent note 1:1 m"},
	    {"refresh materialized view concurrently m", ""},
	    {"cluster t using i", "table-rewrite warning 1:1 t"},
	    {"vacuum full t", "table-rewrite warning 1:1 t"},
	    {"vacuum t", ""},
	    {"vacuum (full false) t", ""},
	};
	CHECK(cases);
}

static void test_taking(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"drop table t", "drop-table warning 1:1 t"},
	    {"drop table t cascade", "drop-table warning 1:1 t\ndrop-cascade warning 1:1 t"},
	    {"create table t (a int); drop table t", ""},
	    {"drop view v", "drop-object warning 1:1 v"},
	    {"drop type e", "drop-object warning 1:1 e"},
	    {"drop schema s", "drop-object warning 1:1 s"},
	    {"drop function f(int)", "drop-object warning 1:1 f"},
	    {"drop trigger x on t", ""},
	    {"truncate t, u", "truncate warning 1:1 t\ntruncate warning 1:1 u"},
	    {"update t set a = 1", "backfill note 1:1 t"},
	    {"update t set a = 1 where b = 2", ""},
	    {"delete from t", "backfill note 1:1 t"},
	    {"set search_path to x", "setting-outlives-file warning 1:1 search_path"},
	    {"set local search_path to x", ""},
	    {"select pg_catalog.set_config('search_path', '', false)", "setting-outlives-file warning 1:1 search_path"},
	    {"select set_config('search_path', '', true)", ""},
	    {"reset search_path", ""},
	};
	CHECK(cases);
}

static void test_types(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"create table t (a timestamp, b timestamptz, c json, d jsonb)",
	        "timestamp-without-time-zone warning 1:19 t.a\njson-not-jsonb warning 1:47 t.c"},
	    {"create table t (a timestamp(3) without time zone)", "timestamp-without-time-zone warning 1:19 t.a"},
	    {"create table t (a timestamp with time zone)", ""},
	    {"alter table t add a json", "json-not-jsonb warning 1:21 t.a"},
	    {"alter type e add value 'x'; insert into t values ('x')", "enum-value-used-early danger 1:51 x"},
	    {"alter type e add value 'x'; insert into t values ('y')", ""},
	    {"create type e as enum ('a'); alter type e add value 'x'; insert into t values ('x')", ""},
	};
	CHECK(cases);
}

/* Drizzle wraps its foreign keys so; positions are the file's. */
static void test_body(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"select 1;\nDO $$ BEGIN\n ALTER TABLE \"t\" ADD CONSTRAINT \"k\" FOREIGN KEY (\"a\") REFERENCES \"u\"(\"id\");\n"
	     "EXCEPTION\n WHEN duplicate_object THEN null;\nEND $$;",
	        "foreign-key-validates warning 3:22 t.k"},
	    {"create table t (a int);\nDO $$ BEGIN\n ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u(id);\nEND $$;", ""},
	    {"do $x$ declare n int; begin select count(*) into n from t; if n = 0 then drop table u; truncate t; end if; end $x$",
	        "drop-table warning 1:74 u\ntruncate warning 1:88 t"},
	    {"do $$ begin not plpgsql at all", "not-read note 1:4 -"},
	    {"create function f() returns void language plpgsql as $$ begin drop table t; end $$", ""},
	};
	CHECK(cases);
}

static void test_not_read(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"create index i on t (a);\nmerge newer words;\ndrop table u",
	        "index-not-concurrent warning 1:1 i\nnot-read note 2:7 -\ndrop-table warning 3:1 u"},
	    {"select 'open", "not-read note 1:8 -"},
	    {"", ""},
	    {"-- nothing", ""},
	};
	CHECK(cases);
}

/* --- comments ----------------------------------------------------------------------------------------------------- */

static void test_allow(void **state)
{
	(void)state;
	static const struct lint_case cases[] = {
	    {"-- pgtend: allow drop-table it is empty since May\ndrop table t", "drop-table warning 2:1 t allowed"},
	    {"drop table t; -- pgtend: allow drop-table it is empty", "drop-table warning 1:1 t allowed"},
	    {"drop table -- pgtend: allow drop-table it is empty\n t", "drop-table warning 1:1 t allowed"},
	    {"drop table a; -- pgtend: allow drop-table empty\ndrop table b",
	        "drop-table warning 1:1 a allowed\ndrop-table warning 2:1 b"},
	    {"--pgtend:allow drop-table empty\r\ndrop table t", "drop-table warning 2:1 t allowed"},
	    {"-- pgtend: allow drop-table\ndrop table t", "drop-table warning 2:1 t\nallow-without-reason warning 1:1 drop-table"},
	    {"-- pgtend: allow drop-tables we may\ndrop table t",
	        "drop-table warning 2:1 t\nallow-unknown-rule warning 1:1 drop-tables"},
	    {"-- pgtend: alow drop-table we may\ndrop table t", "drop-table warning 2:1 t\nallow-unknown-rule warning 1:1 -"},
	    {"-- pgtend: allow truncate we may\ndrop table t", "drop-table warning 2:1 t\nallow-unused note 1:1 truncate"},
	    {"-- pgtend: allow truncate we may\n-- pgtend: allow drop-table we may\ntruncate t;\ndrop table t",
	        "truncate warning 3:1 t allowed\ndrop-table warning 4:1 t\nallow-unused note 2:1 drop-table"},
	    {"create table t (a int);\n-- pgtend: allow index-not-concurrent small elsewhere too\ncreate index i on t (a)", ""},
	    {"select '-- pgtend: allow nonsense x'", ""},
	    {"-- pgtend: allow never-validated later\nalter table t add constraint k check (a > 0) not valid",
	        "never-validated note 2:19 t.k allowed"},
	    {"-- pgtend: allow foreign-key-validates small\ndo $$ begin alter table t add foreign key (a) references u; end $$",
	        "foreign-key-validates warning 2:31 t allowed"},
	};
	CHECK(cases);
}

/* --- folders ------------------------------------------------------------------------------------------------------ */

static void check_folder(const char *dialect, const char *const files[][2], size_t count, const char *wanted)
{
	struct folder folder;
	const struct migrate_options options = {0};
	if (is_absent())
		skip();
	folder_begin(&folder);
	for (size_t i = 0; i < count; i++)
		scratch_file(folder.path, files[i][0], files[i][1]);
	folder_read(&folder, dialect);
	char *got = lint_folder_text(&folder, &options);
	assert_string_equal(got, wanted);
	mem_free(got);
	folder_end(&folder);
}
#define CHECK_FOLDER(dialect, files, wanted) check_folder(dialect, files, sizeof files / sizeof files[0], wanted)

static void test_folder_habits(void **state)
{
	(void)state;
	static const char *const logikids[][2] = {
	    {"000_schema_migrations.sql", "CREATE TABLE IF NOT EXISTS schema_migrations (id SERIAL PRIMARY KEY, migration_name VARCHAR(255) "
	                                  "NOT NULL UNIQUE, applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW());\n"
	                                  "CREATE INDEX IF NOT EXISTS idx_migration_name ON schema_migrations(migration_name);"},
	    {"001_init.sql", "CREATE TABLE IF NOT EXISTS user_sync_data (code VARCHAR(64) PRIMARY KEY, blob TEXT NOT NULL);"},
	    {"003_user_accounts.sql", "CREATE TABLE IF NOT EXISTS user_accounts (id SERIAL PRIMARY KEY);\n"
	                              "ALTER TABLE user_accounts ADD COLUMN IF NOT EXISTS revoked BOOLEAN NOT NULL DEFAULT FALSE;"},
	};
	static const char *const broken[][2] = {
	    {"001_a.sql", "create table if not exists a (x int)"},
	    {"002_b.sql", "create table if not exists b (x int)"},
	    {"003_c.sql", "create table c (x int);\ncreate index if not exists i on c (x);\nalter table c add y int;\n"
	                  "do $$ begin create type e as enum ('a'); exception when duplicate_object then null; end $$;\n"
	                  "create or replace view v as select 1;\ndrop table if exists zz"},
	};
	static const char *const timestamps[][2] = {
	    {"001_a.sql", "create table a (x timestamp)"},
	    {"002_b.sql", "create table b (x timestamp)"},
	};
	static const char *const mixed[][2] = {
	    {"001_a.sql", "create table a (x timestamptz)"},
	    {"002_b.sql", "create table b (x timestamp)"},
	};
	CHECK_FOLDER("plain", logikids, "");
	CHECK_FOLDER("plain", broken,
	    "if-not-exists-missing warning 1:1 CREATE TABLE\nif-not-exists-missing warning 3:1 ADD COLUMN\ndrop-table warning 6:1 zz");
	CHECK_FOLDER("plain", timestamps, "");
	CHECK_FOLDER("plain", mixed, "timestamp-without-time-zone warning 1:19 b.x");
}

static void test_down(void **state)
{
	(void)state;
	static const char *const node[][2] = {
	    {"1_a.sql", "-- Up Migration\ncreate table a (x int);\n-- Down Migration\ndrop table a;"},
	    {"2_b.sql", "create table b (x int);"},
	    {"3_c.sql", "-- Up Migration\ncreate table c (x int);\n\n-- Down Migration\n"},
	    {"4_d.sql", "-- pgtend: allow down-missing data only\n-- Up Migration\ncreate table d (x int);\n"},
	};
	static const char *const plain[][2] = {
	    {"001_a.sql", "select 1"},
	    {"002_b.sql", "select 1"},
	};
	static const char *const paired[][2] = {
	    {"001_a.sql", "select 1"},
	    {"002_b.sql", "select 1"},
	    {"down/001_a.sql", "select 2"},
	};
	CHECK_FOLDER("node-pg-migrate", node,
	    "down-missing note 1:1 -\ndown-missing note 1:1 -\ndown-missing note 2:1 - allowed");
	CHECK_FOLDER("plain", plain, "");
	CHECK_FOLDER("plain", paired, "down-missing note 1:1 -");
}

static void test_two_transactions(void **state)
{
	(void)state;
	static const char *const files[][2] = {
	    {"001_a.sql", "alter table t add constraint k check (a is not null) not valid"},
	    {"002_b.sql", "alter table t validate constraint k"},
	    {"003_c.sql", "alter table t alter a set not null;\nalter table t alter b set not null"},
	    {"004_d.sql", "create table n (a int)"},
	    {"005_e.sql", "create index i on n (a)"},
	};
	CHECK_FOLDER("plain", files, "not-null-scan warning 2:1 t.b");
}

/* --- whatever stands in it ---------------------------------------------------------------------------------------- */

/* Cut anywhere, joined wrongly: it ends, and every place lies in the file. */
static void test_anything(void **state)
{
	(void)state;
	static const char *const parts[] = {"alter table t add column c int default f(1) references u", "alter table t alter c type ", "varchar(20)",
	    "numeric(10,2)[] using c::text", ";", "create table t (a timestamp, b json, c int check (c > 0))", "create index concurrently i on t (a)",
	    "drop table t, u.v cascade", "truncate", " t", "-- pgtend: allow drop-table because\n", "-- pgtend:", "do $$ begin alter table t add x int; end $$",
	    "alter type e add value 'x'", "'x'", "$$", "vacuum (full) t", "\n", "(", ")", "select set_config('a', 'b', false)", "update t set a = 1",
	    "alter table t add constraint k unique (a)", "alter table t validate constraint k", "refresh materialized view m",
	    "alter table only t attach partition p default", "create extension vector", "reindex (concurrently) table t", "rename to"};
	unsigned seed = 20261121;
	if (is_absent())
		skip();
	for (int i = 0; i < 600; i++) {
		struct text text = {0};
		for (int n = rand_r(&seed) % 10; n > 0; n--) {
			const char *part = parts[(size_t)rand_r(&seed) % (sizeof parts / sizeof parts[0])];
			text_add_n(&text, part, rand_r(&seed) % 3 ? strlen(part) : (size_t)rand_r(&seed) % (strlen(part) + 1));
			text_add(&text, rand_r(&seed) % 2 ? ";" : " ");
		}
		struct folder folder;
		const struct migrate_options options = {0};
		struct err err = {0};
		struct plan plan;
		folder_begin(&folder);
		scratch_file(folder.path, "001_x.sql", text_str(&text));
		folder_read(&folder, "plain");
		if (plan_make(&folder.ledger, &folder.database, &options, &plan, &err)) {
			struct table *findings = table_new(&lint_shape);
			assert_true(lint_plan(&folder.ledger, "db", &plan, NULL, findings, &err));
			table_free(findings);
		}
		plan_done(&plan);
		folder_end(&folder);
		text_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_columns),
	    cmocka_unit_test(test_constraints),
	    cmocka_unit_test(test_indexes),
	    cmocka_unit_test(test_taking),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_body),
	    cmocka_unit_test(test_not_read),
	    cmocka_unit_test(test_allow),
	    cmocka_unit_test(test_folder_habits),
	    cmocka_unit_test(test_down),
	    cmocka_unit_test(test_two_transactions),
	    cmocka_unit_test(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
