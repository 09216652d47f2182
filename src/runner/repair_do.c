/* See runner/repair.h: doing. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/runner/repair.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

enum { DEADLINE_MS = 15000 };

/* --- the history ------------------------------------------------------------------------------------------ */

/* Own record, and the tool's own checksum where its table has one. */
static bool add_accept(struct run *run, const char *name, struct text *sql, struct err *err)
{
	const struct dialect_run *how = run->dialect->run;
	int i = ledger_find_file(&run->ledger, name, "--accept ", err);
	if (i < 0)
		return false;
	const struct migration_file *file = &run->ledger.files[i];
	if (file->row < 0)
		return err_set(err, ERR_USAGE, "--accept %s: it is not applied", name);
	char *tool = how->accept_sql ? how->accept_sql(&run->ledger, file, run->session) : NULL;
	char *own = metadata_note_sql(&run->metadata, &run->ledger, file, "repair", run->session);
	bool is_known = tool || own;
	if (tool)
		text_addf(sql, "%s;\n", tool);
	if (own)
		text_addf(sql, "%s;\n", own);
	mem_free(tool);
	mem_free(own);
	if (!is_known) {
		err_set(err, ERR_FAILED, "--accept %s: there is nowhere to write it down (%s)", name, run->metadata.why_not);
		return err_hint(err, "nothing was done");
	}
	report_log(run->report, "%s: sha256 %.12s... is what is applied from now on", file->name, file->checksum);
	return true;
}

static bool add_restart(struct run *run, const char *name, struct text *sql, struct err *err)
{
	int i = ledger_find_file(&run->ledger, name, "--restart ", err);
	if (i < 0)
		return false;
	const struct migration_file *file = &run->ledger.files[i];
	if (!file->progress)
		return err_set(err, ERR_USAGE, "--restart %s: it is not half done", name);
	/* As it stands now, so that no record is taken for a run. */
	char *own = metadata_note_sql(
	    &run->metadata, &run->ledger, file, file->row >= 0 ? "mark applied" : "mark pending", run->session);
	if (!own)
		return err_set(err, ERR_FAILED, "--restart %s: %s", name, run->metadata.why_not);
	text_addf(sql, "%s;\n", own);
	mem_free(own);
	if (file->is_dirty) {
		char *clean = run->dialect->run->forget_sql(&run->ledger, file, run->session);
		text_addf(sql, "%s;\n", clean);
		mem_free(clean);
	}
	report_log(run->report, "%s begins anew: its %d committed statements are forgotten", file->name, file->progress->done);
	return true;
}

static bool write_history(struct run *run, const struct migrate_repair *repair, struct err *err)
{
	struct text sql = {0};
	bool is_good = metadata_look(run->database, run->session, &run->metadata, err) &&
	               (!run->metadata.may_make || repair->is_dry_run ||
	                   metadata_make(run->database, run->session, &run->metadata, err));
	if (is_good && repair->is_dry_run && run->metadata.may_make)
		run->metadata.is_there = true; /* it would be by then */
	for (size_t i = 0; is_good && i < repair->accept->count; i++)
		is_good = add_accept(run, repair->accept->v[i], &sql, err);
	for (size_t i = 0; is_good && i < repair->restart->count; i++)
		is_good = add_restart(run, repair->restart->v[i], &sql, err);
	if (is_good && sql.length && !repair->is_dry_run) {
		struct result *result = NULL;
		int answers;
		char *head = run_head(run, NULL, run->history_rows, &answers), *all = mem_format("%s%sCOMMIT", head, text_str(&sql));
		is_good = run_ask(run, all, &result, err);
		if (!is_good) {
			bool is_unsettled = run_is_unsettled(result, err);
			run_roll_back(run);
			if (!run_explain_guard(run, err))
				err_prefix(err, "writing it down");
			if (is_unsettled && err->kind != ERR_CANCELLED) {
				err->kind = ERR_PARTIAL;
				err_hint(err, "whether that was done, `pgtend migrate repair %s` tells", run->database->name);
			}
		}
		result_free(result);
		mem_free(head);
		mem_free(all);
	}
	text_done(&sql);
	return is_good;
}

/* --- invalid indexes ---------------------------------------------------------------------------------------- */

