#include "pgtend/console/records.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
	{ "number", CELL_ID, "#", 3, "Number of the job since the console was opened." },
	{ "job", CELL_TEXT, "job", 0, "The verb and its database." },
	{ "state", CELL_TEXT, "state", 0, "waiting, running, done, skipped, failed, refused (by the answer to its question, or by a guard) or cancelled." },
	{ "progress", CELL_RATIO, "progress", 1, "Share of the current step that is done, where it can be known." },
	{ "took_ms", CELL_MS, "took", 2, "From its beginning to its end, or to now." },
	{ "message", CELL_TEXT, "what", 0, "The current step, then the summary or why it failed." },
	{ "started_at", CELL_TIME, "started", 4, "When it began, UTC." },
};
const struct table_shape records_shape = { "jobs", columns, sizeof(columns) / sizeof(columns[0]) };

static void clear(struct record *record)
{
	mem_free(record->title);
	mem_free(record->step);
	mem_free(record->first_step);
	mem_free(record->message);
	mem_free(record->hint);
	words_done(&record->log);
	words_done(&record->hints);
}

void records_done(struct records *records)
{
	for (size_t i = 0; i < records->count; i++)
		clear(&records->v[i]);
	mem_free(records->v);
	memset(records, 0, sizeof(*records));
}

static struct record *find(const struct records *records, int number)
{
	for (size_t i = 0; i < records->count; i++)
		if (records->v[i].number == number)
			return &records->v[i];
	return NULL;
}

const struct record *records_find(const struct records *records, int number)
{
	return find(records, number);
}

static bool is_running(const struct record *record)
{
	return record->state == JOB_RUNNING || record->state == JOB_WAITING;
}

static void make_room(struct records *records)
{
	size_t oldest = 0;

	if (records->count < RECORDS_KEPT)
		return;
	while (oldest < records->count && is_running(&records->v[oldest]))
		oldest++;
	if (oldest == records->count)
		return;
	clear(&records->v[oldest]);
	memmove(&records->v[oldest], &records->v[oldest + 1], (records->count - oldest - 1) * sizeof(struct record));
	records->count--;
}

static struct record *add(struct records *records, const struct job *job)
{
	struct record *record;

	make_room(records);
	records->v = mem_grow(records->v, records->count + 1, sizeof(struct record));
	record = &records->v[records->count++];
	memset(record, 0, sizeof(*record));
	record->number = job->number;
	record->title = mem_copy(job->title);
	record->database = job->database;
	return record;
}

static void set(char **to, const char *from)
{
	char *copy = mem_copy(from);

	mem_free(*to);
	*to = copy;
}

void records_note(struct records *records, const struct job *job)
{
	struct record *record = find(records, job->number);
	const struct report *report = &job->report;

	if (!record)
		record = add(records, job);
	record->state = job->state;
	record->is_refused = job->state == JOB_FAILED && job->err.kind == ERR_REFUSED;
	record->started_us = job->started_us;
	record->ended_us = job->ended_us;
	record->done = report->done;
	record->all = report->all;
	record->step_us = report->step_us;
	record->unit = report->unit;
	set(&record->step, report->step);
	if (!record->first_step)
		set(&record->first_step, report->step);
	set(&record->message, job->err.kind != ERR_NONE ? job->err.text : report->summary);
	set(&record->hint, job->err.kind != ERR_NONE && job->err.hint[0] ? job->err.hint : NULL);
	for (; record->log_taken < report->log.count; record->log_taken++)
		words_add(&record->log, report->log.v[record->log_taken]);
	words_done(&record->hints);
	for (size_t i = 0; i < report->hints.count; i++)
		words_add(&record->hints, report->hints.v[i]);
}

const char *record_state_word(const struct record *record)
{
	return record->is_refused ? "refused" : job_state_word(record->state);
}

const struct record *records_running(const struct records *records)
{
	for (size_t i = records->count; i > 0; i--)
		if (is_running(&records->v[i - 1]))
			return &records->v[i - 1];
	return NULL;
}

int records_running_count(const struct records *records)
{
	int count = 0;

	for (size_t i = 0; i < records->count; i++)
		count += is_running(&records->v[i]);
	return count;
}

