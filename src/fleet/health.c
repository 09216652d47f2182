/* Verdicts. Each check looks at facts that are there; what was not asked is no finding. */
#include "pgtend/fleet/health.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

const char *verdict_word(enum verdict verdict)
{
	static const char *const words[] = {"ok", "warn", "crit", "unknown"};
	return words[verdict];
}

const struct health_threshold health_thresholds[] = {
	{"connections_warn", "80%", "Share of max_connections in use (pg_stat_activity); check_pgactivity's custom."},
	{"connections_crit", "95%", "Share of max_connections in use above which the next login may fail."},
	{"blocked_warn", "10s", "Longest wait for a lock (pg_stat_activity.wait_event_type = Lock)."},
	{"blocked_crit", "5min", "Longest wait for a lock; pghero and pgmetrics call 60 s long for a query."},
	{"idle_in_transaction_warn", "5min", "Longest time idle in transaction: it holds locks and the xmin horizon."},
	{"idle_in_transaction_crit", "1h", "Longest time idle in transaction."},
	{"backup_daily_warn", "26h", "Age of the newest verified backup under policy daily: a day and two hours of grace."},
	{"backup_daily_crit", "50h", "The same, when a second one was missed."},
	{"backup_weekly_warn", "8d", "Age of the newest verified backup under policy weekly."},
	{"backup_weekly_crit", "15d", "The same, when a second one was missed."},
	{"dead_rows_warn", "40%", "Dead rows against all rows of a table; autovacuum's own default acts at 20% (autovacuum_vacuum_scale_factor)."},
	{"dead_rows_least", "10000", "Tables with fewer dead rows than this are left alone."},
	{"pool_wait_warn", "1s", "Longest wait of a client for a pooled connection (SHOW POOLS maxwait)."},
	{"pool_wait_crit", "10s", "The same; PgBouncer's own query_wait_timeout is 120 s."},
};
const int health_threshold_count = sizeof health_thresholds / sizeof health_thresholds[0];

static const char *threshold_text(const struct fleet *fleet, const char *name)
{
	const struct section *section = config_section(fleet->config, SECTION_THRESHOLD, "");
	const char *value = NULL, *key;
	for (int i = 0; section != NULL && (key = section_item(section, i, &value)) != NULL; i++)
		if (strcmp(key, name) == 0)
			return value;
	for (int i = 0; i < health_threshold_count; i++)
		if (strcmp(health_thresholds[i].name, name) == 0)
			return health_thresholds[i].otherwise;
	mem_die("a threshold that does not exist was asked for");
}

static double threshold(const struct fleet *fleet, const char *name)
{
	const char *text = threshold_text(fleet, name);
	double number = 0;
	int64_t whole = 0;
	size_t length = strlen(text);
	if (length > 0 && text[length - 1] == '%') {
		char *digits = mem_copy_n(text, length - 1);
		bool ok = units_parse_int(digits, &whole);
		mem_free(digits);
		return ok ? (double)whole / 100.0 : 1.0;
	}
	return units_parse_duration_s(text, &number) ? number : 0;
}

static void find(struct health *health, enum verdict verdict, char *reason)
{
	if (verdict > health->verdict && verdict != VERDICT_UNKNOWN)
		health->verdict = verdict;
	words_take(&health->reasons, reason);
}

/* above crit: crit; above warn: warn; else nothing. The reason is freed when it is not needed. */
static void weigh(const struct fleet *fleet, struct health *health, const char *name, double value, char *reason)
{
	char *warn = mem_format("%s_warn", name), *crit = mem_format("%s_crit", name);
	if (value >= threshold(fleet, crit))
		find(health, VERDICT_CRIT, reason);
	else if (value >= threshold(fleet, warn))
		find(health, VERDICT_WARN, reason);
	else
		mem_free(reason);
	mem_free(warn);
	mem_free(crit);
}

static void judge_reach(const struct fleet *fleet, const struct database *database, struct health *health)
{
	(void)fleet;
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct facts *facts = database_facts(database, (enum fact)fact);
		if (facts->err.kind != ERR_UNREACHABLE && facts->err.kind != ERR_TIMEOUT)
			continue;
		enum verdict verdict = facts->err.kind == ERR_UNREACHABLE ? VERDICT_CRIT : VERDICT_WARN;
		find(health, verdict, mem_copy(facts->err.text));
		return;
	}
}

static void judge_connections(const struct fleet *fleet, const struct database *database, struct health *health)
{
	const struct table *table = database_facts(database, FACT_DATABASES)->table;
	int row = database_row(database, table);
	if (row < 0)
		return;
	int64_t most = table_get_int(table, row, "max_connections", 0), used = 0;
	for (int i = 0; i < table_rows(table); i++)
		used += table_get_int(table, i, "backends", 0);
	if (most > 0)
		weigh(fleet, health, "connections", (double)used / (double)most,
			mem_format("%lld of %lld connections of the server in use", (long long)used, (long long)most));
}

static void judge_activity(const struct fleet *fleet, const struct database *database, struct health *health)
{
	const struct table *table = database_facts(database, FACT_DATABASES)->table;
	int row = database_row(database, table);
	if (row < 0)
		return;
	char age[UNITS_SIZE];
	if (table_get(table, row, "blocked_s")->has_value) {
		double blocked = table_get_real(table, row, "blocked_s", 0);
		const char *by = table_get_text(table, row, "blocked_by");
		weigh(fleet, health, "blocked", blocked,
			mem_format("pid %lld has waited %s for a lock of %s", (long long)table_get_int(table, row, "blocked_pid", 0),
				units_age(age, (int64_t)blocked), by != NULL && *by != '\0' ? by : "somebody who is gone"));
	}
	if (table_get(table, row, "idle_in_transaction_s")->has_value) {
		double idle = table_get_real(table, row, "idle_in_transaction_s", 0);
		weigh(fleet, health, "idle_in_transaction", idle,
			mem_format("pid %lld is idle in transaction since %s", (long long)table_get_int(table, row, "idle_in_transaction_pid", 0),
				units_age(age, (int64_t)idle)));
	}
}

