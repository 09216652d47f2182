/* The whole console without a terminal: scripted keys in, the screen as text out. Its servers are never asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "golden.h"
#include "pgtend/core/mem.h"
#include "pgtend/ui/theme.h"
#include "stage.h"

static const char ini[] =
	"[database core]\nurl = postgresql://db1/atriz_core\n"
	"[database tracking]\nurl = postgresql://db2/atriz_tracking\nenvironment = production\n"
	"[database pshop]\nurl = postgresql://db1/pshop_db\nenvironment = staging\n";

static void put(struct facts *facts, struct table *table)
{
	facts_put(facts, table, 1.5);
	facts->taken_us = GOLDEN_NOW_US - 1000000;
}

/* Two servers; the first has answered everything, the second nothing. */
static void give_facts(void)
{
	struct server *server = fleet->servers[0];

	mem_free(server->version);
	server->version = mem_copy("15.18");
	server->version_num = 150018;
	server->is_known = true;
	for (int i = 0; i < CAP_COUNT; i++)
		server->has[i] = true;
	put(&server->facts[FACT_DATABASES], facts_databases());
	put(&server->facts[FACT_ACTIVITY], facts_activity());
	put(&fleet->databases[0]->facts[FACT_TABLES], facts_tables());
	put(&fleet->databases[0]->facts[FACT_CHUNKS], facts_chunks());
	put(&fleet->databases[0]->facts[FACT_POLICIES], facts_policies());
	put(&fleet->databases[0]->facts[FACT_CHUNK_LIST], facts_chunk_list());
	put(&fleet->databases[0]->facts[FACT_INGEST], facts_ingest());
	put(&fleet->databases[0]->facts[FACT_MIGRATIONS], facts_migrations());
	put(&fleet->databases[0]->facts[FACT_BACKUP], facts_backup());
}

static int start(void **state)
{
	(void)state;
	return stage_open(ini, give_facts);
}

static void every_size_has_its_screen(void **state)
{
	(void)state;
	assert_screen(0, 0, "console-120x40");
	console_resize(console, 24, 80);
	assert_screen(0, 0, "console-80x24");
	console_resize(console, 12, 40);
	assert_screen(0, 0, "console-40x12");
	console_resize(console, 5, 20);
	assert_screen(0, 0, "console-20x5");
	console_resize(console, 1, 1);
	assert_screen(0, 0, "console-1x1");
}

static void sizes_come_in_a_storm(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		seed = seed * 1103515245 + 12345;
		console_resize(console, (int)(seed >> 16) % 70, (int)(seed >> 20) % 250);
		if (i % 50 == 0)
			type(i % 100 ? "z" : "?");
		if (i % 77 == 0)
			type(":ta\t");
		console_draw(console);
	}
}

static void the_selection_changes_the_panes(void **state)
{
	(void)state;
	assert_shows("add_phone");
	type("\033[B");
	assert_shows("tracking:production> ");
	assert_shows("PRODUCTION locked");
	assert_hides("add_phone");
	type("]");
	assert_shows("pshop:staging> ");
	assert_shows("STAGING");
	type("[[");
	assert_shows("core:development> ");
}

static void keys_reach_the_focused_pane_only(void **state)
{
	(void)state;
	type("\t\t");
	assert_int_equal(console->focus, LAYOUT_TABLES);
	type("\033[B");
	assert_int_equal(console->selected, 0);
	assert_int_equal(console->views[LAYOUT_TABLES].list.cursor, 1);
	type("\033[Z");
	assert_int_equal(console->focus, LAYOUT_MIGRATIONS);
	type("4");
	assert_int_equal(console->focus, LAYOUT_ACTIVITY);
	type("\033");
	assert_int_equal(console->focus, LAYOUT_FLEET);
}

static void a_filter_is_typed_kept_and_cleared(void **state)
{
	(void)state;
	type("2/log_");
	assert_shows("audit.log_entries");
	assert_hides("orders");
	assert_shows("/log_ 1 of 4");
	type("\r");
	assert_shows("/log_ 1 of 4");
	type("\033");
	assert_shows("orders");
}

static void details_and_help_open_and_close(void **state)
{
	(void)state;
	type("3d");
	assert_shows("CHUNKS: location_events");
	assert_shows("late by 5w, 35 chunks, 3 GB: job 1000 failed 5 times");
	assert_shows("canceling statement due to lock timeout");
	type("q");
	assert_hides("CHUNKS: location_events");
	type("?");
	assert_screen(0, 0, "console-help");
	type("\033");
	assert_hides("help: CHUNKS");
	assert_false(console->is_quitting);
}

static int64_t chunk_from_s(void)
{
	int row = list_row(&console->chunks.list);

	return pane_int(console->chunks.rows, row, "range_start", 0) / 1000000;
}

