/* From empty servers to the Atriz fleet, through pgtend's own verbs: what a user would type. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { WORDS_MOST = 8, POLICY_DEADLINE_MS = 120000 };

static void log_lines(struct report *report, const char *text)
{
	struct words lines = {0};
	words_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.count; i++)
		report_log(report, "%s", lines.v[i]);
	words_done(&lines);
}

/* As ourselves: the configuration and the backups are ours. */
bool fill_run(const struct place *place, const char *program, const char *const *words, struct err *err)
{
	const char *argv[WORDS_MOST + 4] = {program, "-c", NULL};
	char *ini = place_path(place, "pgtend.ini");
	int count = 3;
	argv[2] = ini;
	struct text title = {0};
	for (int i = 0; words[i] != NULL && i < WORDS_MOST; i++) {
		argv[count++] = words[i];
		text_addf(&title, "%s%s", i > 0 ? " " : "", words[i]);
	}
	/* what the caller's environment says of configurations is about another one */
	static const char *const env[] = {"PGTEND_CONFIG=", "PGOPTIONS=", "NODE_ENV=development", NULL};
	const struct child_spec spec = {
	    .argv = argv, .env = env, .folder = place->folder, .stdout_fd = -1, .stderr_fd = -1};
	struct text out = {0}, errors = {0};
	int status = 0;
	report_step(place->report, "%s", text_str(&title));
	bool is_ok = child_run(place->loop, &spec, &status, &out, &errors, err);
	if (is_ok && status != 0) {
		log_lines(place->report, text_str(&out));
		log_lines(place->report, text_str(&errors));
		is_ok = err_set(err, status == 130 || status == 143 ? ERR_CANCELLED : ERR_FAILED,
		    "pgtend %s ended with status %d", text_str(&title), status);
	}
	text_done(&errors);
	text_done(&out);
	text_done(&title);
	mem_free(ini);
	return is_ok;
}

static bool run_policies(const struct place *place, struct session *session, struct err *err)
{
	struct result *jobs;
	if (!session_query_wait(session, sql_sandbox_policies, NULL, 0, POLICY_DEADLINE_MS, &jobs, err))
		return false;
	bool is_ok = true;
	int count = result_rows(jobs);
	for (int i = 0; is_ok && i < count; i++) {
		report_step(place->report, "running the policies of tracking");
		report_progress(place->report, i, count, "policies");
		is_ok = session_queryf_wait(
		    session, POLICY_DEADLINE_MS, NULL, err, "CALL run_job(%d)", (int)result_int(jobs, i, 0, 0));
	}
	result_free(jobs);
	/* no autovacuum does it on PGlite */
	return is_ok && session_query_wait(session, "ANALYZE", NULL, 0, POLICY_DEADLINE_MS, NULL, err);
}

/* Before retention takes points. The policy looks at three days only. With points all of which are new, from the oldest one on; else from where
 * they are whole: a refresh where they are gone, or where a rest has come back, takes the hourly rows away that are kept for a year. Confirmed,
 * because somebody may have deleted points of the last days by hand: then their hours go too, as by the policy. */
static bool refresh_hourly(const struct place *place, const char *program, enum fill_points points, struct err *err)
{
	struct result *r;
	if (!ask(place, ask_tracking(place), "atriz_tracking", sql_sandbox_points, &r, err))
		return false;
	const char *const kept[] = {"refresh", "tracking", "location_hourly", "--confirm", "atriz_tracking", NULL};
	const char *const all[] = {
	    "refresh", "tracking", "location_hourly", result_text(r, 0, 0), "--confirm", "atriz_tracking", NULL};
	bool has_kept = result_bool(r, 0, 1);
	bool is_ok = !has_kept || fill_run(place, program, points == FILL_POINTS_NEW ? all : kept, err);
	result_free(r);
	return is_ok;
}

bool fill_policies(const struct place *place, const char *program, enum fill_points points, struct err *err)
{
	if (!refresh_hourly(place, program, points, err))
		return false;
	struct session *session = ask_session(place, ask_tracking(place), "atriz_tracking", "pgtend sandbox");
	bool is_ok = session_ready_wait(session, POLICY_DEADLINE_MS, err) && run_policies(place, session, err);
	session_free(session);
	return is_ok || err_prefix(err, "atriz_tracking");
}

static bool fill(struct place *place, const char *program, const char *which, struct err *err)
{
	const char *const migrate[] = {"migrate", "up", which, NULL};
	const char *const seed[] = {"seed", which, NULL};
	return fill_run(place, program, migrate, err) && fill_run(place, program, seed, err) &&
	       fill_policies(place, program, FILL_POINTS_NEW, err);
}

bool fill_tracking(struct place *place, const char *program, struct err *err)
{
	if (!fill(place, program, "tracking", err))
		return false;
	place->is_lite_filled = true;
	return place_save(place, err);
}

bool fill_tend(struct place *place, const char *program, struct err *err)
{
	static const char *const seed[] = {"seed", "tracking", NULL};
	static const char *const backup[] = {"backup", "all", NULL};
	/* without points up to now retention would have nothing to keep */
	if (!fill_run(place, program, seed, err) || !fill_policies(place, program, FILL_POINTS_KEPT, err) ||
	    !fill_run(place, program, backup, err))
		return false;
	place->tended_us = units_now_us();
	return place_save(place, err);
}

bool fill_all(struct place *place, const char *program, struct err *err)
{
	static const char *const create[] = {"create", "all", NULL};
	static const char *const analyze[] = {"vacuum", "analyze", "all", NULL};
	static const char *const backup[] = {"backup", "all", NULL};
	if (!fill_run(place, program, create, err) || !fill(place, program, "all", err) ||
	    !fill_run(place, program, analyze, err) || !fill_run(place, program, backup, err))
		return false;
	place->is_filled = true;
	place->tended_us = units_now_us();
	place->is_lite_filled = !place->is_native;
	return place_save(place, err);
}
