/* What becomes of time-series data: retention, compression, aggregates, whether rows arrive, the jobs that do it all.
 *
 * The facts hold verdicts and causes already (timescale/); here they are held against limits. */
#include "health_internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

enum { LEAST_GRACE_S = 300 };

static bool is_text(const struct table *table, int row, const char *column, const char *wanted)
{
	const char *text = table_get_text(table, row, column);
	return text != NULL && strcmp(text, wanted) == 0;
}

static bool has(const struct table *table, int row, const char *column)
{
	return table_get(table, row, column)->has_value;
}

static int row_of_job(const struct table *policies, int64_t job_id)
{
	for (int row = 0; policies != NULL && job_id != 0 && row < table_rows(policies); row++)
		if (table_get_int(policies, row, "job_id", 0) == job_id)
			return row;
	return -1;
}

/* What a job may be behind without being late: it comes by once a schedule, and needs its time. */
static double allowed_s(const struct table *policies, int row)
{
	if (row < 0)
		return 0;
	double grace_s = 2 * table_get_real(policies, row, "took_s", 0);
	return table_get_real(policies, row, "schedule_s", 0) + (grace_s > LEAST_GRACE_S ? grace_s : LEAST_GRACE_S);
}

static char *with_cause(char *sentence, const char *cause)
{
	if (cause == NULL || *cause == '\0')
		return sentence;
	char *whole = mem_format("%s: %s", sentence, cause);
	mem_free(sentence);
	return whole;
}

static void measure_if(struct finding *finding, const char *name, const struct table *table, int row, const char *column, bool is_real)
{
	if (has(table, row, column))
		finding_measure(finding, name, is_real ? table_get_real(table, row, column, 0) : (double)table_get_int(table, row, column, 0));
}

/* --- late chunks: retention and compression ---------------------------------------------------- */

/* The columns of one of the two in FACT_CHUNKS, and its words. */
struct late_columns {
	const char *verdict, *late_s, *late_chunks, *late_bytes, *cause, *mend, *job_id;
	const char *what; /* "retention" */
};

/* "retention of location_events late by 2d 4h, 37 chunks, 81 GB" */
static char *late_words(const struct table *table, int row, const struct late_columns *columns, const char *relation)
{
	char age[UNITS_SIZE], bytes[UNITS_SIZE];
	struct text text = {0};
	int64_t chunks = table_get_int(table, row, columns->late_chunks, 0);
	double late_s = table_get_real(table, row, columns->late_s, 0);
	text_addf(&text, "%s of %s late", columns->what, relation);
	if (late_s > 0)
		text_addf(&text, " by %s", units_age(age, (int64_t)late_s));
	text_addf(&text, ", %lld chunk%s", (long long)chunks, chunks == 1 ? "" : "s");
	if (has(table, row, columns->late_bytes))
		text_addf(&text, ", %s", units_bytes(bytes, table_get_int(table, row, columns->late_bytes, 0)));
	return text_take(&text);
}

/* Chunks that should be gone (or compressed) are a warning at once, and an alarm when they are it for long. */
static void judge_late(struct judging *judging, struct finding *finding, const struct table *table, int row,
	const struct late_columns *columns, const char *relation)
{
	const struct table *policies = judging_table(judging, FACT_POLICIES);
	int job = row_of_job(policies, table_get_int(table, row, columns->job_id, 0));
	double allowed = allowed_s(policies, job), late_s = table_get_real(table, row, columns->late_s, 0);
	bool is_late = table_get_int(table, row, columns->late_chunks, 0) > 0;
	/* Integer time has no seconds: then the job says how long it did nothing. */
	if (is_late && late_s <= 0 && job >= 0)
		late_s = table_get_real(policies, job, "ok_ago_s", 0);
	enum verdict verdict = finding_weigh(judging, finding, "late", is_late ? late_s : 0, allowed);
	measure_if(finding, "late_chunks", table, row, columns->late_chunks, false);
	measure_if(finding, "late_size", table, row, columns->late_bytes, false);
	finding->job_id = table_get_int(table, row, columns->job_id, 0);
	if (!is_late)
		return;
	finding->mend = mem_copy(table_get_text(table, row, columns->mend));
	finding_raise(finding, verdict_worse(verdict, is_late && late_s <= allowed ? VERDICT_WARN : VERDICT_OK),
		with_cause(late_words(table, row, columns, relation), table_get_text(table, row, columns->cause)));
}

/* --- retention --------------------------------------------------------------------------------- */

/* What pgtend.ini counts on (key `retention`) speaks of raw data, not of aggregates of it. */
static double expected_s(const struct judging *judging, const struct table *table, int row)
{
	return is_text(table, row, "kind", "aggregate") ? -1 : section_seconds(judging->database->section, "retention");
}

