/* One row a database: what FLEET and `status` show. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"
#include "pgtend/fleet/history.h"

static const struct table_column columns[] = {
	{"name", CELL_TEXT, "name", 0, "The database's section in pgtend.ini."},
	{"database", CELL_TEXT, "database", 4, "Its name in the connection (dbname); guards ask for this one."},
	{"host", CELL_TEXT, NULL, 9, "Host or socket folder as configured."},
	{"port", CELL_ID, NULL, 9, "Port as configured."},
	{"environment", CELL_TEXT, NULL, 9, "development, test, staging or production (key `environment`, else NODE_ENV)."},
	{"reachable", CELL_BOOL, NULL, 9, "Whether the last question was answered."},
	{"health.verdict", CELL_TEXT, "health", 0, "ok, warn, crit or unknown: the worst finding of the threshold engine."},
	{"health.unseen", CELL_WORDS, NULL, 9, "Checks that could not look, one sentence each, with the GRANT or what failed: what they would have found is not in the verdict."},
	{"server_version", CELL_TEXT, "version", 5, "server_version."},
	{"timescaledb_version", CELL_TEXT, NULL, 9, "pg_extension.extversion of timescaledb."},
	{"size_bytes", CELL_BYTES, "size", 1, "pg_database_size()."},
	{"growth_bytes_per_day", CELL_BYTES, "growth/d", 4, "From hourly samples of the last 7 days; null until two lie an hour apart."},
	{"migrations.dialect", CELL_TEXT, NULL, 9, "node-pg-migrate, drizzle, plain, ..."},
	{"migrations.applied", CELL_COUNT, "applied", 2, "Files with a row in the history table."},
	{"migrations.pending", CELL_COUNT, "pending", 2, "Files without a row."},
	{"backup.policy", CELL_TEXT, NULL, 9, "daily, weekly or none (key `backup`)."},
	{"backup.age_s", CELL_SECONDS, "backup", 2, "Age of the newest complete backup."},
	{"backup.verified", CELL_BOOL, NULL, 9, "Whether it was read back."},
	{"backup.path", CELL_TEXT, NULL, 9, "Its file."},
	{"retention.verdict", CELL_TEXT, "retention", 1, "ok, late or no policy, over all hypertables, from chunk ranges."},
	{"retention.late_s", CELL_SECONDS, NULL, 9, "How late the oldest chunk is."},
	{"retention.late_chunks", CELL_COUNT, NULL, 9, "Chunks that should have been dropped."},
	{"retention.late_bytes", CELL_BYTES, NULL, 9, "Their size."},
	{"retention.cause", CELL_TEXT, NULL, 9, "The first cause that holds."},
	{"connections.used", CELL_COUNT, "conn", 3, "Sessions on this database (pg_stat_database.numbackends)."},
	{"connections.max", CELL_COUNT, "of", 3, "max_connections of the server."},
	{"connections.by_state.active", CELL_COUNT, NULL, 9, "pg_stat_activity.state = active."},
	{"connections.by_state.idle", CELL_COUNT, NULL, 9, "idle."},
	{"connections.by_state.idle_in_transaction", CELL_COUNT, NULL, 9, "idle in transaction, also aborted ones."},
	{"connections.by_state.waiting", CELL_COUNT, NULL, 9, "Of the active ones: waiting for a lock."},
	{"transactions_per_s", CELL_REAL, "tps", 3, "Commits and rollbacks a second since the last refresh (pg_stat_database); null in one-shot mode."},
	{"cache_hit", CELL_RATIO, "hit", 4, "blks_hit / (blks_hit + blks_read), since the last refresh or since the statistics' reset."},
	{"rollback_ratio", CELL_RATIO, NULL, 9, "Transactions rolled back of all, since the last refresh or since the statistics' reset (pg_stat_database)."},
	{"deadlocks", CELL_COUNT, NULL, 9, "Deadlocks since the statistics' reset (pg_stat_database.deadlocks)."},
	{"response_ms", CELL_MS, "answer", 5, "From asking to answer of a small question."},
	{"silent_since", CELL_TIME, NULL, 9, "Since when a question has had no answer; null when none is open for long."},
	{"error", CELL_TEXT, "since", 6, "Why the last question failed; null when it did not."},
	{"health.reasons", CELL_WORDS, "why", 1, "The findings, one sentence each."},
};
const struct table_shape status_shape = {"status", columns, sizeof columns / sizeof columns[0]};

static int64_t wall_of(const struct fleet *fleet, int64_t loop_ms)
{
	return units_now_us() - (loop_now_ms(fleet->loop) - loop_ms) * 1000;
}

enum { SILENT_MS = 2000, GROWTH_US = 60 * 1000 * 1000 };

static void set_reach(const struct fleet *fleet, const struct database *database, struct table *row_of, int row)
{
	const struct err *err = NULL;
	for (int fact = 0; fact < FACT_COUNT && err == NULL; fact++) {
		const struct facts *facts = database_facts(database, (enum fact)fact);
		if (facts->err.kind == ERR_UNREACHABLE || facts->err.kind == ERR_TIMEOUT)
			err = &facts->err;
	}
	/* A loss is told before the next question would have found it. */
	const struct session *sessions[] = {database->session, database->server->session};
	for (size_t i = 0; i < 2 && err == NULL; i++)
		if (sessions[i] != NULL && (session_state(sessions[i]) == SESSION_BACKOFF || session_state(sessions[i]) == SESSION_DEAD) &&
			session_error(sessions[i])->kind != ERR_NONE)
			err = session_error(sessions[i]);
	table_set_int(row_of, row, "reachable", err == NULL && database->server->is_known);
	if (err != NULL)
		table_set_text(row_of, row, "error", err->text);
	for (size_t i = 0; i < 2; i++) {
		int64_t since = sessions[i] != NULL ? session_silent_since_ms(sessions[i]) : 0;
		if (since > 0 && loop_now_ms(fleet->loop) - since >= SILENT_MS)
			table_set_int(row_of, row, "silent_since", wall_of(fleet, since));
	}
}

