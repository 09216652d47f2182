/* Servers that stop, restart and kill, while other sessions go on. Started by loss.test, which gives two servers. */
#include "live.h"

#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgtend/loop/child.h"

enum { SESSIONS = 10 };

static char *url, *other_url;

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

static struct session *coming_back(const char *text, int connect_deadline_ms)
{
	struct session_options options = {.is_reconnecting = true, .connect_deadline_ms = connect_deadline_ms};

	return live_session(text, &options);
}

/* --- stopped ----------------------------------------------------------------------------------- */

static bool is_given_up(const void *session)
{
	return session_state(session) == SESSION_BACKOFF || session_state(session) == SESSION_CONNECTING;
}

static void tells_the_silence_while_others_go_on(void **state)
{
	(void)state;
	pid_t postmaster = (pid_t)atoi(getenv("PGS_PID"));
	struct session *stopped = coming_back(url, 2000), *late = coming_back(url, 2000), *other = coming_back(other_url, 2000);
	struct answer answer, quick;
	int64_t slowest_ms = 0;

	live_open(stopped);
	live_open(other);
	live_signal_server(postmaster, SIGSTOP);
	int64_t asked_ms = loop_now_ms(loop);

	live_submit(stopped, &answer, "select 1", 400, false);
	session_open(late); /* connects to a server that is stopped */
	while (!live_is_answered(&answer)) {
		live_ask(other, &quick, "select 2", NULL, 0, 5000);
		assert_int_equal(quick.err.kind, ERR_NONE);
		slowest_ms = quick.took_ms > slowest_ms ? quick.took_ms : slowest_ms;
		live_done(&quick);
		if (loop_now_ms(loop) - asked_ms > 1000 && session_state(stopped) == SESSION_DRAINING)
			assert_true(session_silent_since_ms(stopped) >= asked_ms - 50 && session_silent_since_ms(stopped) <= asked_ms + 1900);
		assert_true(loop_now_ms(loop) - asked_ms < 20000);
	}
	assert_int_equal(answer.err.kind, ERR_TIMEOUT);
	assert_non_null(strstr(answer.err.text, "has not answered"));
	assert_true(slowest_ms < 1900);
	assert_true(live_until(is_given_up, stopped, 5000));
	/* still the same silence, over attempts that also get no answer */
	assert_true(session_silent_since_ms(stopped) <= asked_ms + 1900);
	assert_true(session_silent_since_ms(late) > 0 && session_silent_since_ms(late) <= asked_ms + 1900);
	assert_non_null(strstr(session_error(late)->text, "did not answer within 2 s"));
	live_signal_server(postmaster, SIGCONT);
	assert_true(live_until(live_is_ready, stopped, 20000));
	assert_true(live_until(live_is_ready, late, 20000));
	assert_int_equal(session_silent_since_ms(stopped), 0);
	assert_live_value(stopped, "select 3", "3");
	live_done(&answer);
	session_free(stopped);
	session_free(late);
	session_free(other);
}

/* --- restarted --------------------------------------------------------------------------------- */

static bool has_ended;

static void on_exit_of_server(int status, int signal_number, void *arg)
{
	(void)status;
	(void)signal_number;
	(void)arg;
	has_ended = true;
}

static bool is_ended(const void *nothing)
{
	(void)nothing;
	return has_ended;
}

