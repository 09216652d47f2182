/* What the programs share that call pgtend's own functions on the databases of a configuration, for suites in shell: the loop, the fleet, a task. */
#ifndef TESTS_LIB_FLEET_LIVE_H
#define TESTS_LIB_FLEET_LIVE_H

#include <stdbool.h>

#include "pgtend/config/config.h"
#include "pgtend/fleet/fleet.h"

/* The fleet of a configuration, with a task in it. */
struct fleet_live {
	struct fleet *fleet;
	struct database *database; /* the one that was named, else the first */
	char **words;              /* what is left of the command line */
	int count;
	int status; /* of the program; 1 until the task says otherwise */
};

/* "error KIND: TEXT", and the hint in a line of its own. */
void fleet_live_say(const struct err *err);
/* PROGRAM FILE.ini DATABASE WORD...: reads the file, finds the database, runs the task to its end and frees everything. Returns what main() returns; 2: fewer words than
 * `least`, or no such file or database. */
int fleet_live_main(int argc, char **argv, int least, void (*run)(struct fleet_live *live));
/* The same with a configuration that is at hand already, which it frees; NULL: *err says why. name NULL: the first database. */
int fleet_live_run(struct config *config, const struct err *err, const char *name, char **words, int count, void (*run)(struct fleet_live *live));

#endif
