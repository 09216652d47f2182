/* Prints facts as JSON, for the suites: facts_live URL server|databases|activity|tables|chunks|policies...
 * Asked twice through the same session, so that what is kept from one round to the next is seen too; the shell command in
 * FACTS_BETWEEN runs between the two. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/fleet_live.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/timescale/timescale.h"

static enum fact facts[FACT_COUNT + 1];

static bool choose(const char *name, int at)
{
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct probe *probe = probe_of((enum fact)fact);

		if (probe && strcmp(probe->name, name) == 0) {
			facts[at] = (enum fact)fact;
			facts[at + 1] = FACT_COUNT;
			return true;
		}
	}
	return false;
}

static int print(const struct database *database)
{
	int bad = 0;

	for (const enum fact *fact = facts; *fact != FACT_COUNT; fact++) {
		const struct facts *found = database_facts(database, *fact);

		if (!found->table || found->err.kind) {
			fprintf(stderr, "%s: %s\n", probe_of(*fact)->name, found->err.text);
			bad = 1;
			continue;
		}
		json_t *rows = json_from_table(found->table);

		json_dumpf(rows, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(rows);
	}
	return bad;
}

static void ask(struct fleet_live *live)
{
	const char *between = getenv("FACTS_BETWEEN");

	collect_wait(live->fleet, &live->database, 1, facts, 20000);
	if (between && system(between) != 0)
		mem_die("the command between the two rounds failed");
	collect_wait(live->fleet, &live->database, 1, facts, 20000);
	live->status = print(live->database);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	/* FACTS_INI: more keys of the database */
	char *ini = mem_format("[database it]\nurl = %s\n%s\n", argc > 2 ? argv[1] : "", getenv("FACTS_INI") ? getenv("FACTS_INI") : "");

	timescale_register();
	for (int i = 2; i < argc; i++) {
		if (!choose(argv[i], i - 2)) {
			fprintf(stderr, "no such facts: %s\n", argv[i]);
			return 2;
		}
	}
	struct config *config = config_from_text("facts.ini", ini, &err);
	int status = fleet_live_run(config, &err, NULL, argv + argc, 0, ask);

	mem_free(ini);
	return status;
}
