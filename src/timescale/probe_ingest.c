/* FACT_INGEST: whether rows arrive, by hypertable and by source. */
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"

static const struct table_column columns[] = {INGEST_COLUMNS};
const struct table_shape ingest_shape = {"ingest", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 20000 };

static const char *const read_columns[] = {"newest_row", "lag_s", "rows_per_min", "usual_rows_per_min", "usual_days", NULL};

static void add_hypertable(struct table *table, const struct ingest_hypertable *hypertable)
{
	int row = table_add_row(table);

	table_set_text(table, row, "schema", hypertable->schema);
	table_set_text(table, row, "name", hypertable->name);
	if (hypertable->gaps < 0) {
		table_set_missing(table, row, "gaps", MISSING_UNSUPPORTED);
		table_set_missing(table, row, "gap_days", MISSING_UNSUPPORTED);
		return;
	}
	table_set_int(table, row, "gaps", hypertable->gaps);
	table_add_word(table, row, "gap_days", NULL);
	for (size_t i = 0; i < hypertable->gap_days.count; i++)
		table_add_word(table, row, "gap_days", hypertable->gap_days.v[i]);
}

static void set_source(const struct ingest_look *look, struct table *table, int row, const struct ingest_hypertable *hypertable,
                       const struct ingest_source *source)
{
	bool is_counted = hypertable->time == INGEST_INTEGER && !hypertable->units_a_second;
	struct ingest_verdict verdict;

	if (source->has_newest && !is_counted) {
		table_set_int(table, row, "newest_row", source->newest_us);
		table_set_real(table, row, "lag_s", (double)(hypertable->now_us - source->newest_us) / 1e6);
	}
	if (source->has_newest && !is_counted && source->is_newest_bound) {
		table_set_approximate(table, row, "newest_row");
		table_set_approximate(table, row, "lag_s");
	}
	if (source->has_rate) {
		table_set_real(table, row, "rows_per_min", source->rows_per_min);
		table_set_int(table, row, "usual_days", source->usual_days);
	}
	if (source->has_rate && source->is_rate_estimated)
		table_set_approximate(table, row, "rows_per_min");
	if (source->usual_days > 0)
		table_set_real(table, row, "usual_rows_per_min", source->usual_rows_per_min);
	if (is_counted)
		return;
	ingest_judge(source, hypertable->now_us, hypertable->chunk_count > 0, look->slow_share, &verdict);
	if (hypertable->chunk_count > 0 && hypertable->count == 0 && !verdict.verdict) {
		verdict.verdict = "empty";
		verdict.cause = mem_copy("all its rows lie in the future");
	}
	table_set_text(table, row, "verdict", verdict.verdict);
	table_set_text(table, row, "cause", verdict.cause);
	mem_free(verdict.cause);
}

/* The row of the hypertable is there already, with its gaps; its sources follow at the end. */
static void set_sources(const struct ingest_look *look, struct table *table, int first, const struct ingest_hypertable *hypertable,
                        const struct ingest_sources *sources)
{
	for (int i = 0; i < sources->count; i++) {
		const struct ingest_source *source = &sources->v[i];
		int row = source->source ? table_add_row(table) : first;

		if (source->source) {
			table_set_text(table, row, "schema", hypertable->schema);
			table_set_text(table, row, "name", hypertable->name);
			table_set_text(table, row, "source", source->source);
		}
		set_source(look, table, row, hypertable, source);
	}
	if (hypertable->chunk_count == 0)
		return;
	if (sources->why != MISSING_NONE)
		probe_mark_missing(table, first, read_columns, sources->why);
	if (hypertable->time == INGEST_INTEGER && !hypertable->units_a_second)
		probe_mark_missing(table, first, read_columns, MISSING_UNSUPPORTED);
	if (!table_get(table, first, "cause")->has_value)
		table_set_text(table, first, "cause", sources->note);
}

static bool ask_all(const struct ingest_look *look, struct ingest_hypertables *hypertables, struct table *table, struct err *err)
{
	for (int i = 0; i < hypertables->count; i++)
		add_hypertable(table, &hypertables->v[i]);
	for (int i = 0; i < hypertables->count; i++) {
		struct ingest_sources sources;
		bool is_answered = ingest_ask(look, &hypertables->v[i], &sources, err);

		if (is_answered)
			set_sources(look, table, i, &hypertables->v[i], &sources);
		ingest_sources_done(&sources);
		if (!is_answered)
			return false;
	}
	return true;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	const struct facts *facts = &target->database->facts[FACT_INGEST];
	struct ingest_hypertables hypertables;

	if (!target->database->has_timescaledb)
		return true;
	/* a copy: others may put newer facts in place while the server is asked */
	struct table *before = facts->table ? table_copy(facts->table) : NULL;
	struct ingest_look look = {
		.target = target, .session = session, .before = before, .before_us = facts->taken_us,
		.least_silence_s = limits_value(target->fleet, "ingest_silence_least"), .slow_share = limits_value(target->fleet, "ingest_slow_warn"),
		.source_column = section_text(target->database->section, "source_column"),
	};
	bool is_answered = ingest_read(&look, NULL, &hypertables, err) && ask_all(&look, &hypertables, table, err);

	ingest_hypertables_done(&hypertables);
	table_free(before);
	return is_answered;
}

const struct probe probe_ingest = {
	.fact = FACT_INGEST,
	.name = "ingest",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &ingest_shape,
	.ask = ask,
};
