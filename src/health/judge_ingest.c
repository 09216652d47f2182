/* Whether rows arrive, and the jobs of TimescaleDB. The facts hold verdicts and causes already (timescale/). */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

/* --- ingest ------------------------------------------------------------------------------------ */

static void judge_gaps(struct judging *judging, struct finding *finding, const struct table *table, int row, const char *relation)
{
	if (!fact_has(table, row, "gaps"))
		return;
	int64_t gaps = table_get_int(table, row, "gaps", 0);
	const char *days = table_get_text(table, row, "gap_days");
	enum verdict verdict = finding_weigh(judging, finding, "gaps", (double)gaps, 0);
	if (verdict == VERDICT_OK)
		return;
	/* what mends a lesser finding would not fill them */
	if (verdict_worse(finding->verdict, verdict) != finding->verdict) {
		mem_free(finding->mend);
		finding->mend = NULL;
	}
	struct words list = {0};
	words_split(&list, days != NULL ? days : "", "\n");
	char *joined = words_join(&list, ", ");
	finding_raise(finding, verdict,
		mem_format("%s: %lld day%s without a chunk%s%s", relation, (long long)gaps, gaps == 1 ? "" : "s", *joined != '\0' ? ": " : "", joined));
	mem_free(joined);
	words_done(&list);
}

static void judge_arrival(struct judging *judging, struct finding *finding, const struct table *table, int row, const char *relation)
{
	char age[UNITS_SIZE];
	const char *cause = table_get_text(table, row, "cause");
	double lag_s = table_get_real(table, row, "lag_s", 0);
	bool is_silent = fact_is(table, row, "verdict", "silent");
	/* Nobody may take it for rows that arrive. */
	if (finding->source == NULL && table_get(table, row, "newest_row")->missing == MISSING_PRIVILEGE) {
		finding_raise(finding, VERDICT_UNKNOWN, mem_format("%s: this role may not read whether rows arrive", relation));
		finding->mend = mem_format("grant it select on %s", relation);
		return;
	}
	/* A lag is only told: how long is too long depends on what usually comes at this hour. */
	enum verdict verdict = finding_weigh(judging, finding, "silent", is_silent ? lag_s : 0, 0);
	finding_measure_fact(finding, "lag", table, row, "lag_s");
	finding_measure_fact(finding, "rows_per_minute", table, row, "rows_per_min");
	finding_measure_fact(finding, "usual_rows_per_minute", table, row, "usual_rows_per_min");
	if (is_silent)
		finding_raise(finding, verdict, mem_format("%s: %s", relation, cause != NULL ? cause : "silent"));
	else if (fact_is(table, row, "verdict", "slow"))
		finding_raise(finding, VERDICT_WARN, mem_format("%s: %s", relation, cause != NULL ? cause : "slow"));
	else if (finding->source == NULL && fact_has(table, row, "lag_s"))
		finding->note = mem_format("%s newest row %s ago", relation, finding_age(age, lag_s));
	else if (finding->source == NULL && cause != NULL)
		finding->note = mem_format("%s: %s", relation, cause);
}

static void judge_ingest(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_INGEST);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		char *relation = finding_relation(table, row);
		struct finding *finding = finding_new(judging, relation);
		finding->source = mem_copy(table_get_text(table, row, "source"));
		judge_arrival(judging, finding, table, row, relation);
		judge_gaps(judging, finding, table, row, relation);
		mem_free(relation);
	}
}

static const enum fact ingest_facts[] = {FACT_INGEST, FACT_COUNT};
static const struct measure_kind ingest_measures[] = {
	{"silent", MEASURE_SECONDS, "ingest_silent", "How long nothing has come, where something usually does; 0: rows come."},
	{"lag", MEASURE_SECONDS, NULL, "Age of the newest row that does not lie in the future."},
	{"rows_per_minute", MEASURE_COUNT, NULL, "Rows a minute over the last whole hour."},
	{"usual_rows_per_minute", MEASURE_COUNT, NULL, "The same hour of earlier days."},
	{"gaps", MEASURE_COUNT, "ingest_gaps", "Days without a chunk inside the retention window."},
	{0},
};
const struct health_check check_ingest = {"ingest", "hypertable", ingest_facts, true, ingest_measures, "whether rows arrive", "no hypertable", judge_ingest};

