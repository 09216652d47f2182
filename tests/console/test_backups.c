/* BACKUPS: what is said, every state on a canvas, keys. No terminal, no server, no backup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts_backups.h"
#include "golden.h"
#include "pgtend/backup/backup.h"
#include "pgtend/backup/shapes.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/pitr/pitr.h"
#include "pgtend/restore/act.h"
#include "pgtend/ui/theme.h"
#include "stage.h"

static void give(struct table *rows)
{
	struct facts *facts = &fleet->databases[0]->facts[FACT_BACKUPS];

	facts_put(facts, rows, 1);
	facts->taken_us = GOLDEN_NOW_US - 1000000;
	console_mark(console, STALE_DATA);
}

static void give_archiver(struct table *table)
{
	struct facts *facts = &fleet->servers[0]->facts[FACT_ARCHIVER];

	facts_put(facts, table, 1);
	facts->taken_us = GOLDEN_NOW_US - 1000000;
}

/* What pgBackRest keeps; trouble NULL: all is well. */
static void give_points(const char *trouble)
{
	struct facts *facts = &fleet->servers[0]->facts[FACT_POINTS];
	struct table *table = table_new(&pitr_status_shape);
	int row = table_add_row(table);

	table_set_text(table, row, "stanza", "main");
	table_set_text(table, row, "state", trouble ? "no backup" : "ok");
	table_set_text(table, row, "reason", trouble);
	if (!trouble) {
		table_set_int(table, row, "backups", 5);
		table_set_text(table, row, "last_type", "diff");
		table_set_int(table, row, "last_at", GOLDEN_NOW_US - 3 * HOUR_US);
		table_set_int(table, row, "restorable_from", GOLDEN_NOW_US - 200 * HOUR_US);
	}
	facts_put(facts, table, 1);
	facts->taken_us = GOLDEN_NOW_US - 1000000;
	console_mark(console, STALE_DATA);
}

static int open_pane(const char *ini)
{
	stage_open(ini, NULL);
	console_focus(console, LAYOUT_BACKUPS);
	console->is_zoomed = true;
	return 0;
}

static int start(void **state)
{
	(void)state;
	return open_pane("[pgtend]\nbackup_dir = /var/backups\n"
		"[database core]\nurl = postgresql://db1/atriz_core\nbackup = daily\nkeep = 10 days\nafter_backup = /usr/bin/rclone copy %p off:\n"
		"[database other]\nurl = postgresql://db1/other\nbackup = none\n");
}

static int start_weekly(void **state)
{
	(void)state;
	return open_pane("[pgtend]\nbackup_dir = /var/backups\n[database core]\nurl = postgresql://db1/atriz_core\nbackup = weekly\n");
}

/* --- pictures ----------------------------------------------------------------------------------------- */

static void all_is_well(void **state)
{
	(void)state;
	give(facts_two_weeks());
	give_archiver(facts_archiver(false));
	assert_screen(40, 120, "backups-zoomed");
	console->is_zoomed = false;
	assert_screen(40, 120, "backups-grid");
	assert_screen(24, 80, "backups-80");
	assert_screen(24, 40, "backups-narrow");
	assert_screen(12, 40, "backups-narrowest");
}

static void what_pgbackrest_keeps_is_said(void **state)
{
	(void)state;
	give(facts_two_weeks());
	give_archiver(facts_archiver(false));
	console_resize(console, 40, 120);
	give_points(NULL);
	assert_shows("restorable  5 backups of pgBackRest, the newest (diff) 3h ago; any time since ");
	give_points("there is no backup in the repository");
	assert_shows("pitr        there is no backup in the repository");
}

static void without_utf8(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C");
	theme_init(THEME_PLAIN, false);
	give(facts_two_weeks());
	give_archiver(facts_archiver(false));
	console_resize(console, 24, 80);
	console_draw(console);
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++) {
			enum style style;

			if (strlen(canvas_cell(console->canvas, row, col, &style)) > 1)
				fail_msg("row %d, column %d: %s", row, col, canvas_cell(console->canvas, row, col, &style));
		}
	console->is_zoomed = false;
	assert_screen(24, 80, "backups-ascii");
	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
}

