/* What comes in a day, how large a hypertable will be when its policies keep up with that, and when the disk is full. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forecast.h"
#include "hypertables.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/here.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 2000 };

/* --- one hypertable --------------------------------------------------------------------------- */

double forecast_steady_bytes(const struct forecast *forecast)
{
	double keep_s = forecast->drop_after_s + forecast->chunk_s;
	double raw_s = keep_s;

	if (forecast->drop_after_s < 0)
		return -1;
	/* a chunk goes, or is compressed, when its whole range is past: it is kept for its own width more */
	if (forecast->compress_after_s >= 0 && forecast->ratio > 0 && forecast->compress_after_s + forecast->chunk_s < keep_s)
		raw_s = forecast->compress_after_s + forecast->chunk_s;
	return forecast->bytes_per_day / 86400 * (raw_s + (forecast->ratio > 0 ? (keep_s - raw_s) / forecast->ratio : 0));
}

static double expected_ratio(const struct hypertables *hypertables)
{
	return ratio_expected(section_text(hypertables->target->database->section, "expected_ratio"));
}

static void fill_forecast(const struct hypertables *hypertables, const struct table *chunks, int row, struct forecast *forecast)
{
	*forecast = (struct forecast){
		.bytes_per_day = (double)table_get_int(chunks, row, "bytes_per_day", -1),
		.bytes = (double)table_get_int(chunks, row, "bytes", 0),
		.drop_after_s = table_get_real(chunks, row, "drop_after_s", -1),
		.compress_after_s = table_get_real(chunks, row, "compress_after_s", -1),
		.chunk_s = table_get_real(chunks, row, "chunk_interval_s", 0),
		.ratio = table_get_real(chunks, row, "ratio", 0),
		.is_late = table_get_int(chunks, row, "late_chunks", 0) > 0,
	};
	if (forecast->ratio <= 0)
		forecast->ratio = expected_ratio(hypertables);
}

void forecast_set(const struct hypertables *hypertables, const struct result *ranges, int range, struct table *chunks, int row)
{
	static const char *const names[] = {"bytes_per_day", "steady_bytes", NULL};
	const char *arrived = range < 0 ? NULL : result_text(ranges, range, result_column(ranges, "arrived_per_day"));
	struct forecast forecast;

	if (hypertables_is_integer(hypertables, row)) {
		probe_mark_missing(chunks, row, names, MISSING_UNSUPPORTED);
		return;
	}
	if (!arrived) {
		if (hypertables->unsized)
			probe_mark_missing(chunks, row, names, hypertables->unsized);
		return;
	}
	/* whole chunks that are old tell what came, not what comes */
	bool is_arriving = result_bool(ranges, range, result_column(ranges, "is_arriving"));
	double bytes_per_day = is_arriving ? strtod(arrived, NULL) : 0;

	table_set_int(chunks, row, "bytes_per_day", (int64_t)bytes_per_day);
	table_set_approximate(chunks, row, "bytes_per_day");
	fill_forecast(hypertables, chunks, row, &forecast);
	double steady = forecast_steady_bytes(&forecast);

	if (steady < 0)
		return;
	table_set_int(chunks, row, "steady_bytes", (int64_t)steady);
	table_set_approximate(chunks, row, "steady_bytes");
}

/* --- the disk --------------------------------------------------------------------------------- */

/* What a day adds; *most: how much in all before it adds nothing more. */
static double growth_of(const struct forecast *forecast, double *most)
{
	double steady = forecast_steady_bytes(forecast);
	bool is_packed = forecast->compress_after_s >= 0 && forecast->ratio > 0;

	*most = INFINITY;
	if (forecast->bytes_per_day <= 0)
		return 0;
	/* a retention that is late does not hold it back now */
	if (steady >= 0 && !forecast->is_late)
		*most = steady > forecast->bytes ? steady - forecast->bytes : 0;
	return is_packed ? forecast->bytes_per_day / forecast->ratio : forecast->bytes_per_day;
}

double forecast_full_s(const struct forecast *forecasts, int count, double free_bytes)
{
	double *left = mem_new(sizeof *left * ((size_t)count + 1));
	double *growth = mem_new(sizeof *growth * ((size_t)count + 1));
	double days = 0;

	for (int i = 0; i < count; i++)
		growth[i] = growth_of(&forecasts[i], &left[i]);
	/* from one hypertable that reaches its size to the next */
	for (;;) {
		double sum = 0;
		double step = INFINITY;

		for (int i = 0; i < count; i++) {
			if (growth[i] <= 0 || left[i] <= 0)
				continue;
			sum += growth[i];
			step = fmin(step, left[i] / growth[i]);
		}
		if (sum <= 0) {
			days = -1;
			break;
		}
		if (free_bytes <= sum * step) {
			days += free_bytes / sum;
			break;
		}
		days += step;
		free_bytes -= sum * step;
		for (int i = 0; i < count; i++)
			left[i] = growth[i] > 0 && left[i] > growth[i] * step * 1.000001 ? left[i] - growth[i] * step : 0;
	}
	mem_free(left);
	mem_free(growth);
	return days < 0 ? -1 : days * 86400;
}

static bool free_bytes_of(const struct result *disk, double *free_bytes, enum missing *why)
{
	const char *folder = result_text(disk, 0, result_column(disk, "data_directory"));
	const char *location = result_text(disk, 0, result_column(disk, "location"));
	const char *started = result_text(disk, 0, result_column(disk, "started_s"));
	int64_t pid = result_int(disk, 0, result_column(disk, "pid"), 0);
	int64_t whole_bytes = 0, left_bytes = 0;

	*why = MISSING_UNSUPPORTED;
	if (pid <= 0 || !started || !probe_is_here(pid, strtod(started, NULL)))
		return false;
	if (location && *location)
		folder = location;
	if (!folder) {
		*why = MISSING_PRIVILEGE;
		return false;
	}
	if (!probe_disk_of(folder, &left_bytes, &whole_bytes))
		return false;
	*free_bytes = (double)left_bytes;
	return true;
}

void forecast_ask_disk(const struct hypertables *hypertables, struct table *chunks)
{
	static const char *const names[] = {"disk_free_bytes", "disk_full_s", NULL};
	enum missing why = MISSING_UNSUPPORTED;
	int count = table_rows(chunks);
	struct result *result = NULL;
	double free_bytes = 0;
	struct err ignored;
	bool is_known = count > 0 && hypertables->target->server->has[CAP_ACTIVITY] &&
	                session_query_wait(hypertables->session, sql_timescale_disk, NULL, 0, DEADLINE_MS, &result, &ignored) &&
	                result_rows(result) == 1 && free_bytes_of(result, &free_bytes, &why);
	struct forecast *forecasts = mem_new(sizeof *forecasts * ((size_t)count + 1));

	for (int row = 0; row < count; row++)
		fill_forecast(hypertables, chunks, row, &forecasts[row]);
	double full_s = is_known ? forecast_full_s(forecasts, count, free_bytes) : -1;

	for (int row = 0; row < count; row++) {
		if (!is_known) {
			probe_mark_missing(chunks, row, names, why);
			continue;
		}
		table_set_int(chunks, row, "disk_free_bytes", (int64_t)free_bytes);
		if (full_s >= 0) {
			table_set_real(chunks, row, "disk_full_s", full_s);
			table_set_approximate(chunks, row, "disk_full_s");
		}
	}
	mem_free(forecasts);
	result_free(result);
}
