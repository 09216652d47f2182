/* See runner/mark.h. */
#include "pgtend/runner/mark.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/folder.h"
#include "run_internal.h"

struct marking {
	struct run run;
	const struct migrate_mark *mark;
	struct run_record *records; /* in the order in which they are written */
	int count;
};

/* --- which ones --------------------------------------------------------------------------------------------- */

/* A row without file by its name. -1: none. */
static int row_named(const struct ledger *ledger, const char *name)
{
	for (int i = 0; i < ledger->row_count; i++)
		if (ledger->rows[i].file < 0 && strcmp(ledger->rows[i].name, name) == 0)
			return i;
	return -1;
}

static bool is_chosen(const struct marking *marking, int file, int row)
{
	for (int i = 0; i < marking->count; i++)
		if (file >= 0 ? marking->records[i].file == file : marking->records[i].file < 0 && marking->records[i].row == row)
			return true;
	return false;
}

static bool choose(struct marking *marking, const char *name, struct err *err)
{
	const struct ledger *ledger = &marking->run.ledger;
	int row = row_named(ledger, name), file = row >= 0 ? -1 : ledger_find_file(ledger, name, "", err);
	bool is_applied = marking->mark->is_applied;
	if (row < 0 && file < 0)
		return false;
	if (row >= 0 && is_applied) {
		err_set(err, ERR_USAGE, "%s is applied already, and its file is gone", name);
		return err_hint(err, "bring the file back from version control");
	}
	if (row >= 0 && ledger->dialect->run->has_one_row) {
		err_set(err, ERR_UNSUPPORTED, "the history of %s is one number, %s, and no file has it", ledger->dialect->name, name);
		return err_hint(err, "bring the file back from version control, or: migrate force VERSION");
	}
	bool is_dirty = file >= 0 && ledger->dialect->run->has_one_row && ledger->files[file].row == ledger->row_count - 1;
	if (file >= 0 && (ledger->files[file].row >= 0) == is_applied && !(is_applied && is_dirty) && !ledger->files[file].is_dirty) {
		report_log(marking->run.report, "%s is %s already", ledger->files[file].name, is_applied ? "applied" : "pending");
		return true;
	}
	if (is_chosen(marking, file, row))
		return true;
	marking->records = mem_grow(marking->records, (size_t)marking->count + 1, sizeof *marking->records);
	marking->records[marking->count++] = (struct run_record){.file = file, .row = row, .is_applied = is_applied};
	return true;
}

/* Applied in the files' order, taken back in the other one, as up and down do it. */
static int compare(const void *a, const void *b)
{
	const struct run_record *left = a, *right = b;
	int order = left->file != right->file ? left->file - right->file : left->row - right->row;
	return left->is_applied ? order : -order;
}

/* --- would the team's tool go on? ----------------------------------------------------------------------------- */

/* One number says how far: what lies between must be meant too. */
static bool check_one_row(const struct marking *marking, struct err *err)
{
	const struct ledger *ledger = &marking->run.ledger;
	int first = marking->records[0].file;
	bool is_applied = marking->mark->is_applied;
	int next = is_applied ? ledger->last_applied + 1 : ledger->last_applied;
	/* The version at which it stands may be said again: then it is not dirty any more. */
	bool is_whole = first == next || (is_applied ? first == ledger->last_applied : ledger->files[first].is_dirty);
	for (int i = 1; is_whole && i < marking->count; i++)
		is_whole = marking->records[i].file == marking->records[i - 1].file + (is_applied ? 1 : -1);
	if (is_whole)
		return true;
	int missing = next;
	while (missing >= 0 && missing < ledger->migration_count && is_chosen(marking, missing, -1))
		missing += is_applied ? 1 : -1;
	err_set(err, ERR_USAGE, "the history of %s is one number: %s would be %s too", ledger->dialect->name,
	    ledger->files[missing].name, is_applied ? "applied" : "pending");
	return err_hint(err, "name it as well, if that is meant; nothing was written down");
}

/* Where in the list a late one goes: behind the last of those that stand before it in the folder, as the dialect's record_sql puts it
 * there; at the end where the history's times leave no room. */
static size_t place_of(const struct ledger *ledger, int file, const struct words *names)
{
	int before = migration_before(ledger, file);
	if (file > ledger->last_applied || !migration_has_room(ledger, before))
		return names->count;
	const char *last = before >= 0 ? ledger->files[before].name : NULL;
	size_t at = 0;
	for (size_t i = 0; last && i < names->count; i++)
		if (strcmp(names->v[i], last) == 0)
			at = i + 1;
	while (at < names->count && ledger_find_exact(ledger, names->v[at]) < file && ledger_find_exact(ledger, names->v[at]) > before)
		at++;
	return at;
}

static void insert(struct words *names, size_t at, const char *name)
{
	words_add(names, name);
	char *added = names->v[names->count - 1];
	memmove(names->v + at + 1, names->v + at, (names->count - 1 - at) * sizeof *names->v);
	names->v[at] = added;
}

/* The names that the history would have, in its order. */
static void names_after(const struct marking *marking, struct words *names)
{
	const struct ledger *ledger = &marking->run.ledger;
	for (int i = 0; i < ledger->row_count; i++) {
		bool is_gone = false;
		for (int k = 0; k < marking->count; k++) {
			const struct run_record *record = &marking->records[k];
			const char *name = record->file >= 0 ? ledger->files[record->file].name : ledger->rows[record->row].name;
			is_gone = is_gone || (!record->is_applied && strcmp(name, ledger->rows[i].name) == 0);
		}
		if (!is_gone)
			words_add(names, ledger->rows[i].name);
	}
	for (int k = 0; k < marking->count; k++)
		if (marking->records[k].is_applied)
			insert(names, place_of(ledger, marking->records[k].file, names), ledger->files[marking->records[k].file].name);
}

