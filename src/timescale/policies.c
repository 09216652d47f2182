/* The jobs of TimescaleDB, read once for all probes that judge by them. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {POLICIES_COLUMNS};
const struct table_shape policies_shape = {"policies", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static const char *const error_columns[] = {"last_error", "last_sqlstate", NULL};

bool policies_read(const struct probe_target *target, struct session *session, struct table *policies, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_timescale_policies, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		result_fill(result, policies);
	/* job_errors has no rows for those who may not see them: that is not the same as no errors */
	for (int row = 0; is_answered && row < table_rows(policies); row++) {
		const char *state = table_get_text(policies, row, "state");

		if (table_get_int(policies, row, "failures", 0) > 0)
			probe_mark_missing(policies, row, error_columns, MISSING_PRIVILEGE);
		/* without a scheduler nobody starts a job but people */
		if (!target->server->has[CAP_ACTIVITY] && state && strcmp(state, "never ran") == 0)
			table_set_text(policies, row, "state", "by hand");
	}
	result_free(result);
	return is_answered;
}

int policies_find(const struct table *policies, const char *kind, int64_t hypertable_id)
{
	for (int row = 0; policies && row < table_rows(policies); row++) {
		const char *found = table_get_text(policies, row, "kind");

		if (found && strcmp(found, kind) == 0 && table_get_int(policies, row, "hypertable_id", -1) == hypertable_id)
			return row;
	}
	return -1;
}

static bool bool_of(const struct table *policies, int row, const char *column)
{
	return table_get_int(policies, row, column, 0) != 0;
}

static enum policy_kind kind_of(const char *kind)
{
	if (kind && strcmp(kind, "compression") == 0)
		return POLICY_COMPRESSION;
	return kind && strcmp(kind, "refresh") == 0 ? POLICY_REFRESH : POLICY_RETENTION;
}

static void fill_job(const struct table *policies, int row, struct policy_look *look)
{
	look->kind = kind_of(table_get_text(policies, row, "kind"));
	look->job_id = table_get_int(policies, row, "job_id", 0);
	look->state = table_get_text(policies, row, "state");
	look->schedule_s = table_get_real(policies, row, "schedule_s", 0);
	look->took_s = table_get_real(policies, row, "took_s", 0);
	look->has_next = table_get(policies, row, "overdue_s")->has_value;
	look->overdue_s = table_get_real(policies, row, "overdue_s", 0);
	look->ok_ago_s = table_get_real(policies, row, "ok_ago_s", -1);
	look->failures = table_get_int(policies, row, "consecutive_failures", 0);
	look->crashes = table_get_int(policies, row, "crashes", 0);
	look->last_error = table_get_text(policies, row, "last_error");
	look->last_sqlstate = table_get_text(policies, row, "last_sqlstate");
	look->is_error_visible = table_get(policies, row, "last_error")->missing == MISSING_NONE;
	look->is_owner_login = table_get_int(policies, row, "is_owner_login", 1) != 0;
	look->is_owner_able = table_get_int(policies, row, "is_owner_able", 1) != 0;
	look->owner = table_get_text(policies, row, "owner");
	look->blocked_by = table_get_text(policies, row, "blocker");
	look->after_s = table_get_real(policies, row, "after_s", -1);
	look->start_offset_s = table_get_real(policies, row, "start_offset_s", -1);
	look->end_offset_s = table_get_real(policies, row, "end_offset_s", -1);
}

void policy_look_fill(const struct probe_target *target, const struct table *policies, int row, struct policy_look *look)
{
	const char *license = target->database->timescaledb_license;

	*look = (struct policy_look){
		.database = target->database->name,
		.has_next = false, .ok_ago_s = -1, .after_s = -1, .due_s = -1, .chunk_s = -1, .raw_drop_after_s = -1,
		.lag_s = -1, .bucket_s = -1, .start_offset_s = -1, .end_offset_s = -1, .raw_lag_s = -1,
		.is_error_visible = true, .is_owner_login = true, .is_owner_able = true,
		.is_apache = license && strcmp(license, "apache") == 0,
		.expected_s = section_seconds(target->database->section, "retention"),
		.no_scheduler = target->server->has[CAP_ACTIVITY] ? NULL : "this server has no scheduler (PGlite)",
	};
	/* what every row says of the database */
	if (policies && table_rows(policies) > 0) {
		look->is_restoring = bool_of(policies, 0, "is_restoring");
		look->is_scheduler_up = bool_of(policies, 0, "is_scheduler_up");
		look->version_mismatch = table_get_text(policies, 0, "version_mismatch");
	}
	if (row >= 0)
		fill_job(policies, row, look);
}
