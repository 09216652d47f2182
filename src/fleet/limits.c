/* Limits: their defaults, what pgtend.ini says instead, and a number held against them. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"

const struct limits_threshold limits_thresholds[] = {
	{"hysteresis", LIMIT_SHARE, "10%", "How far below a limit that was passed a number must fall before the verdict takes it back."},
	{"connections_warn", LIMIT_SHARE, "80%", "Share of max_connections in use (pg_stat_activity); check_pgactivity's custom."},
	{"connections_crit", LIMIT_SHARE, "95%", "Share of max_connections in use above which the next login may fail."},
	{"blocked_warn", LIMIT_DURATION, "10s", "Longest wait for a lock (pg_stat_activity.wait_event_type = Lock)."},
	{"blocked_crit", LIMIT_DURATION, "5min", "Longest wait for a lock; pghero and pgmetrics call 60 s long for a query."},
	{"idle_in_transaction_warn", LIMIT_DURATION, "5min", "Longest time idle in transaction: it holds locks and the xmin horizon."},
	{"idle_in_transaction_crit", LIMIT_DURATION, "1h", "Longest time idle in transaction."},
	{"backup_daily_warn", LIMIT_DURATION, "26h", "Age of the newest verified backup under policy daily: a day and two hours of grace."},
	{"backup_daily_crit", LIMIT_DURATION, "50h", "The same, when a second one was missed."},
	{"backup_weekly_warn", LIMIT_DURATION, "8d", "Age of the newest verified backup under policy weekly."},
	{"backup_weekly_crit", LIMIT_DURATION, "15d", "The same, when a second one was missed."},
	{"backup_shrunk_warn", LIMIT_SHARE, "50%", "By how much a backup may be smaller than the one before it."},
	{"archive_lag_warn", LIMIT_DURATION, "15min",
		"How long a finished segment of the log may wait to be archived: what would be lost with the server."},
	{"archive_lag_crit", LIMIT_DURATION, "1h", "The same."},
	{"pitr_backup_warn", LIMIT_DURATION, "26h",
		"Age of the newest backup of pgBackRest of any type; the schedule of its user guide takes one a day: a day and two hours of grace."},
	{"pitr_backup_crit", LIMIT_DURATION, "8d", "The same: a week of log is to be replayed, and every segment of it must be there."},
	{"pitr_full_warn", LIMIT_DURATION, "8d", "Age of its newest full backup; the same schedule takes one a week: a day of grace."},
	{"pitr_full_crit", LIMIT_DURATION, "15d", "The same, when a second one was missed."},
	{"after_rollbacks_warn", LIMIT_SHARE, "5%",
		"By how much the share of transactions that roll back may grow after a deployment, in points (`preflight --after`): pgtend's own number."},
	{"after_slower_warn", LIMIT_SHARE, "50%", "How much longer a call of a statement may take than before a deployment (pg_stat_statements): pgtend's own number."},
	{"after_slow_warn", LIMIT_DURATION, "1s", "How long a call of a statement may take that was not there before a deployment: pgtend's own number."},
	{"password_age_warn", LIMIT_DURATION, "365d",
		"Age of a password that pgtend.ini or a .env file holds, as far as the file's last change tells (`preflight`): pgtend's own number, a year."},
	{"dead_rows_warn", LIMIT_SHARE, "40%",
		"Dead rows against all rows of a table; autovacuum's own default acts at 20% (autovacuum_vacuum_scale_factor)."},
	{"dead_rows_least", LIMIT_COUNT, "10000", "Tables with fewer dead rows than this are left alone."},
	{"bloat_warn", LIMIT_SHARE, "50%", "How much of a table or an index may be air, by the estimate of the verbs bloat and indexes; check_postgres.pl warns when one is twice as large as it could be."},
	{"bloat_crit", LIMIT_SHARE, "90%", "The same."},
	{"bloat_least", LIMIT_BYTES, "100 MB", "Less air than this is left alone; pghero's number for indexes."},
	{"index_unused_least", LIMIT_BYTES, "10 MB", "Smaller indexes that nobody scans are left alone; pghero's number."},
	{"index_unused_after", LIMIT_DURATION, "30d", "How long scans must have been counted before an index without any is called unused: a month's work comes once a month."},
	{"pool_wait_warn", LIMIT_DURATION, "1s", "Longest wait of a client for a pooled connection (SHOW POOLS maxwait)."},
	{"pool_wait_crit", LIMIT_DURATION, "10s", "The same; PgBouncer's own query_wait_timeout is 120 s."},
	{"pool_demand_warn", LIMIT_SHARE, "100%",
		"What all pools in front of a server, and the applications beside them, may open together, of max_connections without the reserved ones: above it the "
		"server refuses logins before a pool is full."},
	{"application_pool_warn", LIMIT_SHARE, "90%", "Share of an application's own pool (`applications`) that is at work; check_pgactivity's custom for connections is 80%."},
	{"application_pool_crit", LIMIT_SHARE, "100%", "The same: its next request waits inside of it."},
	{"retention_late_warn", LIMIT_DURATION, "0s",
		"How late the oldest chunk may be that retention should have dropped, beyond its schedule and a grace of 5 min or twice its last run."},
	{"retention_late_crit", LIMIT_DURATION, "1h", "The same. Later than its schedule by an hour, it does not come by itself."},
	{"compression_late_warn", LIMIT_DURATION, "0s", "How late the oldest chunk may be that should be compressed, beyond schedule and grace."},
	{"compression_late_crit", LIMIT_DURATION, "1d", "The same: it costs disk, no data, so it alarms later than retention."},
	{"aggregates_late_warn", LIMIT_DURATION, "0s",
		"How stale a continuous aggregate may be beyond its bucket, end_offset, schedule and grace."},
	{"aggregates_late_crit", LIMIT_DURATION, "6h", "The same."},
	{"ingest_silent_warn", LIMIT_DURATION, "5min", "How long nothing may have come, at an hour at which something usually does."},
	{"ingest_silent_crit", LIMIT_DURATION, "1h", "The same."},
	{"ingest_silence_least", LIMIT_DURATION, "5min", "A shorter time without a row is no silence, whatever usually comes."},
	{"ingest_slow_warn", LIMIT_SHARE, "50%", "Rows a minute over the last whole hour, of what the same hour of earlier days had."},
	{"ingest_gaps_warn", LIMIT_COUNT, "1", "Days without a chunk inside the retention window."},
	{"jobs_failures_warn", LIMIT_COUNT, "1", "Failures or crashes in a row of a TimescaleDB job."},
	{"jobs_failures_crit", LIMIT_COUNT, "3", "The same; it waits longer after each."},
	{"migrations_pending_warn", LIMIT_COUNT, "1", "Pending migrations, for who asks `check migrations`: in FLEET and `status` they are a number, no trouble."},
	{"clock_skew_warn", LIMIT_DURATION, "5s", "How far the server's clock may be from this machine's: TimescaleDB's policies and all ages count by one of them; NTP keeps them within milliseconds."},
	{"clock_skew_crit", LIMIT_DURATION, "1min", "The same, from which on `doctor` calls it a failure."},
	{"tls_expires_crit", LIMIT_DURATION, "7d", "Time until the server's certificate ends; less is worse. Afterwards nobody who verifies it gets in."},
	{"tls_expires_warn", LIMIT_DURATION, "30d", "The same; certbot renews at 30 days that are left, so that less means that nobody did."},
	{"replication_lag_warn", LIMIT_DURATION, "1min", "How late a standby may be with what it replays, while there is something to replay."},
	{"replication_lag_crit", LIMIT_DURATION, "10min", "The same: so much would be lost, or would have to be waited for, if it had to take over."},
	{"slot_retained_warn", LIMIT_BYTES, "10 GB", "Log that may be kept for one slot; ten times the default of max_wal_size."},
	{"slot_retained_crit", LIMIT_BYTES, "50 GB", "The same."},
	{"wraparound_left_warn", LIMIT_COUNT, "40000000", "Transactions or multixacts left, less is worse; the server itself begins to warn there (since 14)."},
	{"wraparound_left_crit", LIMIT_COUNT, "10000000", "The same; pghero's number. From 3 million on the server takes no more."},
	{"wraparound_overdue_warn", LIMIT_SHARE, "20%",
		"How much older than autovacuum_freeze_max_age the oldest transactions may be: autovacuum by force should have come."},
	{"sequence_used_warn", LIMIT_SHARE, "80%", "How far a sequence may be on its way to its end, or to that of its column's type."},
	{"sequence_used_crit", LIMIT_SHARE, "90%", "The same; pghero's number."},
	{"disk_free_warn", LIMIT_SHARE, "15%", "Share of a disk that is free, where the server runs on this machine; less is worse."},
	{"disk_free_crit", LIMIT_SHARE, "5%", "The same: file systems keep about as much for root."},
	{"disk_full_crit", LIMIT_DURATION, "3d", "Time until hypertables fill the disk that they lie on, where the server lets us know; less is worse."},
	{"disk_full_warn", LIMIT_DURATION, "14d", "The same: time enough to order a larger one."},
};
const int limits_threshold_count = sizeof limits_thresholds / sizeof limits_thresholds[0];

static bool read_value(enum limit_kind kind, const char *text, double *value)
{
	int64_t whole = 0;
	size_t length = strlen(text);
	if (kind == LIMIT_DURATION)
		return units_parse_duration_s(text, value) && *value >= 0;
	if (kind == LIMIT_BYTES) {
		if (!units_parse_bytes(text, &whole) || whole < 0)
			return false;
		*value = (double)whole;
		return true;
	}
	if (kind == LIMIT_COUNT) {
		if (!units_parse_int(text, &whole) || whole < 0)
			return false;
		*value = (double)whole;
		return true;
	}
	if (length < 2 || text[length - 1] != '%')
		return false;
	char *digits = mem_copy_n(text, length - 1);
	bool is_number = units_parse_int(digits, &whole) && whole >= 0 && whole <= 100;
	mem_free(digits);
	*value = (double)whole / 100.0;
	return is_number;
}

static const struct limits_threshold *find_threshold(const char *name)
{
	for (int i = 0; i < limits_threshold_count; i++)
		if (strcmp(limits_thresholds[i].name, name) == 0)
			return &limits_thresholds[i];
	return NULL;
}

double limits_value(const struct fleet *fleet, const char *name)
{
	const struct limits_threshold *threshold = find_threshold(name);
	const struct section *section = config_section(fleet->config, SECTION_THRESHOLD, "");
	const char *value = NULL, *key;
	double number = 0;
	if (threshold == NULL)
		mem_die("a threshold that does not exist was asked for");
	for (int i = 0; section != NULL && (key = section_item(section, i, &value)) != NULL; i++)
		if (strcmp(key, name) == 0 && read_value(threshold->kind, value, &number))
			return number;
	(void)read_value(threshold->kind, threshold->otherwise, &number);
	return number;
}

/* --- what pgtend.ini says ---------------------------------------------------------------------- */

