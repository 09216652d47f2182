/* The tokens of seed files: statements, psql's commands, COPY data, transactions, positions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/seeds/seeds_internal.h"

static struct seed_scan scanned(const char *sql)
{
	struct seed_scan scan;
	seed_scan(sql, &scan);
	return scan;
}

static void count_is(const char *sql, int statements)
{
	struct seed_scan scan = scanned(sql);
	if (scan.statement_count != statements)
		fail_msg("%d statements, not %d, in: %s", scan.statement_count, statements, sql);
	seed_scan_done(&scan);
}

static void test_statements(void **state)
{
	(void)state;
	count_is("", 0);
	count_is(" -- nothing\n/* at /* all */ */ ;;", 0);
	count_is("select 1", 1);
	count_is("select 1; select 2;", 2);
	count_is("select ';'; select \";\"; select E'\\';'; select ''';'", 4);
	count_is("select 'a\\'; select 2", 2);
	count_is("do $$ begin; end; $$; select $x$ ; $$ ; $x$; select $1 + a$b$c;", 3);
	count_is("select n'x;', b'1;', x'f;'; select 2", 2);
	count_is("create rule r as on insert to t do (select 1; select 2); select 3", 2);
	count_is(
	    "create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3", 2);
	count_is("select 'never closed ; ; ;", 1);
	count_is("select $$ never closed ; ;", 1);
	count_is("/* never closed ; ;", 0);
	count_is("select 1 -- ; '\n; select 2", 2);
}

static void test_lines(void **state)
{
	(void)state;
	struct seed_scan scan = scanned("-- one\nselect\n  1;\n\n/* \n */ insert into t values ('\n');\nselect 3");
	assert_int_equal(scan.statement_count, 3);
	assert_int_equal(scan.statements[0].line, 2);
	assert_int_equal(scan.statements[1].line, 6);
	assert_int_equal(scan.statements[2].line, 8);
	assert_int_equal(scan.statements[0].offset, 7);
	seed_scan_done(&scan);
}

static void meta_is(const char *sql, int meta, int copy)
{
	struct seed_scan scan = scanned(sql);
	if (scan.meta_line != meta || scan.copy_line != copy)
		fail_msg("meta %d copy %d, not %d and %d, in: %s", scan.meta_line, scan.copy_line, meta, copy, sql);
	seed_scan_done(&scan);
}

static void test_psql(void **state)
{
	(void)state;
	meta_is("select 1;\n\\i other.sql\n", 2, 0);
	meta_is("select '\\i';\n-- \\i\n/* \\i */ select $$ \\i $$;", 0, 0);
	meta_is("select 1 \\gexec\n\\echo", 1, 0);
	meta_is("COPY t (a, \"b;\") FROM stdin WITH (format csv);\n1,'\n\\.\n", 0, 1);
	meta_is("\ncopy public.t from\nstdin;\n1\n\\.\n\\echo\n", 6, 3);
	meta_is("copy t from '/tmp/stdin'; select 'from stdin'; copy (select 1 from stdin) to stdout", 0, 0);
	meta_is("select a from stdin;", 0, 0);
	meta_is("copy t from stdin;\n\\N\n\\.\n\\echo\ncopy u from stdin;\n1", 4, 1);
}

static void transaction_is(const char *sql, int line, bool is_whole)
{
	struct seed_scan scan = scanned(sql);
	if (scan.transaction_line != line || scan.is_whole_transaction != is_whole)
		fail_msg("line %d, whole %d, in: %s", scan.transaction_line, scan.is_whole_transaction, sql);
	seed_scan_done(&scan);
}

static void test_transactions(void **state)
{
	(void)state;
	transaction_is("select 1; select 2", 0, false);
	transaction_is("begin; select 1; commit;", 1, true);
	transaction_is("-- x\nSTART TRANSACTION;\nselect 1;\nEND;", 2, true);
	transaction_is("begin; select 1; commit; begin; select 2; commit", 1, false);
	transaction_is("begin; select 1; rollback;", 1, false);
	transaction_is("select 1;\ncommit;\nselect 2;", 2, false);
	transaction_is("begin; select 1;", 1, false);
	transaction_is("prepare p as select 1; select 2", 0, false);
	transaction_is("begin; prepare transaction 'x'", 1, false);
	transaction_is("create function f() returns int language plpgsql as $$ begin return 1; end $$", 0, false);
	transaction_is("create function f() returns int begin atomic select 1; end", 0, false);
	transaction_is("savepoint a; release a", 0, false);
	transaction_is("savepoint a; rollback to a; rollback work to savepoint a; ROLLBACK\n TRANSACTION TO a", 0, false);
	transaction_is("begin; savepoint a; rollback to a; commit", 1, true);
	transaction_is("select 1;\nrollback;\ncopy t from stdin;\n1\n\\.", 2, false);
	transaction_is("copy t from stdin;\nbegin;\n\\.\r\ninsert into t values (1);\ncommit;\n", 5, false);
	transaction_is("begin; copy t from stdin;\nrollback;\n\\.\ncommit;\n", 1, true);
}

static void single_is(const char *sql, bool is_single)
{
	struct seed_scan scan = scanned(sql);
	assert_int_equal(seed_scan_is_single(&scan), is_single);
	seed_scan_done(&scan);
}

static void test_mark(void **state)
{
	(void)state;
	single_is("select 1", true);
	single_is("select 1; select 2", false);
	single_is("-- pgtend: no-transaction\nselect 1; select 2", true);
	single_is("select 1;\n  --pgtend: no-transaction  \r\nselect 2", true);
	single_is("-- pgtend: no-transactions\nselect 1; select 2", false);
	single_is("select '\n-- pgtend: no-transaction\n'; select 2", false);
}

static void at(const char *sql, int position, int line, int column)
{
	int got_line, got_column;
	seed_locate(sql, position, &got_line, &got_column);
	if (got_line != line || got_column != column)
		fail_msg("%d:%d, not %d:%d", got_line, got_column, line, column);
}

static void test_locate(void **state)
{
	(void)state;
	at("abc", 1, 1, 1);
	at("abc", 3, 1, 3);
	at("a\nbc", 3, 2, 1);
	at("a\nbc", 4, 2, 2);
	at("\xC3\xA4\xE2\x82\xAC\nx\xC3\xB6y", 6, 2, 3);
	at("abc", 100, 1, 4);
}

/* Whatever the bytes, it ends and its statements lie in the text. */
static void test_any_bytes(void **state)
{
	(void)state;
	static const char alphabet[] = "'\"$\\;-*/()bBeEgGiInNcCoOpPyY \nstd.$a1\xC3\xA4";
	unsigned seed = 1;
	for (int round = 0; round < 20000; round++) {
		char sql[64];
		size_t length = 0;
		for (; length < sizeof sql - 1; length++) {
			seed = seed * 1103515245u + 12345u;
			sql[length] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
		}
		sql[length] = '\0';
		struct seed_scan scan = scanned(sql);
		for (int i = 0; i < scan.statement_count; i++)
			assert_true(scan.statements[i].offset < length);
		seed_scan_done(&scan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statements),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_psql),
	    cmocka_unit_test(test_transactions),
	    cmocka_unit_test(test_mark),
	    cmocka_unit_test(test_locate),
	    cmocka_unit_test(test_any_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
