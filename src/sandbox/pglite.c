/* TimescaleDB's community features where the cluster has none: PGlite in node, in memory, empty at every start. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

enum { READY_PATIENCE_MS = 60000, POLL_MS = 50, STOP_PATIENCE_MS = 5000 };
static const char name[] = "pglite";

static char *socket_path(const struct place *place)
{
	return mem_format("%s/.s.PGSQL.%d", place->run, place->tracking_port);
}

bool pglite_start(struct place *place, const char *program, struct err *err)
{
	char *node = NULL, *tree = NULL;
	if (process_is_running(place, name))
		return true;
	bool is_ok = npm_node(place, program, &node, err) && npm_tree(place, program, name, &tree, err);
	if (is_ok) {
		char *server = places_join(tree, "server.mjs");
		char *path = socket_path(place);
		const char *argv[] = {node, server, path, NULL};
		static const char *const env[] = {"TZ=UTC", NULL};
		unlink(path); /* of one that was killed: its presence is how readiness is seen */
		place->is_lite_filled = false;
		is_ok = place_save(place, err) && process_start(place, name, argv, env, false, err);
		mem_free(path);
		mem_free(server);
	}
	mem_free(node);
	mem_free(tree);
	return is_ok;
}

/* Its socket is there a moment before it listens, and PgBouncer remembers a refusal for a second: so until an answer comes. */
static bool answers(const struct place *place, const char *socket, struct err *err)
{
	return access(socket, F_OK) == 0 && ask(place, ASK_POOLER, "atriz_tracking", "SELECT 1", NULL, err);
}

bool pglite_ready_wait(const struct place *place, struct err *err)
{
	char *path = socket_path(place);
	struct err why = {0};
	bool is_ok = true;
	int64_t end_us = units_now_us() + READY_PATIENCE_MS * (int64_t)1000; /* one try alone may take seconds */
	bool is_ready = answers(place, path, &why);
	if (!is_ready)
		report_step(place->report, "starting TimescaleDB on PGlite");
	while (is_ok && !is_ready) {
		is_ok = process_still_runs(place, name, err);
		if (is_ok && task_is_cancelled())
			is_ok = err_set(err, ERR_CANCELLED, "cancelled while %s was starting", name);
		if (is_ok && units_now_us() >= end_us) {
			err_set(err, ERR_TIMEOUT, "%s is not ready after %d s%s%s", name, READY_PATIENCE_MS / 1000, why.text[0] != '\0' ? ": " : "", why.text);
			is_ok = err_hint(err, "who held its only session may have gone without ending it: sandbox down, then up, and it begins anew");
		}
		if (is_ok) {
			task_sleep(POLL_MS);
			is_ready = answers(place, path, &why);
		}
	}
	mem_free(path);
	return is_ok;
}

bool pglite_down(const struct place *place, struct err *err)
{
	return process_end(place, name, SIGTERM, STOP_PATIENCE_MS, err);
}