static bool unknown_threshold(const char *where, const char *key, struct err *err)
{
	const char *names[sizeof limits_thresholds / sizeof limits_thresholds[0]];
	for (int i = 0; i < limits_threshold_count; i++)
		names[i] = limits_thresholds[i].name;
	const char *nearest = text_nearest(key, names, (size_t)limits_threshold_count);
	if (nearest != NULL)
		return err_set(err, ERR_CONFIG, "%s: there is no threshold \"%s\"; did you mean \"%s\"?", where, key, nearest);
	return err_set(err, ERR_CONFIG, "%s: there is no threshold \"%s\"; pgtend.ini(5) lists them", where, key);
}

/* The time that is left. */
static bool is_floor(const char *stem)
{
	return strcmp(stem, "disk_full") == 0 || strcmp(stem, "disk_free") == 0 || strcmp(stem, "tls_expires") == 0 || strcmp(stem, "wraparound_left") == 0;
}

/* A warning that comes after the alarm would never be seen. */
static bool check_order(const struct section *section, const char *key, double value, const char *where, struct err *err)
{
	const char *other_text = NULL, *other;
	double crit = 0;
	if (!text_ends_with(key, "_warn"))
		return true;
	char *stem = mem_copy_n(key, strlen(key) - strlen("_warn"));
	char *name = mem_format("%s_crit", stem);
	const struct limits_threshold *threshold = find_threshold(name);
	bool is_known = threshold != NULL && read_value(threshold->kind, threshold->otherwise, &crit);
	const char *crit_text = is_known ? threshold->otherwise : "";
	for (int i = 0; is_known && (other = section_item(section, i, &other_text)) != NULL; i++)
		if (strcmp(other, name) == 0 && read_value(threshold->kind, other_text, &crit))
			crit_text = other_text;
	bool is_good = !is_known || (is_floor(stem) ? value >= crit : value <= crit);
	if (!is_good)
		err_set(err, ERR_CONFIG, "%s: %s comes after %s (%s): nothing would ever be a warning", where, key, name, crit_text);
	mem_free(stem);
	mem_free(name);
	return is_good;
}

