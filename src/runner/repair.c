/* See runner/repair.h: looking. */
#include "pgtend/runner/repair.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/runner/lock.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "The section's name in pgtend.ini."},
    {"finding", CELL_TEXT, "finding", 0,
        "half_done (began outside a transaction and did not end), dirty (golang-migrate's mark of the same), edited, missing, out_of_order, "
        "skipped, invalid_index, dead_run (the last run did not come to its end)."},
    {"name", CELL_TEXT, "what", 0, "The migration, the index, or the verb that ran."},
    {"detail", CELL_TEXT, "detail", 1, "What is committed and what is not, as far as it is known."},
    {"next", CELL_WORDS, "next", 0, "The possible next steps, as commands or in words."},
};
const struct table_shape migrate_repair_shape = {"migrate_repair", columns, (int)(sizeof columns / sizeof columns[0])};

static int add(const struct run *run, struct table *rows, const char *finding, const char *name, char *detail)
{
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", run->database->name);
	table_set_text(rows, row, "finding", finding);
	table_set_text(rows, row, "name", name);
	table_set_text(rows, row, "detail", detail);
	mem_free(detail);
	return row;
}

static void next(struct table *rows, int row, char *step)
{
	table_add_word(rows, row, "next", step);
	mem_free(step);
}

static void mark_next(const struct run *run, struct table *rows, int row, const char *name, const char *how, const char *when)
{
	char *word = text_shell_word(name);
	next(rows, row, mem_format("pgtend migrate mark %s %s %s   (%s)", how, run->database->name, word, when));
	mem_free(word);
}

static void add_half_done(const struct run *run, struct table *rows, const struct migration_file *file)
{
	const struct migration_progress *progress = file->progress;
	const char *database = run->database->name;
	char stamp[UNITS_SIZE];
	bool is_same = !file->checksum || !progress->checksum || strcmp(file->checksum, progress->checksum) == 0;
	char *unsettled = progress->begun > progress->done
	                      ? mem_format("; of statement %d nobody knows how it ended", progress->begun)
	                      : mem_copy("");
	int row = add(run, rows, "half_done", file->name,
	    mem_format("%s outside a transaction, %s%s%s: %d statement%s committed%s%s", progress->is_up ? "up" : "down",
	        units_rfc3339(stamp, progress->changed_us), progress->who ? " by " : "", progress->who ? progress->who : "",
	        progress->done, progress->done == 1 ? "" : "s", unsettled, is_same ? "" : "; the file was changed since"));
	mem_free(unsettled);
	if (is_same)
		next(rows, row, mem_format("pgtend migrate %s %s   (goes on behind what is committed)", progress->is_up ? "up" : "down",
		                    database));
	char *word = text_shell_word(file->name);
	next(rows, row, mem_format("pgtend migrate repair %s --restart %s   (when what it did was taken back by hand: it begins anew)",
	                    database, word));
	mem_free(word);
	mark_next(run, rows, row, file->name, progress->is_up ? "applied" : "pending", "when the rest was done by hand");
}

static void add_dirty(const struct run *run, struct table *rows, const struct migration_row *last)
{
	const char *name = last->file >= 0 ? run->ledger.files[last->file].name : last->name;
	int row = add(run, rows, "dirty", name,
	    mem_format("version %s began and did not end: what of it is committed, only the database tells", last->name));
	mark_next(run, rows, row, name, "applied", "when all of it is there");
	mark_next(run, rows, row, name, "pending", "when nothing of it is there: up runs it again");
}

/* The row in this one's place belongs further back. Written down again it is the last of all; so on, until the order is the files'. */
static void add_swapped(const struct run *run, struct table *rows, int i)
{
	const char *early = run->ledger.rows[i].name, *database = run->database->name;
	int row = add(run, rows, "out_of_order", run->ledger.files[i].name,
	    mem_format("applied, but the history has %s before it", early));
	next(rows, row, mem_copy("make the file names follow the history"));
	char *word = text_shell_word(early);
	next(rows, row, mem_format("pgtend migrate mark pending %s %s && pgtend migrate mark applied %s %s   (nothing is run; repair again "
	                           "shows what is left)",
	                    database, word, database, word));
	mem_free(word);
}