static void judge_expected(struct finding *finding, const struct table *table, int row, double expected, const char *relation)
{
	char wanted[UNITS_SIZE], kept[UNITS_SIZE];
	double after = table_get_real(table, row, "drop_after_s", -1);
	if (expected <= 0)
		return;
	units_age(wanted, (int64_t)expected);
	const char *cause = table_get_text(table, row, "cause");
	if (is_text(table, row, "verdict", "no policy"))
		finding_raise(finding, VERDICT_WARN,
			with_cause(mem_format("%s has no retention policy, pgtend.ini says %s", relation, wanted), cause));
	else if (after > 0 && (after > expected * 1.001 || after < expected * 0.999))
		finding_raise(finding, VERDICT_WARN,
			mem_format("%s is kept %s, pgtend.ini says %s", relation, units_age(kept, (int64_t)after), wanted));
	if (finding->verdict != VERDICT_OK && finding->mend == NULL)
		finding->mend = mem_copy(table_get_text(table, row, "mend"));
}

static char *kept_words(const struct table *table, int row, const char *relation)
{
	char age[UNITS_SIZE], next[UNITS_SIZE];
	struct text text = {0};
	text_addf(&text, "%s", relation);
	if (has(table, row, "drop_after_s"))
		text_addf(&text, " kept %s", units_age(age, (int64_t)table_get_real(table, row, "drop_after_s", 0)));
	else
		text_add(&text, is_text(table, row, "verdict", "no policy") ? " has no policy" : " kept by position");
	if (!is_text(table, row, "verdict", "no policy"))
		text_add(&text, ", nothing late");
	int64_t wait_us = has(table, row, "retention_next") ? table_get_int(table, row, "retention_next", 0) - units_now_us() : -1;
	if (wait_us > 0 && wait_us < INT64_C(1000) * 86400 * 1000000)
		text_addf(&text, ", next run in %s", units_age(next, wait_us / 1000000));
	return text_take(&text);
}

static void judge_retention(struct judging *judging)
{
	static const struct late_columns columns = {"verdict", "late_s", "late_chunks", "late_bytes", "cause", "mend", "retention_job_id", "retention"};
	const struct table *table = judging_table(judging, FACT_CHUNKS);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		double expected = expected_s(judging, table, row);
		char *relation = finding_relation(table, row);
		struct finding *finding = finding_new(judging, relation);
		if (is_text(table, row, "verdict", "no policy") && table_get_int(table, row, "late_chunks", 0) == 0)
			finding->note = kept_words(table, row, relation);
		else
			judge_late(judging, finding, table, row, &columns, relation);
		judge_expected(finding, table, row, expected, relation);
		if (finding->verdict == VERDICT_OK && finding->note == NULL)
			finding->note = kept_words(table, row, relation);
		measure_if(finding, "kept", table, row, "drop_after_s", true);
		measure_if(finding, "size", table, row, "bytes", false);
		measure_if(finding, "chunks", table, row, "chunks", false);
		mem_free(relation);
	}
}

static const enum fact chunks_facts[] = {FACT_CHUNKS, FACT_POLICIES, FACT_COUNT};
static const struct measure_kind retention_measures[] = {
	{"late", MEASURE_SECONDS, "retention_late", "Since when the oldest chunk that retention should have dropped could have gone; 0: nothing is late."},
	{"late_chunks", MEASURE_COUNT, NULL, "Chunks that retention should have dropped."},
	{"late_size", MEASURE_BYTES, NULL, "What those chunks take on disk."},
	{"kept", MEASURE_SECONDS, NULL, "Age at which retention drops a chunk."},
	{"size", MEASURE_BYTES, NULL, "What the hypertable takes on disk, compressed chunks included."},
	{"chunks", MEASURE_COUNT, NULL, "Chunks of the hypertable."},
	{0},
};
const struct health_check check_retention = {"retention", "hypertable", chunks_facts, true, retention_measures,
	"chunks that should be gone", "no hypertable", judge_retention};

/* --- compression ------------------------------------------------------------------------------- */

static char *compressed_words(const struct table *table, int row, const char *relation)
{
	struct text text = {0};
	text_addf(&text, "%s %lld of %lld chunks compressed", relation, (long long)table_get_int(table, row, "compressed", 0),
		(long long)table_get_int(table, row, "chunks", 0));
	if (has(table, row, "ratio"))
		text_addf(&text, ", %.1f times smaller", table_get_real(table, row, "ratio", 0));
	return text_take(&text);
}