bool limits_check(const struct config *config, struct err *err)
{
	static const char *const wanted[] = {
		[LIMIT_SHARE] = "a share from 0% to 100%", [LIMIT_DURATION] = "a duration (30s, 5min, 2 days)", [LIMIT_COUNT] = "a whole number",
		[LIMIT_BYTES] = "a size (100 MB)"};
	const struct section *section = config_section(config, SECTION_THRESHOLD, "");
	const char *text = NULL, *key;
	for (int i = 0; section != NULL && (key = section_item(section, i, &text)) != NULL; i++) {
		const struct limits_threshold *threshold = find_threshold(key);
		const char *where = section_where(section, key);
		double value = 0;
		if (threshold == NULL)
			return unknown_threshold(where, key, err);
		if (!read_value(threshold->kind, text, &value))
			return err_set(err, ERR_CONFIG, "%s: %s takes %s, not \"%s\"", where, key, wanted[threshold->kind], text);
		if (!check_order(section, key, value, where, err))
			return false;
	}
	return true;
}

/* --- weighing ---------------------------------------------------------------------------------- */

/* A limit of nothing is passed by anything. */
static bool is_passed(double value, double limit, bool is_floor, double slack)
{
	if (limit < 0)
		return false;
	if (is_floor)
		return value <= limit * (1 + slack);
	return limit > 0 ? value >= limit * (1 - slack) : value > 0;
}

enum verdict limits_weigh(const struct fleet *fleet, const struct database *database, const char *key, double value, const struct limits *limits)
{
	double slack = limits_value(fleet, "hysteresis");
	enum verdict before = limits_memory_get(fleet, database, key), now = VERDICT_OK;
	if (is_passed(value, limits->crit, limits->is_floor, before == VERDICT_CRIT ? slack : 0))
		now = VERDICT_CRIT;
	else if (is_passed(value, limits->warn, limits->is_floor, before != VERDICT_OK ? slack : 0))
		now = VERDICT_WARN;
	if (now != before)
		limits_memory_set(fleet, database, key, now);
	return now;
}

/* --- verdicts ---------------------------------------------------------------------------------- */

const char *verdict_word(enum verdict verdict)
{
	static const char *const words[] = {"ok", "warn", "crit", "unknown"};
	return words[verdict];
}

/* What nobody knows is worse than what is well, and better than what is known to be bad. */
static int badness(enum verdict verdict)
{
	static const int order[] = {[VERDICT_OK] = 0, [VERDICT_UNKNOWN] = 1, [VERDICT_WARN] = 2, [VERDICT_CRIT] = 3};
	return order[verdict];
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return badness(b) > badness(a) ? b : a;
}
