/* What is to be said of a hypertable: what is wrong with what mends it first, then how it fares, then its jobs. */
#include <stdio.h>
#include <string.h>

#include "pane_chunks_words.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/width.h"

#define DAY_US 86400e6
#define FAR_S (5 * 365 * 86400.0) /* nobody plans a disk for longer */

char *chunks_place_text(const struct timeline *timeline, int64_t at)
{
	char day[UNITS_SIZE], clock[16];

	if (timeline->is_integer)
		return mem_format("%lld", (long long)at);
	units_day(day, at);
	if (timeline->width <= 0 || timeline->width >= DAY_US || timeline->extent > 300 * DAY_US) /* further apart days tell enough, and years matter */
		return mem_copy(day);
	pane_clock(clock, at);
	return mem_format("%s %.5s", day + 5, clock);
}

/* Wrapped at words; what is bad may take a line more. */
void words_say(struct writer *writer, const char *label, enum style style, bool is_bad, const char *raw)
{
	char *labelled = writer->has_labels ? mem_copy(raw) : mem_format("%s %s", label, raw), *visible = text_visible(labelled);
	const char *s = visible;
	struct chunks_lines *lines = writer->lines;

	for (int most = is_bad ? 3 : 2; *s && most > 0 && lines->count < CHUNKS_LINES; most--) {
		size_t length = most > 1 && writer->cols > 0 ? width_wrap(s, writer->cols) : strlen(s);

		lines->v[lines->count++] = (struct chunks_line){ label, style, mem_copy_n(s, length), is_bad };
		lines->bad += is_bad;
		s += length;
		s += strspn(s, " ");
		label = "";
	}
	mem_free(visible);
	mem_free(labelled);
}

void words_say_text(struct writer *writer, const char *label, enum style style, bool is_bad, struct text *text)
{
	if (text->length > 0)
		words_say(writer, label, style, is_bad, text_str(text));
	text_done(text);
}

bool words_is(const char *word, const char *wanted)
{
	return word && strcmp(word, wanted) == 0;
}

void words_add_part(struct text *text, const char *part)
{
	text_addf(text, "%s%s", text->length > 0 ? ", " : "", part);
}

void words_add_bytes(struct text *text, const char *before, int64_t bytes, const char *behind)
{
	char size[UNITS_SIZE];
	char *part = mem_format("%s%s%s", before, units_bytes(size, bytes), behind);

	words_add_part(text, part);
	mem_free(part);
}

int words_row_of(const struct table *table, const char *schema, const char *name)
{
	for (int row = 0; table && name && row < table_rows(table); row++) {
		const char *in = pane_text(table, row, "schema");

		if (words_is(pane_text(table, row, "name"), name) && (!schema || !in || strcmp(schema, in) == 0))
			return row;
	}
	return -1;
}

bool words_is_sick(const char *verdict)
{
	return words_is(verdict, "stale") || words_is(verdict, "erasing");
}

static void say_aggregate(struct writer *writer, bool is_bad)
{
	const struct table *table = writer->scene->aggregates;
	int row = words_row_of(table, writer->schema, writer->name);
	const char *verdict = pane_text(table, row, "verdict"), *cause = pane_text(table, row, "cause"), *source = pane_text(table, row, "source");
	const struct cell *watermark = pane_cell(table, row, "watermark");
	bool is_bad_one = words_is_sick(verdict);
	struct text text = { 0 };
	char age[UNITS_SIZE], day[UNITS_SIZE], clock[16];

	if (row < 0 || is_bad_one != is_bad)
		return;
	if (is_bad_one)
		text_addf(&text, "%s%s%s", verdict, cause ? ": " : "", cause ? cause : "");
	if (!is_bad_one && source)
		text_addf(&text, "of %s", source);
	if (watermark) {
		pane_clock(clock, watermark->u.integer);
		text_addf(&text, "%smaterialized up to %s %.5s UTC", text.length ? ", " : "", units_day(day, watermark->u.integer), clock);
	}
	if (!is_bad_one && pane_cell(table, row, "lag_s"))
		text_addf(&text, ", %s behind", units_age(age, (int64_t)pane_real(table, row, "lag_s", 0)));
	if (words_is(verdict, "no policy"))
		words_add_part(&text, "no refresh policy");
	words_say_text(writer, "aggregate", is_bad_one ? STYLE_CRIT : STYLE_PLAIN, is_bad_one, &text);
	if (is_bad_one)
		words_say_mend(writer, pane_text(table, row, "mend"));
}