static void judge_ratio(struct finding *finding, const struct table *table, int row, const char *relation)
{
	if (is_text(table, row, "ratio_verdict", "low"))
		finding_raise(finding, VERDICT_WARN,
			with_cause(mem_format("compression of %s reaches %.1f times, %g are expected", relation, table_get_real(table, row, "ratio", 0),
						   table_get_real(table, row, "expected_ratio", 0)),
				table_get_text(table, row, "ratio_reason")));
}

static void judge_compression(struct judging *judging)
{
	static const struct late_columns columns = {"compress_verdict", "compress_late_s", "compress_late_chunks", "compress_late_bytes",
		"compress_cause", "compress_mend", "compression_job_id", "compression"};
	const struct table *table = judging_table(judging, FACT_CHUNKS);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		/* Whoever never asked for compression has none; that is no trouble. */
		if ((table_get_text(table, row, "compress_verdict") == NULL || is_text(table, row, "compress_verdict", "no policy")) &&
			table_get_int(table, row, "compressed", 0) == 0)
			continue;
		char *relation = finding_relation(table, row);
		struct finding *finding = finding_new(judging, relation);
		judge_late(judging, finding, table, row, &columns, relation);
		if (is_text(table, row, "compress_verdict", "never"))
			finding_raise(finding, VERDICT_WARN,
				with_cause(mem_format("compression of %s never comes", relation), table_get_text(table, row, "compress_cause")));
		judge_ratio(finding, table, row, relation);
		if (finding->verdict == VERDICT_OK)
			finding->note = compressed_words(table, row, relation);
		else if (finding->mend == NULL)
			finding->mend = mem_copy(table_get_text(table, row, "compress_mend"));
		measure_if(finding, "compressed", table, row, "compressed", false);
		measure_if(finding, "partial", table, row, "partial", false);
		measure_if(finding, "ratio", table, row, "ratio", true);
		measure_if(finding, "before", table, row, "bytes_before", false);
		measure_if(finding, "after", table, row, "bytes_after", false);
		mem_free(relation);
	}
}

static const struct measure_kind compression_measures[] = {
	{"late", MEASURE_SECONDS, "compression_late", "Since when the oldest chunk that is not compressed could have been; 0: nothing is late."},
	{"late_chunks", MEASURE_COUNT, NULL, "Chunks that should be compressed and are not."},
	{"late_size", MEASURE_BYTES, NULL, "What those chunks take on disk."},
	{"compressed", MEASURE_COUNT, NULL, "Chunks that are compressed."},
	{"partial", MEASURE_COUNT, NULL, "Compressed chunks with rows that came later and are not."},
	{"ratio", MEASURE_RATIO, NULL, "How many times smaller compression made its chunks."},
	{"before", MEASURE_BYTES, NULL, "What the compressed chunks took before."},
	{"after", MEASURE_BYTES, NULL, "What they took right after."},
	{0},
};
const struct health_check check_compression = {"compression", "hypertable", chunks_facts, true, compression_measures,
	"chunks that should be compressed, and what it saves", "no hypertable is compressed", judge_compression};

/* --- aggregates -------------------------------------------------------------------------------- */

static void judge_stale(struct judging *judging, struct finding *finding, const struct table *table, int row, const char *relation)
{
	char age[UNITS_SIZE];
	const char *cause = table_get_text(table, row, "cause");
	double late_s = table_get_real(table, row, "late_s", 0), lag_s = table_get_real(table, row, "lag_s", 0);
	bool is_stale = is_text(table, row, "verdict", "stale");
	enum verdict verdict = finding_weigh(judging, finding, "late", is_stale ? late_s : 0, 0);
	struct text text = {0};
	if (is_text(table, row, "verdict", "erasing")) {
		text_addf(&text, "aggregate %s loses what it holds of old time", relation);
		finding_raise(finding, VERDICT_CRIT, with_cause(text_take(&text), cause));
	} else if (is_stale) {
		text_addf(&text, "aggregate %s is stale", relation);
		if (late_s > 0)
			text_addf(&text, " by %s", units_age(age, (int64_t)late_s));
		finding_raise(finding, verdict_worse(verdict, late_s > 0 ? VERDICT_OK : VERDICT_WARN), with_cause(text_take(&text), cause));
	} else if (is_text(table, row, "verdict", "no policy")) {
		text_addf(&text, "nothing refreshes aggregate %s", relation);
		finding_raise(finding, VERDICT_WARN, with_cause(text_take(&text), cause));
	} else {
		text_add(&text, relation);
		if (has(table, row, "lag_s"))
			text_addf(&text, " fresh up to %s ago", units_age(age, (int64_t)lag_s));
		finding->note = text_take(&text);
	}
}

