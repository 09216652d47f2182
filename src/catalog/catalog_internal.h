/* What the files of src/catalog share. */
#ifndef PGTEND_CATALOG_INTERNAL_H
#define PGTEND_CATALOG_INTERNAL_H

#include "pgtend/catalog/catalog.h"

enum { CATALOG_DEADLINE_MS = 60000 };

void catalog_hash(const char *bytes, size_t length, char digest[CATALOG_DIGEST_SIZE]);
/* By kind, schema, parent, name. */
int catalog_order(const struct catalog_object *a, const struct catalog_object *b);
/* Takes out all that are not kept. */
void catalog_keep(struct catalog *catalog, bool (*is_kept)(const struct catalog_object *object, const void *arg), const void *arg);
/* The columns of a table as they stand in it, of a sorted catalog; the list is the caller's. */
size_t catalog_columns(const struct catalog *catalog, const char *schema, const char *table, const struct catalog_object ***columns);

#endif
