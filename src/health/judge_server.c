/* What the server says of a database: whether it answers, connections, waits for locks, open transactions. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

void judge_reach(struct judging *judging)
{
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct facts *facts = database_facts(judging->database, (enum fact)fact);
		if (facts->err.kind != ERR_UNREACHABLE && facts->err.kind != ERR_TIMEOUT)
			continue;
		enum verdict verdict = facts->err.kind == ERR_UNREACHABLE ? VERDICT_CRIT : VERDICT_WARN;
		finding_raise(finding_new(judging, NULL), verdict, mem_copy(facts->err.text));
		return;
	}
}

/* A server without activity (PGlite) says nothing of its sessions, which is not the same as that all is well. */
static bool has_activity(struct judging *judging)
{
	const struct server *server = judging->database->server;
	if (!server->has[CAP_ACTIVITY])
		judging_lacks(judging, mem_format("cannot be checked: %s", server->lacks[CAP_ACTIVITY] != NULL ? server->lacks[CAP_ACTIVITY] : "no activity"));
	return server->has[CAP_ACTIVITY];
}

static const enum fact databases_facts[] = {FACT_DATABASES, FACT_COUNT};

/* --- connections ------------------------------------------------------------------------------- */

static void judge_connections(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_DATABASES);
	int row = database_row(judging->database, table);
	if (row < 0)
		return;
	int64_t most = table_get_int(table, row, "max_connections", 0), used = 0;
	for (int i = 0; i < table_rows(table); i++)
		used += table_get_int(table, i, "backends", 0);
	if (most <= 0)
		return;
	struct finding *finding = finding_new(judging, NULL);
	char *text = mem_format("%lld of %lld connections of the server in use", (long long)used, (long long)most);
	enum verdict verdict = finding_weigh(judging, finding, "used", (double)used / (double)most, 0);
	finding_measure(finding, "server", (double)used);
	finding_measure(finding, "database", (double)table_get_int(table, row, "backends", 0));
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict, text);
	else
		finding->note = text;
}

static const struct measure_kind connections_measures[] = {
	{"used", MEASURE_RATIO, "connections", "Share of the server's max_connections that is in use."},
	{"server", MEASURE_COUNT, NULL, "Connections to all databases of the server."},
	{"database", MEASURE_COUNT, NULL, "Connections to this database."},
	{0},
};
const struct health_check check_connections = {"connections", NULL, databases_facts, false, connections_measures,
	"share of the server's connections in use", "the server does not say how many connections it has", judge_connections};

/* --- locks ------------------------------------------------------------------------------------- */

static int row_of_place(const struct table *locks, int place)
{
	for (int row = 0; locks != NULL && row < table_rows(locks); row++)
		if (table_get_int(locks, row, "set_place", 0) == place)
			return row;
	return -1;
}

static int count_waiting(const struct table *locks)
{
	int waiting = 0;
	for (int row = 0; row < table_rows(locks); row++)
		waiting += fact_has(locks, row, "mode");
	return waiting;
}

/* The fewest to end so that everybody goes on: what ends each, and how many go on by then. */
static char *minimum_set(const struct database *database, const struct table *locks)
{
	struct text mend = {0};
	for (int place = 1, row; (row = row_of_place(locks, place)) >= 0; place++) {
		const char *gid = table_get_text(locks, row, "prepared"), *by = table_get_text(locks, row, "end_by"), *in = table_get_text(locks, row, "database");
		long long pid = table_get_int(locks, row, "pid", 0);
		text_add(&mend, place > 1 ? "; " : "");
		if (gid != NULL)
			text_addf(&mend, "ROLLBACK PREPARED '%s' in %s", gid, in != NULL ? in : "its database");
		else if (in != NULL && strcmp(in, database->dbname) == 0)
			text_addf(&mend, "pgtend %s %s %lld", by, database->name, pid);
		else
			text_addf(&mend, "%s pid %lld of %s", by, pid, in != NULL ? in : "the server");
		text_addf(&mend, " (%lld of %d go on)", (long long)table_get_int(locks, row, "set_releases", 0), count_waiting(locks));
	}
	if (mend.length == 0)
		return NULL;
	return text_take(&mend);
}

/* Sessions of others are there, and what they do is hidden from this role: zeros would be no zeros. */
static bool is_hidden(const struct table *databases, int row)
{
	return table_get(databases, row, "waiting")->missing == MISSING_PRIVILEGE;
}

/* The longest wait in this database; -1: nobody waits. */
static int longest_wait(const struct judging *judging, const struct table *locks, int *waiting)
{
	int longest = -1;
	for (int row = 0; row < table_rows(locks); row++) {
		if (!fact_has(locks, row, "mode") || !fact_is(locks, row, "database", judging->database->dbname))
			continue;
		++*waiting;
		if (longest < 0 || table_get_real(locks, row, "wait_s", 0) > table_get_real(locks, longest, "wait_s", 0))
			longest = row;
	}
	return longest;
}

