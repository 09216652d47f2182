/* One statement of a file that runs outside a transaction. What may run in one does, together with its mark, and is never in doubt; of the
 * others it is written down that they begin and that they ended. See run_internal.h. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/syntax/statements.h"
#include "run_internal.h"

static int count_characters(const char *s, size_t length)
{
	int count = 0;
	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)s[i] & 0xC0) != 0x80;
	return count;
}

/* What commits on its own cannot do so in our transaction, and says so before it has done anything that stays. */
static bool wants_no_transaction(const struct err *err)
{
	return strcmp(err->sqlstate, "2D000") == 0 || strcmp(err->sqlstate, "25001") == 0;
}

static bool ask(struct work *work, const char *sql, int head_chars, bool may_be_refused, struct err *err)
{
	struct run *run = work->run;
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	bool is_refused = !is_done && may_be_refused && wants_no_transaction(err);
	if (!is_refused)
		run_log_notices(run, NULL, result);
	if (!is_done && !is_refused && !run_is_unsettled(result, err)) {
		/* Places count from the step's text, of which the statement is a piece. */
		size_t begin = work->step->cuts.statements[work->number].begin;
		int before = count_characters(work->step->text.sql, begin);
		run_fail(run, work->step, result, head_chars - before, result_count(result) - work->number, err);
	}
	result_free(result);
	return is_done;
}

static bool send(struct run *run, const char *sql, char **first, struct err *err)
{
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	if (first)
		*first = is_done && result_text(result, 0, 0) ? mem_copy(result_text(result, 0, 0)) : NULL;
	result_free(result);
	return is_done;
}

/* `done` statements have ended for certain, one more may have begun. */
static bool write(struct work *work, int begun, int done, const char *xid, struct err *err)
{
	return run_progress_write(work->run, work->step, &work->progress, begun, done, xid, err);
}

/* --- in a transaction ---------------------------------------------------------------------------------------------------- */

