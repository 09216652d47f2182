/* catalog_digest_wait() on a real server, for digest.test: digest_live FILE.ini DATABASE SQL... runs each and prints whether the digest is the
 * same as before it. */
#include <stdio.h>
#include <string.h>

#include "pgtend/catalog/catalog.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/loop/task.h"

static struct fleet *fleet;
static struct database *database;
static char **statements;
static int count, status = 1;

static bool compare(struct session *session, struct err *err)
{
	char before[CATALOG_DIGEST_SIZE], after[CATALOG_DIGEST_SIZE];
	if (!session_ready_wait(session, 10000, err) || !catalog_digest_wait(session, before, err))
		return false;
	for (int i = 0; i < count; i++) {
		if (!session_query_wait(session, statements[i], NULL, 0, 10000, NULL, err) || !catalog_digest_wait(session, after, err))
			return false;
		printf("%s: %s\n", strcmp(before, after) == 0 ? "same" : "other", statements[i]);
		memcpy(before, after, sizeof before);
	}
	return true;
}

static void run(void *arg)
{
	struct err err = {0};
	(void)arg;
	struct session *session = database_action_session(fleet, database, NULL, "test", 1000, true);
	if (compare(session, &err))
		status = 0;
	else
		printf("error: %s\n", err.text);
	session_free(session);
}

static void ended(void *arg)
{
	loop_stop(arg);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	if (argc < 4)
		return 2;
	statements = argv + 3;
	count = argc - 3;
	struct config_options options = {.file = argv[1]};
	struct loop *loop = loop_new();
	struct event_bus *bus = event_bus_new();
	struct config *config = config_load(&options, &err);
	fleet = config ? fleet_new(loop, config, bus, &err) : NULL;
	database = fleet ? fleet_find(fleet, argv[2], &err) : NULL;
	if (!database) {
		printf("error: %s\n", err.text);
		return 2;
	}
	task_start(loop, run, ended, loop);
	loop_run(loop);
	fleet_free(fleet);
	config_free(config);
	event_bus_free(bus);
	loop_free(loop);
	return status;
}