static enum style ingest_style(const char *verdict)
{
	return words_is(verdict, "silent") || words_is(verdict, "empty") ? STYLE_CRIT : words_is(verdict, "slow") ? STYLE_WARN : STYLE_PLAIN;
}

static int digits(double rate)
{
	return rate >= 10 || rate <= 0 ? 0 : rate >= 0.1 ? 1 : 3;
}

static char *ingest_text(const struct table *table, int row)
{
	const char *verdict = pane_text(table, row, "verdict"), *cause = pane_text(table, row, "cause");
	double rate = pane_real(table, row, "rows_per_min", -1), usual = pane_real(table, row, "usual_rows_per_min", -1);
	int64_t gaps = pane_int(table, row, "gaps", -1);
	bool is_said = !verdict || (cause && strstr(cause, verdict)); /* "mextrack silent since 03:02" */
	struct text text = { 0 };
	char age[UNITS_SIZE], count[UNITS_SIZE];

	if (cause && !words_is(verdict, "ok"))
		text_addf(&text, "%s%s%s", is_said ? "" : verdict, is_said ? "" : ": ", cause);
	else if (verdict)
		text_add(&text, verdict);
	if (pane_cell(table, row, "lag_s") && !(cause && words_is(verdict, "silent")))
		text_addf(&text, ", newest row %s ago", units_age(age, (int64_t)pane_real(table, row, "lag_s", 0)));
	if (rate >= 0)
		text_addf(&text, ", %.*f rows/min", digits(rate), rate);
	if (usual >= 0)
		text_addf(&text, ", usually %.*f", digits(usual), usual);
	if (gaps == 0)
		text_add(&text, ", no gaps");
	else if (gaps > 0)
		text_addf(&text, ", %s day%s without a chunk", units_count(count, gaps), gaps == 1 ? "" : "s");
	return text_take(&text);
}

/* The hypertable's line, and one for each source that is not well. */
static void say_ingest(struct writer *writer, bool is_bad)
{
	const struct table *table = writer->scene->ingest;

	for (int row = 0; table && row < table_rows(table); row++) {
		const char *schema = pane_text(table, row, "schema"), *source = pane_text(table, row, "source");
		enum style style = ingest_style(pane_text(table, row, "verdict"));
		char *text;

		if (!words_is(pane_text(table, row, "name"), writer->name) || (schema && writer->schema && strcmp(schema, writer->schema) != 0))
			continue;
		if ((style != STYLE_PLAIN) != is_bad || (source && !is_bad))
			continue;
		text = ingest_text(table, row);
		if (*text)
			words_say(writer, "ingest", style, is_bad, text);
		mem_free(text);
	}
}

/* --- how it fares ------------------------------------------------------------------------------ */