static void add_file(const struct run *run, struct table *rows, int i)
{
	const struct migration_file *file = &run->ledger.files[i];
	const char *database = run->database->name;
	enum migration_state state = ledger_file_state(&run->ledger, i);
	if (file->progress)
		add_half_done(run, rows, file);
	if (state == MIGRATION_EDITED) {
		int row = add(run, rows, "edited", file->name,
		    mem_format("what ran: sha256 %.12s..., the file now: %.12s...",
		        file->record && file->record->checksum ? file->record->checksum : run->ledger.rows[file->row].name,
		        file->checksum ? file->checksum : "?"));
		next(rows, row, mem_copy("bring the old text back from version control, and put the change into a new migration"));
		char *word = text_shell_word(file->name);
		next(rows, row, mem_format("pgtend migrate repair %s --accept %s   (when the change alters nothing that ran)", database, word));
		mem_free(word);
	} else if (state == MIGRATION_OUT_OF_ORDER && file->row < 0) {
		int row = add(run, rows, "out_of_order", file->name,
		    mem_format("not applied, and stands before %s, which is", run->ledger.files[run->ledger.last_applied].name));
		next(rows, row, mem_copy("give the file a later number, so that it comes last"));
		mark_next(run, rows, row, file->name, "applied", "when it was run by hand");
	} else if (state == MIGRATION_OUT_OF_ORDER && run->dialect->run && !run->dialect->run->has_one_row) {
		add_swapped(run, rows, i);
	} else if (state == MIGRATION_SKIPPED) {
		int row = add(run, rows, "skipped", file->name, mem_copy(file->note ? file->note : "its own tool never runs it"));
		mark_next(run, rows, row, file->name, "applied", "when it was run by hand");
	}
}

static void add_rows(const struct run *run, struct table *rows)
{
	const struct ledger *ledger = &run->ledger;
	for (int i = 0; i < ledger->row_count; i++) {
		const struct migration_row *from = &ledger->rows[i];
		if (from->note && text_starts_with(from->note, "dirty")) {
			add_dirty(run, rows, from);
		} else if (from->file < 0) {
			int row = add(run, rows, "missing", from->name, mem_copy("applied, and its file is gone"));
			next(rows, row, mem_copy("bring the file back from version control"));
			if (!ledger->dialect->run->has_one_row)
				mark_next(run, rows, row, from->name, "pending", "when it is to be forgotten; nothing is taken back");
		}
	}
}

static bool add_indexes(const struct run *run, struct table *rows, struct err *err)
{
	struct result *result = NULL;
	bool is_asked = session_query_wait(run->session, sql_runner_repair_indexes, NULL, 0, DEADLINE_MS, &result, err);
	for (int i = 0; is_asked && i < result_rows(result); i++) {
		const char *name = result_text(result, i, result_column(result, "name")), *database = run->database->name;
		int row = add(run, rows, "invalid_index", name,
		    mem_format("on %s: written to with every change, used by no query", result_text(result, i, result_column(result, "table"))));
		char *word = text_shell_word(name);
		if (!result_bool(result, i, result_column(result, "is_leftover")))
			next(rows, row, mem_format("pgtend migrate repair %s --rebuild %s   (builds it again, concurrently)", database, word));
		next(rows, row, mem_format("pgtend migrate repair %s --drop %s   (drops it, concurrently)", database, word));
		mem_free(word);
	}
	result_free(result);
	return is_asked;
}

/* The last run, where it has no end and nobody holds the lock: its runner died. */
static void add_dead_run(const struct run *run, struct table *rows)
{
	struct result *result = NULL;
	struct err ignored = {0};
	const char *params[] = {run->ledger.history, NULL, NULL};
	if (!run->ledger.record_columns || run->ledger.is_without_records ||
	    !session_query_wait(run->session, sql_runner_lock_run, params, 3, DEADLINE_MS, &result, &ignored) ||
	    result_rows(result) != 1 || result_text(result, 0, result_column(result, "ended_at"))) {
		result_free(result);
		return;
	}
	struct table *locks = table_new(&migrate_lock_shape);
	char *holders = migrate_lock_look(run->fleet, run->database, locks, &ignored) ? migrate_lock_holders(locks) : NULL;
	int row = add(run, rows, "dead_run", result_text(result, 0, result_column(result, "verb")),
	    mem_format("begun %s by %s; %s", result_text(result, 0, result_column(result, "started_at")),
	        result_text(result, 0, result_column(result, "who")),
	        holders && *holders ? "its session, or another one, holds the lock"
	                            : "it is gone; what stands in the history is committed, of what does not nothing is, but half_done files"));
	if (holders && *holders)
		next(rows, row, mem_format("pgtend migrate lock %s   (shows who; --release ends that session)", run->database->name));
	else
		next(rows, row, mem_format("pgtend migrate up %s   (runs what is pending)", run->database->name));
	mem_free(holders);
	table_free(locks);
	result_free(result);
}

bool migrate_repair_look(struct fleet *fleet, struct database *database, struct table *rows, struct err *err)
{
	struct report silent = {0};
	struct run run = {.fleet = fleet, .database = database, .report = &silent, .verb = "migrate repair"};
	bool is_done = run_record_open(&run, false, err);
	if (is_done) {
		add_dead_run(&run, rows);
		add_rows(&run, rows);
		for (int i = 0; i < run.ledger.migration_count; i++)
			add_file(&run, rows, i);
		is_done = add_indexes(&run, rows, err);
	}
	run_record_close(&run);
	report_done(&silent);
	return is_done;
}
