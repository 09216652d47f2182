/* Replication, wraparound, sequences and settings, judged by facts made by hand. */
#include "fixture.h"
#include "pgtend/probes/shapes.h"

static const struct finding *judge(struct fixture *f, const char *check)
{
	health_done(&f->health);
	health_check_run(f->fleet, f->tracking, health_check_find(check), &f->health);
	return f->health.finding_count > 0 ? &f->health.findings[0] : NULL;
}

static struct table *row_of(struct fixture *f, enum fact fact, const struct table_shape *shape)
{
	struct table *table = table_new(shape);

	table_add_row(table);
	facts_put((struct facts *)database_facts(f->tracking, fact), table, 1);
	return table;
}

static struct table *slot(struct fixture *f, const char *status, int64_t retained)
{
	struct table *table = row_of(f, FACT_REPLICATION, &replication_shape);

	table_set_text(table, 0, "kind", "slot");
	table_set_text(table, 0, "name", "north");
	table_set_text(table, 0, "state", "inactive");
	table_set_text(table, 0, "wal_status", status);
	table_set_int(table, 0, "retained_bytes", retained);
	return table;
}

static void slots_keep_log_until_they_lose_it(void **state)
{
	static const struct { const char *status; int64_t retained; enum verdict verdict; const char *words; } cases[] = {
		{"reserved", 1 << 20, VERDICT_OK, NULL},
		{"extended", 1 << 20, VERDICT_WARN, "slot north keeps more log than max_wal_size"},
		{"reserved", 11LL << 30, VERDICT_WARN, "slot north, which nobody uses, keeps 11 GB of log"},
		{"extended", 60LL << 30, VERDICT_CRIT, "slot north, which nobody uses, keeps 60 GB of log"},
		{"unreserved", 1 << 20, VERDICT_CRIT, "slot north is about to be lost: the next checkpoint may take its log"},
		{"lost", 0, VERDICT_CRIT, "slot north is lost: the log that its consumer needs is gone, it must begin anew"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		slot(f, cases[i].status, cases[i].retained);
		const struct finding *finding = judge(f, "replication");

		assert_int_equal(finding->verdict, cases[i].verdict);
		if (cases[i].words)
			assert_string_equal(finding->reason, cases[i].words);
		assert_true((finding->mend != NULL) == (cases[i].verdict != VERDICT_OK));
	}
	table_set_text(slot(f, "reserved", 0), 0, "invalidation", "idle_timeout");
	assert_string_equal(judge(f, "replication")->reason, "slot north is of no use any more: idle_timeout");
}

static void a_standby_is_judged_by_its_time(void **state)
{
	struct fixture *f = *state;
	struct table *table = row_of(f, FACT_REPLICATION, &replication_shape);

	table_set_text(table, 0, "kind", "standby");
	table_set_text(table, 0, "name", "second");
	table_set_text(table, 0, "state", "streaming");
	table_set_int(table, 0, "lag_bytes", 5 << 20);
	assert_int_equal(judge(f, "replication")->verdict, VERDICT_OK); /* no time is told: idle, or hidden */
	table_set_real(table, 0, "lag_s", 59);
	assert_int_equal(judge(f, "replication")->verdict, VERDICT_OK);
	table_set_real(table, 0, "lag_s", 90);
	assert_string_equal(judge(f, "replication")->reason, "standby second is 1m behind, 5 MB");
	table_set_real(table, 0, "lag_s", 700);
	assert_int_equal(judge(f, "replication")->verdict, VERDICT_CRIT);
	table_set_text(table, 0, "state", "backup");
	assert_null(judge(f, "replication")); /* pg_basebackup is no standby */
}

static struct table *ages(struct fixture *f, const char *dbname, int64_t age)
{
	struct table *table = row_of(f, FACT_WRAPAROUND, &wraparound_shape);

	struct table *oldest = row_of(f, FACT_OLDEST_TABLES, &oldest_tables_shape);

	table_set_text(oldest, 0, "schema", "shop");
	table_set_text(oldest, 0, "name", "old orders");
	table_set_text(table, 0, "dbname", dbname);
	table_set_int(table, 0, "is_open", strcmp(dbname, "template0") != 0);
	table_set_int(table, 0, "xid_age", age);
	table_set_int(table, 0, "xids_left", 2144483648LL - age);
	table_set_int(table, 0, "freeze_max_age", 200000000);
	table_set_int(table, 0, "multixacts_left", 2144483648LL);
	table_set_int(table, 0, "multixact_freeze_max_age", 400000000);
	return table;
}

static void wraparound_comes_in_steps(void **state)
{
	static const struct { int64_t age; enum verdict verdict; } cases[] = {
		{190000000, VERDICT_OK}, {230000000, VERDICT_OK}, {241000000, VERDICT_WARN}, {2105000000, VERDICT_WARN}, {2135000000, VERDICT_CRIT},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ages(f, "atriz_tracking", cases[i].age);
		assert_int_equal(judge(f, "wraparound")->verdict, cases[i].verdict);
	}
	assert_string_equal(f->health.findings[0].reason, "it has 9.5 M transactions left, then the server takes no more");
	assert_string_equal(f->health.findings[0].mend, "pgtend vacuum tracking --table 'shop.old orders' is first; who holds the xmin horizon holds freezing back");
	ages(f, "postgres", 2135000000);
	assert_string_equal(judge(f, "wraparound")->reason, "database postgres of the same server has 9.5 M transactions left, then the server takes no more");
	assert_string_equal(f->health.findings[0].subject, "postgres");
	assert_string_equal(f->health.findings[0].mend, "vacuum its oldest tables: vacuumdb --freeze postgres");
	ages(f, "template0", 2135000000);
	assert_non_null(strstr(judge(f, "wraparound")->mend, "ALTER DATABASE template0 ALLOW_CONNECTIONS true, then"));
}

static void sequences_end_with_their_column(void **state)
{
	struct fixture *f = *state;
	struct table *table = row_of(f, FACT_SEQUENCES, &sequences_shape);

	table_set_text(table, 0, "schema", "public");
	table_set_text(table, 0, "name", "orders_id_seq");
	table_set_text(table, 0, "column", "orders.id");
	table_set_text(table, 0, "column_type", "integer");
	table_set_real(table, 0, "used", 0.49);
	table_set_int(table, 0, "values_left", 300000000);
	assert_null(judge(f, "sequences"));
	table_set_real(table, 0, "used", 0.79);
	assert_int_equal(judge(f, "sequences")->verdict, VERDICT_OK);
	table_set_real(table, 0, "used", 0.86);
	assert_string_equal(judge(f, "sequences")->reason, "sequence orders_id_seq (orders.id) is used up to 86%: 300 M numbers are left");
	assert_non_null(strstr(f->health.findings[0].mend, "make orders.id a bigint"));
	table_set_real(table, 0, "used", 0.9);
	assert_int_equal(judge(f, "sequences")->verdict, VERDICT_CRIT);
	table_set_int(table, 0, "is_cycle", true);
	assert_null(judge(f, "sequences"));
}

static void settings_are_serious_in_production(void **state)
{
	struct fixture *f = *state;
	struct table *table = row_of(f, FACT_SETTINGS, &settings_shape);

	table_set_text(table, 0, "scope", "server");
	table_set_text(table, 0, "name", "fsync");
	table_set_text(table, 0, "value", "off");
	table_set_text(table, 0, "verdict", "crit");
	table_set_text(table, 0, "concern", "a crash destroys it");
	f->tracking->environment = ENVIRONMENT_DEVELOPMENT;
	assert_int_equal(judge(f, "settings")->verdict, VERDICT_OK);
	assert_string_equal(f->health.findings[0].note, "fsync = off: a crash destroys it");
	f->tracking->environment = ENVIRONMENT_PRODUCTION;
	assert_int_equal(judge(f, "settings")->verdict, VERDICT_CRIT);
	table_set_text(table, 0, "scope", "database another");
	assert_null(judge(f, "settings"));
	table_set_text(table, 0, "scope", "database atriz_tracking");
	assert_int_equal(judge(f, "settings")->verdict, VERDICT_CRIT);
	assert_string_equal(f->health.findings[0].mend, "ALTER DATABASE atriz_tracking RESET fsync; new sessions have the server's value");
}

/* RESET brings the default, which helps only where the default is a good one and the file says nothing else. */
static void what_mends_a_setting(void **state)
{
	static const struct { const char *name, *value, *usual, *source, *context, *mend; } cases[] = {
		{"fsync", "off", "on", "configuration file", "sighup", "ALTER SYSTEM SET fsync = 'on'; select pg_reload_conf()"},
		{"fsync", "off", "on", "command line", "sighup", "fsync stands in the command line that starts the server: take it out there; it takes a restart"},
		{"autovacuum_freeze_max_age", "1500000000", "200000000", "configuration file", "postmaster", "ALTER SYSTEM SET autovacuum_freeze_max_age = '200000000'; it takes a restart"},
		{"ssl", "off", "off", "default", "sighup", "ALTER SYSTEM SET ssl = 'on', with a certificate (ssl_cert_file, ssl_key_file); select pg_reload_conf()"},
		{"password_encryption", "md5", "md5", "default", "user", "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; select pg_reload_conf()"},
	};
	struct fixture *f = *state;
	struct table *table = row_of(f, FACT_SETTINGS, &settings_shape);

	f->tracking->environment = ENVIRONMENT_PRODUCTION;
	table_set_text(table, 0, "scope", "server");
	table_set_text(table, 0, "verdict", "warn");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		table_set_text(table, 0, "name", cases[i].name);
		table_set_text(table, 0, "value", cases[i].value);
		table_set_text(table, 0, "default_value", cases[i].usual);
		table_set_text(table, 0, "source", cases[i].source);
		table_set_text(table, 0, "context", cases[i].context);
		assert_string_equal(judge(f, "settings")->mend, cases[i].mend);
	}
}

