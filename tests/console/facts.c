#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "pgtend/backup/backup.h"
#include "pgtend/health/health.h"
#include "pgtend/migrate/migrate.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/timescale/shapes.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static int64_t ago(int64_t seconds)
{
	return GOLDEN_NOW_US - seconds * 1000000;
}

static void migration(struct table *table, const char *name, const char *state, int64_t applied_us, const char *advice)
{
	int row = table_add_row(table);

	table_set_text(table, row, "database", "core");
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "state", state);
	table_set_text(table, row, "dialect", "node-pg-migrate");
	table_set_text(table, row, "advice", advice);
	if (applied_us)
		table_set_int(table, row, "applied_at", applied_us);
}

struct table *facts_migrations(void)
{
	struct table *table = table_new(&migrations_shape);

	migration(table, "1729382400000_create_users", "applied", ago(33 * DAY_S), NULL);
	migration(table, "1729382500000_create_roles", "applied", ago(33 * DAY_S), NULL);
	migration(table, "1729999999000_größe_你好", "applied", ago(2 * DAY_S), NULL);
	migration(table, "1730100000000_lost", "missing", ago(DAY_S), "its file is not in the folder");
	migration(table, "1731000000000_add_phone", "pending", 0, NULL);
	migration(table, "1731100000000_evil_\033[2J\nname", "pending", 0, NULL);
	return table;
}

static void relation(struct table *table, const char *schema, const char *name, int64_t bytes, int64_t rows, int64_t dead, int64_t vacuum_s, int64_t growth)
{
	int row = table_add_row(table);

	table_set_text(table, row, "schema", schema);
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "kind", "table");
	table_set_int(table, row, "rows", rows);
	table_set_int(table, row, "dead", dead);
	table_set_real(table, row, "dead_ratio", rows + dead > 0 ? (double)dead / (double)(rows + dead) : 0);
	table_set_int(table, row, "total_bytes", bytes);
	table_set_int(table, row, "heap_bytes", bytes / 2);
	table_set_int(table, row, "index_bytes", bytes / 4);
	table_set_int(table, row, "toast_bytes", bytes / 4);
	if (vacuum_s)
		table_set_int(table, row, "last_vacuum", ago(vacuum_s));
	if (growth)
		table_set_int(table, row, "growth_bytes_per_day", growth);
}

struct table *facts_tables(void)
{
	struct table *table = table_new(&tables_shape);

	relation(table, "public", "location_events", 6335076762, 61000000, 12000, 2 * HOUR_S, 220200960);
	relation(table, "public", "orders", 48 << 20, 120000, 90000, 3 * DAY_S, 1 << 20);
	relation(table, "audit", "log_entries", 9 << 20, 40000, 0, 0, -4096);
	relation(table, "public", "a_table_whose_name_is_so_long_that_it_must_be_cut_somewhere_here", 8192, 0, 0, 0, 0);
	table_set_approximate(table, 0, "total_bytes");
	return table;
}

