/* locks: who waits for whom, as a tree, and the fewest to end so that all others go on. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/sessions/sessions.h"
#include "pgtend/sessions/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini; of one that is not tended, its own name."},
	LOCKS_COLUMNS,
};
static const struct table_shape shape = {"locks", columns, sizeof columns / sizeof *columns};

static const char *tended_name(const struct action *action, const struct server *server, const char *dbname)
{
	for (int i = 0; dbname != NULL && i < action->fleet->database_count; i++)
		if (action->fleet->databases[i]->server == server && strcmp(action->fleet->databases[i]->dbname, dbname) == 0)
			return action->fleet->databases[i]->name;
	return dbname;
}

static void add_rows(const struct action *action, const struct database *first, const struct table *locks, struct table *all)
{
	for (int from = 0; from < table_rows(locks); from++) {
		int row = table_add_row(all);
		table_copy_row(all, row, locks, from);
		table_set_text(all, row, "database", tended_name(action, first->server, table_get_text(locks, from, "database")));
	}
}

/* The sets of several servers are sets of their own. */
static void say_set(struct action *action, const struct database *first, const struct table *locks)
{
	struct words sentences = {0}, lines = {0};
	char *cap = sessions_cap_words(locks);
	sessions_set_words(action->fleet, first->server, locks, &sentences, &lines);
	for (size_t i = 0; i < sentences.count; i++)
		report_log(action->report, "%s", sentences.v[i]);
	for (size_t i = 0; i < lines.count; i++)
		report_hint(action->report, "%s", lines.v[i]);
	if (cap != NULL)
		report_log(action->report, "%s", cap);
	mem_free(cap);
	words_done(&sentences);
	words_done(&lines);
}

static void add_server(struct action *action, struct database *first, struct table *all)
{
	const struct facts *facts = database_facts(first, FACT_LOCKS);
	struct words dbnames = {0};
	if (facts->table == NULL)
		return;
	for (int i = 0; i < action->database_count; i++)
		if (action->databases[i]->server == first->server)
			words_add(&dbnames, action->databases[i]->dbname);
	struct table *locks = sessions_locks_of(facts->table, &dbnames);
	sessions_name_relations(action->fleet, first->server, locks, true);
	say_set(action, first, locks);
	add_rows(action, first, locks, all);
	table_free(locks);
	words_done(&dbnames);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_LOCKS, FACT_COUNT};
	struct database **first = mem_grow(NULL, (size_t)action->database_count + 1, sizeof *first);
	int servers = gather_first_of_servers(action, first);
	struct table *all = table_new(&shape);
	collect_wait(action->fleet, first, servers, facts, DEADLINE_MS);
	for (int i = 0; i < servers; i++)
		add_server(action, first[i], all);
	mem_free(first);
	bool is_told = gather_verdict(action, FACT_LOCKS, err) && gather_unsupported(action, CAP_ACTIVITY, err);
	if (is_told && table_rows(all) == 0)
		report_summary(action->report, "nobody waits for a lock");
	gather_hint_grant(action, all, "pg_read_all_stats");
	report_rows(action->report, all);
	return is_told;
}

const struct verb verb_locks = {
	.name = "locks",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show who waits for whom, and the fewest to end so that all go on",
	.help = "The blocking tree: each session or prepared transaction that is in others' way, and set in beneath it those that wait for it: how long, for which mode of "
			"which lock, and how many others would go on if it alone were ended. Parallel workers stand with their leader, and who only waits earlier in the same queue is "
			"told from who holds the lock. Beneath stands the minimum set: the fewest to end so that everybody else goes on, the one that releases most first, with the "
			"line that does it: cancel for a running query, terminate for a session that is idle in its transaction. A tree is shown whole, also where parts of it are of "
			"other databases. While nobody waits, this asks the server for nothing but its sessions.",
	.example = "pgtend locks core",
	.shape = &shape,
	.run = run,
};
