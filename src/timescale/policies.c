/* The jobs of TimescaleDB, read once for all probes that judge by them. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {POLICIES_COLUMNS};
const struct table_shape policies_shape = {"policies", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static const char *const error_columns[] = {"last_error", "last_sqlstate", NULL};

/* "pid 123 (psql, 4m)": whom the job waits for. Of another role only the number may be known. */
static void set_blocker(const struct result *result, int row, struct table *policies)
{
	const char *application = result_text(result, row, result_column(result, "blocker_application"));
	const char *open = result_text(result, row, result_column(result, "blocker_open_s"));
	char *pids = mem_copy(table_get_text(policies, row, "blocked_by"));
	struct text words = {0};
	char age[UNITS_SIZE];
	double open_s;

	if (!pids)
		return;
	pids[strcspn(pids, "\n")] = '\0';
	/* a prepared transaction holds locks without a process */
	text_add(&words, strcmp(pids, "0") == 0 ? "a prepared transaction" : "pid ");
	text_add(&words, strcmp(pids, "0") == 0 ? "" : pids);
	if (application && *application) {
		text_addf(&words, " (%s", application);
		if (open && units_parse_duration_s(open, &open_s))
			text_addf(&words, ", %s", units_age(age, (int64_t)open_s));
		text_add(&words, ")");
	}
	table_set_text(policies, row, "blocker", words.s);
	text_done(&words);
	mem_free(pids);
}

static void finish_row(const struct probe_target *target, const struct result *result, int row, bool is_public, struct table *policies)
{
	static const char *const private_columns[] = {"crashes", NULL};
	const char *state = table_get_text(policies, row, "state");

	/* job_errors has no rows for those who may not see them: that is not the same as no errors */
	if (table_get_int(policies, row, "failures", 0) > 0 && !result_bool(result, row, result_column(result, "is_error_visible")))
		probe_mark_missing(policies, row, error_columns, MISSING_PRIVILEGE);
	if (is_public)
		probe_mark_missing(policies, row, private_columns, MISSING_VERSION);
	/* without a scheduler nobody starts a job but people */
	if (!target->server->has[CAP_ACTIVITY] && state && strcmp(state, "never ran") == 0)
		table_set_text(policies, row, "state", "by hand");
	/* its process is one of the primary's */
	if (target->server->is_in_recovery && state && strcmp(state, "crashed") == 0 && !table_get(policies, row, "overdue_s")->has_value)
		table_set_text(policies, row, "state", "running");
	set_blocker(result, row, policies);
}

static bool query(struct session *session, const char *statistics, struct result **result, struct err *err)
{
	char *sql = mem_format("%s%s", statistics, sql_timescale_policies);
	bool is_answered = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, result, err);

	mem_free(sql);
	return is_answered;
}

/* The library of another version than the catalog's ends the session, or is not there at all. */
static void explain(struct err *err)
{
	if (strstr(err->text, "timescaledb") && (strstr(err->text, "version mismatch") || strstr(err->text, "could not access file")))
		err_hint(err, "finish the update of the extension: `alter extension timescaledb update` as the first statement of a new session (psql -X)");
}

bool policies_read(const struct probe_target *target, struct session *session, struct table *policies, struct err *err)
{
	struct result *result = NULL;
	bool is_public = false;
	bool is_answered = query(session, sql_timescale_policies_stat, &result, err);

	/* no such table or column, or not for this role: what the public view says is less, and better than nothing */
	if (!is_answered && (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "42703") == 0 || strcmp(err->sqlstate, "42501") == 0)) {
		result_free(result);
		result = NULL;
		is_public = true;
		is_answered = query(session, sql_timescale_policies_stat_public, &result, err);
	}
	if (is_answered)
		result_fill(result, policies);
	else
		explain(err);
	for (int row = 0; is_answered && row < table_rows(policies); row++)
		finish_row(target, result, row, is_public, policies);
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
	look->owner = table_get_text(policies, row, "owner");
	look->owner_lacks = table_get_text(policies, row, "owner_lacks");
	look->running_s = table_get_real(policies, row, "running_s", -1);
	look->max_chunks = table_get_int(policies, row, "max_chunks", 0);
	look->blocked_by = table_get_text(policies, row, "blocker");
	look->after_s = table_get_real(policies, row, "after_s", -1);
	look->start_offset_s = table_get_real(policies, row, "start_offset_s", -1);
	look->end_offset_s = table_get_real(policies, row, "end_offset_s", -1);
	if (table_get(policies, row, "after_integer")->has_value || table_get(policies, row, "start_offset_integer")->has_value ||
	    table_get(policies, row, "end_offset_integer")->has_value) {
		look->is_integer = true;
		look->after_s = (double)table_get_int(policies, row, "after_integer", -1);
		look->start_offset_s = (double)table_get_int(policies, row, "start_offset_integer", -1);
		look->end_offset_s = (double)table_get_int(policies, row, "end_offset_integer", -1);
	}
}

void policy_look_fill(const struct probe_target *target, const struct table *policies, int row, struct policy_look *look)
{
	const char *license = target->database->timescaledb_license;

	*look = (struct policy_look){
		.database = target->database->name,
		.dbname = target->database->dbname,
		.running_s = -1, .ok_ago_s = -1, .after_s = -1, .due_s = -1, .chunk_s = -1, .raw_drop_after_s = -1,
		.lag_s = -1, .bucket_s = -1, .start_offset_s = -1, .end_offset_s = -1, .raw_lag_s = -1,
		.is_error_visible = true,
		.is_apache = license && strcmp(license, "apache") == 0,
		.expected_s = section_seconds(target->database->section, "retention"),
		.is_standby = target->server->is_in_recovery,
		.no_scheduler = target->server->has[CAP_ACTIVITY] ? NULL : "this server has no scheduler (PGlite)",
	};
	/* what every row says of the database */
	if (policies && table_rows(policies) > 0) {
		look->is_restoring = bool_of(policies, 0, "is_restoring");
		look->is_scheduler_up = bool_of(policies, 0, "is_scheduler_up");
		/* a standby's own workers say nothing of its primary's */
		look->workers = look->is_standby ? 0 : table_get_int(policies, 0, "workers", 0);
		look->workers_max = table_get_int(policies, 0, "workers_max", 0);
		look->version_mismatch = table_get_text(policies, 0, "version_mismatch");
	}
	if (row >= 0)
		fill_job(policies, row, look);
}
