/* See fresh/reset.h. */
#include "pgtend/fresh/reset.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/last_backup.h"
#include "pgtend/scratch/swap.h"
#include "pgtend/sql_embedded.h"
#include "reset_internal.h"
#include "snapshot_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"dbname", CELL_TEXT, "dbname", 1, "Its name in the server (pg_database.datname)."},
    {"way", CELL_TEXT, "way", 0, "spare (a clone stood ready), template (cloned now) or build (create, migrate up, seed)."},
    {"why", CELL_TEXT, "why", 0, "Why this way and no quicker one."},
    {"state", CELL_TEXT, "state", 1,
        "Hash of what the database was built from: migrations, seeds, reset_inputs, extensions, configuration, server."},
    {"ended", CELL_COUNT, "ended", 1, "Connections of applications that were ended for it."},
    {"answers_ms", CELL_MS, "answers after", 0, "From the first question until the fresh database had its name."},
    {"next", CELL_TEXT, "next", 0,
        "What stands ready for the next reset: ready, making (a process of its own does it), none (templates = no, no room)."},
};
const struct table_shape reset_shape = {"reset", columns, sizeof columns / sizeof columns[0]};

/* --- beginning ------------------------------------------------------------------------------------------------------ */

/* A database that is not there was never learnt of: any other of its server tells what counts for the hash. */
static bool learn(struct fresh *fresh, struct err *err)
{
	struct database *database = fresh->database;
	if (database->server->is_known)
		return true;
	bool is_good = database_learn_wait(fresh->fleet, database, fresh->keeper, err);
	database->oid = 0;
	database->has_timescaledb = false;
	mem_free(database->timescaledb_version);
	mem_free(database->timescaledb_license);
	database->timescaledb_version = database->timescaledb_license = NULL;
	return is_good && database_can(database, CAP_CREATE_DATABASE, err);
}

bool fresh_look(struct fresh *fresh, struct err *err)
{
	copies_done(&fresh->copies);
	return copies_load_wait(fresh->keeper, fresh->database, fresh->with_bytes, &fresh->copies, err);
}

bool fresh_begin(struct fresh *fresh, struct err *err)
{
	fresh->beside = (struct beside){.fleet = fresh->fleet,
	    .database = fresh->database,
	    .report = fresh->report,
	    .verb = fresh->verb,
	    .leaves_lost = true,
	    .is_sizeless = fresh->is_sizeless};
	if (!beside_open_wait(&fresh->beside, err))
		return false;
	fresh->keeper = fresh->beside.keeper;
	return learn(fresh, err) &&
	       fresh_digest(fresh->database, fresh->beside.settings, fresh->options->to, fresh->options->no_seeds, fresh->digest, err) &&
	       fresh_look(fresh, err);
}

void fresh_done(struct fresh *fresh)
{
	copies_done(&fresh->copies);
	beside_close(&fresh->beside);
}

/* --- before it is asked --------------------------------------------------------------------------------------------- */

static void ask_number(struct session *session, const char *sql, int64_t *value)
{
	struct err ignored = {0};
	struct result *r = NULL;
	if (session_query_wait(session, sql, NULL, 0, FRESH_DEADLINE_MS, &r, &ignored) && result_rows(r) > 0)
		*value = result_int(r, 0, 0, -1);
	result_free(r);
}

/* As the statistics have it: nobody waits for a count before he may say no. */
static void say_contents(const struct fresh *fresh, struct words *lines)
{
	struct database *database = fresh->database;
	struct session *session = database_session(fresh->fleet, database);
	struct err ignored = {0};
	int64_t tables = -1, rows = -1;
	char size[UNITS_SIZE], count[UNITS_SIZE];
	if (session_ready_wait(session, FRESH_READY_MS, &ignored)) {
		ask_number(session, sql_restore_live_tables, &tables);
		ask_number(session, sql_restore_live_rows, &rows);
	}
	words_take(lines, mem_format("%s on %s (%s): %s, %lld table%s, about %s rows: all of it goes", database->dbname, database->server->label,
	                      environment_word(database->environment), units_bytes(size, fresh->beside.bytes), (long long)tables,
	                      tables == 1 ? "" : "s", units_count(count, rows)));
}

