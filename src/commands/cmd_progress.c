/* progress: what is at work and tells how far it is; horizon: who keeps dead rows from being removed. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/sessions/sessions.h"
#include "pgtend/sessions/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column progress_columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini; null: the whole server."},
	PROGRESS_COLUMNS,
};
static const struct table_shape progress_rows = {"progress", progress_columns, sizeof progress_columns / sizeof *progress_columns};

static const struct table_column horizon_columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini; null: the whole server."},
	HORIZON_COLUMNS,
};
static const struct table_shape horizon_rows = {"horizon", horizon_columns, sizeof horizon_columns / sizeof *horizon_columns};

/* What is of one of the databases, or of the server as a whole. */
static void add_rows(const struct action *action, const struct database *first, const struct table *table, struct table *all)
{
	for (int from = 0; table != NULL && from < table_rows(table); from++) {
		const char *dbname = table_get_text(table, from, "database"), *name = NULL;
		for (int i = 0; dbname != NULL && i < action->database_count; i++)
			if (action->databases[i]->server == first->server && strcmp(action->databases[i]->dbname, dbname) == 0)
				name = action->databases[i]->name;
		if (dbname != NULL && name == NULL)
			continue;
		int row = table_add_row(all);
		table_copy_row(all, row, table, from);
		table_set_text(all, row, "database", name);
	}
}

static bool collect(struct action *action, enum fact fact, const struct table_shape *shape, struct err *err)
{
	const enum fact facts[] = {fact, FACT_COUNT};
	struct database **first = mem_grow(NULL, (size_t)action->database_count + 1, sizeof *first);
	int servers = gather_first_of_servers(action, first);
	struct table *all = table_new(shape);
	collect_wait(action->fleet, first, servers, facts, DEADLINE_MS);
	for (int i = 0; i < servers; i++) {
		struct table *table = table_copy(database_facts(first[i], fact)->table);
		if (table != NULL && fact == FACT_PROGRESS)
			sessions_name_relations(action->fleet, first[i]->server, table, true);
		add_rows(action, first[i], table, all);
		table_free(table);
	}
	mem_free(first);
	gather_hint_grant(action, all, "pg_read_all_stats");
	report_rows(action->report, all);
	return gather_verdict(action, fact, err) && gather_unsupported(action, CAP_ACTIVITY, err);
}

static bool run_progress(struct action *action, struct err *err)
{
	if (!collect(action, FACT_PROGRESS, &progress_rows, err))
		return false;
	if (table_rows(action->report->rows) == 0)
		report_summary(action->report, "nothing is at work that tells how far it is");
	return true;
}

const struct verb verb_progress = {
	.name = "progress",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show how far vacuum, analyze, create index, cluster, copy and base backups are",
	.help = "One row a vacuum, analyze, create index, reindex, cluster, repack, copy or base backup that is at work: on which table, in which phase, how much of it is done "
			"and since when. A phase counts what the server counts in it (pages, rows, bytes, indexes); where it does not tell how much there is in all, there is no share.",
	.example = "pgtend progress tracking",
	.shape = &progress_rows,
	.run = run_progress,
};

static bool run_horizon(struct action *action, struct err *err)
{
	if (!collect(action, FACT_HORIZON, &horizon_rows, err))
		return false;
	for (int i = 0; i < action->database_count; i++) {
		const struct database *database = action->databases[i];
		const struct table *horizon = database_facts(database, FACT_HORIZON)->table;
		if (horizon == NULL || !database->server->has[CAP_ACTIVITY])
			continue;
		char *words = sessions_culprit_words(horizon, database), *mend = sessions_culprit_mend(horizon, database);
		report_log(action->report, "%s: %s%s", database->name, words != NULL ? "the xmin horizon is held " : "nobody holds the xmin horizon back", words != NULL ? words : "");
		if (mend != NULL)
			report_hint(action->report, "%s", mend);
		mem_free(mend);
		mem_free(words);
	}
	return true;
}

const struct verb verb_horizon = {
	.name = "horizon",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show who keeps dead rows from being removed",
	.help = "One row a session, standby (by hot_standby_feedback), replication slot or prepared transaction that holds the xmin horizon: vacuum removes no row that died "
			"since. The first is the culprit, the one that holds it furthest back, with what ends it.",
	.example = "pgtend horizon core",
	.shape = &horizon_rows,
	.run = run_horizon,
};
