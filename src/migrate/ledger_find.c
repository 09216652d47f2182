/* See migrate/folder.h: migrations by what people call them. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/folder.h"

/* The number of a name as people say it: what stands before the first that is no digit. */
static bool is_number_of(const char *name, const char *wanted)
{
	size_t length = strlen(wanted);
	return length > 0 && strspn(wanted, "0123456789") == length && strncmp(name, wanted, length) == 0 &&
	       strspn(name, "0123456789") == length;
}

static bool is_named(const struct migration_file *file, const char *wanted)
{
	const char *slash = strrchr(file->path, '/');
	return strcmp(file->name, wanted) == 0 || (slash && strcmp(slash + 1, wanted) == 0) ||
	       is_number_of(file->name, wanted);
}

int ledger_find_file(const struct ledger *ledger, const char *wanted, const char *before, struct err *err)
{
	int found = -1;
	for (int i = 0; i < ledger->migration_count; i++) {
		if (strcmp(ledger->files[i].name, wanted) == 0)
			return i;
		if (!is_named(&ledger->files[i], wanted))
			continue;
		if (found >= 0) {
			err_set(err, ERR_USAGE, "%s%s: both %s and %s have this number", before, wanted, ledger->files[found].name,
			    ledger->files[i].name);
			err_hint(err, "give the whole name, as `pgtend migrate status` shows it");
			return -1;
		}
		found = i;
	}
	if (found >= 0)
		return found;
	const char **names = mem_grow(NULL, (size_t)ledger->migration_count + 1, sizeof *names);
	for (int i = 0; i < ledger->migration_count; i++)
		names[i] = ledger->files[i].name;
	const char *nearest = text_nearest(wanted, names, (size_t)ledger->migration_count);
	err_set(err, ERR_USAGE, "%s%s: no migration is called so%s%s", before, wanted, nearest ? "; perhaps " : "",
	    nearest ? nearest : "");
	mem_free(names);
	return -1;
}

int ledger_find_exact(const struct ledger *ledger, const char *name)
{
	for (int i = 0; i < ledger->migration_count; i++)
		if (strcmp(ledger->files[i].name, name) == 0)
			return i;
	return -1;
}

int migration_before(const struct ledger *ledger, int file)
{
	while (--file >= 0 && ledger->files[file].row < 0)
		;
	return file;
}

bool migration_has_room(const struct ledger *ledger, int before)
{
	int row = before >= 0 ? ledger->files[before].row : -1;
	return row < 0 || row + 1 >= ledger->row_count || ledger->rows[row].applied_us < ledger->rows[row + 1].applied_us;
}
