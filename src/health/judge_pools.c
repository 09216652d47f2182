/* What poolers, and the applications' own pools, say of a database: who waits for a connection, and what all of them may ask of the server. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/pools.h"

static const char *text_of(const struct table *table, int row, const char *column)
{
	const char *text = table_get_text(table, row, column);
	return text != NULL ? text : "";
}

/* Why they wait, and what ends it. */
static void explain_wait(struct finding *finding, const struct pooler *pooler, const struct table *table, int row)
{
	const char *database = text_of(table, row, "database");
	if (fact_is(table, row, "state", "paused"))
		finding->mend = mem_format("the pool is paused: RESUME %s in the console of %s lets them go on", database, pooler->name);
	else if (fact_is(table, row, "state", "suspended"))
		finding->mend = mem_format("the pooler is suspended: RESUME in the console of %s lets them go on", pooler->name);
	else if (fact_is(table, row, "state", "full"))
		finding->mend = mem_format("all %lld connections of the pool are taken: `pgtend pools clients` shows by whom; pool_size bounds them",
			(long long)table_get_int(table, row, "pool_size", 0));
	else
		finding->mend = mem_copy("its connections are not all taken: PgBouncer's log says what keeps it from making more");
}

static void judge_pool(struct judging *judging, const struct pooler *pooler, const struct table *table, int row)
{
	double wait_s = table_get_real(table, row, "maxwait_s", 0);
	int64_t waiting = table_get_int(table, row, "cl_waiting", 0);
	char age[UNITS_SIZE], *subject = mem_format("%s/%s", pooler->name, text_of(table, row, "user"));
	struct finding *finding = finding_new(judging, subject);
	enum verdict verdict = finding_weigh(judging, finding, "longest_wait", waiting > 0 ? wait_s : 0, 0);
	finding_measure(finding, "waiting", (double)waiting);
	if (verdict != VERDICT_OK) {
		finding_raise(finding, verdict,
			mem_format("%lld clients wait for a connection of pooler %s, the longest %s", (long long)waiting, pooler->name,
				finding_age(age, wait_s)));
		explain_wait(finding, pooler, table, row);
	} else if (fact_is(table, row, "state", "disabled")) {
		finding_raise(finding, VERDICT_WARN,
			mem_format("pooler %s refuses new clients of %s: it is disabled", pooler->name, text_of(table, row, "database")));
		finding->mend = mem_format("ENABLE %s in its console lets them in", text_of(table, row, "database"));
	} else if (fact_is(table, row, "state", "paused") || fact_is(table, row, "state", "suspended")) {
		finding->note = mem_format("pooler %s is %s, nobody has waited for long", pooler->name, text_of(table, row, "state"));
	}
	mem_free(subject);
}

/* --- all of them together ---------------------------------------------------------------------- */

static void judge_demand(struct judging *judging)
{
	struct pool_demand demand;
	pool_demand_of(judging->fleet, judging->database, &demand);
	int64_t all = demand.pooled + demand.applications;
	if (all <= 0 || demand.most <= 0)
		return;
	struct finding *finding = finding_new(judging, "all together");
	enum verdict verdict = finding_weigh(judging, finding, "demand", (double)all / (double)demand.most, 0);
	char *sentence = demand.applications == 0 ?
		mem_format("%d pools may open %lld connections, the server lets in %lld", demand.pools, (long long)all, (long long)demand.most) :
		mem_format("%d pools may open %lld connections and applications %lld, the server lets in %lld", demand.pools, (long long)demand.pooled,
			(long long)demand.applications, (long long)demand.most);
	finding_raise(finding, verdict, sentence);
	if (verdict != VERDICT_OK)
		finding->mend = mem_copy("smaller pools (pool_size, or max_db_connections for a database's pools together), or a larger max_connections");
}

/* --- the applications' own --------------------------------------------------------------------- */

static void judge_application(struct judging *judging, const struct table *table, int row)
{
	const struct cell *used = table_get(table, row, "used_ratio");
	int64_t most = table_get_int(table, row, "most", 0), total = table_get_int(table, row, "total", 0);
	if (most <= 0 || !used->has_value)
		return;
	char *subject = mem_format("application %s", text_of(table, row, "application"));
	struct finding *finding = finding_new(judging, subject);
	enum verdict verdict = finding_weigh(judging, finding, "application", used->u.real, 0);
	finding_measure(finding, "connections", (double)total);
	if (verdict != VERDICT_OK) {
		finding_raise(finding, verdict,
			mem_format("%s has %lld of its %lld connections at work: what comes next waits inside of it", subject,
				(long long)(total - table_get_int(table, row, "idle", 0)), (long long)most));
		finding->mend = mem_format("`pgtend activity %s` shows what they do", judging->database->name);
	} else if (total > most) {
		finding->note = mem_format("%s has %lld connections, more than the %lld of its pool: several of it run", subject, (long long)total, (long long)most);
	}
	mem_free(subject);
}

static void judge_applications(struct judging *judging)
{
	/* nobody said what they may have */
	if (judging->database->section == NULL || section_text(judging->database->section, "applications") == NULL)
		return;
	if (judging_table(judging, FACT_ACTIVITY) == NULL)
		return;
	struct table *table = application_pools(judging->fleet, judging->database);
	for (int row = 0; row < table_rows(table); row++)
		judge_application(judging, table, row);
	table_free(table);
}

static void judge_pools(struct judging *judging)
{
	const struct fleet *fleet = judging->fleet;
	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct table *table = fleet->poolers[i]->facts[FACT_POOLS].table;
		for (int row = 0; table != NULL && row < table_rows(table); row++)
			if (pool_is_of(fleet->poolers[i], table, row, judging->database))
				judge_pool(judging, fleet->poolers[i], table, row);
	}
	judge_applications(judging);
	judge_demand(judging);
}

static const enum fact pools_facts[] = {FACT_SERVER, FACT_DATABASES, FACT_ACTIVITY, FACT_POOLS, FACT_POOL_CLIENTS, FACT_COUNT};
static const struct measure_kind pools_measures[] = {
	{"longest_wait", MEASURE_SECONDS, "pool_wait", "Longest wait of a client for a connection of the pool."},
	{"waiting", MEASURE_COUNT, NULL, "Clients that wait for a connection of the pool."},
	{"demand", MEASURE_RATIO, "pool_demand", "What all pools may open together, of what the server lets in."},
	{"application", MEASURE_RATIO, "application_pool", "Share of an application's own pool that is at work."},
	{"connections", MEASURE_COUNT, NULL, "Connections of the application."},
	{0},
};
const struct health_check check_pools = {"pools", "pool", pools_facts, false, pools_measures,
	"longest wait for a pooled connection, applications' pools at work, all pools against max_connections", "no pool of it is in use", judge_pools};
