/* The restored cluster: the line that starts it, starting it, and how far it came. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "pitr_internal.h"

enum { ASK_MS = 5000, EVERY_MS = 300, SILENT_MS = 20000, MOST_PORTS = 200 };
static const char start_log[] = "pitr-start.log";

int64_t pitr_free_port(int64_t above)
{
	for (int64_t port = above + 1; port < 65536 && port <= above + MOST_PORTS; port++) {
		struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		bool is_free = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
		if (fd >= 0)
			close(fd);
		if (is_free)
			return port;
	}
	return 0;
}

/* --- the line ---------------------------------------------------------------------------------------- */

/* What postgres is given along: "-p 5433 -c config_file=...". Caller frees. */
static char *server_options(const struct pitr_copy *copy)
{
	struct text text = {0};
	if (copy->port > 0)
		text_addf(&text, "-p %lld", (long long)copy->port);
	const char *const files[][2] = {{"config_file", copy->config_file}, {"hba_file", copy->hba_file}, {"ident_file", copy->ident_file}};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char *word = files[i][1] != NULL ? text_shell_word(files[i][1]) : NULL;
		if (word != NULL)
			text_addf(&text, "%s-c %s=%s", text.length > 0 ? " " : "", files[i][0], word);
		mem_free(word);
	}
	/* The configuration may name the server's own data and file for its pid: these it must not use. */
	char *word = text_shell_word(copy->into);
	text_addf(&text, "%s-c data_directory=%s -c external_pid_file=", text.length > 0 ? " " : "", word);
	mem_free(word);
	return text_take(&text);
}

char *pitr_copy_line(const struct pitr_copy *copy)
{
	char *options = server_options(copy), *into = text_shell_word(copy->into), *quoted = text_shell_word(options);
	char *line = mem_format("%s -D %s%s%s -t 86400 start", copy->pg_ctl != NULL ? copy->pg_ctl : "pg_ctl", into, *options != '\0' ? " -o " : "", *options != '\0' ? quoted : "");
	mem_free(options);
	mem_free(into);
	mem_free(quoted);
	return line;
}

/* --- its log -------------------------------------------------------------------------------------------- */

/* The last thing that ended it. Caller frees; NULL: its log cannot be read. */
static char *last_fatal(const struct pitr_copy *copy)
{
	struct words lines = {0};
	struct err ignored;
	char *path = places_join(copy->into, start_log), *bytes = NULL, *found = NULL;
	size_t length = 0;
	if (places_read_file(path, &bytes, &length, &ignored))
		words_split(&lines, bytes, "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (strstr(lines.v[i], "FATAL:") != NULL && strstr(lines.v[i], "the database system is") == NULL) {
			mem_free(found);
			found = mem_copy(strstr(lines.v[i], "FATAL:") + strlen("FATAL:"));
		}
	words_done(&lines);
	mem_free(bytes);
	mem_free(path);
	return found;
}

static bool fail(const struct pitr_copy *copy, struct err *err)
{
	char *fatal = last_fatal(copy);
	const char *why = fatal != NULL ? fatal + strspn(fatal, " ") : "its log says why";
	err_set(err, ERR_PARTIAL, "restored into %s, but it does not start: %s", copy->into, why);
	if (fatal != NULL && strstr(fatal, "before configured recovery target") != NULL)
		err_hint(err, "the archive ends before that time: --to latest goes as far as it does");
	else
		err_hint(err, "%s/%s", copy->into, start_log);
	mem_free(fatal);
	return false;
}

/* --- how far it came -------------------------------------------------------------------------------------- */

struct progress { bool is_recovering, is_paused; int64_t reached_us; };

static bool ask(struct session *session, struct progress *progress, struct err *err)
{
	struct result *result = NULL;
	bool ok = session_ready_wait(session, ASK_MS, err) && session_query_wait(session, sql_pitr_reached, NULL, 0, ASK_MS, &result, err);
	if (ok) {
		const char *at = result_text(result, 0, result_column(result, "reached_at"));
		progress->is_recovering = result_bool(result, 0, result_column(result, "is_in_recovery"));
		progress->is_paused = result_bool(result, 0, result_column(result, "is_paused"));
		if (at != NULL && !units_parse_time_us(at, &progress->reached_us))
			progress->reached_us = 0;
	}
	result_free(result);
	return ok;
}

