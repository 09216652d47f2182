/* core/units.h - numbers as people read them, and as programs do.
 *
 * Owns: sizes, counts, ages, times; parsing of durations and sizes in PostgreSQL's own
 * words ("30 days", "5min", "64MB"). Times are microseconds since the Unix epoch, UTC
 * (int64_t, suffix _us); durations are _s or _ms.
 */
#ifndef PGTEND_CORE_UNITS_H
#define PGTEND_CORE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNITS_SIZE = 40 }; /* a buffer of this size holds every result below */

char *units_bytes(char out[UNITS_SIZE], int64_t bytes);    /* "48 MB", "6.1 GB", "0 B", "-3 kB"; base 1024, PostgreSQL's names */
char *units_count(char out[UNITS_SIZE], int64_t count);    /* "987", "12.3 k", "61 M" */
char *units_age(char out[UNITS_SIZE], int64_t seconds);    /* "3s", "14m", "2h", "2d 4h", "5w"; at most two parts */
char *units_ms(char out[UNITS_SIZE], double ms);           /* "0.4 ms", "1.3 s", "2m 05s" */
char *units_percent(char out[UNITS_SIZE], double fraction); /* 0.998 -> "99.8%" */
char *units_rfc3339(char out[UNITS_SIZE], int64_t time_us); /* "2026-11-21T14:02:11Z" (fraction only when not 0) */
char *units_stamp(char out[UNITS_SIZE], int64_t time_us);   /* "20261121T140211Z" */
char *units_day(char out[UNITS_SIZE], int64_t time_us);     /* "2026-11-21" */
int64_t units_now_us(void);                                /* wall clock */

bool units_parse_duration_s(const char *s, double *seconds); /* "90", "5min", "2 h", "30 days", "1 day 02:03:04" */
bool units_parse_bytes(const char *s, int64_t *bytes);
bool units_parse_int(const char *s, int64_t *value);         /* whole text, no blanks */
bool units_parse_time_us(const char *s, int64_t *time_us);   /* PostgreSQL ISO output with offset, or RFC 3339 */

#endif