static void copy_int(struct table *to, int row, const char *column, const struct table *from, int from_row, const char *from_column)
{
	const struct cell *cell = table_get(from, from_row, from_column);
	if (cell->has_value)
		table_set_int(to, row, column, cell->u.integer);
	else if (cell->missing != MISSING_NONE)
		table_set_missing(to, row, column, cell->missing);
}

static double delta(const struct table *now, int row, const struct table *before, int before_row, const char *column)
{
	double value = (double)table_get_int(now, row, column, 0);
	return before_row < 0 ? value : value - (double)table_get_int(before, before_row, column, 0);
}

static void set_rollbacks(const struct facts *facts, int now, int before, struct table *row_of, int row)
{
	double undone = delta(facts->table, now, facts->before, before, "rollbacks"), done = delta(facts->table, now, facts->before, before, "commits");
	if (undone < 0 || done < 0 || undone + done < 1) {
		undone = (double)table_get_int(facts->table, now, "rollbacks", 0);
		done = (double)table_get_int(facts->table, now, "commits", 0);
	}
	if (undone + done >= 1)
		table_set_real(row_of, row, "rollback_ratio", undone / (undone + done));
}

static void set_rates(const struct database *database, struct table *row_of, int row)
{
	const struct facts *facts = database_facts(database, FACT_DATABASES);
	int now = database_row(database, facts->table), before = database_row(database, facts->before);
	if (now < 0)
		return;
	/* a database that was made anew has counted from nothing */
	if (before >= 0 && table_get_int(facts->before, before, "oid", 0) != table_get_int(facts->table, now, "oid", 0))
		before = -1;
	double seconds = (double)(facts->taken_us - facts->before_us) / 1e6;
	double transactions = delta(facts->table, now, facts->before, before, "commits") + delta(facts->table, now, facts->before, before, "rollbacks");
	/* A reset of the statistics makes a delta negative: no number is better than a wrong one. */
	if (before >= 0 && seconds > 0 && transactions >= 0)
		table_set_real(row_of, row, "transactions_per_s", transactions / seconds);
	double hit = delta(facts->table, now, facts->before, before, "blks_hit"), read = delta(facts->table, now, facts->before, before, "blks_read");
	if (hit < 0 || read < 0 || hit + read < 1) {
		hit = (double)table_get_int(facts->table, now, "blks_hit", 0);
		read = (double)table_get_int(facts->table, now, "blks_read", 0);
	}
	if (hit + read > 0)
		table_set_real(row_of, row, "cache_hit", hit / (hit + read));
	set_rollbacks(facts, now, before, row_of, row);
	copy_int(row_of, row, "deadlocks", facts->table, now, "deadlocks");
}

/* The console draws many times a second; 90 days of samples are not read and parsed each time. */
static void read_growth(struct database *database, int64_t total)
{
	int64_t now = units_now_us();
	if (database->growth_read_us != 0 && now - database->growth_read_us < GROWTH_US)
		return;
	struct history *history = history_open(database);
	database->growth_since_us = 0;
	database->has_growth = history_growth(history, NULL, total, &database->growth_bytes_per_day, &database->growth_since_us);
	database->growth_read_us = now;
	history_close(history);
}

static void set_size_and_connections(struct database *database, struct table *row_of, int row)
{
	const struct table *table = database_facts(database, FACT_DATABASES)->table;
	int from = database_row(database, table);
	if (from < 0)
		return;
	copy_int(row_of, row, "size_bytes", table, from, "size_bytes");
	copy_int(row_of, row, "connections.used", table, from, "backends");
	copy_int(row_of, row, "connections.max", table, from, "max_connections");
	copy_int(row_of, row, "connections.by_state.active", table, from, "active");
	copy_int(row_of, row, "connections.by_state.idle", table, from, "idle");
	copy_int(row_of, row, "connections.by_state.idle_in_transaction", table, from, "idle_in_transaction");
	copy_int(row_of, row, "connections.by_state.waiting", table, from, "waiting");
	const struct cell *size = table_get(table, from, "size_bytes");
	if (size->has_value)
		read_growth(database, size->u.integer);
	if (size->has_value && database->has_growth)
		table_set_int(row_of, row, "growth_bytes_per_day", (int64_t)database->growth_bytes_per_day);
}

