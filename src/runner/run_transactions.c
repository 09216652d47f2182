/* What goes in transactions: as many at a time as a message holds, each with its history row in it. See run_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "run_internal.h"

enum { TRIES_MAX = 5, FIRST_PAUSE_MS = 500, STEPS_MAX = 128, QUICK_MS = 100, SLOW_MS = 400 };

bool run_is_begin(const struct run *run, int step)
{
	return step == 0 || run->plan.steps[step - 1].transaction != run->plan.steps[step].transaction;
}

bool run_is_end(const struct run *run, int step)
{
	return step + 1 == run->plan.count || run->plan.steps[step + 1].transaction != run->plan.steps[step].transaction;
}

char *run_history_sql(struct run *run, const struct plan_step *step)
{
	const struct dialect_run *how = run->dialect->run;
	char *history = (step->is_up ? how->record_sql : how->forget_sql)(&run->ledger, run_file(run, step), run->session);
	char *own = (step->is_up ? metadata_record_sql : metadata_forget_sql)(&run->metadata, &run->ledger, step, run->session);
	char *look = step->mode == PLAN_STATEMENTS ? NULL : run_rivals_at_end(run);
	char *both = mem_format("%s%s%s%s", look ? look : "", history, own ? ";\n" : "", own ? own : "");
	mem_free(look);
	mem_free(history);
	mem_free(own);
	return both;
}

int64_t run_rows_after(const struct run *run, const struct plan_step *step, int64_t rows)
{
	if (run->dialect->run->has_one_row)
		return step->is_up || step->file > 0;
	if (step->is_up)
		return rows + 1;
	for (int i = 0; i < run->ledger.row_count; i++)
		rows -= run->ledger.rows[i].file == step->file;
	return rows;
}

/* --- one message ------------------------------------------------------------------------------------------- */

static void log_notices(struct run *run, const struct message *message, struct result *result)
{
	const struct words *notices = result ? result_notices(result) : NULL;
	int answer = 0, part = 0;
	for (size_t i = 0; notices && i < notices->count; i++) {
		for (; answer < result_notice_at(result, i) && answer < result_count(result); answer++)
			part += part + 1 < message->count && run_message_is_mark(result, answer);
		const struct plan_step *step = &run->plan.steps[message->parts[part].step];
		run_log_notice(run, message->count > 1 ? run_file(run, step)->name : NULL, notices->v[i]);
	}
}

static void tell(struct run *run, const struct message *message, int count, double took_ms)
{
	char took[UNITS_SIZE];
	for (int i = 0; i < count; i++) {
		const struct plan_step *step = &run->plan.steps[message->parts[i].step];
		run_tell(run, "%s %s%s%s", step->is_up ? "applied" : "took back", run_file(run, step)->name,
		    message->count == 1 ? " in " : "", message->count == 1 ? units_ms(took, took_ms) : "");
	}
}

/* So many parts ended well, then came an error. The server said which transactions are committed; the history says it too. */
static bool fail(struct run *run, const struct message *message, struct result *result, struct err *err)
{
	int answers, ended = run_message_ended(message, result, &answers);
	const struct message_part *part = run_message_failed(message, result, ended);
	bool is_unread = result_count(result) == 0 && part != message->parts && run_is_begin(run, message->parts[0].step);
	if (ended > 0 && run_is_end(run, message->parts[ended - 1].step)) {
		tell(run, message, ended, 0);
		run_committed(run, message->parts[ended - 1].step + 1, true);
	}
	run_roll_back(run);
	/* A text that the server cannot even read keeps the whole message from running: what stands before it goes first. */
	if (is_unread && run_is_end(run, message->parts[0].step)) {
		run->most = (int)(part - message->parts);
		return true;
	}
	struct err unread = {0};
	if (ended > 0 && ledger_read_history(&run->ledger, run->session, &unread))
		run->history_rows = run_table_rows(run);
	if (part != &message->parts[ended < message->count ? ended : message->count - 1])
		answers = 0;
	return run_fail(run, &run->plan.steps[part->step], result, (int)part->begin_chars, answers + part->answers, err);
}

