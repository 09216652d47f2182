/* pg/result.c - see result.h. */
#include "pgtend/pg/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "result_private.h"

enum { NOTICES_MAX = 1000 }; /* a loop that raises notices must not eat our memory */

struct result {
	PGresult **answers;
	int count;
	int chosen; /* -1: not chosen, the default */
	struct words notices;
	int notice_at[NOTICES_MAX];
	int notices_lost;
	struct result_error error;
	bool has_error;
};

struct result *result_new(void)
{
	struct result *result = MEM_NEW(struct result);

	result->chosen = -1;
	return result;
}

void result_add(struct result *result, PGresult *answer)
{
	result->answers = mem_grow(result->answers, (size_t)result->count + 1, sizeof(PGresult *));
	result->answers[result->count++] = answer;
}

void result_drop(struct result *result, int head, int tail)
{
	int first = head < result->count ? head : result->count;
	int end = tail < result->count - first ? result->count - tail : first;

	for (int i = 0; i < first; i++)
		PQclear(result->answers[i]);
	for (int i = end; i < result->count; i++)
		PQclear(result->answers[i]);
	for (int i = first; i < end; i++)
		result->answers[i - first] = result->answers[i];
	result->count = end - first;
}

static char *error_field(const PGresult *error, int field)
{
	const char *value = PQresultErrorField(error, field);

	return value && *value ? mem_copy(value) : NULL;
}

bool result_is_fatal(const PGresult *error)
{
	const char *severity = PQresultErrorField(error, PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

/* libpq's own errors ("server closed the connection unexpectedly") have no fields, only a text of several lines. */
static char *first_line(const char *message)
{
	size_t length = strcspn(message, "\n");

	return length > 0 ? mem_copy_n(message, length) : mem_copy("the connection was lost");
}

void result_add_error(struct result *result, const PGresult *error)
{
	if (result->has_error)
		return;
	struct result_error *e = &result->error;
	const char *sqlstate = PQresultErrorField(error, PG_DIAG_SQLSTATE);
	const char *position = PQresultErrorField(error, PG_DIAG_STATEMENT_POSITION);

	result->has_error = true;
	if (sqlstate)
		strncpy(e->sqlstate, sqlstate, sizeof e->sqlstate - 1);
	e->position = position ? atoi(position) : 0;
	e->message = error_field(error, PG_DIAG_MESSAGE_PRIMARY);
	if (!e->message)
		e->message = first_line(PQresultErrorMessage(error));
	e->detail = error_field(error, PG_DIAG_MESSAGE_DETAIL);
	e->hint = error_field(error, PG_DIAG_MESSAGE_HINT);
	e->context = error_field(error, PG_DIAG_CONTEXT);
}

void result_shift_position(struct result *result, int chars)
{
	struct result_error *e = &result->error;

	e->position = e->position > chars ? e->position - chars : 0;
}

void result_add_notice(struct result *result, const PGresult *notice)
{
	const char *plain = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY);
	const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(notice, PG_DIAG_MESSAGE_DETAIL);

	if (plain && strncmp(plain, "DEBUG", 5) == 0)
		return;
	if (result->notices.count >= NOTICES_MAX) {
		result->notices_lost++;
		mem_free(result->notices.v[NOTICES_MAX - 1]);
		result->notices.v[NOTICES_MAX - 1] = mem_format("NOTICE: %d more notices are left out", result->notices_lost + 1);
		return;
	}
	result->notice_at[result->notices.count] = result->count;
	if (!message)
		words_take(&result->notices, first_line(PQresultErrorMessage(notice)));
	else
		words_take(&result->notices, mem_format("%s: %s%s%s", severity ? severity : "NOTICE", message, detail ? "\nDETAIL: " : "", detail ? detail : ""));
}

void result_free(struct result *result)
{
	if (!result)
		return;
	for (int i = 0; i < result->count; i++)
		PQclear(result->answers[i]);
	mem_free(result->answers);
	words_done(&result->notices);
	mem_free(result->error.message);
	mem_free(result->error.detail);
	mem_free(result->error.hint);
	mem_free(result->error.context);
	mem_free(result);
}

/* --- reading --------------------------------------------------------------------------------- */

int result_count(const struct result *result)
{
	return result ? result->count : 0;
}

void result_choose(struct result *result, int index)
{
	if (index < 0 || index >= result->count)
		mem_die("a statement's answer was chosen that is not there");
	result->chosen = index;
}

static const PGresult *chosen(const struct result *result)
{
	if (!result || result->count == 0)
		return NULL;
	if (result->chosen >= 0)
		return result->answers[result->chosen];
	for (int i = result->count - 1; i >= 0; i--)
		if (PQnfields(result->answers[i]) > 0)
			return result->answers[i];
	return result->answers[result->count - 1];
}

int result_rows(const struct result *result)
{
	return PQntuples(chosen(result));
}

int result_columns(const struct result *result)
{
	return PQnfields(chosen(result));
}

int result_column(const struct result *result, const char *name)
{
	/* not PQfnumber(): it folds case and reads double quotes */
	const PGresult *answer = chosen(result);
	int count = PQnfields(answer);

	for (int i = 0; i < count; i++)
		if (strcmp(PQfname(answer, i), name) == 0)
			return i;
	return -1;
}

const char *result_column_name(const struct result *result, int column)
{
	return column >= 0 && column < result_columns(result) ? PQfname(chosen(result), column) : NULL;
}

const char *result_text(const struct result *result, int row, int column)
{
	const PGresult *answer = chosen(result);

	if (row < 0 || row >= PQntuples(answer) || column < 0 || column >= PQnfields(answer) || PQgetisnull(answer, row, column))
		return NULL;
	return PQgetvalue(answer, row, column);
}

int64_t result_int(const struct result *result, int row, int column, int64_t otherwise)
{
	const char *value = result_text(result, row, column);
	char *end;

	if (!value)
		return otherwise;
	errno = 0;
	long long number = strtoll(value, &end, 10);
	if (errno != 0 || end == value || (*end != '\0' && *end != '.'))
		return otherwise;
	return number;
}

bool result_bool(const struct result *result, int row, int column)
{
	const char *value = result_text(result, row, column);

	return value && (value[0] == 't' || strcmp(value, "on") == 0);
}

const char *result_tag(const struct result *result)
{
	/* PQcmdStatus() only forgets const: it returns a field of the result */
	const PGresult *answer = chosen(result);

	return answer ? PQcmdStatus((PGresult *)answer) : "";
}

const struct words *result_notices(const struct result *result)
{
	static const struct words none;

	return result ? &result->notices : &none;
}

int result_notice_at(const struct result *result, size_t notice)
{
	return notice < result->notices.count ? result->notice_at[notice] : 0;
}

const struct result_error *result_error(const struct result *result)
{
	return result && result->has_error ? &result->error : NULL;
}

void result_fill(const struct result *result, struct table *table)
{
	int rows = result_rows(result), columns = result_columns(result);

	for (int row = 0; row < rows; row++) {
		int to = table_add_row(table);

		for (int column = 0; column < columns; column++) {
			const char *name = result_column_name(result, column);

			if (table_column(table_shape(table), name) >= 0)
				table_set_parsed(table, to, name, result_text(result, row, column));
		}
	}
}