/* 67 days of location_events, 37 of them late; the compression policy has done its work until a week ago, one chunk was written to again. */
struct table *facts_chunks(void)
{
	struct table *table = table_new(&chunks_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_events");
	table_set_text(table, row, "kind", "hypertable");
	table_set_int(table, row, "chunks", 67);
	table_set_int(table, row, "compressed", 58);
	table_set_int(table, row, "bytes", 6335076762);
	table_set_int(table, row, "bytes_before", 74LL << 30);
	table_set_int(table, row, "bytes_after", 5LL << 30);
	table_set_real(table, row, "ratio", 14.2);
	table_set_real(table, row, "bytes_per_row_before", 331);
	table_set_real(table, row, "bytes_per_row_after", 23.3);
	table_set_real(table, row, "expected_ratio", 10);
	table_set_int(table, row, "oldest", ago(67 * DAY_S));
	table_set_real(table, row, "chunk_interval_s", DAY_S);
	table_set_real(table, row, "drop_after_s", 30 * DAY_S);
	table_set_real(table, row, "compress_after_s", 7 * DAY_S);
	table_set_text(table, row, "retention_state", "failing");
	table_set_int(table, row, "retention_failures", 5);
	table_set_real(table, row, "late_s", 36 * DAY_S + 14 * HOUR_S);
	table_set_int(table, row, "late_chunks", 35);
	table_set_int(table, row, "late_bytes", 3LL << 30);
	table_set_text(table, row, "verdict", "late");
	table_set_text(table, row, "cause", "job 1000 failed 5 times: canceling statement due to lock timeout");
	table_set_text(table, row, "mend", "pgtend retention run tracking");
	table_set_text(table, row, "compress_verdict", "ok");
	table_set_int(table, row, "partial", 1);
	table_set_int(table, row, "bytes_per_day", 220200960);
	table_set_int(table, row, "steady_bytes", 1932735283);
	row = table_add_row(table);
	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_hourly");
	table_set_text(table, row, "kind", "aggregate");
	table_set_int(table, row, "chunks", 8);
	table_set_int(table, row, "compressed", 0);
	table_set_int(table, row, "bytes", 12 << 20);
	table_set_int(table, row, "late_chunks", 0);
	table_set_text(table, row, "verdict", "ok");
	table_set_real(table, row, "drop_after_s", 365 * DAY_S);
	return table;
}

static int chunk(struct table *table, const char *name, int64_t from_s, int64_t to_s, const char *state, int64_t bytes)
{
	int row = table_add_row(table);

	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", name);
	table_set_int(table, row, "chunks", 1);
	table_set_int(table, row, "range_start", from_s * 1000000);
	table_set_int(table, row, "range_end", to_s * 1000000);
	table_set_text(table, row, "state", state);
	table_set_int(table, row, "bytes", bytes);
	return row;
}

struct table *facts_chunk_list(void)
{
	struct table *table = table_new(&chunk_list_shape);
	const int64_t today_s = GOLDEN_NOW_US / 1000000 / DAY_S * DAY_S;
	char name[80];

	for (int day = 67; day >= -1; day--) {
		int64_t from_s = today_s - day * DAY_S, raw = 180000000 + day * 7919 % 5 * 9000000;
		bool is_compressed = day > 7, is_late = day > 30;
		int row;

		if (day == 45 || day == 44) /* two days that nobody sent anything */
			continue;
		row = chunk(table, "location_events", from_s, from_s + DAY_S, day < 0 ? "future" : is_late ? "late" : day == 20 ? "partial" : is_compressed ? "compressed" : "raw",
			day < 0 ? 8192 : is_compressed ? raw / 13 : raw);
		snprintf(name, sizeof(name), "_timescaledb_internal._hyper_1_%d_chunk", 70 - day);
		table_set_text(table, row, "chunk", name);
		table_set_int(table, row, "is_compressed", is_compressed);
		table_set_int(table, row, "rows", raw / 331);
		if (is_compressed) {
			table_set_int(table, row, "bytes_before", raw);
			table_set_int(table, row, "bytes_after", raw / 14);
		}
	}
	for (int week = 7; week >= 0; week--)
		chunk(table, "location_hourly", today_s - (week * 10 + 5) * DAY_S, today_s - (week * 10 - 5) * DAY_S, "raw", 1 << 20);
	return table;
}

struct table *facts_many_chunks(int rows, int each)
{
	struct table *table = table_new(&chunk_list_shape);
	const int64_t today_s = GOLDEN_NOW_US / 1000000 / DAY_S * DAY_S, width_s = (int64_t)each * HOUR_S;

	for (int i = 0; i < rows; i++) {
		int64_t from_s = today_s - (rows - i) * width_s;
		int row = chunk(table, "location_events", from_s, from_s + width_s, i < 10 ? "late" : i + 10 < rows ? "compressed" : "raw",
			(i + 10 < rows ? 800000LL : 9000000LL) * each);

		table_set_int(table, row, "chunks", each);
	}
	return table;
}

struct table *facts_policies(void)
{
	struct table *table = table_new(&policies_shape);
	int row = table_add_row(table);

