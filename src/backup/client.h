/* src/backup/client.h - key client: pg_dump within the container of the server, not on this machine. */
#ifndef PGTEND_BACKUP_CLIENT_H
#define PGTEND_BACKUP_CLIENT_H

#include "pgtend/fleet/fleet.h"
#include "pgtend/pg/dump.h"

/* The tools for a database: those behind key `client` (which must be trusted), else this machine's. In a task. */
PGTEND_CHECK bool client_tools(struct fleet *fleet, const struct database *database, struct dump_tools *tools, struct err *err);
/* Behind a prefix a program may reach another server than we do (the one in its own container): asks it which one it sees, over one connection. In a task. */
PGTEND_CHECK bool client_check_server(
    struct fleet *fleet, const struct database *database, const struct dump_tools *tools, const char *system_identifier, struct err *err);

#endif
