/* archive/share.c - a folder's tables for several pg_restores: each gets about as many bytes as the others. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "reader.h"

/* One more pg_restore costs some 10 ms. */
enum { WORTH_BYTES = 8 << 20 };

struct item {
	const char *entry;
	int64_t bytes;
};

/* "3345; 0 16390 TABLE DATA public t postgres" is in 3345.dat, 3345.dat.gz, ... What is not a table is small, or read by whoever is first (large
 * objects, which are many files). */
static int64_t bytes_of(const char *folder, const char *entry)
{
	static const char *const endings[] = {".dat.gz", ".dat.zst", ".dat.lz4", ".dat"};
	struct stat info;
	int64_t bytes = 0;
	if (!list_is_rows(entry))
		return 0;
	for (size_t i = 0; bytes == 0 && i < sizeof endings / sizeof endings[0]; i++) {
		char *path = mem_format("%s/%.*s%s", folder, (int)strspn(entry, "0123456789"), entry, endings[i]);
		if (stat(path, &info) == 0)
			bytes = (int64_t)info.st_size;
		mem_free(path);
	}
	return bytes;
}

static int largest_first(const void *a, const void *b)
{
	const struct item *one = a, *other = b;
	return one->bytes < other->bytes ? 1 : one->bytes > other->bytes ? -1 : 0;
}

static int readers_for(int64_t all)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t worth = all / WORTH_BYTES, most = processors < READERS_MOST ? processors : READERS_MOST;
	return worth < 2 || most < 2 ? 1 : (int)(worth < most ? worth : most);
}

/* To whoever has least so far. */
static void deal(const struct item *items, size_t count, int readers, struct text *lists)
{
	int64_t loads[READERS_MOST] = {0};
	for (size_t i = 0; i < count; i++) {
		int least = 0;
		for (int r = 1; r < readers && items[i].bytes > 0; r++)
			if (loads[r] < loads[least])
				least = r;
		loads[least] += items[i].bytes;
		text_addf(&lists[least], "%s\n", items[i].entry);
	}
}

int share_entries(const char *folder, const struct words *entries, char *lists[READERS_MOST])
{
	struct item *items = mem_new((entries->count + 1) * sizeof *items);
	struct text texts[READERS_MOST] = {{0}};
	int64_t all = 0;
	memset(lists, 0, READERS_MOST * sizeof *lists);
	for (size_t i = 0; i < entries->count; i++) {
		items[i] = (struct item){entries->v[i], bytes_of(folder, entries->v[i])};
		all += items[i].bytes;
	}
	int readers = readers_for(all);
	if (readers > 1) {
		qsort(items, entries->count, sizeof *items, largest_first);
		deal(items, entries->count, readers, texts);
	}
	for (int r = 0; readers > 1 && r < readers; r++)
		lists[r] = text_take(&texts[r]);
	mem_free(items);
	return readers;
}