/* Enter goes from hypertables to chunks, arrows along the timeline, Esc back; the screen is as it was. */
static void a_timeline_is_walked(void **state)
{
	const int64_t today_s = GOLDEN_NOW_US / 1000000 / 86400 * 86400;

	(void)state;
	type("3\r");
	assert_shows("3 CHUNKS  location_events  67 chunks of 1d");
	assert_hides("1 MIGRATIONS");
	assert_int_equal(chunk_from_s(), today_s - 67 * 86400); /* the first that is late */
	type("\033[C\033[C\033[D");
	assert_int_equal(chunk_from_s(), today_s - 66 * 86400);
	type("G");
	assert_int_equal(chunk_from_s(), today_s + 86400);
	type("\033[D");
	assert_int_equal(chunk_from_s(), today_s);
	type("/compressed\r"); /* what the filter hides is stepped over */
	type("g");
	assert_int_equal(chunk_from_s(), today_s - 30 * 86400);
	type("\033[D");
	assert_int_equal(chunk_from_s(), today_s - 30 * 86400);
	type("\033");
	assert_shows("location_events  67 chunks of 1d");
	type("\r");
	assert_shows("CHUNKS: 2026-10-22");
	assert_shows("_timescaledb_internal._hyper_1_40_chunk");
	type("\033\033");
	assert_shows("1 MIGRATIONS");
	type("0\r"); /* from FLEET, where it is late */
	assert_shows("3 CHUNKS  75 chunks");
	assert_hides("1 MIGRATIONS");
	assert_shows(":retention run tracking");
	type("m");
	assert_shows("core:development> retention run tracking");
	type("\003\033\033");
	assert_shows("1 MIGRATIONS");
	type("3zz");
	assert_shows("location_events  67 chunks of 1d");
	type("z");
	assert_shows("1 MIGRATIONS");
}

/* Another database has other chunks; facts that come anew leave the cursor where it is. */
static void a_timeline_follows_the_facts(void **state)
{
	int64_t from_s;

	(void)state;
	type("3\r");
	type("\033[C\033[C\033[C");
	from_s = chunk_from_s();
	put(&fleet->databases[0]->facts[FACT_CHUNK_LIST], facts_chunk_list());
	console_mark(console, STALE_DATA);
	console_draw(console);
	assert_int_equal(chunk_from_s(), from_s);
	put(&fleet->databases[0]->facts[FACT_CHUNK_LIST], facts_many_chunks(3, 1));
	console_mark(console, STALE_DATA);
	console_draw(console);
	assert_shows("location_events  3 chunks of 1h");
	put(&fleet->databases[0]->facts[FACT_CHUNK_LIST], facts_many_chunks(0, 1));
	console_mark(console, STALE_DATA);
	assert_shows("this hypertable has no chunks yet");
	type("]");
	assert_hides("this hypertable has no chunks yet");
	assert_shows("1 MIGRATIONS");
}

static void the_prompt_completes_and_complains(void **state)
{
	(void)state;
	type(":vac\t");
	assert_shows("core:development> vacuum");
	type("\025vacum\r");
	assert_shows("vacum");
	assert_shows("vacuum");
	assert_false(prompt_is_open(console->prompt));
	type("j"); /* any key takes the sentence away */
	assert_shows(": prompt");
}

/* A sentence that is wider than the screen is told whole. */
static void a_long_message_takes_more_lines(void **state)
{
	(void)state;
	console_resize(console, 24, 60);
	console_say(console, STYLE_CRIT, 0, "%s", "a_relation_name: this is what went wrong, in so many words that they do not fit on one line; and here is what to do about it");
	assert_shows(" a_relation_name: this is what went wrong, in so many words");
	assert_shows("about it");
	type("j");
	assert_hides("about it");
}

/* A command's question is asked as a verb would ask it, and nobody waits for the answer. */
static void ask_for(const char *expect, bool is_one_key)
{
	question_quit(console);
	mem_free(console->questions->expect);
	console->questions->expect = mem_copy(expect);
	console->questions->is_one_key = is_one_key;
}

static void another_name_is_said_to_be_another(void **state)
{
	(void)state;
	ask_for("Shop", false);
	type("shp");
	type("\r");
	assert_shows("that is not the name: not done  Esc gives up");
	type("x"); /* who goes on typing is not told any more */
	assert_hides("that is not the name");
	type("\025shop");
	type("\r");
	assert_shows("capital and small letters count: the name is Shop");
	type("\025");
	type("\r");
	assert_shows("Enter alone does not confirm, the name does");
	assert_false(console->is_quitting);
	type("\033");
	assert_hides("Type y to cancel it");
	assert_false(console->is_quitting);
	ask_for("Shop", false);
	type("sho");
	type("\r");
	type("\025Shop");
	assert_hides("that is not the name");
	type("\r");
	assert_true(console->is_quitting);
}