static void judge_aggregates(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_AGGREGATES);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		char *relation = finding_relation(table, row);
		struct finding *finding = finding_new(judging, relation);
		judge_stale(judging, finding, table, row, relation);
		finding->job_id = table_get_int(table, row, "refresh_job_id", 0);
		if (finding->verdict != VERDICT_OK)
			finding->mend = mem_copy(table_get_text(table, row, "mend"));
		measure_if(finding, "lag", table, row, "lag_s", true);
		mem_free(relation);
	}
}

static const enum fact aggregates_facts[] = {FACT_AGGREGATES, FACT_COUNT};
static const struct measure_kind aggregates_measures[] = {
	{"late", MEASURE_SECONDS, "aggregates_late", "How much older than it may be an aggregate is; 0: fresh."},
	{"lag", MEASURE_SECONDS, NULL, "Age of the time up to which it is materialized."},
	{0},
};
const struct health_check check_aggregates = {"aggregates", "aggregate", aggregates_facts, true, aggregates_measures,
	"continuous aggregates that are stale or lose data", "no continuous aggregate", judge_aggregates};

/* --- ingest ------------------------------------------------------------------------------------ */

static void judge_gaps(struct judging *judging, struct finding *finding, const struct table *table, int row, const char *relation)
{
	if (!has(table, row, "gaps"))
		return;
	int64_t gaps = table_get_int(table, row, "gaps", 0);
	const char *days = table_get_text(table, row, "gap_days");
	enum verdict verdict = finding_weigh(judging, finding, "gaps", (double)gaps, 0);
	if (verdict == VERDICT_OK)
		return;
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
	bool is_silent = is_text(table, row, "verdict", "silent");
	/* A lag is only told: how long is too long depends on what usually comes at this hour. */
	enum verdict verdict = finding_weigh(judging, finding, "silent", is_silent ? lag_s : 0, 0);
	measure_if(finding, "lag", table, row, "lag_s", true);
	measure_if(finding, "rows_per_minute", table, row, "rows_per_min", true);
	measure_if(finding, "usual_rows_per_minute", table, row, "usual_rows_per_min", true);
	if (is_silent)
		finding_raise(finding, verdict, mem_format("%s: %s", relation, cause != NULL ? cause : "silent"));
	else if (is_text(table, row, "verdict", "slow"))
		finding_raise(finding, VERDICT_WARN, mem_format("%s: %s", relation, cause != NULL ? cause : "slow"));
	else if (finding->source == NULL && has(table, row, "lag_s"))
		finding->note = mem_format("%s newest row %s ago", relation, units_age(age, (int64_t)lag_s));
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

static char *job_words(const struct table *table, int row)
{
	const char *name = table_get_text(table, row, "name"), *kind = table_get_text(table, row, "kind");
	char *relation = name != NULL ? finding_relation(table, row) : NULL;
	char *words = mem_format("job %lld (%s%s%s)", (long long)table_get_int(table, row, "job_id", 0), kind != NULL ? kind : "job",
		relation != NULL ? " of " : "", relation != NULL ? relation : "");
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
	bool is_internal = is_text(table, row, "kind", "internal");
	int64_t bad = table_get_int(table, row, "consecutive_failures", 0) + table_get_int(table, row, "crashes", 0);
	enum verdict verdict = finding_weigh(judging, finding, "failures_in_a_row", (double)bad, 0);
	measure_if(finding, "failures", table, row, "failures", false);
	measure_if(finding, "since_success", table, row, "ok_ago_s", true);
	measure_if(finding, "took", table, row, "took_s", true);
	if (state == NULL || is_good_state(state))
		return;
	if (bad == 0)
		verdict = VERDICT_WARN;
	if (verdict == VERDICT_OK)
		return;
	char *words = job_words(table, row);
	/* Most causes name the job themselves. */
	bool is_named = cause != NULL && text_starts_with(cause, "job ");
	char *reason = is_named ? mem_copy(strchr(words, '(') + 1) : mem_format("%s is %s", words, state);
	if (is_named)
		reason[strlen(reason) - 1] = '\0';
	mem_free(words);
	finding_raise(finding, is_internal ? VERDICT_WARN : verdict, with_cause(reason, cause));
	finding->mend = mem_copy(table_get_text(table, row, "mend"));
}

static void judge_jobs(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_POLICIES);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		char *subject = mem_format("%lld", (long long)table_get_int(table, row, "job_id", 0));
		struct finding *finding = finding_new(judging, subject);
		finding->job_id = table_get_int(table, row, "job_id", 0);
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