/* The tool's own check over the history as it would be. */
static bool check_after(const struct marking *marking, struct err *err)
{
	const struct ledger *ledger = &marking->run.ledger;
	/* Borrows what says whose history it is; owns its rows and its files' notes. */
	struct ledger after = {.dialect = ledger->dialect,
	    .folder = ledger->folder,
	    .history = ledger->history,
	    .has_history = true,
	    .columns = ledger->columns,
	    .plain = ledger->plain,
	    .loader = ledger->loader,
	    .file_count = ledger->file_count,
	    .migration_count = ledger->migration_count,
	    .last_applied = -1};
	struct words names = {0};
	names_after(marking, &names);
	after.files = mem_grow(NULL, (size_t)ledger->file_count + 1, sizeof *after.files);
	for (int i = 0; i < ledger->file_count; i++)
		after.files[i] = (struct migration_file){.name = ledger->files[i].name,
		    .path = ledger->files[i].path,
		    .prefix = ledger->files[i].prefix,
		    .key = ledger->files[i].key,
		    .row = -1};
	for (size_t i = 0; i < names.count; i++)
		ledger_add_row(&after, names.v[i], 0);
	(ledger->dialect->match ? ledger->dialect->match : ledger_match_by_name)(&after);
	bool is_good = ledger->dialect->check_order(&after, err);
	for (int i = 0; i < after.file_count; i++)
		mem_free(after.files[i].note);
	ledger_forget_rows(&after);
	mem_free(after.files);
	words_done(&names);
	return is_good;
}

/* A history that was in order stays so; one that was not may be mended step by step. */
static bool check_order(const struct marking *marking, struct err *err)
{
	const struct ledger *ledger = &marking->run.ledger;
	struct err before = {0}, after = {0};
	if (ledger->dialect->run->has_one_row)
		return check_one_row(marking, err);
	if (!ledger->dialect->check_order || check_after(marking, &after))
		return true;
	if (!ledger->dialect->check_order(ledger, &before)) {
		report_log(marking->run.report, "the order stays broken: %s", after.text);
		return true;
	}
	*err = after;
	err_prefix(err, "%s would refuse the history", ledger->dialect->name);
	return err_hint(err, "nothing was written down");
}

/* Drizzle before 1.0 skips for ever what is older than the newest that is applied. */
static void warn_of_skipped(const struct marking *marking)
{
	const struct ledger *ledger = &marking->run.ledger;
	int64_t newest = INT64_MIN;
	if (!marking->mark->is_applied || strcmp(ledger->dialect->name, "drizzle") != 0)
		return;
	for (int i = 0; i < marking->count; i++)
		if (ledger->files[marking->records[i].file].when_ms > newest)
			newest = ledger->files[marking->records[i].file].when_ms;
	for (int i = 0; i < ledger->migration_count; i++) {
		const struct migration_file *file = &ledger->files[i];
		if (file->row < 0 && !file->is_skipped && file->when_ms <= newest && !is_chosen(marking, i, -1))
			report_log(marking->run.report, "WARNING: %s is pending and older: Drizzle will skip it for ever; pgtend runs it",
			    file->name);
	}
}

/* --- doing it ---------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct marking *marking, int i)
{
	const struct run_record *record = &marking->records[i];
	const struct ledger *ledger = &marking->run.ledger;
	return record->file >= 0 ? ledger->files[record->file].name : ledger->rows[record->row].name;
}

static void say(const struct marking *marking)
{
	const char *would = marking->mark->is_dry_run ? "would be " : "";
	struct report *report = marking->run.report;
	const char *word = marking->mark->is_applied ? "applied" : "pending";
	for (int i = 0; i < marking->count; i++)
		report_log(report, "%s: %swritten down as %s, nothing %s", name_of(marking, i), would, word,
		    marking->mark->is_dry_run ? "would run" : "ran");
	if (marking->count == 0)
		report_summary(report, "nothing to write down");
	else
		report_summary(report, "%d migration%s %smarked %s in %s", marking->count, marking->count == 1 ? "" : "s", would, word,
		    marking->run.ledger.history);
}

static bool mark_all(struct marking *marking, struct err *err)
{
	const struct migrate_mark *mark = marking->mark;
	if (!run_record_open(&marking->run, !mark->is_dry_run, err))
		return false;
	for (size_t i = 0; i < mark->names->count; i++)
		if (!choose(marking, mark->names->v[i], err))
			return false;
	if (marking->count > 1)
		qsort(marking->records, (size_t)marking->count, sizeof *marking->records, compare);
	if (marking->count > 0 && !check_order(marking, err))
		return false;
	warn_of_skipped(marking);
	/* Names are said before: the history is read again only by what comes next. */
	if (mark->is_dry_run || marking->count == 0 ||
	    run_record(&marking->run, marking->records, marking->count, mark->is_applied ? "mark applied" : "mark pending", err)) {
		say(marking);
		return true;
	}
	return false;
}

bool migrate_mark(
    struct fleet *fleet, struct database *database, const struct migrate_mark *mark, struct report *report, struct err *err)
{
	struct marking marking = {.mark = mark,
	    .run = {.fleet = fleet, .database = database, .report = report, .verb = "migrate mark"}};
	bool is_done = mark_all(&marking, err);
	run_record_close(&marking.run);
	mem_free(marking.records);
	return is_done;
}
