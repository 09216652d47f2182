/* See migrate/metadata.h: whether pgtend's own tables are there, and making them. */
#include "pgtend/migrate/metadata.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/who.h"
#include "pgtend/fleet/own_tables.h"

/* The one place that says what the tables look like. */
static const struct own_column migrations[] = {
    {"id", "bigint", "bigint generated always as identity primary key"},
    {"history", "text", "text not null"},
    {"name", "text", "text not null"},
    {"action", "text", "text not null"},
    {"dialect", "text", "text"},
    {"checksum", "text", "text"},
    {"mode", "text", "text"},
    {"duration_ms", "double precision", "double precision"},
    {"ran_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.now()"},
    {"db_user", "text", "text not null default session_user"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {"client", "text", "text default coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local')"},
    {"version", "text", "text"},
    {"backup", "text", "text"},
    {0},
};
static const struct own_column progress[] = {
    {"history", "text", "text not null"},
    {"name", "text", "text not null"},
    {"direction", "text", "text not null"},
    {"checksum", "text", "text"},
    {"begun", "integer", "integer not null"},
    {"done", "integer", "integer not null"},
    {"started_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.now()"},
    {"changed_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.now()"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {0},
};
static const struct own_column runs[] = {
    {"id", "bigint", "bigint generated always as identity primary key"},
    {"history", "text", "text not null"},
    {"verb", "text", "text not null"},
    {"started_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.clock_timestamp()"},
    {"ended_at", "timestamp with time zone", "timestamp with time zone"},
    {"outcome", "text", "text"},
    {"backend_pid", "integer", "integer not null default pg_catalog.pg_backend_pid()"},
    {"backend_start", "timestamp with time zone", "timestamp with time zone"},
    {"db_user", "text", "text not null default session_user"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {"os_pid", "integer", "integer"},
    {"client", "text", "text default coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local')"},
    {"version", "text", "text"},
    {0},
};
static const struct own_table tables[] = {
    {"migrations", migrations, NULL, "Kept by pgtend: what it ran or recorded of the migrations, newest last.", OWN_SELECT | OWN_INSERT,
        {"history", "name"}},
    {"migration_progress", progress, "primary key (history, name, direction)",
        "Kept by pgtend: how far migrations that run outside a transaction came.", OWN_SELECT | OWN_INSERT | OWN_UPDATE | OWN_DELETE,
        {"history", "name"}},
    {"migration_runs", runs, NULL, "Kept by pgtend: who ran migrations, from when to when; without an end: it died, or runs.",
        OWN_SELECT | OWN_INSERT | OWN_UPDATE, {"history", "verb"}},
};
enum { TABLE_COUNT = (int)(sizeof tables / sizeof tables[0]) };

static void take(struct metadata *metadata, struct own_look *look)
{
	memset(metadata, 0, sizeof *metadata);
	metadata->is_there = look->is_there;
	metadata->may_make = look->may_make;
	metadata->why_not = look->why_not;
	metadata->make = look->make;
	if (look->who) {
		metadata->user = who_user();
		metadata->host = who_host();
	}
	look->why_not = look->make = NULL;
	own_look_done(look);
}

bool metadata_look(const struct database *database, struct session *session, struct metadata *metadata, struct err *err)
{
	struct own_look look;
	bool is_known = own_tables_look(database, session, tables, TABLE_COUNT, &look, err);
	take(metadata, &look);
	return is_known;
}

void metadata_done(struct metadata *metadata)
{
	mem_free(metadata->why_not);
	mem_free(metadata->make);
	mem_free(metadata->user);
	mem_free(metadata->host);
	memset(metadata, 0, sizeof *metadata);
}

char *metadata_ensure_sql(const struct metadata *metadata)
{
	return metadata->may_make ? own_tables_make_sql(metadata->make) : NULL;
}

bool metadata_make(const struct database *database, struct session *session, struct metadata *metadata, struct err *err)
{
	if (!metadata->may_make)
		return true;
	struct own_look look = {.may_make = true, .make = metadata->make};
	metadata->make = NULL;
	metadata_done(metadata);
	bool is_known = own_tables_make(database, session, tables, TABLE_COUNT, &look, err);
	take(metadata, &look);
	return is_known;
}
