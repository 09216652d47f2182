/* The dispatcher without a server: order, at most four at once, failures, refusals, cancelling, exit statuses, audit lines. */
#include "fixture.h"

#include <stdlib.h>

#include "../../src/commands/internal.h"
#include "pgtend/jobs/audit.h"
#include "pgtend/loop/task.h"

static int setup(void **state)
{
	(void)state;
	return make_fleet("[database a]\nurl = postgresql://localhost/a_db\n"
	                  "[database b]\nurl = postgresql://localhost/b_db\ndepends = a\n"
	                  "[database c]\nurl = postgresql://localhost/c_db\ndepends = b\n"
	                  "[database d]\nurl = postgresql://localhost/d_db\n"
	                  "[database e]\nurl = postgresql://localhost/e_db\n"
	                  "[database f]\nurl = postgresql://localhost/f_db\n"
	                  "[database g]\nurl = postgresql://localhost/g_db\nenvironment = production\n"
	                  "[database h]\nurl = postgresql://localhost/h_db\n");
}

/* --- a verb that notes what happens and does as it is told --------------------------------------- */

static struct text notes;
static int running, most_running;
static const char *failing; /* names of databases that fail, each a letter */
static enum err_kind failing_kind;
static bool is_endless;

static bool run_noting(struct action *action, struct err *err)
{
	const char *name = action->database != NULL ? action->database->name : "-";
	text_addf(&notes, "+%s ", name);
	most_running = ++running > most_running ? running : most_running;
	do
		task_sleep(5);
	while (is_endless && !task_is_cancelled());
	running--;
	text_addf(&notes, "-%s ", name);
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled");
	if (failing != NULL && strstr(failing, name) != NULL)
		return err_set(err, failing_kind, "%s cannot", name);
	if (action->is_dry_run)
		report_log(action->report, "would work on %s", name);
	report_summary(action->report, "worked on %s", name);
	return true;
}

static bool preview_noting(struct action *action, struct err *err)
{
	(void)err;
	words_take(&action->preview, mem_format("looks at %s", action->database->name));
	return true;
}

static const struct verb forward = {
    .name = "work", .scope = VERB_ACTS, .level = GUARD_L1, .has_dry_run = true, .title = "Work", .run = run_noting};
static const struct verb stopping = {.name = "halt",
    .scope = VERB_ACTS,
    .level = GUARD_L1,
    .stops_on_failure = true,
    .title = "Work, and stop at a failure",
    .run = run_noting};
static const struct verb backward = {.name = "unwork",
    .scope = VERB_ACTS,
    .level = GUARD_L1,
    .has_dry_run = true,
    .is_dependents_first = true,
    .title = "Unwork",
    .run = run_noting};
static const struct verb looking = {.name = "look", .scope = VERB_READS, .title = "Look", .run = run_noting};
static const struct verb destroying = {.name = "destroy",
    .scope = VERB_ACTS,
    .level = GUARD_L3,
    .has_dry_run = true,
    .title = "Destroy",
    .preview = preview_noting,
    .run = run_noting};

/* --- running one to its end ------------------------------------------------------------------------ */

static int last_status;
static char *last_states; /* "a:done b:failed" */
static char *last_standing;
static struct words last_log;
static bool is_done;

static void on_done(struct command_run *run, int status, void *arg)
{
	(void)arg;
	struct text text = {0};
	for (int i = 0; i < command_job_count(run); i++) {
		const struct job *job = command_job(run, i);
		text_addf(&text, "%s%s:%s", i > 0 ? " " : "", job->database != NULL ? job->database->name : "-",
		    job_state_word(job->state));
		for (size_t l = 0; l < job->report.log.count; l++)
			words_add(&last_log, job->report.log.v[l]);
	}
	mem_free(last_standing);
	last_standing = command_standing(run);
	mem_free(last_states);
	last_states = text_take(&text);
	last_status = status;
	is_done = true;
}

