/* FACT_SETTINGS: all settings of the server, and those of single databases and roles. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {SETTINGS_COLUMNS};
const struct table_shape settings_shape = {"settings", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static const char *const file_columns[] = {"file", NULL};

static const char *of(const struct result *result, int row, const char *column)
{
	return result_text(result, row, result_column(result, column));
}

static bool is_word(const char *word, const char *wanted)
{
	return word && strcmp(word, wanted) == 0;
}

/* What this very session set (timeouts, its name), or what was set for its role and database: the server's own value is hidden behind it. */
static bool is_of_session(const char *source)
{
	return is_word(source, "client") || is_word(source, "session") || is_word(source, "user") || is_word(source, "database") ||
	       is_word(source, "database user") || is_word(source, "interactive");
}

/* The server works some out for itself (wal_buffers); nobody set those. */
static bool is_changed(const char *value, const char *usual, const char *source)
{
	return !is_word(source, "default") && !is_word(source, "override") && !(usual && strcmp(value, usual) == 0);
}

static void set_file(const struct result *result, int from, struct table *table, int row)
{
	const char *file = of(result, from, "file"), *line = of(result, from, "line");
	char *place = file && line ? mem_format("%s:%s", file, line) : NULL;

	table_set_text(table, row, "file", place);
	if (probe_flag(result, from, "is_hidden"))
		probe_mark_missing(table, row, file_columns, MISSING_PRIVILEGE);
	mem_free(place);
}

/* Whether it is set may be seen, and that is all. */
static void hide(struct table *table, int row)
{
	const char *value = table_get_text(table, row, "value");

	if (value && *value && setting_is_secret(table_get_text(table, row, "name")))
		table_set_text(table, row, "value", "(set, not shown)");
}

static void add(const struct result *result, int from, struct table *table)
{
	const char *source = of(result, from, "source"), *unit = of(result, from, "unit");

	if (is_of_session(source))
		return;
	char *value = setting_text(of(result, from, "setting"), unit), *usual = setting_text(of(result, from, "boot_val"), unit);
	int row = table_add_row(table);

	table_set_text(table, row, "scope", "server");
	table_set_text(table, row, "name", of(result, from, "name"));
	table_set_text(table, row, "value", value ? value : "");
	table_set_text(table, row, "default_value", usual);
	table_set_int(table, row, "is_changed", is_changed(value ? value : "", usual, source));
	table_set_text(table, row, "source", source);
	table_set_text(table, row, "context", of(result, from, "context"));
	table_set_int(table, row, "is_pending_restart", probe_flag(result, from, "is_pending_restart"));
	set_file(result, from, table, row);
	hide(table, row);
	mem_free(value);
	mem_free(usual);
}

/* Settings of databases and roles: always changed, else they would not be there. */
static bool add_own(struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	int first = table_rows(table);
	bool is_answered = probe_fill(session, sql_probes_settings_own, DEADLINE_MS, table, &result, err);

	for (int row = first; row < table_rows(table); row++) {
		const char *unit = of(result, row - first, "unit");
		char *value = setting_typed_text(of(result, row - first, "value"), of(result, row - first, "vartype"), unit);
		char *usual = setting_text(of(result, row - first, "boot_val"), unit);

		table_set_text(table, row, "value", value);
		table_set_text(table, row, "default_value", usual);
		table_set_int(table, row, "is_changed", true);
		hide(table, row);
		table_set_text(table, row, "source", "ALTER ... SET");
		mem_free(value);
		mem_free(usual);
	}
	result_free(result);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = probe_needs_statistics(target, err) &&
	                   session_query_wait(session, sql_probes_settings, NULL, 0, DEADLINE_MS, &result, err);

	for (int row = 0; is_answered && row < result_rows(result); row++)
		add(result, row, table);
	result_free(result);
	is_answered = is_answered && add_own(session, table, err);
	if (is_answered)
		setting_judge(table);
	return is_answered;
}

const struct probe probe_settings = {
	.fact = FACT_SETTINGS,
	.name = "settings",
	.scope = PROBE_SERVER,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &settings_shape,
	.ask = ask,
};
