/* restore/leftover.c - what restores that were killed left on the server: found, told, finished or dropped. See
 * restore/act.h. */
#include <string.h>

#include "act_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, MOST_JOBS = 64 };

static const char ours[] = "pgtend restore of ";

/* --- finding ---------------------------------------------------------------------------------------------------------- */

static void leftover_done(struct restore_leftover *leftover)
{
	mem_free(leftover->database);
	mem_free(leftover->dbname);
	mem_free(leftover->scratch);
	mem_free(leftover->comment);
}

void restore_leftovers_done(struct restore_leftovers *leftovers)
{
	for (int i = 0; i < leftovers->count; i++)
		leftover_done(&leftovers->v[i]);
	mem_free(leftovers->v);
	memset(leftovers, 0, sizeof *leftovers);
}

/* The marker names the section; without one the name does, and this account's own note. */
static bool is_of(const struct database *database, const char *comment, const struct intent *intent)
{
	size_t length = strlen(database->name);
	if (!comment || !text_starts_with(comment, ours))
		return intent->database && strcmp(intent->database, database->name) == 0;
	const char *name = comment + strlen(ours);
	return strncmp(name, database->name, length) == 0 &&
	       (text_starts_with(name + length, " since ") || text_starts_with(name + length, ", "));
}

static char *scratch_in(const char *comment)
{
	static const char as[] = " as pgtend_restore_";
	const char *at = comment ? strstr(comment, as) : NULL;
	return at ? mem_copy_n(at + 4, strcspn(at + 4, ";, ")) : NULL;
}

static enum restore_stage stage_of(const char *comment, bool is_scratch)
{
	if (!is_scratch)
		return RESTORE_NAMED;
	return comment && strstr(comment, "; whole, ") ? RESTORE_WHOLE : RESTORE_FILLING;
}

static void take(const struct database *database, const struct result *r, int row, struct restore_leftovers *leftovers)
{
	const char *dbname = result_text(r, row, result_column(r, "dbname"));
	const char *comment = result_text(r, row, result_column(r, "comment"));
	bool is_scratch = result_bool(r, row, result_column(r, "is_scratch"));
	char *scratch = is_scratch ? mem_copy(dbname) : scratch_in(comment);
	struct intent intent = {0};
	bool is_known = scratch && !strchr(scratch, '/') && intent_read(scratch, &intent);
	if (scratch && is_of(database, comment, &intent)) {
		leftovers->v = mem_grow(leftovers->v, (size_t)leftovers->count + 1, sizeof *leftovers->v);
		leftovers->v[leftovers->count++] = (struct restore_leftover){
		    .database = mem_copy(database->name),
		    .dbname = mem_copy(dbname),
		    .scratch = mem_copy(scratch),
		    .oid = result_int(r, row, result_column(r, "oid"), 0),
		    .stage = stage_of(comment, is_scratch),
		    .is_running = result_bool(r, row, result_column(r, "is_held")),
		    .is_known = is_known && strcmp(intent.database, database->name) == 0,
		    .is_replace = intent.is_replace,
		    .comment = mem_copy(comment),
		};
	}
	intent_done(&intent);
	mem_free(scratch);
}

bool restore_leftovers_wait(const struct database *database, struct session *session,
    struct restore_leftovers *leftovers, struct err *err)
{
	struct result *r = NULL;
	memset(leftovers, 0, sizeof *leftovers);
	bool is_good = session_query_wait(session, sql_restore_leftovers, NULL, 0, DEADLINE_MS, &r, err);
	for (int i = 0; is_good && i < result_rows(r); i++)
		take(database, r, i, leftovers);
	result_free(r);
	return is_good;
}

/* "since 2026-..., by pid 12 on host" out of the marker. Caller frees. */
static char *since_of(const struct restore_leftover *leftover)
{
	const char *at = leftover->comment ? strstr(leftover->comment, " since ") : NULL;
	return at ? mem_format(" (%.*s)", (int)strcspn(at + 1, ";"), at + 1) : mem_copy("");
}

char *restore_leftover_words(const struct restore_leftover *leftover)
{
	char *since = since_of(leftover), *words;
	const char *database = leftover->database;
	if (leftover->is_running)
		words = mem_format("a restore of %s is at work in %s%s", database, leftover->dbname, since);
	else if (leftover->stage == RESTORE_NAMED)
		words = mem_format("%s: the last step of its restore lacks%s: pgtend restore %s --finish", leftover->dbname, since,
		    database);
	else
		words = mem_format("%s was left %s by an interrupted restore%s: pgtend restore %s %s", leftover->dbname,
		    leftover->stage == RESTORE_WHOLE ? "whole, without its name," : "half filled", since, database,
		    leftover->is_known ? "--finish or --drop" : "--drop");
	mem_free(since);
	return words;
}

