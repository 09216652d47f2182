/* config/trust.h - a pgtend.ini that was found, not given, is asked for once.
 *
 * Owns: the file of hashes ($XDG_STATE_HOME/pgtend/trust). Until a file's hash and its .env files' are in it, it may name no command
 * to run and send no password to a host that is not this machine.
 */
#ifndef PGTEND_CONFIG_TRUST_H
#define PGTEND_CONFIG_TRUST_H

#include "pgtend/config/config.h"

bool trust_is_recorded(const struct config *config);                       /* given ones count as recorded */
PGTEND_CHECK bool trust_record(const struct config *config, struct err *err);
/* ERR_REFUSED with "pgtend trust" in the hint when the section may not be used before it is trusted: it names a command, or a password would leave this machine. */
PGTEND_CHECK bool trust_allows_connection(const struct config *config, const struct section *section, struct err *err);
PGTEND_CHECK bool trust_allows_command(const struct config *config, const struct section *section, const char *key, struct err *err);

#endif
