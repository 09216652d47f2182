/* src/config/conninfo_internal.h - what conninfo.c and conninfo_child.c share. */
#ifndef PGTEND_CONFIG_CONNINFO_INTERNAL_H
#define PGTEND_CONFIG_CONNINFO_INTERNAL_H

#include <libpq-fe.h>

#include "pgtend/config/conninfo.h"

/* libpq's own list of keywords, values all NULL; keyword NULL ends. Lives as long as the process. */
const PQconninfoOption *conninfo_options(void);
int conninfo_option_count(void);
/* As conninfo_effective(), by position in conninfo_options(), the password too. */
const char *conninfo_effective_at(struct conninfo *info, int i);
const char *conninfo_given_at(const struct conninfo *info, int i);
/* Values that libpq itself marks as not to be shown. */
bool conninfo_is_secret(const PQconninfoOption *option);

#endif