static struct command *make(
    const struct verb *verb, const char *names, const struct verb_option *option, const char *value)
{
	struct command *command = MEM_NEW(struct command);
	command->verb = verb;
	command->databases = mem_new(8 * sizeof *command->databases);
	for (const char *name = names; *name != '\0'; name++) {
		char one[] = {*name, '\0'};
		struct err err = {0};
		command->databases[command->database_count++] = fleet_find(fleet, one, &err);
	}
	if (option != NULL) {
		command->options = MEM_NEW(struct option_values);
		command->options[0].option = option;
		words_add(&command->options[0].values, value);
		command->option_count = 1;
	}
	return command;
}

static struct command_run *start(struct command *command, enum guard_from from)
{
	static const struct command_callbacks callbacks = {.done = on_done};
	text_done(&notes);
	words_done(&last_log);
	running = most_running = 0;
	is_done = false;
	return command_start(fleet, command, from, &callbacks);
}

static void finish(void)
{
	while (!is_done)
		loop_turn(loop, true);
	/* The run itself is freed at the end of the turn. */
	loop_turn(loop, false);
}

static void run_it(const struct verb *verb, const char *names, enum guard_from from)
{
	start(make(verb, names, NULL, NULL), from);
	finish();
}

static int forget(void **state)
{
	(void)state;
	failing = NULL;
	failing_kind = ERR_FAILED;
	is_endless = false;
	return 0;
}

static size_t position(const char *what)
{
	const char *at = strstr(text_str(&notes), what);
	if (at == NULL)
		fail_msg("'%s' lacks '%s'", text_str(&notes), what);
	return at != NULL ? (size_t)(at - notes.s) : 0;
}

/* --- tests ----------------------------------------------------------------------------------------- */

static void dependencies_go_first(void **state)
{
	(void)state;
	run_it(&forward, "cba", GUARD_BY_SCRIPT);
	assert_string_equal(text_str(&notes), "+a -a +b -b +c -c ");
	assert_int_equal(last_status, 0);
	/* Also across one that is not part of the command. */
	run_it(&forward, "ca", GUARD_BY_SCRIPT);
	assert_string_equal(text_str(&notes), "+a -a +c -c ");
	run_it(&backward, "abc", GUARD_BY_SCRIPT);
	assert_string_equal(text_str(&notes), "+c -c +b -b +a -a ");
}

static void independent_ones_run_at_once_but_four(void **state)
{
	(void)state;
	run_it(&forward, "adef", GUARD_BY_SCRIPT);
	assert_int_equal(most_running, 4);
	run_it(&forward, "abcdef", GUARD_BY_SCRIPT);
	assert_int_equal(most_running, 4);
	assert_true(position("-a") < position("+b"));
	assert_int_equal(last_status, 0);
}

static void dependents_of_a_failed_one_are_left_out(void **state)
{
	(void)state;
	failing = "a";
	run_it(&forward, "abcd", GUARD_BY_SCRIPT);
	assert_string_equal(last_states, "a:failed b:skipped c:skipped d:done");
	assert_null(strstr(text_str(&notes), "+b"));
	assert_int_equal(last_status, 3);
	run_it(&forward, "abc", GUARD_BY_SCRIPT);
	assert_int_equal(last_status, 1);
}

static void a_failure_stops_a_verb_that_says_so(void **state)
{
	(void)state;
	failing = "a";
	run_it(&forward, "adefh", GUARD_BY_SCRIPT);
	assert_string_equal(last_states, "a:failed d:done e:done f:done h:done");
	assert_string_equal(last_standing, "done: d, e, f, h; failed: a");
	/* Those that ran at the same time come to their end; h only waited for its turn. */
	run_it(&stopping, "adefh", GUARD_BY_SCRIPT);
	assert_string_equal(last_states, "a:failed d:done e:done f:done h:skipped");
	assert_string_equal(last_standing, "done: d, e, f; failed: a; not begun: h");
	assert_int_equal(last_status, 3);
	run_it(&stopping, "de", GUARD_BY_SCRIPT);
	assert_null(last_standing);
	failing = "d";
	failing_kind = ERR_PARTIAL;
	run_it(&stopping, "de", GUARD_BY_SCRIPT);
	assert_string_equal(last_standing, "done: e; partly done: d");
}

