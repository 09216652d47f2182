/* See queries/slow.h. */
#include "pgtend/queries/slow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { READY_MS = 15000, DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"setting", CELL_TEXT, "setting", 0, "Name of the setting (pg_settings.name)."},
	{"value", CELL_TEXT, "value", 0, "Its value, with its unit."},
	{"scope", CELL_TEXT, "for", 0, "session: what a new session of this role gets; database, role R, role R in this database: what is set there (pg_db_role_setting)."},
	{"source", CELL_TEXT, "from", 1, "Where a session's value comes from (pg_settings.source)."},
	{"verdict", CELL_TEXT, "verdict", 0, "warn: it costs more than it should; else ok."},
	{"concern", CELL_TEXT, "what it does", 0, "What it means for the server and its log."},
};
const struct table_shape slow_shape = {"slow", columns, sizeof columns / sizeof *columns};

/* --- what it means ----------------------------------------------------------------------------- */

struct meaning {
	bool is_costly;
	char *words; /* owned; NULL: nothing to say */
};

static struct meaning costly(const char *words)
{
	return (struct meaning){true, mem_copy(words)};
}

/* As PostgreSQL takes it: any case, and as short as it is still clear. */
static bool is_on(const char *value)
{
	static const char *const words[] = {"on", "true", "yes", "1"};
	size_t length = strlen(value);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (length > (i == 0) && length <= strlen(words[i]) && strncasecmp(value, words[i], length) == 0)
			return true;
	return false;
}

/* What stands in pg_db_role_setting is as somebody wrote it: "0", "250", "0x10", "0.4", "500us", "1 min". The server rounds to whole milliseconds. */
static double milliseconds(const char *value)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"", 1}, {"us", 1e-3}, {"ms", 1}, {"s", 1e3}, {"min", 6e4}, {"h", 36e5}, {"d", 864e5}};
	char *end = NULL;
	double number = strtod(value, &end);

	end += strspn(end, " \t");
	for (size_t i = 0; end > value && i < sizeof units / sizeof *units; i++)
		if (strncmp(end, units[i].unit, strlen(units[i].unit)) == 0 && end[strlen(units[i].unit) + strspn(end + strlen(units[i].unit), " \t")] == '\0')
			return nearbyint(number * units[i].ms);
	return -1;
}

static struct meaning of_duration(const char *value)
{
	double ms = milliseconds(value);
	char age[UNITS_SIZE];

	if (ms < 0)
		return (struct meaning){false, mem_copy("no statement goes to the log for its time")};
	if (ms <= 0)
		return costly("every statement goes to the log with its time");
	return (struct meaning){false, mem_format("statements of %s or more go to the log", units_ms(age, ms))};
}

static struct meaning of_statement(const char *value)
{
	if (strcasecmp(value, "all") == 0)
		return costly("every statement goes to the log, with the values that stand in it: costly, and a leak");
	if (strcasecmp(value, "mod") == 0)
		return costly("every statement that changes rows goes to the log, with their values");
	return (struct meaning){false, NULL};
}

static struct meaning of_plans(const char *value)
{
	double ms = milliseconds(value);

	if (ms >= 0 && ms <= 0)
		return costly("auto_explain writes the plan of every statement to the log");
	return (struct meaning){false, NULL};
}

static struct meaning of_share(const char *value)
{
	if (strtod(value, NULL) > 0.1)
		return costly("all statements of more than a tenth of the transactions go to the log");
	return (struct meaning){false, NULL};
}

static struct meaning meaning_of(const char *setting, const char *value)
{
	if (strcmp(setting, "log_min_duration_statement") == 0)
		return of_duration(value);
	if (strcmp(setting, "log_statement") == 0)
		return of_statement(value);
	if (strcmp(setting, "auto_explain.log_min_duration") == 0)
		return of_plans(value);
	if (strcmp(setting, "log_transaction_sample_rate") == 0)
		return of_share(value);
	if (!is_on(value))
		return (struct meaning){false, NULL};
	if (strcmp(setting, "log_duration") == 0)
		return costly("a line in the log for every statement");
	if (text_starts_with(setting, "debug_print_"))
		return costly("the trees of every statement go to the log");
	if (text_ends_with(setting, "_stats"))
		return costly("the resources that every statement used go to the log");
	return (struct meaning){false, NULL};
}

