/* pools, pools clients, pools applications: every configured PgBouncer, and who works through it. */
#include "gather.h"
#include "pgtend/fleet/pools.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/pool_links.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"pooler", CELL_TEXT, "pooler", 0, "Name of the pooler in pgtend.ini."},
	POOLS_COLUMNS,
};
static const struct table_shape shape = {"pools", columns, sizeof columns / sizeof *columns};

static bool is_wanted(const struct action *action, const struct pooler *pooler, const struct table *table, int row)
{
	for (int i = 0; i < action->database_count; i++)
		if (pool_is_of(pooler, table, row, action->databases[i]))
			return true;
	/* every configured database was asked for: then nothing is left out, also what is not configured */
	return action->database_count == action->fleet->database_count;
}

static void add_pools(const struct action *action, const struct pooler *pooler, struct table *all)
{
	const struct table *table = pooler->facts[FACT_POOLS].table;

	for (int from = 0; table && from < table_rows(table); from++) {
		if (!is_wanted(action, pooler, table, from))
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "pooler", pooler->name);
	}
}

/* Whose console did not answer fails; one of several makes it a part. */
static bool verdict(const struct fleet *fleet, enum fact fact, struct err *err)
{
	int failed = 0;

	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct facts *facts = &fleet->poolers[i]->facts[fact];

		if (facts->table && !facts->err.kind)
			continue;
		if (failed++ == 0) {
			*err = facts->err;
			if (!err->kind)
				err_set(err, ERR_TIMEOUT, "no answer in time");
			err_prefix(err, "pooler %s", fleet->poolers[i]->name);
		}
	}
	if (failed > 0 && failed < fleet->pooler_count)
		err->kind = ERR_PARTIAL;
	return failed == 0;
}

static void hint_of_none(struct action *action)
{
	if (action->fleet->pooler_count == 0)
		report_hint(action->report, "no pooler is configured: add a section [pooler NAME] with the url of PgBouncer's admin console to pgtend.ini");
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_POOLS, FACT_COUNT};
	const struct fleet *fleet = action->fleet;
	struct table *all = table_new(&shape);

	/* no database is asked anything */
	collect_wait(action->fleet, NULL, 0, facts, DEADLINE_MS);
	for (int i = 0; i < fleet->pooler_count; i++)
		add_pools(action, fleet->poolers[i], all);
	report_rows(action->report, all);
	hint_of_none(action);
	return verdict(fleet, FACT_POOLS, err);
}

const struct verb verb_pools = {
	.name = "pools",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show the pools of PgBouncer",
	.help = "One row a pool (database and role) of every [pooler NAME] of pgtend.ini: its state, clients that are served and that wait, the longest wait, "
			"connections to the server by state, and how large the pool may grow. A database of the pooler for which nobody has asked yet is a row, too "
			"(unused). Databases that are named leave out the pools of the others.",
	.example = "pgtend pools --format json",
	.shape = &shape,
	.run = run,
};

/* --- pools clients ----------------------------------------------------------------------------- */

static const enum fact client_facts[] = {FACT_ACTIVITY, FACT_POOLS, FACT_POOL_CLIENTS, FACT_COUNT};

static const struct verb_option client_options[] = {
	{"--limit", OPTION_INT, "N", false, "at most so many rows (200): first who has a connection, then who has waited longest"},
	{0},
};

/* That a server cannot be asked takes cells away, not rows. */
static void say_silent(struct action *action)
{
	for (int i = 0; i < action->database_count; i++) {
		const struct facts *facts = database_facts(action->databases[i], FACT_ACTIVITY);

		if (facts->err.kind)
			report_log(action->report, "%s: what its processes do is not known: %s", action->databases[i]->name, facts->err.text);
	}
}

static bool run_clients(struct action *action, struct err *err)
{
	int64_t most = command_int(action->command, "--limit", 200);

	collect_wait(action->fleet, action->databases, action->database_count, client_facts, DEADLINE_MS);
	struct table *links = pool_links(action->fleet, action->databases, action->database_count);
	int rows = table_rows(links);

	for (int row = rows - 1; row >= most && row >= 0; row--)
		table_remove_row(links, row);
	if (rows > table_rows(links))
		report_hint(action->report, "%d rows more: --limit %d shows them", rows - table_rows(links), rows);
	gather_hint_grant(action, links, "pg_read_all_stats");
	report_rows(action->report, links);
	say_silent(action);
	hint_of_none(action);
	return verdict(action->fleet, FACT_POOL_CLIENTS, err);
}

const struct verb verb_pools_clients = {
	.name = "pools",
	.subverb = "clients",
	.scope = VERB_READS,
	.options = client_options,
	.level = GUARD_L0,
	.title = "Show who works through PgBouncer, and where",
	.help = "From the application through the pool to the process of the server and the lock it waits for, in one row: each client that has a connection to the "
			"server, with what its process does there, then those that wait for one, the longest first. Clients without a connection are one row an "
			"application. Behind the number of the process stand its state, what it waits for and who blocks it, as `activity` tells them.",
	.example = "pgtend pools clients core",
	.shape = &pool_links_shape,
	.run = run_clients,
};

/* --- pools applications ------------------------------------------------------------------------ */

static void add_all(struct table *all, const struct table *some)
{
	for (int from = 0; from < table_rows(some); from++)
		table_copy_row(all, table_add_row(all), some, from);
}

static bool run_applications(struct action *action, struct err *err)
{
	struct table *all = table_new(&application_pools_shape);
	struct err of_pooler = {0};

	collect_wait(action->fleet, action->databases, action->database_count, client_facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		struct table *some = application_pools(action->fleet, action->databases[i]);

		add_all(all, some);
		table_free(some);
	}
	gather_hint_grant(action, all, "pg_read_all_stats");
	report_rows(action->report, all);
	/* without it the sessions are counted as they are: its own are those of applications then */
	if (!verdict(action->fleet, FACT_POOL_CLIENTS, &of_pooler))
		report_log(action->report, "%s", of_pooler.text);
	return gather_verdict(action, FACT_ACTIVITY, err);
}

const struct verb verb_pools_applications = {
	.name = "pools",
	.subverb = "applications",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show the pools that applications keep themselves",
	.help = "One row an application (by the application_name that it gives): how many connections it has, how many of them work, are idle, or wait, against "
			"what its pool may have by `applications` of the database's section. An application that is configured and has no connection is a row, too. Where "
			"PgBouncer stands in front, its clients are counted, not the connections that it shares among them.",
	.example = "pgtend pools applications core --format json",
	.shape = &application_pools_shape,
	.run = run_applications,
};
