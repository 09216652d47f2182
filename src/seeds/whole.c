/* seeds/whole.c - one SQL file through a session: one message in one transaction, with what is recorded of it; or, where it asks for that,
 * its statements one by one. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/pg/alone.h"
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

/* What its statements wrote, by their own word. */
static void count_rows(struct seed_file *file, struct result *result)
{
	static const char *const words[] = {"INSERT ", "UPDATE ", "DELETE ", "MERGE ", "COPY "};
	for (int i = 0; i < result_count(result); i++) {
		result_choose(result, i);
		const char *tag = result_tag(result), *last = tag != NULL ? strrchr(tag, ' ') : NULL;
		for (size_t k = 0; last != NULL && k < sizeof words / sizeof words[0]; k++)
			if (text_starts_with(tag, words[k]))
				file->rows += strtoll(last + 1, NULL, 10);
	}
}

/* A file may end inside the transaction that it began. */
static bool check_ended(struct session *session, const struct seed_file *file, struct err *err)
{
	if (!session_in_transaction(session))
		return true;
	return err_set(
	    err, ERR_FAILED, "%s:%d: begins a transaction and never commits it", file->name, file->scan.transaction_line);
}

static bool take_answer(
    const struct sent *sent, struct seed_file *file, bool ok, struct result *result, struct report *report, struct err *err)
{
	seed_log_notices(file, result, report);
	if (ok)
		count_rows(file, result);
	else
		word_error(sent, result, err);
	result_free(result);
	return ok;
}

/* One by one, outside of transactions: for CALL, VACUUM and their like. */
static bool run_singly(struct session *session, struct seed_file *file, struct report *report, struct err *err)
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
		ok = take_answer(&sent, file, ok, result, report, err);
		mem_free(sql);
	}
	return ok;
}

/* length: how much of the file. */
static bool send_whole(struct session *session, struct seed_file *file, size_t length, struct report *report, struct err *err)
{
	struct sent sent = {file, 0, 0};
	struct result *result = NULL;
	char *sql = mem_copy_n(file->sql, length);
	struct session_statement statement = {.sql = sql};
	bool ok = session_alone_wait(session, &statement, &result, err);
	ok = take_answer(&sent, file, ok, result, report, err);
	mem_free(sql);
	return ok;
}

/* The file's own transaction, or one around it: in either case what is recorded of it is part of it. */
static bool run_within(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err)
{
	const struct seed_scan *scan = &file->scan;
	if (!scan->is_whole_transaction)
		return (seed_begin(run, session, err) || err_prefix(err, "%s", file->name)) &&
		       send_whole(session, file, strlen(file->sql), run->report, err) && seed_commit(run, session, file, err);
	size_t end = scan->statements[scan->statement_count - 1].offset;
	return send_whole(session, file, end, run->report, err) && seed_commit_by(run, session, file, file->sql + end, err);
}

/* Statements that may run alone only (VACUUM, CALL of a procedure that commits) are not among these. */
static bool is_within_transaction(const struct seed_file *file)
{
	static const char *const words[] = {"INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "SELECT", "VALUES", "TRUNCATE", "TABLE", NULL};
	const struct seed_scan *scan = &file->scan;
	if (scan->is_whole_transaction)
		return true;
	if (scan->is_without_transaction || scan->transaction_line > 0)
		return false;
	if (scan->statement_count > 1)
		return true;
	const char *first = file->sql + scan->statements[0].offset;
	size_t length = strcspn(first, " \t\r\n(;/-'\"*");
	for (int i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == length && strncasecmp(first, words[i], length) == 0)
			return true;
	return false;
}

static bool run_without(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err)
{
	int64_t began_us = units_now_us();
	bool ok = seed_scan_is_single(&file->scan) ? run_singly(session, file, run->report, err)
	                                           : send_whole(session, file, strlen(file->sql), run->report, err);
	ok = ok && check_ended(session, file, err);
	file->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	if (ok)
		seed_record_after(run, session, file);
	return ok;
}

bool seed_run_session(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err)
{
	file->rows = 0;
	bool ok = file->scan.statement_count > 0 && is_within_transaction(file) ? run_within(run, session, file, err)
	                                                                        : run_without(run, session, file, err);
	seed_rollback(session);
	return ok;
}
