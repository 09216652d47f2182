/* The newest row of a hypertable and of each source of it, by index. */
#include <stdlib.h>
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { MOST_CHUNKS = 16, MOST_CHUNKS_OF_SOURCES = 64 };
static const int64_t day_us = 86400 * INT64_C(1000000);

void ingest_sources_done(struct ingest_sources *sources)
{
	for (int i = 0; i < sources->count; i++)
		mem_free(sources->v[i].source);
	mem_free(sources->v);
	memset(sources, 0, sizeof *sources);
}

static struct ingest_source *source_of(struct ingest_sources *sources, const char *name)
{
	for (int i = 0; i < sources->count; i++)
		if (name ? sources->v[i].source && strcmp(sources->v[i].source, name) == 0 : !sources->v[i].source)
			return &sources->v[i];
	sources->v = mem_grow(sources->v, (size_t)sources->count + 1, sizeof *sources->v);
	sources->v[sources->count] = (struct ingest_source){.source = mem_copy(name)};
	return &sources->v[sources->count++];
}

/* The clock of the hypertable: its own function's for integer time. */
static int64_t now_of(const struct ingest_hypertable *hypertable)
{
	return hypertable->time == INGEST_INTEGER && !hypertable->units_a_second ? hypertable->integer_now : hypertable->now_us;
}

static void note_newest(struct ingest_source *source, const struct ingest_hypertable *hypertable, const char *value)
{
	if (!value)
		return;
	bool is_counted = hypertable->time == INGEST_INTEGER && !hypertable->units_a_second;
	int64_t newest = (int64_t)(strtold(value, NULL) * (is_counted ? 1 : 1000000) + 0.5L);

	if (!source->has_newest || newest > source->newest_us)
		source->newest_us = newest;
	source->has_newest = true;
}

/* Asks the newest chunks that may be asked by this index. *walked: the most values of `lead` that one chunk has. */
static bool ask_newest(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const char *lead, bool is_by_source, int most_chunks,
                       struct ingest_sources *sources, int *walked, struct err *err)
{
	const char *sql = lead ? sql_timescale_ingest_newest_by : sql_timescale_ingest_newest;
	struct ingest_question question = {.look = look, .hypertable = hypertable, .lead = lead};
	int64_t after_now = now_of(hypertable) + (hypertable->time == INGEST_DATE ? day_us : 1);
	int most_leads = is_by_source ? INGEST_SOURCES + 1 : INGEST_LEADS + 1;
	struct result *result = NULL;

	*walked = 0;
	for (int i = 0; i < hypertable->count && question.parts < most_chunks; i++) {
		struct ingest_part part = {.chunk = &hypertable->chunks[i], .to_us = after_now, .most = most_leads};

		if (ingest_can_ask(look, part.chunk, lead) && part.chunk->start_us < after_now)
			ingest_question_add(&question, sql, &part);
	}
	if (question.parts == 0)
		return true;
	bool is_answered = ingest_question_ask(&question, &result, err);

	for (int row = 0; is_answered && row < result_rows(result); row++) {
		const char *name = result_text(result, row, result_column(result, "source"));
		int count = (int)result_int(result, row, result_column(result, "n"), 0);

		note_newest(source_of(sources, is_by_source ? name : NULL), hypertable, result_text(result, row, result_column(result, "newest")));
		*walked = count > *walked ? count : *walked;
	}
	result_free(result);
	return is_answered;
}

/* Chunks that were not asked may hold newer rows: then the newest is not known, or not newer than their end. */
static void bound_newest(const struct ingest_hypertable *hypertable, const char *lead, const struct ingest_look *look,
                         struct ingest_sources *sources, struct ingest_source *all)
{
	int64_t now = now_of(hypertable);

	for (int i = 0; i < hypertable->count; i++) {
		const struct ingest_chunk *chunk = &hypertable->chunks[i];

		if (ingest_can_ask(look, chunk, lead) || chunk->start_us > now || (all->has_newest && chunk->end_us <= all->newest_us))
			continue;
		if (chunk->is_compressed) {
			int64_t end = chunk->end_us <= now ? chunk->end_us - 1 : now;

			/* the newest of them is the first; what an older one holds is older */
			if (!all->is_newest_bound)
				all->newest_floor_us = all->has_newest && all->newest_us > chunk->start_us ? all->newest_us : chunk->start_us;
			if (!all->has_newest || end > all->newest_us)
				all->newest_us = end;
			all->has_newest = all->is_newest_bound = true;
			continue;
		}
		all->has_newest = false;
		sources->why = chunk->is_locked ? MISSING_LOCKED : !chunk->is_readable ? MISSING_PRIVILEGE : MISSING_UNSUPPORTED;
		return;
	}
}

