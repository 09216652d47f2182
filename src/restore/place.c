/* restore/place.c - the whole database gets the name that people use, and the one that has it steps aside (scratch/swap.h).
 * See restore/act.h for what a crash finds. */
#include <string.h>

#include "act_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/scratch/swap.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, READY_MS = 15000 };

struct act {
	struct placing *placing;
	struct live live;
	int64_t oid; /* of the target */
	bool has_timescale;
	char *old;
};

static struct session *keeper_of(const struct act *act)
{
	return act->placing->scratch->keeper;
}

/* --- the names --------------------------------------------------------------------------------------------------- */

static char *old_comment(const struct act *act)
{
	char now[UNITS_SIZE];
	const char *before = act->live.comment;
	return mem_format("%s until %s, when pgtend restore took its place with %s%s%s", act->placing->intent->name,
	    units_rfc3339(now, units_now_us() / 1000000 * 1000000), act->placing->intent->from, before ? "; " : "",
	    before ? before : "");
}

static char *marker_named(const struct act *act)
{
	char now[UNITS_SIZE];
	const struct intent *intent = act->placing->intent;
	return mem_format("pgtend restore of %s since %s as %s; has its name, but TimescaleDB's workers may not run: pgtend "
	                  "restore %s --finish",
	    intent->database, units_rfc3339(now, units_now_us() / 1000000 * 1000000), intent->scratch, intent->database);
}

static bool change_names(const struct act *act, const char *comment, struct err *err)
{
	struct placing *placing = act->placing;
	const struct intent *intent = placing->intent;
	char *words = act->old ? old_comment(act) : NULL;
	const struct swap swap = {
	    .fleet = placing->fleet,
	    .database = placing->database,
	    .keeper = keeper_of(act),
	    .report = placing->scratch->report,
	    .verb = "restore",
	    .name = intent->name,
	    .fresh = intent->scratch,
	    .fresh_oid = act->oid,
	    .comment = comment,
	    .old = act->old,
	    .old_oid = act->live.oid,
	    .old_comment = words,
	    .closes_old = act->live.jobs > 0,
	};
	bool is_done = swap_names_wait(&swap, err);
	mem_free(words);
	return is_done;
}

/* --- before and behind -------------------------------------------------------------------------------------------- */

static bool ask_timescale(struct act *act, struct err *err)
{
	const struct placing *placing = act->placing;
	struct session *session =
	    database_action_session(placing->fleet, placing->database, placing->intent->scratch, "restore", 0, true);
	struct result *r = NULL;
	bool is_good = session_ready_wait(session, READY_MS, err) &&
	               session_query_wait(session, "SELECT FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'", NULL,
	                   0, DEADLINE_MS, &r, err);
	act->has_timescale = is_good && result_rows(r) > 0;
	result_free(r);
	session_free(session);
	return is_good;
}

static bool ask_target(struct act *act, char **comment, struct err *err)
{
	const struct placing *placing = act->placing;
	const char *params[] = {placing->intent->scratch};
	struct result *r = NULL;
	bool is_good = session_query_wait(keeper_of(act),
	    "SELECT d.oid, pg_catalog.shobj_description(d.oid, 'pg_database') FROM pg_catalog.pg_database d WHERE d.datname = $1",
	    params, 1, DEADLINE_MS, &r, err);
	if (is_good && result_rows(r) == 0)
		is_good = err_set(err, ERR_FAILED, "the database %s is gone", placing->intent->scratch);
	if (is_good) {
		const char *its = result_text(r, 0, 1);
		act->oid = result_int(r, 0, 0, 0);
		*comment = its && !text_starts_with(its, "pgtend restore of ") ? mem_copy(its) : NULL;
	}
	result_free(r);
	return is_good && ask_timescale(act, err);
}

static bool look(struct act *act, struct err *err)
{
	struct placing *placing = act->placing;
	const struct intent *intent = placing->intent;
	if (!intent->is_replace)
		return true;
	if (!live_look(placing->fleet, placing->database, keeper_of(act), &act->live, err))
		return false;
	if (act->live.is_there && act->live.oid != intent->live_oid) {
		err_set(err, ERR_REFUSED, "%s is another database than the one that was to be replaced", intent->name);
		return err_hint(err, "look at both; pgtend restore %s --drop gives the restored one up", intent->database);
	}
	if (!act->live.is_there)
		return true;
	char day[UNITS_SIZE], tail[UNITS_SIZE + 1] = "_";
	for (const char *c = units_day(day, units_now_us()); *c; c++)
		if (*c != '-')
			strncat(tail, c, 1);
	act->old = target_free_name(keeper_of(act), intent->name, tail, err);
	return act->old &&
	       swap_carry_over_wait(keeper_of(act), intent->name, intent->scratch, intent->name, placing->scratch->report, err);
}

