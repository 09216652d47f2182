/* seeds/csv_watch.c - looks at CSV on its way to the server. Most of a file is jumped over: only quotes and backslashes count. */
#include <string.h>

#include "csv.h"

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

static bool report(struct csv_watch *watch, enum csv_trouble trouble, int64_t at)
{
	watch->trouble = trouble;
	watch->trouble_at = at;
	return false;
}

/* Whether a value has begun between `from` and `at`: the last byte that is no blank tells. */
static bool is_in_value(const struct csv_watch *watch, const char *from, const char *at)
{
	while (at > from && at[-1] == ' ')
		at--;
	return at == from ? watch->is_in_value : at[-1] != ',' && !is_end(at[-1]);
}

/* The end of a line of \. alone, which may come in several blocks. Returns where to go on. */
static const char *follow_mark(struct csv_watch *watch, const char *at, const char *end, bool *is_whole)
{
	*is_whole = false;
	while (at < end && watch->mark > 0) {
		if (watch->mark == 1)
			watch->mark = *at == '.' ? 2 : 0;
		else if (watch->mark == 2)
			watch->mark = is_end(*at) ? 3 : 0;
		else if (!is_end(*at)) {
			*is_whole = true; /* something follows it */
			return at;
		}
		if (watch->mark > 0)
			at++;
	}
	return at;
}

static bool add_outside(struct csv_watch *watch, const char *bytes, const char **at, const char *end)
{
	const char *from = *at;
	const char *quote = memchr(from, '"', (size_t)(end - from));
	const char *stop = quote != NULL ? quote : end;
	const char *slash = memchr(from, '\\', (size_t)(stop - from));
	if (slash != NULL) {
		if (slash > bytes ? is_end(slash[-1]) : watch->last == '\0' || is_end(watch->last)) {
			watch->mark = 1;
			watch->mark_at = watch->offset + (slash - bytes);
		}
		watch->is_in_value = true;
		*at = slash + 1;
		return true;
	}
	if (quote == NULL) {
		watch->is_in_value = is_in_value(watch, from, end);
		*at = end;
		return true;
	}
	bool is_in = is_in_value(watch, from, quote);
	*at = quote + 1;
	if (is_in)
		return report(watch, CSV_MIDDLE, watch->offset + (quote - bytes));
	watch->is_inside = true;
	watch->opened_at = watch->offset + (quote - bytes);
	return true;
}

static bool add_inside(struct csv_watch *watch, const char **at, const char *end)
{
	const char *quote = memchr(*at, '"', (size_t)(end - *at));
	*at = quote != NULL ? quote + 1 : end;
	watch->is_after_quote = quote != NULL;
	return true;
}

/* Behind a quote inside quotes: another one, or the value is at its end. */
static bool add_after_quote(struct csv_watch *watch, const char **at)
{
	watch->is_after_quote = false;
	if (**at == '"') {
		(*at)++;
		return true;
	}
	watch->is_inside = false;
	watch->is_in_value = true;
	if (**at != ',' && **at != ' ' && !is_end(**at))
		return report(watch, CSV_BEHIND, watch->opened_at);
	return true;
}

bool csv_watch_add(struct csv_watch *watch, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length;
	bool is_good = watch->trouble == CSV_FINE;
	while (is_good && at < end) {
		bool is_mark = false;
		if (watch->mark > 0) {
			const char *before = at;
			at = follow_mark(watch, at, end, &is_mark);
			if (is_mark)
				return report(watch, CSV_MARK, watch->mark_at);
			/* What was passed over is looked at again as any other value, unless it was the whole line. */
			if (watch->mark == 0)
				at = before;
		} else if (watch->is_after_quote) {
			is_good = add_after_quote(watch, &at);
		} else if (watch->is_inside) {
			is_good = add_inside(watch, &at, end);
		} else {
			is_good = add_outside(watch, bytes, &at, end);
		}
	}
	watch->offset += (int64_t)length;
	if (length > 0)
		watch->last = end[-1];
	return is_good;
}

bool csv_watch_end(struct csv_watch *watch)
{
	if (watch->trouble == CSV_FINE && watch->is_inside && !watch->is_after_quote)
		return report(watch, CSV_OPEN, watch->opened_at);
	return watch->trouble == CSV_FINE;
}