static void say_policies(struct writer *writer)
{
	const char *verdict = pane_text(writer->table, writer->row, "verdict");
	double keep_s = pane_real(writer->table, writer->row, "drop_after_s", -1);
	const struct cell *next = pane_cell(writer->table, writer->row, "retention_next");
	struct text text = { 0 };
	char age[UNITS_SIZE];

	if (writer->lines->bad > 0 && pane_int(writer->table, writer->row, "late_chunks", 0) > 0)
		return;
	if (words_is(verdict, "no policy")) {
		const char *mend = pane_text(writer->table, writer->row, "mend");

		if (writer->scene->is_apache)
			return;
		if (mend && text_starts_with(mend, "pgtend "))
			text_addf(&text, "no policy: its chunks are kept for ever, until :%s", mend + 7);
		else
			text_add(&text, "no policy: its chunks are kept for ever");
		words_say_text(writer, "retention", STYLE_PLAIN, false, &text);
		return;
	}
	if (verdict)
		text_add(&text, verdict);
	if (keep_s >= 0) {
		text_addf(&text, "%skeeps %s", text.length ? ", " : "", units_age(age, (int64_t)keep_s));
	}
	if (next) {
		int64_t in_s = (next->u.integer - pane_now()) / 1000000;

		text_addf(&text, in_s >= 0 ? ", next run in %s" : ", next run was due %s ago", units_age(age, in_s >= 0 ? in_s : -in_s));
	}
	words_say_text(writer, "retention", STYLE_PLAIN, false, &text);
}

static void say_compression(struct writer *writer)
{
	const struct table *table = writer->table;
	int row = writer->row;
	int64_t compressed = pane_int(table, row, "compressed", 0), partial = pane_int(table, row, "partial", 0);
	double ratio = pane_real(table, row, "ratio", -1), before = pane_real(table, row, "bytes_per_row_before", -1);
	double after = pane_real(table, row, "bytes_per_row_after", -1), expected = pane_real(table, row, "expected_ratio", -1);
	bool is_low = words_is(pane_text(table, row, "ratio_verdict"), "low");
	const char *reason = pane_text(table, row, "ratio_reason");
	struct text text = { 0 };

	if (compressed > 0)
		text_addf(&text, "%lld of %lld chunks", (long long)compressed, (long long)pane_int(table, row, "chunks", 0));
	else if (words_is(pane_text(table, row, "compress_verdict"), "ok"))
		text_add(&text, "ok, nothing is old enough yet");
	if (ratio > 0)
		text_addf(&text, ", %.1f times smaller", ratio);
	if (before > 0 && after > 0)
		text_addf(&text, " (%.0f to %.*f bytes a row)", before, after < 10 ? 1 : 0, after);
	if (expected > 0 && ratio > 0)
		text_addf(&text, ", %.0f expected", expected);
	if (partial > 0)
		text_addf(&text, ", %lld partial", (long long)partial);
	if (is_low && reason)
		text_addf(&text, ": %s", reason);
	words_say_text(writer, "compression", is_low ? STYLE_WARN : STYLE_PLAIN, false, &text);
}

static void say_size(struct writer *writer)
{
	const struct table *table = writer->table;
	int row = writer->row;
	const struct cell *bytes = pane_cell(table, row, "bytes"), *day = pane_cell(table, row, "bytes_per_day");
	const struct cell *steady = pane_cell(table, row, "steady_bytes");
	const struct cell *full = pane_cell(table, row, "disk_full_s"), *free_bytes = pane_cell(table, row, "disk_free_bytes");
	int64_t locked = pane_int(table, row, "locked", 0);
	struct text text = { 0 };
	char age[UNITS_SIZE];

	if (bytes)
		words_add_bytes(&text, bytes->is_approximate ? "~" : "", bytes->u.integer, "");
	if (day)
		words_add_bytes(&text, "", day->u.integer, " a day in");
	if (steady)
		words_add_bytes(&text, "", steady->u.integer, " at steady state");
	else if (day && !pane_cell(table, row, "drop_after_s") && !pane_cell(table, row, "integer_now"))
		words_add_part(&text, "no end to it without retention");
	if (full && full->u.real < FAR_S)
		text_addf(&text, ", disk full in %s", units_age(age, (int64_t)full->u.real));
	else if (free_bytes)
		words_add_bytes(&text, "", free_bytes->u.integer, " free on its disk");
	if (locked > 0)
		text_addf(&text, ", %lld chunk%s locked by others and not measured", (long long)locked, locked == 1 ? "" : "s");
	words_say_text(writer, "size", STYLE_PLAIN, false, &text);
}