static void judge_retention(const struct fleet *fleet, const struct database *database, struct health *health)
{
	(void)fleet;
	const struct table *table = database_facts(database, FACT_CHUNKS)->table;
	char age[UNITS_SIZE], bytes[UNITS_SIZE];
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		int64_t late = table_get_int(table, row, "late_chunks", 0);
		if (late <= 0)
			continue;
		const char *cause = table_get_text(table, row, "cause");
		units_age(age, (int64_t)table_get_real(table, row, "late_s", 0));
		units_bytes(bytes, table_get_int(table, row, "late_bytes", 0));
		find(health, VERDICT_CRIT,
			mem_format("retention of %s late by %s, %lld chunk%s, %s%s%s", table_get_text(table, row, "name"), age, (long long)late,
				late == 1 ? "" : "s", bytes, cause != NULL ? ": " : "", cause != NULL ? cause : ""));
	}
}

static void judge_backup(const struct fleet *fleet, const struct database *database, struct health *health)
{
	const struct table *table = database_facts(database, FACT_BACKUP)->table;
	if (table == NULL || table_rows(table) == 0)
		return;
	const char *policy = table_get_text(table, 0, "policy");
	if (policy == NULL || strcmp(policy, "none") == 0)
		return;
	if (!table_get(table, 0, "age_s")->has_value) {
		find(health, VERDICT_WARN, mem_format("no backup yet, though the policy is %s", policy));
		return;
	}
	char age[UNITS_SIZE], *name = mem_format("backup_%s", policy);
	double age_s = table_get_real(table, 0, "age_s", 0);
	weigh(fleet, health, name, age_s, mem_format("the newest backup is %s old, the policy is %s", units_age(age, (int64_t)age_s), policy));
	mem_free(name);
	if (table_get_int(table, 0, "verified", 1) == 0)
		find(health, VERDICT_WARN, mem_copy("the newest backup was not verified"));
}

static void judge_migrations(const struct fleet *fleet, const struct database *database, struct health *health)
{
	(void)fleet;
	const struct err *err = &database_facts(database, FACT_MIGRATIONS)->err;
	/* A folder that is gone, a history table that may not be read: nobody knows then what is pending. */
	if (err->kind == ERR_FAILED || err->kind == ERR_CONFIG || err->kind == ERR_DRIFT)
		find(health, VERDICT_WARN, mem_format("migrations: %s", err->text));
	const struct table *table = database_facts(database, FACT_MIGRATIONS)->table;
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		const char *state = table_get_text(table, row, "state"), *advice = table_get_text(table, row, "advice");
		if (state == NULL || strcmp(state, "applied") == 0 || strcmp(state, "pending") == 0)
			continue;
		find(health, VERDICT_WARN,
			mem_format("migration %s: %s%s%s", table_get_text(table, row, "name"), state, advice != NULL ? ", " : "",
				advice != NULL ? advice : ""));
		return; /* one line: the MIGRATIONS pane has them all */
	}
}

static void judge_dead_rows(const struct fleet *fleet, const struct database *database, struct health *health)
{
	const struct table *table = database_facts(database, FACT_DEAD_ROWS)->table;
	double least = threshold(fleet, "dead_rows_least"), share = threshold(fleet, "dead_rows_warn");
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		double dead = (double)table_get_int(table, row, "dead", 0), rows = (double)table_get_int(table, row, "rows", 0);
		if (dead < least || dead < share * (dead + rows))
			continue;
		char percent[UNITS_SIZE];
		find(health, VERDICT_WARN,
			mem_format("%s.%s: %s of its rows are dead", table_get_text(table, row, "schema"), table_get_text(table, row, "name"),
				units_percent(percent, dead / (dead + rows))));
		return;
	}
}

static void judge_pools(const struct fleet *fleet, const struct database *database, struct health *health)
{
	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct table *table = fleet->poolers[i]->facts[FACT_POOLS].table;
		for (int row = 0; table != NULL && row < table_rows(table); row++) {
			const char *dbname = table_get_text(table, row, "database");
			if (dbname == NULL || strcmp(dbname, database->dbname) != 0 || table_get_int(table, row, "cl_waiting", 0) == 0)
				continue;
			double wait_s = table_get_real(table, row, "maxwait_s", 0);
			char age[UNITS_SIZE];
			weigh(fleet, health, "pool_wait", wait_s,
				mem_format("%lld clients wait for a connection of pooler %s, the longest %s",
					(long long)table_get_int(table, row, "cl_waiting", 0), fleet->poolers[i]->name, units_age(age, (int64_t)wait_s)));
		}
	}
}

void health_judge(const struct fleet *fleet, const struct database *database, struct health *health)
{
	static void (*const checks[])(const struct fleet *, const struct database *, struct health *) = {
		judge_reach, judge_retention, judge_activity, judge_connections, judge_pools, judge_backup, judge_migrations, judge_dead_rows,
	};
	*health = (struct health){.verdict = VERDICT_OK};
	if (database->response_ms < 0 && !database->server->is_known)
		health->verdict = VERDICT_UNKNOWN;
	struct health found = {.verdict = VERDICT_OK};
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		checks[i](fleet, database, &found);
	health->reasons = found.reasons;
	if (found.verdict != VERDICT_OK)
		health->verdict = found.verdict;
}

void health_done(struct health *health)
{
	words_done(&health->reasons);
}
