/* doctor: the way to a database, step by step, and the first thing on it that is wrong; and what runs that died have left. */
#include "pgtend/doctor/doctor.h"

#include <string.h>

#include "each.h"
#include "pgtend/archive/place.h"
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"
#include "pgtend/probes/collector.h"

enum { LEFT_MS = 9000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	DOCTOR_COLUMNS,
};
static const struct table_shape shape = {"doctor", columns, sizeof columns / sizeof *columns};

struct walking {
	struct fleet *fleet;
	struct database *database;
	struct table *table;
	struct err err;
	bool is_good;
};

static void walk(void *arg)
{
	struct walking *walking = arg;

	walking->is_good = doctor_walk_wait(walking->fleet, walking->database, walking->table, &walking->err);
}

static void add_rows(struct table *rows, const struct walking *walking)
{
	for (int from = 0; from < table_rows(walking->table); from++) {
		int row = table_add_row(rows);

		table_copy_row(rows, row, walking->table, from);
		table_set_text(rows, row, "database", walking->database->name);
	}
}

/* --- what was left ------------------------------------------------------------------------------ */

static const char *const left_checks[] = {"copies", "restores"};

static void add_left(struct table *rows, const struct database *database, const char *step, const char *what, const char *mend)
{
	int row = table_add_row(rows);

	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "step", step);
	table_set_text(rows, row, "verdict", "note");
	table_set_text(rows, row, "what", what);
	table_set_text(rows, row, "mend", mend);
}

/* The same words as of `status` and `check`. */
static void add_left_there(const struct fleet *fleet, struct table *rows, const struct database *database, const char *name)
{
	struct health health;

	health_check_run(fleet, database, health_check_find(name), &health);
	for (int i = 0; i < health.finding_count; i++) {
		const struct finding *finding = &health.findings[i];

		if (finding->verdict == VERDICT_WARN || finding->verdict == VERDICT_CRIT)
			add_left(rows, database, name, finding->reason, finding->mend);
	}
	health_done(&health);
}

static char *names_of(const struct words *files)
{
	enum { NAMES_MAX = 5 };
	struct words first = {0};

	for (size_t i = 0; i < files->count && i < NAMES_MAX; i++)
		words_add(&first, files->v[i]);
	if (files->count > NAMES_MAX)
		words_take(&first, mem_format("%zu more", files->count - NAMES_MAX));
	char *names = words_join(&first, ", ");
	words_done(&first);
	return names;
}

static void add_left_here(struct table *rows, const struct database *database)
{
	struct archive_left left;
	char size[UNITS_SIZE];

	archive_left_find(database, &left);
	if (left.files.count > 0) {
		char *names = names_of(&left.files), *name = text_shell_word(database->name), *mend = mem_format("pgtend backup due %s", name);
		char *what = mem_format("an interrupted backup left %zu file%s (%s) in %s: %s", left.files.count, left.files.count == 1 ? "" : "s",
			units_bytes(size, left.bytes), left.folder, names);

		add_left(rows, database, "backups", what, mend);
		mem_free(what);
		mem_free(mend);
		mem_free(name);
		mem_free(names);
	}
	archive_left_done(&left);
}

static bool is_reached(const struct walking *walking)
{
	for (int row = 0; row < table_rows(walking->table); row++) {
		const char *step = table_get_text(walking->table, row, "step"), *verdict = table_get_text(walking->table, row, "verdict");

		if (strcmp(step, "database") == 0)
			return strcmp(verdict, "ok") == 0 || strcmp(verdict, "note") == 0;
	}
	return false;
}

/* Of those that the way led to. */
static void ask_left(struct action *action, const struct walking *all)
{
	const struct health_check *checks[sizeof left_checks / sizeof *left_checks];
	int check_count = (int)(sizeof left_checks / sizeof *left_checks), count = 0;
	struct database **reached = mem_new((size_t)(action->database_count + 1) * sizeof *reached);
	enum fact facts[FACT_COUNT + 1];

	for (int i = 0; i < check_count; i++)
		checks[i] = health_check_find(left_checks[i]);
	for (int i = 0; i < action->database_count; i++)
		if (is_reached(&all[i]))
			reached[count++] = all[i].database;
	health_facts(checks, check_count, facts);
	if (count > 0)
		collect_wait(action->fleet, reached, count, facts, LEFT_MS);
	mem_free(reached);
}

/* --- the verb ------------------------------------------------------------------------------------ */

static bool run(struct action *action, struct err *err)
{
	struct walking *all = mem_new((size_t)(action->database_count + 1) * sizeof *all);
	const struct walking *first = NULL;
	struct table *rows = table_new(&shape);
	int failed = 0;

	for (int i = 0; i < action->database_count; i++)
		all[i] = (struct walking){.fleet = action->fleet, .database = action->databases[i], .table = table_new(&doctor_shape)};
	each_wait(action->fleet->loop, walk, all, action->database_count, sizeof *all);
	ask_left(action, all);
	for (int i = 0; i < action->database_count; i++) {
		add_rows(rows, &all[i]);
		for (size_t k = 0; is_reached(&all[i]) && k < sizeof left_checks / sizeof *left_checks; k++)
			add_left_there(action->fleet, rows, all[i].database, left_checks[k]);
		add_left_here(rows, all[i].database);
		table_free(all[i].table);
		if (all[i].is_good)
			continue;
		failed++;
		if (!first)
			first = &all[i];
		if (action->database_count > 1) {
			report_log(action->report, "%s: %s", all[i].database->name, all[i].err.text);
			if (all[i].err.hint[0])
				report_hint(action->report, "%s: %s", all[i].database->name, all[i].err.hint);
		}
	}
	report_rows(action->report, rows);
	if (first && action->database_count == 1)
		*err = first->err;
	else if (first)
		err_set(err, first->err.kind, "%d of %d databases are not well reached", failed, action->database_count);
	else
		report_summary(action->report, "%s", action->database_count == 1 ? "nothing stands in the way" : "nothing stands in any way");
	mem_free(all);
	return !first;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Walk the way to a database and explain the first thing that is wrong",
	.help = "Nine steps, a line each: whether the name leads anywhere, who listens at the port, TLS and its certificate, the login, the database (or the nearest "
			"that there is), rights on tables and on the migration history, extensions and what they need at the server's start, the pooler and the address "
			"without it, the clock. Of the first that fails it says what to do: the GRANT, the line of pg_hba.conf, the key of pgtend.ini. Behind "
			"them a line each for what runs that died have left of it, and the verb that takes it away: copies that a reset, rewind or snapshot left half made or put "
			"aside, restores, parts of backups; none where there is nothing. Nothing is changed anywhere. In the console Enter does it in a pane whose questions "
			"fail. The exit status is 1 when a step failed; notes are no failures.",
	.example = "pgtend doctor core",
	.shape = &shape,
	.run = run,
};
