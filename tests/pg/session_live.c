/* One session against a real server: asking, cancelling, its life. Started by session.test. */
#include "live.h"

static char *url; /* of the server: "postgresql:///db?host=..." */

static int scene_begin(void **state)
{
	(void)state;
	loop = loop_new();
	return 0;
}

static int scene_end(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static void knows_the_server(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);

	assert_int_equal(session_state(session), SESSION_CLOSED);
	live_open(session);
	assert_true(session_server_version(session) >= 130000);
	assert_true(session_backend_pid(session) > 0);
	assert_false(session_is_pooled(session));
	assert_false(session_is_tls(session));
	assert_true(session_connected_us(session) > 0);
	assert_int_equal(session_silent_since_ms(session), 0);
	assert_string_equal(session_parameter(session, "client_encoding"), "UTF8");
	assert_int_equal(session_error(session)->kind, ERR_NONE);
	assert_live_value(session, "show application_name", "pgtend");
	session_close(session);
	assert_int_equal(session_state(session), SESSION_CLOSED);
	assert_int_equal(session_connected_us(session), 0);
	session_free(session);
}

static void asks_with_and_without_parameters(void **state)
{
	(void)state;
	static const char *const params[] = {"7", NULL, "it's; drop table x"};
	struct session *session = live_session(url, NULL);
	struct answer answer;

	live_open(session);
	live_ask(session, &answer, "select $1::int * 6 as n, $2::text is null as nothing, $3 as text", params, 3, 5000);
	assert_int_equal(answer.err.kind, ERR_NONE);
	assert_int_equal(result_int(answer.result, 0, result_column(answer.result, "n"), -1), 42);
	assert_true(result_bool(answer.result, 0, result_column(answer.result, "nothing")));
	assert_string_equal(result_text(answer.result, 0, 2), "it's; drop table x");
	live_done(&answer);
	live_ask(session, &answer, "select 1 as a; create temp table t (x int); insert into t values (1), (2); select x from t order by x; delete from t", NULL, 0, 5000);
	assert_int_equal(answer.err.kind, ERR_NONE);
	assert_int_equal(result_count(answer.result), 5);
	assert_int_equal(result_rows(answer.result), 2); /* the last with columns */
	result_choose(answer.result, 2);
	assert_string_equal(result_tag(answer.result), "INSERT 0 2");
	result_choose(answer.result, 4);
	assert_string_equal(result_tag(answer.result), "DELETE 2");
	live_done(&answer);
	live_ask(session, &answer, "", NULL, 0, 5000);
	assert_int_equal(answer.err.kind, ERR_NONE);
	live_done(&answer);
	session_free(session);
}

static void reports_errors_with_their_place(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct answer answer;

	live_open(session);
	live_ask(session, &answer, "select 1; select 'ü', nonsense from pg_class", NULL, 0, 5000);
	assert_int_equal(answer.err.kind, ERR_FAILED);
	assert_string_equal(answer.err.sqlstate, "42703");
	assert_string_equal(answer.err.text, "column \"nonsense\" does not exist");
	assert_non_null(result_error(answer.result));
	assert_int_equal(result_error(answer.result)->position, 23);
	assert_int_equal(result_count(answer.result), 1); /* what went before */
	live_done(&answer);
	live_ask(session, &answer, "do $$ begin raise exception E'two\\nlines \\033[31m' using hint = 'a hint', detail = 'a detail', errcode = 'P0042'; end $$", NULL, 0, 5000);
	assert_string_equal(answer.err.sqlstate, "P0042");
	assert_null(strchr(answer.err.text, '\n'));
	assert_null(strchr(answer.err.text, '\033'));
	assert_string_equal(answer.err.hint, "a hint");
	assert_string_equal(result_error(answer.result)->detail, "a detail");
	assert_non_null(result_error(answer.result)->context);
	live_done(&answer);
	assert_live_value(session, "select 2", "2"); /* and goes on */
	session_free(session);
}

static void captures_notices(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct answer answer;

	live_open(session);
	live_ask(session, &answer, "drop table if exists not_there; do $$ begin raise warning 'careful'; end $$", NULL, 0, 5000);
	assert_int_equal(answer.err.kind, ERR_NONE);
	const struct words *notices = result_notices(answer.result);

	assert_int_equal(notices->count, 2);
	assert_string_equal(notices->v[0], "NOTICE: table \"not_there\" does not exist, skipping");
	assert_string_equal(notices->v[1], "WARNING: careful");
	live_done(&answer);
	live_ask(session, &answer, "select 1", NULL, 0, 5000);
	assert_int_equal(result_notices(answer.result)->count, 0);
	live_done(&answer);
	session_free(session);
}

