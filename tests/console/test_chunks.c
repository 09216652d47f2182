/* CHUNKS on a canvas: the timeline of a hypertable, its chunks one by one; normal, empty, loading, error, stale, narrow, ASCII, very many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "../../src/console/pane_chunks_internal.h"
#include "facts.h"
#include "golden.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/timescale/shapes.h"
#include "pgtend/timescale/timescale.h"
#include "pgtend/ui/theme.h"

struct stage {
	struct chunks_scene scene;
	struct table *hypertables, *chunk_list, *policies, *ingest, *aggregates, *rows;
	struct timelines *timelines;
	struct pane_data data;
	struct list list;
	const struct pane *pane;
};

/* Tables that are NULL were never answered. They are taken over. */
static void begin(struct stage *stage, struct table *chunks, struct table *chunk_list)
{
	memset(stage, 0, sizeof(*stage));
	stage->pane = &pane_chunks;
	stage->policies = facts_policies();
	stage->ingest = facts_ingest();
	stage->aggregates = facts_aggregates();
	stage->hypertables = chunks ? chunks_with_ingest(chunks, stage->ingest) : NULL;
	table_free(chunks);
	stage->chunk_list = chunk_list;
	stage->timelines = timelines_new(chunk_list);
	stage->scene = (struct chunks_scene){ .hypertables = stage->hypertables, .list = chunk_list, .policies = stage->policies, .ingest = stage->ingest,
		.aggregates = stage->aggregates, .timelines = stage->timelines, .database = "tracking" };
	stage->data = (struct pane_data){ .table = stage->hypertables, .taken_us = GOLDEN_NOW_US - 1000000, .next_try_s = -1, .fresh_s = 10, .chunks = &stage->scene };
	pane_set_now(GOLDEN_NOW_US);
	chunks_show(&stage->scene);
	list_init(&stage->list, &pane_chunks.wish);
	list_update(&stage->list, stage->hypertables);
}

/* Goes on to the chunks of the hypertable. */
static void enter(struct stage *stage, const char *name, int row)
{
	stage->scene.schema = "public";
	stage->scene.name = name;
	list_update(&stage->list, NULL);
	table_free(stage->rows);
	stage->rows = chunks_rows_make(stage->chunk_list, timelines_find(stage->timelines, "public", name));
	stage->data.table = stage->rows;
	stage->pane = &pane_chunk_list;
	list_done(&stage->list);
	list_init(&stage->list, &pane_chunk_list.wish);
	list_update(&stage->list, stage->rows);
	list_select(&stage->list, row);
}

static void show(struct stage *stage, int rows, int cols, const char *golden)
{
	struct canvas *canvas = canvas_new(rows, cols);
	struct pane_frame frame = { LAYOUT_CHUNKS, true, GOLDEN_NOW_US };

	pane_draw(stage->pane, &frame, &stage->data, &stage->list, canvas);
	assert_golden(canvas, golden);
	canvas_free(canvas);
}

static void end(struct stage *stage)
{
	list_done(&stage->list);
	timelines_free(stage->timelines);
	table_free(stage->hypertables);
	table_free(stage->chunk_list);
	table_free(stage->policies);
	table_free(stage->ingest);
	table_free(stage->aggregates);
	table_free(stage->rows);
	chunks_show(NULL);
}

static void a_timeline_stands_beneath_the_rows(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, facts_chunks(), facts_chunk_list());
	show(&stage, 11, 59, "chunks-grid");
	show(&stage, 16, 80, "chunks-80");
	show(&stage, 32, 120, "chunks-zoomed");
	show(&stage, 10, 40, "chunks-narrow");
	show(&stage, 8, 30, "chunks-narrowest");
	end(&stage);
}

static void chunks_are_shown_one_by_one(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, facts_chunks(), facts_chunk_list());
	enter(&stage, "location_events", 45);
	show(&stage, 30, 120, "chunks-list");
	show(&stage, 20, 80, "chunks-list-80");
	show(&stage, 11, 40, "chunks-list-narrow");
	enter(&stage, "location_hourly", 7);
	show(&stage, 20, 80, "chunks-list-few");
	end(&stage);
}

