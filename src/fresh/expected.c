/* fresh/expected.c - what a database's migrations alone would give: built, read, taken away. See fresh/expected.h. */
#include "pgtend/fresh/expected.h"

#include <string.h>

#include "expected_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/fresh/copy.h"
#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/runner/run.h"
#include "pgtend/scratch/scratch.h"
#include "pgtend/sql_embedded.h"

/* --- what is expected --------------------------------------------------------------------------------------------- */

static bool open_source(struct expecting *expecting, struct err *err)
{
	struct database *database = expecting->database;
	report_step(expecting->report, "looking at %s", database->name);
	expecting->source = database_look_session(expecting->fleet, database, NULL, false);
	return session_ready_wait(expecting->source, SCRATCH_READY_MS, err) &&
	       database_learn_wait(expecting->fleet, database, expecting->source, err) &&
	       ledger_read(database, expecting->source, &expecting->ledger, err);
}

static bool refuse_without_migrations(const struct expecting *expecting, struct err *err)
{
	const struct database *database = expecting->database;
	if (expecting->ledger.folder && expecting->ledger.migration_count > 0)
		return true;
	if (expecting->ledger.folder)
		err_set(err, ERR_FAILED, "%s: no migration lies there, so nothing is expected of %s", expecting->ledger.folder, database->name);
	else
		err_set(err, ERR_CONFIG, "%s has no migrations, so nothing is expected of it", section_where(database->section, NULL));
	return err_hint(err, "name the folder: migrations = FOLDER; or compare with another database: pgtend diff %s OTHER", database->name);
}

/* Only its own tool can run it, and what it has made is no drift: better no answer than a wrong one. */
static bool check_runnable(const struct expecting *expecting, const struct migration_file *file, struct err *err)
{
	if (!file->only_by_tool)
		return true;
	err_set(err, ERR_FAILED, "%s %s: what it gives can only be built by its own tool", file->name, file->only_by_tool);
	return err_hint(err, "let %s build a database, and compare: pgtend diff %s OTHER", expecting->ledger.dialect ? expecting->ledger.dialect->name : "it",
	    expecting->database->name);
}

static void say_files(struct report *report, const struct words *names, const char *one, const char *many)
{
	if (names->count == 0)
		return;
	char *all = words_join(names, ", ");
	report_log(report, names->count == 1 ? one : many, all);
	mem_free(all);
}

/* Which files run; and what the reader has to know beside the differences. */
static bool choose(struct expecting *expecting, bool with_pending, struct err *err)
{
	struct report *report = expecting->report;
	struct words pending = {0}, edited = {0}, gone = {0};
	const struct ledger *ledger = &expecting->ledger;
	bool is_pushed = ledger->row_count == 0, is_good = true;
	for (int i = 0; i < ledger->migration_count && is_good; i++) {
		const struct migration_file *file = &ledger->files[i];
		bool is_wanted = file->row >= 0 || ((is_pushed || with_pending) && !file->is_skipped);
		if (file->row < 0 && !file->is_skipped)
			words_add(&pending, file->name);
		if (file->is_edited)
			words_add(&edited, file->name);
		if (!is_wanted)
			continue;
		words_add(&expecting->chosen, file->name);
		is_good = check_runnable(expecting, file, err);
	}
	for (int i = 0; i < ledger->row_count; i++)
		if (ledger->rows[i].file < 0)
			words_add(&gone, ledger->rows[i].name);
	if (is_pushed)
		report_log(report, "no migration was applied to %s: what all %zu would give is expected", expecting->database->name, expecting->chosen.count);
	else
		say_files(report, &pending, with_pending ? "pending, and expected as well: %s" : "pending, so not expected yet: %s",
		    with_pending ? "pending, and expected as well: %s" : "pending, so not expected yet: %s");
	say_files(report, &edited, "edited after it was applied, and expected as it is now: %s", "edited after they were applied, and expected as they are now: %s");
	say_files(report, &gone, "applied, but its file is gone: what it made shows as extra: %s", "applied, but their files are gone: what they made shows as extra: %s");
	words_done(&pending);
	words_done(&edited);
	words_done(&gone);
	return is_good;
}

/* --- building it ------------------------------------------------------------------------------------------------------ */