/* --- jobs -------------------------------------------------------------------------------------- */

/* "retention of location_events"; "internal" */
static char *policy_words(const struct table *table, int row)
{
	const char *kind = table_get_text(table, row, "kind");
	char *relation = table_get_text(table, row, "name") != NULL ? finding_relation(table, row) : NULL;
	char *words = mem_format("%s%s%s", kind != NULL ? kind : "job", relation != NULL ? " of " : "", relation != NULL ? relation : "");
	mem_free(relation);
	return words;
}

/* A state that is no trouble: it works, it waits for its time, or nobody but people start it. */
static bool is_good_state(const char *state)
{
	static const char *const good[] = {"ok", "running", "by hand"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (strcmp(state, good[i]) == 0)
			return true;
	return false;
}

static void judge_job(struct judging *judging, struct finding *finding, const struct table *table, int row)
{
	const char *state = table_get_text(table, row, "state"), *cause = table_get_text(table, row, "cause");
	/* Telemetry and the cleaning of its own history: no data depends on them. */
	bool is_internal = fact_is(table, row, "kind", "internal");
	int64_t bad = table_get_int(table, row, "consecutive_failures", 0) + table_get_int(table, row, "crashes", 0);
	enum verdict verdict = finding_weigh(judging, finding, "failures_in_a_row", (double)bad, 0);
	finding_measure_fact(finding, "failures", table, row, "failures");
	finding_measure_fact(finding, "since_success", table, row, "ok_ago_s");
	finding_measure_fact(finding, "took", table, row, "took_s");
	/* The Apache edition has them and cannot run them: nobody can mend that, or need. */
	const char *license = judging->database->timescaledb_license;
	bool is_hopeless = is_internal && license != NULL && strcmp(license, "apache") == 0;
	/* Its time is still to come, or nothing waits for it. */
	bool never_ran = state != NULL && strcmp(state, "never ran") == 0;
	if (state == NULL || is_good_state(state) || is_hopeless || (never_ran && cause == NULL))
		return;
	if (bad == 0)
		verdict = VERDICT_WARN;
	if (verdict == VERDICT_OK)
		return;
	/* Most causes name the job themselves. */
	char *reason = cause != NULL && text_starts_with(cause, "job ")
		? mem_copy(finding->policy)
		: mem_format("job %lld (%s) %s%s", (long long)finding->job_id, finding->policy, never_ran ? "" : "is ", state);
	finding_raise(finding, is_internal ? VERDICT_WARN : verdict, finding_because(reason, cause));
	finding->mend = mem_copy(table_get_text(table, row, "mend"));
}

static void judge_jobs(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_POLICIES);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		char *subject = mem_format("%lld", (long long)table_get_int(table, row, "job_id", 0));
		struct finding *finding = finding_new(judging, subject);
		finding->job_id = table_get_int(table, row, "job_id", 0);
		finding->policy = policy_words(table, row);
		judge_job(judging, finding, table, row);
		mem_free(subject);
	}
}

static const enum fact jobs_facts[] = {FACT_POLICIES, FACT_COUNT};
static const struct measure_kind jobs_measures[] = {
	{"failures_in_a_row", MEASURE_COUNT, "jobs_failures", "Failures and crashes since its last success."},
	{"failures", MEASURE_TOTAL, NULL, "Failures in all."},
	{"since_success", MEASURE_SECONDS, NULL, "How long ago it last succeeded."},
	{"took", MEASURE_SECONDS, NULL, "How long its last run took."},
	{0},
};
const struct health_check check_jobs = {"jobs", "job", jobs_facts, true, jobs_measures, "jobs that fail, wait or are paused", "no job", judge_jobs};