static struct table *all_wrong(void)
{
	struct table *rows = table_new(&backups_shape);
	int row = facts_backup_taken(rows, 0, NULL, 3 * MB);

	table_set_text(rows, row, "reason", "\033[31mits checksum is not the manifest's");
	facts_backup_taken(rows, 1, "none", 60 * MB);
	row = facts_backup_taken(rows, 4, "read", 20 * MB);
	table_set_real(rows, row, "trend", -0.67);
	table_set_text(rows, row, "after_backup", "failed");
	table_set_text(rows, row, "reason", "after_backup failed 3 times: rclone: no route to host");
	facts_backup_taken(rows, 5, "read", 60 * MB);
	return rows;
}

static void what_is_wrong_stands_first(void **state)
{
	(void)state;
	give(all_wrong());
	give_archiver(facts_archiver(true));
	assert_screen(40, 120, "backups-wrong");
	assert_screen(24, 80, "backups-wrong-80");
	assert_shows("\\e[31mits checksum");
	press('m');
	assert_true(prompt_is_open(console->prompt));
	assert_string_equal(prompt_text(console->prompt), "backup core");
}

static void nothing_yet(void **state)
{
	(void)state;
	give(table_new(&backups_shape));
	assert_screen(24, 80, "backups-none-yet");
	console_select(console, 1);
	facts_put(&fleet->databases[1]->facts[FACT_BACKUPS], table_new(&backups_shape), 1);
	fleet->databases[1]->facts[FACT_BACKUPS].taken_us = GOLDEN_NOW_US;
	console_mark(console, STALE_DATA);
	assert_shows("none is wanted (backup = none)");
	fleet->servers[0]->is_known = true;
	fleet->servers[0]->lacks[CAP_DUMP] = mem_copy("this server is PGlite: pg_dump cannot read it");
	console_mark(console, STALE_DATA);
	assert_shows("this server is PGlite: pg_dump cannot read it");
}

static void other_states(void **state)
{
	struct facts *facts = &fleet->databases[0]->facts[FACT_BACKUPS];
	struct err err;

	(void)state;
	assert_shows("loading");
	err_clear(&err);
	(void)err_set(&err, ERR_FAILED, "/var/backups/core: Permission denied");
	facts_fail(facts, &err);
	console_mark(console, STALE_DATA);
	assert_shows("/var/backups/core: Permission denied");
	give(facts_two_weeks());
	facts->taken_us = GOLDEN_NOW_US - HOUR_US;
	console_mark(console, STALE_DATA);
	assert_shows("1h old");
}

static void weeks(void **state)
{
	struct table *rows = table_new(&backups_shape);

	(void)state;
	for (int week = 0; week < 30; week++)
		if (week != 12)
			facts_backup_taken(rows, week * 7 + 2, week % 4 == 1 ? "restored" : "read", (90 - 2 * week) * MB);
	give(rows);
	assert_screen(30, 100, "backups-weekly");
}

/* --- keys ------------------------------------------------------------------------------------------------ */

static void a_restore_is_typed(void **state)
{
	(void)state;
	give(facts_two_weeks());
	assert_shows("daily, keep 10d");
	press('j');
	press('r');
	assert_true(prompt_is_open(console->prompt));
	assert_string_equal(prompt_text(console->prompt), "restore core core-20261120T020000Z --as atriz_core_restored");
	prompt_close(console->prompt);
	/* Nothing to restore from: the newest that there will be. */
	give(table_new(&backups_shape));
	console_sync(console);
	press('v');
	assert_shows("there is no backup to verify");
	press('r');
	assert_string_equal(prompt_text(console->prompt), "restore core latest --as atriz_core_restored");
	prompt_close(console->prompt);
	/* In other panes these keys keep their meaning. */
	console_focus(console, LAYOUT_TABLES);
	press('p');
	assert_true(console->is_paused);
	press('r');
	assert_false(prompt_is_open(console->prompt));
}

