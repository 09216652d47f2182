/* How many rows came in the last whole hour and in the same hour of earlier days; whether nobody sends at this time of the day anyway. */
#include <stdlib.h>
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const int64_t second_us = 1000000;
static const int64_t hour_us = 3600 * INT64_C(1000000);
static const int64_t day_us = 86400 * INT64_C(1000000);
enum {
	LONGEST_GRACE_S = 1800,
	LONGEST_LOOK_S = 3 * 3600, /* of a longer silence its last hours tell as much */
	MOST_PARTS = 64,       /* chunks of one stretch: of more (very many side by side) nothing is told */
	ENOUGH_ROWS = 10,      /* so many rows in such a stretch, and none now, is no chance */
	LATE_ROWS_S = 120,     /* rows of an hour that is over still come for so long */
};

/* Hours, or stretches, of today (0) and of earlier days. */
struct stretch { int64_t from_us, to_us; bool is_whole; double rows; };
struct stretches { struct stretch v[INGEST_DAYS + 1]; };

static bool is_clocked(const struct ingest_hypertable *hypertable)
{
	return hypertable->time != INGEST_DATE && (hypertable->time != INGEST_INTEGER || hypertable->units_a_second);
}

/* Adds what is to be counted of one stretch. False: a chunk of it may not be asked, so that a count would lie. */
static bool add_stretch(struct ingest_question *question, const char *sql, const struct ingest_part *stretch)
{
	const struct ingest_hypertable *hypertable = question->hypertable;
	int parts = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < hypertable->count; i++) {
			const struct ingest_chunk *chunk = &hypertable->chunks[i];
			struct ingest_part part = *stretch;

			if (chunk->end_us <= stretch->from_us || chunk->start_us >= stretch->to_us)
				continue;
			if (pass == 0 && (!ingest_can_ask(question->look, chunk, question->lead) || ++parts > MOST_PARTS))
				return false;
			part.chunk = chunk;
			if (pass == 1)
				ingest_question_add(question, sql, &part);
		}
	return true;
}

/* Rows of a stretch in one chunk; where counting stopped at `most`, by the density of the counted ones. */
static double rows_of(const struct result *result, int row, const struct stretch *stretch, int most, bool *is_estimated)
{
	int64_t rows = result_int(result, row, result_column(result, "rows"), 0);
	const char *first = result_text(result, row, result_column(result, "first"));
	double seconds = first ? (double)stretch->to_us / 1e6 - strtod(first, NULL) : 0;

	if (rows < most || seconds <= 0)
		return (double)rows;
	*is_estimated = true;
	return (double)rows * ((double)(stretch->to_us - stretch->from_us) / 1e6) / seconds;
}

