/* MIGRATIONS: its foot, a run that is under way, and one migration in full. No terminal, no server, no clock. */
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

#include "golden.h"
#include "pgtend/core/mem.h"
#include "pgtend/seeds/seeds.h"
#include "pgtend/ui/theme.h"
#include "stage.h"

static void add(struct table *table, const char *name, const char *state, int64_t applied_us, const char *advice)
{
	int row = table_add_row(table);

	table_set_text(table, row, "database", "core");
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "state", state);
	table_set_text(table, row, "dialect", "node-pg-migrate");
	table_set_text(table, row, "advice", advice);
	if (applied_us)
		table_set_int(table, row, "applied_at", applied_us);
}

static struct table *every_state(void)
{
	const int64_t hour = 3600LL * 1000000;
	struct table *table = table_new(&migrations_shape);

	add(table, "1729382400000_create_users", "applied", GOLDEN_NOW_US - 800 * hour, NULL);
	add(table, "1729382460000_create_roles", "applied", GOLDEN_NOW_US - 2 * hour, NULL);
	add(table, "1729382470000_add_index", "edited", GOLDEN_NOW_US - 2 * hour, "the file changed after it ran");
	add(table, "1729382480000_late", "out_of_order", 0, "stands before 1729382490000_five, which is applied: give it a later number (node-pg-migrate refuses to run it)");
	add(table, "1729382490000_five", "applied", GOLDEN_NOW_US - hour, NULL);
	add(table, "1729382500000_six", "pending", 0, "pgtend migrate up core");
	add(table, "1729382510000_seven", "pending", 0, "pgtend migrate up core");
	add(table, "1729382520000_eight", "pending", 0, "pgtend migrate up core");
	add(table, "1729382450000_gone", "missing", GOLDEN_NOW_US - 700 * hour, "its file is not in the folder: bring it back, or pgtend migrate mark pending core 1729382450000_gone");
	add(table, "README.md", "refused", 0, "pgtend leaves it out, but your present tool would refuse this folder because of it: move it out of the folder");
	return table;
}

static void give(void)
{
	facts_put(&fleet->databases[0]->facts[FACT_MIGRATIONS], every_state(), 1);
	fleet->databases[0]->facts[FACT_MIGRATIONS].taken_us = GOLDEN_NOW_US - 1000000;
}

static int start(void **state)
{
	(void)state;
	stage_open("[database core]\nurl = postgresql://db1/atriz_core\ntransaction = file\n[database other]\nurl = postgresql://db1/other\n", give);
	console_focus(console, LAYOUT_MIGRATIONS);
	console->is_zoomed = true;
	return 0;
}

static void the_foot_says_what_to_do(void **state)
{
	(void)state;
	console_sync(console);
	assert_screen(18, 80, "migrations-states");
	for (int i = 0; i < 6; i++)
		press('j');
	assert_screen(18, 80, "migrations-states-late");
	console->is_zoomed = false;
	assert_screen(12, 40, "migrations-states-narrow");
}

static void note(struct job *job, const char *step, int done, int all)
{
	report_step(&job->report, "%s", step);
	report_progress(&job->report, done, all, "files");
	job->report.step_us = GOLDEN_NOW_US - 4000000;
	records_note(&console->records, job);
	console_mark(console, STALE_DATA);
	console_sync(console);
}

/* --- the line of the seeds ---------------------------------------------------------------------------- */

static void seed(struct table *table, const char *file, const char *state)
{
	int row = table_add_row(table);

	table_set_text(table, row, "database", "core");
	table_set_text(table, row, "file", file);
	table_set_text(table, row, "state", state);
}

static void put_seeds(struct table *table)
{
	facts_put(&fleet->databases[0]->facts[FACT_SEEDS], table, 1);
	console_mark(console, STALE_DATA);
	console_sync(console);
}

static void seeds_stand_beneath(void **state)
{
	struct table *table = table_new(&seed_status_shape);
	struct job *job = job_new(NULL, "seed core", fleet->databases[0]);
	struct err err = {0};

	(void)state;
	put_seeds(table);
	assert_hides("seeds");
	table = table_new(&seed_status_shape);
	seed(table, "010_users.sql", "not_run");
	seed(table, "020_orders.csv", "not_run");
	put_seeds(table);
	assert_shows("   seeds  none run, 2 files");
	table = table_new(&seed_status_shape);
	seed(table, "010_users.sql", "applied");
	put_seeds(table);
	assert_shows("   seeds  1 run\n");
	table = table_new(&seed_status_shape);
	seed(table, "010_users.sql", "applied");
	seed(table, "020_orders.csv", "not_run");
	seed(table, "development/010_\033[2Jdemo.ts", "changed");
	seed(table, "005_old.sql", "gone");
	put_seeds(table);
	assert_screen(18, 80, "migrations-seeds");
	assert_screen(12, 40, "migrations-seeds-narrow");
	console_resize(console, 18, 80);
	job_begin(job);
	note(job, "020_orders.csv", 1, 3);
	assert_shows(" * seeds  core  020_orders.csv  1 of 3 files");
	job->state = JOB_DONE;
	note(job, "020_orders.csv", 3, 3);
	assert_shows("~ seeds  2 run, 1 changed, 1 not run, 1 gone; changed: development/010_\\e[2J");
	table_free(facts_take(&fleet->databases[0]->facts[FACT_SEEDS]));
	err_set(&err, ERR_FAILED, "seed.xyz: nothing says how to run it");
	facts_fail(&fleet->databases[0]->facts[FACT_SEEDS], &err);
	console_mark(console, STALE_DATA);
	console_sync(console);
	assert_shows("~ seeds  not known: seed.xyz: nothing says how to run it");
	job_free(job);
}

