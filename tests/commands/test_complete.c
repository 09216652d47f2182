/* Candidates and hints for the word under the cursor. */
#include "fixture.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
	(void)state;
	return make_fleet(THREE_DATABASES "[alias]\nstj = status --format json\n");
}

/* The candidates for the end of the line, joined by blanks. Caller frees. */
static char *complete(const char *line)
{
	struct words candidates = {0};
	char *hint = NULL;
	command_complete(fleet, line, (int)strlen(line), &candidates, &hint);
	assert_non_null(hint);
	char *joined = words_join(&candidates, " ");
	words_done(&candidates);
	mem_free(hint);
	return joined;
}

static void expect(const char *line, const char *wanted)
{
	char *got = complete(line);
	if (strcmp(got, wanted) != 0)
		fail_msg("'%s' gives '%s', wanted '%s'", line, got, wanted);
	mem_free(got);
}

static void expect_hint(const char *line, const char *wanted)
{
	struct words candidates = {0};
	char *hint = NULL;
	command_complete(fleet, line, (int)strlen(line), &candidates, &hint);
	if (strstr(hint, wanted) == NULL)
		fail_msg("'%s' hints '%s', wanted '%s'", line, hint, wanted);
	words_done(&candidates);
	mem_free(hint);
}

static void verbs_and_aliases(void **state)
{
	(void)state;
	expect("st", "statements status stj");
	expect("unl", "unlock");
	expect("zzz", "");
	char *all = complete("");
	assert_non_null(strstr(all, "migrate"));
	/* Once, however many subverbs it has. */
	assert_null(strstr(strstr(all, "migrate") + 1, "migrate"));
	mem_free(all);
}

static void subverbs(void **state)
{
	(void)state;
	expect("migrate u", "up");
	expect("sandbox ", "destroy down incident load mend status up");
	expect("migrate mark a", "applied");
	expect("help migrate d", "down");
	expect("help unl", "unlock");
}

static void items_and_lists_of_them(void **state)
{
	(void)state;
	expect("check ret", "retention");
	expect("check retention,co", "retention,compression retention,connections retention,copies");
	expect("check retention,compression,ret", "");
	expect("check retention,jobs t", "tracking");
	expect_hint("check ", "ITEM[,ITEM...]");
}

static void databases(void **state)
{
	(void)state;
	expect("status ", "all core shop tracking");
	expect("status core ", "shop tracking");
	expect("status t", "tracking");
	expect("migrate up c", "core");
	expect("unlock ", "core shop tracking");
	expect("unlock shop ", "");
	expect("audit s", "shop");
	expect("stj t", "tracking");
}

static void options_and_their_values(void **state)
{
	(void)state;
	expect("status --f", "--format");
	expect("status --format ", "csv json table");
	expect("status --format j", "json");
	expect("status --format=c", "--format=csv");
	expect("migrate up core --co", "--confirm --count");
	expect("migrate up core --confirm a", "atriz_core atriz_tracking");
	/* What was given once is not offered again, unless it may be repeated. */
	expect("status --format json --f", "");
	expect("migrate down core --confirm atriz_core --conf", "--confirm");
}

static void an_optional_subverb_stands_beside_databases(void **state)
{
	(void)state;
	expect("vacuum ", "all analyze core full shop tracking");
	expect("vacuum full ", "all core shop tracking");
}

static void quotes_may_still_be_open(void **state)
{
	(void)state;
	expect("status 'co", "core");
	expect("status \"t", "tracking");
}

static void the_cursor_may_stand_inside(void **state)
{
	(void)state;
	struct words candidates = {0};
	command_complete(fleet, "status core", 5, &candidates, NULL);
	assert_int_equal(candidates.count, 1);
	assert_string_equal(candidates.v[0], "status");
	words_done(&candidates);
}

static void tables_known_from_facts(void **state)
{
	(void)state;
	static const struct table_column columns[] = {
	    {"schema", CELL_TEXT, "schema", 0, ""}, {"name", CELL_TEXT, "table", 0, ""}};
	static const struct table_shape shape = {"tables", columns, 2};
	struct table *table = table_new(&shape);
	int row = table_add_row(table);
	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "users");
	row = table_add_row(table);
	table_set_text(table, row, "schema", "app");
	table_set_text(table, row, "name", "users");
	fleet->databases[0]->facts[FACT_TABLES].table = table;
	expect("vacuum core --table ", "app.users public.users users");
	expect("vacuum core --table us", "users");
	expect("vacuum shop --table ", "");
	fleet->databases[0]->facts[FACT_TABLES].table = NULL;
	table_free(table);
}