static void statuses_follow_the_errors(void **state)
{
	(void)state;
	static const struct {
		enum err_kind kind;
		int alone;
	} rows[] = {{ERR_FAILED, 1}, {ERR_USAGE, 2}, {ERR_CONFIG, 2}, {ERR_PARTIAL, 3}, {ERR_PENDING, 4}, {ERR_DRIFT, 5},
	    {ERR_LOCKED, 6}, {ERR_REFUSED, 7}, {ERR_UNREACHABLE, 1}, {ERR_TIMEOUT, 1}, {ERR_UNSUPPORTED, 1}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		failing_kind = rows[i].kind;
		failing = "d";
		run_it(&forward, "d", GUARD_BY_SCRIPT);
		assert_int_equal(last_status, rows[i].alone);
		/* Beside one that went well it is partial. */
		run_it(&forward, "de", GUARD_BY_SCRIPT);
		assert_int_equal(last_status, 3);
		/* All in the same way: that way. */
		failing = "de";
		run_it(&forward, "de", GUARD_BY_SCRIPT);
		assert_int_equal(last_status, rows[i].alone);
	}
}

static void a_missing_capability_is_skipped_under_all(void **state)
{
	(void)state;
	failing = "ad";
	failing_kind = ERR_UNSUPPORTED;
	struct command *command = make(&forward, "abd", NULL, NULL);
	command->is_all = true;
	start(command, GUARD_BY_SCRIPT);
	finish();
	/* What depends on a skipped one goes on. */
	assert_string_equal(last_states, "a:skipped b:done d:skipped");
	assert_int_equal(last_status, 0);
}

static void a_refusal_stops_all_before_anything(void **state)
{
	(void)state;
	/* g is production: without --confirm a script is refused, and nothing is half done. */
	run_it(&forward, "adg", GUARD_BY_SCRIPT);
	assert_int_equal(last_status, 7);
	assert_string_equal(text_str(&notes), "");
	run_it(&destroying, "d", GUARD_BY_SCRIPT);
	assert_int_equal(last_status, 7);
	start(make(&destroying, "d", option_find(&destroying, "--confirm"), "d_db"), GUARD_BY_SCRIPT);
	finish();
	assert_int_equal(last_status, 0);
	assert_string_equal(text_str(&notes), "+d -d ");
	/* A name of another database is a slip of the fingers. */
	start(make(&destroying, "d", option_find(&destroying, "--confirm"), "e_db"), GUARD_BY_SCRIPT);
	finish();
	assert_int_equal(last_status, 7);
	assert_string_equal(text_str(&notes), "");
}

static void a_dry_run_asks_and_does_nothing(void **state)
{
	(void)state;
	start(make(&destroying, "d", option_find(&destroying, "--dry-run"), ""), GUARD_BY_PROMPT);
	finish();
	assert_int_equal(last_status, 0);
	assert_string_equal(text_str(&notes), "");
	assert_int_equal(last_log.count, 1);
	assert_string_equal(last_log.v[0], "looks at d");
	/* A verb without a preview is run, and knows it. */
	start(make(&forward, "d", option_find(&forward, "--dry-run"), ""), GUARD_BY_PROMPT);
	finish();
	assert_string_equal(last_log.v[0], "would work on d");
}

static void reading_runs_once_for_all(void **state)
{
	(void)state;
	run_it(&looking, "abc", GUARD_BY_SCRIPT);
	assert_string_equal(text_str(&notes), "+- -- ");
	assert_string_equal(last_states, "-:done");
}