/* --- a run ------------------------------------------------------------------------------------------ */

static void a_run_shows_where_it_is(void **state)
{
	struct job *job = job_new(NULL, "migrate up core", fleet->databases[0]), *other = job_new(NULL, "migrate up other", fleet->databases[1]);

	(void)state;
	job_begin(other);
	other->started_us = GOLDEN_NOW_US - 1000000;
	note(other, "1729382510000_seven", 0, 1);
	job_begin(job);
	job->started_us = GOLDEN_NOW_US - 4000000;
	note(job, "1729382500000_six", 0, 3);
	note(job, "1729382510000_seven", 1, 3);
	assert_screen(18, 80, "migrations-running");
	/* Done: what ran is shown as run until the history was read again. */
	job->started_us = GOLDEN_NOW_US - 4000000;
	job->state = JOB_DONE;
	job->ended_us = GOLDEN_NOW_US - 500000;
	note(job, "1729382520000_eight", 3, 3);
	assert_screen(18, 80, "migrations-ran");
	fleet->databases[0]->facts[FACT_MIGRATIONS].taken_us = GOLDEN_NOW_US - 100000;
	console_sync(console);
	console_draw(console);
	char *text = canvas_text(console->canvas);
	assert_null(strstr(text, " ran "));
	mem_free(text);
	job_free(job);
	job_free(other);
}

static void a_run_that_takes_back_shows_it_too(void **state)
{
	struct job *job = job_new(NULL, "migrate down core", fleet->databases[0]);
	char *text;

	(void)state;
	job_begin(job);
	note(job, "1729382490000_five", 0, 2);
	note(job, "1729382460000_create_roles", 1, 2);
	console_resize(console, 18, 80);
	console_draw(console);
	text = canvas_text(console->canvas);
	assert_non_null(strstr(text, "* 1729382460000_create_roles"));
	assert_non_null(strstr(text, "undoing"));
	assert_non_null(strstr(text, "+ 1729382490000_five"));
	assert_non_null(strstr(text, "undone"));
	mem_free(text);
	job_free(job);
}

/* --- one in full -------------------------------------------------------------------------------------- */

static const char sql[] = "-- Up Migration\r\nALTER TABLE users ADD COLUMN \033[2Jnick text NOT NULL;\r\n\r\n"
	"CREATE INDEX users_nick ON users (nick) WHERE nick IS NOT NULL AND length(nick) > 3 AND deleted_at IS NULL AND is_active AND NOT is_bot;\r\n"
	"-- Down Migration\r\nALTER TABLE users DROP COLUMN nick;\r\n";

/* As far as the console looks at findings. */
static const struct table_column finding_columns[] = { { "severity", CELL_TEXT, NULL, 0, "" }, { "rule", CELL_TEXT, NULL, 0, "" }, { "place", CELL_TEXT, NULL, 0, "" },
	{ "object", CELL_TEXT, NULL, 0, "" }, { "why", CELL_TEXT, NULL, 0, "" }, { "safe_form", CELL_TEXT, NULL, 0, "" }, { "allowed", CELL_TEXT, NULL, 0, "" } };
static const struct table_shape finding_shape = { "lint", finding_columns, sizeof(finding_columns) / sizeof(finding_columns[0]) };

static void add_finding(struct table *findings, const char *severity, const char *rule, int line, const char *why, const char *safe, const char *allowed)
{
	int row = table_add_row(findings);
	char *place = mem_format("migrations/core/1729382500000_six.sql:%d:1", line);

	table_set_text(findings, row, "severity", severity);
	table_set_text(findings, row, "rule", rule);
	table_set_text(findings, row, "place", place);
	table_set_text(findings, row, "object", "users");
	table_set_text(findings, row, "why", why);
	table_set_text(findings, row, "safe_form", safe);
	table_set_text(findings, row, "allowed", allowed);
	mem_free(place);
}

