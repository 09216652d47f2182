/* Verdicts from facts that are put there by hand: each trouble its own sentence, nothing when nothing is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/backup/backup.h"
#include "pgtend/core/mem.h"
#include "pgtend/restore/act.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"
#include "pgtend/migrate/migrate.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/timescale/shapes.h"

struct fixture {
	struct loop *loop;
	struct config *config;
	struct fleet *fleet;
	struct database *core;
	struct health health;
};

static int setup(void **state)
{
	static struct fixture fixture;
	struct err err = {0};
	fixture = (struct fixture){.loop = loop_new()};
	fixture.config = config_from_text("pgtend.ini",
		"[database core]\nurl = postgresql://u@127.0.0.1:5999/atriz_core\nbackup = daily\n"
		"[pooler main]\nhost = 127.0.0.1\nport = 6432\n[threshold]\nblocked_warn = 20s\n",
		&err);
	assert_non_null(fixture.config);
	fixture.fleet = fleet_new(fixture.loop, fixture.config, NULL, &err);
	assert_non_null(fixture.fleet);
	fixture.core = fixture.fleet->databases[0];
	fixture.core->server->is_known = true;
	fixture.core->server->has[CAP_ACTIVITY] = true;
	fixture.core->response_ms = 1;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	health_done(&fixture->health);
	fleet_free(fixture->fleet);
	config_free(fixture->config);
	loop_free(fixture->loop);
	return 0;
}

static struct table *put(struct facts *facts, const struct table_shape *shape)
{
	struct table *table = table_new(shape);
	table_add_row(table);
	facts_put(facts, table, 1);
	return table;
}

static const char *judged(struct fixture *f)
{
	health_done(&f->health);
	f->health.reasons = (struct words){0};
	health_judge(f->fleet, f->core, &f->health);
	return f->health.reasons.count > 0 ? f->health.reasons.v[0] : "";
}

static void nothing_wrong_is_ok(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->server->facts[FACT_DATABASES], &databases_shape);
	table_set_text(row, 0, "dbname", "atriz_core");
	table_set_int(row, 0, "backends", 10);
	table_set_int(row, 0, "max_connections", 100);
	assert_string_equal(judged(f), "");
	assert_int_equal(f->health.verdict, VERDICT_OK);
}

static void an_unasked_database_is_unknown(void **state)
{
	struct fixture *f = *state;
	f->core->server->is_known = false;
	f->core->response_ms = -1;
	judged(f);
	assert_int_equal(f->health.verdict, VERDICT_UNKNOWN);
}

static void an_unreachable_server_is_critical(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	(void)err_set(&err, ERR_UNREACHABLE, "127.0.0.1:5999: connection refused");
	facts_fail(&f->core->server->facts[FACT_DATABASES], &err);
	assert_string_equal(judged(f), "127.0.0.1:5999: connection refused");
	assert_int_equal(f->health.verdict, VERDICT_CRIT);
}

static void connections_warn_and_then_alarm(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->server->facts[FACT_DATABASES], &databases_shape);
	table_set_text(row, 0, "dbname", "atriz_core");
	table_set_int(row, 0, "max_connections", 100);
	static const struct { int used; enum verdict verdict; } steps[] = {{79, VERDICT_OK}, {80, VERDICT_WARN}, {95, VERDICT_CRIT}};
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		table_set_int(row, 0, "backends", steps[i].used);
		judged(f);
		assert_int_equal(f->health.verdict, steps[i].verdict);
	}
}

static void a_long_wait_names_who_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->server->facts[FACT_DATABASES], &databases_shape);
	table_set_text(row, 0, "dbname", "atriz_core");
	table_set_int(row, 0, "blocked_pid", 4711);
	table_set_text(row, 0, "blocked_by", "4712");
	table_set_real(row, 0, "blocked_s", 19);
	assert_string_equal(judged(f), ""); /* the configuration says 20 s, not the default's 10 */
	table_set_real(row, 0, "blocked_s", 21);
	assert_string_equal(judged(f), "pid 4711 has waited 21s for a lock of 4712");
	assert_int_equal(f->health.verdict, VERDICT_WARN);
	table_set_real(row, 0, "blocked_s", 301);
	judged(f);
	assert_int_equal(f->health.verdict, VERDICT_CRIT);
}

