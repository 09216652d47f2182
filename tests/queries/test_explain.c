/* What may be explained, and what is asked of slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/queries/explain.h"
#include "pgtend/queries/slow.h"

static const char *refusal(const char *sql, bool is_analyze)
{
	static struct err err;
	err = (struct err){0};
	return explain_check(sql, is_analyze, &err) ? "" : err.text;
}

static void one_statement_with_a_plan_is_taken(void **state)
{
	(void)state;
	static const char *const good[] = {"select 1", "select 1;", " -- why\n select ';' ; ", "values (1)", "table t", "with x as (select 1) select * from x",
		"(select 1) union select 2", "select $$;$$"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_string_equal(refusal(good[i], false), "");
		assert_string_equal(refusal(good[i], true), "");
	}
}

static void what_writes_is_planned_and_never_run(void **state)
{
	(void)state;
	static const char *const writes[] = {"insert into t values (1)", "update t set a = 1", "delete from t", "create table x as select 1", "select 1 into x",
		"merge into t using u on t.a = u.a when matched then delete"};
	for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
		assert_string_equal(refusal(writes[i], false), "");
		assert_non_null(strstr(refusal(writes[i], true), "runs only what reads"));
	}
}

static void several_or_none_are_refused(void **state)
{
	(void)state;
	assert_string_equal(refusal("select 1; drop table t", true), "these are 2 statements: one at a time has a plan");
	assert_string_equal(refusal("select 1; commit; drop table t", false), "these are 3 statements: one at a time has a plan");
	assert_string_equal(refusal("", false), "there is no statement to explain");
	assert_string_equal(refusal(" ; ;", false), "there is no statement to explain");
	assert_string_equal(refusal("-- nothing", false), "there is no statement to explain");
}

static void what_has_no_plan_is_refused(void **state)
{
	(void)state;
	static const char *const without[] = {"vacuum", "begin", "set x = 1", "do $$begin end$$", "copy t to stdout", "call p()", "lock t", "prepare x as select 1",
		"execute x"};
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
		assert_non_null(strstr(refusal(without[i], true), "no plan"));
	assert_non_null(strstr(refusal("explain select 1", false), "give the statement alone"));
	assert_non_null(strstr(refusal("explain analyze delete from t", false), "give the statement alone"));
	/* an option of EXPLAIN in front of the statement would be one of ours */
	assert_string_not_equal(refusal("(analyze) delete from t", false), "");
	assert_string_not_equal(refusal("analyze delete from t", false), "");
	assert_string_not_equal(refusal("selec 1", false), "");
}

static void parameters_are_counted_where_they_are_code(void **state)
{
	(void)state;
	assert_int_equal(explain_parameters("select * from t where a = $1 and b in ($2, $3)"), 3);
	assert_int_equal(explain_parameters("select '$1', $a$ $2 $a$, \"$3\" -- $4\n from t"), 0);
	assert_int_equal(explain_parameters("select a$1 from t"), 0);
	assert_int_equal(explain_parameters("select $10 + $9"), 10);
	assert_int_equal(explain_parameters("select 1"), 0);
	assert_non_null(strstr(refusal("select $1", false), "$1 where a value should stand"));
}

static void a_number_is_a_statement_of_pg_stat_statements(void **state)
{
	(void)state;
	assert_true(explain_is_query_id("-8265703238678934885"));
	assert_true(explain_is_query_id("42"));
	assert_false(explain_is_query_id("select 1"));
	assert_false(explain_is_query_id(""));
	assert_false(explain_is_query_id("99999999999999999999"));
}

static const char *slow(const char *wanted)
{
	static char text[64];
	struct err err = {0};
	char *value = NULL;
	bool is_reset = false;
	if (!slow_parse(wanted, &value, &is_reset, &err))
		return err.kind == ERR_USAGE ? "refused" : "?";
	snprintf(text, sizeof text, "%s", is_reset ? "reset" : value);
	mem_free(value);
	return text;
}

static void slow_takes_milliseconds_durations_off_and_reset(void **state)
{
	(void)state;
	assert_string_equal(slow("250"), "250");
	assert_string_equal(slow("250ms"), "250");
	assert_string_equal(slow("2s"), "2000");
	assert_string_equal(slow("1 min"), "60000");
	assert_string_equal(slow("0"), "0");
	assert_string_equal(slow("off"), "-1");
	assert_string_equal(slow("reset"), "reset");
	assert_string_equal(slow("-5"), "refused");
	assert_string_equal(slow("99999999999"), "refused");
	assert_string_equal(slow("soon"), "refused");
	assert_string_equal(slow("250; drop table t"), "refused");
	assert_string_equal(slow(""), "refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_statement_with_a_plan_is_taken),
		cmocka_unit_test(what_writes_is_planned_and_never_run),
		cmocka_unit_test(several_or_none_are_refused),
		cmocka_unit_test(what_has_no_plan_is_refused),
		cmocka_unit_test(parameters_are_counted_where_they_are_code),
		cmocka_unit_test(a_number_is_a_statement_of_pg_stat_statements),
		cmocka_unit_test(slow_takes_milliseconds_durations_off_and_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
