/* seeds/seed.c - fills a database from its seeds folder, file by file in name order. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/pg/client_tool.h"
#include "seeds_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"file", CELL_TEXT, "file", 0, "File of the seeds folder, or of its subfolder named as the environment."},
    {"way", CELL_TEXT, "way", 1, "sql (one transaction over pgtend's own connection), psql, runner (of [runner]), program (the file itself) or helper (pgtend's own, for JavaScript and TypeScript)."},
    {"state", CELL_TEXT, "state", 0, "done, failed or not_run."},
    {"duration_ms", CELL_MS, "took", 1, "From the start of the file to its end; null when it did not run."},
};
const struct table_shape seed_shape = {"seed", columns, sizeof columns / sizeof columns[0]};

/* What a file needs and is not there is said before anything runs. */
static bool check_ways(struct database *database, const struct seed_list *list, struct err *err)
{
	for (int i = 0; i < list->count; i++) {
		const struct seed_file *file = &list->files[i];
		if (file->scan.copy_line > 0 && !database_can(database, CAP_COPY_IN, err)) {
			err_prefix(err, "%s:%d: COPY FROM STDIN", file->name, file->scan.copy_line);
			return err_hint(err, "write the rows as INSERT");
		}
		char *psql;
		if (file->way == SEED_PSQL) {
			if (!client_tool_find("psql", 0, &psql, NULL, err))
				return err_prefix(err, "%s", file->name);
			mem_free(psql);
		}
	}
	return true;
}

static void tell_ignored(const struct seed_list *list, struct report *report)
{
	for (size_t i = 0; i < list->ignored.count; i++)
		report_log(report, "%s: ignored, it is neither .sql nor executable nor has it a runner", list->ignored.v[i]);
}

static const char *state_word(enum seed_state state)
{
	return state == SEED_DONE ? "done" : state == SEED_FAILED ? "failed" : "not_run";
}

static struct table *rows_of(const struct database *database, const struct seed_list *list)
{
	struct table *rows = table_new(&seed_shape);
	for (int i = 0; i < list->count; i++) {
		const struct seed_file *file = &list->files[i];
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", database->name);
		table_set_text(rows, row, "file", file->name);
		table_set_text(rows, row, "way", seed_way_word(file->way));
		table_set_text(rows, row, "state", state_word(file->state));
		if (file->state != SEED_NOT_RUN)
			table_set_real(rows, row, "duration_ms", file->took_ms);
	}
	return rows;
}

/* A fresh session for each file: what one file sets must not reach the next. */
static bool run_sql(
    struct fleet *fleet, struct database *database, struct seed_file *file, struct report *report, struct err *err)
{
	struct session *session =
	    database_action_session(fleet, database, NULL, "seed", database_lock_timeout_ms(database), true);
	bool ok = session_ready_wait(session, 0, err) && seed_run_session(session, file, report, err);
	session_free(session);
	return ok;
}

static bool run_file(
    struct fleet *fleet, struct database *database, struct seed_file *file, struct report *report, struct err *err)
{
	int64_t began_us = units_now_us();
	bool ok;
	if (file->way == SEED_SESSION)
		ok = run_sql(fleet, database, file, report, err);
	else if (file->way == SEED_PSQL)
		ok = seed_run_psql(fleet, database, file, report, err);
	else
		ok = seed_run_program(fleet, database, file, report, err);
	file->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	file->state = ok ? SEED_DONE : SEED_FAILED;
	return ok;
}

static char *names_in(const struct seed_list *list, enum seed_state state)
{
	struct words names = {0};
	for (int i = 0; i < list->count; i++)
		if (list->files[i].state == state)
			words_add(&names, list->files[i].name);
	char *joined = words_join(&names, ", ");
	words_done(&names);
	return joined;
}

/* A file is one transaction unless it handles its own or is a program: only those may leave a half behind. */
static void tell_failure(
    const struct seed_list *list, const struct seed_file *failed, struct report *report, struct err *err)
{
	char *done = names_in(list, SEED_DONE), *left = names_in(list, SEED_NOT_RUN);
	bool is_program = failed->way == SEED_RUNNER || failed->way == SEED_EXECUTABLE || failed->way == SEED_HELPER;
	bool is_half = is_program || (failed->scan.transaction_line > 0 && !failed->scan.is_whole_transaction) ||
	               (failed->scan.is_without_transaction && failed->scan.statement_count > 1);
	report_log(report, "done: %s", *done != '\0' ? done : "nothing");
	report_log(report, "failed: %s%s", failed->name,
	    is_half ? (is_program ? ", what it did before stays" : ", what it committed before stays")
	            : ", rolled back whole");
	if (*left != '\0')
		report_log(report, "not run: %s", left);
	if ((*done != '\0' || is_half) && err->kind == ERR_FAILED)
		err->kind = ERR_PARTIAL;
	mem_free(done);
	mem_free(left);
}

static bool run_all(
    struct fleet *fleet, struct database *database, struct seed_list *list, struct report *report, struct err *err)
{
	int64_t began_us = units_now_us();
	for (int i = 0; i < list->count; i++) {
		report_step(report, "%s", list->files[i].name);
		report_progress(report, i, list->count, "files");
		if (!run_file(fleet, database, &list->files[i], report, err)) {
			tell_failure(list, &list->files[i], report, err);
			return false;
		}
	}
	char took[UNITS_SIZE];
	report_progress(report, list->count, list->count, "files");
	report_summary(report, "%d seed%s in %s", list->count, list->count == 1 ? "" : "s",
	    units_ms(took, (double)(units_now_us() - began_us) / 1000.0));
	return true;
}

static void tell_plan(const struct database *database, const struct seed_list *list, struct report *report)
{
	for (int i = 0; i < list->count; i++)
		report_log(report, "%s: would run (%s)", list->files[i].name, seed_way_word(list->files[i].way));
	report_summary(report, "%d seed%s would run in %s", list->count, list->count == 1 ? "" : "s",
	    environment_word(database->environment));
}

static bool learn(struct fleet *fleet, struct database *database, struct err *err)
{
	struct session *session =
	    database_action_session(fleet, database, NULL, "seed", database_lock_timeout_ms(database), true);
	bool ok = session_ready_wait(session, 0, err) && database_learn_wait(fleet, database, session, err);
	session_free(session);
	return ok;
}

bool seeds_run(struct fleet *fleet, struct database *database, const struct seeds_options *options,
    struct report *report, struct err *err)
{
	struct seed_list list;
	if (!database_refuse_production(database, "seed", err) || !seed_list_read(fleet, database, options, &list, err))
		return false;
	tell_ignored(&list, report);
	bool ok = true;
	if (list.count == 0)
		report_summary(report, "no seeds in %s", section_text(database->section, "seeds"));
	else
		ok = learn(fleet, database, err) && check_ways(database, &list, err) &&
		     seed_find_programs(fleet, database, &list, err);
	if (ok && list.count > 0) {
		if (options->is_dry_run)
			tell_plan(database, &list, report);
		else
			ok = run_all(fleet, database, &list, report, err);
	}
	report_rows(report, rows_of(database, &list));
	seed_list_done(&list);
	return ok;
}