/* Their numbers alone make a strip while the chunks themselves are not there. */
static void the_rows_do_not_wait_for_the_chunks(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, facts_chunks(), NULL);
	show(&stage, 11, 59, "chunks-no-list");
	stage.scene.list_error = "canceling statement due to statement timeout";
	show(&stage, 14, 80, "chunks-list-failed");
	stage.pane = &pane_chunk_list;
	stage.data.table = NULL;
	stage.scene.schema = "public";
	stage.scene.name = "location_events";
	show(&stage, 5, 59, "chunks-list-loading");
	err_set(&stage.data.err, ERR_FAILED, "canceling statement due to statement timeout");
	show(&stage, 5, 59, "chunks-list-error");
	end(&stage);
}

static void what_is_not_there_is_said(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, table_new(&chunks_shape), table_new(&chunk_list_shape));
	show(&stage, 6, 60, "chunks-empty");
	end(&stage);
	begin(&stage, NULL, NULL);
	stage.data.doing = "connecting";
	show(&stage, 6, 60, "chunks-loading");
	err_set(&stage.data.err, ERR_UNREACHABLE, "db1:5432: connection refused");
	err_hint(&stage.data.err, "is the server started? pgtend looks again by itself");
	stage.data.next_try_s = 4;
	show(&stage, 6, 60, "chunks-error");
	end(&stage);
	begin(&stage, facts_chunks(), facts_chunk_list());
	stage.data.taken_us = GOLDEN_NOW_US - 400000000;
	stage.data.silent_since_us = GOLDEN_NOW_US - 70000000;
	show(&stage, 12, 80, "chunks-stale");
	end(&stage);
}

static void a_hypertable_without_chunks(void **state)
{
	struct table *chunks = table_new(&chunks_shape);
	struct stage stage;
	int row = table_add_row(chunks);

	(void)state;
	table_set_text(chunks, row, "schema", "Odd \"one\"");
	table_set_text(chunks, row, "name", "new\033[31mtable");
	table_set_text(chunks, row, "kind", "hypertable");
	table_set_int(chunks, row, "chunks", 0);
	table_set_int(chunks, row, "bytes", 24576);
	table_set_text(chunks, row, "verdict", "no policy");
	begin(&stage, chunks, table_new(&chunk_list_shape));
	show(&stage, 10, 80, "chunks-none");
	end(&stage);
}

/* A hundred thousand: rows stand for a hundred each. */
static void very_many_chunks(void **state)
{
	struct table *chunks = facts_chunks();
	struct stage stage;

	(void)state;
	table_set_int(chunks, 0, "chunks", 100000);
	table_set_int(chunks, 0, "compressed", 98000);
	table_set_int(chunks, 0, "late_chunks", 1000);
	begin(&stage, chunks, facts_many_chunks(1000, 100));
	show(&stage, 16, 80, "chunks-100000");
	enter(&stage, "location_events", 3);
	show(&stage, 16, 80, "chunks-100000-list");
	end(&stage);
}

static void without_utf8_all_is_ascii(void **state)
{
	struct stage stage;

	(void)state;
	theme_init(THEME_PLAIN, false);
	begin(&stage, facts_chunks(), facts_chunk_list());
	show(&stage, 22, 80, "chunks-ascii");
	enter(&stage, "location_events", 40);
	show(&stage, 22, 80, "chunks-ascii-list");
	end(&stage);
	theme_init(THEME_PLAIN, true);
}

static void the_apache_edition_has_no_policies(void **state)
{
	struct table *chunks = facts_chunks();
	struct stage stage;

	(void)state;
	table_remove_row(chunks, 1);
	table_remove_row(chunks, 0);
	table_add_row(chunks);
	table_set_text(chunks, 0, "schema", "public");
	table_set_text(chunks, 0, "name", "location_hourly");
	table_set_text(chunks, 0, "kind", "hypertable");
	table_set_int(chunks, 0, "chunks", 8);
	table_set_int(chunks, 0, "bytes", 8 << 20);
	table_set_text(chunks, 0, "verdict", "no policy");
	begin(&stage, chunks, facts_chunk_list());
	stage.scene.is_apache = true;
	show(&stage, 12, 80, "chunks-apache");
	end(&stage);
}

/* Integer time has no dates: its lines stand where its own function says that now is. */
static struct table *integer_chunks(struct table *chunk_list)
{
	struct table *chunks = table_new(&chunks_shape);

