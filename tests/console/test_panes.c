/* Each pane on a canvas: normal, empty, loading, error, stale, partial, narrow. No terminal, no server, no clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "facts.h"
#include "golden.h"
#include "pgtend/console/pane.h"
#include "pgtend/console/records.h"
#include "pgtend/core/mem.h"
#include "pgtend/health/health.h"
#include "pgtend/ui/theme.h"

struct scene {
	struct pane_data data;
	struct list list;
	struct table *table, *beside;
	const struct pane *pane;
};

static void begin(struct scene *scene, const struct pane *pane, struct table *table)
{
	memset(scene, 0, sizeof(*scene));
	scene->pane = pane;
	scene->table = table;
	scene->data.table = table;
	scene->data.taken_us = GOLDEN_NOW_US - 1000000;
	scene->data.next_try_s = -1;
	scene->data.fresh_s = 10;
	pane_set_now(GOLDEN_NOW_US);
	list_init(&scene->list, &pane->wish);
	list_update(&scene->list, table);
}

static void show(struct scene *scene, int number, bool is_focused, int rows, int cols, const char *golden)
{
	struct canvas *canvas = canvas_new(rows, cols);
	struct pane_frame frame = { number, is_focused, GOLDEN_NOW_US };

	pane_draw(scene->pane, &frame, &scene->data, &scene->list, canvas);
	assert_golden(canvas, golden);
	canvas_free(canvas);
}

static void end(struct scene *scene)
{
	list_done(&scene->list);
	table_free(scene->table);
	table_free(scene->beside);
}

/* Every pane by the same four scenes. */
static void four_scenes(const struct pane *pane, struct table *(*make)(void), int number, const char *name)
{
	struct scene scene;
	char *golden;
	struct table *empty;

	begin(&scene, pane, make());
	golden = mem_format("%s-normal", name);
	show(&scene, number, true, 12, 100, golden);
	mem_free(golden);
	golden = mem_format("%s-narrow", name);
	show(&scene, number, true, 8, 40, golden);
	mem_free(golden);
	empty = table_new(table_shape(scene.table));
	end(&scene);

	begin(&scene, pane, empty);
	golden = mem_format("%s-empty", name);
	show(&scene, number, false, 6, 60, golden);
	mem_free(golden);
	end(&scene);

	begin(&scene, pane, NULL);
	err_set(&scene.data.err, ERR_UNREACHABLE, "db1:5432: connection refused");
	err_hint(&scene.data.err, "is the server started? pgtend looks again by itself");
	scene.data.next_try_s = 4;
	golden = mem_format("%s-error", name);
	show(&scene, number, false, 6, 60, golden);
	mem_free(golden);
	end(&scene);
}

static void fleet(void **state)
{
	(void)state;
	four_scenes(&pane_fleet, facts_overview, 0, "fleet");
}

static void well_as_far_as_it_was_seen(void **state)
{
	struct table *all = facts_overview();
	struct table *table = table_new(&status_shape);
	struct scene scene;

	(void)state;
	table_copy_row(table, table_add_row(table), all, 0);
	table_free(all);
	table_add_word(table, 0, "health.unseen", "replication cannot be checked: this role may not see how far those that follow are behind (GRANT pg_read_all_stats TO app)");
	begin(&scene, &pane_fleet, table);
	show(&scene, 0, true, 8, 80, "fleet-unseen");
	end(&scene);
}

static void migrations(void **state)
{
	(void)state;
	four_scenes(&pane_migrations, facts_migrations, LAYOUT_MIGRATIONS, "migrations");
}

static void tables(void **state)
{
	(void)state;
	four_scenes(&pane_tables, facts_tables, LAYOUT_TABLES, "tables");
}

static void activity(void **state)
{
	(void)state;
	four_scenes(&pane_activity, facts_activity, LAYOUT_ACTIVITY, "activity");
}

static void pools(void **state)
{
	(void)state;
	four_scenes(&pane_pools, facts_pools, LAYOUT_ACTIVITY, "pools");
}

static void jobs(void **state)
{
	static const struct table_shape *const shape = &records_shape;
	struct scene scene;
	struct table *table = table_new(shape);
	int row = table_add_row(table);

	(void)state;
	table_set_int(table, row, "number", 2);
	table_set_text(table, row, "job", "backup tracking");
	table_set_text(table, row, "state", "running");
	table_set_real(table, row, "progress", 0.62);
	table_set_real(table, row, "took_ms", 61000);
	table_set_text(table, row, "message", "dump  3.8 GB of 6.1 GB  00:00:41 left");
	row = table_add_row(table);
	table_set_int(table, row, "number", 1);
	table_set_text(table, row, "job", "migrate up pshop");
	table_set_text(table, row, "state", "failed");
	table_set_real(table, row, "took_ms", 12);
	table_set_text(table, row, "message", "1731000000000_add_phone.sql:3: relation \"users\" does not exist");
	begin(&scene, &pane_jobs, table);
	show(&scene, LAYOUT_JOBS, true, 6, 120, "jobs-normal");
	show(&scene, LAYOUT_JOBS, false, 4, 40, "jobs-narrow");
	end(&scene);
	begin(&scene, &pane_jobs, table_new(shape));
	show(&scene, LAYOUT_JOBS, false, 4, 80, "jobs-empty");
	end(&scene);
}

static void activity_with_pools_beneath(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &pane_activity, facts_activity());
	scene.beside = facts_pools();
	scene.data.beside = scene.beside;
	show(&scene, 4, true, 10, 100, "activity-pools");
	scene.data.table = NULL;
	list_update(&scene.list, NULL);
	show(&scene, 4, true, 8, 100, "activity-only-pools");
	end(&scene);
}

