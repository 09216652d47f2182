/* Servers that misbehave: each ends in words within its deadline, and the real server's session beside it never waits. Started by fake.test. */
#include "live.h"

static char *url;

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

static char *fake_url(const char *mode)
{
	char name[64];

	snprintf(name, sizeof name, "FAKE_%s", mode);
	if (!getenv(name))
		fail_msg("%s is not set", name);
	return mem_format("host=127.0.0.1 port=%s user=postgres dbname=postgres", getenv(name));
}

/* The first attempt's end; meanwhile the real server answers. */
static void expect_failure(const char *mode, const char *part)
{
	struct session_options options = {.is_reconnecting = true, .connect_deadline_ms = 4000};
	char *text = fake_url(mode);
	struct session *fake = live_session(text, &options), *real = live_session(url, NULL);
	struct answer answer;
	int64_t began = live_now_ms();

	mem_free(text);
	live_open(real);
	session_open(fake);
	while (!live_is_failed(fake)) {
		live_ask(real, &answer, "select 1", NULL, 0, 5000);
		assert_int_equal(answer.err.kind, ERR_NONE);
		assert_true(answer.took_ms < 3000);
		live_done(&answer);
		assert_true(live_now_ms() - began < 20000);
	}
	assert_int_equal(session_error(fake)->kind, ERR_UNREACHABLE);
	if (!strstr(session_error(fake)->text, part))
		fail_msg("%s: \"%s\" is not in \"%s\"", mode, part, session_error(fake)->text);
	session_free(fake);
	session_free(real);
}

static void words_what_is_no_server(void **state)
{
	(void)state;
	expect_failure("mute", "did not answer within 4 s");
	expect_failure("garbage", "does not speak PostgreSQL's protocol");
	expect_failure("http", "does not speak PostgreSQL's protocol");
	expect_failure("cut", "closed the connection while it was made");
	expect_failure("rst", "the connection while it was made");
	expect_failure("starting", "takes no connections now: the database system is starting up");
}

static struct session *open_fake(const char *mode)
{
	struct session_options options = {.is_reconnecting = true, .connect_deadline_ms = 5000};
	char *text = fake_url(mode);
	struct session *fake = live_session(text, &options);

	mem_free(text);
	live_open(fake);
	return fake;
}

static bool is_draining(const void *session)
{
	return session_state(session) == SESSION_DRAINING;
}

/* One says nothing more, the other announced a gigabyte and sends noise: neither is waited for longer than the grace. */
static void gives_up_half_open_connections(void **state)
{
	(void)state;
	struct session *silent = open_fake("halfopen"), *liar = open_fake("liar");
	struct answer answer, lie;

	live_submit(silent, &answer, "select 1", 200, false);
	live_submit(liar, &lie, "select 1", 200, false);
	assert_true(live_until(is_draining, silent, 8000));
	assert_true(session_silent_since_ms(silent) > 0);
	assert_true(live_until(live_is_answered, &answer, 30000));
	assert_int_equal(answer.err.kind, ERR_TIMEOUT);
	assert_true(answer.took_ms >= 10000 && answer.took_ms < 20000);
	assert_true(live_until(live_is_answered, &lie, 10000));
	assert_true(lie.err.kind == ERR_TIMEOUT || lie.err.kind == ERR_UNREACHABLE);
	live_done(&answer);
	live_done(&lie);
	session_free(silent);
	session_free(liar);
}

static void survives_half_an_answer(void **state)
{
	(void)state;
	struct session *fake = open_fake("halfrow");
	struct answer answer;

	live_ask(fake, &answer, "select 1", NULL, 0, 5000);
	assert_int_equal(answer.err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(answer.err.text, "was lost"));
	live_done(&answer);
	assert_true(live_until(live_is_ready, fake, 5000)); /* and comes back */
	session_free(fake);
}

static void takes_what_comes_byte_by_byte(void **state)
{
	(void)state;
	struct session *fake = open_fake("slow");
	struct answer answer;

	live_ask(fake, &answer, "select 1", NULL, 0, 5000);
	assert_int_equal(answer.err.kind, ERR_NONE);
	assert_int_equal(result_int(answer.result, 0, 0, -1), 42);
	live_done(&answer);
	session_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_what_is_no_server, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(gives_up_half_open_connections, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(survives_half_an_answer, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(takes_what_comes_byte_by_byte, scene_begin, scene_end),
	};
	url = getenv("LIVE_URL");
	return url ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