static int compare_reals(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The median of the earlier days that have rows. */
static void set_rate(struct ingest_source *source, const struct stretches *hours)
{
	double days[INGEST_DAYS];
	int count = 0;

	source->has_rate = hours->v[0].is_whole;
	source->rows_per_min = hours->v[0].rows / 60;
	for (int k = 1; k <= INGEST_DAYS; k++)
		if (hours->v[k].is_whole && hours->v[k].rows > 0)
			days[count++] = hours->v[k].rows / 60;
	source->usual_days = count;
	if (count == 0)
		return;
	qsort(days, (size_t)count, sizeof *days, compare_reals);
	source->usual_rows_per_min = count % 2 ? days[count / 2] : (days[count / 2 - 1] + days[count / 2]) / 2;
}

/* An hour that is over does not change: what the look before said of it stands. */
static bool take_from_before(const struct ingest_look *look, const struct ingest_hypertable *hypertable, struct ingest_source *source)
{
	int64_t hour = hypertable->now_us - hypertable->now_us % hour_us;

	if (!look->before || look->before_us < hour + LATE_ROWS_S * second_us)
		return false;
	for (int row = 0; row < table_rows(look->before); row++) {
		const char *name = table_get_text(look->before, row, "source");
		bool is_same = name && source->source ? strcmp(name, source->source) == 0 : !name && !source->source;

		if (!is_same || strcmp(table_get_text(look->before, row, "name"), hypertable->name) != 0 ||
		    strcmp(table_get_text(look->before, row, "schema"), hypertable->schema) != 0)
			continue;
		const struct cell *rate = table_get(look->before, row, "rows_per_min");

		if (!rate->has_value)
			return false;
		source->has_rate = true;
		source->is_rate_estimated = rate->is_approximate;
		source->rows_per_min = rate->u.real;
		source->usual_rows_per_min = table_get_real(look->before, row, "usual_rows_per_min", 0);
		source->usual_days = (int)table_get_int(look->before, row, "usual_days", 0);
		return true;
	}
	return false;
}

static bool is_source(const struct ingest_source *source, const char *name, bool is_by_source)
{
	return !is_by_source || (name && source->source && strcmp(name, source->source) == 0);
}

static void take_rates(const struct result *result, bool is_by_source, int most, const struct stretches *empty, struct ingest_sources *sources)
{
	for (int i = 0; i < sources->count; i++) {
		struct stretches hours = *empty;

		for (int row = 0; row < result_rows(result); row++) {
			int64_t piece = result_int(result, row, result_column(result, "piece"), -1);

			if (piece >= 0 && piece <= INGEST_DAYS &&
			    is_source(&sources->v[i], result_text(result, row, result_column(result, "source")), is_by_source))
				hours.v[piece].rows += rows_of(result, row, &hours.v[piece], most, &sources->v[i].is_rate_estimated);
		}
		set_rate(&sources->v[i], &hours);
	}
}

bool ingest_ask_rates(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const char *lead, bool is_by_source,
                      struct ingest_sources *sources, struct err *err)
{
	const char *sql = lead ? sql_timescale_ingest_count_by : sql_timescale_ingest_count;
	struct ingest_question question = {.look = look, .hypertable = hypertable, .lead = lead};
	int64_t hour = hypertable->now_us - hypertable->now_us % hour_us;
	int most = lead ? INGEST_CAP / 20 : INGEST_CAP;
	struct stretches hours = {0};
	struct result *result = NULL;
	bool is_known = sources->count > 0;

	if (look->is_newest_only || !is_clocked(hypertable))
		return true;
	for (int i = 0; i < sources->count; i++)
		is_known &= take_from_before(look, hypertable, &sources->v[i]);
	if (is_known || sources->count == 0)
		return true;
	for (int k = 0; k <= INGEST_DAYS; k++) {
		struct ingest_part part = {.piece = k, .from_us = hour - hour_us - k * day_us, .to_us = hour - k * day_us, .most = most, .leads = INGEST_LEADS};

		hours.v[k] = (struct stretch){part.from_us, part.to_us, add_stretch(&question, sql, &part), 0};
	}
	bool is_answered = question.parts == 0 || ingest_question_ask(&question, &result, err);

	if (is_answered && question.look)
		take_rates(result, is_by_source, most, &hours, sources);
	result_free(result);
	return is_answered;
}

static int64_t silence_of(const struct ingest_hypertable *hypertable, const struct ingest_source *source)
{
	return source->has_newest && !source->is_newest_bound ? hypertable->now_us - source->newest_us : 0;
}

/* For one source: the same stretch, from its newest row to now, of the earlier days. What came in its first half came well before now: rows
 * that come by the quarter of an hour are missed after half an hour, not after sixteen minutes. */
static void add_silence(struct ingest_question *question, struct ingest_source *source, int first_piece, bool is_by_source)
{
	const char *sql = !question->lead ? sql_timescale_ingest_count : is_by_source ? sql_timescale_ingest_count_of : sql_timescale_ingest_count_by;

	int64_t now_us = question->hypertable->now_us;
	int64_t from_us = now_us - LONGEST_LOOK_S * second_us > source->newest_us ? now_us - LONGEST_LOOK_S * second_us : source->newest_us + 1;

	int64_t grace_us = (now_us - source->newest_us) / 2;

	if (grace_us > LONGEST_GRACE_S * second_us)
		grace_us = LONGEST_GRACE_S * second_us;
	for (int k = 1; k <= INGEST_DAYS; k++) {
		struct ingest_part part = {.source = source->source, .piece = first_piece + k, .from_us = from_us - k * day_us, .to_us = now_us - grace_us - k * day_us,
		                           .most = ENOUGH_ROWS, .leads = INGEST_LEADS};
		int parts = question->parts;

		source->seen_days += add_stretch(question, sql, &part) && question->parts > parts;
	}
}

bool ingest_ask_silence(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const char *lead, bool is_by_source,
                        struct ingest_sources *sources, struct err *err)
{
	struct ingest_question question = {.look = look, .hypertable = hypertable, .lead = lead};
	struct result *result = NULL;
	enum { PIECES = INGEST_DAYS + 1 };

	if (look->is_newest_only || !is_clocked(hypertable))
		return true;
	for (int i = 0; i < sources->count; i++) {
		int64_t silence = silence_of(hypertable, &sources->v[i]);

		if ((double)silence >= look->least_silence_s * 1e6 && silence < day_us)
			add_silence(&question, &sources->v[i], i * PIECES, is_by_source);
	}
	if (question.parts == 0)
		return true;
	bool is_answered = ingest_question_ask(&question, &result, err);
	int64_t *rows = mem_new(sizeof *rows * (size_t)(sources->count * PIECES));

	for (int row = 0; is_answered && row < result_rows(result); row++) {
		int64_t piece = result_int(result, row, result_column(result, "piece"), -1);

		if (piece >= 0 && piece < sources->count * PIECES)
			rows[piece] += result_int(result, row, result_column(result, "rows"), 0);
	}
	for (int piece = 0; piece < sources->count * PIECES; piece++)
		sources->v[piece / PIECES].silent_days += rows[piece] >= ENOUGH_ROWS;
	mem_free(rows);
	result_free(result);
	return is_answered;
}
