/* Cutting and trees: where statements begin and end, what is newer than the parser, and texts that must not bring it down. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/syntax/parse.h"

static bool is_absent(void)
{
	struct parse parse;
	parse_text("select 1", false, &parse);
	bool is = parse.how == PARSE_ABSENT;
	parse_done(&parse);
	return is;
}

/* The statements' texts with | between. */
static char *joined(const char *sql, const struct parse *parse)
{
	struct text text = {0};
	for (int i = 0; i < parse->count; i++) {
		if (i)
			text_add_char(&text, '|');
		text_add_n(&text, sql + parse->statements[i].begin, parse->statements[i].end - parse->statements[i].begin);
	}
	return text_take(&text);
}

static void test_cut(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		enum parse_how how;
		const char *statements;
	} cases[] = {
	    {"", PARSE_TREE, ""},
	    {" -- nothing\n;;", PARSE_TREE, ""},
	    {"select 1", PARSE_TREE, "select 1"},
	    {"-- a\nselect 1 ; ; /* b */ select 2 ;\n", PARSE_TREE, "select 1|select 2"},
	    {"select ';'; select $a$;$a$", PARSE_TREE, "select ';'|select $a$;$a$"},
	    {"create function f() returns int language sql begin atomic select 1; end; select 2", PARSE_TREE,
	        "create function f() returns int language sql begin atomic select 1; end|select 2"},
	    {"create rule r as on insert to t do also (select 1; select 2); select 3", PARSE_TREE,
	        "create rule r as on insert to t do also (select 1; select 2)|select 3"},
	    {"select '\xC3\xBC'; newer words here; select 2", PARSE_SCANNED, "select '\xC3\xBC'|newer words here|select 2"},
	    /* the scanner sees no keyword in these */
	    {"select 1; frobnicate x; select 2", PARSE_SCANNED, "select 1|frobnicate x|select 2"},
	    {"frobnicate x", PARSE_SCANNED, "frobnicate x"},
	    {"; -- a\nfrobnicate x;", PARSE_SCANNED, "frobnicate x"},
	    {"create schema a create table b(x int) create view c as select 1; newer select", PARSE_SCANNED,
	        "create schema a create table b(x int) create view c as select 1|newer select"},
	    {"create function f() begin atomic select 1; select 2; end; newer select", PARSE_UNCUT, ""},
	    {"select 'open", PARSE_UNCUT, ""},
	    {"select '\xE2", PARSE_UNCUT, ""},
	};
	if (is_absent())
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct parse parse;
		parse_text(cases[i].sql, false, &parse);
		char *statements = joined(cases[i].sql, &parse);
		assert_string_equal(statements, cases[i].statements);
		assert_int_equal(parse.how, cases[i].how);
		assert_int_equal(parse.error != NULL, cases[i].how != PARSE_TREE);
		mem_free(statements);
		parse_done(&parse);
	}
}

static void test_error(void **state)
{
	(void)state;
	struct parse parse;
	const char *sql = "select '\xC3\xBC\xE2\x82\xAC';\nselect (;";
	if (is_absent())
		skip();
	parse_text(sql, false, &parse);
	assert_string_equal(parse.error, "syntax error at or near \";\"");
	assert_int_equal(parse.error_offset, strlen(sql) - 1);
	parse_done(&parse);
	parse_text("select \xFF", false, &parse);
	assert_int_equal(parse.error_offset, 7);
	parse_done(&parse);
	/* What is quoted to the end of a long text is cut, at a whole character. */
	char *open = mem_new(100000);
	memcpy(open, "select 'x", 9);
	for (int i = 9; i + 3 < 99999; i += 3)
		memcpy(open + i, "\xE2\x82\xAC", 3);
	parse_text(open, true, &parse);
	assert_int_equal(parse.how, PARSE_UNCUT);
	assert_true(strlen(parse.error) <= 200 && text_is_valid_utf8(parse.error, strlen(parse.error)));
	parse_done(&parse);
	mem_free(open);
}

static void test_trees(void **state)
{
	(void)state;
	struct parse parse;
	const json_t *fields;
	const char *sql = "-- \xC3\xBC\nalter table a add b int;\nmerge into newer every where;\ndrop table c";
	if (is_absent())
		skip();
	parse_text(sql, true, &parse);
	assert_int_equal(parse.how, PARSE_SCANNED);
	assert_int_equal(parse.count, 3);
	assert_string_equal(parse_node(&parse.statements[0], &fields), "AlterTableStmt");
	json_t *location = json_object_get(json_object_get(fields, "relation"), "location");
	assert_memory_equal(sql + json_integer_value(location), "a add", 5);
	assert_null(parse_node(&parse.statements[1], &fields));
	assert_null(fields);
	assert_string_equal(parse_node(&parse.statements[2], &fields), "DropStmt");
	assert_string_equal(json_string_value(json_object_get(fields, "removeType")), "OBJECT_TABLE");
	parse_done(&parse);
}

static bool is_behind(const char *sql)
{
	return parse_is_behind_data(sql, sql + strlen(sql));
}