static void add_amount(struct text *out, const struct record *record)
{
	char done[UNITS_SIZE], all[UNITS_SIZE];

	if (record->unit && strcmp(record->unit, "bytes") == 0)
		text_addf(out, "%s of %s", units_bytes(done, record->done), units_bytes(all, record->all));
	else
		text_addf(out, "%lld of %lld%s%s", (long long)record->done, (long long)record->all, record->unit ? " " : "",
			record->unit ? record->unit : "");
}

/* By the pace so far; only once there is a pace. */
static void add_left(struct text *out, const struct record *record, int64_t now_us)
{
	int64_t elapsed_us = now_us - record->step_us, left_s;
	char speed[UNITS_SIZE];

	if (record->step_us <= 0 || elapsed_us < 2000000 || record->done * 50 < record->all || record->done >= record->all)
		return;
	if (record->unit && strcmp(record->unit, "bytes") == 0)
		text_addf(out, "  %s/s", units_bytes(speed, (int64_t)((double)record->done / ((double)elapsed_us / 1e6))));
	left_s = (int64_t)((double)elapsed_us / (double)record->done * (double)(record->all - record->done) / 1e6);
	if (left_s < 100 * 3600)
		text_addf(out, "  %02lld:%02lld:%02lld left", (long long)(left_s / 3600), (long long)(left_s / 60 % 60), (long long)(left_s % 60));
}

char *record_progress(const struct record *record, int64_t now_us)
{
	struct text out = { 0 };

	if (record->step)
		text_add(&out, record->step);
	if (record->all > 0) {
		text_add(&out, out.length ? "  " : "");
		add_amount(&out, record);
		add_left(&out, record, now_us);
	}
	return text_take(&out);
}

static bool has_unit(const struct record *record, const char *unit)
{
	return record->unit == unit || (record->unit && unit && strcmp(record->unit, unit) == 0);
}

/* "backup core 62%": of several at once each is told so. */
static void add_share(struct text *out, const struct record *record)
{
	text_addf(out, "%s%s", out->length > 0 ? "  " : "", record->title);
	if (record->state == JOB_WAITING)
		text_add(out, " waits");
	else if (record->all > 0)
		text_addf(out, " %d%%", (int)(100.0 * (double)record->done / (double)record->all));
}

char *records_line(const struct records *records, int64_t now_us, int64_t *done, int64_t *all)
{
	const struct record *newest = records_running(records);
	struct text out = { 0 };
	bool is_one_unit = true;

	*done = *all = 0;
	if (!newest)
		return mem_copy("");
	for (size_t i = 0; i < records->count; i++) {
		const struct record *record = &records->v[i];

		if (record->state != JOB_RUNNING)
			continue;
		is_one_unit = is_one_unit && has_unit(record, newest->unit);
		*done += record->done;
		*all += record->all;
	}
	if (!is_one_unit)
		*done = *all = 0;
	if (records_running_count(records) == 1) {
		char *progress = record_progress(newest, now_us);

		text_addf(&out, "%s  %s", newest->title, progress);
		mem_free(progress);
		return text_take(&out);
	}
	for (size_t i = 0; i < records->count; i++)
		if (is_running(&records->v[i]))
			add_share(&out, &records->v[i]);
	return text_take(&out);
}

struct table *records_table(const struct records *records, int64_t now_us)
{
	struct table *table = table_new(&records_shape);

	for (size_t i = records->count; i > 0; i--) {
		const struct record *record = &records->v[i - 1];
		int row = table_add_row(table);

		table_set_int(table, row, "number", record->number);
		table_set_text(table, row, "job", record->title);
		table_set_text(table, row, "state", record_state_word(record));
		if (record->all > 0 && is_running(record))
			table_set_real(table, row, "progress", (double)record->done / (double)record->all);
		if (record->started_us > 0) {
			int64_t end_us = record->ended_us > 0 ? record->ended_us : now_us;

			table_set_int(table, row, "started_at", record->started_us);
			/* A running job counts in whole seconds: tenths that change at every look are only noise. */
			table_set_real(table, row, "took_ms",
				record->ended_us > 0 ? (double)(end_us - record->started_us) / 1000.0 : (double)((end_us - record->started_us) / 1000000 * 1000));
		}
		if (is_running(record)) {
			char *progress = record_progress(record, now_us);

			table_set_text(table, row, "message", *progress ? progress : NULL);
			mem_free(progress);
		} else {
			table_set_text(table, row, "message", record->message);
		}
	}
	return table;
}
