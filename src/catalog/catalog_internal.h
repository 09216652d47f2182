/* What the files of src/catalog share. */
#ifndef PGTEND_CATALOG_INTERNAL_H
#define PGTEND_CATALOG_INTERNAL_H

#include "pgtend/catalog/catalog.h"

enum { CATALOG_DEADLINE_MS = 60000 };

void catalog_hash(const char *bytes, size_t length, char digest[CATALOG_DIGEST_SIZE]);

#endif
