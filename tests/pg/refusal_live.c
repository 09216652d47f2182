/* Who is let in by a real server and who is not: refusals in words, several hosts, TLS. Started by session.test. */
#include "live.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void expect_refusal(const char *text, enum session_state wanted, const char *sqlstate, const char *part)
{
	struct session_options options = {.is_reconnecting = true, .connect_deadline_ms = 3000};
	struct session *session = live_session(text, &options);
	struct answer answer;

	session_open(session);
	live_submit(session, &answer, "select 1", 0, false);
	assert_true(live_until(live_is_failed, session, 10000));
	assert_int_equal(session_state(session), wanted);
	assert_string_equal(session_error(session)->sqlstate, sqlstate);
	if (!strstr(session_error(session)->text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, session_error(session)->text);
	assert_null(strstr(session_error(session)->text, "sesame"));
	assert_true(session_next_try_ms(session) > loop_now_ms(loop));
	assert_true(live_until(live_is_answered, &answer, 1000)); /* what waited is told at once */
	assert_int_equal(answer.err.kind, ERR_UNREACHABLE);
	live_submit(session, &answer, "select 1", 0, false);
	assert_true(live_until(live_is_answered, &answer, 1000));
	assert_int_equal(answer.err.kind, ERR_UNREACHABLE);
	session_free(session);
}

static void words_each_refusal(void **state)
{
	(void)state;
	char text[512];

	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=locked password=opensesame dbname=postgres", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_DEAD, "28P01", "wrong password for user \"locked\" at 127.0.0.1:");
	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=locked dbname=postgres passfile=/nowhere/pgpass", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_DEAD, "", "asks user \"locked\" for a password and none is configured");
	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=postgres dbname=not_there", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_DEAD, "3D000", "there is no database \"not_there\"");
	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=nobody_here dbname=postgres", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_DEAD, "28000", "role \"nobody_here\" does not exist");
	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=postgres dbname=postgres sslmode=require", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_DEAD, "", "offers no TLS, which sslmode=require asks for");
	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=limited dbname=postgres", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_BACKOFF, "53300", "has too many connections");
	snprintf(text, sizeof text, "host=127.0.0.1 port=%s user=postgres dbname=postgres", getenv("FREE_PORT"));
	expect_refusal(text, SESSION_BACKOFF, "", "no server listens at 127.0.0.1:");
	expect_refusal("host=/nowhere/at/all port=1 user=postgres dbname=postgres", SESSION_BACKOFF, "", "no server listens at socket /nowhere/at/all/.s.PGSQL.1");
	expect_refusal("host=no-such-host.invalid user=postgres dbname=postgres", SESSION_BACKOFF, "", "no-such-host.invalid");
	expect_refusal("service=no_such_service dbname=postgres", SESSION_DEAD, "", "no_such_service");
}

/* libpq would say it on standard error, across the screen. */
static void says_that_a_password_file_is_open_to_others(void **state)
{
	(void)state;
	char *path = mem_format("%s/open.pgpass", getenv("PGTEND_SCRATCH")), *printed = mem_format("%s/printed", getenv("PGTEND_SCRATCH"));
	char *text = mem_format("host=127.0.0.1 port=%s user=locked dbname=postgres passfile=%s", getenv("PGS_PORT"), path);
	int saved = dup(STDERR_FILENO), file = open(printed, O_RDWR | O_CREAT | O_TRUNC, 0600), open_file = open(path, O_WRONLY | O_CREAT, 0644);

	assert_true(saved >= 0 && file >= 0 && open_file >= 0);
	assert_int_equal(fchmod(open_file, 0644), 0);
	close(open_file);
	dup2(file, STDERR_FILENO);
	struct session *session = live_session(text, NULL);

	session_open(session);
	bool has_failed = live_until(live_is_failed, session, 5000);

	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_true(has_failed);
	assert_non_null(strstr(session_error(session)->hint, "open.pgpass is not used"));
	assert_int_equal(lseek(file, 0, SEEK_END), 0);
	close(file);
	session_free(session);
	mem_free(path);
	mem_free(printed);
	mem_free(text);
}

static void tries_several_hosts(void **state)
{
	(void)state;
	char text[512];

	snprintf(text, sizeof text, "host=/nowhere,localhost,no-such-host.invalid port=1,%s,2 user=postgres dbname=postgres", getenv("PGS_PORT"));
	struct session *session = live_session(text, NULL);

	live_open(session);
	assert_live_value(session, "select inet_server_addr() is not null", "t");
	session_free(session);
	/* only a standby would do, and there is none */
	snprintf(text, sizeof text, "host=/nowhere,127.0.0.1 port=1,%s user=postgres dbname=postgres target_session_attrs=standby", getenv("PGS_PORT"));
	expect_refusal(text, SESSION_BACKOFF, "", "target_session_attrs");
	snprintf(text, sizeof text, "host=127.0.0.1,127.0.0.1 port=%s,%s user=postgres dbname=postgres target_session_attrs=prefer-standby", getenv("PGS_PORT"), getenv("PGS_PORT"));
	session = live_session(text, NULL);
	live_open(session);
	session_free(session);
}

static void speaks_tls(void **state)
{
	(void)state;
	const char *tls = getenv("TLS_URL");
	struct answer answer;
	char text[600];

	if (!tls)
		skip();
	snprintf(text, sizeof text, "%s sslmode=require", tls);
	struct session *session = live_session(text, NULL);

	live_open(session);
	assert_true(session_is_tls(session));
	live_ask(session, &answer, "select i, repeat('x', 200) from generate_series(1, 40000) i", NULL, 0, 20000);
	assert_int_equal(result_rows(answer.result), 40000); /* what TLS has buffered makes no socket readable */
	live_done(&answer);
	live_submit(session, &answer, "select pg_sleep(60)", 100, false);
	assert_true(live_until(live_is_answered, &answer, 10000));
	assert_int_equal(answer.err.kind, ERR_TIMEOUT);
	assert_int_equal(session_reconnects(session), 0);
	live_done(&answer);
	session_free(session);
	snprintf(text, sizeof text, "%s sslmode=verify-full sslrootcert=%s", tls, getenv("TLS_OTHER_ROOT"));
	expect_refusal(text, SESSION_DEAD, "", "TLS with localhost:");
	snprintf(text, sizeof text, "%s sslmode=verify-full sslrootcert=%s", tls, getenv("TLS_ROOT"));
	session = live_session(text, NULL);
	live_open(session); /* the name is checked though the address is given */
	session_free(session);
	snprintf(text, sizeof text, "%s sslmode=disable", tls);
	expect_refusal(text, SESSION_DEAD, "28000", "no encryption");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_each_refusal, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(says_that_a_password_file_is_open_to_others, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(tries_several_hosts, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(speaks_tls, scene_begin, scene_end),
	};
	return getenv("LIVE_URL") ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
