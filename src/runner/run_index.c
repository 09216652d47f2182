/* Indexes that a CONCURRENTLY left behind when it failed: found, taken away before they are built again, told of. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

enum { DEADLINE_MS = 15000 };

/* The index that the statement makes; false: it is no CREATE INDEX CONCURRENTLY. *name NULL: the server will name it. Caller frees both. */
static bool index_of(struct run *run, const char *statement, char **name, char **table)
{
	struct parse parse;
	const json_t *fields = NULL;
	parse_text(statement, true, &parse);
	const char *node = parse.count == 1 ? parse_node(&parse.statements[0], &fields) : NULL;
	bool is_it = node && strcmp(node, "IndexStmt") == 0 && json_is_true(json_object_get(fields, "concurrent"));
	if (is_it) {
		const json_t *relation = json_object_get(fields, "relation");
		const char *schema = json_string_value(json_object_get(relation, "schemaname")),
		           *relname = json_string_value(json_object_get(relation, "relname")),
		           *index = json_string_value(json_object_get(fields, "idxname"));
		char *quoted = session_quote_identifier(run->session, relname ? relname : ""),
		     *quoted_schema = schema ? session_quote_identifier(run->session, schema) : NULL;
		*table = quoted_schema ? mem_format("%s.%s", quoted_schema, quoted) : mem_copy(quoted);
		*name = index ? mem_copy(index) : NULL;
		mem_free(quoted);
		mem_free(quoted_schema);
	}
	parse_done(&parse);
	return is_it;
}

static bool drop(struct run *run, const char *index, struct err *err)
{
	char *sql = mem_format("DROP INDEX CONCURRENTLY %s", index);
	struct result *result = NULL;
	report_log(run->report, "%s is INVALID, left behind by a build that did not end: it is dropped and built again", index);
	bool is_done = run_ask(run, sql, &result, err) || err_prefix(err, "dropping the INVALID index %s", index);
	result_free(result);
	mem_free(sql);
	return is_done;
}

bool run_index_prepare(struct run *run, const char *statement, bool is_again, bool *is_there, struct err *err)
{
	char *name = NULL, *table = NULL;
	*is_there = false;
	if (!index_of(run, statement, &name, &table))
		return true;
	const char *params[] = {name, table};
	struct result *result = NULL;
	bool is_done = session_query_wait(run->session, sql_runner_index_state, params, 2, DEADLINE_MS, &result, err);
	/* Without a name only our own can be told: one alone that is not valid, after a build of ours that did not end. */
	bool is_ours = name || (is_again && is_done && result_rows(result) == 1);
	for (int i = 0; is_done && is_ours && i < result_rows(result); i++) {
		if (!result_bool(result, i, 1))
			is_done = drop(run, result_text(result, i, 0), err);
		else
			*is_there = true;
	}
	result_free(result);
	mem_free(name);
	mem_free(table);
	return is_done;
}

bool run_index_is_left(struct run *run, const char *statement, bool *is_left, struct err *err)
{
	char *name = NULL, *table = NULL;
	*is_left = false;
	if (!index_of(run, statement, &name, &table))
		return true;
	const char *params[] = {name, table};
	struct result *result = NULL;
	bool is_asked = session_query_wait(run->session, sql_runner_index_state, params, 2, DEADLINE_MS, &result, err);
	for (int i = 0; is_asked && i < result_rows(result); i++)
		*is_left = *is_left || !result_bool(result, i, 1);
	result_free(result);
	mem_free(name);
	mem_free(table);
	return is_asked;
}

bool run_index_look(struct run *run, struct words *invalid, struct err *err)
{
	struct result *result = NULL;
	bool is_done = session_query_wait(run->session, sql_runner_index_invalid, NULL, 0, DEADLINE_MS, &result, err);
	for (int i = 0; is_done && i < result_rows(result); i++)
		words_add(invalid, result_text(result, i, 1));
	result_free(result);
	return is_done;
}

void run_index_tell(struct run *run, const struct words *before)
{
	struct words now = {0};
	struct err ignored = {0};
	if (session_state(run->session) == SESSION_READY && run_index_look(run, &now, &ignored))
		for (size_t i = 0; i < now.count; i++)
			if (!words_has(before, now.v[i])) {
				report_log(run->report, "WARNING: the index %s is INVALID: its build did not end, it costs and helps nothing", now.v[i]);
				report_hint(run->report, "build it again: REINDEX INDEX CONCURRENTLY %s; or drop it: DROP INDEX CONCURRENTLY %s",
				    now.v[i], now.v[i]);
			}
	words_done(&now);
}
