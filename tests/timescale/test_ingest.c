/* Is data arriving: the sentence for each state. Questions to chunks as text. What the two sets of facts are side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../src/timescale/ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/timescale/timescale.h"

static const int64_t second_us = 1000000;
/* 2026-11-21 14:30:00 UTC */
static const int64_t now_us = INT64_C(1795271400) * 1000000;

static void assert_judged(const struct ingest_source *source, const char *verdict, const char *cause)
{
	struct ingest_verdict found;

	ingest_judge(source, now_us, true, 0.5, &found);
	if (verdict)
		assert_string_equal(found.verdict, verdict);
	else
		assert_null(found.verdict);
	if (cause)
		assert_string_equal(found.cause, cause);
	else
		assert_null(found.cause);
	mem_free(found.cause);
}

static struct ingest_source healthy(void)
{
	return (struct ingest_source){
		.has_newest = true, .newest_us = now_us - 20 * second_us,
		.has_rate = true, .rows_per_min = 300, .usual_rows_per_min = 310, .usual_days = 7,
	};
}

static void rows_that_come_are_ok(void **state)
{
	struct ingest_source source = healthy();

	(void)state;
	assert_judged(&source, "ok", NULL);
	source.rows_per_min = 9000; /* more than usual is no trouble */
	assert_judged(&source, "ok", NULL);
}

static void a_silence_has_its_time(void **state)
{
	struct ingest_source source = healthy();

	(void)state;
	source.newest_us = now_us - (11 * 3600 + 28 * 60) * second_us;
	source.seen_days = 7;
	source.silent_days = 7;
	assert_judged(&source, "silent", "silent since 03:02");
	source.source = "mextrack";
	assert_judged(&source, "silent", "mextrack silent since 03:02");
	source.newest_us -= 86400 * second_us;
	assert_judged(&source, "silent", "mextrack silent since 2026-11-20 03:02");
	source.is_newest_bound = true;
	assert_judged(&source, "silent", "mextrack silent since before 2026-11-20 03:02");
}

static void a_silence_that_is_usual_is_none(void **state)
{
	struct ingest_source source = healthy();

	(void)state;
	source.newest_us = now_us - 8 * 3600 * second_us; /* vehicles at night */
	source.rows_per_min = 0;
	source.usual_rows_per_min = 0;
	source.usual_days = 0;
	source.seen_days = 7;
	assert_judged(&source, "ok", NULL);
	source.silent_days = 3; /* less than half of the days */
	assert_judged(&source, "ok", NULL);
	source.silent_days = 4;
	assert_judged(&source, "silent", "silent since 06:30");
	source.silent_days = 0; /* after a whole day every time of the day was in it */
	source.newest_us = now_us - 86400 * second_us;
	assert_judged(&source, "silent", "silent since 2026-11-20 14:30");
}

static void half_of_the_usual_is_slow(void **state)
{
	struct ingest_source source = healthy();

	(void)state;
	source.rows_per_min = 156;
	assert_judged(&source, "ok", NULL);
	source.rows_per_min = 154;
	assert_judged(&source, "slow", "154 rows a minute in the last hour, usually 310 at that time");
	source.source = "pshop";
	source.rows_per_min = 4.25;
	assert_judged(&source, "slow", "pshop 4.2 rows a minute in the last hour, usually 310 at that time");
	source.usual_days = 1; /* one day is no custom */
	assert_judged(&source, "ok", NULL);
	source.usual_days = 7;
	source.rows_per_min = 0.2;
	source.usual_rows_per_min = 0.9; /* a row now and then */
	assert_judged(&source, "ok", NULL);
}

static void what_is_not_known_is_not_judged(void **state)
{
	struct ingest_source source = {0};
	struct ingest_verdict found;

	(void)state;
	assert_judged(&source, NULL, NULL);
	ingest_judge(&source, now_us, false, 0.5, &found);
	assert_string_equal(found.verdict, "empty");
	mem_free(found.cause);
}

static void assert_filled(const char *sql, const char *wanted)
{
	static const struct ingest_fill fills[] = {{"name", "we\"ird"}, {"text", "it's"}, {"number", "5"}, {NULL, NULL}};
	struct text out = {0};

	ingest_fill_sql(NULL, &out, sql, fills);
	assert_string_equal(text_str(&out), wanted);
	text_done(&out);
}

static void texts_are_filled_as_psql_does(void **state)
{
	(void)state;
	assert_filled("select :\"name\", :'text', :number", "select \"we\"\"ird\", 'it''s', 5");
	assert_filled("select x::text, :number::int, :numbers, :", "select x::text, 5::int, :numbers, :");
	assert_filled(":number", "5");
	assert_filled("c.:\"name\"", "c.\"we\"\"ird\"");
}

static void assert_bound(struct ingest_hypertable hypertable, int64_t us, const char *wanted)
{
	char *bound = ingest_bound(&hypertable, us);

	assert_string_equal(bound, wanted);
	mem_free(bound);
}

