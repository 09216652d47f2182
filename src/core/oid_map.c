/* Rows by number. */
#include "pgtend/core/oid_map.h"

#include <stdbool.h>
#include <stdlib.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"

struct place {
	int64_t oid;
	int row;
};

struct oid_map {
	struct place *places;
	size_t count;
	bool is_sorted;
};

static int by_oid(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->oid != b->oid)
		return a->oid < b->oid ? -1 : 1;
	return a->row - b->row;
}

struct oid_map *oid_map_new(const struct table *table, const char *column)
{
	struct oid_map *map = MEM_NEW(struct oid_map);
	int number = table_column(table_shape(table), column);

	map->places = mem_grow(NULL, (size_t)table_rows(table) + 1, sizeof *map->places);
	for (int row = 0; row < table_rows(table); row++)
		map->places[map->count++] = (struct place){table_cell(table, row, number)->u.integer, row};
	return map;
}

void oid_map_free(struct oid_map *map)
{
	if (!map)
		return;
	mem_free(map->places);
	mem_free(map);
}

void oid_map_add(struct oid_map *map, const char *oids, int row)
{
	struct words numbers = {0};
	int64_t oid;

	words_split(&numbers, oids ? oids : "", "{,}");
	map->places = mem_grow(map->places, map->count + numbers.count + 1, sizeof *map->places);
	for (size_t i = 0; i < numbers.count; i++)
		if (units_parse_int(numbers.v[i], &oid))
			map->places[map->count++] = (struct place){oid, row};
	map->is_sorted = false;
	words_done(&numbers);
}

int oid_map_row(struct oid_map *map, int64_t oid)
{
	size_t low = 0, high = map->count;

	if (!map->is_sorted)
		qsort(map->places, map->count, sizeof *map->places, by_oid);
	map->is_sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->places[middle].oid < oid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < map->count && map->places[low].oid == oid ? map->places[low].row : -1;
}
