/* Whose pool is whose, what all of them may open, and what applications have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/fleet/pools.h"
#include "pgtend/probes/shapes.h"

struct fixture {
	struct loop *loop;
	struct config *config;
	struct fleet *fleet;
	struct table *pools;
};

static const char ini[] =
	"[database core]\nurl = postgresql://u@127.0.0.1:5999/atriz_core\napplications = api:20, node worker : 5\n"
	"[database direct]\nurl = postgresql://u@127.0.0.1:5998/atriz_direct\napplications = api:7\n"
	"[database through]\nurl = postgresql://u@127.0.0.1:6432/alias\npooler = main\n"
	"[pooler main]\nurl = postgresql://u@127.0.0.1:6432/pgbouncer\nfor = core, through\n";

static int setup(void **state)
{
	static struct fixture f;
	struct err err = {0};
	f = (struct fixture){.loop = loop_new(), .config = config_from_text("pgtend.ini", ini, &err)};
	assert_non_null(f.config);
	f.fleet = fleet_new(f.loop, f.config, NULL, &err);
	assert_non_null(f.fleet);
	f.pools = table_new(&pools_shape);
	facts_put(&f.fleet->poolers[0]->facts[FACT_POOLS], f.pools, 1);
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

static int pool(struct fixture *f, const char *name, const char *behind, const char *user, int64_t size)
{
	int row = table_add_row(f->pools);
	table_set_text(f->pools, row, "database", name);
	table_set_text(f->pools, row, "server_database", behind);
	table_set_text(f->pools, row, "user", user);
	table_set_text(f->pools, row, "server_host", "db1:5432");
	table_set_int(f->pools, row, "pool_size", size);
	return row;
}

static bool leads(struct fixture *f, int row, int database)
{
	return pool_is_of(f->fleet->poolers[0], f->pools, row, f->fleet->databases[database]);
}

static void a_pool_leads_where_the_configuration_and_the_names_say(void **state)
{
	struct fixture *f = *state;
	int core = pool(f, "core_rw", "atriz_core", "u", 5), alias = pool(f, "alias", "atriz_core", "u", 5), other = pool(f, "atriz_direct", "atriz_direct", "u", 5);
	assert_true(leads(f, core, 0));   /* by the database behind it */
	assert_true(leads(f, alias, 0));
	assert_true(leads(f, alias, 2));  /* its address names the pool */
	assert_false(leads(f, core, 2));
	assert_false(leads(f, other, 1)); /* the pooler is not for it */
}

static void what_all_may_open_is_summed_within_the_limits(void **state)
{
	struct fixture *f = *state;
	struct pool_demand demand;
	int a = pool(f, "atriz_core", "atriz_core", "api", 20), b = pool(f, "atriz_core", "atriz_core", "worker", 20), c = pool(f, "other", "other", "api", 8);
	table_set_int(f->pools, a, "reserve_size", 5);
	table_set_int(f->pools, b, "reserve_size", 5);
	pool_demand_of(f->fleet, f->fleet->databases[0], &demand);
	assert_int_equal(demand.pooled, 58);
	assert_int_equal(demand.pools, 3);
	assert_int_equal(demand.applications, 0); /* they go through the pooler */
	assert_int_equal(demand.most, 0);
	table_set_int(f->pools, a, "database_most", 30);
	table_set_int(f->pools, b, "database_most", 30);
	pool_demand_of(f->fleet, f->fleet->databases[0], &demand);
	assert_int_equal(demand.pooled, 38);
	/* another server's pools are none of this one's */
	table_set_text(f->pools, c, "server_host", "db2:5432");
	pool_demand_of(f->fleet, f->fleet->databases[0], &demand);
	assert_int_equal(demand.pooled, 30);
	pool_demand_of(f->fleet, f->fleet->databases[1], &demand);
	assert_int_equal(demand.pooled, 0);
	assert_int_equal(demand.applications, 7);
}

static void reserved_connections_are_nobodys(void **state)
{
	struct fixture *f = *state;
	struct pool_demand demand;
	struct table *server = table_new(&server_shape);
	table_add_row(server);
	table_set_int(server, 0, "max_connections", 100);
	table_set_int(server, 0, "reserved_connections", 3);
	facts_put(&f->fleet->databases[0]->server->facts[FACT_SERVER], server, 1);
	pool_demand_of(f->fleet, f->fleet->databases[0], &demand);
	assert_int_equal(demand.most, 97);
}

static void session(struct table *table, int64_t pid, const char *application, const char *state)
{
	int row = table_add_row(table);
	table_set_int(table, row, "pid", pid);
	table_set_text(table, row, "database", "atriz_direct");
	table_set_text(table, row, "application", application);
	table_set_text(table, row, "backend_type", "client backend");
	if (state)
		table_set_text(table, row, "state", state);
	else
		table_set_missing(table, row, "state", MISSING_PRIVILEGE);
}

static void applications_are_counted_against_their_maximum(void **state)
{
	struct fixture *f = *state;
	struct table *activity = table_new(&activity_shape);
	facts_put(&f->fleet->databases[1]->server->facts[FACT_ACTIVITY], activity, 1);
	session(activity, 1, "api", "active");
	session(activity, 2, "api", "idle");
	session(activity, 3, "api", "idle in transaction (aborted)");
	session(activity, 4, "psql", NULL);
	session(activity, 5, "api", "active");
	table_set_text(activity, 4, "backend_type", "parallel worker");
	session(activity, 6, "pgtend", "idle");
	session(activity, 7, "pgtend vacuum", "active");
	struct table *table = application_pools(f->fleet, f->fleet->databases[1]);
	assert_int_equal(table_rows(table), 2);
	assert_string_equal(table_get_text(table, 0, "application"), "api");
	assert_int_equal(table_get_int(table, 0, "most", 0), 7);
	assert_int_equal(table_get_int(table, 0, "total", 0), 3);
	assert_int_equal(table_get_int(table, 0, "active", 0), 1);
	assert_int_equal(table_get_int(table, 0, "idle", 0), 1);
	assert_int_equal(table_get_int(table, 0, "idle_in_transaction", 0), 1);
	assert_int_equal(table_get(table, 0, "waiting")->missing, MISSING_UNSUPPORTED);
	assert_true(table_get_real(table, 0, "used_ratio", 0) > 0.28 && table_get_real(table, 0, "used_ratio", 0) < 0.29);
	/* of a session that this role may not see it is known that it is there */
	assert_int_equal(table_get_int(table, 1, "total", 0), 1);
	assert_int_equal(table_get(table, 1, "active")->missing, MISSING_PRIVILEGE);
	table_free(table);
}

static void an_application_has_a_name_and_a_number(void **state)
{
	(void)state;
	int64_t most = 0;
	char *name = config_application("PostgreSQL JDBC Driver : 20", &most);
	assert_string_equal(name, "PostgreSQL JDBC Driver");
	assert_int_equal(most, 20);
	mem_free(name);
	name = config_application("a:b:3", &most);
	assert_string_equal(name, "a:b");
	mem_free(name);
	static const char *const bad[] = {"api", "api:", ":3", "api:0", "api:-1", "api:x", "", "api:99999999"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_null(config_application(bad[i], &most));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_pool_leads_where_the_configuration_and_the_names_say, setup, teardown),
		cmocka_unit_test_setup_teardown(what_all_may_open_is_summed_within_the_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(reserved_connections_are_nobodys, setup, teardown),
		cmocka_unit_test_setup_teardown(applications_are_counted_against_their_maximum, setup, teardown),
		cmocka_unit_test(an_application_has_a_name_and_a_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