static void cancelling_ends_what_runs_and_what_waits(void **state)
{
	(void)state;
	is_endless = true;
	struct command_run *run = start(make(&forward, "abd", NULL, NULL), GUARD_BY_SCRIPT);
	while (running < 2)
		loop_turn(loop, true);
	command_cancel(run);
	finish();
	assert_string_equal(last_states, "a:cancelled b:cancelled d:cancelled");
	assert_int_equal(last_status, 130);
	/* Before anything began. */
	run = start(make(&forward, "d", NULL, NULL), GUARD_BY_SCRIPT);
	command_cancel(run);
	finish();
	assert_int_equal(last_status, 130);
	assert_string_equal(text_str(&notes), "");
}

static void every_action_leaves_a_line(void **state)
{
	(void)state;
	struct err err = {0};
	struct table *before = table_new(&audit_shape), *after = table_new(&audit_shape);
	assert_true(audit_read(NULL, 0, before, &err));
	failing = "d";
	run_it(&forward, "de", GUARD_BY_SCRIPT);
	run_it(&destroying, "e", GUARD_BY_SCRIPT);
	run_it(&looking, "e", GUARD_BY_SCRIPT);
	start(make(&destroying, "e", option_find(&destroying, "--confirm"), "e_db"), GUARD_BY_SCRIPT);
	finish();
	assert_true(audit_read(NULL, 0, after, &err));
	int row = table_rows(before);
	assert_int_equal(table_rows(after), row + 4);
	const char *wanted[] = {"failed", "done", "refused", "done"};
	int failed = 0;
	for (int i = 0; i < 4; i++) {
		/* The first two ran at the same time. */
		const char *result = table_get_text(after, row + i, "result");
		if (i < 2)
			failed += strcmp(result, "failed") == 0;
		else
			assert_string_equal(result, wanted[i]);
		assert_string_equal(table_get_text(after, row + i, "chain"), "ok");
	}
	assert_int_equal(failed, 1);
	assert_string_equal(table_get_text(after, row + 3, "answer"), "confirm");
	/* The name that was confirmed is not written down. */
	assert_string_equal(
	    table_get_text(after, row + 3, "arguments") != NULL ? table_get_text(after, row + 3, "arguments") : "", "");
	table_free(before);
	table_free(after);
}

int main(void)
{
	char folder[] = "/tmp/pgtend-dispatch.XXXXXX";
	if (mkdtemp(folder) == NULL)
		return 1;
	setenv("XDG_STATE_HOME", folder, 1);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(dependencies_go_first, forget),
	    cmocka_unit_test_setup(independent_ones_run_at_once_but_four, forget),
	    cmocka_unit_test_setup(dependents_of_a_failed_one_are_left_out, forget),
	    cmocka_unit_test_setup(a_failure_stops_a_verb_that_says_so, forget),
	    cmocka_unit_test_setup(statuses_follow_the_errors, forget),
	    cmocka_unit_test_setup(a_missing_capability_is_skipped_under_all, forget),
	    cmocka_unit_test_setup(a_refusal_stops_all_before_anything, forget),
	    cmocka_unit_test_setup(a_dry_run_asks_and_does_nothing, forget),
	    cmocka_unit_test_setup(reading_runs_once_for_all, forget),
	    cmocka_unit_test_setup(cancelling_ends_what_runs_and_what_waits, forget),
	    cmocka_unit_test_setup(every_action_leaves_a_line, forget),
	};
	int status = cmocka_run_group_tests(tests, setup, drop_fleet);
	text_done(&notes);
	words_done(&last_log);
	mem_free(last_states);
	mem_free(last_standing);
	char *log = mem_format("%s/pgtend/audit.jsonl", folder), *own = mem_format("%s/pgtend", folder);
	remove(log);
	remove(own);
	remove(folder);
	mem_free(log);
	mem_free(own);
	return status;
}
