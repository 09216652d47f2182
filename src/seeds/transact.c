/* seeds/transact.c - the transaction of a file, with its record in it. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "record.h"
#include "seeds_internal.h"

enum { END_MS = 10000 };

/* As it is also behind a pooler, which would else make a transaction of its own around each. */
static bool send(struct session *session, const char *sql, struct result **result, struct err *err)
{
	struct session_statement statement = {.sql = sql};
	return session_alone_wait(session, &statement, result, err);
}

bool seed_begin(const struct seed_run *run, struct session *session, struct err *err)
{
	if (!session_is_pooled(session))
		return send(session, "BEGIN", NULL, err);
	/* A pooler took no settings when we connected: in a transaction of our own this one must be said. */
	char *sql = mem_format(
	    "BEGIN; SELECT pg_catalog.set_config('lock_timeout', '%dms', true)", database_lock_timeout_ms(run->database));
	bool ok = send(session, sql, NULL, err);
	mem_free(sql);
	return ok;
}

void seed_rollback(struct session *session)
{
	struct err ignored;
	if (!session_in_transaction(session))
		return;
	task_shield();
	if (!session_query_wait(session, "ROLLBACK", NULL, 0, END_MS, NULL, &ignored))
		session_close(session);
	task_unshield();
}

void seed_log_notices(const struct seed_file *file, const struct result *result, struct report *report)
{
	const struct words *notices = result != NULL ? result_notices(result) : NULL;
	for (size_t i = 0; notices != NULL && i < notices->count; i++) {
		char *clean = seed_without_password(file, notices->v[i]);
		report_log(report, "%s: %s", file->name, clean);
		mem_free(clean);
	}
}

static char *record_of(const struct seed_run *run, const struct seed_file *file, double took_ms)
{
	struct seed_record record = {
	    .file = file->name,
	    .checksum = file->checksum,
	    .way = seed_way_word(file->way),
	    .environment = file->environment,
	    .bytes = file->bytes,
	    .rows = file->rows,
	    .took_ms = took_ms,
	};
	return file->checksum[0] != '\0' ? seed_record_sql(run->records, &record, run->session) : NULL;
}

char *seed_record_within(const struct seed_run *run, const struct seed_file *file)
{
	return record_of(run, file, -1);
}

bool seed_commit_by(struct seed_run *run, struct session *session, struct seed_file *file, const char *end, struct err *err)
{
	struct result *result = NULL;
	char *record = seed_record_within(run, file);
	bool ok = record == NULL || send(session, record, &result, err);
	seed_log_notices(file, result, run->report);
	result_free(result);
	result = NULL;
	mem_free(record);
	ok = ok && send(session, end, &result, err);
	seed_log_notices(file, result, run->report);
	if (!ok && result != NULL && result_error(result) != NULL && result_error(result)->detail != NULL) {
		char *said = mem_copy(err->text);
		err_set(err, err->kind, "%s: %s", said, result_error(result)->detail);
		mem_free(said);
	}
	result_free(result);
	if (!ok) {
		err_prefix(err, "%s", file->name);
		if (err->kind == ERR_UNREACHABLE)
			err_hint(err, "whether it was committed is not known: `pgtend seed status %s` tells", run->database->name);
	}
	return ok;
}

bool seed_commit(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err)
{
	return seed_commit_by(run, session, file, "COMMIT", err);
}

void seed_record_after(struct seed_run *run, struct session *session, struct seed_file *file)
{
	struct result *result = NULL;
	struct err err;
	char *record = record_of(run, file, file->took_ms);
	if (record == NULL)
		return;
	task_shield();
	bool ok = session_ready_wait(session, END_MS, &err) && session_query_wait(session, record, NULL, 0, END_MS, &result, &err);
	task_unshield();
	seed_log_notices(file, result, run->report);
	if (!ok)
		report_log(run->report, "%s: it ran, but could not be recorded: %s", file->name, err.text);
	result_free(result);
	mem_free(record);
}
