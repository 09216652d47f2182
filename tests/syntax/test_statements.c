/* What a text would do to the transaction around it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pgtend/syntax/statements.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statements),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
