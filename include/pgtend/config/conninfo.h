/* config/conninfo.h - where to connect: libpq's keywords, and what may be shown of them.
 *
 * Owns: parsing of URIs and keyword strings (by libpq itself), overriding single keywords,
 * the environment and passfile for children, and the safe text. The password leaves it
 * only towards libpq and towards a passfile.
 */
#ifndef PGTEND_CONFIG_CONNINFO_H
#define PGTEND_CONFIG_CONNINFO_H

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"

struct conninfo; /* opaque: keyword -> value, libpq's own keywords only */

/* From "postgresql://..." or "host=... dbname=..."; err does not contain the password. NULL text: empty. */
PGTEND_CHECK struct conninfo *conninfo_parse(const char *text, struct err *err);
struct conninfo *conninfo_copy(const struct conninfo *info);
void conninfo_free(struct conninfo *info);
/* false: libpq has no such keyword. A NULL value takes it away. */
PGTEND_CHECK bool conninfo_set(struct conninfo *info, const char *keyword, const char *value, struct err *err);
/* As given, without libpq's defaults; NULL when not given. Borrowed. */
const char *conninfo_get(const struct conninfo *info, const char *keyword);
/* As libpq will take it: given, else service file, environment (PG*), compiled default. Borrowed until the next change. Never asks for "password". */
const char *conninfo_effective(struct conninfo *info, const char *keyword);
/* "postgresql://user@host:port/dbname?sslmode=require" without any secret. Caller frees. */
char *conninfo_safe(const struct conninfo *info);
/* All given keywords and values (with defaults merged by libpq at connect), for PQconnectStartParams; NULL-terminated arrays of borrowed texts, the two arrays owned by the caller (mem_free). */
void conninfo_arrays(const struct conninfo *info, const char ***keywords, const char ***values);

/* What a child needs to reach the same database: PGHOST, PGPORT, PGUSER, PGDATABASE, PGSSLMODE..., and, when a
 * password is given, PGPASSFILE naming a 0600 file in a fresh 0700 folder. Removed by conninfo_child_done(). */
struct conninfo_child {
	struct words env;
	char *folder; /* NULL when no passfile was needed */
	int lock;     /* with a folder: keeps it from being taken for one that was left behind */
};
PGTEND_CHECK bool conninfo_child_init(struct conninfo_child *child, struct conninfo *info, struct err *err);
void conninfo_child_done(struct conninfo_child *child);
/* Removes the folders with passwords of runs that were killed; how many. */
int conninfo_child_sweep(void);

#endif