static bool can_any(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const char *lead)
{
	for (int i = 0; i < hypertable->count; i++)
		if (ingest_can_ask(look, &hypertable->chunks[i], lead))
			return true;
	return false;
}

static bool is_any_raw(const struct ingest_hypertable *hypertable)
{
	for (int i = 0; i < hypertable->count; i++)
		if (!hypertable->chunks[i].is_compressed && !hypertable->chunks[i].is_locked && hypertable->chunks[i].is_readable)
			return true;
	return false;
}

/* All rows together where an index tells only the sources apart. */
static void fold_sources(const struct ingest_sources *by, struct ingest_source *all)
{
	for (int i = 0; i < by->count; i++) {
		const struct ingest_source *one = &by->v[i];

		/* all are as silent as the one that came last */
		if (one->has_newest && (!all->has_newest || one->newest_us > all->newest_us)) {
			all->newest_us = one->newest_us;
			all->seen_days = one->seen_days;
			all->silent_days = one->silent_days;
		}
		all->has_newest |= one->has_newest;
		all->has_rate |= one->has_rate;
		all->is_rate_estimated |= one->is_rate_estimated;
		all->rows_per_min += one->rows_per_min;
		all->usual_rows_per_min += one->usual_rows_per_min;
		all->usual_days = one->usual_days > all->usual_days ? one->usual_days : all->usual_days;
	}
}

/* Without an index that begins with the time: a column that one begins with instead, as long as it has few values. *lead: that column; NULL: none. */
static bool ask_by_leads(const struct ingest_look *look, const struct ingest_hypertable *hypertable, struct ingest_sources *all,
                         const char **lead, struct err *err)
{
	const struct words *leads = NULL;
	int walked;

	for (int i = 0; i < hypertable->count && !leads; i++)
		if (hypertable->chunks[i].leads.count > 0 && ingest_can_ask(look, &hypertable->chunks[i], hypertable->chunks[i].leads.v[0]))
			leads = &hypertable->chunks[i].leads;
	for (size_t i = 0; leads && i < leads->count; i++) {
		/* one chunk shows whether they are few */
		for (int chunks = 1;; chunks = MOST_CHUNKS) {
			ingest_sources_done(all);
			if (!ask_newest(look, hypertable, leads->v[i], false, chunks, all, &walked, err))
				return false;
			if (walked > INGEST_LEADS || chunks > 1)
				break;
		}
		if (walked <= INGEST_LEADS) {
			*lead = leads->v[i];
			return true;
		}
	}
	ingest_sources_done(all);
	return true;
}

static bool ask_sources(const struct ingest_look *look, const struct ingest_hypertable *hypertable, struct ingest_sources *by, struct err *err)
{
	int walked;

	if (hypertable->knows_source && !can_any(look, hypertable, look->source_column))
		by->note = "no index begins with the column that tells the sources and then the time: they are not told apart";
	if (!look->source_column || by->note || !can_any(look, hypertable, look->source_column))
		return true;
	if (!ask_newest(look, hypertable, look->source_column, true, MOST_CHUNKS_OF_SOURCES, by, &walked, err))
		return false;
	if (walked <= INGEST_SOURCES)
		return ingest_ask_rates(look, hypertable, look->source_column, true, by, err) &&
		       ingest_ask_silence(look, hypertable, look->source_column, true, by, err);
	ingest_sources_done(by);
	by->note = "the column that tells the sources has too many values to tell them apart";
	return true;
}

static bool ask_all(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const struct ingest_sources *by,
                    struct ingest_sources *all, struct err *err)
{
	const char *lead = NULL;
	int walked;