static void aggregates_and_jobs_known_from_facts(void **state)
{
	(void)state;
	static const struct table_column columns[] = {{"name", CELL_TEXT, "name", 0, ""}, {"job_id", CELL_ID, "job", 0, ""}};
	static const struct table_shape shape = {"facts", columns, 2};
	struct table *table = table_new(&shape);
	for (int i = 0; i < 2; i++) {
		int row = table_add_row(table);
		table_set_text(table, row, "name", i == 0 ? "hourly" : "daily");
		table_set_int(table, row, "job_id", 1000 + i);
	}
	fleet->databases[1]->facts[FACT_AGGREGATES].table = table;
	fleet->databases[1]->facts[FACT_POLICIES].table = table;
	expect("refresh tracking ", "daily hourly");
	expect("refresh tracking h", "hourly");
	expect("refresh tracking hourly ", "");
	expect("refresh core ", "");
	expect("jobs run tracking ", "1000 1001");
	expect("jobs pause tracking 1001", "1001");
	fleet->databases[1]->facts[FACT_AGGREGATES].table = fleet->databases[1]->facts[FACT_POLICIES].table = NULL;
	table_free(table);
}

static void names_of_the_developers_loop(void **state)
{
	(void)state;
	static const struct table_column columns[] = {{"name", CELL_TEXT, "name", 0, ""}, {"kind", CELL_TEXT, "kind", 0, ""}, {"file", CELL_TEXT, "file", 0, ""}};
	static const struct table_shape shape = {"facts", columns, 3};
	static const char *const names[] = {"before_merge", "monday", NULL};
	struct table *table = table_new(&shape);
	for (int i = 0; i < 3; i++) {
		int row = table_add_row(table);
		table_set_text(table, row, "name", names[i]);
		table_set_text(table, row, "kind", i == 0 ? "snapshot" : i == 1 ? "old" : "spare");
		table_set_text(table, row, "file", i == 0 ? "010_users.sql" : "020_orders.csv");
	}
	fleet->databases[0]->facts[FACT_COPIES].table = table;
	fleet->databases[0]->facts[FACT_SEEDS].table = table;
	fleet->databases[0]->facts[FACT_MIGRATIONS].table = table;
	expect("rewind core ", "before_merge");
	expect("rewind core x", "");
	expect("snapshot drop core b", "before_merge");
	expect("diff core bef", "before_merge");
	expect("reset core --to ", "before_merge monday");
	expect("migrate up --to=mon", "--to=monday");
	expect("seed core --only 01", "010_users.sql");
	expect("pitr restore core --to b", "");
	fleet->databases[0]->facts[FACT_COPIES].table = fleet->databases[0]->facts[FACT_SEEDS].table = fleet->databases[0]->facts[FACT_MIGRATIONS].table = NULL;
	table_free(table);
}

static void hints_speak_of_the_argument(void **state)
{
	(void)state;
	expect_hint("", "a verb");
	expect_hint("migrate ", "up");
	expect_hint("migrate up ", "[DATABASE...|all]");
	expect_hint("migrate up --count ", "--count N");
	expect_hint("unlock ", "MINUTES REASON");
	expect_hint("nonsense ", "is no verb");
	expect_hint("statu", "status: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verbs_and_aliases),
	    cmocka_unit_test(subverbs),
	    cmocka_unit_test(items_and_lists_of_them),
	    cmocka_unit_test(databases),
	    cmocka_unit_test(options_and_their_values),
	    cmocka_unit_test(an_optional_subverb_stands_beside_databases),
	    cmocka_unit_test(quotes_may_still_be_open),
	    cmocka_unit_test(the_cursor_may_stand_inside),
	    cmocka_unit_test(tables_known_from_facts),
	    cmocka_unit_test(aggregates_and_jobs_known_from_facts),
	    cmocka_unit_test(names_of_the_developers_loop),
	    cmocka_unit_test(hints_speak_of_the_argument),
	};
	return cmocka_run_group_tests(tests, setup, drop_fleet);
}