static void refuses_copy_and_goes_on(void **state)
{
	(void)state;
	static const char *const copies[] = {
		"create temp table c (x int); copy c from stdin", "copy (select generate_series(1, 300000)) to stdout", "copy (select 1) to stdout; select 5"};
	struct session *session = live_session(url, NULL);
	struct answer answer;

	live_open(session);
	for (size_t i = 0; i < sizeof copies / sizeof *copies; i++) {
		live_ask(session, &answer, copies[i], NULL, 0, 5000);
		assert_int_equal(answer.err.kind, ERR_FAILED);
		assert_non_null(strstr(answer.err.hint, "psql"));
		live_done(&answer);
		assert_live_value(session, "select 3", "3");
	}
	session_free(session);
}

static void sends_settings_in_the_startup_packet(void **state)
{
	(void)state;
	static const struct session_setting settings[] = {{"statement_timeout", "5s"}, {"search_path", "pg_catalog, \"Odd \\ schema\""}, {NULL, NULL}};
	struct session_options options = {.settings = settings, .is_read_only = true};
	struct session *session = live_session(url, &options);
	struct answer answer;

	live_open(session);
	assert_live_value(session, "show statement_timeout", "5s");
	assert_live_value(session, "select current_setting('search_path')", "pg_catalog, \"Odd \\ schema\"");
	live_ask(session, &answer, "create table public.must_not_be ()", NULL, 0, 5000);
	assert_string_equal(answer.err.sqlstate, "25006");
	live_done(&answer);
	assert_false(session_in_transaction(session)); /* nothing is wrapped */
	session_free(session);
}

/* --- deadlines and cancelling ------------------------------------------------------------------ */

static void cancels_at_its_deadline(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct answer answer, next;

	live_open(session);
	live_submit(session, &answer, "select pg_sleep(60)", 300, false);
	live_submit(session, &next, "select 4", 5000, false);
	assert_true(live_until(live_is_answered, &answer, 10000));
	assert_int_equal(answer.err.kind, ERR_TIMEOUT);
	assert_string_equal(answer.err.sqlstate, "57014");
	assert_string_equal(answer.err.text, "no answer within 0.3 s: cancelled");
	assert_true(answer.took_ms >= 290 && answer.took_ms < 5000);
	assert_true(live_until(live_is_answered, &next, 10000)); /* the same connection goes on */
	assert_int_equal(next.err.kind, ERR_NONE);
	assert_int_equal(session_reconnects(session), 0);
	live_done(&answer);
	live_done(&next);
	session_free(session);
}

static bool is_busy(const void *session)
{
	return session_state(session) == SESSION_BUSY;
}

static void cancels_on_request(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct answer running, queued, last;

	live_open(session);
	uint64_t first = live_submit(session, &running, "select pg_sleep(60)", 0, false);
	uint64_t second = live_submit(session, &queued, "select 1", 0, false);

	live_submit(session, &last, "select 1", 0, false);
	assert_int_equal(session_queued(session), 3);
	assert_true(live_until(is_busy, session, 5000));
	assert_true(session_silent_since_ms(session) > 0);
	session_cancel(session, second);
	assert_true(live_until(live_is_answered, &queued, 5000));
	assert_int_equal(queued.err.kind, ERR_CANCELLED);
	assert_int_equal(running.count, 0);
	session_cancel(session, first);
	assert_int_equal(session_state(session), SESSION_DRAINING);
	assert_true(live_until(live_is_answered, &running, 5000));
	assert_int_equal(running.err.kind, ERR_CANCELLED);
	assert_true(live_until(live_is_answered, &last, 5000));
	assert_int_equal(last.err.kind, ERR_NONE);
	assert_int_equal(running.count + queued.count + last.count, 3);
	session_cancel(session, first); /* long ended */
	session_cancel(session, 4711);
	live_done(&running);
	live_done(&queued);
	live_done(&last);
	session_free(session);
}

/* --- life -------------------------------------------------------------------------------------- */

static bool is_closed(const void *session)
{
	return session_state(session) == SESSION_CLOSED;
}

static void closes_when_unused(void **state)
{
	(void)state;
	struct session_options options = {.idle_close_ms = 200};
	struct session *session = live_session(url, &options);
	struct answer answer;

	live_open(session);
	live_ask(session, &answer, "select pg_sleep(0.5)", NULL, 0, 0); /* busy is not unused */
	assert_int_equal(answer.err.kind, ERR_NONE);
	live_done(&answer);
	assert_true(live_until(is_closed, session, 10000));
	live_open(session);
	assert_int_equal(session_reconnects(session), 1);
	session_free(session);
}

static struct session *freed_by_callback;

static void free_it(struct result **result, const struct err *err, void *arg)
{
	(void)result;
	assert_int_equal(err->kind, ERR_NONE);
	session_free(freed_by_callback);
	*(bool *)arg = true;
}