static void bounds_fit_the_column(void **state)
{
	(void)state;
	assert_bound((struct ingest_hypertable){.time = INGEST_TIMESTAMPTZ}, now_us + 1, "'2026-11-21T14:30:00.000001Z'::timestamptz");
	assert_bound((struct ingest_hypertable){.time = INGEST_TIMESTAMP}, now_us, "'2026-11-21T14:30:00Z'::timestamptz::timestamp");
	assert_bound((struct ingest_hypertable){.time = INGEST_DATE}, now_us, "'2026-11-21T14:30:00Z'::timestamptz::date");
	assert_bound((struct ingest_hypertable){.time = INGEST_UUID}, now_us, "'01a1fe83-9a40-7000-8000-000000000000'::uuid");
	assert_bound((struct ingest_hypertable){.time = INGEST_INTEGER, .units_a_second = 1}, now_us, "1795271400::bigint");
	assert_bound((struct ingest_hypertable){.time = INGEST_INTEGER, .units_a_second = 1000}, now_us, "1795271400000::bigint");
	assert_bound((struct ingest_hypertable){.time = INGEST_INTEGER, .units_a_second = 1000000000}, now_us, "1795271400000000000::bigint");
	assert_bound((struct ingest_hypertable){.time = INGEST_INTEGER}, 990, "990::bigint");
}

static int add(struct table *table, const char *name, const char *source, const char *verdict, const char *cause)
{
	int row = table_add_row(table);

	table_set_text(table, row, "schema", "public");
	table_set_text(table, row, "name", name);
	if (table_column(table_shape(table), "source") >= 0)
		table_set_text(table, row, "source", source);
	table_set_text(table, row, "verdict", verdict);
	table_set_text(table, row, "cause", cause);
	return row;
}

static void both_sets_of_facts_stand_side_by_side(void **state)
{
	struct table *chunks = table_new(&chunks_shape);
	struct table *ingest = table_new(&ingest_shape);

	(void)state;
	table_set_text(chunks, add(chunks, "events", NULL, "late", "job 1000 is paused"), "kind", "hypertable");
	table_set_text(chunks, add(chunks, "hourly", NULL, "ok", NULL), "kind", "aggregate");
	table_set_text(chunks, add(chunks, "ticks", NULL, "ok", NULL), "kind", "hypertable");
	int all = add(ingest, "events", NULL, "ok", NULL);
	table_set_real(ingest, all, "lag_s", 12);
	table_set_int(ingest, all, "gaps", 2);
	table_set_approximate(ingest, all, "lag_s");
	table_set_missing(ingest, add(ingest, "ticks", NULL, NULL, "integer time"), "lag_s", MISSING_UNSUPPORTED);
	table_set_real(ingest, add(ingest, "events", "a", "ok", NULL), "lag_s", 12);
	add(ingest, "events", "b", "silent", "b silent since 03:02");
	add(ingest, "events", "c", "slow", "c is slow");
	add(ingest, "hourly", NULL, "silent", "a hypertable of the same name is another");
	struct table *joined = chunks_with_ingest(chunks, ingest);

	assert_int_equal(table_rows(joined), 3);
	assert_string_equal(table_get_text(joined, 0, "verdict"), "late");
	assert_string_equal(table_get_text(joined, 0, "cause"), "job 1000 is paused");
	assert_true(table_get_real(joined, 0, "lag_s", -1) == 12);
	assert_true(table_get(joined, 0, "lag_s")->is_approximate);
	assert_int_equal(table_get_int(joined, 0, "gaps", -1), 2);
	assert_string_equal(table_get_text(joined, 0, "ingest_verdict"), "silent");
	assert_string_equal(table_get_text(joined, 0, "ingest_cause"), "b silent since 03:02");
	assert_null(table_get_text(joined, 1, "ingest_verdict"));
	assert_int_equal(table_get(joined, 2, "lag_s")->missing, MISSING_UNSUPPORTED);
	assert_string_equal(table_get_text(joined, 2, "ingest_cause"), "integer time");
	table_free(joined);

	joined = chunks_with_ingest(chunks, NULL);
	assert_int_equal(table_rows(joined), 3);
	assert_null(table_get_text(joined, 0, "ingest_verdict"));
	table_free(joined);
	table_free(chunks);
	table_free(ingest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_come_are_ok),
		cmocka_unit_test(a_silence_has_its_time),
		cmocka_unit_test(a_silence_that_is_usual_is_none),
		cmocka_unit_test(half_of_the_usual_is_slow),
		cmocka_unit_test(what_is_not_known_is_not_judged),
		cmocka_unit_test(texts_are_filled_as_psql_does),
		cmocka_unit_test(bounds_fit_the_column),
		cmocka_unit_test(both_sets_of_facts_stand_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
