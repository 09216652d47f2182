/* seeds/whole.c - one SQL file through a session: one message, so that the server makes one transaction of
 * it; or, where it
 * asks for that, its statements one by one. */
#include <string.h>

#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "pgtend/core/mem.h"
#include "seeds_internal.h"

/* What was sent: the whole file, or one statement of it. */
struct sent {
	const struct seed_file *file;
	int first;     /* number of its first statement */
	size_t offset; /* where it begins in the file */
};

static int characters(const char *text, size_t length)
{
	int count = 0;
	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

/* Where it failed: the server's position, else the beginning of the statement that has no answer. */
static void locate(
    const struct sent *sent, const struct result *result, const struct result_error *error, struct text *place)
{
	const struct seed_file *file = sent->file;
	int line = 0, column = 0, failed = sent->first + result_count(result);
	if (error->position > 0)
		seed_locate(file->sql, characters(file->sql, sent->offset) + error->position, &line, &column);
	else if (failed < file->scan.statement_count)
		/* Those that worked have answered: the next one is it. */
		line = file->scan.statements[failed].line;
	text_add(place, file->name);
	if (line > 0)
		text_addf(place, ":%d", line);
	if (column > 0)
		text_addf(place, ":%d", column);
}

static void word_error(const struct sent *sent, const struct result *result, struct err *err)
{
	const struct result_error *error = result != NULL ? result_error(result) : NULL;
	if (error == NULL || error->message == NULL) {
		err_prefix(err, "%s", sent->file->name);
		return;
	}
	struct text place = {0};
	locate(sent, result, error, &place);
	err_set(err, err->kind, "%s: %s%s%s", text_str(&place), error->message, error->detail != NULL ? ": " : "",
	    error->detail != NULL ? error->detail : "");
	memcpy(err->sqlstate, error->sqlstate, sizeof err->sqlstate);
	if (error->hint != NULL)
		err_hint(err, "%s", error->hint);
	text_done(&place);
}

static void log_notices(const struct seed_file *file, const struct result *result, struct report *report)
{
	const struct words *notices = result_notices(result);
	for (size_t i = 0; notices != NULL && i < notices->count; i++)
		report_log(report, "%s: %s", file->name, notices->v[i]);
}

/* A file may end inside the transaction that it began, also by failing there. */
static bool end_transaction(struct session *session, const struct seed_file *file, struct err *err)
{
	if (!session_in_transaction(session))
		return true;
	struct err ignored;
	task_shield();
	if (!session_query_wait(session, "rollback", NULL, 0, 10000, NULL, &ignored))
		session_close(session);
	task_unshield();
	return err_set(
	    err, ERR_FAILED, "%s:%d: begins a transaction and never commits it", file->name, file->scan.transaction_line);
}

/* One by one, outside of transactions: for CALL, VACUUM and their like. */
static bool run_singly(struct session *session, const struct seed_file *file, struct report *report, struct err *err)
{
	const struct seed_scan *scan = &file->scan;
	bool ok = true;
	for (int i = 0; i < scan->statement_count && ok; i++) {
		size_t from = scan->statements[i].offset;
		size_t to = i + 1 < scan->statement_count ? scan->statements[i + 1].offset : strlen(file->sql);
		char *sql = mem_copy_n(file->sql + from, to - from);
		struct session_statement statement = {.sql = sql};
		struct sent sent = {file, i, from};
		struct result *result = NULL;
		ok = session_alone_wait(session, &statement, &result, err);
		if (result != NULL)
			log_notices(file, result, report);
		if (!ok)
			word_error(&sent, result, err);
		result_free(result);
		mem_free(sql);
	}
	return ok;
}

static bool run_whole(struct session *session, const struct seed_file *file, struct report *report, struct err *err)
{
	struct sent sent = {file, 0, 0};
	struct result *result = NULL;
	bool ok = session_query_wait(session, file->sql, NULL, 0, 0, &result, err);
	if (result != NULL)
		log_notices(file, result, report);
	if (!ok)
		word_error(&sent, result, err);
	result_free(result);
	return ok;
}

bool seed_run_session(
    struct session *session, struct seed_file *file, struct report *report, struct err *err)
{
	struct err ignored;
	if (file->scan.statement_count == 0)
		return true;
	bool ok = seed_scan_is_single(&file->scan) ? run_singly(session, file, report, err)
	                                           : run_whole(session, file, report, err);
	return ok ? end_transaction(session, file, err) : (end_transaction(session, file, &ignored), false);
}
