/* What becomes of time-series data: retention, compression, aggregates.
 *
 * The facts hold verdicts and causes already (timescale/); here they are held against limits. */
#include "internal.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

enum { LEAST_GRACE_S = 300 };
static const int64_t longest_wait_us = INT64_C(1000) * 86400 * 1000000;

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
		text_addf(&text, " by %s", finding_age(age, late_s));
	text_addf(&text, ", %lld chunk%s", (long long)chunks, chunks == 1 ? "" : "s");
	if (fact_has(table, row, columns->late_bytes))
		text_addf(&text, ", %s%s", table_get(table, row, columns->late_bytes)->is_approximate ? "~" : "",
			units_bytes(bytes, table_get_int(table, row, columns->late_bytes, 0)));
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
	finding_measure_fact(finding, "late_chunks", table, row, columns->late_chunks);
	finding_measure_fact(finding, "late_size", table, row, columns->late_bytes);
	finding->job_id = table_get_int(table, row, columns->job_id, 0);
	if (!is_late)
		return;
	finding->mend = mem_copy(table_get_text(table, row, columns->mend));
	finding_raise(finding, verdict_worse(verdict, is_late && late_s <= allowed ? VERDICT_WARN : VERDICT_OK),
		finding_because(late_words(table, row, columns, relation), table_get_text(table, row, columns->cause)));
}

/* --- retention --------------------------------------------------------------------------------- */

/* What pgtend.ini counts on (key `retention`) speaks of raw data, not of aggregates of it. */
static double expected_s(const struct judging *judging, const struct table *table, int row)
{
	return fact_is(table, row, "kind", "aggregate") ? -1 : section_seconds(judging->database->section, "retention");
}

/* Since when it holds rows; negative: integer time, or no chunk. */
static double oldest_s(const struct table *table, int row)
{
	int64_t now_us = units_now_us(), oldest_us = table_get_int(table, row, "oldest", now_us);
	return fact_has(table, row, "oldest") && oldest_us < now_us && oldest_us > INT64_MIN / 2 ? (double)(now_us - oldest_us) / 1e6 : -1;
}

static void judge_expected(struct finding *finding, const struct table *table, int row, double expected, const char *relation)
{
	char wanted[UNITS_SIZE], kept[UNITS_SIZE], oldest[UNITS_SIZE];
	double after = table_get_real(table, row, "drop_after_s", -1), oldest_age_s = oldest_s(table, row);
	if (expected <= 0)
		return;
	finding_age(wanted, expected);
	const char *cause = table_get_text(table, row, "cause");
	if (fact_is(table, row, "verdict", "no policy"))
		finding_raise(finding, VERDICT_WARN,
			finding_because(oldest_age_s > expected ? mem_format("%s has no retention policy and rows since %s ago, pgtend.ini says %s", relation,
														  finding_age(oldest, oldest_age_s), wanted)
			                                        : mem_format("%s has no retention policy, pgtend.ini says %s", relation, wanted),
				cause));
	/* as the judge of policies has it: a month is 30 days here and 31 there */
	else if (after > 0 && (after > expected * 1.02 || after < expected * 0.98))
		finding_raise(finding, VERDICT_WARN,
			mem_format("%s is kept %s, pgtend.ini says %s", relation, finding_age(kept, after), wanted));
	if (finding->verdict != VERDICT_OK && finding->mend == NULL)
		finding->mend = mem_copy(table_get_text(table, row, "mend"));
}

static char *kept_words(const struct table *table, int row, const char *relation)
{
	char age[UNITS_SIZE], next[UNITS_SIZE];
	struct text text = {0};
	text_addf(&text, "%s", relation);
	if (fact_has(table, row, "drop_after_s"))
		text_addf(&text, " kept %s", finding_age(age, table_get_real(table, row, "drop_after_s", 0)));
	else
		text_add(&text, fact_is(table, row, "verdict", "no policy") ? " has no policy" : " kept by position");
	const char *cause = table_get_text(table, row, "cause");
	if (!fact_is(table, row, "verdict", "no policy"))
		text_add(&text, ", nothing late");
	/* What is odd in how it is set up. */
	if (cause != NULL)
		text_addf(&text, " (%s)", cause);
	/* -infinity and infinity are no times that anybody waits for. */
	int64_t now_us = units_now_us(), next_us = table_get_int(table, row, "retention_next", 0);
	if (next_us > now_us && next_us < now_us + longest_wait_us)
		text_addf(&text, ", next run in %s", units_age(next, (next_us - now_us) / 1000000));
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
		if (fact_is(table, row, "verdict", "no policy") && table_get_int(table, row, "late_chunks", 0) == 0)
			finding->note = kept_words(table, row, relation);
		else
			judge_late(judging, finding, table, row, &columns, relation);
		judge_expected(finding, table, row, expected, relation);
		if (finding->verdict == VERDICT_OK && finding->note == NULL)
			finding->note = kept_words(table, row, relation);
		finding_measure_fact(finding, "kept", table, row, "drop_after_s");
		if (oldest_s(table, row) >= 0)
			finding_measure(finding, "oldest", oldest_s(table, row));
		finding_measure_fact(finding, "size", table, row, "bytes");
		finding_measure_fact(finding, "chunks", table, row, "chunks");
		mem_free(relation);
	}
}

