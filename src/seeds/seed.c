/* seeds/seed.c - fills a database from its seeds folder, file by file in name order. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/pg/client_tool.h"
#include "record.h"
#include "seeds_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"file", CELL_TEXT, "file", 0, "File of the seeds folder, or of its subfolder named as the environment."},
    {"way", CELL_TEXT, "way", 1, "sql (one transaction over pgtend's own connection), csv (copied into a table), psql, runner (of [runner]), program (the file itself) or helper (pgtend's own, for JavaScript and TypeScript)."},
    {"into", CELL_TEXT, "into", 2, "Of a CSV file: the table that its name names, with its schema; null when it is not there yet."},
    {"state", CELL_TEXT, "state", 0, "done, failed or not_run."},
    {"rows", CELL_COUNT, "rows", 1,
        "How many rows it wrote, by the server's word (of a CSV file: how many came anew); null for programs and psql, and when it did not run."},
    {"again", CELL_TEXT, "again", 2, "With --twice: same, changed (rows came or went when it ran again) or failed; else null."},
    {"duration_ms", CELL_MS, "took", 1, "From the start of the file to its end; null when it did not run."},
};
const struct table_shape seed_shape = {"seed", columns, sizeof columns / sizeof columns[0]};

/* SELECT ... INTO makes a table, INSERT INTO and MERGE INTO do not. */
static bool selects_into(const char *sql)
{
	for (const char *at = strcasestr(sql, "into"); at != NULL; at = strcasestr(at + 1, "into")) {
		const char *end = at;
		while (end > sql && isspace((unsigned char)end[-1]))
			end--;
		bool is_insert = end - sql >= 6 && strncasecmp(end - 6, "insert", 6) == 0;
		if (!is_insert && !(end - sql >= 5 && strncasecmp(end - 5, "merge", 5) == 0))
			return true;
	}
	return false;
}

/* A table that is not there may still be made by what runs before. */
static bool may_make_tables(const struct seed_file *file)
{
	if (file->way == SEED_CSV)
		return false;
	return file->way != SEED_SESSION || strcasestr(file->sql, "create") != NULL || selects_into(file->sql);
}

/* What a file needs and is not there is said before anything runs. */
static bool check_ways(struct seed_run *run, struct err *err)
{
	struct database *database = run->database;
	bool may_be_absent = false;
	for (int i = 0; i < run->list.count; i++) {
		struct seed_file *file = &run->list.files[i];
		if (file->way == SEED_CSV && !seed_check_csv(run, file, may_be_absent, err))
			return false;
		may_be_absent = may_be_absent || may_make_tables(file);
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
		report_log(report, "%s: ignored, it is neither .sql nor .csv nor executable nor has it a runner", list->ignored.v[i]);
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
		table_set_text(rows, row, "into", file->into);
		table_set_text(rows, row, "again", file->again);
		table_set_text(rows, row, "state", state_word(file->state));
		if (file->state == SEED_DONE && file->rows >= 0)
			table_set_int(rows, row, "rows", file->rows);
		if (file->state != SEED_NOT_RUN)
			table_set_real(rows, row, "duration_ms", file->took_ms);
	}
	return rows;
}

/* A fresh session for each file: what one file sets must not reach the next. */
static bool run_in_session(struct seed_run *run, struct seed_file *file, struct err *err)
{
	struct database *database = run->database;
	struct session *session = database_file_session(run->fleet, database, "seed", database_lock_timeout_ms(database));
	bool ok = session_ready_wait(session, 0, err) &&
	          (file->way == SEED_CSV ? seed_run_csv(run, session, file, err) : seed_run_session(run, session, file, err));
	session_free(session);
	return ok;
}

/* psql and programs: what they ran is recorded behind them, or by psql itself in its one transaction. */
static bool run_outside(struct seed_run *run, struct seed_file *file, struct err *err)
{
	int64_t began_us = units_now_us();
	/* Before it runs: a program may change its own file. */
	if (!checksum_of_file(file->path, file->checksum, &file->bytes))
		return err_set(err, ERR_FAILED, "%s: cannot be read", file->name);
	bool is_psql = file->way == SEED_PSQL, is_within = is_psql && seed_is_psql_single(file);
	mem_free(file->record_sql);
	file->record_sql = is_within ? seed_record_within(run, file) : NULL;
	bool ok = is_psql ? seed_run_psql(run->fleet, run->database, file, run->report, err)
	                  : seed_run_program(run->fleet, run->database, file, run->report, err);
	file->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	if (ok && !is_within)
		seed_record_after(run, run->session, file);
	return ok;
}

