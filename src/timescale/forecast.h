/* forecast.h - the arithmetic of what is to be expected, apart from where its numbers come from. */
#ifndef PGTEND_TIMESCALE_FORECAST_H
#define PGTEND_TIMESCALE_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

/* One hypertable. Seconds are negative where there is no such policy. */
struct forecast {
	double bytes_per_day;  /* uncompressed */
	double bytes;          /* what it takes now */
	double drop_after_s, compress_after_s, chunk_s;
	double ratio;          /* how many times smaller compression makes it; 0: not known */
	bool is_late;          /* retention does not do its work now */
};
/* Negative: nothing is ever dropped. */
double forecast_steady_bytes(const struct forecast *forecast);
/* Until so many bytes are used up; negative: never. */
double forecast_full_s(const struct forecast *forecasts, int count, double free_bytes);

/* "10", "10x", "10-20": the least that is counted on; 0: none, or no number. */
double ratio_expected(const char *text);
/* What is known of a hypertable whose ratio is low. */
struct ratio_look {
	double rows, batches;         /* compressed rows, and the rows that hold them */
	const char *segments;         /* "device_id, user_id"; NULL: none */
	const char *first_order;      /* first column that rows are ordered by within a segment; NULL: none known */
	const char *time_column;
	const char *unlike_column;    /* widest column that differs in nearly each row; NULL: none */
	double unlike_share;          /* of a row */
};
/* The likely reason, one line; the caller frees it. */
char *ratio_reason(const struct ratio_look *look);

#endif
