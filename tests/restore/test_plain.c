/* Plain dumps as they stream by: rows counted, statements left out, what is refused and where; in pieces of any size the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/restore/plain.h"
#include "pgtend/core/mem.h"

static bool keep(const char *bytes, size_t length, void *arg)
{
	text_add_n(arg, bytes, length);
	return true;
}

struct reading {
	struct plain *plain;
	struct text out;
	struct err err;
	bool is_good;
};

static struct reading read_by(const char *sql, size_t piece, struct plain_options options)
{
	struct reading reading = {0};
	size_t length = strlen(sql);
	options.name = "d.sql";
	options.out = keep;
	options.arg = &reading.out;
	reading.plain = plain_new(&options);
	reading.is_good = true;
	for (size_t at = 0; at < length && reading.is_good; at += piece)
		reading.is_good =
		    plain_feed(reading.plain, sql + at, piece < length - at ? piece : length - at, &reading.err);
	reading.is_good = reading.is_good && plain_end(reading.plain, &reading.err);
	return reading;
}

static void reading_done(struct reading *reading)
{
	plain_free(reading->plain);
	text_done(&reading->out);
}

static void goes_with(const char *sql, const char *wanted, struct plain_options options)
{
	static const size_t pieces[] = {1, 2, 3, 7, 64, 1 << 20};
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct reading reading = read_by(sql, pieces[i], options);
		if (!reading.is_good)
			fail_msg("pieces of %zu: %s", pieces[i], reading.err.text);
		assert_string_equal(text_str(&reading.out), wanted);
		reading_done(&reading);
	}
}

static void goes(const char *sql, const char *wanted)
{
	goes_with(sql, wanted, (struct plain_options){0});
}

static void fails(const char *sql, enum err_kind kind, const char *part)
{
	static const size_t pieces[] = {1, 5, 1 << 20};
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct reading reading = read_by(sql, pieces[i], (struct plain_options){0});
		if (reading.is_good)
			fail_msg("let through: %s", sql);
		assert_int_equal(reading.err.kind, kind);
		if (!strstr(reading.err.text, part))
			fail_msg("%s: does not say %s", reading.err.text, part);
		reading_done(&reading);
	}
}

static void refuses(const char *sql, const char *part)
{
	fails(sql, ERR_REFUSED, part);
}

static void test_through(void **state)
{
	(void)state;
	goes("select 1;\n", "select 1;\n");
	goes("\xEF\xBB\xBFselect 1;", "select 1;");
	goes("-- x\n/* ; /* \\! */ */ select ';\\';\n", "-- x\n/* ; /* \\! */ */ select ';\\';\n");
	goes("select E'\\';\\\\! ';\nselect 2;", "select E'\\';\\\\! ';\nselect 2;");
	goes("select \"a\\b\";\nselect $x$\n\\! rm\n$$ ; $x$;\n", "select \"a\\b\";\nselect $x$\n\\! rm\n$$ ; $x$;\n");
	goes("create function f() returns int begin atomic select 1; select case when true then 2 end; end;\nselect 3;",
	    "create function f() returns int begin atomic select 1; select case when true then 2 end; end;\nselect 3;");
	goes("select 1", "select 1");
}

static void test_rows(void **state)
{
	(void)state;
	const char *sql = "COPY public.t (a) FROM stdin;\n1\n\\\\! x\n\\N\n\\.\n\nselect 1;\n"
	                  "COPY \"My S\".\"a\"\".b\" FROM STDIN;\r\nx\r\n\\.\r\nCOPY public.t (a) FROM stdin;\n\n\\.\n";
	goes(sql, sql);
	struct reading reading = read_by(sql, 3, (struct plain_options){0});
	const struct plain_facts *facts = plain_facts(reading.plain);
	assert_int_equal(facts->rows, 5);
	assert_int_equal(json_integer_value(json_object_get(facts->counts, "public.t")), 4);
	assert_int_equal(json_integer_value(json_object_get(facts->counts, "My S.a\".b")), 1);
	assert_int_equal(facts->lines, 13);
	reading_done(&reading);
	fails("COPY t FROM stdin;\n1\n2\n", ERR_FAILED, "d.sql:3: the file ends inside the rows of a table");
	sql = "COPY \"Odd \"\" s\".\"T'a\ntwo\" (\"x\"\"y\") FROM stdin;\n1\n2\n\\.\n";
	goes(sql, sql);
	reading = read_by(sql, 1, (struct plain_options){0});
	assert_int_equal(json_integer_value(json_object_get(plain_facts(reading.plain)->counts, "Odd \" s.T'a\ntwo")), 2);
	reading_done(&reading);
	goes("COPY t FROM stdin;\n1\n\\.", "COPY t FROM stdin;\n1\n\\.");
}