bool seed_run_file(struct seed_run *run, struct seed_file *file, struct err *err)
{
	int64_t began_us = units_now_us();
	file->rows = -1;
	bool ok = file->way == SEED_SESSION || file->way == SEED_CSV ? run_in_session(run, file, err) : run_outside(run, file, err);
	file->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	file->state = ok ? SEED_DONE : SEED_FAILED;
	if (!ok)
		file->rows = -1;
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

static bool run_all(struct seed_run *run, struct err *err)
{
	struct seed_list *list = &run->list;
	struct report *report = run->report;
	int64_t began_us = units_now_us();
	for (int i = 0; i < list->count; i++) {
		report_step(report, "%s", list->files[i].name);
		report_progress(report, i, list->count, "files");
		if (!seed_run_file(run, &list->files[i], err)) {
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

static void tell_plan(const struct seed_run *run)
{
	const struct seed_list *list = &run->list;
	for (int i = 0; i < list->count; i++) {
		const struct seed_file *file = &list->files[i];
		if (file->way == SEED_CSV)
			report_log(run->report, "%s: would be copied into %s", file->name,
			    file->into != NULL ? file->into : "its table, which is not there yet");
		else
			report_log(run->report, "%s: would run (%s)", file->name, seed_way_word(file->way));
	}
	report_summary(run->report, "%d seed%s would run in %s", list->count, list->count == 1 ? "" : "s", list->files[0].environment);
}

static bool open_run(struct seed_run *run, struct err *err)
{
	run->session =
	    database_action_session(run->fleet, run->database, NULL, "seed", database_lock_timeout_ms(run->database), true);
	if (!session_ready_wait(run->session, 0, err))
		return false;
	run->found_password = mem_copy(session_password(run->session));
	for (int i = 0; i < run->list.count; i++)
		run->list.files[i].found_password = run->found_password;
	return database_learn_again_wait(run->fleet, run->database, run->session, err) &&
	       database_refuse_standby(run->database, "seed its primary", err) && check_ways(run, err) && seed_find_programs(run->fleet, run->database, &run->list, err);
}

static bool carry_out(struct seed_run *run, struct err *err)
{
	struct seed_records records;
	if (!seed_records_open(run->database, run->session, run->report, &records, err))
		return false;
	run->records = &records;
	bool ok = run_all(run, err) && (!run->options->is_twice || seed_run_twice(run, err));
	run->records = NULL;
	seed_records_done(&records);
	return ok;
}

/* The two mistakes of everybody's first day. */
static void advise(const struct database *database, struct err *err)
{
	if (err->hint[0] != '\0')
		return;
	if (strcmp(err->sqlstate, "42P01") == 0 && section_text(database->section, "migrations") != NULL)
		err_hint(err, "are its migrations applied? pgtend migrate status %s", database->name);
	else if (strcmp(err->sqlstate, "23505") == 0)
		err_hint(err, "every seed runs every time: ON CONFLICT DO NOTHING lets it run again, pgtend clean %s empties before", database->name);
}

bool seeds_run(struct fleet *fleet, struct database *database, const struct seeds_options *options, struct report *report,
    struct err *err)
{
	struct seed_run run = {.fleet = fleet, .database = database, .options = options, .report = report};
	if (!database_refuse_production(database, "seed", err) || !seed_list_read(fleet, database, options, &run.list, err))
		return false;
	tell_ignored(&run.list, report);
	bool ok = true;
	if (run.list.count == 0)
		report_summary(report, "no seeds in %s", section_text(database->section, "seeds"));
	else
		ok = open_run(&run, err);
	if (ok && run.list.count > 0) {
		if (options->is_dry_run)
			tell_plan(&run);
		else
			ok = carry_out(&run, err);
	}
	if (!ok) {
		advise(database, err);
		seed_clean_err(database->direct != NULL ? database->direct : database->info, run.found_password, err);
	}
	report_rows(report, rows_of(database, &run.list));
	session_free(run.session);
	seed_list_done(&run.list);
	mem_free_secret(run.found_password);
	return ok;
}
