/* The history is written, nothing runs: what `mark`, `adopt` and `repair` have in common. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "run_internal.h"

static bool can_record(struct run *run, struct err *err)
{
	const struct ledger *ledger = &run->ledger;
	if (!ledger->folder) {
		err_set(err, ERR_UNSUPPORTED, "%s has no migration folder", run->database->name);
		return err_hint(err, "say where it is with `migrations = FOLDER` in its section");
	}
	if (!ledger->dialect->run) {
		err_set(err, ERR_UNSUPPORTED, "how %s writes its history down, pgtend does not know", ledger->dialect->name);
		return err_hint(err, "its own tool: %s", ledger->dialect->tool);
	}
	return true;
}

bool run_record_open(struct run *run, bool is_locked, struct err *err)
{
	if (run->database->section) {
		run->lock_timeout_ms = (int)(section_seconds(run->database->section, "lock_timeout") * 1000);
		run->statement_timeout_ms = (int64_t)(section_seconds(run->database->section, "statement_timeout") * 1000);
	}
	if (!run_open(run, err) || !ledger_read(run->database, run->session, &run->ledger, err) || !can_record(run, err))
		return false;
	run->dialect = run->ledger.dialect;
	const struct dialect_run *how = run->dialect->run;
	run->lock_key = how->lock_key(&run->ledger, run->database->dbname);
	run->other_lock_key = how->other_lock_key ? how->other_lock_key(&run->ledger, run->database->dbname) : 0;
	/* What was read before the lock may be old when it is ours. */
	if (is_locked && (!run_lock(run, err) || !ledger_read_history(&run->ledger, run->session, err)))
		return false;
	run->history_rows = run_table_rows(run);
	return true;
}

void run_record_close(struct run *run)
{
	run_unlock(run);
	metadata_done(&run->metadata);
	ledger_done(&run->ledger);
	if (run->session)
		session_free(run->session);
	run->session = NULL;
}

/* --- one transaction --------------------------------------------------------------------------------------- */

/* A row whose file is gone, as the dialect's statements want it. */
static struct migration_file file_of_row(const struct ledger *ledger, int row)
{
	const struct migration_row *from = &ledger->rows[row];
	return (struct migration_file){
	    .name = from->name, .key = from->name, .path = ledger->folder, .when_ms = from->when_ms, .row = row};
}

static void add_record(struct run *run, const struct run_record *record, const char *action, struct text *sql)
{
	const struct dialect_run *how = run->dialect->run;
	struct migration_file gone = {0};
	const struct migration_file *file = record->file >= 0 ? &run->ledger.files[record->file] : &gone;
	if (record->file < 0)
		gone = file_of_row(&run->ledger, record->row);
	char *history = (record->is_applied ? how->record_sql : how->forget_sql)(&run->ledger, file, run->session);
	char *own = metadata_note_sql(&run->metadata, &run->ledger, file, action, run->session);
	text_addf(sql, "%s;\n", history);
	if (own)
		text_addf(sql, "%s;\n", own);
	mem_free(history);
	mem_free(own);
}

/* The answer is lost: the history tells, once the lock is ours again. Until then the lost session may still be at it. */
static bool look_up(struct run *run, const struct run_record *records, int count, struct err *err)
{
	struct err why = *err, trouble = {0};
	int done = 0;
	if (!run_come_back(run, &trouble)) {
		err_set(err, ERR_PARTIAL, "%s; whether it was committed cannot be looked up: %s", why.text, trouble.text);
		return err_hint(err, "when the server is back, `pgtend migrate status %s` tells", run->database->name);
	}
	for (int i = 0; i < count; i++)
		done += records[i].file >= 0 && (run->ledger.files[records[i].file].row >= 0) == records[i].is_applied;
	*err = why;
	return done == count || err_hint(err, "looked up in the history: nothing was written down");
}

bool run_record(struct run *run, const struct run_record *records, int count, const char *action, struct err *err)
{
	const struct dialect_run *how = run->dialect->run;
	int answers;
	if (how->can_record && !how->can_record(&run->ledger, err))
		return false;
	if (!metadata_look(run->database, run->session, &run->metadata, err) ||
	    (run->metadata.may_make && !metadata_make(run->database, run->session, &run->metadata, err)))
		return false;
	struct text sql = {0};
	char *head = run_head(run, NULL, run->history_rows, &answers);
	text_add(&sql, head);
	if (!run->ledger.has_history) {
		char *ensure = how->ensure_sql(&run->ledger, run->session);
		text_addf(&sql, "%s;\n", ensure);
		mem_free(ensure);
	}
	for (int i = 0; i < count; i++)
		add_record(run, &records[i], action, &sql);
	text_add(&sql, "COMMIT");
	struct result *result = NULL;
	bool is_done = run_ask(run, text_str(&sql), &result, err);
	if (!is_done && run_is_unsettled(result, err)) {
		is_done = look_up(run, records, count, err);
	} else if (!is_done) {
		run_roll_back(run);
		if (!run_explain_guard(run, err)) {
			err_prefix(err, "writing the history %s", run->ledger.history);
			if (!err->hint[0])
				err_hint(err, "nothing was written down");
		}
	}
	result_free(result);
	text_done(&sql);
	mem_free(head);
	return is_done;
}
