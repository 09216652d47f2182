/* See migrate/metadata.h: pgtend's own records, laid beside the files and rows of a ledger. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/metadata.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000 };

/* An answer that says no (dropped meanwhile, forbidden meanwhile) is as good as none; only silence is a failure. */
static bool is_refusal(const struct result *result, struct err *err)
{
	if (!result || !result_error(result))
		return false;
	err_clear(err);
	return true;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static bool has_all_columns(const char *columns)
{
	static const char *const needed[] = {
	    "id", "history", "name", "action", "checksum", "mode", "ran_at", "duration_ms", "db_user", "os_user", "host", "version"};
	struct words there = {0};
	bool has_all = true;
	words_split(&there, columns, ",");
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		has_all = has_all && words_has(&there, needed[i]);
	words_done(&there);
	return has_all;
}

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct result *result = arg;
	int left = *(const int *)a, right = *(const int *)b;
	int order = strcmp(result_text(result, left, 0), result_text(result, right, 0));
	return order ? order : left - right;
}

/* The last row of each name. */
static void keep_last(struct ledger *ledger, const struct result *result)
{
	int rows = result_rows(result);
	int *order = mem_grow(NULL, (size_t)rows + 1, sizeof *order);
	for (int i = 0; i < rows; i++)
		order[i] = i;
	qsort_r(order, (size_t)rows, sizeof *order, compare_rows, (void *)result);
	ledger->records = mem_grow(NULL, (size_t)rows + 1, sizeof *ledger->records);
	for (int i = 0; i < rows; i++) {
		int row = order[i];
		if (i + 1 < rows && strcmp(result_text(result, row, 0), result_text(result, order[i + 1], 0)) == 0)
			continue;
		const char *duration = result_text(result, row, 5);
		ledger->records[ledger->record_count++] = (struct migration_record){
		    .name = mem_copy(result_text(result, row, 0)),
		    .action = mem_copy(result_text(result, row, 1)),
		    .checksum = mem_copy(result_text(result, row, 2)),
		    .mode = mem_copy(result_text(result, row, 3)),
		    .ran_us = result_int(result, row, 4, 0),
		    .duration_ms = duration ? strtod(duration, NULL) : -1,
		    .who = mem_copy(result_text(result, row, 6)),
		    .version = mem_copy(result_text(result, row, 7)),
		};
	}
	mem_free(order);
}

static bool read_records(struct ledger *ledger, struct session *session, struct err *err)
{
	if (ledger->is_without_records || !ledger->record_columns || !has_all_columns(ledger->record_columns))
		return true;
	struct result *result = NULL;
	const char *params[] = {ledger->history};
	bool is_done = session_query_wait(session, sql_migrate_metadata_records, params, 1, DEADLINE_MS, &result, err);
	if (is_done)
		keep_last(ledger, result);
	is_done = is_done || is_refusal(result, err);
	result_free(result);
	return is_done;
}

/* --- laid beside files and rows ------------------------------------------------------------------------- */

static int compare_name_to_record(const void *name, const void *record)
{
	return strcmp(name, ((const struct migration_record *)record)->name);
}

static const struct migration_record *find_record(const struct ledger *ledger, const char *name)
{
	return bsearch(name, ledger->records, (size_t)ledger->record_count, sizeof *ledger->records, compare_name_to_record);
}

/* Can the row be of the run that the record tells of? Both were written in one transaction; but a time without zone is read in another
 * zone than it was written in, once somebody changes the server's. */
static bool is_same_run(const struct migration_record *record, int64_t applied_us)
{
	const int64_t quarter = 15 * 60 * 1000000LL, second = 1000000;
	if (strcmp(record->action, "down") == 0 || strcmp(record->action, "mark pending") == 0)
		return false;
	if (applied_us == 0)
		return true;
	int64_t apart = applied_us - record->ran_us, took = record->duration_ms > 0 ? (int64_t)(record->duration_ms * 1000) : 0;
	if (apart < -27 * 4 * quarter || apart > 27 * 4 * quarter + took)
		return false;
	int64_t rest = (apart % quarter + quarter) % quarter;
	return rest <= second + took || rest >= quarter - second;
}

/* The history names a row by the file's hash there. */
static const struct migration_record *find_by_checksum(const struct ledger *ledger, const char *checksum)
{
	for (int i = 0; strlen(checksum) == 64 && i < ledger->record_count; i++)
		if (ledger->records[i].checksum && strcmp(ledger->records[i].checksum, checksum) == 0)
			return &ledger->records[i];
	return NULL;
}

static void lay_beside_files(struct ledger *ledger)
{
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		const struct migration_record *record = file->row >= 0 ? find_record(ledger, file->name) : NULL;
		if (!record || !is_same_run(record, ledger->rows[file->row].applied_us))
			continue;
		file->record = record;
		struct migration_row *row = &ledger->rows[file->row];
		if (row->file == i && !row->checksum)
			row->checksum = mem_copy(record->checksum);
		if (record->checksum && file->checksum && strcmp(record->checksum, file->checksum) != 0)
			file->is_edited = true;
	}
}

static void lay_beside_rows(struct ledger *ledger)
{
	for (int i = 0; i < ledger->row_count; i++) {
		struct migration_row *row = &ledger->rows[i];
		if (row->file >= 0)
			continue;
		const struct migration_record *record = find_record(ledger, row->name);
		if (!record)
			record = find_by_checksum(ledger, row->name);
		if (!record || !is_same_run(record, row->applied_us))
			continue;
		row->record = record;
		if (!row->checksum)
			row->checksum = mem_copy(record->checksum);
	}
}

bool metadata_read(struct ledger *ledger, struct session *session, struct err *err)
{
	if (!read_records(ledger, session, err))
		return false;
	if (ledger->record_count == 0)
		return true;
	lay_beside_files(ledger);
	lay_beside_rows(ledger);
	return true;
}

/* --- progress ------------------------------------------------------------------------------------------ */

bool metadata_read_progress(const struct ledger *ledger, const struct plan_step *step, struct session *session,
    struct metadata_progress *progress, struct err *err)
{
	memset(progress, 0, sizeof *progress);
	if (ledger->is_without_records || !ledger->has_progress)
		return true;
	struct result *result = NULL;
	const char *params[] = {ledger->history, ledger->files[step->file].name, step->is_up ? "up" : "down"};
	bool is_done = session_query_wait(session, sql_migrate_metadata_progress, params, 3, DEADLINE_MS, &result, err);
	if (is_done && result_rows(result) == 1) {
		progress->is_there = true;
		progress->checksum = mem_copy(result_text(result, 0, 0));
		progress->done = (int)result_int(result, 0, 2, 0);
		progress->is_unsettled = result_int(result, 0, 1, 0) > progress->done;
	}
	is_done = is_done || is_refusal(result, err);
	result_free(result);
	return is_done;
}

void metadata_progress_done(struct metadata_progress *progress)
{
	mem_free(progress->checksum);
	memset(progress, 0, sizeof *progress);
}
