/* What is kept for a database and in it: backups, migrations, dead rows. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

/* --- backups ----------------------------------------------------------------------------------- */

static const enum fact backup_facts[] = {FACT_BACKUP, FACT_COUNT};
static const struct measure_kind backups_measures[] = {
	{"age", MEASURE_SECONDS, NULL, "Age of the newest verified backup, held against the limits of its policy."},
	{"size", MEASURE_BYTES, NULL, "Its size."},
	{"shrunk", MEASURE_RATIO, "backup_shrunk", "By how much it is smaller than the verified one before it."},
	{"count", MEASURE_COUNT, NULL, "Verified backups that are there."},
	{0},
};

/* Its limits depend on the policy. */
static enum verdict weigh_backup(struct judging *judging, struct finding *finding, const char *policy, double age_s)
{
	char *warn = mem_format("backup_%s_warn", policy), *crit = mem_format("backup_%s_crit", policy), *key = mem_format("backups//%s/age", policy);
	finding_measure(finding, "age", age_s);
	struct measure *measure = &finding->measures[finding->measure_count - 1];
	measure->warn = limits_value(judging->fleet, warn);
	measure->crit = limits_value(judging->fleet, crit);
	const struct limits limits = {.warn = measure->warn, .crit = measure->crit};
	enum verdict verdict = limits_weigh(judging->fleet, judging->database, key, age_s, &limits);
	mem_free(warn);
	mem_free(crit);
	mem_free(key);
	return verdict;
}

/* Nothing that counts is there. */
static void judge_none(struct judging *judging, const struct table *table, const char *policy, const char *trouble)
{
	const struct server *server = judging->database->server;
	struct finding *finding = finding_new(judging, NULL);
	if (trouble != NULL)
		finding_raise(finding, VERDICT_CRIT, mem_format("no good backup, though the policy is %s: %s", policy, trouble));
	else if (server->lacks[CAP_DUMP] != NULL)
		finding_raise(finding, VERDICT_WARN, mem_format("no backup, though the policy is %s: %s", policy, server->lacks[CAP_DUMP]));
	else
		finding_raise(finding, VERDICT_WARN, mem_format("no backup yet, though the policy is %s", policy));
	finding_measure_fact(finding, "count", table, 0, "count");
}

static void judge_age(struct judging *judging, const struct table *table, const char *policy)
{
	char age[UNITS_SIZE];
	struct finding *finding = finding_new(judging, NULL);
	double age_s = table_get_real(table, 0, "age_s", 0);
	char *text = mem_format("the newest backup is %s old, the policy is %s", finding_age(age, age_s), policy);
	finding_raise(finding, weigh_backup(judging, finding, policy, age_s), text);
	finding_measure_fact(finding, "size", table, 0, "size_bytes");
	finding_measure_fact(finding, "count", table, 0, "count");
}

/* A table that was emptied by mistake is seen first by what the dump has lost. */
static void judge_shrunk(struct judging *judging, const struct table *table)
{
	double now = (double)table_get_int(table, 0, "size_bytes", 0), before = (double)table_get_int(table, 0, "before_bytes", 0);
	if (before <= 0 || now >= before)
		return;
	struct finding *finding = finding_new(judging, NULL);
	char is[UNITS_SIZE], was[UNITS_SIZE];
	enum verdict verdict = finding_weigh(judging, finding, "shrunk", (before - now) / before, 0);
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict,
			mem_format("the newest backup has %s, the one before it %s", units_bytes(is, (int64_t)now), units_bytes(was, (int64_t)before)));
}

static void judge_backups(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_BACKUP);
	if (table == NULL || table_rows(table) == 0)
		return;
	const char *policy = table_get_text(table, 0, "policy");
	if (policy == NULL || strcmp(policy, "none") == 0)
		return;
	const char *newer = table_get_text(table, 0, "newer_trouble"), *after = table_get_text(table, 0, "after_trouble");
	if (!fact_has(table, 0, "age_s")) {
		judge_none(judging, table, policy, newer);
		return;
	}
	judge_age(judging, table, policy);
	judge_shrunk(judging, table);
	if (newer != NULL)
		finding_raise(finding_new(judging, NULL), VERDICT_WARN, mem_format("a newer backup does not count: %s", newer));
	if (after != NULL)
		finding_raise(finding_new(judging, NULL), VERDICT_WARN, mem_format("of the backup %s", after));
	if (table_get_int(table, 0, "verified", 1) == 0)
		finding_raise(finding_new(judging, NULL), VERDICT_WARN, mem_copy("the newest backup was not verified"));
}

const struct health_check check_backups = {"backups", NULL, backup_facts, false, backups_measures,
	"newest verified backup against its policy, its size, its copy elsewhere", "its policy is none", judge_backups};

