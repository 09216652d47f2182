/* fresh/prune.c - room for copies: what runs that died left, and templates beyond what the configuration keeps. See
 * fresh/copies.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/copies.h"
#include "pgtend/fresh/digest.h"
#include "pgtend/fresh/reset.h"
#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"
#include "snapshot_internal.h"

enum { DEADLINE_MS = 15000, SETTLE_MS = 2000, LOOK_MS = 100 };

/* --- what runs that died left ---------------------------------------------------------------------------------------- */

/* The name was lost to nobody of ours (both names change in one transaction), but what is put aside may be all that
 * there is: then it is the database, not a leftover. */
static const struct copy *orphan_of(const struct beside *beside, const struct copies *copies)
{
	for (int i = 0; beside->oid == 0 && !beside->leaves_lost && i < copies->count; i++)
		if (copies->v[i].kind == COPY_OLD && copies->v[i].is_marked && !copies->v[i].is_held && copies->v[i].is_ours)
			return &copies->v[i];
	return NULL;
}

static bool give_back(struct beside *beside, const struct copy *copy)
{
	struct err trouble = {0};
	const char *dbname = beside->database->dbname;
	char *comment = lifecycle_comment(beside->database);
	struct session *keeper = beside->keeper;
	bool is_done =
	    session_queryf_wait(keeper, DEADLINE_MS, NULL, &trouble,
	        "ALTER DATABASE %I RENAME TO %I; ALTER DATABASE %I ALLOW_CONNECTIONS true; COMMENT ON DATABASE %I IS %L",
	        copy->dbname, dbname, dbname, dbname, comment);
	mem_free(comment);
	if (is_done)
		report_log(beside->report, "%s was gone, and %s, which had its name before, has it again", dbname, copy->dbname);
	else
		report_log(beside->report, "%s is gone; %s, which had its name before, could not get it again: %s", dbname,
		    copy->dbname, trouble.text);
	return is_done;
}

static bool drop(struct beside *beside, const struct copy *copy, const char *why)
{
	struct err trouble = {0};
	/* Whoever takes it up in this very moment is first. */
	if (!copy_hold_wait(beside->keeper, copy->dbname, &trouble))
		return false;
	bool is_gone = beside_drop_wait(beside, copy->dbname, false, &trouble);
	copy_let_go_wait(beside->keeper, copy->dbname);
	if (is_gone)
		report_log(beside->report, "dropped %s: %s", copy->dbname, why);
	else
		report_log(beside->report, "%s stays (%s): %s", copy->dbname, why, trouble.text);
	return is_gone;
}

static bool is_left(const struct copy *copy)
{
	return copy->is_ours && copy_state_of(copy) == COPY_LEFT;
}

/* It may be all that there is; or somebody has just dropped the database, and wants none. */
static bool is_lost(const struct beside *beside, const struct copy *copy)
{
	return beside->leaves_lost && beside->oid == 0 && copy->kind == COPY_OLD;
}

void copies_drop_old(struct session *session, struct database *database, struct report *report)
{
	struct beside beside = {.database = database, .report = report, .keeper = session};
	struct copies copies = {0};
	struct err ignored = {0};
	bool is_known = !session_is_pooled(session) &&
	                session_query_wait(session, "SET statement_timeout = 0", NULL, 0, DEADLINE_MS, NULL, &ignored) &&
	                copies_load_wait(session, database, false, &copies, &ignored);
	for (int i = 0; is_known && i < copies.count; i++)
		if (copies.v[i].kind == COPY_OLD && is_left(&copies.v[i]))
			(void)drop(&beside, &copies.v[i], "it had the name before, and goes with it");
	copies_done(&copies);
}

/* A run that was killed may have stopped them in the database itself. */
static void wake(struct beside *beside)
{
	struct err ignored = {0};
	struct session *session = database_session(beside->fleet, beside->database);
	if (beside->oid == 0 || !session_ready_wait(session, DEADLINE_MS, &ignored) ||
	    !database_learn_again_wait(beside->fleet, beside->database, session, &ignored))
		return;
	if (beside->database->has_timescaledb)
		beside_start_workers(beside, beside->database->dbname);
}

int copies_mend(struct beside *beside, const struct copies *copies)
{
	int mended = 0;
	const struct copy *orphan = orphan_of(beside, copies);
	if (orphan && give_back(beside, orphan)) {
		struct err ignored = {0};
		if (!beside_look_wait(beside, &ignored))
			report_log(beside->report, "%s", ignored.text);
		mended++;
	}
	for (int i = 0; i < copies->count; i++) {
		const struct copy *copy = &copies->v[i];
		if (copy == orphan || !is_left(copy) || is_lost(beside, copy))
			continue;
		char *words = copy_left_words(copy);
		mended += drop(beside, copy, words);
		mem_free(words);
	}
	if (mended > 0)
		wake(beside);
	return mended;
}

