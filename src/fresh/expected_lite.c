/* fresh/expected_lite.c - what migrations give, built in a PGlite of its own, for a server that has no CREATE DATABASE. See expected_internal.h. */
#include <string.h>

#include "expected_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sandbox/lite.h"
#include "pgtend/scratch/scratch.h"

/* The section at the address of that server. */
struct stand_in {
	struct conninfo *info;
	struct server server;
	struct database database;
};

static bool stand_in_init(struct stand_in *stand_in, const struct database *source, const struct lite *lite, struct err *err)
{
	char *address = mem_format("host=%s port=%d user=postgres password=postgres sslmode=disable", lite_folder(lite), lite_port(lite));
	memset(stand_in, 0, sizeof *stand_in);
	stand_in->info = conninfo_parse(address, err);
	mem_free(address);
	if (!stand_in->info || !conninfo_set(stand_in->info, "dbname", source->dbname, err))
		return false;
	stand_in->server = (struct server){.config = source->config,
	    .section = source->section,
	    .label = (char *)(uintptr_t)lite_folder(lite),
	    .host = (char *)(uintptr_t)lite_folder(lite),
	    .port = lite_port(lite),
	    .info = stand_in->info};
	stand_in->database = (struct database){.name = source->name,
	    .dbname = source->dbname,
	    .config = source->config,
	    .section = source->section,
	    .environment = source->environment,
	    .server = &stand_in->server,
	    .info = stand_in->info};
	return true;
}

static void stand_in_done(struct stand_in *stand_in)
{
	for (int i = 0; i < CAP_COUNT; i++)
		mem_free(stand_in->server.lacks[i]);
	mem_free(stand_in->server.version);
	mem_free(stand_in->server.system_identifier);
	mem_free(stand_in->database.timescaledb_version);
	mem_free(stand_in->database.timescaledb_license);
	conninfo_free(stand_in->info);
}

/* It comes with TimescaleDB, which the database need not have. */
static bool equal_extensions(struct expecting *expecting, struct database *where, struct err *err)
{
	if (expecting->database->has_timescaledb)
		return true;
	struct session *session = database_action_session(expecting->fleet, where, NULL, "diff", 0, false);
	bool is_done = session_ready_wait(session, SCRATCH_READY_MS, err) &&
	               session_query_wait(session, "drop extension if exists timescaledb cascade", NULL, 0, SCRATCH_DEADLINE_MS, NULL, err);
	session_free(session);
	return is_done;
}

bool expected_build_lite(struct expecting *expecting, const struct catalog_options *options, struct catalog *catalog, struct err *err)
{
	struct stand_in stand_in;
	struct lite *lite = lite_start(expecting->fleet->loop, expecting->report, err);
	if (!lite)
		return err_prefix(err, "%s has no CREATE DATABASE, so what its migrations give is built in a PGlite", expecting->database->server->label);
	bool is_done = stand_in_init(&stand_in, expecting->database, lite, err) && equal_extensions(expecting, &stand_in.database, err) &&
	               expected_run(expecting, &stand_in.database, err) && expected_read(expecting, &stand_in.database, options, catalog, err);
	stand_in_done(&stand_in);
	lite_stop(lite);
	return is_done;
}
