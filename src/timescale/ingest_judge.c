/* Is data arriving: from the age of the newest row and from what usually comes at this time of the day. */
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const int64_t day_us = 86400 * INT64_C(1000000);
enum { LEAST_DAYS = 2, LEAST_ROWS_A_MIN = 1 };

/* "03:02" of today, else with the day. Times are UTC, as everywhere. */
static char *since(int64_t at_us, int64_t now_us)
{
	char stamp[UNITS_SIZE];
	char today[UNITS_SIZE];

	units_rfc3339(stamp, at_us - at_us % 1000000);
	units_day(today, now_us);
	return strncmp(stamp, today, 10) == 0 ? mem_format("%.5s", stamp + 11) : mem_format("%.10s %.5s", stamp, stamp + 11);
}

static char *rate(double rows_per_min)
{
	return rows_per_min < 10 ? mem_format("%.1f", rows_per_min) : mem_format("%.0f", rows_per_min);
}

/* A stretch in which rows came on most of the earlier days; after a whole day every time of the day was in it. */
static bool is_silent(const struct ingest_source *source, int64_t lag_us)
{
	return source->has_newest && (lag_us >= day_us || (source->silent_days > 0 && source->silent_days * 2 >= source->seen_days));
}

static bool is_slow(const struct ingest_source *source, double slow_share)
{
	return source->has_rate && source->usual_days >= LEAST_DAYS && source->usual_rows_per_min >= LEAST_ROWS_A_MIN &&
	       source->rows_per_min < source->usual_rows_per_min * slow_share;
}

void ingest_judge(const struct ingest_source *source, int64_t now_us, bool has_chunks, double slow_share, struct ingest_verdict *verdict)
{
	const char *who = source->source ? source->source : "";
	const char *space = source->source ? " " : "";

	memset(verdict, 0, sizeof *verdict);
	if (!has_chunks) {
		verdict->verdict = "empty";
		verdict->cause = mem_copy("no row has come yet");
	} else if (is_silent(source, now_us - source->newest_us)) {
		char *when = since(source->newest_us, now_us);

		verdict->verdict = "silent";
		verdict->cause = mem_format("%s%ssilent since %s%s", who, space, source->is_newest_bound ? "before " : "", when);
		mem_free(when);
	} else if (is_slow(source, slow_share)) {
		char *now = rate(source->rows_per_min);
		char *usual = rate(source->usual_rows_per_min);

		verdict->verdict = "slow";
		verdict->cause = mem_format("%s%s%s rows a minute in the last hour, usually %s at that time", who, space, now, usual);
		mem_free(now);
		mem_free(usual);
	} else if (source->is_newest_bound) {
		verdict->cause = mem_copy("the newest chunk is compressed: its rows are not unpacked to look at them");
	} else if (source->has_newest) {
		verdict->verdict = "ok";
	}
}
