/* What follows from the facts about indexes: on several servers of one cluster, and in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/fleet/indexes.h"
#include "pgtend/probes/shapes.h"

struct fixture {
	struct loop *loop;
	struct config *config;
	struct fleet *fleet;
	struct table *primary, *standby;
};

static const int64_t now_us = 1800000000000000, day_us = 86400000000;

static struct table *put(struct database *database)
{
	struct table *table = table_new(&indexes_shape);
	int row = table_add_row(table);
	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "table", "users");
	table_set_text(table, row, "name", "by_name");
	table_set_int(table, row, "oid", 77);
	table_set_int(table, row, "size_bytes", 50 << 20);
	table_set_int(table, row, "scans", 0);
	table_set_int(table, row, "is_valid", true);
	table_set_int(table, row, "stats_since", now_us - 40 * day_us);
	facts_put(&database->facts[FACT_INDEXES], table, 1);
	database->facts[FACT_INDEXES].taken_us = now_us;
	return table;
}

static int setup(void **state)
{
	static struct fixture f;
	struct err err = {0};
	f = (struct fixture){.loop = loop_new()};
	f.config = config_from_text("pgtend.ini",
		"[database core]\nurl = postgresql://u@127.0.0.1:5998/core\n[database copy]\nurl = postgresql://u@127.0.0.1:5999/core\n", &err);
	assert_non_null(f.config);
	f.fleet = fleet_new(f.loop, f.config, NULL, &err);
	assert_non_null(f.fleet);
	for (int i = 0; i < 2; i++)
		f.fleet->servers[i]->system_identifier = mem_copy("7000");
	f.fleet->databases[1]->server->is_in_recovery = true;
	f.primary = put(f.fleet->databases[0]);
	f.standby = put(f.fleet->databases[1]);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	fleet_free(f->fleet);
	config_free(f->config);
	loop_free(f->loop);
	return 0;
}

static void has_advice(const struct fixture *f, const char *wanted)
{
	struct table *table = indexes_of(f->fleet, f->fleet->databases[0]);
	const char *advice = table_get_text(table, 0, "advice");
	if (wanted == NULL)
		assert_null(advice);
	else
		assert_string_equal(advice, wanted);
	table_free(table);
}

static void nobody_scans_it(void **state)
{
	has_advice(*state, "not scanned in 5w, on no server of its cluster that pgtend.ini knows");
}

static void a_standby_scans_it(void **state)
{
	struct fixture *f = *state;
	table_set_int(f->standby, 0, "scans", 12);
	struct table *table = indexes_of(f->fleet, f->fleet->databases[0]);
	assert_int_equal(table_get_int(table, 0, "standby_scans", -1), 12);
	assert_int_equal(table_get_int(table, 0, "is_unused", -1), false);
	assert_null(table_get_text(table, 0, "advice"));
	table_free(table);
}

/* The same numbers on another cluster say nothing. */
static void a_stranger_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct server *other = f->fleet->databases[1]->server;
	table_set_int(f->standby, 0, "scans", 12);
	mem_free(other->system_identifier);
	other->system_identifier = mem_copy("8000");
	assert_false(indexes_is_twin(f->fleet->databases[0], f->fleet->databases[1]));
	has_advice(f, "not scanned in 5w");
}

static void standbys_that_nobody_knows(void **state)
{
	struct fixture *f = *state;
	table_set_int(f->primary, 0, "unseen_standbys", 2); /* as the primary counts them: the one that is known is among them */
	has_advice(f, "not scanned in 5w, on no server of its cluster that pgtend.ini knows (1 standby that is not in pgtend.ini may scan it)");
}

static void small_young_or_needed(void **state)
{
	struct fixture *f = *state;
	table_set_int(f->primary, 0, "size_bytes", 5 << 20);
	has_advice(f, NULL);
	table_set_int(f->primary, 0, "size_bytes", 50 << 20);
	table_set_int(f->primary, 0, "stats_since", now_us - 29 * day_us);
	has_advice(f, NULL);
	table_set_int(f->primary, 0, "stats_since", now_us - 40 * day_us);
	table_set_int(f->primary, 0, "is_unique", true);
	has_advice(f, NULL);
}

static void invalid_duplicate_and_full_of_air(void **state)
{
	struct fixture *f = *state;
	table_set_text(f->primary, 0, "duplicate_of", "by_name_2");
	table_set_text(f->primary, 0, "duplicate_kind", "same");
	table_set_int(f->primary, 0, "bloat_bytes", (int64_t)200 << 20);
	table_set_real(f->primary, 0, "bloat_ratio", 0.6);
	has_advice(f, "by_name_2 does the same; drop this one; about 60% of it (200 MB) is air; reindex it concurrently");
	table_set_text(f->primary, 0, "duplicate_of", NULL);
	table_set_real(f->primary, 0, "bloat_ratio", 0.4);
	table_set_int(f->primary, 0, "is_valid", false);
	has_advice(f, "invalid: its concurrent build failed; no query uses it, every write pays for it; reindex or drop it");
	table_set_text(f->primary, 0, "name", "by_name_ccnew1");
	has_advice(f, "invalid: left over by a REINDEX CONCURRENTLY that failed; drop it");
	table_set_text(f->primary, 0, "name", "by_name_ccold");
	has_advice(f, "invalid: the old one of a REINDEX CONCURRENTLY whose end failed; drop it");
	table_set_text(f->primary, 0, "name", "by_name_ccnews");
	table_set_int(f->primary, 0, "parts", 3);
	has_advice(f, "invalid: not every partition has a valid one yet; build those, then ALTER INDEX ... ATTACH PARTITION");
	table_set_int(f->primary, 0, "is_building", true);
	has_advice(f, "being built");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_scans_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_standby_scans_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stranger_does_not_count, setup, teardown),
		cmocka_unit_test_setup_teardown(standbys_that_nobody_knows, setup, teardown),
		cmocka_unit_test_setup_teardown(small_young_or_needed, setup, teardown),
		cmocka_unit_test_setup_teardown(invalid_duplicate_and_full_of_air, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