static void say_way(const struct fresh *fresh, struct words *lines)
{
	const struct copy *copy = NULL;
	char *why = NULL;
	enum fresh_way way = fresh_choose(fresh, &copy, &why);
	if (way == FRESH_SPARE)
		words_take(lines, mem_format("from the spare %s: %s", copy->dbname, why));
	else if (way == FRESH_TEMPLATE)
		words_take(lines, mem_format("from a clone of %s: %s", copy->dbname, why));
	else
		words_take(lines, mem_format("built anew (create, migrate up%s): %s", fresh->options->no_seeds ? "" : ", seed", why));
	mem_free(why);
}

bool reset_preview(struct fleet *fleet, struct database *database, const struct reset_options *options,
    struct words *lines, char **shown, struct err *err)
{
	struct report report = {0};
	struct fresh fresh = {.fleet = fleet, .database = database, .report = &report, .options = options, .verb = "reset"};
	bool is_good = fresh_begin(&fresh, err) && beside_may_rename(&fresh.beside, err);
	if (is_good) {
		if (fresh.beside.oid == 0)
			words_take(lines, mem_format("%s on %s (%s) does not exist yet", database->dbname, database->server->label,
			                      environment_word(database->environment)));
		else
			say_contents(&fresh, lines);
		say_way(&fresh, lines);
		if (fresh.beside.oid != 0)
			clients_say(&fresh.beside.clients, "ended when the names change", lines);
		words_take(lines, last_backup_words(fleet, database));
		if (shown)
			*shown = clients_shown(&fresh.beside.clients);
		/* Whom our role may not end, no answer helps away. */
		is_good = clients_allow(&fresh.beside.clients, database->dbname, NULL, err);
	}
	fresh_done(&fresh);
	report_done(&report);
	return is_good;
}

/* --- the new one ------------------------------------------------------------------------------------------------------ */

struct reset {
	struct fresh fresh;
	const char *shown;
	enum fresh_way way;
	char *why;
	struct made made;
	char *settings_of; /* the database that has the settings of a new one, where there is no live one; NULL: made itself */
	bool has_template; /* one of this state is kept */
	char *old;
	int ended;
};

/* Somebody may have taken it, or dropped it, since we looked. */
static bool take_spare(struct reset *reset, const struct copy *spare)
{
	struct err ignored = {0};
	struct fresh *fresh = &reset->fresh;
	const char *params[] = {spare->dbname, spare->comment};
	struct result *r = NULL;
	bool is_there = copy_hold_wait(fresh->keeper, spare->dbname, &ignored) &&
	                session_query_wait(fresh->keeper,
	                    "SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = $1 AND "
	                    "pg_catalog.shobj_description(d.oid, 'pg_database') = $2",
	                    params, 2, FRESH_DEADLINE_MS, &r, &ignored) &&
	                result_rows(r) > 0 && result_int(r, 0, 0, 0) == spare->oid;
	result_free(r);
	if (is_there)
		reset->made =
		    (struct made){.dbname = mem_copy(spare->dbname), .oid = spare->oid, .bytes = -1, .is_closed = true};
	return is_there;
}

static bool take_clone(struct reset *reset, const struct made *template, struct err *err)
{
	if (!fresh_clone(&reset->fresh, template, &reset->made, err))
		return false;
	reset->settings_of = mem_copy(template->dbname);
	reset->has_template = true;
	return true;
}

/* Where a template cannot be kept, or not be copied, what was built takes the name itself. */
static bool take_build(struct reset *reset, struct err *err)
{
	struct fresh *fresh = &reset->fresh;
	struct made built;
	bool is_good = true, is_kept = false;
	if (!fresh_build(fresh, &built, err))
		return false;
	if (fresh_may_keep(fresh, built.bytes) && !fresh_keep(fresh, &built, &is_kept, err))
		is_good = false;
	if (is_good && is_kept) {
		struct err trouble = {0};
		if (take_clone(reset, &built, &trouble)) {
			made_done(&built);
			return true;
		}
		if (trouble.kind == ERR_CANCELLED) {
			*err = trouble;
			is_good = false;
		} else {
			report_log(fresh->report, "the template could not be copied, so it is taken itself: %s", trouble.text);
			is_good = copy_hold_wait(fresh->keeper, built.dbname, err);
		}
	}
	if (is_good)
		reset->made = built;
	else
		made_done(&built); /* a template that is whole serves the next reset; one that is not is dropped by it */
	return is_good;
}