static void test_facts(void **state)
{
	(void)state;
	const char *sql = "SET client_encoding = 'LATIN1';\n"
	                  "CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;\nCREATE EXTENSION \"uuid-ossp\";\n"
	                  "COPY _timescaledb_catalog.metadata (key, value) FROM stdin;\nuuid\tx\tt\n"
	                  "timescaledb_version\t2.28.3\tf\n\\.\n"
	                  "ALTER TABLE public.t OWNER TO ada;\nALTER TABLE public.u OWNER TO \"Big One\";\n"
	                  "GRANT SELECT ON TABLE public.t TO bob, eve WITH GRANT OPTION;\nREVOKE ALL ON SCHEMA public FROM PUBLIC;\n"
	                  "ALTER DEFAULT PRIVILEGES FOR ROLE dan IN SCHEMA public GRANT SELECT ON TABLES TO fay;\n"
	                  "CREATE SCHEMA s AUTHORIZATION gus;\nSET SESSION AUTHORIZATION 'hal';\nINSERT INTO t VALUES (1);\n";
	struct reading reading = read_by(sql, 5, (struct plain_options){0});
	const struct plain_facts *facts = plain_facts(reading.plain);
	char *owners = words_join(&facts->owners, " "), *grantees = words_join(&facts->grantees, " "), *extensions = words_join(&facts->extensions, " ");
	assert_true(reading.is_good);
	assert_string_equal(owners, "ada Big One gus hal");
	assert_string_equal(grantees, "bob eve dan fay");
	assert_string_equal(extensions, "timescaledb uuid-ossp");
	assert_string_equal(facts->timescaledb_version, "2.28.3");
	assert_string_equal(facts->encoding, "LATIN1");
	assert_true(facts->has_inserts);
	mem_free(owners);
	mem_free(grantees);
	mem_free(extensions);
	reading_done(&reading);
}

static void test_left_out(void **state)
{
	(void)state;
	struct plain_options no_owner = {.no_owner = true}, old = {.server_version = 150000}, new = {.server_version = 170000};
	goes_with("create table t (a int);\nALTER TABLE public.t OWNER TO ada;\nGRANT ALL ON t TO bob;\nselect 1;", "create table t (a int);\n\n\nselect 1;", no_owner);
	goes_with("ALTER TABLE t ADD COLUMN b int;", "ALTER TABLE t ADD COLUMN b int;", no_owner);
	goes_with("SET transaction_timeout = 0;select 1;", "select 1;", old);
	goes_with("SET transaction_timeout = 0;select 1;", "SET transaction_timeout = 0;select 1;", new);
	goes_with("COMMENT ON EXTENSION x IS 'y';COMMENT ON TABLE t IS 'z';", "COMMENT ON TABLE t IS 'z';", (struct plain_options){.no_comments = true});
	goes("\\restrict abc\nselect 1;\n\\unrestrict abc\n", "\nselect 1;\n\n");
	goes_with("ALTER TABLE public.t\n  OWNER TO ada;\nselect 1;", "\n\nselect 1;", no_owner);
	goes("DROP DATABASE \"a b\";\nCREATE DATABASE \"a b\" WITH TEMPLATE = template0 ENCODING = 'UTF8';\nALTER DATABASE \"a b\" OWNER TO x;\n"
	     "\\connect -reuse-previous=on \"dbname='a b'\"\nGRANT CONNECT ON DATABASE \"a b\" TO y;\n"
	     "ALTER ROLE r IN DATABASE \"a b\" SET x TO 'y';\nCOMMENT ON DATABASE \"a b\" IS 'z';\nselect 1;\n",
	    "\n\n\n\n\n\n\nselect 1;\n");
	goes("CREATE DATABASE core_db;\n\\connect core_db\nselect 1;\n", "\n\nselect 1;\n");
}

static void test_refused(void **state)
{
	(void)state;
	refuses("select 1;\n\\! rm -rf /\n", "d.sql:2: \\! is a command of psql");
	refuses("select 1 \\gexec\n", "d.sql:1: \\gexec");
	refuses("\\copy t from program 'x'\n", "\\copy");
	refuses("COPY t FROM stdin;\n1\n\\.\n\\o |sh\n", "d.sql:4: \\o");
	refuses("\\connect other\nselect 1;", "d.sql:1: \\connect goes to another database");
	refuses("CREATE DATABASE a;\n\\connect b\n", "d.sql:2: \\connect");
	refuses("CREATE DATABASE a;\n\\connect a\n\\connect a\n", "d.sql:3: \\connect");
	refuses("CREATE DATABASE a;\nCREATE DATABASE b;", "more than one database");
	refuses("CREATE ROLE eve SUPERUSER;", "d.sql:1: roles of the server");
	refuses("\n\nalter\nsystem set x = 1;", "d.sql:3: ALTER SYSTEM");
	refuses("COPY t FROM PROGRAM 'sh';", "COPY runs a program");
	refuses("COPY (select 1) TO '/etc/x';", "COPY reaches a file");
	refuses("GRANT pg_read_server_files TO eve;", "membership in roles");
	refuses("DROP DATABASE x;\nCREATE DATABASE y;", "more than one");
	refuses("--\n-- PostgreSQL database cluster dump\n--\n", "d.sql:2: this is a dump of a whole server");
	refuses("ALTER DATABASE live OWNER TO eve;", "another database");
	refuses("\\restrict a \\! x\n", "\\restrict");
	goes("create user mapping for ada server s;", "create user mapping for ada server s;");
}

