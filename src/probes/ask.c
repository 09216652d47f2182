/* What most probes do: one question, its rows as they came. */
#include "internal.h"

bool probe_fill(struct session *session, const char *sql, int deadline_ms, struct table *table, struct result **result, struct err *err)
{
	struct result *own = NULL;
	bool is_answered = session_query_wait(session, sql, NULL, 0, deadline_ms, result ? result : &own, err);

	if (is_answered)
		result_fill(result ? *result : own, table);
	result_free(own);
	return is_answered;
}

bool probe_needs_statistics(const struct probe_target *target, struct err *err)
{
	const char *why = target->server->lacks[CAP_ACTIVITY];

	if (target->server->has[CAP_ACTIVITY])
		return true;
	return err_set(err, ERR_UNSUPPORTED, "%s", why ? why : "the server keeps no statistics of itself");
}

bool probe_flag(const struct result *result, int row, const char *column)
{
	return result_bool(result, row, result_column(result, column));
}