static void another_key_is_no_yes(void **state)
{
	(void)state;
	ask_for("y", true);
	assert_shows("y does it  Esc gives up");
	type("n");
	assert_shows("only y confirms: not done  Esc gives up");
	type("ny"); /* together they are a paste, which answers nothing */
	assert_shows("only y confirms: not done  Esc gives up");
	assert_false(console->is_quitting);
	type("y");
	assert_true(console->is_quitting);
}

/* The question about quitting is asked like a command's, without a command. */
static void enter_alone_never_confirms(void **state)
{
	(void)state;
	question_quit(console);
	assert_shows("Type y to cancel it and quit");
	type("\r");
	assert_shows("Enter alone does not confirm, y does");
	assert_false(console->is_quitting);
	type("yes\r");
	assert_shows("only y confirms: not done");
	assert_false(console->is_quitting);
	type("\025y\r more bytes that came together are a paste");
	assert_false(console->is_quitting);
	type("\033");
	assert_hides("Type y to cancel it");
	question_quit(console);
	type("y");
	type("\r");
	assert_true(console->is_quitting);
}

static void forget(void *arg)
{
	*(int *)arg += 1;
}

static void typed_ahead_keys_are_dropped(void **state)
{
	int dropped = 0;

	(void)state;
	console->drop_input = forget;
	console->arg = &dropped;
	question_quit(console);
	assert_int_equal(dropped, 1);
	question_quit(console); /* waits behind the first; asked when that one is gone */
	assert_int_equal(dropped, 1);
	type("\033");
	assert_int_equal(dropped, 2);
	console->drop_input = NULL;
}

static void ctrl_c_twice_quits(void **state)
{
	(void)state;
	type(":half");
	type("\003");
	assert_false(prompt_is_open(console->prompt));
	assert_false(console->is_quitting);
	type("\003");
	assert_shows("Ctrl-C again quits");
	type("\003");
	assert_true(console->is_quitting);
}

static void the_mouse_selects_and_scrolls(void **state)
{
	(void)state;
	assert_shows("FLEET");
	type("\033[<0;5;6M"); /* FLEET's third row */
	assert_shows("pshop:staging> ");
	type("\033[<0;5;4M");
	assert_int_equal(console->selected, 0);
	assert_shows("core");
	type("\033[<65;90;16M");
	assert_int_equal(console->views[LAYOUT_TABLES].list.cursor, 3);
	assert_int_equal(console->focus, LAYOUT_FLEET);
	type("\033[<0;90;16M");
	assert_int_equal(console->focus, LAYOUT_TABLES);
}

static void pause_and_interval(void **state)
{
	(void)state;
	assert_shows("every 2s");
	type("+");
	assert_shows("every 5s");
	type("---");
	assert_shows("every 0.5s");
	type("p");
	assert_shows("PAUSED at 14:02:11 UTC");
}

/* Alt is what an Esc and a key look like when a slow line brings them together. */
static void escape_and_a_key_may_come_together(void **state)
{
	(void)state;
	type("?");
	type("\0332");
	assert_hides("help:");
	assert_int_equal(console->focus, LAYOUT_TABLES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_size_has_its_screen, start, stage_close),
		cmocka_unit_test_setup_teardown(sizes_come_in_a_storm, start, stage_close),
		cmocka_unit_test_setup_teardown(the_selection_changes_the_panes, start, stage_close),
		cmocka_unit_test_setup_teardown(keys_reach_the_focused_pane_only, start, stage_close),
		cmocka_unit_test_setup_teardown(a_filter_is_typed_kept_and_cleared, start, stage_close),
		cmocka_unit_test_setup_teardown(details_and_help_open_and_close, start, stage_close),
		cmocka_unit_test_setup_teardown(a_timeline_is_walked, start, stage_close),
		cmocka_unit_test_setup_teardown(a_timeline_follows_the_facts, start, stage_close),
		cmocka_unit_test_setup_teardown(the_prompt_completes_and_complains, start, stage_close),
		cmocka_unit_test_setup_teardown(a_long_message_takes_more_lines, start, stage_close),
		cmocka_unit_test_setup_teardown(another_name_is_said_to_be_another, start, stage_close),
		cmocka_unit_test_setup_teardown(another_key_is_no_yes, start, stage_close),
		cmocka_unit_test_setup_teardown(enter_alone_never_confirms, start, stage_close),
		cmocka_unit_test_setup_teardown(typed_ahead_keys_are_dropped, start, stage_close),
		cmocka_unit_test_setup_teardown(ctrl_c_twice_quits, start, stage_close),
		cmocka_unit_test_setup_teardown(the_mouse_selects_and_scrolls, start, stage_close),
		cmocka_unit_test_setup_teardown(pause_and_interval, start, stage_close),
		cmocka_unit_test_setup_teardown(escape_and_a_key_may_come_together, start, stage_close),
	};

	setlocale(LC_ALL, "C.UTF-8");
	theme_init(THEME_PLAIN, true);
	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
