/* catalog_digest_wait() on a real server, for digest.test: digest_live FILE.ini DATABASE SQL... runs each and prints whether the digest is the
 * same as before it. */
#include <stdio.h>
#include <string.h>

#include "../lib/fleet_live.h"
#include "pgtend/catalog/catalog.h"

static bool compare(const struct fleet_live *live, struct session *session, struct err *err)
{
	char before[CATALOG_DIGEST_SIZE], after[CATALOG_DIGEST_SIZE];
	if (!session_ready_wait(session, 10000, err) || !catalog_digest_wait(session, before, err))
		return false;
	for (int i = 0; i < live->count; i++) {
		if (!session_query_wait(session, live->words[i], NULL, 0, 10000, NULL, err) || !catalog_digest_wait(session, after, err))
			return false;
		printf("%s: %s\n", strcmp(before, after) == 0 ? "same" : "other", live->words[i]);
		memcpy(before, after, sizeof before);
	}
	return true;
}

static void run(struct fleet_live *live)
{
	struct err err = {0};
	struct session *session = database_action_session(live->fleet, live->database, NULL, "test", 1000, true);
	live->status = !compare(live, session, &err);
	if (live->status != 0)
		fleet_live_say(&err);
	session_free(session);
}

int main(int argc, char **argv)
{
	return fleet_live_main(argc, argv, 1, run);
}