static void set_migrations(const struct database *database, struct table *row_of, int row)
{
	const struct table *table = database_facts(database, FACT_MIGRATIONS)->table;
	if (table == NULL)
		return;
	int64_t applied = 0, pending = 0;
	const char *dialect = section_text(database->section, "dialect");
	for (int i = 0; i < table_rows(table); i++) {
		const char *state = table_get_text(table, i, "state");
		pending += state != NULL && strcmp(state, "pending") == 0;
		applied += state != NULL && table_get(table, i, "applied_at")->has_value;
		if (table_get_text(table, i, "dialect") != NULL)
			dialect = table_get_text(table, i, "dialect");
	}
	table_set_text(row_of, row, "migrations.dialect", dialect);
	table_set_int(row_of, row, "migrations.applied", applied);
	table_set_int(row_of, row, "migrations.pending", pending);
}

static void set_backup(const struct database *database, struct table *row_of, int row)
{
	const struct table *table = database_facts(database, FACT_BACKUP)->table;
	if (table == NULL || table_rows(table) == 0)
		return;
	table_set_text(row_of, row, "backup.policy", table_get_text(table, 0, "policy"));
	if (table_get(table, 0, "age_s")->has_value)
		table_set_real(row_of, row, "backup.age_s", table_get_real(table, 0, "age_s", 0));
	copy_int(row_of, row, "backup.verified", table, 0, "verified");
	table_set_text(row_of, row, "backup.path", table_get_text(table, 0, "path"));
}

/* The worst hypertable speaks for the database. */
static void set_retention(const struct database *database, struct table *row_of, int row)
{
	const struct table *table = database_facts(database, FACT_CHUNKS)->table;
	int worst = -1;
	int64_t chunks = 0, bytes = 0;
	for (int i = 0; table != NULL && i < table_rows(table); i++) {
		int64_t late = table_get_int(table, i, "late_chunks", 0);
		chunks += late;
		bytes += late > 0 ? table_get_int(table, i, "late_bytes", 0) : 0;
		if (worst < 0 || table_get_real(table, i, "late_s", 0) > table_get_real(table, worst, "late_s", 0))
			worst = i;
	}
	if (worst < 0)
		return;
	table_set_text(row_of, row, "retention.verdict", table_get_text(table, worst, "verdict"));
	table_set_real(row_of, row, "retention.late_s", chunks > 0 ? table_get_real(table, worst, "late_s", 0) : 0);
	table_set_int(row_of, row, "retention.late_chunks", chunks);
	table_set_int(row_of, row, "retention.late_bytes", bytes);
	if (chunks > 0)
		table_set_text(row_of, row, "retention.cause", table_get_text(table, worst, "cause"));
}

static void set_health(const struct fleet *fleet, const struct database *database, struct table *row_of, int row)
{
	struct health health;
	health_judge(fleet, database, &health);
	table_set_text(row_of, row, "health.verdict", verdict_word(health.verdict));
	table_add_word(row_of, row, "health.reasons", NULL);
	for (size_t i = 0; i < health.reasons.count; i++)
		table_add_word(row_of, row, "health.reasons", health.reasons.v[i]);
	table_add_word(row_of, row, "health.unseen", NULL);
	for (size_t i = 0; i < health.unseen.count; i++)
		table_add_word(row_of, row, "health.unseen", health.unseen.v[i]);
	health_done(&health);
}

struct table *health_overview(const struct fleet *fleet, struct database *const *databases, int count)
{
	struct table *table = table_new(&status_shape);
	for (int i = 0; i < count; i++) {
		struct database *database = databases[i];
		int row = table_add_row(table);
		table_set_text(table, row, "name", database->name);
		table_set_text(table, row, "database", database->dbname);
		table_set_text(table, row, "host", database->server->host);
		table_set_int(table, row, "port", database->server->port);
		table_set_text(table, row, "environment", environment_word(database->environment));
		table_set_text(table, row, "server_version", database->server->version);
		table_set_text(table, row, "timescaledb_version", database->timescaledb_version);
		if (database->response_ms >= 0)
			table_set_real(table, row, "response_ms", database->response_ms);
		set_reach(fleet, database, table, row);
		set_size_and_connections(database, table, row);
		set_rates(database, table, row);
		set_migrations(database, table, row);
		set_backup(database, table, row);
		set_retention(database, table, row);
		set_health(fleet, database, table, row);
	}
	return table;
}