static int row_of(const struct result *indexes, const char *name)
{
	for (int i = 0; i < result_rows(indexes); i++)
		if (strcmp(result_text(indexes, i, result_column(indexes, "name")), name) == 0)
			return i;
	return -1;
}

static bool check_index(const struct result *indexes, const char *name, const char *option, bool is_rebuilt, struct err *err)
{
	int row = row_of(indexes, name);
	if (row < 0) {
		err_set(err, ERR_USAGE, "%s %s: there is no invalid index of that name that nobody builds just now", option, name);
		return err_hint(err, "SCHEMA.NAME, as `pgtend migrate repair` shows it");
	}
	if (!result_bool(indexes, row, result_column(indexes, "is_owner"))) {
		err_set(err, ERR_FAILED, "%s %s: it belongs to %s", option, name, result_text(indexes, row, result_column(indexes, "owner")));
		return err_hint(err, "connect as that role; nothing was done");
	}
	if (is_rebuilt && result_bool(indexes, row, result_column(indexes, "is_leftover")))
		return err_set(err, ERR_USAGE, "%s %s: REINDEX left it, and its old index is still there: --drop it", option, name);
	return true;
}

static bool mend_index(struct run *run, const struct result *indexes, const char *name, const char *what, struct err *err)
{
	int row = row_of(indexes, name);
	report_step(run->report, "%s %s", what, name);
	bool is_done = session_queryf_wait(run->session, 0, NULL, err, "%s INDEX CONCURRENTLY %I.%I", what,
	    result_text(indexes, row, result_column(indexes, "schema")), result_text(indexes, row, result_column(indexes, "index")));
	if (!is_done)
		return err_prefix(err, "%s INDEX CONCURRENTLY %s", what, name);
	report_log(run->report, "%s %s", name, strcmp(what, "DROP") == 0 ? "is dropped" : "is built again, and valid");
	return true;
}

static bool mend_indexes(struct run *run, const struct migrate_repair *repair, bool only_checks, struct err *err)
{
	struct result *indexes = NULL;
	if (repair->rebuild->count + repair->drop->count == 0)
		return true;
	if (run->is_pooled)
		return run_say_pooled(run, err);
	bool is_good = session_query_wait(run->session, sql_runner_repair_indexes, NULL, 0, DEADLINE_MS, &indexes, err);
	for (size_t i = 0; is_good && i < repair->rebuild->count; i++)
		is_good = only_checks ? check_index(indexes, repair->rebuild->v[i], "--rebuild", true, err)
		                      : mend_index(run, indexes, repair->rebuild->v[i], "REINDEX", err);
	for (size_t i = 0; is_good && i < repair->drop->count; i++)
		is_good = only_checks ? check_index(indexes, repair->drop->v[i], "--drop", false, err)
		                      : mend_index(run, indexes, repair->drop->v[i], "DROP", err);
	result_free(indexes);
	return is_good;
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static bool repair_all(struct run *run, const struct migrate_repair *repair, struct err *err)
{
	if (!run_record_open(run, !repair->is_dry_run, err) || !mend_indexes(run, repair, true, err) ||
	    !write_history(run, repair, err))
		return false;
	size_t asked = repair->accept->count + repair->restart->count + repair->rebuild->count + repair->drop->count;
	if (repair->is_dry_run) {
		for (size_t i = 0; i < repair->rebuild->count; i++)
			report_log(run->report, "%s would be built again, concurrently", repair->rebuild->v[i]);
		for (size_t i = 0; i < repair->drop->count; i++)
			report_log(run->report, "%s would be dropped, concurrently", repair->drop->v[i]);
		return true;
	}
	size_t written = repair->accept->count + repair->restart->count;
	if (!mend_indexes(run, repair, false, err)) {
		if (written > 0)
			err->kind = ERR_PARTIAL;
		return false;
	}
	report_summary(run->report, "%zu step%s done", asked, asked == 1 ? "" : "s");
	return true;
}

bool migrate_repair(struct fleet *fleet, struct database *database, const struct migrate_repair *repair, struct report *report,
    struct err *err)
{
	struct run run = {.fleet = fleet, .database = database, .report = report, .verb = "migrate repair"};
	bool is_done = repair_all(&run, repair, err);
	run_record_close(&run);
	return is_done;
}