/* --- bounds ------------------------------------------------------------------------------------------------------------ */

struct bounds {
	char digest[DIGEST_SIZE]; /* of the working tree; "": not known */
	int keep;
	int64_t disk_bytes;
	double max_age_s; /* 0: none */
};

static struct bounds bounds_of(const struct beside *beside)
{
	const struct database *database = beside->database;
	struct err ignored = {0};
	struct bounds bounds = {.keep = (int)section_int(database->section, "templates_keep"),
	    .disk_bytes = fresh_most_bytes(database),
	    .max_age_s = section_seconds(database->section, "template_max_age")};
	/* Without seeds nothing in it says now(). */
	if (!fresh_has_seeds(database))
		bounds.max_age_s = 0;
	if (!section_bool(database->section, "templates"))
		bounds.keep = 0;
	/* A tree that cannot be read has no state of its own. */
	if (!database->server->is_known || !fresh_digest(database, beside->settings, NULL, false, bounds.digest, &ignored))
		*bounds.digest = 0;
	return bounds;
}

static bool is_bounded(const struct copy *copy)
{
	return copy->is_ours && copy_state_of(copy) == COPY_READY && (copy->kind == COPY_TEMPLATE || copy->kind == COPY_SPARE);
}

static bool is_of(const struct copy *copy, const char *digest)
{
	return *digest && copy->digest && strcmp(copy->digest, digest) == 0;
}

/* why[i]: NULL: it stays. */
struct choice {
	const struct copies *copies;
	char **why;
};

static void choose(const struct choice *choice, int i, char *why)
{
	mem_free(choice->why[i]);
	choice->why[i] = why;
}

static bool is_older(const struct copy *copy, double max_age_s)
{
	return max_age_s > 0 && copy->made_us > 0 && (double)(units_now_us() - copy->made_us) / 1e6 > max_age_s;
}

/* Newest first, the one that is wanted before all others: what is beyond the count goes, and what is too old to be used. */
static void choose_templates(const struct choice *choice, const struct bounds *bounds, const struct prune_request *request)
{
	char age[UNITS_SIZE];
	int kept = 0;
	for (int i = 0; i < choice->copies->count; i++)
		kept += is_bounded(&choice->copies->v[i]) && choice->copies->v[i].kind == COPY_TEMPLATE &&
		        is_of(&choice->copies->v[i], bounds->digest);
	for (int i = 0; i < choice->copies->count; i++) {
		const struct copy *copy = &choice->copies->v[i];
		if (!is_bounded(copy) || copy->kind != COPY_TEMPLATE)
			continue;
		bool is_wanted = is_of(copy, bounds->digest);
		if (request->all_templates)
			choose(choice, i, mem_copy("a template, all of which were to go"));
		else if (is_older(copy, bounds->max_age_s))
			choose(choice, i, mem_format("a template older than template_max_age (%s)", units_age(age, (int64_t)bounds->max_age_s)));
		else if (!is_wanted && ++kept > bounds->keep)
			choose(choice, i, mem_format("a template beyond templates_keep (%d)", bounds->keep));
	}
}

/* A spare lives as long as its template, and no state of the tree needs two. */
static void choose_spares(const struct choice *choice, const struct prune_request *request)
{
	const struct copies *copies = choice->copies;
	for (int i = 0; i < copies->count; i++) {
		const struct copy *copy = &copies->v[i];
		bool has_template = false, has_newer = false;
		if (!is_bounded(copy) || copy->kind != COPY_SPARE)
			continue;
		for (int k = 0; k < copies->count; k++) {
			bool is_same = copies->v[k].is_whole && !choice->why[k] && copy->digest && is_of(&copies->v[k], copy->digest);
			has_template = has_template || (is_same && copies->v[k].kind == COPY_TEMPLATE);
			has_newer = has_newer || (is_same && k < i && copies->v[k].kind == COPY_SPARE);
		}
		if (request->all_templates)
			choose(choice, i, mem_copy("a spare, all of which were to go"));
		else if (!has_template)
			choose(choice, i, mem_copy("a spare whose template is no more"));
		else if (has_newer)
			choose(choice, i, mem_copy("a spare of the same state as a newer one"));
	}
}

static int64_t taken(const struct choice *choice)
{
	int64_t bytes = 0;
	for (int i = 0; i < choice->copies->count; i++) {
		const struct copy *copy = &choice->copies->v[i];
		if ((copy->kind == COPY_TEMPLATE || copy->kind == COPY_SPARE) && !choice->why[i] && copy->bytes > 0)
			bytes += copy->bytes;
	}
	return bytes;
}