static struct child *start_server(void)
{
	const char *const argv[] = {getenv("PGS_BIN"), "-D", getenv("PGS_OWN_DATA"), "-p", getenv("PGS_OWN_PORT"), "-k", getenv("PGS_OWN_SOCKET"), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", NULL};
	struct child_spec spec = {.argv = argv, .folder = "/", .stdout_fd = -1, .stderr_fd = -1, .exit_fn = on_exit_of_server};
	struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
	struct err err;

	if (user) {
		spec.has_user = true;
		spec.uid = user->pw_uid;
		spec.gid = user->pw_gid;
	}
	has_ended = false;
	struct child *child = child_start(loop, &spec, &err);

	if (!child)
		fail_msg("%s", err.text);
	return child;
}

/* The eighth line of postmaster.pid says "ready" as soon as connections are accepted. */
static bool is_accepting(const void *nothing)
{
	char path[512], line[256] = "";
	(void)nothing;
	snprintf(path, sizeof path, "%s/postmaster.pid", getenv("PGS_OWN_DATA"));
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	for (int i = 0; i < 8 && fgets(line, sizeof line, file); i++)
		if (i < 7)
			line[0] = '\0';
	fclose(file);
	return strncmp(line, "ready", 5) == 0;
}

static bool is_lost(const void *session)
{
	return session_state(session) != SESSION_READY && session_state(session) != SESSION_BUSY;
}

static bool is_never(const void *nothing)
{
	(void)nothing;
	return false;
}

static void is_live_soon_after_a_restart(void **state)
{
	(void)state;
	static const int down_ms[] = {0, 2500};
	char text[512];
	struct child *server = start_server();

	assert_true(live_until(is_accepting, NULL, 20000));
	snprintf(text, sizeof text, "host=%s port=%s user=postgres dbname=postgres", getenv("PGS_OWN_SOCKET"), getenv("PGS_OWN_PORT"));
	struct session *local = coming_back(text, 0);

	snprintf(text, sizeof text, "host=localhost port=%s user=postgres dbname=postgres", getenv("PGS_OWN_PORT"));
	struct session *remote = coming_back(text, 0);
	struct answer answer;

	live_open(local);
	live_open(remote);
	for (int round = 0; round < 2; round++) {
		live_submit(local, &answer, "select pg_sleep(60)", 0, false);
		child_signal(server, SIGINT); /* fast shutdown */
		assert_true(live_until(is_ended, NULL, 20000));
		assert_true(live_until(live_is_answered, &answer, 5000));
		assert_int_equal(answer.err.kind, ERR_UNREACHABLE);
		if (strcmp(answer.err.sqlstate, "57P01") != 0)
			fail_msg("%s: %s", answer.err.sqlstate, answer.err.text);
		live_done(&answer);
		assert_true(live_until(is_lost, remote, 5000));
		live_until(is_never, NULL, down_ms[round]);
		server = start_server();
		assert_true(live_until(is_accepting, NULL, 20000));
		int64_t accepting_ms = live_now_ms();

		assert_true(live_until(live_is_ready, local, 10000));
		assert_true(live_until(live_is_ready, remote, 10000));
		print_message("# live %lld ms after the server accepts\n", (long long)(live_now_ms() - accepting_ms));
		assert_true(live_now_ms() - accepting_ms < 2000);
		assert_live_value(local, "select 1", "1");
		assert_int_equal(session_reconnects(remote), round + 1);
	}
	session_free(local);
	session_free(remote);
	child_signal(server, SIGINT);
	assert_true(live_until(is_ended, NULL, 20000));
}

/* --- killed ------------------------------------------------------------------------------------ */

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static bool are_all_ready(const void *sessions)
{
	struct session *const *all = sessions;

	for (int i = 0; i < SESSIONS; i++)
		if (session_state(all[i]) != SESSION_READY)
			return false;
	return true;
}

static bool is_any_ready(const void *sessions)
{
	struct session *const *all = sessions;

	for (int i = 0; i < SESSIONS; i++)
		if (session_state(all[i]) == SESSION_READY)
			return true;
	return false;
}

static int answers_due;

static void count_answer(struct result **result, const struct err *err, void *arg)
{
	(void)result;
	(void)err;
	(void)arg;
	answers_due--;
}

static void ask_something(struct session *session, unsigned seed)
{
	static const char *const questions[] = {"select 1", "select pg_sleep(0.02)", "select i, repeat('y', 500) from generate_series(1, 2000) i"};
	struct request request = {.sql = questions[seed % 3], .deadline_ms = seed % 5 == 0 ? 10 : 5000, .fn = count_answer};

	answers_due++;
	session_submit(session, &request);
}

static bool is_nothing_due(const void *nothing)
{
	(void)nothing;
	return answers_due == 0;
}

static void outlives_a_campaign_of_kills(void **state)
{
	(void)state;
	double campaign = getenv("CAMPAIGN") ? atof(getenv("CAMPAIGN")) : 1.0;
	int rounds = (int)(1000 * campaign) > 20 ? (int)(1000 * campaign) : 20, killed = 0, reopened = 0;
	struct session *sessions[SESSIONS], *killer = coming_back(url, 0);
	int descriptors;
	char sql[64];

	live_open(killer);
	descriptors = open_descriptors();
	for (int i = 0; i < SESSIONS; i++) {
		sessions[i] = coming_back(url, 0);
		session_open(sessions[i]);
	}
	srand(4711);
	assert_true(live_until(are_all_ready, sessions, 30000));
	while (killed + reopened < rounds) {
		int victim = rand() % SESSIONS, closed = rand() % SESSIONS;

		for (int i = 0; i < SESSIONS; i++)
			if (session_queued(sessions[i]) == 0)
				ask_something(sessions[i], (unsigned)rand());
		if (session_backend_pid(sessions[victim]) > 0 && session_state(sessions[victim]) != SESSION_CONNECTING) {
			struct answer answer;

			snprintf(sql, sizeof sql, "select pg_terminate_backend(%d)", session_backend_pid(sessions[victim]));
			live_ask(killer, &answer, sql, NULL, 0, 5000);
			assert_int_equal(answer.err.kind, ERR_NONE);
			live_done(&answer);
			killed++;
		}
		if (closed != victim && session_state(sessions[closed]) == SESSION_READY) {
			session_close(sessions[closed]);
			session_open(sessions[closed]);
			reopened++;
		}
		assert_true(live_until(is_any_ready, sessions, 10000));
	}
	print_message("# %d killed, %d reopened\n", killed, reopened);
	assert_true(killed > rounds / 5 && reopened > rounds / 20);
	assert_true(live_until(is_nothing_due, NULL, 30000)); /* every request was answered once */
	assert_true(live_until(are_all_ready, sessions, 30000));
	for (int i = 0; i < SESSIONS; i++) {
		assert_live_value(sessions[i], "select 5", "5"); /* not deaf */
		session_free(sessions[i]);
	}
	assert_live_value(killer, "select count(*) > 0 from pg_stat_activity", "t");
	for (int i = 0; i < 5; i++)
		loop_turn(loop, false); /* descriptors are closed at the end of a turn */
	assert_int_equal(open_descriptors(), descriptors);
	session_free(killer);
}

static void keeps_what_the_killed_one_was_told(void **state)
{
	(void)state;
	struct session *session = coming_back(url, 0), *killer = coming_back(url, 0);
	struct answer answer, queued;
	char sql[64];

	live_open(session);
	live_open(killer);
	/* idle: nothing asked, so the reason stands in the session's error until it is back */
	snprintf(sql, sizeof sql, "select pg_terminate_backend(%d)", session_backend_pid(session));
	live_ask(killer, &answer, sql, NULL, 0, 5000);
	live_done(&answer);
	assert_true(live_until(is_lost, session, 5000));
	assert_string_equal(session_error(session)->sqlstate, "57P01");
	assert_non_null(strstr(session_error(session)->text, "terminating connection due to administrator command"));
	assert_true(live_until(live_is_ready, session, 5000));
	/* inside a transaction: nothing queued for it may run on the new connection */
	live_ask(session, &answer, "begin; create temp table t (x int)", NULL, 0, 5000);
	live_done(&answer);
	assert_true(session_in_transaction(session));
	live_submit(session, &answer, "select pg_sleep(60)", 0, false);
	live_submit(session, &queued, "create table public.must_not_be ()", 0, false);
	snprintf(sql, sizeof sql, "select pg_terminate_backend(%d)", session_backend_pid(session));
	struct answer kill_answer;
	live_ask(killer, &kill_answer, sql, NULL, 0, 5000);
	live_done(&kill_answer);
	assert_true(live_until(live_is_answered, &queued, 5000));
	assert_int_equal(answer.err.kind, ERR_UNREACHABLE);
	assert_int_equal(queued.err.kind, ERR_UNREACHABLE);
	assert_true(live_until(live_is_ready, session, 5000));
	assert_live_value(session, "select to_regclass('public.must_not_be') is null", "t");
	live_done(&answer);
	session_free(session);
	session_free(killer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_what_the_killed_one_was_told, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(outlives_a_campaign_of_kills, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(is_live_soon_after_a_restart, scene_begin, scene_end),
		cmocka_unit_test_setup_teardown(tells_the_silence_while_others_go_on, scene_begin, scene_end),
	};
	url = getenv("LIVE_URL");
	other_url = getenv("OTHER_URL");
	return url && other_url ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
