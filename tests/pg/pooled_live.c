/* Sessions behind PgBouncer in transaction mode, and its admin console. Started by pgbouncer.test. */
#include "live.h"

static char *url, *direct_url, *console_url;

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

static const struct session_setting settings[] = {{"statement_timeout", "700ms"}, {"search_path", "pg_catalog, odd"}, {"application_name", "it's"}, {NULL, NULL}};

static struct session *reader(const char *text)
{
	struct session_options options = {.settings = settings, .is_read_only = true, .is_reconnecting = true};
	struct session *session = live_session(text, &options);

	live_open(session);
	return session;
}

static void connects_without_options(void **state)
{
	(void)state;
	struct session *session = reader(url);

	assert_true(session_is_pooled(session));
	assert_true(session_server_version(session) >= 130000);
	session_free(session);
	/* nothing of ours to send: the pid alone betrays the pooler */
	session = live_session(url, NULL);
	live_open(session);
	assert_true(session_is_pooled(session));
	session_free(session);
}

static void wraps_each_request(void **state)
{
	(void)state;
	static const char *const params[] = {"5", "x"};
	struct session *session = reader(url);
	struct answer answer;

	/* every request has the settings, whichever backend it runs on */
	assert_live_value(session, "select current_setting('statement_timeout') || ' ' || current_setting('search_path') || ' ' || current_setting('transaction_read_only') -- a comment at the end",
		"700ms pg_catalog, odd on");
	live_ask(session, &answer, "select $1::int + 1 as n, $2::text as t, current_setting('statement_timeout') as s", params, 2, 5000);
	assert_int_equal(answer.err.kind, ERR_NONE);
	assert_int_equal(result_count(answer.result), 1); /* the wrapper is not seen */
	assert_int_equal(result_int(answer.result, 0, 0, -1), 6);
	assert_string_equal(result_text(answer.result, 0, 2), "700ms");
	live_done(&answer);
	live_ask(session, &answer, "select 1 as a; select 2 as b;", NULL, 0, 5000);
	assert_int_equal(result_count(answer.result), 2);
	assert_string_equal(result_column_name(answer.result, 0), "b");
	live_done(&answer);
	assert_false(session_in_transaction(session));
	session_free(session);
}

static void reports_errors_inside_the_wrapper(void **state)
{
	(void)state;
	static const char *const params[] = {"no number"};
	struct session *session = reader(url);
	struct answer answer;

	for (int i = 0; i < 3; i++) {
		live_ask(session, &answer, "select 'ü', nonsense", NULL, 0, 5000);
		assert_string_equal(answer.err.sqlstate, "42703");
		assert_int_equal(result_error(answer.result)->position, 13);
		assert_int_equal(result_count(answer.result), 0);
		live_done(&answer);
		live_ask(session, &answer, "select 1 +", NULL, 0, 5000); /* read whole before anything runs */
		assert_string_equal(answer.err.sqlstate, "42601");
		live_done(&answer);
		live_ask(session, &answer, "select $1::int", params, 1, 5000);
		assert_string_equal(answer.err.sqlstate, "22P02");
		live_done(&answer);
		live_ask(session, &answer, "create table public.must_not_be ()", NULL, 0, 5000);
		assert_string_equal(answer.err.sqlstate, "25006");
		live_done(&answer);
		assert_false(session_in_transaction(session));
		assert_live_value(session, "select 9", "9");
	}
	live_ask(session, &answer, "select pg_sleep(60)", NULL, 0, 20000); /* the setting, not our deadline */
	assert_int_equal(answer.err.kind, ERR_TIMEOUT);
	assert_true(answer.took_ms < 18000);
	live_done(&answer);
	assert_int_equal(session_reconnects(session), 0);
	session_free(session);
}

static void leaves_nothing_in_the_pool(void **state)
{
	(void)state;
	struct session *session = reader(url), *others[4];
	struct answer answer;

	for (int i = 0; i < 6; i++)
		assert_live_value(session, "select 1", "1");
	live_ask(session, &answer, "select 1/0", NULL, 0, 5000);
	live_done(&answer);
	session_free(session);
	for (int i = 0; i < 4; i++) {
		others[i] = live_session(url, NULL);
		live_open(others[i]);
		assert_live_value(others[i], "select current_setting('statement_timeout') || ' ' || current_setting('default_transaction_read_only') || ' ' || (current_setting('search_path') like '%odd%')", "0 off false");
	}
	for (int i = 0; i < 4; i++)
		session_free(others[i]);
}

