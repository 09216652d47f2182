/* config/discover.h - looking at a repository: databases, .env files, migration and seed folders, dialects. `pgtend
 * init` writes what it finds.
 *
 * Knows the four layouts of the systems that pgtend was conceived for (root .env + packages and apps; compose;
 * drizzle.config), reads files only, runs nothing.
 */
#ifndef PGTEND_CONFIG_DISCOVER_H
#define PGTEND_CONFIG_DISCOVER_H

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"

struct discovery {
	struct text ini;          /* the commented pgtend.ini */
	struct words databases;   /* section names */
	struct table *rows;       /* the same as data: one row a database, shape discovery_shape */
	struct words notes;       /* "apps/atriz/.env lacks PORT, which env.example has", ... */
};
PGTEND_CHECK bool discover(const char *folder, struct discovery *found, struct err *err);
void discovery_done(struct discovery *found);
extern const struct table_shape discovery_shape;
/* "node-pg-migrate", "drizzle", "drizzle-v1", "plain", "dbmate", "golang-migrate"; NULL: cannot be told from the
 * folder alone. Static. */
const char *discover_dialect(const char *migrations_folder);
/* Where the drizzle.config.* whose `out` is this folder (in it or up to seven folders above) says that the history lies; either may be NULL:
 * the tool's own. false: there is no such file. Caller frees both. */
bool discover_drizzle_history(const char *migrations_folder, char **schema, char **table);
/* The major version of a package of npm that a folder uses: as installed in a node_modules, else as the nearest package.json that names it asks
 * for it. 0: not known. */
int discover_package_major(const char *folder, const char *package);

#endif