static void pools_say_what_holds_their_clients(void **state)
{
	struct scene scene;
	struct err silent;

	(void)state;
	begin(&scene, &pane_activity, facts_activity());
	scene.beside = facts_pools();
	table_set_text(scene.beside, 0, "state", "paused");
	scene.data.beside = scene.beside;
	(void)!err_set(&silent, ERR_UNREACHABLE, "10.0.0.1:6432 refuses connections");
	scene.data.beside_err = &silent;
	show(&scene, 4, true, 10, 100, "activity-pooler-silent");
	end(&scene);
}

static void old_data_stays_with_its_age(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &pane_tables, facts_tables());
	scene.data.taken_us = GOLDEN_NOW_US - 75000000;
	scene.data.silent_since_us = GOLDEN_NOW_US - 70000000;
	show(&scene, 2, false, 9, 80, "tables-silent");
	scene.data.silent_since_us = 0;
	err_set(&scene.data.err, ERR_UNREACHABLE, "db1:5432: connection refused");
	scene.data.next_try_s = 8;
	show(&scene, 2, false, 9, 80, "tables-stale");
	assert_int_equal(pane_judge(&scene.data, GOLDEN_NOW_US), PANE_STALE);
	end(&scene);
}

static void loading_says_what_it_waits_for(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &pane_tables, NULL);
	scene.data.doing = "connecting";
	show(&scene, 2, false, 5, 60, "tables-loading");
	assert_int_equal(pane_judge(&scene.data, GOLDEN_NOW_US), PANE_LOADING);
	end(&scene);
}

static void what_is_missing_is_counted(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &pane_tables, facts_tables());
	table_set_missing(scene.table, 1, "total_bytes", MISSING_LOCKED);
	show(&scene, 2, false, 7, 80, "tables-partial");
	assert_int_equal(pane_judge(&scene.data, GOLDEN_NOW_US), PANE_PARTIAL);
	end(&scene);
}

static void press(struct scene *scene, const char *letters)
{
	for (const char *p = letters; *p; p++) {
		struct key key = { .code = KEYS_TEXT, .text = { *p }, .is_last = true };

		assert_true(list_key(&scene->list, &key));
	}
}

static void rows_are_sorted_filtered_and_scrolled(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &pane_tables, facts_tables());
	press(&scene, ">>>"); /* table, total, rows */
	show(&scene, 2, true, 7, 60, "tables-by-rows");
	press(&scene, "I");
	assert_int_equal(scene.list.order[0], 3);
	press(&scene, "l");
	show(&scene, 2, true, 7, 60, "tables-scrolled");
	list_filter(&scene.list, "order|LOG");
	assert_int_equal(scene.list.count, 2);
	list_filter(&scene.list, "!order");
	assert_int_equal(scene.list.count, 3);
	list_filter(&scene.list, "(["); /* no regular expression: plain text */
	assert_int_equal(scene.list.count, 0);
	show(&scene, 2, true, 7, 60, "tables-filtered-away");
	end(&scene);
}

/* The cursor stays on its row when rows come, go and change places. */
static void the_cursor_follows_its_row(void **state)
{
	struct scene scene;
	struct table *other;

	(void)state;
	begin(&scene, &pane_tables, facts_tables());
	press(&scene, "jj");
	assert_string_equal(table_get_text(scene.table, list_row(&scene.list), "name"), "log_entries");
	other = facts_tables();
	table_remove_row(other, 0);
	list_update(&scene.list, other);
	assert_string_equal(table_get_text(other, list_row(&scene.list), "name"), "log_entries");
	list_update(&scene.list, scene.table);
	press(&scene, ">");
	assert_string_equal(table_get_text(scene.table, list_row(&scene.list), "name"), "log_entries");
	table_free(other);
	end(&scene);
}

/* Nothing is drawn outside, nothing crashes, whatever the size. */
static void every_size_is_drawn(void **state)
{
	static struct table *(*const makes[LAYOUT_PANES])(void) = { facts_overview, facts_migrations, facts_tables, facts_chunks, facts_activity, NULL };

	(void)state;
	for (int which = 0; which < LAYOUT_JOBS; which++) {
		struct scene scene;

		begin(&scene, panes[which], makes[which]());
		for (int rows = 0; rows < 14; rows++)
			for (int cols = 0; cols < 140; cols += 7) {
				struct canvas *canvas = canvas_new(rows, cols);
				struct pane_frame frame = { which, true, GOLDEN_NOW_US };

				pane_draw(scene.pane, &frame, &scene.data, &scene.list, canvas);
				canvas_free(canvas);
			}
		end(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fleet),
		cmocka_unit_test(well_as_far_as_it_was_seen),
		cmocka_unit_test(migrations),
		cmocka_unit_test(tables),
		cmocka_unit_test(activity),
		cmocka_unit_test(pools),
		cmocka_unit_test(jobs),
		cmocka_unit_test(activity_with_pools_beneath),
		cmocka_unit_test(pools_say_what_holds_their_clients),
		cmocka_unit_test(old_data_stays_with_its_age),
		cmocka_unit_test(loading_says_what_it_waits_for),
		cmocka_unit_test(what_is_missing_is_counted),
		cmocka_unit_test(rows_are_sorted_filtered_and_scrolled),
		cmocka_unit_test(the_cursor_follows_its_row),
		cmocka_unit_test(every_size_is_drawn),
	};

	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
	return cmocka_run_group_tests_name("panes", tests, NULL, NULL);
}
