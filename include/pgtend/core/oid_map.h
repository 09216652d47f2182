/* core/oid_map.h - which row has a number: facts of thousands of relations are tied together by it. */
#ifndef PGTEND_CORE_OID_MAP_H
#define PGTEND_CORE_OID_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "pgtend/core/table.h"

struct oid_map; /* opaque */

/* The rows as they are now; the first of equal numbers is found. */
struct oid_map *oid_map_new(const struct table *table, const char *column);
void oid_map_free(struct oid_map *map); /* NULL is nothing */
/* Other numbers that lead to the same row; before the first look. oids: "{1,2}"; NULL: none. */
void oid_map_add(struct oid_map *map, const char *oids, int row);
int oid_map_row(struct oid_map *map, int64_t oid); /* -1: none */

#endif
