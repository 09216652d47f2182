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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_stands_beneath_the_rows),
		cmocka_unit_test(chunks_are_shown_one_by_one),
	};

	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
	return cmocka_run_group_tests_name("chunks", tests, NULL, NULL);
}