/* --- as it is ---------------------------------------------------------------------------------- */

/* A sample is taken only below the other limit: without one of its own it says nothing. */
static bool is_quiet(const char *setting, const char *scope)
{
	return strcmp(scope, "session") == 0 && strcmp(setting, "log_min_duration_statement") != 0;
}

static const char *source_words(const char *source)
{
	return source && strcmp(source, "default") == 0 ? "PostgreSQL's default" : source;
}

static void add_row(const struct database *database, const struct result *result, int from, struct table *rows)
{
	const char *setting = result_text(result, from, result_column(result, "setting"));
	const char *raw = result_text(result, from, result_column(result, "raw"));
	const char *scope = result_text(result, from, result_column(result, "scope"));
	struct meaning meaning = meaning_of(setting, raw ? raw : "");

	if (is_quiet(setting, scope) && !meaning.is_costly) {
		mem_free(meaning.words);
		return;
	}
	int row = table_add_row(rows);
	bool is_off = strcmp(setting, "log_min_duration_statement") == 0 && raw && strcmp(raw, "-1") == 0;

	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "setting", setting);
	table_set_text(rows, row, "value", is_off ? "off" : result_text(result, from, result_column(result, "value")));
	table_set_text(rows, row, "scope", scope);
	table_set_text(rows, row, "source", source_words(result_text(result, from, result_column(result, "source"))));
	table_set_text(rows, row, "verdict", meaning.is_costly ? "warn" : "ok");
	table_set_text(rows, row, "concern", meaning.words);
	mem_free(meaning.words);
}

static bool look(const struct database *database, struct session *session, struct table *rows, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_queries_slow_look, NULL, 0, DEADLINE_MS, &result, err);

	for (int from = 0; is_answered && from < result_rows(result); from++)
		add_row(database, result, from, rows);
	result_free(result);
	return is_answered;
}

static struct session *open_session(struct fleet *fleet, struct database *database, struct err *err)
{
	int lock_timeout_ms = (int)(section_seconds(database->section, "lock_timeout") * 1000);
	struct session *session = database_action_session(fleet, database, NULL, "slow", lock_timeout_ms, true);

	if (session_ready_wait(session, READY_MS, err) && database_learn_wait(fleet, database, session, err))
		return session;
	session_free(session);
	return NULL;
}

bool slow_look(struct fleet *fleet, struct database *database, struct table *rows, struct err *err)
{
	struct session *session = open_session(fleet, database, err);
	bool is_good = session && look(database, session, rows, err);

	if (session)
		session_free(session);
	return is_good;
}

/* --- as it shall be ---------------------------------------------------------------------------- */

bool slow_parse(const char *wanted, char **value, bool *is_reset, struct err *err)
{
	int64_t ms = 0;
	double seconds = 0;

	*value = NULL;
	*is_reset = strcmp(wanted, "reset") == 0;
	if (*is_reset)
		return true;
	if (strcmp(wanted, "off") == 0)
		ms = -1;
	else if (!units_parse_int(wanted, &ms)) {
		if (!units_parse_duration_s(wanted, &seconds) || seconds < 0 || seconds > INT32_MAX / 1000.0)
			return err_set(err, ERR_USAGE, "slow takes milliseconds (250), a duration (2s), off or reset, not '%s'", wanted);
		ms = (int64_t)(seconds * 1000 + 0.5);
	} else if (ms < 0 || ms > INT32_MAX) {
		return err_set(err, ERR_USAGE, "slow takes milliseconds from 0 to %d, a duration (2s), off or reset, not '%s'", INT32_MAX, wanted);
	}
	*value = mem_format("%lld", (long long)ms);
	return true;
}

static bool flag(const struct result *result, const char *column)
{
	return result_bool(result, 0, result_column(result, column));
}

