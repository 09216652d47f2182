/* What the files of src/fresh that build what is expected share: expected.c leads and builds on the database's server, expected_lite.c builds
 * in a PGlite. All in a task. */
#ifndef PGTEND_FRESH_EXPECTED_INTERNAL_H
#define PGTEND_FRESH_EXPECTED_INTERNAL_H

#include "pgtend/fresh/expected.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/migrate.h"

struct expecting {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	struct session *source;
	struct ledger ledger; /* of the source */
	struct words chosen;  /* names of the files that run */
};
/* The extensions of the configuration, then the chosen migrations. */
PGTEND_CHECK bool expected_run(struct expecting *expecting, struct database *where, struct err *err);
PGTEND_CHECK bool expected_read(
    struct expecting *expecting, struct database *where, const struct catalog_options *options, struct catalog *catalog, struct err *err);
/* All of it in a PGlite, where the server of the database has no CREATE DATABASE. */
PGTEND_CHECK bool expected_build_lite(
    struct expecting *expecting, const struct catalog_options *options, struct catalog *catalog, struct err *err);

#endif