static void show_view(const struct migration_view *view, int rows, int cols, const char *golden)
{
	struct overlay *overlay = overlay_new(OVERLAY_TEXT, "MIGRATIONS: 1729382500000_six");
	struct canvas *canvas = canvas_new(rows, cols);

	migration_fill(view, overlay, GOLDEN_NOW_US);
	overlay_draw(overlay, canvas);
	assert_golden(canvas, golden);
	canvas_free(canvas);
	overlay_free(overlay);
}

static void one_migration_in_full(void **state)
{
	struct migration_view view = { .console = console, .is_known = true };

	(void)state;
	view.rows = table_new(&migrations_shape);
	add(view.rows, "1729382500000_six", "pending", 0, "pgtend migrate up core");
	table_set_text(view.rows, 0, "path", "migrations/core/1729382500000_six.sql");
	view.file.text = mem_copy(sql);
	view.file.bytes = sizeof sql - 1;
	view.details.history = mem_copy("public.pgmigrations");
	view.details.runs = mem_copy("in a transaction of its own, its history row in it");
	view.details.down = mem_copy("the file from line 5 on");
	words_add(&view.details.warnings, "the server's clock is ahead");
	view.details.findings = table_new(&finding_shape);
	add_finding(view.details.findings, "danger", "add-not-null", 2, "every row is checked, and users (61 M rows) has none of it", "add it as null, fill it, SET NOT NULL behind a validated CHECK", NULL);
	add_finding(view.details.findings, "warning", "index-not-concurrent", 4, "nobody may write users meanwhile", "CREATE INDEX CONCURRENTLY", NULL);
	add_finding(view.details.findings, "note", "drop-column", 6, "readers of it fail", NULL, "it is new");
	show_view(&view, 40, 120, "migration-pending");
	show_view(&view, 24, 80, "migration-pending-80");
	view.is_known = false;
	view.is_asked = true;
	table_free(view.details.findings);
	view.details.findings = NULL;
	show_view(&view, 24, 80, "migration-asking");
	migration_text_view_done(&view.file);
	migration_details_done(&view.details);
	table_free(view.rows);
}

static void an_applied_one_with_its_history(void **state)
{
	struct migration_view view = { .console = console, .is_known = true };

	(void)state;
	view.rows = table_new(&migrations_shape);
	add(view.rows, "1729382470000_add_index", "edited", GOLDEN_NOW_US - 7200LL * 1000000, "the file changed after it ran");
	table_set_text(view.rows, 0, "path", "migrations/core/gone.sql");
	view.file.why_not = mem_copy("No such file or directory");
	view.details.has_record = true;
	view.details.record = (struct migration_record){ .action = mem_copy("up"), .checksum = mem_copy("ab12"), .mode = mem_copy("transaction"),
		.ran_us = GOLDEN_NOW_US - 7200LL * 1000000, .duration_ms = 12.3, .who = mem_copy("ada@laptop, role postgres"), .version = mem_copy("0.1") };
	show_view(&view, 24, 80, "migration-applied");
	migration_text_view_done(&view.file);
	migration_details_done(&view.details);
	table_free(view.rows);
}

/* --- its text ------------------------------------------------------------------------------------------ */

static void a_text_is_cut_at_whole_lines(void **state)
{
	struct migration_text_view view;
	char path[] = "/tmp/pgtend-view.XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	(void)state;
	for (int i = 0; i < 40000; i++)
		fprintf(file, "select %d;\n", i);
	fputc('\0', file);
	fclose(file);
	migration_text_view(path, &view);
	assert_true(view.is_cut);
	assert_non_null(view.text);
	assert_true(strlen(view.text) <= 256 * 1024 && strlen(view.text) > 255 * 1024);
	assert_int_equal(view.text[strlen(view.text) - 1], '\n');
	migration_text_view_done(&view);
	unlink(path);
	migration_text_view(path, &view);
	assert_null(view.text);
	assert_string_equal(view.why_not, "No such file or directory");
	migration_text_view_done(&view);
	migration_text_view("/tmp", &view);
	assert_string_equal(view.why_not, "it is no plain file");
	migration_text_view_done(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_foot_says_what_to_do, start, stage_close),
		cmocka_unit_test_setup_teardown(seeds_stand_beneath, start, stage_close),
		cmocka_unit_test_setup_teardown(a_run_shows_where_it_is, start, stage_close),
		cmocka_unit_test_setup_teardown(a_run_that_takes_back_shows_it_too, start, stage_close),
		cmocka_unit_test_setup_teardown(one_migration_in_full, start, stage_close),
		cmocka_unit_test_setup_teardown(an_applied_one_with_its_history, start, stage_close),
		cmocka_unit_test(a_text_is_cut_at_whole_lines),
	};

	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