static void late_retention_is_critical_and_says_why(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_CHUNKS], &chunks_shape);
	table_set_text(row, 0, "name", "location_events");
	table_set_int(row, 0, "late_chunks", 37);
	table_set_real(row, 0, "late_s", 187200);
	table_set_int(row, 0, "late_bytes", INT64_C(81) << 30);
	table_set_text(row, 0, "cause", "job 1000 is paused");
	assert_string_equal(judged(f), "retention of location_events late by 2d 4h, 37 chunks, 81 GB: job 1000 is paused");
	assert_int_equal(f->health.verdict, VERDICT_CRIT);
	table_set_int(row, 0, "late_chunks", 1);
	assert_string_equal(judged(f), "retention of location_events late by 2d 4h, 1 chunk, 81 GB: job 1000 is paused");
}

static void a_backup_ages_by_its_policy(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_BACKUP], &backup_shape);
	table_set_text(row, 0, "policy", "daily");
	assert_non_null(strstr(judged(f), "no backup yet"));
	table_set_real(row, 0, "age_s", 25 * 3600);
	assert_string_equal(judged(f), "");
	table_set_real(row, 0, "age_s", 27 * 3600);
	assert_non_null(strstr(judged(f), "policy is daily"));
	assert_int_equal(f->health.verdict, VERDICT_WARN);
	table_set_text(row, 0, "policy", "none");
	assert_string_equal(judged(f), "");
}

static void a_backup_that_does_not_count_is_told(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_BACKUP], &backup_shape);
	table_set_text(row, 0, "policy", "daily");
	table_set_text(row, 0, "newer_trouble", "core-20261121T023000Z is no backup: the dump has 12 bytes less than its manifest says");
	assert_non_null(strstr(judged(f), "no good backup, though the policy is daily: core-20261121T023000Z is no backup"));
	assert_int_equal(f->health.verdict, VERDICT_CRIT);
	table_set_real(row, 0, "age_s", 20 * 3600);
	assert_string_equal(judged(f), "a newer backup does not count: core-20261121T023000Z is no backup: the dump has 12 bytes less than its manifest says");
	assert_int_equal(f->health.verdict, VERDICT_WARN);
}

static void a_copy_that_failed_is_told(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_BACKUP], &backup_shape);
	table_set_text(row, 0, "policy", "daily");
	table_set_real(row, 0, "age_s", 3600);
	table_set_text(row, 0, "after_trouble", "core-20261121T023000Z: after_backup failed 2 times: ended with status 1");
	assert_string_equal(judged(f), "of the backup core-20261121T023000Z: after_backup failed 2 times: ended with status 1");
	assert_int_equal(f->health.verdict, VERDICT_WARN);
}

static void a_backup_that_lost_half_is_told(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_BACKUP], &backup_shape);
	table_set_text(row, 0, "policy", "daily");
	table_set_real(row, 0, "age_s", 3600);
	table_set_int(row, 0, "before_bytes", 100 << 20);
	table_set_int(row, 0, "size_bytes", 60 << 20);
	assert_string_equal(judged(f), "");
	table_set_int(row, 0, "size_bytes", 49 << 20);
	assert_string_equal(judged(f), "the newest backup has 49 MB, the one before it 100 MB");
	assert_int_equal(f->health.verdict, VERDICT_WARN);
	table_set_int(row, 0, "size_bytes", 300 << 20);
	assert_string_equal(judged(f), "");
}

static void a_server_that_cannot_be_dumped_is_named(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_BACKUP], &backup_shape);
	struct server *server = f->core->server;
	table_set_text(row, 0, "policy", "weekly");
	server->lacks[CAP_DUMP] = mem_copy("this server is PGlite: pg_dump cannot read it");
	assert_non_null(strstr(judged(f), "no backup, though the policy is weekly: this server is PGlite: pg_dump cannot read it"));
}

static void pending_files_are_no_trouble_and_lost_ones_are(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_MIGRATIONS], &migrations_shape);
	table_set_text(row, 0, "name", "1_a");
	table_set_text(row, 0, "state", "pending");
	assert_string_equal(judged(f), "");
	table_set_text(row, 0, "state", "missing");
	assert_non_null(strstr(judged(f), "migration 1_a: missing"));
}

static void migrations_that_cannot_be_read_are_a_trouble(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	assert_string_equal(judged(f), "");
	(void)err_set(&err, ERR_CONFIG, "migrations/core: No such file or directory");
	facts_fail(&f->core->facts[FACT_MIGRATIONS], &err);
	assert_string_equal(judged(f), "migrations: migrations/core: No such file or directory");
	assert_int_equal(f->health.verdict, VERDICT_WARN);
}

