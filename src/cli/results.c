#include "results.h"

#include <string.h>

#include "pgtend/cli/oneshot.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"

static const struct table_column job_columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the database's section; null for a verb without one."},
    {"dbname", CELL_TEXT, NULL, 9, "The database's name in the connection."},
    {"verb", CELL_TEXT, "verb", 0, "The verb with its subverb."},
    {"state", CELL_TEXT, "state", 0, "done, skipped, failed or cancelled."},
    {"summary", CELL_TEXT, "summary", 0, "What was done, in one line."},
    {"error", CELL_TEXT, "error", 0, "Why it failed or was skipped; null when it did not."},
    {"sqlstate", CELL_TEXT, NULL, 9, "The server's SQLSTATE; null when no server refused."},
    {"hint", CELL_TEXT, NULL, 9, "What to do about the error."},
    {"status", CELL_COUNT, NULL, 9, "The exit status that this database alone would have given."},
    {"duration_ms", CELL_MS, "took", 1, "How long it took."},
    {"log", CELL_WORDS, NULL, 9, "What was said on the way; with --dry-run what would be done."},
    {"next", CELL_WORDS, NULL, 9, "What to do next."},
};
const struct table_shape job_shape = {"jobs", job_columns, (int)(sizeof job_columns / sizeof job_columns[0])};

bool results_log_is_result(const struct command *command)
{
	return command_wants_help(command) || strcmp(command_verb(command)->name, "help") == 0 ||
	       command_flag(command, "--dry-run") || command_verb(command)->gives_log;
}

static void add_words(struct table *table, int row, const char *column, const struct words *words)
{
	table_add_word(table, row, column, NULL);
	for (size_t i = 0; i < words->count; i++)
		table_add_word(table, row, column, words->v[i]);
}

static struct table *jobs_table(const struct command_run *run)
{
	struct table *table = table_new(&job_shape);
	const struct verb *verb = command_verb(command_of(run));
	char *title = verb->subverb != NULL ? mem_format("%s %s", verb->name, verb->subverb) : mem_copy(verb->name);
	for (int i = 0; i < command_job_count(run); i++) {
		const struct job *job = command_job(run, i);
		int row = table_add_row(table);
		bool has_error = job->err.kind != ERR_NONE;
		table_set_text(table, row, "database", job->database != NULL ? job->database->name : NULL);
		table_set_text(table, row, "dbname", job->database != NULL ? job->database->dbname : NULL);
		table_set_text(table, row, "verb", title);
		table_set_text(table, row, "state", job_state_word(job->state));
		table_set_text(table, row, "summary", job->report.summary);
		table_set_text(table, row, "error", has_error ? job->err.text : NULL);
		table_set_text(table, row, "sqlstate", job->err.sqlstate[0] != '\0' ? job->err.sqlstate : NULL);
		table_set_text(table, row, "hint", job->err.hint[0] != '\0' ? job->err.hint : NULL);
		table_set_int(table, row, "status", job->state == JOB_SKIPPED ? 0 : err_exit_status(job->err.kind));
		table_set_real(table, row, "duration_ms", (double)(job->ended_us - job->started_us) / 1000.0);
		add_words(table, row, "log", &job->report.log);
		add_words(table, row, "next", &job->report.hints);
	}
	mem_free(title);
	return table;
}

/* --- programs ---------------------------------------------------------------------------------- */

/* A verb that shows gives its rows, even none; a verb that acts gives one row a database. */
static bool gives_rows(const struct command *command)
{
	const struct verb *verb = command_verb(command);
	bool only_looks = verb->only_looks || (verb->guarded_by != NULL && command_level(command) == GUARD_L0);
	return verb->shape != NULL && (only_looks || (verb->scope != VERB_ACTS && verb->scope != VERB_ACTS_ONE));
}

/* Of all databases; *own is to be freed. */
static const struct table *all_rows(const struct command_run *run, struct table **own)
{
	*own = NULL;
	if (command_job_count(run) == 1 && command_job(run, 0)->report.rows != NULL)
		return command_job(run, 0)->report.rows;
	struct table *all = table_new(command_verb(command_of(run))->shape);
	for (int i = 0; i < command_job_count(run); i++) {
		const struct table *rows = command_job(run, i)->report.rows;
		for (int row = 0; rows != NULL && row < table_rows(rows); row++)
			table_copy_row(all, table_add_row(all), rows, row);
	}
	*own = all;
	return all;
}