	table_set_int(table, row, "job_id", 1000);
	table_set_text(table, row, "kind", "retention");
	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_events");
	table_set_text(table, row, "state", "failing");
	table_set_real(table, row, "schedule_s", DAY_S);
	table_set_int(table, row, "last_ok", ago(37 * DAY_S));
	table_set_int(table, row, "next_start", GOLDEN_NOW_US + 180000000);
	table_set_int(table, row, "failures", 5);
	table_set_int(table, row, "consecutive_failures", 5);
	table_set_text(table, row, "last_error", "canceling statement due to lock timeout");
	row = table_add_row(table);
	table_set_int(table, row, "job_id", 1001);
	table_set_text(table, row, "kind", "compression");
	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_events");
	table_set_text(table, row, "state", "ok");
	table_set_real(table, row, "schedule_s", 12 * HOUR_S);
	table_set_int(table, row, "last_ok", ago(3 * HOUR_S));
	table_set_int(table, row, "next_start", GOLDEN_NOW_US + 9 * HOUR_S * 1000000LL);
	table_set_int(table, row, "failures", 2);
	table_set_missing(table, row, "last_error", MISSING_PRIVILEGE);
	return table;
}

struct table *facts_ingest(void)
{
	struct table *table = table_new(&ingest_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_events");
	table_set_int(table, row, "newest_row", ago(3));
	table_set_real(table, row, "lag_s", 3);
	table_set_real(table, row, "rows_per_min", 412);
	table_set_real(table, row, "usual_rows_per_min", 690);
	table_set_int(table, row, "gaps", 2);
	table_set_text(table, row, "verdict", "ok");
	row = table_add_row(table);
	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_events");
	table_set_text(table, row, "source", "mextrack");
	table_set_real(table, row, "lag_s", 11 * HOUR_S);
	table_set_text(table, row, "verdict", "silent");
	table_set_text(table, row, "cause", "mextrack silent since 03:02");
	return table;
}

static const struct table_column aggregate_columns[] = {AGGREGATES_COLUMNS};
static const struct table_shape aggregate_shape = {"aggregates", aggregate_columns, sizeof aggregate_columns / sizeof *aggregate_columns};

struct table *facts_aggregates(void)
{
	struct table *table = table_new(&aggregate_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", "location_hourly");
	table_set_text(table, row, "source", "location_events");
	table_set_int(table, row, "watermark", ago(3 * HOUR_S));
	table_set_real(table, row, "lag_s", 3 * HOUR_S);
	table_set_real(table, row, "late_s", 0);
	table_set_text(table, row, "verdict", "ok");
	return table;
}

static int session(struct table *table, int64_t pid, const char *user, const char *application, const char *state, double state_s, const char *query)
{
	int row = table_add_row(table);

	if (table_column(table_shape(table), "database") >= 0)
		table_set_text(table, row, "database", "atriz_core");
	table_set_int(table, row, "pid", pid);
	table_set_text(table, row, "user", user);
	table_set_text(table, row, "application", application);
	table_set_text(table, row, "state", state);
	table_set_real(table, row, "state_s", state_s);
	table_set_text(table, row, "query", query);
	return row;
}

struct table *facts_activity(void)
{
	struct table *table = table_new(&activity_shape);
	int row;

