/* The time to go back to, as people write it. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pitr_internal.h"

static bool parse_ago(const char *text, int64_t now_us, int64_t *time_us)
{
	static const char end[] = "ago";
	double seconds = 0;
	if (!text_ends_with(text, end))
		return false;
	char *duration = mem_copy_n(text, strlen(text) - strlen(end));
	size_t length = strlen(duration);
	while (length > 0 && duration[length - 1] == ' ')
		duration[--length] = '\0';
	bool ok = units_parse_duration_s(duration, &seconds) && seconds >= 0 && seconds < 1e9;
	mem_free(duration);
	if (ok)
		*time_us = now_us - (int64_t)(seconds * 1e6);
	return ok;
}

bool pitr_parse_time(const char *text, int64_t now_us, int64_t *time_us, struct err *err)
{
	char stamp[UNITS_SIZE];
	if (!parse_ago(text, now_us, time_us) && !units_parse_time_us(text, time_us))
		return err_set(err, ERR_USAGE, "--to takes a time (2026-11-21 14:02:11+01; UTC without a zone), '10 min ago', or latest, not '%s'", text);
	if (*time_us > now_us)
		return err_set(err, ERR_USAGE, "--to %s lies in the future (%s)", text, units_rfc3339(stamp, *time_us));
	return true;
}
