/* config/trust.h - a pgtend.ini that was found, not given, is asked for once.
 *
 * Owns: the file of hashes ($XDG_STATE_HOME/pgtend/trust). Until the hash of a file (its path, its bytes and those of
 * its .env files) is in it, it may name no command to run and open no connection to another machine: libpq would send
 * along whatever it finds for that host (password, PGPASSWORD, ~/.pgpass, certificates), and variables could stand in
 * its names. Sockets and loopback addresses are this machine; they are reached, but without any password: who listens
 * at a port of this machine, or behind a tunnel that ends there, is not known either.
 */
#ifndef PGTEND_CONFIG_TRUST_H
#define PGTEND_CONFIG_TRUST_H

#include "pgtend/config/config.h"

bool trust_is_recorded(const struct config *config);                       /* given ones count as recorded */
/* Keeps PGPASSWORD and ~/.pgpass from libpq while the configuration is found and not trusted; trust_record() gives them
 * back. Before any session. */
void trust_withhold_passwords(const struct config *config);
PGTEND_CHECK bool trust_record(const struct config *config, struct err *err);
/* ERR_REFUSED with "pgtend trust" in the hint when the section may not be used before it is trusted. It covers the
 * `direct` address too. */
PGTEND_CHECK bool trust_allows_connection(const struct config *config, const struct section *section, struct err *err);
/* key: one that the section has (after_backup, client, pgbin, seeds, a free one of [runner] or [alias]). Not set:
 * allowed. */
PGTEND_CHECK bool trust_allows_command(const struct config *config, const struct section *section, const char *key, struct err *err);
/* true: every host that the connection may go to is this machine. */
bool trust_is_local(struct conninfo *info);

/* Paths that are recorded, sorted, control bytes made visible. */
PGTEND_CHECK bool trust_list(struct words *paths, struct err *err);
/* *was_there: there was a record of this file (whatever its contents were). */
PGTEND_CHECK bool trust_forget(const char *path, bool *was_there, struct err *err);

#endif