/* The oldest first, and of those a spare before its template; the wanted ones last. */
static void choose_by_room(const struct choice *choice, const struct bounds *bounds, const struct prune_request *request)
{
	char size[UNITS_SIZE];
	const struct copies *copies = choice->copies;
	for (int round = 0; round < 2; round++)
		for (int i = copies->count - 1; i >= 0 && taken(choice) > bounds->disk_bytes; i--) {
			bool is_wanted = is_of(&copies->v[i], bounds->digest);
			if (!choice->why[i] && is_bounded(&copies->v[i]) && is_wanted == (round == 1))
				choose(choice, i, mem_format("more than templates_disk (%s) is taken", units_bytes(size, bounds->disk_bytes)));
		}
	/* Spares of templates that have just been chosen. */
	choose_spares(choice, request);
}

static int prune_beyond(struct beside *beside, const struct copies *copies, const struct prune_request *request)
{
	int gone = 0;
	struct bounds bounds = bounds_of(beside);
	struct choice choice = {copies, mem_new((size_t)(copies->count + 1) * sizeof *choice.why)};
	choose_templates(&choice, &bounds, request);
	choose_spares(&choice, request);
	choose_by_room(&choice, &bounds, request);
	for (int i = 0; i < copies->count; i++) {
		if (choice.why[i] && request->is_dry_run)
			report_log(beside->report, "%s would be dropped: %s", copies->v[i].dbname, choice.why[i]);
		if (choice.why[i])
			gone += request->is_dry_run || drop(beside, &copies->v[i], choice.why[i]);
		mem_free(choice.why[i]);
	}
	mem_free(choice.why);
	return gone;
}

/* --- all of it ----------------------------------------------------------------------------------------------------------- */

/* Sessions of a run that was killed a moment ago end by themselves, and with them its locks. */
static bool load_settled(struct beside *beside, struct copies *copies, struct err *err)
{
	for (int waited = 0;; waited += LOOK_MS) {
		bool is_unsettled = false;
		if (!copies_load_wait(beside->keeper, beside->database, true, copies, err))
			return false;
		for (int i = 0; i < copies->count; i++)
			is_unsettled = is_unsettled || (copies->v[i].is_held && (copies->v[i].kind == COPY_OLD || !copies->v[i].is_whole));
		if (!is_unsettled || waited >= SETTLE_MS || task_is_cancelled())
			return true;
		copies_done(copies);
		task_sleep(LOOK_MS);
	}
}

static int say_left(const struct beside *beside, const struct copies *copies)
{
	int count = 0;
	const struct copy *orphan = orphan_of(beside, copies);
	for (int i = 0; i < copies->count; i++) {
		if (!is_left(&copies->v[i]))
			continue;
		char *words = copy_left_words(&copies->v[i]);
		if (&copies->v[i] == orphan)
			report_log(beside->report, "%s is not there; %s, which had its name before, would get it again",
			    beside->database->dbname, orphan->dbname);
		else
			report_log(beside->report, "%s would be dropped: %s", copies->v[i].dbname, words);
		mem_free(words);
		count++;
	}
	return count;
}

static void say_others(const struct beside *beside, const struct copies *copies)
{
	for (int i = 0; i < copies->count; i++) {
		const struct copy *copy = &copies->v[i];
		if (copy->kind == COPY_SNAPSHOT && copy_state_of(copy) != COPY_LEFT)
			continue;
		if (copy_state_of(copy) == COPY_BUSY)
			report_log(beside->report, "%s stays: somebody works on it", copy->dbname);
		else if (!copy->is_ours)
			report_log(beside->report, "%s stays: it belongs to another role", copy->dbname);
	}
}

bool copies_prune(struct fleet *fleet, struct database *database, const struct prune_request *request,
    struct report *report, struct err *err)
{
	struct beside beside = {.fleet = fleet, .database = database, .report = report, .verb = "templates prune", .leaves_lost = request->leaves_lost};
	struct copies copies = {0};
	int gone = 0;
	bool is_good = beside_reach_wait(&beside, err) && beside_look_wait(&beside, err) && load_settled(&beside, &copies, err);
	if (is_good) {
		say_others(&beside, &copies);
		gone = request->is_dry_run ? say_left(&beside, &copies) : copies_mend(&beside, &copies);
		gone += prune_beyond(&beside, &copies, request);
		report_summary(report, "%s: %d cop%s %s", database->name, gone, gone == 1 ? "y" : "ies",
		    request->is_dry_run ? "would go" : "gone");
	}
	copies_done(&copies);
	beside_close(&beside);
	return is_good;
}