static void an_interrupted_restore_is_told(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_RESTORES], &restores_shape);
	table_set_text(row, 0, "dbname", "pgtend_restore_core_0123abcd");
	table_set_int(row, 0, "is_running", 1);
	table_set_text(row, 0, "words", "a restore of core is at work in pgtend_restore_core_0123abcd");
	assert_string_equal(judged(f), "");
	assert_int_equal(f->health.verdict, VERDICT_OK);
	table_set_int(row, 0, "is_running", 0);
	table_set_text(row, 0, "words", "pgtend_restore_core_0123abcd was left half filled by an interrupted restore");
	table_set_text(row, 0, "mend", "pgtend restore core --drop");
	assert_string_equal(judged(f), "pgtend_restore_core_0123abcd was left half filled by an interrupted restore");
	assert_int_equal(f->health.verdict, VERDICT_WARN);
}

static void dead_rows_count_only_in_large_tables(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->core->facts[FACT_DEAD_ROWS], &dead_rows_shape);
	table_set_text(row, 0, "schema", "public");
	table_set_text(row, 0, "name", "users");
	table_set_int(row, 0, "rows", 10);
	table_set_int(row, 0, "dead", 9000);
	assert_string_equal(judged(f), "");
	table_set_int(row, 0, "rows", 10000);
	table_set_int(row, 0, "dead", 30000);
	assert_string_equal(judged(f), "public.users: 75% of its rows are dead");
}

static void waiting_clients_of_a_pool_are_seen(void **state)
{
	struct fixture *f = *state;
	struct table *row = put(&f->fleet->poolers[0]->facts[FACT_POOLS], &pools_shape);
	table_set_text(row, 0, "database", "atriz_core");
	table_set_int(row, 0, "cl_waiting", 3);
	table_set_real(row, 0, "maxwait_s", 2);
	assert_non_null(strstr(judged(f), "3 clients wait for a connection of pooler main"));
	assert_int_equal(f->health.verdict, VERDICT_WARN);
}

static void the_overview_counts_and_gives_rates(void **state)
{
	struct fixture *f = *state;
	struct facts *facts = &f->core->server->facts[FACT_DATABASES];
	struct table *row = put(facts, &databases_shape);
	table_set_text(row, 0, "dbname", "atriz_core");
	table_set_int(row, 0, "commits", 100);
	row = put(facts, &databases_shape);
	table_set_text(row, 0, "dbname", "atriz_core");
	table_set_int(row, 0, "commits", 300);
	table_set_int(row, 0, "size_bytes", 48 << 20);
	facts->before_us = facts->taken_us - 2000000;
	struct table *files = put(&f->core->facts[FACT_MIGRATIONS], &migrations_shape);
	table_set_text(files, 0, "state", "pending");
	table_set_text(files, 0, "dialect", "plain");
	struct table *overview = health_overview(f->fleet, f->fleet->databases, 1);
	assert_int_equal(table_rows(overview), 1);
	assert_int_equal(table_get_int(overview, 0, "size_bytes", 0), 48 << 20);
	assert_true(table_get_real(overview, 0, "transactions_per_s", 0) > 99.9);
	assert_true(table_get_real(overview, 0, "transactions_per_s", 0) < 100.1);
	assert_int_equal(table_get_int(overview, 0, "migrations.pending", -1), 1);
	assert_int_equal(table_get_int(overview, 0, "migrations.applied", -1), 0);
	assert_string_equal(table_get_text(overview, 0, "health.verdict"), "ok");
	table_free(overview);
	/* Statistics that were reset give no rate at all. */
	table_set_int(facts->table, 0, "commits", 5);
	overview = health_overview(f->fleet, f->fleet->databases, 1);
	assert_false(table_get(overview, 0, "transactions_per_s")->has_value);
	table_free(overview);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_wrong_is_ok),
		TEST(an_unasked_database_is_unknown),
		TEST(an_unreachable_server_is_critical),
		TEST(connections_warn_and_then_alarm),
		TEST(a_long_wait_names_who_is_waited_for),
		TEST(late_retention_is_critical_and_says_why),
		TEST(a_backup_ages_by_its_policy),
		TEST(a_backup_that_does_not_count_is_told),
		TEST(a_copy_that_failed_is_told),
		TEST(a_backup_that_lost_half_is_told),
		TEST(a_server_that_cannot_be_dumped_is_named),
		TEST(pending_files_are_no_trouble_and_lost_ones_are),
		TEST(migrations_that_cannot_be_read_are_a_trouble),
		TEST(an_interrupted_restore_is_told),
		TEST(dead_rows_count_only_in_large_tables),
		TEST(waiting_clients_of_a_pool_are_seen),
		TEST(the_overview_counts_and_gives_rates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