/* --- migrations -------------------------------------------------------------------------------- */

static void count_migrations(struct finding *finding, const struct table *table)
{
	int64_t applied = 0, pending = 0;
	for (int row = 0; row < table_rows(table); row++) {
		const char *state = table_get_text(table, row, "state");
		applied += state != NULL && strcmp(state, "applied") == 0;
		pending += state != NULL && strcmp(state, "pending") == 0;
	}
	finding_measure(finding, "applied", (double)applied);
	finding->note = mem_format("%lld applied, %lld pending", (long long)applied, (long long)pending);
}

/* Before a deployment pending files are as it should be; afterwards, and for monitoring, they are not. */
static void judge_pending(struct judging *judging, const struct table *table)
{
	int64_t pending = 0;
	const char *first = NULL;
	for (int row = 0; row < table_rows(table); row++)
		if (fact_is(table, row, "state", "pending")) {
			first = pending++ == 0 ? table_get_text(table, row, "name") : first;
		}
	struct finding *finding = finding_new(judging, NULL);
	finding->is_for_asking = true;
	enum verdict verdict = finding_weigh(judging, finding, "pending", (double)pending, 0);
	if (verdict == VERDICT_OK)
		return;
	finding_raise(finding, verdict, mem_format("%lld migration%s pending, the first is %s", (long long)pending, pending == 1 ? " is" : "s are", first));
	finding->mend = mem_format("pgtend migrate up %s", judging->database->name);
}

static void judge_files(struct judging *judging, const struct table *table)
{
	struct finding *finding = finding_new(judging, NULL);
	count_migrations(finding, table);
	for (int row = 0; row < table_rows(table); row++) {
		const char *state = table_get_text(table, row, "state"), *advice = table_get_text(table, row, "advice");
		if (state == NULL || strcmp(state, "applied") == 0 || strcmp(state, "pending") == 0)
			continue;
		finding_raise(finding, VERDICT_WARN,
			mem_format("migration %s: %s%s%s", table_get_text(table, row, "name"), state, advice != NULL ? ", " : "",
				advice != NULL ? advice : ""));
		return; /* one line: the MIGRATIONS pane has them all */
	}
}

static void judge_migrations(struct judging *judging)
{
	const struct err *err = &database_facts(judging->database, FACT_MIGRATIONS)->err;
	/* A folder that is gone, a history table that may not be read: nobody knows then what is pending. */
	if (err->kind == ERR_FAILED || err->kind == ERR_CONFIG || err->kind == ERR_DRIFT)
		finding_raise(finding_new(judging, NULL), VERDICT_WARN, mem_format("migrations: %s", err->text));
	const struct table *table = judging_table(judging, FACT_MIGRATIONS);
	if (table == NULL)
		return;
	judge_files(judging, table);
	judge_pending(judging, table);
}

static const enum fact migrations_facts[] = {FACT_MIGRATIONS, FACT_COUNT};
static const struct measure_kind migrations_measures[] = {
	{"applied", MEASURE_COUNT, NULL, "Migrations that the history table has."},
	{"pending", MEASURE_COUNT, "migrations_pending", "Migrations that are not applied yet."},
	{0},
};
const struct health_check check_migrations = {"migrations", NULL, migrations_facts, false, migrations_measures,
	"files against the history table", "no migrations", judge_migrations};

/* --- dead rows --------------------------------------------------------------------------------- */

static void judge_dead_rows(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_DEAD_ROWS);
	double least = limits_value(judging->fleet, "dead_rows_least");
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		double dead = (double)table_get_int(table, row, "dead", 0), rows = (double)table_get_int(table, row, "rows", 0);
		char percent[UNITS_SIZE], *relation = finding_relation(table, row);
		if (dead >= least && dead + rows > 0) {
			struct finding *finding = finding_new(judging, relation);
			enum verdict verdict = finding_weigh(judging, finding, "share", dead / (dead + rows), 0);
			finding_measure(finding, "rows", dead);
			if (verdict != VERDICT_OK)
				finding_raise(finding, verdict,
					mem_format("%s.%s: %s of its rows are dead", table_get_text(table, row, "schema"), table_get_text(table, row, "name"),
						units_percent(percent, dead / (dead + rows))));
		}
		mem_free(relation);
	}
}

static const enum fact dead_rows_facts[] = {FACT_DEAD_ROWS, FACT_COUNT};
static const struct measure_kind dead_rows_measures[] = {
	{"share", MEASURE_RATIO, "dead_rows", "Dead rows of all rows of a table."},
	{"rows", MEASURE_COUNT, NULL, "Dead rows of a table."},
	{0},
};
const struct health_check check_dead_rows = {"dead-rows", "table", dead_rows_facts, false, dead_rows_measures,
	"tables with many dead rows", "no table has many dead rows", judge_dead_rows};