bool place_workers(struct fleet *fleet, struct database *database, const char *dbname, struct err *err)
{
	struct session *session = database_action_session(fleet, database, dbname, "restore", 0, true);
	bool is_good = session_ready_wait(session, READY_MS, err) &&
	               session_query_wait(session, sql_restore_workers, NULL, 0, DEADLINE_MS, NULL, err);
	session_free(session);
	return is_good;
}

bool place_touch(struct placing *placing, struct err *err)
{
	const struct intent *intent = placing->intent;
	struct session *keeper = placing->scratch->keeper;
	const char *form = intent->comment ? "COMMENT ON DATABASE %I IS %L" : "COMMENT ON DATABASE %I IS NULL";
	bool is_good = place_workers(placing->fleet, placing->database, intent->name, err) &&
	               session_queryf_wait(keeper, DEADLINE_MS, NULL, err, form, intent->name, intent->comment);
	if (is_good) {
		intent_forget(intent->scratch);
		return true;
	}
	err->kind = ERR_PARTIAL;
	err_prefix(err, "%s has its name, but a last step lacks", intent->name);
	return err_hint(err, "pgtend restore %s --finish", intent->database);
}

/* From here on it can be brought to its end without the dump. */
static bool mark_whole(const struct placing *placing, struct err *err)
{
	char now[UNITS_SIZE];
	const struct intent *intent = placing->intent;
	char *marker = mem_format("pgtend restore of %s since %s as %s; whole, not yet in the place of %s: pgtend restore %s "
	                          "--finish or --drop",
	    intent->database, units_rfc3339(now, units_now_us() / 1000000 * 1000000), intent->scratch, intent->name,
	    intent->database);
	bool is_good = session_queryf_wait(placing->scratch->keeper, DEADLINE_MS, NULL, err, "COMMENT ON DATABASE %I IS %L",
	    intent->scratch, marker);
	mem_free(marker);
	return is_good;
}

static bool place(struct act *act, struct err *err)
{
	struct placing *placing = act->placing;
	struct intent intent = *placing->intent;
	char *comment = NULL;
	bool is_good = ask_target(act, &comment, err) && mark_whole(placing, err) && look(act, err);
	if (is_good) {
		intent.comment = act->old ? act->live.comment : comment;
		is_good = intent_write(&intent, err);
	}
	if (is_good) {
		char *marker = act->has_timescale ? marker_named(act) : NULL;
		report_step(placing->scratch->report, "names");
		is_good = change_names(act, marker ? marker : intent.comment, err);
		mem_free(marker);
		struct err trouble = {0};
		if (!is_good && act->live.has_timescale &&
		    !place_workers(placing->fleet, placing->database, intent.name, &trouble))
			report_log(placing->scratch->report, "TimescaleDB's workers in %s may stand still: %s", intent.name, trouble.text);
	}
	if (is_good) {
		placing->old = mem_copy(act->old);
		placing->is_old_closed = act->old && act->live.jobs > 0;
		const struct intent *given = placing->intent;
		placing->intent = &intent;
		if (act->has_timescale)
			is_good = place_touch(placing, err);
		else
			intent_forget(intent.scratch);
		placing->intent = given;
	}
	mem_free(comment);
	return is_good;
}

/* What is known of it is of the old one. */
static void learn_again(const struct placing *placing)
{
	struct err ignored = {0};
	struct session *session = database_action_session(placing->fleet, placing->database, NULL, "restore", 0, true);
	if (session_ready_wait(session, READY_MS, &ignored) &&
	    !database_learn_again_wait(placing->fleet, placing->database, session, &ignored))
		report_log(placing->scratch->report, "%s: %s", placing->intent->name, ignored.text);
	session_free(session);
}

bool place_target(struct placing *placing, struct err *err)
{
	struct act act = {.placing = placing};
	/* Neither half of it helps anybody. */
	task_shield();
	bool is_good = place(&act, err);
	if (is_good && placing->intent->is_replace)
		learn_again(placing);
	task_unshield();
	live_done(&act.live);
	mem_free(act.old);
	return is_good;
}