static void the_corner_is_shared(void **state)
{
	(void)state;
	console->is_zoomed = false;
	console_focus(console, LAYOUT_FLEET);
	console->backups.corner = 0;
	give(facts_two_weeks());
	assert_shows("3 CHUNKS");
	assert_hides("6 BACKUPS");
	/* No hypertables: CHUNKS would have nothing to show. */
	facts_put(&fleet->databases[0]->facts[FACT_CHUNKS], table_new(&backups_shape), 1);
	console_mark(console, STALE_DATA);
	assert_shows("6 BACKUPS");
	assert_hides("3 CHUNKS");
	press('3');
	assert_shows("3 CHUNKS");
	press('0');
	assert_shows("3 CHUNKS");
	press(']');
	press('[');
	assert_shows("6 BACKUPS");
	press('6');
	press('z');
	assert_hides("4 ACTIVITY");
}

static void fleet_says_when_it_is_late(void **state)
{
	struct table *table = table_new(&backup_shape);
	int row = table_add_row(table);

	(void)state;
	console->is_zoomed = false;
	table_set_text(table, row, "policy", "daily");
	table_set_real(table, row, "age_s", 3 * 86400);
	table_set_int(table, row, "verified", 1);
	facts_put(&fleet->databases[0]->facts[FACT_BACKUP], table, 1);
	console_mark(console, STALE_DATA);
	assert_shows("3d late");
	table_set_real(table, row, "age_s", 3600);
	console_mark(console, STALE_DATA);
	assert_shows("1h ok");
}

static void help_explains_the_calendar(void **state)
{
	(void)state;
	give(facts_two_weeks());
	console_sync(console);
	press('?');
	assert_shows("missed: the policy wanted one of this day");
	assert_shows("every row came out of it");
}

static void an_interrupted_restore_stands_first(void **state)
{
	struct table *table = table_new(&restores_shape);
	int row = table_add_row(table);

	(void)state;
	table_set_text(table, row, "dbname", "pgtend_restore_core_0123abcd");
	table_set_text(table, row, "words", "pgtend_restore_core_0123abcd was left half filled");
	table_set_text(table, row, "mend", "pgtend restore core --drop");
	facts_put(&fleet->databases[0]->facts[FACT_RESTORES], table, 1);
	give(all_wrong());
	assert_shows("restore     pgtend_restore_core_0123abcd was left half filled");
	assert_shows("mend (m)    :restore core --drop");
	press('m');
	assert_string_equal(prompt_text(console->prompt), "restore core --drop");
}

/* --- the manifest ------------------------------------------------------------------------------------------ */

static const char manifest[] = "{\"format\":2,\"pgtend\":\"0.1.0\",\"id\":\"core-20261121T020000Z\",\"database\":\"core\",\"dbname\":\"atriz_core\",\"host\":\"backup1\","
	"\"server_version\":\"15.20\",\"encoding\":\"UTF8\",\"collate\":\"C.UTF-8\",\"owner\":\"atriz\",\"extensions\":{\"plpgsql\":\"1.0\",\"timescaledb\":\"2.17.2\"},"
	"\"migrations\":{\"dialect\":\"node-pg-migrate\",\"history\":\"public.pgmigrations\",\"applied\":14,\"last\":\"1732060800000_add\"},"
	"\"client\":\"pg_dump (PostgreSQL) 15.20\",\"jobs\":2,\"compression\":\"zstd:1\",\"counts\":{\"public.users\":1200,\"public.\\u001b[31mevents\":61000000,\"public.a\":0},"
	"\"timescaledb\":{\"hypertables\":2,\"chunks\":61},\"globals\":{\"file\":\"core-20261121T020000Z.globals.sql\",\"sha256\":\"ab\",\"passwords\":false},"
	"\"after_backup\":{\"at\":\"2026-11-21T02:03:00Z\",\"status\":\"failed\",\"tries\":3,\"error\":\"rclone: no route to host\"},"
	"\"verified\":[{\"at\":\"2026-11-21T02:01:00Z\",\"how\":\"read\",\"pgtend\":\"0.1.0\"},{\"at\":\"2026-11-21T10:00:00Z\",\"how\":\"restored\",\"pgtend\":\"0.1.0\"}]}";

