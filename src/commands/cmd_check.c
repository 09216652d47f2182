/* check: one line, performance data and the exit status of a monitoring plug-in. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/health/health.h"
#include "pgtend/probes/collector.h"
#include "plugin.h"

enum { MOST_CHECKS = 32 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"check", CELL_TEXT, "check", 0, "What was checked: retention, compression, ..."},
	{"subject", CELL_TEXT, "subject", 0, "The hypertable, aggregate, job, pool or table that it speaks of; null: the database as a whole."},
	{"policy", CELL_TEXT, "policy", 1, "jobs: what the job does, of what."},
	{"source", CELL_TEXT, "source", 1, "ingest: the source of rows that it speaks of; null: all together."},
	{"verdict", CELL_TEXT, "verdict", 0, "ok, warn, crit or unknown."},
	{"reason", CELL_TEXT, "reason", 0, "What is wrong, as a sentence; null: nothing."},
	{"note", CELL_TEXT, "note", 1, "What there is to say though nothing is wrong."},
	{"mend", CELL_TEXT, "mend", 1, "The command that mends it, or what to do."},
	{"measures", CELL_OBJECTS, NULL, 0, "Its numbers, as objects with name, value, unit (s, B, or empty), warn and crit (limits; null: none)."},
};
static const struct table_shape shape = {"check", columns, sizeof columns / sizeof *columns};

/* --- rows --------------------------------------------------------------------------------------- */

static json_t *number_json(double value)
{
	bool is_whole = value >= -1e15 && value <= 1e15 && (double)(json_int_t)value == value;
	return is_whole ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *limit_json(double limit)
{
	return limit >= 0 ? number_json(limit) : json_null();
}

static char *measures_json(const struct finding *finding)
{
	json_t *list = json_array();
	for (int i = 0; i < finding->measure_count; i++) {
		const struct measure *measure = &finding->measures[i];
		json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:o, s:o}", "name", measure->kind->name, "value", number_json(measure->value), "unit",
										plugin_unit(measure->kind->unit), "warn", limit_json(measure->warn), "crit", limit_json(measure->crit)));
	}
	char *text = json_dumps(list, JSON_COMPACT | JSON_REAL_PRECISION(15)), *copy = mem_copy(text);
	free(text);
	json_decref(list);
	return copy;
}

static void add_row(struct table *table, const struct database *database, const struct health_check *check, const struct finding *finding)
{
	int row = table_add_row(table);
	char *measures = measures_json(finding);
	table_set_text(table, row, "database", database->name);
	table_set_text(table, row, "check", check->name);
	table_set_text(table, row, "subject", finding->subject);
	table_set_text(table, row, "source", finding->source);
	table_set_text(table, row, "policy", finding->policy);
	table_set_text(table, row, "verdict", verdict_word(finding->verdict));
	table_set_text(table, row, "reason", finding->reason);
	table_set_text(table, row, "note", finding->note);
	table_set_text(table, row, "mend", finding->mend);
	table_set_text(table, row, "measures", measures);
	mem_free(measures);
}

/* What the role may not see is not known: a row that says so, with the GRANT. */
static void add_unseen_row(struct table *table, const struct database *database, const struct health_check *check, const struct health *health)
{
	struct finding finding = {.check = check, .verdict = VERDICT_UNKNOWN, .reason = health->lacks};
	add_row(table, database, check, &finding);
}

/* --- the work ----------------------------------------------------------------------------------- */

struct checking {
	struct action *action;
	const struct health_check *checks[MOST_CHECKS];
	int check_count;
	struct plugin plugin;
	struct table *table;
	bool is_memory_broken;
};

static void take_items(struct checking *checking)
{
	struct words items = {0};
	words_split(&items, command_item(checking->action->command), ",");
	for (size_t i = 0; i < items.count && checking->check_count < MOST_CHECKS; i++) {
		const struct health_check *check = health_check_find(items.v[i]);
		bool is_named = false;
		for (int k = 0; k < checking->check_count; k++)
			is_named = is_named || checking->checks[k] == check;
		if (!is_named)
			checking->checks[checking->check_count++] = check;
	}
	words_done(&items);
}

static void check_one(struct checking *checking, const struct database *database, const struct health_check *check)
{
	struct action *action = checking->action;
	struct health health;
	struct err err = {0};
	limits_memory_load(action->fleet, database, check->name);
	health_check_run(action->fleet, database, check, &health);
	for (int i = 0; i < health.finding_count; i++)
		add_row(checking->table, database, check, &health.findings[i]);
	if (health.is_forbidden)
		add_unseen_row(checking->table, database, check, &health);
	plugin_add(&checking->plugin, database, check, &health);
	/* Said once: without it a verdict may only tremble around its limit. */
	if (!limits_memory_save(action->fleet, database, check->name, &err) && !checking->is_memory_broken) {
		checking->is_memory_broken = true;
		report_log(action->report, "warning: what passed a limit cannot be kept for the next check: %s", err.text);
	}
	health_done(&health);
}

static bool run(struct action *action, struct err *err)
{
	(void)err;
	enum fact facts[FACT_COUNT + 1];
	struct checking checking = {.action = action, .table = table_new(&shape)};
	take_items(&checking);
	health_facts(checking.checks, checking.check_count, facts);
	checking.plugin.has_many_checks = checking.check_count > 1;
	collect_wait(action->fleet, action->databases, action->database_count, facts, gather_deadline_ms(action));
	for (int c = 0; c < checking.check_count; c++)
		for (int i = 0; i < action->database_count; i++)
			check_one(&checking, action->databases[i], checking.checks[c]);
	char *line = plugin_line(&checking.plugin, command_item(action->command));
	action->report->status = (int)checking.plugin.verdict;
	report_summary(action->report, "%s", line);
	report_rows(action->report, checking.table);
	plugin_done(&checking.plugin);
	mem_free(line);
	return true;
}

static const struct verb_option options[] = {
	GATHER_TIMEOUT_OPTION,
	{0},
};

const struct verb verb_check = {
	.name = "check",
	.item = "retention|compression|aggregates|ingest|jobs|locks|transactions|connections|pools|disk|backups|archiver|pitr|restores|copies|migrations|dead-rows|tls|bloat|indexes|replication|wraparound|sequences|settings|idle|idle-in-transaction|pending|certificate",
	.is_item_list = true,
	.is_plugin = true,
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Check for monitoring: one line, exit status 0 to 3",
	.help = "For Nagios, Icinga, Zabbix and their kind: says in one line whether something is wrong, what, why and the command that mends it, then the numbers "
			"with their limits as performance data. ITEM is retention, compression, aggregates, ingest or jobs of TimescaleDB, locks, transactions (idle ones), "
			"connections, pools, disk, backups, archiver, pitr, restores, copies, migrations, dead-rows, tls, bloat, indexes, "
			"replication, wraparound, sequences or settings; several are parted by commas. idle and idle-in-transaction are other words for "
			"transactions, pending for migrations, certificate for tls. The limits are those of the console, settable in [threshold] of "
			"pgtend.ini; a limit that was passed is left only `hysteresis` below it, and what was passed is kept in $XDG_STATE_HOME/pgtend/check from one run to "
			"the next. An item that has nothing to look at in a database passes it over; where that is all there is, it is unknown. "
			"What the role may not see is never well: it is said with the GRANT that helps, in JSON as a row that is unknown.",
	.example = "pgtend check retention tracking",
	.shape = &shape,
	.run = run,
};