static void test_behind_data(void **state)
{
	(void)state;
	assert_true(is_behind("copy a from stdin;\nit's\n\\."));
	assert_true(is_behind("copy a from stdin;\r\n1\r\n\\.\r\n-- x\n/* y */ "));
	assert_false(is_behind("copy a from stdin;\n1\n\\.\n;"));
	assert_false(is_behind("copy a from stdin;\n1\n\\.x\n"));
	assert_false(is_behind("select 1;\n"));
	assert_false(is_behind(""));
	const char *sql = "copy a from stdin;\n\\.\n";
	assert_false(parse_is_behind_data(sql, sql + strlen("copy a from stdin;\n")));
}

static void *parse_deep(void *arg)
{
	struct parse *parse = arg;
	static const char *const units[] = {"+1", "::a", " is null", "[1]", ".a", " or a", ",a", " union select 1"};
	for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
		struct text text = {0};
		text_add(&text, "select a");
		while (text.length < 200000)
			text_add(&text, units[u]);
		text_add(&text, "; drop table x");
		parse_text(text_str(&text), true, parse);
		/* Whether the deep one has a tree or not: the one behind it is there. */
		const json_t *fields;
		if (parse->count != 2 || !parse_node(&parse->statements[1], &fields))
			return text_take(&text);
		parse_done(parse);
		text_done(&text);
	}
	return NULL;
}

/* On the small stack of a task. */
static void test_depth(void **state)
{
	(void)state;
	struct parse parse;
	pthread_attr_t attributes;
	pthread_t thread;
	void *failed = NULL;
	if (is_absent())
		skip();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 512 * 1024);
	assert_int_equal(pthread_create(&thread, &attributes, parse_deep, &parse), 0);
	pthread_join(thread, &failed);
	pthread_attr_destroy(&attributes);
	assert_null(failed);
}

/* A hundred thousand rows: no trees for most, all for what is no data. */
static void test_bulk(void **state)
{
	(void)state;
	struct text text = {0};
	struct parse parse;
	const json_t *fields;
	if (is_absent())
		skip();
	for (int i = 0; i < 100000; i++)
		text_addf(&text, "INSERT INTO t VALUES (%d, 'text of row %d');\n", i, i);
	text_add(&text, "DROP TABLE x;");
	parse_text(text_str(&text), true, &parse);
	assert_int_equal(parse.count, 100001);
	assert_non_null(parse_node(&parse.statements[0], &fields));
	assert_null(parse_node(&parse.statements[99999], &fields));
	assert_string_equal(parse_node(&parse.statements[100000], &fields), "DropStmt");
	parse_done(&parse);
	text_done(&text);
}

static void test_is_code(void **state)
{
	(void)state;
	static const char *const code[] = {"^select", "select 1 ^", "select 1 -- ^ x", "select 'a' ^", "do $$ $$ ^"};
	static const char *const other[] = {"select 'a ^'", "select \"a ^\"", "do $x$ $$ ^ $x$", "/* a /* */ ^ */"};
	if (is_absent())
		skip();
	for (size_t i = 0; i < sizeof code / sizeof code[0]; i++)
		assert_true(parse_is_code(code[i], (size_t)(strchr(code[i], '^') - code[i])));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(parse_is_code(other[i], (size_t)(strchr(other[i], '^') - other[i])));
}

/* Texts cut anywhere and put together wrongly: statements lie within, in order, and do not overlap. */
static void test_anything(void **state)
{
	(void)state;
	static const char *const parts[] = {"create table a (b int)", "alter table a add c text", ";", "'", "$$", "\"", "(", ")",
	    "--", "\n", "/*", "*/", "begin atomic", "end", "\xC3\xBC", "\xC3", "\\", "E'", "select", "frobnicate", "U&\"\\", "1e",
	    ":=", "\x01", "drop", "table", "->", "::", "copy t from stdin;\n1\t2\n\\.\n"};
	unsigned seed = 20261121;
	if (is_absent())
		skip();
	for (int i = 0; i < 4000; i++) {
		struct text text = {0};
		for (int n = rand_r(&seed) % 12; n > 0; n--) {
			const char *part = parts[(size_t)rand_r(&seed) % (sizeof parts / sizeof parts[0])];
			text_add_n(&text, part, rand_r(&seed) % 4 ? strlen(part) : (size_t)rand_r(&seed) % (strlen(part) + 1));
			text_add(&text, " ");
		}
		struct parse parse;
		parse_text(text_str(&text), i % 4 == 0, &parse);
		size_t behind = 0;
		for (int s = 0; s < parse.count; s++) {
			assert_true(parse.statements[s].begin >= behind && parse.statements[s].begin < parse.statements[s].end);
			behind = parse.statements[s].end;
		}
		assert_true(behind <= text.length && parse.error_offset <= text.length);
		parse_done(&parse);
		text_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_error),
	    cmocka_unit_test(test_trees),
	    cmocka_unit_test(test_behind_data), cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_bulk),
	    cmocka_unit_test(test_is_code),
	    cmocka_unit_test(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