/* pg_locks hides nothing (and since 14 tells how long): who may not see what sessions do still learns of those that wait. */
static void judge_bare_locks(struct judging *judging)
{
	const struct table *locks = judging_table(judging, FACT_LOCKS);
	int waiting = 0, row = locks != NULL ? longest_wait(judging, locks, &waiting) : -1;
	if (locks == NULL || (row >= 0 && !fact_has(locks, row, "wait_s"))) {
		judging_forbids(judging, "for how long sessions of others wait", "pg_read_all_stats");
		return;
	}
	char age[UNITS_SIZE];
	double blocked = row >= 0 ? table_get_real(locks, row, "wait_s", 0) : 0;
	struct finding *finding = finding_new(judging, NULL);
	enum verdict verdict = finding_weigh(judging, finding, "longest_wait", blocked, 0);
	finding_measure(finding, "waiting", waiting);
	if (verdict == VERDICT_OK) {
		finding->note = mem_copy(waiting > 0 ? "nobody waits for a lock for long" : "nobody waits for a lock");
		return;
	}
	finding_raise(finding, verdict, mem_format("pid %lld has waited %s for a lock", (long long)table_get_int(locks, row, "pid", 0), finding_age(age, blocked)));
	finding->mend = minimum_set(judging->database, locks);
}

static void judge_locks(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_DATABASES);
	int row = database_row(judging->database, table);
	if (row < 0 || !has_activity(judging))
		return;
	if (is_hidden(table, row)) {
		judge_bare_locks(judging);
		return;
	}
	char age[UNITS_SIZE];
	const char *by = table_get_text(table, row, "blocked_by");
	double blocked = table_get_real(table, row, "blocked_s", 0);
	struct finding *finding = finding_new(judging, NULL);
	enum verdict verdict = finding_weigh(judging, finding, "longest_wait", blocked, 0);
	finding_measure(finding, "waiting", (double)table_get_int(table, row, "waiting", 0));
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict,
			mem_format("pid %lld has waited %s for a lock of %s", (long long)table_get_int(table, row, "blocked_pid", 0),
				finding_age(age, blocked), by == NULL || *by == '\0' ? "somebody who is gone" : strcmp(by, "0") == 0 ? "a prepared transaction" : by));
	if (verdict != VERDICT_OK)
		finding->mend = minimum_set(judging->database, judging_table(judging, FACT_LOCKS));
	else
		finding->note = mem_copy(blocked > 0 ? "nobody waits for a lock for long" : "nobody waits for a lock");
}

static const enum fact locks_facts[] = {FACT_DATABASES, FACT_LOCKS, FACT_COUNT};
static const struct measure_kind locks_measures[] = {
	{"longest_wait", MEASURE_SECONDS, "blocked", "Longest wait for a lock."},
	{"waiting", MEASURE_COUNT, NULL, "Sessions that wait for a lock."},
	{0},
};
const struct health_check check_locks = {"locks", NULL, locks_facts, false, locks_measures, "longest wait for a lock",
	"nothing is known of its sessions", judge_locks};

/* --- transactions ------------------------------------------------------------------------------ */

/* Who holds the xmin horizon furthest back for this database; -1: nobody. Those of other databases hold it for shared catalogs alone. */
static int culprit_row(const struct judging *judging, const struct table *horizon)
{
	for (int row = 0; horizon != NULL && row < table_rows(horizon); row++)
		if (!fact_has(horizon, row, "database") || fact_is(horizon, row, "database", judging->database->dbname))
			return row;
	return -1;
}

static bool is_culprit(const struct judging *judging, int64_t pid)
{
	const struct table *horizon = judging_table(judging, FACT_HORIZON);
	int row = culprit_row(judging, horizon);
	return row >= 0 && table_get_int(horizon, row, "pid", 0) == pid;
}

static void measure_horizon(const struct judging *judging, struct finding *finding)
{
	const struct table *horizon = judging_table(judging, FACT_HORIZON);
	int row = culprit_row(judging, horizon);
	if (horizon != NULL)
		finding_measure(finding, "horizon", row >= 0 ? (double)table_get_int(horizon, row, "age", 0) : 0);
}

static void judge_transactions(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_DATABASES);
	int row = database_row(judging->database, table);
	if (row < 0 || !has_activity(judging))
		return;
	if (is_hidden(table, row)) {
		judging_forbids(judging, "which sessions of others are idle in a transaction", "pg_read_all_stats");
		return;
	}
	char age[UNITS_SIZE];
	double idle = table_get_real(table, row, "idle_in_transaction_s", 0);
	struct finding *finding = finding_new(judging, NULL);
	enum verdict verdict = finding_weigh(judging, finding, "longest_idle", idle, 0);
	finding_measure(finding, "idle", (double)table_get_int(table, row, "idle_in_transaction", 0));
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict,
			mem_format("pid %lld is idle in transaction since %s%s", (long long)table_get_int(table, row, "idle_in_transaction_pid", 0), finding_age(age, idle),
				is_culprit(judging, table_get_int(table, row, "idle_in_transaction_pid", 0)) ? ", and holds the xmin horizon" : ""));
	measure_horizon(judging, finding);
	if (verdict != VERDICT_OK)
		finding->mend = mem_format("pgtend terminate %s %lld", judging->database->name, (long long)table_get_int(table, row, "idle_in_transaction_pid", 0));
	else
		finding->note = mem_copy(idle > 0 ? "nobody is idle in a transaction for long" : "nobody is idle in a transaction");
}

static const enum fact transactions_facts[] = {FACT_DATABASES, FACT_HORIZON, FACT_COUNT};
static const struct measure_kind transactions_measures[] = {
	{"longest_idle", MEASURE_SECONDS, "idle_in_transaction", "Longest time that a session is idle in a transaction."},
	{"idle", MEASURE_COUNT, NULL, "Sessions that are idle in a transaction."},
	{"horizon", MEASURE_COUNT, NULL, "How many transactions back the xmin horizon of the database is held: rows that died since cannot be removed."},
	{0},
};
const struct health_check check_transactions = {"transactions", NULL, transactions_facts, false, transactions_measures,
	"longest time idle in a transaction", "nothing is known of its sessions", judge_transactions};
