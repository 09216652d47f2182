/* The fleet that a configuration describes: servers shared, names found, order by dependency. No server is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/fleet/fleet.h"

struct fixture {
	struct loop *loop;
	struct config *config;
	struct fleet *fleet;
	struct err err;
};

static void build(struct fixture *fixture, const char *ini)
{
	*fixture = (struct fixture){.loop = loop_new()};
	fixture->config = config_from_text("pgtend.ini", ini, &fixture->err);
	if (fixture->config == NULL)
		print_message("# %s\n", fixture->err.text);
	assert_non_null(fixture->config);
	fixture->fleet = fleet_new(fixture->loop, fixture->config, NULL, &fixture->err);
}

static void done(struct fixture *fixture)
{
	fleet_free(fixture->fleet);
	config_free(fixture->config);
	loop_free(fixture->loop);
}

static const char atriz[] = "[database pshop]\nurl = postgresql://u@127.0.0.1:5999/pshop_db\ndepends = core\n"
							"[database core]\nurl = postgresql://u@127.0.0.1:5999/atriz_core\n"
							"[database tracking]\nurl = postgresql://u@127.0.0.1:6432/atriz_tracking\npooler = transaction\n"
							"[database other]\nurl = postgresql://u@127.0.0.1:6432/other_db\npooler = transaction\n"
							"direct = postgresql://u@127.0.0.1:5999/other_db\n";

static void servers_are_shared_by_address(void **state)
{
	(void)state;
	struct fixture f;
	build(&f, atriz);
	assert_non_null(f.fleet);
	assert_int_equal(f.fleet->database_count, 4);
	assert_int_equal(f.fleet->server_count, 2);
	assert_ptr_equal(f.fleet->databases[0]->server, f.fleet->databases[1]->server);
	assert_ptr_not_equal(f.fleet->databases[2]->server, f.fleet->databases[0]->server);
	/* Behind a pooler the direct address names the server. */
	assert_ptr_equal(f.fleet->databases[3]->server, f.fleet->databases[0]->server);
	assert_int_equal(f.fleet->databases[0]->server->port, 5999);
	done(&f);
}

static void databases_are_found_by_either_name(void **state)
{
	(void)state;
	struct fixture f;
	build(&f, atriz);
	assert_string_equal(fleet_find(f.fleet, "core", &f.err)->dbname, "atriz_core");
	assert_string_equal(fleet_find(f.fleet, "atriz_core", &f.err)->name, "core");
	assert_null(fleet_find(f.fleet, "pshpo", &f.err));
	assert_int_equal(f.err.kind, ERR_USAGE);
	assert_non_null(strstr(f.err.hint, "pshop"));
	done(&f);
}

static void a_name_that_two_sections_share_is_ambiguous(void **state)
{
	(void)state;
	struct fixture f;
	build(&f, "[database a]\nurl = postgresql://u@127.0.0.1:5999/same\n[database b]\nurl = postgresql://u@127.0.0.1:5998/same\n");
	assert_null(fleet_find(f.fleet, "same", &f.err));
	assert_int_equal(f.err.kind, ERR_USAGE);
	assert_non_null(strstr(f.err.text, "[database b]"));
	done(&f);
}

static void dependencies_come_first(void **state)
{
	(void)state;
	struct fixture f;
	build(&f, atriz);
	struct database **order = fleet_in_order(f.fleet);
	assert_string_equal(order[0]->name, "core");
	assert_string_equal(order[1]->name, "pshop");
	mem_free(order);
	done(&f);
}

static void wrong_dependencies_are_refused(void **state)
{
	(void)state;
	static const struct { const char *ini, *text; } wrong[] = {
		{"[database a]\nurl = postgresql://h/a\ndepends = a\n", "itself"},
		{"[database a]\nurl = postgresql://h/a\ndepends = b\n[database b]\nurl = postgresql://h/b\ndepends = a\n", "circle"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct fixture f;
		build(&f, wrong[i].ini);
		assert_null(f.fleet);
		assert_int_equal(f.err.kind, ERR_CONFIG);
		assert_non_null(strstr(f.err.text, wrong[i].text));
		done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_shared_by_address),
		cmocka_unit_test(databases_are_found_by_either_name),
		cmocka_unit_test(a_name_that_two_sections_share_is_ambiguous),
		cmocka_unit_test(dependencies_come_first),
		cmocka_unit_test(wrong_dependencies_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