static void test_cut_off(void **state)
{
	(void)state;
	fails("--\n-- PostgreSQL database dump\n--\nselect 1;\n", ERR_FAILED, "d.sql:4: the file was cut off");
	fails("select 'a\n", ERR_FAILED, "ends inside a statement");
	fails("create table t (a int", ERR_FAILED, "ends inside a statement");
	fails("/* \n", ERR_FAILED, "a comment");
	fails("-- nothing\n", ERR_FAILED, "no SQL");
	fails("\xFF\xFEs", ERR_FAILED, "UTF-16");
	goes("--\n-- PostgreSQL database dump\n--\nselect 1;\n--\n-- PostgreSQL database dump complete\n--\n",
	    "--\n-- PostgreSQL database dump\n--\nselect 1;\n--\n-- PostgreSQL database dump complete\n--\n");
}

static void test_form(void **state)
{
	(void)state;
	const char *sql = "CREATE DATABASE x WITH TEMPLATE = template0 OWNER = \"Big One\" ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8' TABLESPACE fast CONNECTION LIMIT = 3;\n"
	                  "\\connect x\nselect 1;";
	struct reading reading = read_by(sql, 7, (struct plain_options){0});
	assert_true(reading.is_good);
	assert_string_equal(plain_facts(reading.plain)->form, " WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8'");
	reading_done(&reading);
	reading = read_by("CREATE DATABASE x;\n\\connect x\nselect 1;", 7, (struct plain_options){0});
	assert_string_equal(plain_facts(reading.plain)->form, " TEMPLATE template0");
	reading_done(&reading);
}

/* Quotes end as the server would end them. */
static void test_strings(void **state)
{
	(void)state;
	goes("SET standard_conforming_strings = off;\nselect 'a\\';\n\\! x\n';", "SET standard_conforming_strings = off;\nselect 'a\\';\n\\! x\n';");
	refuses("SET standard_conforming_strings = off;\nSET standard_conforming_strings TO on;\nselect 'a\\';\n\\! x\n';", "d.sql:4: \\!");
	goes("SET standard_conforming_strings = off;\nselect 'a\\';';", "SET standard_conforming_strings = off;\nselect 'a\\';';");
	refuses("select 'a\\';\n\\! x\n", "d.sql:2: \\!");
	refuses("select a$b$;\n\\! x\n", "d.sql:2: \\!");
	refuses("select 1$a$;\n\\! x\n$a$;\n\\o x\n", "d.sql:4: \\o");
	refuses("SET SESSION standard_conforming_strings = off;\nselect '\\'; \n';\n\\o x\n", "d.sql:4: \\o");
	refuses("SET standard_conforming_strings = no;", "neither on nor off");
	refuses("SET NAMES 'sjis';", "the encoding sjis");
	refuses("SET client_encoding TO BIG5;", "the encoding BIG5");
}

/* What psql would take for something else than we did is not let through. */
static void test_hidden(void **state)
{
	(void)state;
	char sql[2000], tag[201], *blanks = mem_new(1200001), *whole;
	memset(tag, 'a', 200);
	tag[200] = 0;
	snprintf(sql, sizeof sql, "select $%s$; copy t from stdin;\n$%s$;\ncreate role eve;\n", tag, tag);
	refuses(sql, "d.sql:3: roles of the server are made");
	snprintf(sql, sizeof sql, "select $%s$; \\! x\n$%s$;\n", tag, tag);
	goes(sql, sql);
	refuses("-- x\rcreate role eve;\n", "d.sql:1: roles of the server are made");
	refuses("-- x\r\\! x\n", "d.sql:1: \\!");
	refuses("copy t from stdin; select '\n1\n\\.\n';\ncreate role eve;\n\\.\n", "d.sql:1: something stands behind COPY");
	refuses("copy t from stdin; /*\n1\n\\.\n*/\n", "d.sql:1: something stands behind COPY");
	refuses("select t.begin atomic from t; create role eve; select 1 as end;", "roles of the server are made");
	goes("create or replace function begin() returns int language sql as 'select 1'; copy t from stdin;\nend;\n",
	    "create or replace function begin() returns int language sql as 'select 1'; copy t from stdin;\nend;\n");
	memset(blanks, ' ', 1200000);
	blanks[1200000] = 0;
	whole = mem_format("create %s role eve;", blanks);
	struct reading reading = read_by(whole, 65536, (struct plain_options){0});
	assert_false(reading.is_good);
	assert_non_null(strstr(reading.err.text, "longer than 1 MB"));
	reading_done(&reading);
	mem_free(whole);
	whole = mem_format("alter table t add check (a <> '%s');", blanks);
	reading = read_by(whole, 65536, (struct plain_options){0});
	assert_true(reading.is_good);
	reading_done(&reading);
	mem_free(whole);
	mem_free(blanks);
	refuses("reassign owned by a to b;", "REASSIGN OWNED");
	refuses("drop owned by a;", "DROP OWNED");
	refuses("comment on role a is 'x';", "roles or tablespaces");
	refuses("security label on tablespace a is 'x';", "roles or tablespaces");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_through),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_left_out),
	    cmocka_unit_test(test_form),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_cut_off),
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