/* --- which ------------------------------------------------------------------------------------------------------------- */

struct mend {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	struct scratch scratch; /* its keeper, in a database that stays; ends what a killed run's children still do */
	struct restore_leftovers leftovers;
};

static bool begin(struct mend *mend, struct err *err)
{
	mend->scratch = (struct scratch){.fleet = mend->fleet,
	    .source = mend->database,
	    .report = mend->report,
	    .purpose = "restore",
	    .lock_fd = -1};
	return scratch_open(&mend->scratch, NULL, err) &&
	       restore_leftovers_wait(mend->database, mend->scratch.keeper, &mend->leftovers, err);
}

static void mend_done(struct mend *mend)
{
	restore_leftovers_done(&mend->leftovers);
	scratch_release(&mend->scratch);
}

static bool nothing_left(const struct mend *mend, bool is_drop, struct err *err)
{
	const struct restore_leftovers *leftovers = &mend->leftovers;
	for (int i = 0; i < leftovers->count; i++)
		if (leftovers->v[i].is_running) {
			char *words = restore_leftover_words(&leftovers->v[i]);
			err_set(err, ERR_LOCKED, "%s", words);
			mem_free(words);
			return false;
		}
	for (int i = 0; is_drop && i < leftovers->count; i++)
		if (leftovers->v[i].stage == RESTORE_NAMED) {
			err_set(err, ERR_REFUSED, "%s lives already: it is not dropped", leftovers->v[i].dbname);
			return err_hint(err, "pgtend restore %s --finish does the step that lacks", mend->database->name);
		}
	if (leftovers->count > 0) {
		err_set(err, ERR_FAILED, "what was asked for when %s was made is not known here: another account or machine began it",
		    leftovers->v[0].dbname);
		return err_hint(err, "finish it there, or pgtend restore %s --drop", mend->database->name);
	}
	return err_set(err, ERR_FAILED, "%s: no interrupted restore left anything", mend->database->name);
}

static bool is_wanted(const struct restore_leftover *leftover, bool is_drop)
{
	return !leftover->is_running && (is_drop ? leftover->stage != RESTORE_NAMED : leftover->is_known);
}

/* One whose names are changed goes first: it lives. Then the one that is whole. */
static const struct restore_leftover *to_finish(const struct restore_leftovers *leftovers)
{
	const struct restore_leftover *best = NULL;
	for (int i = 0; i < leftovers->count; i++)
		if (is_wanted(&leftovers->v[i], false) && (!best || leftovers->v[i].stage > best->stage))
			best = &leftovers->v[i];
	return best;
}

/* --- finishing --------------------------------------------------------------------------------------------------------- */

static bool drop(struct mend *mend, const struct restore_leftover *leftover, struct err *err)
{
	report_step(mend->report, "dropping %s", leftover->dbname);
	if (!session_queryf_wait(
	        mend->scratch.keeper, 0, NULL, err, "DROP DATABASE IF EXISTS %I WITH (FORCE)", leftover->dbname))
		return err_prefix(err, "%s", leftover->dbname);
	report_log(mend->report, "dropped %s", leftover->dbname);
	intent_forget(leftover->scratch);
	return true;
}

/* A run that died while names were to be changed may have stopped them in the live one. */
static void wake_live(const struct mend *mend)
{
	struct err trouble = {0};
	struct session *session = database_session(mend->fleet, mend->database);
	if (!session_ready_wait(session, DEADLINE_MS, &trouble) ||
	    !database_learn_again_wait(mend->fleet, mend->database, session, &trouble) || !mend->database->has_timescaledb)
		return;
	if (!place_workers(mend->fleet, mend->database, mend->database->dbname, &trouble))
		report_log(mend->report, "TimescaleDB's workers in %s may stand still: %s", mend->database->dbname, trouble.text);
}

static bool begin_again(struct mend *mend, const struct restore_leftover *leftover, const struct intent *intent, struct err *err)
{
	struct restore_request request = {
	    .which = intent->from,
	    .as = intent->is_replace ? NULL : intent->name,
	    .is_replace = intent->is_replace,
	    .jobs = intent->jobs,
	    .no_owner = intent->no_owner,
	    .role = intent->role,
	    .resume_jobs = intent->resume_jobs,
	};
	report_log(mend->report, "%s was half filled: it begins again with %s", leftover->dbname, intent->from);
	return drop(mend, leftover, err) && restore_run(mend->fleet, mend->database, &request, mend->report, err);
}