static bool is_set(const void *flag)
{
	return *(const bool *)flag;
}

static void may_be_freed_anywhere(void **state)
{
	(void)state;
	bool is_done = false;
	struct request request = {.sql = "select 1", .fn = free_it, .arg = &is_done};
	struct answer answers[3];

	freed_by_callback = live_session(url, NULL);
	live_open(freed_by_callback);
	session_submit(freed_by_callback, &request);
	live_submit(freed_by_callback, &answers[0], "select 2", 0, false); /* behind it in the queue */
	assert_true(live_until(is_set, &is_done, 5000));
	assert_int_equal(answers[0].count, 1);
	assert_int_equal(answers[0].err.kind, ERR_CANCELLED);
	live_done(&answers[0]);
	/* while it connects, asks, drains */
	for (int step = 0; step < 3; step++) {
		struct session *session = live_session(url, NULL);

		session_open(session);
		if (step > 0)
			live_open(session);
		uint64_t number = live_submit(session, &answers[step], "select pg_sleep(60)", 0, false);

		if (step > 0)
			assert_true(live_until(is_busy, session, 5000));
		if (step > 1)
			session_cancel(session, number);
		session_free(session);
		assert_int_equal(answers[step].count, 1);
		assert_int_equal(answers[step].err.kind, ERR_CANCELLED);
		live_done(&answers[step]);
	}
}

static bool is_backend_gone(const void *session)
{
	char *count = live_value((struct session *)session, "select count(*) from pg_stat_activity where query like '%pg_sleep(62)' and pid <> pg_backend_pid()");
	bool is_gone = strcmp(count, "0") == 0;

	mem_free(count);
	return is_gone;
}

static bool is_backend_there(const void *session)
{
	return !is_backend_gone(session);
}

/* A closed session that only read leaves nothing behind that runs on. */
static void leaves_nothing_running(void **state)
{
	(void)state;
	struct session_options options = {.is_read_only = true};
	struct session *session = live_session(url, &options), *witness = live_session(url, NULL);
	struct answer answer;

	live_open(session);
	live_open(witness);
	if (session_server_version(session) < 150000)
		skip();
	live_submit(session, &answer, "select pg_sleep(62)", 0, false);
	assert_true(live_until(is_backend_there, witness, 5000));
	session_free(session);
	live_done(&answer);
	assert_true(live_until(is_backend_gone, witness, 10000));
	session_free(witness);
}

static int changes;

static void on_event(const struct event *event, void *arg)
{
	assert_int_equal(event->kind, EVENT_SESSION);
	assert_ptr_equal(event->subject, *(struct session **)arg);
	changes++;
}

static void tells_its_changes_and_its_cost(void **state)
{
	(void)state;
	struct event_bus *bus = event_bus_new();
	struct session_options options = {.bus = bus};
	struct session *session = live_session(url, &options);
	int64_t statements, more;
	double ms, more_ms;

	changes = 0;
	event_subscribe(bus, on_event, &session);
	live_open(session);
	assert_true(changes >= 2); /* connecting, ready */
	session_cost(session, &statements, &ms);
	assert_live_value(session, "select pg_sleep(0.1) is null", "f");
	session_cost(session, &more, &more_ms);
	assert_int_equal(more, statements + 1);
	assert_true(more_ms - ms >= 99.0 && more_ms - ms < 3000.0);
	session_free(session);
	event_bus_free(bus);
}

/* A bulk of rows larger than any buffer, and a statement longer than any socket takes at once. */
static void moves_much_both_ways(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct answer answer;
	struct text sql = {0};

	live_open(session);
	live_ask(session, &answer, "select i, repeat('x', 100) from generate_series(1, 50000) i", NULL, 0, 20000);
	assert_int_equal(result_rows(answer.result), 50000);
	live_done(&answer);
	text_add(&sql, "select length('");
	for (int i = 0; i < 80000; i++)
		text_add(&sql, "0123456789012345678901234567890123456789");
	text_add(&sql, "')");
	live_ask(session, &answer, text_str(&sql), NULL, 0, 20000);
	assert_int_equal(result_int(answer.result, 0, 0, -1), 3200000);
	live_done(&answer);
	text_done(&sql);
	session_free(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_the_server, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(asks_with_and_without_parameters, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(reports_errors_with_their_place, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(captures_notices, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(refuses_copy_and_goes_on, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(sends_settings_in_the_startup_packet, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(cancels_at_its_deadline, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(cancels_on_request, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(closes_when_unused, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(may_be_freed_anywhere, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(leaves_nothing_running, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(tells_its_changes_and_its_cost, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(moves_much_both_ways, scene_begin, scene_end),
	};
	url = getenv("LIVE_URL");
	return url ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