/* --- its jobs ----------------------------------------------------------------------------------- */

static enum style job_style(const char *state)
{
	if (words_is(state, "failing") || words_is(state, "crashed") || words_is(state, "overdue"))
		return STYLE_CRIT;
	return words_is(state, "paused") || words_is(state, "never ran") ? STYLE_WARN : STYLE_PLAIN;
}

static void add_moment(struct text *text, const char *before, const struct cell *cell, const char *past, const char *future)
{
	char age[UNITS_SIZE];
	int64_t ago_s;

	if (!cell)
		return;
	ago_s = (pane_now() - cell->u.integer) / 1000000;
	text_addf(text, ", %s", before);
	text_addf(text, ago_s >= 0 ? past : future, units_age(age, ago_s >= 0 ? ago_s : -ago_s));
}

static void say_job(struct writer *writer, int job)
{
	const struct table *policies = writer->scene->policies;
	const char *state = pane_text(policies, job, "state"), *error = pane_text(policies, job, "last_error"), *kind = pane_text(policies, job, "kind");
	const char *blocker = pane_text(policies, job, "blocker");
	const struct cell *schedule = pane_cell(policies, job, "schedule_s");
	int error_column = table_column(table_shape(policies), "last_error");
	int64_t in_row = pane_int(policies, job, "consecutive_failures", 0), failures = pane_int(policies, job, "failures", 0);
	struct text text = { 0 };
	char age[UNITS_SIZE];

	text_addf(&text, "%lld %s: %s", (long long)pane_int(policies, job, "job_id", 0), kind ? kind : "job", state ? state : "not known");
	if (schedule)
		text_addf(&text, ", every %s", units_age(age, (int64_t)schedule->u.real));
	add_moment(&text, "last ok ", pane_cell(policies, job, "last_ok"), "%s ago", "in %s");
	add_moment(&text, "next run ", pane_cell(policies, job, "next_start"), "was due %s ago", "in %s");
	if (blocker)
		text_addf(&text, ", waits for %s", blocker);
	if (in_row > 0)
		text_addf(&text, ", failed %lld times in a row", (long long)in_row);
	else if (failures > 0)
		text_addf(&text, ", failed %lld times", (long long)failures);
	if (error)
		text_addf(&text, ": %s", error);
	else if (failures > 0 && error_column >= 0 && table_cell(policies, job, error_column)->missing == MISSING_PRIVILEGE)
		text_add(&text, ": its error is not visible to this role");
	words_say_text(writer, "job", job_style(state), false, &text);
}

static void say_jobs(struct writer *writer)
{
	const struct table *policies = writer->scene->policies;

	for (int job = 0; policies && job < table_rows(policies); job++) {
		const char *schema = pane_text(policies, job, "schema");

		if (words_is(pane_text(policies, job, "name"), writer->name) && (!schema || !writer->schema || strcmp(schema, writer->schema) == 0))
			say_job(writer, job);
	}
}

void chunks_lines_make(struct chunks_lines *lines, const struct chunks_scene *scene, int row, int cols, bool has_labels)
{
	struct writer writer = { lines, scene, scene->hypertables, row, cols, has_labels, NULL, NULL };

	memset(lines, 0, sizeof(*lines));
	writer.schema = pane_text(scene->hypertables, row, "schema");
	writer.name = pane_text(scene->hypertables, row, "name");
	if (row < 0 || !writer.name)
		return;
	words_retention_late(&writer);
	words_compression_late(&writer);
	say_aggregate(&writer, true);
	say_ingest(&writer, true);
	words_apache(&writer);
	words_list_error(&writer);
	say_ingest(&writer, false);
	say_policies(&writer);
	say_compression(&writer);
	say_aggregate(&writer, false);
	say_size(&writer);
	say_jobs(&writer);
}

void chunks_lines_done(struct chunks_lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		mem_free(lines->v[i].text);
	lines->count = 0;
}