bool expected_run(struct expecting *expecting, struct database *where, struct err *err)
{
	struct report inner = {0};
	struct migrate_options run = {.direction = MIGRATE_UP, .only = &expecting->chosen};
	report_step(expecting->report, "running %zu migration%s there", expecting->chosen.count, expecting->chosen.count == 1 ? "" : "s");
	bool is_done = true;
	if (section_text(where->section, "extensions"))
		is_done = lifecycle_create(expecting->fleet, where, false, &inner, err);
	report_done(&inner);
	inner = (struct report){0};
	is_done = is_done && (expecting->chosen.count == 0 || migrate_run(expecting->fleet, where, &run, &inner, err));
	report_done(&inner);
	if (is_done)
		return true;
	/* Something may be committed there; in the database nothing is. */
	if (err->kind == ERR_PARTIAL)
		err->kind = ERR_FAILED;
	if (err->kind != ERR_CANCELLED) {
		err_prefix(err, "building what the migrations of %s give", expecting->database->name);
		err_hint(err, "it ran in a scratch database: nothing was done to %s", expecting->database->name);
	}
	return false;
}

bool expected_read(struct expecting *expecting, struct database *where, const struct catalog_options *options, struct catalog *catalog, struct err *err)
{
	struct session *session = database_look_session(expecting->fleet, where, NULL, true);
	report_step(expecting->report, "reading what the migrations gave");
	bool is_done = session_ready_wait(session, SCRATCH_READY_MS, err) && catalog_load_wait(session, options, catalog, err);
	session_free(session);
	return is_done;
}

/* Another server has tablespaces of its own. */
static bool ask_form(struct expecting *expecting, bool is_elsewhere, char **form, struct err *err)
{
	const char *params[] = {NULL};
	struct result *r = NULL, *place = NULL;
	bool is_done = session_query_wait(expecting->source, sql_scratch_form, params, 1, SCRATCH_DEADLINE_MS, &r, err) &&
	               (is_elsewhere || session_query_wait(expecting->source, sql_fresh_expected_place, NULL, 0, SCRATCH_DEADLINE_MS, &place, err));
	if (is_done)
		*form = mem_format("%s%s", result_text(r, 0, 0), place && result_rows(place) > 0 ? result_text(place, 0, 0) : "");
	result_free(r);
	result_free(place);
	return is_done;
}

static bool make_scratch(struct expecting *expecting, struct scratch *scratch, const char *on, struct err *err)
{
	char *form = NULL;
	bool is_done = scratch_open(scratch, on, err) && scratch_claim(scratch, err) && ask_form(expecting, scratch->is_elsewhere, &form, err);
	if (is_done && !scratch_make(scratch, form, NULL, err)) {
		is_done = false;
		if (strcmp(err->sqlstate, "42501") == 0)
			err_hint(err, "give the role CREATEDB, or build it on a server where it has it: pgtend diff %s --on SERVER", expecting->database->name);
	}
	is_done = is_done && scratch_give_settings(scratch, expecting->source, err);
	mem_free(form);
	return is_done;
}

static bool build(struct expecting *expecting, const char *on, const struct catalog_options *options, struct catalog *catalog, struct err *err)
{
	struct scratch scratch = {
	    .fleet = expecting->fleet, .source = expecting->database, .report = expecting->report, .purpose = "diff", .lock_fd = -1};
	struct err trouble = {0};
	bool is_done = make_scratch(expecting, &scratch, on, err) && expected_run(expecting, &scratch.database, err) &&
	               expected_read(expecting, &scratch.database, options, catalog, err);
	if (!scratch_close(&scratch, &trouble))
		report_log(expecting->report, "%s", trouble.text);
	return is_done;
}

static bool may_build_here(struct expecting *expecting, struct err *err)
{
	char *advice = mem_format("build what the migrations give on another server: pgtend diff %s --on SERVER", expecting->database->name);
	bool may = database_learn_again_wait(expecting->fleet, expecting->database, expecting->source, err) &&
	           database_refuse_standby(expecting->database, advice, err);
	mem_free(advice);
	return may;
}

/* --- all ------------------------------------------------------------------------------------------------------------------ */

static void expecting_done(struct expecting *expecting)
{
	words_done(&expecting->chosen);
	ledger_done(&expecting->ledger);
	if (expecting->source)
		session_free(expecting->source);
}

bool expected_load_wait(struct fleet *fleet, struct database *database, const struct expected_options *options, struct catalog *catalog,
    struct report *report, struct err *err)
{
	struct expecting expecting = {.fleet = fleet, .database = database, .report = report};
	const char *configured = section_text(database->section, "rehearse_on");
	const char *on = options->on ? options->on : configured && *configured ? configured : NULL;
	struct err cannot = {0};
	*catalog = (struct catalog){0};
	bool is_done = open_source(&expecting, err) && refuse_without_migrations(&expecting, err) && choose(&expecting, options->with_pending, err);
	if (is_done && !on && !database_can(database, CAP_CREATE_DATABASE, &cannot))
		is_done = expected_build_lite(&expecting, options->catalog, catalog, err);
	else if (is_done)
		is_done = (on || may_build_here(&expecting, err)) && build(&expecting, on, options->catalog, catalog, err);
	expecting_done(&expecting);
	return is_done;
}