	table_add_row(chunks);
	table_set_text(chunks, 0, "schema", "public");
	table_set_text(chunks, 0, "name", "ticks");
	table_set_text(chunks, 0, "kind", "hypertable");
	table_set_int(chunks, 0, "chunks", 20);
	table_set_int(chunks, 0, "integer_now", 19500);
	table_set_text(chunks, 0, "verdict", "late");
	table_set_int(chunks, 0, "late_chunks", 5);
	table_set_text(chunks, 0, "cause", "job 1004 is paused");
	table_set_missing(chunks, 0, "oldest", MISSING_UNSUPPORTED);
	for (int i = 0; i < 20; i++) {
		int row = table_add_row(chunk_list);

		table_set_text(chunk_list, row, "schema", "public");
		table_set_text(chunk_list, row, "name", "ticks");
		table_set_int(chunk_list, row, "chunks", 1);
		table_set_int(chunk_list, row, "range_start_integer", i * 1000);
		table_set_int(chunk_list, row, "range_end_integer", (i + 1) * 1000);
		table_set_text(chunk_list, row, "state", i < 5 ? "late" : i == 7 ? "locked" : i == 9 ? "frozen" : i < 12 ? "compressed" : "raw");
		table_set_int(chunk_list, row, "is_compress_late", i == 12);
		if (i == 7)
			table_set_missing(chunk_list, row, "bytes", MISSING_LOCKED);
		else
			table_set_int(chunk_list, row, "bytes", (i < 12 ? 1 : 8) << 20);
	}
	return chunks;
}

static void integer_time(void **state)
{
	struct table *chunk_list = table_new(&chunk_list_shape), *chunks = integer_chunks(chunk_list);
	struct stage stage;
	int64_t cutoff = 0;
	bool is_by_creation = true;

	(void)state;
	begin(&stage, chunks, chunk_list);
	assert_false(chunks_cutoff(&stage.scene, 0, "retention", &cutoff, &is_by_creation));
	for (int i = 0; i < 2; i++) {
		int row = table_add_row(stage.policies);

		table_set_int(stage.policies, row, "job_id", 1004 + i);
		table_set_text(stage.policies, row, "kind", i ? "compression" : "retention");
		table_set_text(stage.policies, row, "name", "ticks");
		table_set_text(stage.policies, row, "state", i ? "ok" : "paused");
		table_set_int(stage.policies, row, "after_integer", i ? 6000 : 14000);
	}
	assert_true(chunks_cutoff(&stage.scene, 0, "retention", &cutoff, &is_by_creation));
	assert_int_equal(cutoff, 5500);
	assert_false(is_by_creation);
	assert_int_equal(pane_judge(&stage.data, GOLDEN_NOW_US), PANE_FRESH); /* ages that cannot be are not missing */
	show(&stage, 16, 80, "chunks-integer");
	enter(&stage, "ticks", 7);
	show(&stage, 14, 80, "chunks-integer-list");
	end(&stage);
}

/* Any size, any row: nothing is drawn outside, nothing crashes. */
static void every_size_is_drawn(void **state)
{
	struct table *list = facts_chunk_list();
	struct table *chunks = integer_chunks(list);
	struct stage stage;

	(void)state;
	begin(&stage, chunks, list);
	for (int which = 0; which < 2; which++) {
		for (int rows = 0; rows < 40; rows += which ? 3 : 1)
			for (int cols = 0; cols < 260; cols += 7) {
				struct canvas *canvas = canvas_new(rows, cols);
				struct pane_frame frame = { LAYOUT_CHUNKS, true, GOLDEN_NOW_US };

				pane_draw(stage.pane, &frame, &stage.data, &stage.list, canvas);
				canvas_free(canvas);
			}
		enter(&stage, "location_events", 66);
	}
	end(&stage);
}

/* --- the timeline itself -------------------------------------------------------------------------- */

static struct table *spans(int count, int64_t from, int64_t width)
{
	struct table *table = table_new(&chunk_list_shape);

	for (int i = 0; i < count; i++) {
		int row = table_add_row(table);

		table_set_text(table, row, "schema", "s");
		table_set_text(table, row, "name", "n");
		table_set_int(table, row, "range_start", from + i * width);
		table_set_int(table, row, "range_end", from + (i + 1) * width);
		table_set_int(table, row, "created", 500 + i);
		table_set_text(table, row, "state", "raw");
		table_set_int(table, row, "bytes", 10 * (i + 1));
	}
	return table;
}

