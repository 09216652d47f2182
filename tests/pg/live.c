#include "live.h"

#include <dirent.h>
#include <signal.h>
#include <time.h>

struct loop *loop;

int64_t live_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct conninfo *live_info(const char *text)
{
	struct err err;
	struct conninfo *info = conninfo_parse(text, &err);

	if (!info)
		fail_msg("%s", err.text);
	return info;
}

struct session *live_session(const char *text, const struct session_options *options)
{
	static const struct session_options plain;
	struct conninfo *info = live_info(text);
	struct session *session = session_new(loop, info, options ? options : &plain);

	conninfo_free(info);
	return session;
}

static void nothing(void *arg)
{
	(void)arg;
}

bool live_until(bool (*is_true)(const void *arg), const void *arg, int within_ms)
{
	int64_t end = live_now_ms() + within_ms;
	struct timer *tick = timer_start(loop, 20, 20, nothing, NULL);
	bool is_so;

	while (!(is_so = is_true(arg)) && live_now_ms() < end)
		loop_turn(loop, true);
	timer_stop(tick);
	return is_so;
}

bool live_is_ready(const void *session)
{
	return session_state(session) == SESSION_READY;
}

bool live_is_failed(const void *session)
{
	return session_state(session) == SESSION_BACKOFF || session_state(session) == SESSION_DEAD;
}

void live_open(struct session *session)
{
	session_open(session);
	if (!live_until(live_is_ready, session, 10000))
		fail_msg("%s: %s", session_state_word(session_state(session)), session_error(session)->text);
}

/* --- asking ------------------------------------------------------------------------------------ */

static void on_answer(struct result **result, const struct err *err, void *arg)
{
	struct answer *answer = arg;

	answer->result = *result;
	*result = NULL;
	answer->err = *err;
	answer->count++;
	answer->took_ms = live_now_ms() - answer->began_ms;
}

bool live_is_answered(const void *answer)
{
	return ((const struct answer *)answer)->count > 0;
}

static uint64_t submit(struct session *session, struct answer *answer, const struct request *request)
{
	struct request copy = *request;

	memset(answer, 0, sizeof *answer);
	answer->began_ms = live_now_ms();
	copy.fn = on_answer;
	copy.arg = answer;
	return session_submit(session, &copy);
}

uint64_t live_submit(struct session *session, struct answer *answer, const char *sql, int deadline_ms, bool is_unwrapped)
{
	struct request request = {.sql = sql, .deadline_ms = deadline_ms, .is_unwrapped = is_unwrapped};

	return submit(session, answer, &request);
}

void live_ask(struct session *session, struct answer *answer, const char *sql, const char *const *params, int param_count, int deadline_ms)
{
	struct request request = {.sql = sql, .params = params, .param_count = param_count, .deadline_ms = deadline_ms};

	submit(session, answer, &request);
	if (!live_until(live_is_answered, answer, 30000))
		fail_msg("no answer: %s", sql);
}

void live_done(struct answer *answer)
{
	result_free(answer->result);
	memset(answer, 0, sizeof *answer);
}

char *live_value(struct session *session, const char *sql)
{
	struct answer answer;

	live_ask(session, &answer, sql, NULL, 0, 10000);
	if (answer.err.kind != ERR_NONE)
		fail_msg("%s: %s", sql, answer.err.text);
	char *value = mem_copy(result_text(answer.result, 0, 0));

	live_done(&answer);
	return value ? value : mem_copy("(null)");
}

/* --- the server's processes -------------------------------------------------------------------- */

static pid_t parent_of(pid_t pid)
{
	char path[64], line[512];
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");

	if (!file)
		return 0;
	if (fgets(line, sizeof line, file)) {
		char *end = strrchr(line, ')');

		if (end)
			sscanf(end + 1, " %*c %d", &parent);
	}
	fclose(file);
	return parent;
}

void live_signal_server(pid_t postmaster, int signal_number)
{
	DIR *proc = opendir("/proc");
	struct dirent *item;

	assert_non_null(proc);
	assert_int_equal(kill(postmaster, signal_number), 0);
	while ((item = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)atoi(item->d_name);

		if (pid > 0 && parent_of(pid) == postmaster)
			kill(pid, signal_number);
	}
	closedir(proc);
}