static void leaves_own_transactions_alone(void **state)
{
	(void)state;
	struct session_options options = {.settings = settings};
	struct session *session = live_session(url, &options);
	struct answer answer;

	live_open(session);
	live_submit(session, &answer, "begin; set local statement_timeout = '5s'", 0, true);
	assert_true(live_until(live_is_answered, &answer, 5000));
	live_done(&answer);
	assert_true(session_in_transaction(session));
	assert_live_value(session, "show statement_timeout", "5s"); /* inside it nothing is wrapped */
	live_submit(session, &answer, "commit", 0, true);
	assert_true(live_until(live_is_answered, &answer, 5000));
	live_done(&answer);
	assert_live_value(session, "show statement_timeout", "700ms");
	live_submit(session, &answer, "vacuum pg_catalog.pg_class", 0, true); /* may not stand in a transaction */
	assert_true(live_until(live_is_answered, &answer, 5000));
	assert_int_equal(answer.err.kind, ERR_NONE);
	live_done(&answer);
	session_free(session);
}

/* libpq before 17 cannot cancel through a pooler: who asked is told, the connection stays and is of use again. */
static void is_not_held_by_what_cannot_be_cancelled(void **state)
{
	(void)state;
	struct session *session = live_session(url, NULL);
	struct answer answer, queued, after;

	live_open(session);
	live_submit(session, &answer, "select pg_sleep(4)", 200, false);
	live_submit(session, &queued, "select 1", 0, false);
	assert_true(live_until(live_is_answered, &answer, 3000));
	assert_int_equal(answer.err.kind, ERR_TIMEOUT);
	assert_true(live_until(live_is_answered, &queued, 3000));
	if (session_state(session) == SESSION_DRAINING) {
		assert_int_equal(queued.err.kind, ERR_TIMEOUT);
		live_submit(session, &after, "select 1", 0, false);
		assert_true(live_until(live_is_answered, &after, 2000));
		assert_int_equal(after.err.kind, ERR_TIMEOUT);
		live_done(&after);
	}
	assert_true(live_until(live_is_ready, session, 20000));
	assert_live_value(session, "select 3", "3");
	assert_int_equal(session_reconnects(session), 0);
	live_done(&answer);
	live_done(&queued);
	session_free(session);
}

static void survives_a_killed_backend(void **state)
{
	(void)state;
	struct session *session = reader(url), *killer = live_session(direct_url, NULL);
	struct answer answer;

	live_open(killer);
	for (int i = 0; i < 5; i++) {
		live_ask(killer, &answer, "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'", NULL, 0, 5000);
		assert_int_equal(answer.err.kind, ERR_NONE);
		live_done(&answer);
		live_ask(session, &answer, "select 1", NULL, 0, 5000);
		live_done(&answer);
		assert_true(live_until(live_is_ready, session, 5000));
	}
	assert_live_value(session, "select 2", "2");
	session_free(session);
	session_free(killer);
}

static void speaks_to_the_admin_console(void **state)
{
	(void)state;
	static const char *const params[] = {"1"};
	struct session_options options = {.is_admin_console = true, .is_read_only = true, .settings = settings};
	struct session *session = live_session(console_url, &options);
	struct answer answer;

	live_open(session);
	assert_int_equal(session_server_version(session), 0);
	assert_non_null(strstr(session_parameter(session, "server_version"), "/bouncer"));
	for (int i = 0; i < 2; i++) {
		live_ask(session, &answer, "SHOW POOLS", NULL, 0, 5000);
		assert_int_equal(answer.err.kind, ERR_NONE);
		assert_true(result_rows(answer.result) >= 1);
		assert_true(result_column(answer.result, "cl_waiting") >= 0);
		live_done(&answer);
		live_ask(session, &answer, "SHOW NONSENSE", NULL, 0, 5000);
		assert_int_equal(answer.err.kind, ERR_FAILED);
		live_done(&answer);
		live_ask(session, &answer, "SHOW POOLS", params, 1, 5000); /* would end the connection */
		assert_int_equal(answer.err.kind, ERR_UNSUPPORTED);
		live_done(&answer);
	}
	assert_int_equal(session_reconnects(session), 0);
	session_free(session);
	/* the same address without being told what it is */
	session = live_session(console_url, NULL);
	live_open(session);
	assert_int_equal(session_server_version(session), 0);
	session_free(session);
}

static void words_what_the_pooler_refuses(void **state)
{
	(void)state;
	struct session_options options = {.is_reconnecting = true};
	char *text = mem_format("host=127.0.0.1 port=%s user=postgres dbname=not_there", getenv("BOUNCER_PORT"));
	struct session *session = live_session(text, &options);

	session_open(session);
	assert_true(live_until(live_is_failed, session, 10000));
	if (!strstr(session_error(session)->text, "not_there"))
		fail_msg("%s", session_error(session)->text);
	session_free(session);
	mem_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(connects_without_options, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(wraps_each_request, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(reports_errors_inside_the_wrapper, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(leaves_nothing_in_the_pool, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(leaves_own_transactions_alone, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(is_not_held_by_what_cannot_be_cancelled, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(survives_a_killed_backend, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(speaks_to_the_admin_console, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(words_what_the_pooler_refuses, scene_begin, scene_end),
	};
	url = getenv("POOLED_URL");
	direct_url = getenv("LIVE_URL");
	console_url = getenv("CONSOLE_URL");
	return url && direct_url && console_url ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