static void a_cut_leaves_what_is_not_wholly_older(void **state)
{
	struct table *table = spans(4, 1000, 100);
	struct timelines *timelines = timelines_new(table);
	const struct timeline *timeline = timelines_find(timelines, "s", "n");

	(void)state;
	assert_null(timelines_find(timelines, "s", "m"));
	assert_null(timelines_find(timelines, NULL, "n"));
	assert_int_equal(timeline->count, 4);
	assert_int_equal(timeline_cut(timeline, 0, false), 0);
	assert_int_equal(timeline_cut(timeline, 1099, false), 0);
	assert_int_equal(timeline_cut(timeline, 1100, false), 1); /* ends there: wholly older */
	assert_int_equal(timeline_cut(timeline, 1399, false), 3);
	assert_int_equal(timeline_cut(timeline, 1400, false), 4);
	assert_int_equal(timeline_cut(timeline, 501, true), 2);
	timelines_free(timelines);
	table_free(table);
}

static void time_without_chunks_is_a_gap(void **state)
{
	struct table *table = spans(3, 0, 100);
	struct timelines *timelines;
	const struct timeline *timeline;
	struct timeline_fit fit;
	struct chart_cell cells[64];

	(void)state;
	table_set_int(table, 2, "range_start", 400);
	table_set_int(table, 2, "range_end", 500);
	timelines = timelines_new(table);
	timeline = timelines_find(timelines, "s", "n");
	assert_int_equal(timeline->count, 5); /* two would have fitted between */
	assert_int_equal(timeline->spans[2].kind, CHART_GAP);
	assert_int_equal(timeline->chunks, 3);
	assert_int_equal(timeline_span(timeline, 2), 4);
	fit = timeline_fit(timeline, 5);
	timeline_lay(timeline, &fit, 2, cells);
	assert_int_equal(cells[1].kind, CHART_RAW);
	assert_int_equal(cells[2].kind, CHART_GAP);
	assert_true(cells[4].is_selected);
	assert_true(cells[4].height > 0.99 && cells[0].height < 0.34);
	timelines_free(timelines);
	table_set_int(table, 2, "range_start", 1000000000);
	table_set_int(table, 2, "range_end", 1000000100);
	timelines = timelines_new(table);
	assert_int_equal(timelines_find(timelines, "s", "n")->count, 8); /* the year 2099 does not push the rest away */
	timelines_free(timelines);
	table_free(table);
}

static void few_spread_and_many_share(void **state)
{
	struct table *table = spans(1000, 0, 10);
	struct timelines *timelines;
	const struct timeline *timeline;
	struct timeline_fit fit;
	struct chart_cell cells[64];
	int late = 0;

	(void)state;
	table_set_text(table, 503, "state", "late");
	timelines = timelines_new(table);
	timeline = timelines_find(timelines, "s", "n");
	fit = timeline_fit(timeline, 50);
	assert_int_equal(fit.cols, 50);
	timeline_lay(timeline, &fit, 503, cells);
	for (int i = 0; i < 50; i++)
		late += cells[i].kind == CHART_LATE;
	assert_int_equal(late, 1); /* the one stands for the twenty of its cell */
	assert_int_equal(cells[25].kind, CHART_LATE);
	assert_true(cells[25].is_selected);
	timelines_free(timelines);
	table_free(table);
	table = spans(3, 0, 10);
	timelines = timelines_new(table);
	fit = timeline_fit(timelines_find(timelines, "s", "n"), 10);
	assert_int_equal(fit.each, 3);
	assert_int_equal(fit.cols, 9);
	timeline_lay(timelines_find(timelines, "s", "n"), &fit, -1, cells);
	assert_int_equal(cells[1].kind, CHART_RAW);
	assert_int_equal(cells[2].kind, CHART_BLANK);
	assert_int_equal(timeline_fit(timelines_find(timelines, "s", "n"), 0).cols, 0);
	timelines_free(timelines);
	table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_stands_beneath_the_rows),
		cmocka_unit_test(chunks_are_shown_one_by_one),
		cmocka_unit_test(the_rows_do_not_wait_for_the_chunks),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(a_hypertable_without_chunks),
		cmocka_unit_test(very_many_chunks),
		cmocka_unit_test(without_utf8_all_is_ascii),
		cmocka_unit_test(the_apache_edition_has_no_policies),
		cmocka_unit_test(integer_time),
		cmocka_unit_test(every_size_is_drawn),
		cmocka_unit_test(a_cut_leaves_what_is_not_wholly_older),
		cmocka_unit_test(time_without_chunks_is_a_gap),
		cmocka_unit_test(few_spread_and_many_share),
	};

	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
	return cmocka_run_group_tests_name("chunks", tests, NULL, NULL);
}
