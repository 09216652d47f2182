/* See migrate/metadata.h: pgtend's own records, laid beside the files and rows of a ledger. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"
#include "pgtend/migrate/metadata.h"
#include "pgtend/sql_embedded.h"
#include "records.h"

enum { DEADLINE_MS = 30000 };

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

enum { NAME, ACTION, CHECKSUM, MODE, RAN_US, DURATION_MS, OS_USER, HOST, DB_USER, VERSION, ID, BEGUN, DONE };

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct result *result = arg;
	int left = *(const int *)a, right = *(const int *)b;
	int order = strcmp(result_text(result, left, NAME), result_text(result, right, NAME));
	return order ? order : left - right;
}

/* Names mostly grow, as their numbers do. */
static bool is_in_order(const struct result *result, const int *order, int count)
{
	for (int i = 1; i < count; i++)
		if (compare_rows(&order[i - 1], &order[i], (void *)result) > 0)
			return false;
	return true;
}

static char *copy_of(const struct result *result, int row, int column)
{
	return mem_copy(result_text(result, row, column));
}

/* "root@host, role postgres", as far as it is known. NULL: nothing is. */
static char *who_of(const struct result *result, int row)
{
	const char *user = result_text(result, row, OS_USER), *host = result_text(result, row, HOST), *role = result_text(result, row, DB_USER);
	struct text who = {0};
	text_add(&who, user ? user : "");
	text_add(&who, user && host ? "@" : "");
	text_add(&who, host ? host : "");
	if (role) {
		text_add(&who, who.length ? ", role " : "role ");
		text_add(&who, role);
	}
	if (who.length)
		return text_take(&who);
	text_done(&who);
	return NULL;
}