/* The last answer is the number of the transaction that stays open. */
static void take_number(struct run *run, struct result *result)
{
	result_choose(result, result_count(result) - 1);
	const char *xid = result_text(result, 0, 0);
	if (xid)
		memcpy(run->xid, xid, strnlen(xid, sizeof run->xid - 1) + 1);
}

static void adapt(struct run *run, const struct message *message, int64_t took_ms)
{
	if (took_ms < QUICK_MS && message->count >= run->most && run->most < STEPS_MAX)
		run->most *= 2;
	else if (took_ms > SLOW_MS && run->most > 1)
		run->most /= 2;
}

/* *at: the first step that was not sent yet. */
static bool send(struct run *run, int *at, struct err *err)
{
	struct message message = {0};
	struct result *result = NULL;
	int64_t started_us = units_now_us();
	run_message_fill(run, *at, &message);
	int end = *at + message.count;
	bool is_done = run_ask(run, text_str(&message.sql), &result, err);
	double took_ms = (double)(units_now_us() - started_us) / 1000.0;
	/* What it set is rolled back with it. */
	if (!is_done)
		run->has_settings = run->is_hasty = false;
	if (result)
		log_notices(run, &message, result);
	if (is_done) {
		tell(run, &message, message.count, took_ms);
		if (run_is_end(run, end - 1))
			run_committed(run, end, message.is_lazy);
		else
			take_number(run, result);
		*at = end;
		adapt(run, &message, (int64_t)took_ms);
	} else if (run_is_unsettled(result, err)) {
		is_done = run_look_up(run, end, err);
		*at = run->done;
	} else {
		is_done = fail(run, &message, result, err);
		*at = run->done;
	}
	result_free(result);
	run_message_done(&message);
	return is_done;
}

/* --- with its retries --------------------------------------------------------------------------------------- */

bool run_may_try_again(struct run *run, int *tries, const char *name, struct err *err)
{
	char took[UNITS_SIZE];
	bool is_worth_it = strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "40P01") == 0 ||
	                   strcmp(err->sqlstate, "40001") == 0;
	if (!is_worth_it || err->kind == ERR_PARTIAL || *tries >= TRIES_MAX)
		return false;
	/* Two that met must not meet again in step: a fifth more or less. */
	int pause_ms = FIRST_PAUSE_MS << (*tries - 1);
	pause_ms += rand() % (pause_ms / 5 * 2) - pause_ms / 5;
	++*tries;
	report_log(run->report, "%s: rolled back, try %d of %d in %s", name, *tries, TRIES_MAX, units_ms(took, pause_ms));
	task_sleep(pause_ms);
	return !task_is_cancelled() || err_set(err, ERR_CANCELLED, "cancelled while waiting for a lock");
}

/* To where no transaction is open. */
static bool attempt(struct run *run, struct err *err)
{
	int at = run->done;
	do {
		const struct plan_step *step = &run->plan.steps[at];
		report_step(run->report, "%s", run_file(run, step)->name);
		report_progress(run->report, at, run->plan.count, "files");
		if (task_is_cancelled()) {
			run_roll_back(run);
			return err_set(err, ERR_CANCELLED, "cancelled before %s", run_file(run, step)->name);
		}
		bool is_alone = step->is_watched || run->options->watch;
		if (!(is_alone ? run_watched : send)(run, &at, err))
			return false;
	} while (at != run->done);
	return true;
}

bool run_transactions(struct run *run, struct err *err)
{
	for (int tries = 1, before = run->done;; before = run->done) {
		err_clear(err);
		run->xid[0] = 0;
		if (attempt(run, err))
			return true;
		run_forget_told(run);
		if (run->done > before)
			tries = 1;
		const char *name = run->done < run->plan.count ? run_file(run, &run->plan.steps[run->done])->name : "";
		if (!run_may_try_again(run, &tries, name, err))
			return false;
		run->most = 1;
	}
}
