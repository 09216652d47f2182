/* Backups become cells of a calendar: what each day has, what it lacks. */
#include <string.h>

#include "pane_backups_internal.h"

enum { FEW_CELLS = 3 };
#define HOUR_US (3600 * 1000000LL)
#define DAY_US (24 * HOUR_US)

static bool is_word(const char *word, const char *wanted)
{
	return word && strcmp(word, wanted) == 0;
}

enum chart_kind calendar_kind(const struct table *rows, int row)
{
	const char *how = pane_text(rows, row, "verified_how");

	if (is_word(pane_text(rows, row, "state"), "damaged"))
		return CHART_DAMAGED;
	if (is_word(how, "restored"))
		return CHART_RESTORED;
	if (is_word(how, "read"))
		return CHART_READ;
	return is_word(how, "checksum") ? CHART_CHECKED : CHART_UNREAD;
}

/* Kinds stand in this order from bad to good: of several in one cell the best stands for it, a spare one that is broken costs nothing. */
static bool is_better(enum chart_kind kind, enum chart_kind than)
{
	return than < CHART_DAMAGED || kind > than;
}

static int64_t oldest_us(const struct table *rows, int64_t now_us)
{
	int64_t oldest = now_us;

	for (int row = 0; row < table_rows(rows); row++) {
		int64_t taken = pane_int(rows, row, "taken_at", now_us);

		if (taken > 0 && taken < oldest)
			oldest = taken;
	}
	return oldest;
}

/* Weeks are counted back from today, so that the last one is whole. */
static void set_range(struct calendar *calendar, int64_t oldest, int64_t unit_us, int64_t now_us)
{
	int64_t end = unit_us > DAY_US ? (now_us / DAY_US + 1) * DAY_US : (now_us / unit_us + 1) * unit_us;
	int64_t count = (end - oldest + unit_us - 1) / unit_us;

	if (count < 1)
		count = 1;
	calendar->count = count < CALENDAR_CELLS ? (int)count : CALENDAR_CELLS;
	calendar->unit_us = unit_us;
	calendar->from_us = end - calendar->count * unit_us;
}

int calendar_at(const struct calendar *calendar, int64_t time_us)
{
	int64_t cell;

	if (calendar->count == 0 || time_us < calendar->from_us)
		return -1;
	cell = (time_us - calendar->from_us) / calendar->unit_us;
	return cell < calendar->count ? (int)cell : -1;
}

static void add(struct calendar *calendar, const struct table *rows, int row)
{
	enum chart_kind kind = calendar_kind(rows, row);
	int64_t bytes = pane_int(rows, row, "size_bytes", -1);
	int at = calendar_at(calendar, pane_int(rows, row, "taken_at", -1));
	struct calendar_cell *cell = at >= 0 ? &calendar->v[at] : NULL;

	calendar->counts[kind]++;
	if (!cell)
		return;
	if (is_better(kind, cell->kind)) {
		cell->kind = kind;
		cell->row = row;
	}
	if (kind == CHART_DAMAGED)
		return;
	if (bytes > cell->bytes)
		cell->bytes = bytes;
	if (bytes > calendar->most_bytes)
		calendar->most_bytes = bytes;
	if (bytes >= 0 && (calendar->least_bytes < 0 || bytes < calendar->least_bytes))
		calendar->least_bytes = bytes;
}

static void find_missed(struct calendar *calendar)
{
	bool has_begun = false;

	for (int i = 0; i < calendar->count; i++) {
		struct calendar_cell *cell = &calendar->v[i];
		bool is_last = i + 1 == calendar->count;

		has_begun = has_begun || cell->kind > CHART_DAMAGED;
		if (!has_begun || cell->kind != CHART_GAP)
			continue;
		cell->kind = is_last ? CHART_DUE : CHART_MISSED;
		calendar->counts[cell->kind]++;
		if (!is_last)
			calendar->last_missed = i;
	}
}

void calendar_make(struct calendar *calendar, const struct table *rows, enum backup_every every, int64_t now_us)
{
	int64_t unit_us = every == BACKUP_WEEKLY ? 7 * DAY_US : DAY_US, oldest;
	bool is_by_policy = every != BACKUP_NEVER;

	memset(calendar, 0, sizeof(*calendar));
	calendar->last_missed = -1;
	calendar->least_bytes = -1;
	if (!rows || table_rows(rows) == 0)
		return;
	oldest = oldest_us(rows, now_us);
	while (unit_us > HOUR_US && now_us - oldest < FEW_CELLS * unit_us) {
		unit_us = unit_us > DAY_US ? DAY_US : HOUR_US;
		is_by_policy = false;
	}
	set_range(calendar, oldest, unit_us, now_us);
	for (int i = 0; i < calendar->count; i++)
		calendar->v[i] = (struct calendar_cell){ CHART_GAP, -1, -1 };
	for (int row = 0; row < table_rows(rows); row++)
		add(calendar, rows, row);
	if (is_by_policy)
		find_missed(calendar);
}