static struct session *connect_copy(const struct pitr_place *place, const struct pitr_copy *copy, struct err *err)
{
	static const struct session_setting settings[] = {{"application_name", "pgtend pitr restore"}, {"TimeZone", "UTC"}, {"DateStyle", "ISO"}, {0}};
	const struct session_options options = {.settings = settings, .is_read_only = true};
	const struct database *database = place->database;
	struct conninfo *info = conninfo_copy(database->direct != NULL ? database->direct : database->info);
	struct session *session = NULL;
	char port[UNITS_SIZE];
	(void)snprintf(port, sizeof port, "%lld", (long long)copy->port);
	/* The database may not have been there at that time. */
	if ((copy->port == 0 || conninfo_set(info, "port", port, err)) && conninfo_set(info, "dbname", "postgres", err))
		session = session_new(place->fleet->loop, info, &options);
	conninfo_free(info);
	return session;
}

/* Its postmaster.pid: the eighth line says "ready", or "standby" while it replays and may be read. Caller frees; NULL: it does not run. */
static char *postmaster_status(const struct pitr_copy *copy)
{
	struct words lines = {0};
	struct err ignored;
	char *path = places_join(copy->into, "postmaster.pid"), *bytes = NULL, *status = NULL;
	size_t length = 0;
	if (places_read_file(path, &bytes, &length, &ignored)) {
		words_split(&lines, bytes, "\n");
		status = mem_copy(lines.count > 0 ? lines.v[lines.count - 1] : "");
	}
	words_done(&lines);
	mem_free(bytes);
	mem_free(path);
	return status;
}

static bool cannot_ask(const struct pitr_copy *copy, const struct err *why, struct err *err)
{
	err_set(err, ERR_PARTIAL, "%s is started and may be read, but cannot be asked how far it came: %s", copy->into, why->text);
	return err_hint(err, "SELECT pg_is_wal_replay_paused(), pg_last_xact_replay_timestamp()");
}

/* What nobody may ask it (its pg_hba.conf, another socket) is not known; whether it is open is. */
static bool wait_until_there(const struct pitr_place *place, struct pitr_copy *copy, struct report *report, struct err *err)
{
	struct session *session = connect_copy(place, copy, err);
	struct progress progress = {.is_recovering = true};
	char stamp[UNITS_SIZE];
	bool ok = session != NULL, is_open = false;
	int64_t silent_since_us = 0;
	copy->state = "started";
	while (ok && !is_open && !progress.is_paused) {
		struct err own = {0};
		char *status = postmaster_status(copy);
		bool is_ready = status != NULL && strcmp(status, "ready") == 0, has_answered = ask(session, &progress, &own);
		silent_since_us = has_answered ? 0 : silent_since_us != 0 ? silent_since_us : units_now_us();
		bool is_silent = silent_since_us != 0 && units_now_us() - silent_since_us > (int64_t)SILENT_MS * 1000;
		if (task_is_cancelled())
			ok = err_set(err, ERR_CANCELLED, "cancelled: %s goes on by itself", copy->into);
		else if (status == NULL)
			ok = fail(copy, err);
		else if (has_answered ? !progress.is_recovering : is_ready && is_silent)
			is_open = true;
		else if (is_silent && strcmp(status, "standby") == 0)
			ok = cannot_ask(copy, &own, err);
		else if (progress.reached_us > 0)
			report_step(report, "replayed up to %s", units_rfc3339(stamp, progress.reached_us));
		if (ok && !is_open && !progress.is_paused)
			task_sleep(EVERY_MS);
		mem_free(status);
	}
	session_free(session);
	copy->reached_us = progress.reached_us;
	if (ok)
		copy->state = progress.is_paused ? "paused" : "open";
	return ok;
}

bool pitr_copy_start(const struct pitr_place *place, struct pitr_copy *copy, struct report *report, struct err *err)
{
	if (copy->pg_ctl == NULL) {
		err_set(err, ERR_PARTIAL, "restored into %s, but there is no pg_ctl of its version here to start it", copy->into);
		return err_hint(err, "start it where it is, with pg_ctl -D %s", copy->into);
	}
	char *options = server_options(copy), *log = places_join(copy->into, start_log);
	const char *const argv[] = {copy->pg_ctl, "-D", copy->into, "-l", log, "-o", options, "-w", "-t", "86400", "start", NULL};
	struct text out = {0};
	int status = 0;
	report_step(report, "starting %s", copy->into);
	bool ok = pitr_run_other(place, argv, &status, &out, err);
	if (ok && status != 0)
		ok = fail(copy, err);
	ok = ok && wait_until_there(place, copy, report, err);
	text_done(&out);
	mem_free(options);
	mem_free(log);
	return ok;
}