static bool finish(struct mend *mend, const struct restore_leftover *leftover, struct err *err)
{
	struct intent intent = {0};
	if (!intent_read(leftover->scratch, &intent))
		return nothing_left(mend, false, err);
	struct placing placing = {
	    .fleet = mend->fleet, .database = mend->database, .scratch = &mend->scratch, .intent = &intent};
	bool is_done;
	if (leftover->stage == RESTORE_FILLING)
		is_done = begin_again(mend, leftover, &intent, err);
	else if (leftover->stage == RESTORE_WHOLE)
		is_done = place_target(&placing, err);
	else
		is_done = place_touch(&placing, err);
	if (is_done && leftover->stage != RESTORE_FILLING)
		report_summary(mend->report, "%s is restored%s%s", intent.name, placing.old ? "; the old one is kept as " : "",
		    placing.old ? placing.old : "");
	mem_free(placing.old);
	intent_done(&intent);
	return is_done;
}

static bool drop_all(struct mend *mend, struct err *err)
{
	int dropped = 0;
	for (int i = 0; i < mend->leftovers.count; i++) {
		if (!is_wanted(&mend->leftovers.v[i], true))
			continue;
		if (!drop(mend, &mend->leftovers.v[i], err))
			return false;
		dropped++;
	}
	if (dropped == 0)
		return nothing_left(mend, true, err);
	wake_live(mend);
	report_summary(mend->report, "%d database%s of interrupted restores dropped", dropped, dropped == 1 ? "" : "s");
	return true;
}

bool restore_mend(struct fleet *fleet, struct database *database, bool is_drop, struct report *report, struct err *err)
{
	struct mend mend = {.fleet = fleet, .database = database, .report = report};
	bool is_done = begin(&mend, err);
	if (is_done && is_drop) {
		is_done = drop_all(&mend, err);
	} else if (is_done) {
		const struct restore_leftover *leftover = to_finish(&mend.leftovers);
		is_done = leftover ? finish(&mend, leftover, err) : nothing_left(&mend, false, err);
	}
	mend_done(&mend);
	return is_done;
}

/* --- before it is asked ---------------------------------------------------------------------------------------------------- */

static void say(const struct mend *mend, const struct restore_leftover *leftover, bool is_drop, struct words *lines)
{
	struct intent intent = {0};
	char *words = restore_leftover_words(leftover);
	words_take(lines, words);
	if (is_drop) {
		words_take(lines, mem_format("%s would be dropped; %s stays as it is", leftover->dbname, mend->database->dbname));
	} else if (intent_read(leftover->scratch, &intent)) {
		const char *step = leftover->stage == RESTORE_FILLING ? "it would be dropped and made again from"
		                   : leftover->stage == RESTORE_WHOLE ? "it would get its name; it was made from"
		                                                         : "TimescaleDB's workers in it would be started; it was made from";
		words_take(lines, mem_format("%s %s", step, intent.from));
		if (intent.is_replace && leftover->stage != RESTORE_NAMED)
			words_take(lines, mem_format("%s would be replaced, and kept under another name, with the day in it", intent.name));
		if (intent.is_replace && leftover->stage != RESTORE_NAMED)
			live_clients(mend->scratch.keeper, intent.name, lines);
	}
	intent_done(&intent);
}

bool restore_mend_preview(
    struct fleet *fleet, struct database *database, bool is_drop, bool *is_replace, struct words *lines, struct err *err)
{
	struct report report = {0};
	struct mend mend = {.fleet = fleet, .database = database, .report = &report};
	bool is_good = begin(&mend, err);
	int said = 0;
	*is_replace = false;
	for (int i = 0; is_good && is_drop && i < mend.leftovers.count; i++)
		if (is_wanted(&mend.leftovers.v[i], true) && ++said > 0)
			say(&mend, &mend.leftovers.v[i], true, lines);
	if (is_good && !is_drop) {
		const struct restore_leftover *leftover = to_finish(&mend.leftovers);
		if (leftover && ++said > 0) {
			say(&mend, leftover, false, lines);
			*is_replace = leftover->is_replace && leftover->stage != RESTORE_NAMED;
		}
	}
	if (is_good && said == 0)
		is_good = nothing_left(&mend, is_drop, err);
	mend_done(&mend);
	report_done(&report);
	return is_good;
}