static bool make(struct reset *reset, struct err *err)
{
	struct fresh *fresh = &reset->fresh;
	const struct copy *copy = NULL;
	if (!fresh_wait_for_others(fresh, err))
		return false;
	reset->way = fresh_choose(fresh, &copy, &reset->why);
	if (reset->way == FRESH_SPARE) {
		const struct copy *template = fresh_template(fresh);
		reset->settings_of = template ? mem_copy(template->dbname) : NULL;
		if (take_spare(reset, copy)) {
			reset->has_template = true;
			return true;
		}
		mem_free(reset->settings_of);
		mem_free(reset->why);
		reset->settings_of = reset->why = NULL;
		if (!fresh_look(fresh, err))
			return false;
		reset->way = fresh_choose(fresh, &copy, &reset->why);
		if (reset->way == FRESH_SPARE)
			return err_set(err, ERR_LOCKED, "another pgtend has just taken the spare of %s", fresh->database->name);
	}
	if (reset->way == FRESH_TEMPLATE) {
		struct made template = {.dbname = mem_copy(copy->dbname), .oid = copy->oid, .bytes = copy->bytes};
		bool is_good = take_clone(reset, &template, err);
		made_done(&template);
		return is_good;
	}
	return take_build(reset, err);
}

/* --- its name ----------------------------------------------------------------------------------------------------------- */

static bool end_clients(void *arg)
{
	struct reset *reset = arg;
	return clients_end_wait(reset->fresh.keeper, reset->fresh.beside.oid, reset->shown);
}

/* What a new database is called by `create`. */
static char *comment_of(const struct fresh *fresh)
{
	const struct database *database = fresh->database;
	return fresh->beside.oid != 0 ? mem_copy(fresh->beside.comment) : lifecycle_comment(database);
}

static bool give_name(struct reset *reset, struct err *err)
{
	struct fresh *fresh = &reset->fresh;
	struct database *database = fresh->database;
	bool is_there = fresh->beside.oid != 0;
	const char *settings_of = is_there ? database->dbname : reset->settings_of;
	if (settings_of &&
	    !swap_carry_over_wait(fresh->keeper, settings_of, reset->made.dbname, database->dbname, fresh->report, err))
		return false;
	char *comment = comment_of(fresh), *fate = copy_comment(COPY_OLD, database, NULL, NULL, "to be dropped");
	reset->old = is_there ? copy_new_dbname(COPY_OLD, database) : NULL;
	const struct swap swap = {
	    .fleet = fresh->fleet,
	    .database = database,
	    .keeper = fresh->keeper,
	    .report = fresh->report,
	    .verb = "reset",
	    .name = database->dbname,
	    .fresh = reset->made.dbname,
	    .fresh_oid = reset->made.oid,
	    .comment = comment,
	    .old = reset->old,
	    .old_oid = fresh->beside.oid,
	    .old_comment = fate,
	    .closes_old = true,
	    .opens_fresh = reset->made.is_closed,
	    .end_fn = end_clients,
	    .end_arg = reset,
	};
	report_step(fresh->report, "names");
	bool is_done = swap_names_wait(&swap, err);
	mem_free(comment);
	mem_free(fate);
	return is_done;
}

/* Our own panes come back by themselves, to the new one. */
static bool place(struct reset *reset, struct err *err)
{
	struct fresh *fresh = &reset->fresh;
	struct database *database = fresh->database;
	/* A spare is there at once: what was seen a moment ago still holds. */
	if ((reset->way != FRESH_SPARE && !beside_look_wait(&fresh->beside, err)) ||
	    !beside_may_rename(&fresh->beside, err) || !clients_allow(&fresh->beside.clients, database->dbname, reset->shown, err))
		return false;
	reset->ended = clients_of_others(&fresh->beside.clients);
	task_shield();
	snapshot_leave(&fresh->beside);
	bool is_done = give_name(reset, err);
	if (is_done) {
		database->oid = fresh->beside.oid = reset->made.oid;
		copy_let_go_wait(fresh->keeper, reset->made.dbname);
	}
	task_unshield();
	return is_done;
}

/* Nothing of it is whole and of use to the next one, unless it is a clone of the state, or was one. */
static void give_up(struct reset *reset)
{
	struct fresh *fresh = &reset->fresh;
	if (!reset->made.dbname)
		return;
	if (reset->way == FRESH_SPARE || (reset->has_template && reset->made.is_closed)) {
		copy_let_go_wait(fresh->keeper, reset->made.dbname);
		return;
	}
	task_shield();
	fresh_drop(fresh, reset->made.dbname, "because it did not get its name");
	task_unshield();
}