static const enum fact chunks_facts[] = {FACT_CHUNKS, FACT_POLICIES, FACT_COUNT};
static const struct measure_kind retention_measures[] = {
	{"late", MEASURE_SECONDS, "retention_late", "Since when the oldest chunk that retention should have dropped could have gone; 0: nothing is late."},
	{"late_chunks", MEASURE_COUNT, NULL, "Chunks that retention should have dropped."},
	{"late_size", MEASURE_BYTES, NULL, "What those chunks take on disk."},
	{"kept", MEASURE_SECONDS, NULL, "Age at which retention drops a chunk."},
	{"oldest", MEASURE_SECONDS, NULL, "How long ago its oldest chunk begins."},
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
	if (fact_has(table, row, "ratio"))
		text_addf(&text, ", %.1f times smaller", table_get_real(table, row, "ratio", 0));
	return text_take(&text);
}

static void judge_ratio(struct finding *finding, const struct table *table, int row, const char *relation)
{
	if (fact_is(table, row, "ratio_verdict", "low"))
		finding_raise(finding, VERDICT_WARN,
			finding_because(mem_format("compression of %s reaches %.1f times, %g are expected", relation, table_get_real(table, row, "ratio", 0),
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
		if ((table_get_text(table, row, "compress_verdict") == NULL || fact_is(table, row, "compress_verdict", "no policy")) &&
			table_get_int(table, row, "compressed", 0) == 0)
			continue;
		char *relation = finding_relation(table, row);
		struct finding *finding = finding_new(judging, relation);
		judge_late(judging, finding, table, row, &columns, relation);
		if (fact_is(table, row, "compress_verdict", "never"))
			finding_raise(finding, VERDICT_WARN,
				finding_because(mem_format("compression of %s never comes", relation), table_get_text(table, row, "compress_cause")));
		judge_ratio(finding, table, row, relation);
		if (finding->verdict == VERDICT_OK)
			finding->note = compressed_words(table, row, relation);
		else if (finding->mend == NULL)
			finding->mend = mem_copy(table_get_text(table, row, "compress_mend"));
		finding_measure_fact(finding, "compressed", table, row, "compressed");
		finding_measure_fact(finding, "partial", table, row, "partial");
		finding_measure_fact(finding, "ratio", table, row, "ratio");
		finding_measure_fact(finding, "before", table, row, "bytes_before");
		finding_measure_fact(finding, "after", table, row, "bytes_after");
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
	bool is_stale = fact_is(table, row, "verdict", "stale");
	enum verdict verdict = finding_weigh(judging, finding, "late", is_stale ? late_s : 0, 0);
	struct text text = {0};
	if (fact_is(table, row, "verdict", "erasing")) {
		text_addf(&text, "aggregate %s loses what it holds of old time", relation);
		finding_raise(finding, VERDICT_CRIT, finding_because(text_take(&text), cause));
	} else if (is_stale) {
		text_addf(&text, "aggregate %s is stale", relation);
		if (late_s > 0)
			text_addf(&text, " by %s", finding_age(age, late_s));
		finding_raise(finding, verdict_worse(verdict, late_s > 0 ? VERDICT_OK : VERDICT_WARN), finding_because(text_take(&text), cause));
	} else if (fact_is(table, row, "verdict", "no policy")) {
		text_addf(&text, "nothing refreshes aggregate %s", relation);
		finding_raise(finding, VERDICT_WARN, finding_because(text_take(&text), cause));
	} else {
		text_add(&text, relation);
		if (fact_has(table, row, "lag_s"))
			text_addf(&text, " fresh up to %s ago", finding_age(age, lag_s));
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
		finding_measure_fact(finding, "lag", table, row, "lag_s");
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