static bool check_may(const struct database *database, const struct result *may, struct err *err)
{
	const char *role = result_text(may, 0, result_column(may, "role")), *owner = result_text(may, 0, result_column(may, "owner"));

	if (!flag(may, "is_superuser") && !flag(may, "is_owner")) {
		err_set(err, ERR_FAILED, "%s: %s may not change the settings of this database", database->name, role);
		return err_hint(err, "its owner, %s, or a superuser may", owner);
	}
	if (flag(may, "may_set"))
		return true;
	err_set(err, ERR_FAILED, "%s: %s may not set log_min_duration_statement", database->name, role);
	if (database->server->version_num >= 150000)
		return err_hint(err, "a superuser allows it: GRANT SET ON PARAMETER log_min_duration_statement TO %s", role);
	return err_hint(err, "before PostgreSQL 15 only superusers may");
}

static char *statement(struct session *session, const struct result *may, const char *value, bool is_reset)
{
	char *name = session_quote_identifier(session, result_text(may, 0, result_column(may, "dbname")));
	char *sql = is_reset ? mem_format("ALTER DATABASE %s RESET log_min_duration_statement", name) :
	                       mem_format("ALTER DATABASE %s SET log_min_duration_statement = %s", name, value);

	mem_free(name);
	return sql;
}

/* Whom it does not reach: who has a value of his own. */
static void say_overruled(const struct table *rows, struct report *report)
{
	for (int row = 0; row < table_rows(rows); row++) {
		const char *scope = table_get_text(rows, row, "scope");

		if (strcmp(table_get_text(rows, row, "setting"), "log_min_duration_statement") != 0)
			continue;
		if (strcmp(scope, "session") == 0)
			report_log(report, "now: %s (%s)", table_get_text(rows, row, "value"),
				table_get_text(rows, row, "source") ? table_get_text(rows, row, "source") : "?");
		else if (text_ends_with(scope, " in this database"))
			report_log(report, "%s has its own and keeps it: %s", scope, table_get_text(rows, row, "value"));
	}
}

static void preview(const struct result *may, const struct table *rows, const char *sql, const char *value, struct report *report)
{
	int64_t sessions = result_int(may, 0, result_column(may, "sessions"), 0);

	report_log(report, "%s", sql);
	say_overruled(rows, report);
	if (sessions > 0)
		report_log(report, sessions == 1 ? "%lld session that is connected keeps what it has until it connects again" :
		                                   "%lld sessions that are connected keep what they have until they connect again", (long long)sessions);
	if (value && strcmp(value, "0") == 0)
		report_log(report, "0 writes every statement to the log: costly on a busy server");
}

static bool act(struct session *session, const struct database *database, const char *sql, struct report *report, struct err *err)
{
	if (!session_query_wait(session, sql, NULL, 0, DEADLINE_MS, NULL, err))
		return false;
	report_summary(report, "%s: %s; new sessions have it", database->name, sql);
	return true;
}

static bool set(struct session *session, const struct database *database, const char *value, bool is_reset, bool is_dry_run, struct report *report, struct err *err)
{
	struct result *may = NULL;
	const char *question = database->server->version_num >= 150000 ? sql_queries_slow_may : sql_queries_slow_may_14;
	bool is_good = session_query_wait(session, question, NULL, 0, DEADLINE_MS, &may, err) && check_may(database, may, err);

	if (is_good) {
		char *sql = statement(session, may, value, is_reset);

		if (is_dry_run) {
			struct table *rows = table_new(&slow_shape);

			is_good = look(database, session, rows, err);
			if (is_good)
				preview(may, rows, sql, value, report);
			table_free(rows);
		} else {
			is_good = act(session, database, sql, report, err);
		}
		mem_free(sql);
	}
	result_free(may);
	return is_good;
}

bool slow_set(struct fleet *fleet, struct database *database, const char *wanted, bool is_dry_run, struct report *report, struct err *err)
{
	char *value = NULL;
	bool is_reset = false;

	if (!slow_parse(wanted, &value, &is_reset, err))
		return false;
	struct session *session = open_session(fleet, database, err);
	bool is_good = session && set(session, database, value, is_reset, is_dry_run, report, err);

	if (session)
		session_free(session);
	mem_free(value);
	if (!is_good || is_dry_run)
		return is_good;
	/* through a new session, which has what it now says */
	struct table *rows = table_new(&slow_shape);

	is_good = slow_look(fleet, database, rows, err);
	report_rows(report, rows);
	return is_good;
}
