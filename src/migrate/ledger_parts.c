/* See migrate/migrate.h and migrate/folder.h: the files and rows of a ledger, and which belong together. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/task.h"
#include "pgtend/migrate/checksum.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/pg/result.h"
#include "records.h"

struct migration_file *ledger_add_file(struct ledger *ledger, char *name, char *path)
{
	/* Grown by doubling: room is made whenever the count is a power of two. */
	if ((ledger->file_count & (ledger->file_count - 1)) == 0)
		ledger->files =
		    mem_grow(ledger->files, (size_t)(ledger->file_count ? ledger->file_count * 2 : 1), sizeof *ledger->files);
	struct migration_file *file = &ledger->files[ledger->file_count++];
	*file = (struct migration_file){.name = name, .path = path, .row = -1};
	ledger->migration_count = ledger->file_count;
	return file;
}

void ledger_add_refused(struct ledger *ledger, const char *file_name, const char *why)
{
	int migrations = ledger->migration_count;
	struct migration_file *file = ledger_add_file(ledger, mem_copy(file_name), places_join(ledger->folder, file_name));
	file->refused = mem_copy(why);
	ledger->migration_count = migrations;
}

struct migration_row *ledger_add_row(struct ledger *ledger, const char *name, int64_t applied_us)
{
	if ((ledger->row_count & (ledger->row_count - 1)) == 0)
		ledger->rows =
		    mem_grow(ledger->rows, (size_t)(ledger->row_count ? ledger->row_count * 2 : 1), sizeof *ledger->rows);
	struct migration_row *row = &ledger->rows[ledger->row_count++];
	*row = (struct migration_row){.name = mem_copy(name), .applied_us = applied_us, .file = -1};
	return row;
}

void ledger_take_checksum(struct ledger *ledger, struct migration_file *file)
{
	if (!file->checksum)
		file->checksum = checksums_of(ledger->checksums, file->path);
}

void ledger_take_checksums(struct ledger *ledger)
{
	enum { FILES_A_TURN = 256 };
	for (int i = 0; i < ledger->migration_count; i++) {
		/* What the server answers meanwhile is taken as it comes. */
		if (task_self() && i % FILES_A_TURN == 0)
			task_yield();
		ledger_take_checksum(ledger, &ledger->files[i]);
	}
	checksums_close(ledger->checksums);
	ledger->checksums = NULL;
}

void ledger_forget_rows(struct ledger *ledger)
{
	for (int i = 0; i < ledger->row_count; i++) {
		mem_free(ledger->rows[i].name);
		mem_free(ledger->rows[i].note);
		mem_free(ledger->rows[i].checksum);
	}
	mem_free(ledger->rows);
	ledger->rows = NULL;
	ledger->row_count = 0;
	mem_free(ledger->records);
	ledger->records = NULL;
	ledger->record_count = 0;
	result_free(ledger->record_answer);
	ledger->record_answer = NULL;
	words_done(&ledger->people);
	for (int i = 0; i < ledger->progress_count; i++) {
		mem_free(ledger->progress[i].name);
		mem_free(ledger->progress[i].checksum);
		mem_free(ledger->progress[i].who);
	}
	mem_free(ledger->progress);
	ledger->progress = NULL;
	ledger->progress_count = 0;
	for (int i = 0; i < ledger->file_count; i++) {
		struct migration_file *file = &ledger->files[i];
		file->row = -1;
		file->record = NULL;
		file->progress = NULL;
		file->is_skipped = file->is_edited = file->is_disordered = file->is_dirty = false;
	}
}

void ledger_done(struct ledger *ledger)
{
	ledger_forget_rows(ledger);
	for (int i = 0; i < ledger->file_count; i++) {
		struct migration_file *file = &ledger->files[i];
		mem_free(file->name);
		mem_free(file->path);
		mem_free(file->refused);
		mem_free(file->only_by_tool);
		mem_free(file->key);
		mem_free(file->down_path);
		mem_free(file->note);
		mem_free(file->checksum);
	}
	checksums_close(ledger->checksums);
	mem_free(ledger->files);
	mem_free(ledger->folder);
	mem_free(ledger->history);
	mem_free(ledger->history_schema);
	mem_free(ledger->history_table);
	mem_free(ledger->columns);
	mem_free(ledger->bare_columns);
	mem_free(ledger->create_sql);
	mem_free(ledger->record_columns);
	mem_free(ledger->place);
	records_forget(ledger->memory);
	memset(ledger, 0, sizeof *ledger);
}

void ledger_join(struct ledger *ledger, int file, int row)
{
	ledger->files[file].row = row;
	if (ledger->rows[row].file < 0)
		ledger->rows[row].file = file;
}

static int compare_file_names(const void *a, const void *b)
{
	return strcmp((*(struct migration_file *const *)a)->name, (*(struct migration_file *const *)b)->name);
}

static int compare_name_to_file(const void *name, const void *file)
{
	return strcmp(name, (*(struct migration_file *const *)file)->name);
}

void ledger_match_by_name(struct ledger *ledger)
{
	size_t count = (size_t)ledger->migration_count;
	int same = 0; /* files and rows stand in the same order, as far as nothing is wrong */
	while (same < ledger->migration_count && same < ledger->row_count &&
	       strcmp(ledger->files[same].name, ledger->rows[same].name) == 0) {
		ledger_join(ledger, same, same);
		same++;
	}
	if (same == ledger->row_count)
		return;
	struct migration_file **sorted = mem_grow(NULL, count + 1, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &ledger->files[i];
	qsort(sorted, count, sizeof *sorted, compare_file_names);
	for (int row = same; row < ledger->row_count; row++) {
		struct migration_file **found =
		    bsearch(ledger->rows[row].name, sorted, count, sizeof *sorted, compare_name_to_file);
		if (found)
			ledger_join(ledger, (int)(*found - ledger->files), row);
	}
	mem_free(sorted);
}
