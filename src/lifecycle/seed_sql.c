/* lifecycle/seed_sql.c - one SQL file through a session: one message, so that the server makes one transaction of it. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "seed_internal.h"

/* Where it failed: the server's position, else the beginning of the statement that has no answer. */
static void locate(const struct seed_file *file, const struct result *result, const struct result_error *error, struct text *place)
{
	int line = 0, column = 0;
	if (error->position > 0)
		seed_locate(file->sql, error->position, &line, &column);
	else if (result_count(result) < file->scan.statement_count)
		/* Those that worked have answered: the next one is it. */
		line = file->scan.statements[result_count(result)].line;
	text_add(place, file->name);
	if (line > 0)
		text_addf(place, ":%d", line);
	if (column > 0)
		text_addf(place, ":%d", column);
}

static void word_error(const struct seed_file *file, const struct result *result, struct err *err)
{
	const struct result_error *error = result != NULL ? result_error(result) : NULL;
	if (error == NULL || error->message == NULL) {
		err_prefix(err, "%s", file->name);
		return;
	}
	struct text place = {0};
	locate(file, result, error, &place);
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
	return err_set(err, ERR_FAILED, "%s:%d: begins a transaction and never commits it", file->name, file->scan.transaction_line);
}

bool seed_run_session(struct session *session, struct seed_file *file, struct report *report, struct err *err)
{
	if (file->scan.statement_count == 0)
		return true;
	struct result *result = NULL;
	bool ok = session_query_wait(session, file->sql, NULL, 0, 0, &result, err);
	if (result != NULL)
		log_notices(file, result, report);
	if (ok) {
		ok = end_transaction(session, file, err);
	} else {
		struct err ignored;
		word_error(file, result, err);
		(void)end_transaction(session, file, &ignored);
	}
	result_free(result);
	return ok;
}