static bool begins_with(const struct work *work, const char *const *words, size_t count)
{
	char word[16];
	const char *end = work->statement + strlen(work->statement);
	parse_take_word(parse_skip_blank(work->statement, end), end, word);
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* It may stand in a transaction with its mark: as far as its words tell. */
static bool may_wrap(const struct work *work)
{
	static const char *const words[] = {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "MERGE", "COMMENT", "GRANT",
	    "REVOKE", "TRUNCATE", "WITH", "SECURITY", "SELECT", "DO", "IMPORT", "COPY"};
	char word[48];
	statements_outside_word(
	    work->statement, work->statement + strlen(work->statement), session_server_version(work->run->session), word);
	return !word[0] && begins_with(work, words, sizeof words / sizeof words[0]);
}

/* pgtend's table is in the same database: one message, and the mark is there exactly when the statement is. */
static bool run_with_mark(struct work *work, struct err *err)
{
	static const char head[] = "BEGIN;";
	struct run *run = work->run;
	char *mark = metadata_progress_sql(&run->metadata, &run->ledger, work->step, work->number, true, run->session);
	char *sql = mem_format("%s%s\n;\n%s;COMMIT", head, work->statement, mark);
	bool is_done = ask(work, sql, (int)strlen(head), true, err);
	if (!is_done)
		run_roll_back(run);
	mem_free(sql);
	mem_free(mark);
	return is_done;
}

/* The number of its transaction is written down before it commits: asked later, the server says what became of it. */
static bool run_with_number(struct work *work, struct err *err)
{
	static const char head[] = "BEGIN;";
	struct run *run = work->run;
	int before = work->number;
	char *sql = mem_format("%s%s\n", head, work->statement), *xid = NULL;
	bool is_done = ask(work, sql, (int)strlen(head), true, err) &&
	               send(run, "SELECT pg_catalog.txid_current()", &xid, err) && write(work, before + 1, before, xid, err) &&
	               send(run, "COMMIT", NULL, err) && write(work, before + 1, before + 1, NULL, err);
	if (!is_done)
		run_roll_back(run);
	mem_free(xid);
	mem_free(sql);
	return is_done;
}

/* --- in the file's own transaction ------------------------------------------------------------------------------------- */

/* Nothing of it stays by itself. */
static bool is_begin(const struct work *work)
{
	static const char *const words[] = {"BEGIN", "START"};
	return begins_with(work, words, sizeof words / sizeof words[0]);
}

static bool is_commit(const struct work *work)
{
	static const char *const words[] = {"COMMIT", "END"};
	return begins_with(work, words, sizeof words / sizeof words[0]);
}

/* Nothing is written down on the way: it would be rolled back, or say too much. At its end it is one with what it did. */
static bool run_own_commit(struct work *work, struct err *err)
{
	struct run *run = work->run;
	int after = work->number + 1;
	if (run->metadata.is_there) {
		char *mark = metadata_progress_sql(&run->metadata, &run->ledger, work->step, work->number, true, run->session);
		char *head = mem_format("%s;", mark), *sql = mem_format("%s%s", head, work->statement);
		bool is_done = ask(work, sql, count_characters(head, strlen(head)), false, err);
		mem_free(sql);
		mem_free(head);
		mem_free(mark);
		return is_done;
	}
	char *xid = NULL;
	bool is_done = send(run, "SELECT pg_catalog.txid_current()", &xid, err) && write(work, after, work->stays, xid, err) &&
	               ask(work, work->statement, 0, false, err) && write(work, after, after, NULL, err);
	mem_free(xid);
	return is_done;
}

/* --- outside of any ------------------------------------------------------------------------------------------------------ */

/* The server said how it ended: not well. What stands there now is not its work, but for an index that it left INVALID. */
static bool settle(struct work *work, struct err *err)
{
	bool has_left = false;
	struct err ignored = {0};
	return session_state(work->run->session) == SESSION_READY && !session_in_transaction(work->run->session) &&
	       run_index_is_left(work->run, work->statement, &has_left, err) && !has_left &&
	       write(work, work->number, work->number, NULL, &ignored);
}

/* CALL and DO that were not let into our transaction: they may have committed before they failed. */
static void say_piece(struct work *work, struct err *err)
{
	static const char *const words[] = {"CALL", "DO", "SELECT"};
	if (!begins_with(work, words, sizeof words / sizeof words[0]))
		return;
	report_log(work->run->report, "statement %d commits on its way: what it committed before it failed stays", work->number + 1);
	if (err->kind != ERR_CANCELLED)
		err->kind = ERR_PARTIAL;
}

static bool run_bare(struct work *work, bool is_known, struct err *err)
{
	struct run *run = work->run;
	int before = work->number;
	/* What will be refused, because its index is there already, leaves nothing in doubt. */
	if (!is_known && !is_begin(work) && !write(work, before + 1, before, NULL, err))
		return false;
	if (!ask(work, work->statement, 0, false, err)) {
		struct err trouble = {0};
		if (session_state(run->session) == SESSION_READY && err->kind != ERR_CANCELLED && !session_in_transaction(run->session)) {
			(void)settle(work, &trouble);
			say_piece(work, err);
		}
		return false;
	}
	/* Its own BEGIN: nothing stays until it commits. */
	return session_in_transaction(run->session) || write(work, before + 1, before + 1, NULL, err);
}

static bool run_inside(struct work *work, struct err *err)
{
	return is_commit(work) ? run_own_commit(work, err) : ask(work, work->statement, 0, false, err);
}

static bool try(struct work *work, bool is_there, struct err *err)
{
	struct run *run = work->run;
	if (session_in_transaction(run->session))
		return run_inside(work, err);
	if (may_wrap(work)) {
		if ((run->metadata.is_there ? run_with_mark : run_with_number)(work, err))
			return true;
		if (!wants_no_transaction(err))
			return false;
		err_clear(err);
	}
	return run_bare(work, is_there, err);
}

bool run_statement(struct work *work, struct err *err)
{
	struct run *run = work->run;
	bool is_inside = session_in_transaction(run->session);
	for (int tries = 1;;) {
		bool is_there = false;
		err_clear(err);
		if (!is_inside && !run_index_prepare(run, work->statement, work->is_again, &is_there, err))
			return false;
		if (is_there && work->is_unsettled) {
			report_log(run->report, "%s: statement %d had ended well", run_file(run, work->step)->name, work->number + 1);
			return write(work, work->number + 1, work->number + 1, NULL, err);
		}
		if (try(work, is_there, err)) {
			if (!session_in_transaction(run->session))
				work->stays = work->number + 1;
			return run_keep_lock(run, work->statement, err);
		}
		if (is_inside || session_state(run->session) != SESSION_READY ||
		    !run_may_try_again(run, &tries, run_file(run, work->step)->name, err))
			return false;
		/* The server said how the one before ended. */
		work->is_again = true;
		work->is_unsettled = false;
	}
}