static void add_progress(struct ledger *ledger, const struct result *result, int row)
{
	ledger->progress = mem_grow(ledger->progress, (size_t)ledger->progress_count + 1, sizeof *ledger->progress);
	ledger->progress[ledger->progress_count++] = (struct migration_progress){
	    .name = copy_of(result, row, NAME),
	    .checksum = copy_of(result, row, CHECKSUM),
	    .who = who_of(result, row),
	    .is_up = strcmp(result_text(result, row, ACTION), "up") == 0,
	    .begun = (int)result_int(result, row, BEGUN, 0),
	    .done = (int)result_int(result, row, DONE, 0),
	    .changed_us = result_int(result, row, RAN_US, 0),
	};
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Mostly the same as of the row before. */
static const char *person_of(struct ledger *ledger, const struct result *result, int row)
{
	bool is_same = row > 0 && ledger->people.count > 0;
	for (int column = OS_USER; is_same && column <= DB_USER; column++)
		is_same = is_same_text(result_text(result, row, column), result_text(result, row - 1, column));
	if (!is_same || ledger->person_row != row - 1) {
		char *who = who_of(result, row);
		if (!who)
			return NULL;
		words_take(&ledger->people, who);
	}
	ledger->person_row = row;
	return ledger->people.v[ledger->people.count - 1];
}

/* The last row of each name; those that are remembered, where the server says that nothing changed. */
static void keep_last(struct ledger *ledger, const struct result *result)
{
	int rows = result_rows(result), count = 0;
	const char *mark = NULL;
	int *order = mem_grow(NULL, (size_t)rows + 1, sizeof *order);
	for (int i = 0; i < rows; i++)
		if (result_text(result, i, BEGUN))
			add_progress(ledger, result, i);
		else if (strcmp(result_text(result, i, ACTION), "mark") == 0)
			mark = result_text(result, i, NAME);
		else
			order[count++] = i;
	if (!mark || is_same_text(mark, ledger->memory->mark)) {
		if (mark)
			records_take(ledger->memory, ledger);
		mem_free(order);
		return;
	}
	if (!is_in_order(result, order, count))
		qsort_r(order, (size_t)count, sizeof *order, compare_rows, (void *)result);
	ledger->records = mem_grow(NULL, (size_t)count + 1, sizeof *ledger->records);
	for (int i = 0; i < count; i++) {
		int row = order[i];
		if (i + 1 < count && strcmp(result_text(result, row, NAME), result_text(result, order[i + 1], NAME)) == 0)
			continue;
		const char *duration = result_text(result, row, DURATION_MS);
		ledger->records[ledger->record_count++] = (struct migration_record){
		    .name = result_text(result, row, NAME),
		    .action = result_text(result, row, ACTION),
		    .checksum = result_text(result, row, CHECKSUM),
		    .mode = result_text(result, row, MODE),
		    .ran_us = result_int(result, row, RAN_US, 0),
		    .duration_ms = duration ? strtod(duration, NULL) : -1,
		    .who = person_of(ledger, result, row),
		    .version = result_text(result, row, VERSION),
		};
	}
	mem_free(order);
	records_keep(ledger->memory, mark, ledger);
}

void metadata_ask(struct ledger *ledger, struct session *session)
{
	if (ledger->is_without_records || !ledger->record_columns || !ledger->has_progress || !has_all_columns(ledger->record_columns))
		return;
	bool is_wanted = !ledger->wants_progress_only;
	char *place = ledger->place && is_wanted ? mem_format("%s %s", ledger->place, ledger->history) : NULL;
	records_forget(ledger->memory);
	ledger->memory = records_recall(place);
	mem_free(place);
	const char *params[] = {ledger->history, !is_wanted ? NULL : ledger->memory->mark ? ledger->memory->mark : ""};
	ledger->asked = session_ask(session, sql_migrate_metadata_records, params, 2, DEADLINE_MS);
}

static bool read_records(struct ledger *ledger, struct session *session, struct err *err)
{
	if (!ledger->asked)
		metadata_ask(ledger, session);
	if (!ledger->asked)
		return true;
	struct result *result = NULL;
	bool is_done = session_answer_wait(ledger->asked, &result, err);
	ledger->asked = NULL;
	if (is_done) {
		keep_last(ledger, result);
		ledger->record_answer = result;
		return true;
	}
	is_done = is_refusal(result, err);
	result_free(result);
	return is_done;
}

/* --- laid beside files and rows ------------------------------------------------------------------------- */

static int compare_name_to_record(const void *name, const void *record)
{
	return strcmp(name, ((const struct migration_record *)record)->name);
}

/* *next: where to look first, because files and records mostly stand in the same order. */
static const struct migration_record *find_record(const struct ledger *ledger, const char *name, const struct migration_record **next)
{
	if (ledger->record_count == 0)
		return NULL;
	if (*next < ledger->records + ledger->record_count && strcmp((*next)->name, name) == 0)
		return (*next)++;
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
	/* Nothing ran when it was marked: the row may tell of an earlier moment. */
	if (!record->mode && applied_us <= record->ran_us + second)
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
	const struct migration_record *next = ledger->records;
	for (int i = 0; i < ledger->migration_count; i++) {
		struct migration_file *file = &ledger->files[i];
		const struct migration_record *record = file->row >= 0 ? find_record(ledger, file->name, &next) : NULL;
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

static void lay_progress(struct ledger *ledger)
{
	for (int k = 0; k < ledger->progress_count; k++)
		for (int i = 0; i < ledger->migration_count; i++) {
			struct migration_file *file = &ledger->files[i];
			/* Of a migration that stands on the other side since, by whatever tool, it tells nothing any more. */
			if (strcmp(file->name, ledger->progress[k].name) == 0 && (file->row < 0) == ledger->progress[k].is_up &&
			    ledger->progress[k].begun > 0)
				file->progress = &ledger->progress[k];
		}
}

/* A history that marks what has begun (golang-migrate's dirty version): what pgtend itself began, and knows how far it came, is no riddle. It is
 * half done, as it would be in any other dialect. Of another text, or begun by the tool, only the database tells. */
static void take_back_dirty(struct ledger *ledger)
{
	struct migration_row *last = ledger->row_count ? &ledger->rows[ledger->row_count - 1] : NULL;
	if (!last || last->file < 0 || !last->note || !text_starts_with(last->note, "dirty"))
		return;
	struct migration_file *file = &ledger->files[last->file];
	for (int k = 0; k < ledger->progress_count && !file->is_dirty; k++) {
		const struct migration_progress *progress = &ledger->progress[k];
		if (!progress->is_up || strcmp(progress->name, file->name) != 0 || !progress->checksum || !file->checksum ||
		    strcmp(progress->checksum, file->checksum) != 0)
			continue;
		file->is_dirty = true;
		file->progress = progress;
	}
	if (!file->is_dirty)
		return;
	file->row = -1;
	file->record = NULL;
	file->is_disordered = file->is_edited = false;
	mem_free(file->note);
	file->note = NULL;
	mem_free(last->name);
	mem_free(last->note);
	mem_free(last->checksum);
	ledger->row_count--;
}

static void lay_beside_rows(struct ledger *ledger)
{
	const struct migration_record *next = ledger->records;
	for (int i = 0; i < ledger->row_count; i++) {
		struct migration_row *row = &ledger->rows[i];
		if (row->file >= 0)
			continue;
		const struct migration_record *record = find_record(ledger, row->name, &next);
		if (!record)
			record = find_by_checksum(ledger, row->name);
		if (!record || !is_same_run(record, row->applied_us))
			continue;
		row->record = record;
		if (!row->checksum)
			row->checksum = mem_copy(record->checksum);
	}
}

/* --- what the tool's own table says ---------------------------------------------------------------------- */

/* The checksum as that team's runner takes it; NULL: not to be had. Caller frees. */
static char *sum_like(const struct migration_file *file, const char *wanted)
{
	size_t digits = strlen(wanted), length;
	if (digits == CHECKSUM_SIZE - 1)
		return mem_copy(file->checksum);
	char *bytes, hex[CHECKSUM_SIZE];
	struct err unreadable = {0};
	if ((digits != 32 && digits != 40) || !places_read_file(file->path, &bytes, &length, &unreadable))
		return NULL;
	bool is_known = checksum_of_kind(bytes, length, digits, hex);
	mem_free(bytes);
	return is_known ? mem_copy(hex) : NULL;
}

/* What a runner of the team's own sums up (all bytes? trimmed? with the name?) nobody knows: where it is the same for at least one file,
 * it is what we take it for, and the others are edited. */
static void compare_with_own_column(struct ledger *ledger)
{
	bool *differs = mem_new(((size_t)ledger->migration_count + 1) * sizeof *differs);
	int same = 0;
	for (int i = 0; i < ledger->migration_count; i++) {
		const struct migration_file *file = &ledger->files[i];
		const char *wanted = file->row >= 0 && ledger->rows[file->row].file == i ? ledger->rows[file->row].checksum : NULL;
		char *sum = wanted ? sum_like(file, wanted) : NULL;
		differs[i] = sum && strcasecmp(sum, wanted) != 0;
		same += sum && !differs[i];
		mem_free(sum);
	}
	for (int i = 0; same > 0 && i < ledger->migration_count; i++)
		ledger->files[i].is_edited = ledger->files[i].is_edited || differs[i];
	mem_free(differs);
}

bool metadata_read(struct ledger *ledger, struct session *session, struct err *err)
{
	compare_with_own_column(ledger);
	if (!read_records(ledger, session, err))
		return false;
	lay_beside_files(ledger);
	lay_beside_rows(ledger);
	lay_progress(ledger);
	take_back_dirty(ledger);
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