static void a_disk_is_serious_in_production(void **state)
{
	struct fixture *f = *state;
	struct table *table = row_of(f, FACT_DISK, &disk_shape);

	table_set_text(table, 0, "location", "/data");
	table_set_int(table, 0, "disk_bytes", 1000LL << 30);
	table_set_int(table, 0, "disk_free_bytes", 100LL << 30);
	table_copy_row(table, table_add_row(table), table, 0); /* the log lies on the same one */
	f->tracking->environment = ENVIRONMENT_DEVELOPMENT;
	assert_int_equal(judge(f, "disk")->verdict, VERDICT_OK);
	assert_int_equal(f->health.finding_count, 1);
	f->tracking->environment = ENVIRONMENT_PRODUCTION;
	assert_string_equal(judge(f, "disk")->reason, "the disk of /data has 100 GB free, 10% of it");
	assert_int_equal(f->health.findings[0].verdict, VERDICT_WARN);
	table_set_int(table, 0, "disk_free_bytes", 40LL << 30);
	table_set_int(table, 1, "disk_free_bytes", 40LL << 30);
	assert_int_equal(judge(f, "disk")->verdict, VERDICT_CRIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(slots_keep_log_until_they_lose_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_standby_is_judged_by_its_time, setup, teardown),
		cmocka_unit_test_setup_teardown(wraparound_comes_in_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(sequences_end_with_their_column, setup, teardown),
		cmocka_unit_test_setup_teardown(a_disk_is_serious_in_production, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_are_serious_in_production, setup, teardown),
		cmocka_unit_test_setup_teardown(what_mends_a_setting, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