static void add_json(struct text *out, const struct command_run *run, bool is_terminal)
{
	json_t *array;
	if (gives_rows(command_of(run))) {
		struct table *own;
		array = json_from_table(all_rows(run, &own));
		table_free(own);
	} else {
		struct table *jobs = jobs_table(run);
		array = json_from_table(jobs);
		for (int i = 0; i < command_job_count(run); i++)
			if (command_job(run, i)->report.rows != NULL)
				json_object_set_new(
				    json_array_get(array, (size_t)i), "rows", json_from_table(command_job(run, i)->report.rows));
		table_free(jobs);
	}
	print_json(out, array, is_terminal);
	json_decref(array);
}

static void add_csv(struct text *out, const struct command_run *run, bool is_terminal)
{
	struct table *own = NULL;
	const struct table *rows = gives_rows(command_of(run)) ? all_rows(run, &own) : (own = jobs_table(run));
	print_csv(out, rows, is_terminal);
	table_free(own);
}

/* --- people ------------------------------------------------------------------------------------ */

static void add_line(struct text *out, const char *where, const char *line)
{
	/* Many a line names its database itself. */
	size_t length = where != NULL ? strlen(where) : 0;
	if (where != NULL && !(strncmp(line, where, length) == 0 && line[length] == ':')) {
		text_add_visible(out, where);
		text_add(out, ": ");
	}
	text_add_visible(out, line);
	text_add_char(out, '\n');
}

/* A verb that acted on several databases shows their rows as one table. */
static void add_rows(struct text *out, const struct command_run *run, const struct print_style *style)
{
	const struct table *tables[1024];
	int count = 0, rows = 0;
	for (int i = 0; i < command_job_count(run) && count < 1024; i++)
		if (command_job(run, i)->report.rows != NULL) {
			tables[count++] = command_job(run, i)->report.rows;
			rows += table_rows(tables[count - 1]);
		}
	/* One line is what monitoring shows. */
	if (command_verb(command_of(run))->is_plugin)
		return;
	/* A heading over nothing says that nothing was found; after an action it would only stand in the way. */
	if (count > 0 && (rows > 0 || gives_rows(command_of(run))))
		print_tables(out, tables, count, style);
}

/* What only looks at each database by itself: a section each, so that what belongs to one stands together. */
static void add_sections(struct text *out, const struct command_run *run, const struct print_style *style)
{
	for (int i = 0; i < command_job_count(run); i++) {
		const struct job *job = command_job(run, i);
		const struct report *report = &job->report;
		const struct table *rows = report->rows;
		if (job->state == JOB_SKIPPED)
			continue; /* why, is said on standard error */
		text_add(out, out->length > 0 ? "\n" : "");
		text_add(out, style->has_colour ? "\033[1m== " : "== ");
		text_add_visible(out, job->database->name);
		text_add(out, style->has_colour ? " ==\033[0m\n" : " ==\n");
		if (rows != NULL && table_rows(rows) > 0)
			print_tables(out, &rows, 1, style);
		for (size_t l = 0; l < report->log.count; l++)
			add_line(out, NULL, report->log.v[l]);
		if (report->summary != NULL)
			add_line(out, NULL, report->summary);
		else if (job->err.kind != ERR_NONE)
			add_line(out, NULL, job->err.text);
	}
}

static void add_people(struct text *out, const struct command_run *run, const struct print_style *style)
{
	bool are_several = command_job_count(run) > 1;
	if (are_several && command_verb(command_of(run))->may_be_all) {
		add_sections(out, run, style);
		return;
	}
	add_rows(out, run, style);
	for (int i = 0; i < command_job_count(run); i++) {
		const struct job *job = command_job(run, i);
		const struct report *report = &job->report;
		const char *where = are_several && job->database != NULL ? job->database->name : NULL;
		for (size_t l = 0; results_log_is_result(command_of(run)) && l < report->log.count; l++)
			add_line(out, where, report->log.v[l]);
		if (report->summary != NULL)
			add_line(out, where, report->summary);
		/* Monitoring reads no other place. */
		else if (command_verb(command_of(run))->is_plugin && job->err.kind != ERR_NONE) {
			char *line = mem_format("UNKNOWN - %s", job->err.text);
			add_line(out, where, line);
			mem_free(line);
		}
	}
}

void results_add(struct text *out, const struct command_run *run, const struct print_style *style)
{
	const char *format = command_format(command_of(run));
	if (command_wants_help(command_of(run)) || strcmp(format, "table") == 0)
		add_people(out, run, style);
	else if (strcmp(format, "json") == 0)
		add_json(out, run, style->cols > 0);
	else
		add_csv(out, run, style->cols > 0);
}