	session(table, 4711, "atriz", "node api", "active", 0.2, "select *\n  from users\n where id = $1");
	row = session(table, 4712, "atriz", "node api", "active", 734, "update users set email = $1 where id = $2");
	table_set_text(table, row, "wait_event_type", "Lock");
	table_set_text(table, row, "wait_event", "transactionid");
	table_add_word(table, row, "blocked_by", "4713");
	session(table, 4713, "anna", "psql", "idle in transaction", 4000, "update users set name = 'x'");
	session(table, 4714, "atriz", "\033]0;evil\007", "idle", 12, "commit");
	return table;
}

struct table *facts_pools(void)
{
	struct table *table = table_new(&pools_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "database", "atriz_core");
	table_set_text(table, row, "user", "atriz");
	table_set_text(table, row, "pool_mode", "transaction");
	table_set_text(table, row, "state", "full");
	table_set_int(table, row, "cl_active", 12);
	table_set_int(table, row, "cl_waiting", 3);
	table_set_int(table, row, "sv_active", 5);
	table_set_int(table, row, "sv_idle", 0);
	table_set_real(table, row, "maxwait_s", 4);
	return table;
}

static int overview(struct table *table, const char *name, const char *verdict, int64_t bytes)
{
	int row = table_add_row(table);

	table_set_text(table, row, "name", name);
	table_set_text(table, row, "database", name);
	table_set_text(table, row, "health.verdict", verdict);
	table_add_word(table, row, "health.reasons", NULL);
	table_set_int(table, row, "size_bytes", bytes);
	table_set_int(table, row, "migrations.applied", 12);
	table_set_int(table, row, "migrations.pending", 0);
	table_set_text(table, row, "backup.policy", "daily");
	table_set_real(table, row, "backup.age_s", 3 * HOUR_S);
	table_set_int(table, row, "backup.verified", 1);
	table_set_int(table, row, "connections.used", 7);
	table_set_int(table, row, "connections.max", 20);
	table_set_real(table, row, "transactions_per_s", 41);
	table_set_real(table, row, "cache_hit", 0.998);
	return row;
}

struct table *facts_overview(void)
{
	struct table *table = table_new(&status_shape);
	int row;

	row = overview(table, "core", "ok", 48 << 20);
	table_set_int(table, row, "growth_bytes_per_day", 1 << 20);
	row = overview(table, "tracking", "crit", 6549825126);
	table_add_word(table, row, "health.reasons", "retention of location_events late by 2d 4h, 37 chunks, 81 GB: job 1000 failed 5 times, lock timeout");
	table_set_text(table, row, "retention.verdict", "late");
	table_set_real(table, row, "retention.late_s", 2 * DAY_S + 4 * HOUR_S);
	row = overview(table, "atriz", "warn", 21 << 20);
	table_set_int(table, row, "migrations.pending", 2);
	table_add_word(table, row, "health.reasons", "the newest backup was not verified");
	table_set_int(table, row, "backup.verified", 0);
	row = table_add_row(table);
	table_set_text(table, row, "name", "mextrack");
	table_set_text(table, row, "health.verdict", "crit");
	table_add_word(table, row, "health.reasons", "the server does not answer");
	table_set_text(table, row, "error", "timed out");
	table_set_int(table, row, "silent_since", GOLDEN_NOW_US - 42000000);
	row = table_add_row(table);
	table_set_text(table, row, "name", "pshop");
	table_set_text(table, row, "health.verdict", "unknown");
	return table;
}

struct table *facts_backup(void)
{
	struct table *table = table_new(&backup_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "policy", "daily");
	table_set_real(table, row, "age_s", 3 * HOUR_S);
	table_set_int(table, row, "verified", 1);
	return table;
}

struct table *facts_databases(void)
{
	static const char *const names[] = { "atriz_core", "atriz_tracking", "pshop_db" };
	struct table *table = table_new(&databases_shape);

	for (int i = 0; i < 3; i++) {
		int row = table_add_row(table);

		table_set_text(table, row, "dbname", names[i]);
		table_set_int(table, row, "size_bytes", (int64_t)(i + 1) * (48 << 20));
		table_set_int(table, row, "backends", 4 + i);
		table_set_int(table, row, "max_connections", 100);
		table_set_int(table, row, "commits", 1000);
		table_set_int(table, row, "blks_hit", 998);
		table_set_int(table, row, "blks_read", 2);
	}
	return table;
}
