/* doctor: the way to a database, step by step, and the first thing on it that is wrong. */
#include "pgtend/doctor/doctor.h"

#include "each.h"
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"

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

static bool run(struct action *action, struct err *err)
{
	struct walking *all = mem_new((size_t)(action->database_count + 1) * sizeof *all);
	const struct walking *first = NULL;
	struct table *rows = table_new(&shape);
	int failed = 0;

	for (int i = 0; i < action->database_count; i++)
		all[i] = (struct walking){.fleet = action->fleet, .database = action->databases[i], .table = table_new(&doctor_shape)};
	each_wait(action->fleet->loop, walk, all, action->database_count, sizeof *all);
	for (int i = 0; i < action->database_count; i++) {
		add_rows(rows, &all[i]);
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
			"without it, the clock. Of the first that fails it says what to do: the GRANT, the line of pg_hba.conf, the key of pgtend.ini. Nothing is changed "
			"anywhere. In the console Enter does it in a pane whose questions fail. The exit status is 1 when a step failed; notes are no failures.",
	.example = "pgtend doctor core",
	.shape = &shape,
	.run = run,
};