	if (can_any(look, hypertable, NULL)) {
		if (!ask_newest(look, hypertable, NULL, false, MOST_CHUNKS, all, &walked, err))
			return false;
	} else if (by->count > 0) {
		fold_sources(by, source_of(all, NULL));
		lead = look->source_column;
	} else {
		if (!ask_by_leads(look, hypertable, all, &lead, err))
			return false;
		if (!lead && is_any_raw(hypertable))
			all->note = "no index leads to the newest row: none begins with the time, or with a column of few values and then the time";
	}
	bound_newest(hypertable, lead, look, all, source_of(all, NULL));
	if (lead && lead == look->source_column)
		return true;
	return ingest_ask_rates(look, hypertable, lead, false, all, err) && ingest_ask_silence(look, hypertable, lead, false, all, err);
}

/* `all` first, then its sources. */
static void join(struct ingest_sources *all, struct ingest_sources *by, struct ingest_sources *out)
{
	*out = *all;
	if (!out->note)
		out->note = by->note;
	for (int i = 0; i < by->count; i++) {
		out->v = mem_grow(out->v, (size_t)out->count + 1, sizeof *out->v);
		out->v[out->count++] = by->v[i];
	}
	mem_free(by->v);
	memset(by, 0, sizeof *by);
	memset(all, 0, sizeof *all);
}

static bool ask_once(const struct ingest_look *look, const struct ingest_hypertable *hypertable, struct ingest_sources *sources, struct err *err)
{
	struct ingest_sources all = {0};
	struct ingest_sources by = {0};
	bool is_answered = ask_sources(look, hypertable, &by, err) && ask_all(look, hypertable, &by, &all, err);

	join(&all, &by, sources);
	return is_answered;
}

/* What one hypertable's refusal is called; MISSING_NONE: it is no refusal, the connection is gone. */
static enum missing reason_of(const struct err *err)
{
	if (strcmp(err->sqlstate, "55P03") == 0)
		return MISSING_LOCKED;
	if (strcmp(err->sqlstate, "42501") == 0)
		return MISSING_PRIVILEGE;
	if (err->kind == ERR_TIMEOUT || strcmp(err->sqlstate, "57014") == 0)
		return MISSING_TIMEOUT;
	return *err->sqlstate ? MISSING_UNSUPPORTED : MISSING_NONE;
}

bool ingest_ask(const struct ingest_look *look, struct ingest_hypertable *hypertable, struct ingest_sources *sources, struct err *err)
{
	bool is_clockless = hypertable->time == INGEST_INTEGER && !hypertable->has_integer_now;

	memset(sources, 0, sizeof *sources);
	if (hypertable->time == INGEST_UNKNOWN || is_clockless) {
		sources->why = is_clockless && hypertable->is_locked ? MISSING_LOCKED : MISSING_UNSUPPORTED;
		sources->note = is_clockless && !hypertable->is_locked ? "integer time without a function that says what is now (set_integer_now_func())" : NULL;
		source_of(sources, NULL);
		return true;
	}
	if (ask_once(look, hypertable, sources, err))
		return true;
	/* a chunk was dropped, or taken, after the look at the catalogs: the second look sees it */
	if (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "55P03") == 0) {
		ingest_sources_done(sources);
		if (ingest_read_again(look, hypertable, err) && ask_once(look, hypertable, sources, err))
			return true;
	}
	ingest_sources_done(sources);
	sources->why = reason_of(err);
	if (sources->why == MISSING_NONE)
		return false;
	err_clear(err);
	source_of(sources, NULL);
	return true;
}

double ingest_newest_age(const struct probe_target *target, struct session *session, const char *schema, const char *name)
{
	struct ingest_look look = {.target = target, .session = session, .is_newest_only = true};
	char *only = mem_format("%s.%s", schema, name);
	struct ingest_hypertables hypertables;
	struct err ignored;
	double age = -1;

	if (ingest_read(&look, only, &hypertables, &ignored) && hypertables.count > 0) {
		struct ingest_hypertable *hypertable = &hypertables.v[0];
		struct ingest_sources sources;

		if (ingest_ask(&look, hypertable, &sources, &ignored) && sources.count > 0 && sources.v[0].has_newest &&
		    (hypertable->time != INGEST_INTEGER || hypertable->units_a_second))
			age = (double)(hypertable->now_us - (sources.v[0].is_newest_bound ? sources.v[0].newest_floor_us : sources.v[0].newest_us)) / 1e6;
		ingest_sources_done(&sources);
	}
	ingest_hypertables_done(&hypertables);
	mem_free(only);
	return age;
}