/* --- behind it ------------------------------------------------------------------------------------------------------------ */

/* Its workers are ended by a change of names. Of a clone the live database tells, or the configuration. */
static bool is_timescale(const struct reset *reset)
{
	const struct fresh *fresh = &reset->fresh;
	struct words extensions = {0};
	section_words(fresh->database->section, "extensions", &extensions);
	bool is_wanted = words_has(&extensions, "timescaledb");
	words_done(&extensions);
	return is_wanted || fresh->has_timescale || fresh->database->has_timescaledb;
}

static const char *prepare_next(struct reset *reset)
{
	struct fresh *fresh = &reset->fresh;
	const struct reset_options *options = fresh->options;
	bool is_plain = !options->to && !options->no_seeds;
	bool wants_spare = is_plain && reset->has_template && section_bool(fresh->database->section, "templates");
	if (!options->waits && wants_spare && fresh->fleet->is_staying) {
		report_follow(fresh->report, "templates fill %s", fresh->database->name);
		return "making";
	}
	if (!options->waits && wants_spare && fresh_start_filling(fresh))
		return "making";
	if (!wants_spare) {
		fresh_drop_old(fresh);
		return "none";
	}
	struct err trouble = {0};
	struct report report = {.changed = fresh->report->changed, .arg = fresh->report->arg};
	report_step(fresh->report, "making the next spare");
	bool is_good = fresh_fill(fresh->fleet, fresh->database, &report, &trouble);
	for (size_t i = 0; i < report.log.count; i++)
		report_log(fresh->report, "%s", report.log.v[i]);
	report_done(&report);
	if (!is_good)
		report_log(fresh->report, "no spare stands ready: %s", trouble.text);
	return is_good ? "ready" : "none";
}

static void tell(struct reset *reset, double took_ms, const char *next)
{
	struct fresh *fresh = &reset->fresh;
	char took[UNITS_SIZE];
	struct table *rows = table_new(&reset_shape);
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", fresh->database->name);
	table_set_text(rows, row, "dbname", fresh->database->dbname);
	table_set_text(rows, row, "way", fresh_way_word(reset->way));
	table_set_text(rows, row, "why", reset->why);
	table_set_text(rows, row, "state", fresh->digest);
	table_set_int(rows, row, "ended", reset->ended);
	table_set_real(rows, row, "answers_ms", took_ms);
	table_set_text(rows, row, "next", next);
	report_rows(fresh->report, rows);
	report_summary(fresh->report, "%s is fresh after %s, from %s%s", fresh->database->dbname, units_ms(took, took_ms),
	    reset->way == FRESH_SPARE ? "a spare" : reset->way == FRESH_TEMPLATE ? "a template" : "the files",
	    strcmp(next, "making") == 0 ? "; the next spare is on its way" : "");
}

/* One at a time. */
static bool hold(struct fresh *fresh, const char *name, struct err *err)
{
	if (copy_hold_wait(fresh->keeper, name, err))
		return true;
	return err->kind != ERR_LOCKED ? false
	                               : err_set(err, ERR_LOCKED, "another reset of %s is at work", fresh->database->name);
}

bool reset_run(struct fleet *fleet, struct database *database, const struct reset_options *options, const char *shown,
    struct report *report, struct err *err)
{
	int64_t began_us = units_now_us();
	struct reset reset = {.shown = shown,
	    .fresh = {.fleet = fleet, .database = database, .report = report, .options = options, .verb = "reset", .is_sizeless = true}};
	char *name = mem_format("pgtend reset of %s", database->dbname);
	bool is_good = fresh_begin(&reset.fresh, err) && beside_may_rename(&reset.fresh.beside, err) &&
	               clients_allow(&reset.fresh.beside.clients, database->dbname, shown, err) &&
	               hold(&reset.fresh, name, err) &&
	               make(&reset, err);
	if (is_good) {
		is_good = place(&reset, err);
		if (!is_good)
			give_up(&reset);
	}
	if (is_good) {
		double took_ms = (double)(units_now_us() - began_us) / 1000.0;
		if (is_timescale(&reset))
			beside_start_workers(&reset.fresh.beside, database->dbname);
		tell(&reset, took_ms, prepare_next(&reset));
	}
	mem_free(name);
	mem_free(reset.why);
	mem_free(reset.settings_of);
	mem_free(reset.old);
	made_done(&reset.made);
	fresh_done(&reset.fresh);
	return is_good;
}