static void one_backup_in_full(void **state)
{
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, "BACKUPS: core-20261121T020000Z");
	struct backups_scene scene = { .database = "core" };
	struct canvas *canvas = canvas_new(40, 100);
	char folder[] = "/tmp/pgtend-backups.XXXXXX", *path;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = mem_format("%s/core-20261121T020000Z.json", folder);
	file = fopen(path, "w");
	fputs(manifest, file);
	fclose(file);
	scene.rows = facts_two_weeks();
	scene.folder = folder;
	pane_set_now(GOLDEN_NOW_US);
	backup_details(&scene, 0, overlay);
	overlay_draw(overlay, canvas);
	assert_golden(canvas, "backup-details");
	/* Gone, or no JSON: what the row says is still told. */
	overlay_clear(overlay);
	unlink(path);
	backup_details(&scene, 0, overlay);
	overlay_draw(overlay, canvas);
	char *text = canvas_text(canvas);
	assert_non_null(strstr(text, "No such file"));
	assert_non_null(strstr(text, "rows read"));
	mem_free(text);
	rmdir(folder);
	mem_free(path);
	table_free((struct table *)scene.rows);
	canvas_free(canvas);
	overlay_free(overlay);
}

/* --- running ------------------------------------------------------------------------------------------------- */

static void note(struct job *job, int64_t done, int64_t all)
{
	report_step(&job->report, "dump");
	report_progress(&job->report, done, all, "bytes");
	job->report.step_us = GOLDEN_NOW_US - 10000000;
	records_note(&console->records, job);
	console_mark(console, STALE_DATA);
}

static void what_runs_tells_bytes_speed_and_time(void **state)
{
	struct job *core = job_new(NULL, "backup core", fleet->databases[0]), *other = job_new(NULL, "backup other", fleet->databases[1]);

	(void)state;
	job_begin(core);
	note(core, 38 * MB, 61 * MB);
	give(facts_two_weeks());
	console_resize(console, 24, 110);
	assert_shows("JOBS  [━━━━━━━╌╌╌╌╌] backup core  dump  38 MB of 61 MB  3.8 MB/s  00:00:06 left");
	job_begin(other);
	note(other, 1 * MB, 39 * MB);
	assert_shows("JOBS  [━━━━╌╌╌╌╌╌╌╌] backup core 62%  backup other 2%");
	job_free(core);
	job_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_well, start, stage_close),
		cmocka_unit_test_setup_teardown(what_pgbackrest_keeps_is_said, start, stage_close),
		cmocka_unit_test_setup_teardown(without_utf8, start, stage_close),
		cmocka_unit_test_setup_teardown(what_is_wrong_stands_first, start, stage_close),
		cmocka_unit_test_setup_teardown(nothing_yet, start, stage_close),
		cmocka_unit_test_setup_teardown(other_states, start, stage_close),
		cmocka_unit_test_setup_teardown(weeks, start_weekly, stage_close),
		cmocka_unit_test_setup_teardown(a_restore_is_typed, start, stage_close),
		cmocka_unit_test_setup_teardown(the_corner_is_shared, start, stage_close),
		cmocka_unit_test_setup_teardown(fleet_says_when_it_is_late, start, stage_close),
		cmocka_unit_test_setup_teardown(help_explains_the_calendar, start, stage_close),
		cmocka_unit_test_setup_teardown(an_interrupted_restore_stands_first, start, stage_close),
		cmocka_unit_test(one_backup_in_full),
		cmocka_unit_test_setup_teardown(what_runs_tells_bytes_speed_and_time, start, stage_close),
	};

	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
