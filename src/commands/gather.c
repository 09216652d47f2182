#include "gather.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

void gather_rows(const struct database *database, const struct facts *facts, struct table *all)
{
	for (int from = 0; facts->table && from < table_rows(facts->table); from++) {
		int row = table_add_row(all);

		table_copy_row(all, row, facts->table, from);
		table_set_text(all, row, "database", database->name);
	}
}

bool gather_verdict(struct action *action, enum fact fact, struct err *err)
{
	const struct database *first = NULL;
	int failed = 0;

	for (int i = 0; i < action->database_count; i++) {
		const struct database *database = action->databases[i];
		const struct facts *facts = database_facts(database, fact);

		if (facts->table && facts->err.kind == ERR_NONE)
			continue;
		if (!first)
			first = database;
		failed++;
		if (action->database_count > 1)
			report_log(action->report, "%s: %s", database->name, facts->err.kind ? facts->err.text : "no answer in time");
	}
	if (!failed)
		return true;
	*err = database_facts(first, fact)->err;
	if (!err->kind)
		err_set(err, ERR_TIMEOUT, "no answer in time");
	err_prefix(err, "%s", first->name);
	if (action->database_count == 1)
		return false;
	if (failed < action->database_count)
		err->kind = ERR_PARTIAL;
	return err_prefix(err, "%d of %d databases gave no answer", failed, action->database_count);
}

void gather_hint_hidden(struct action *action, const struct database *database, int hidden)
{
	const char *user = conninfo_effective(database->info, "user");

	if (hidden <= 0)
		return;
	char *role = text_sql_name(user ? user : "");

	report_hint(action->report, "%s: %d without an estimate, because the role may not read their columns: GRANT pg_read_all_data TO %s (before 14: SELECT on the tables)",
		database->name, hidden, role);
	mem_free(role);
}

bool gather_unsupported(struct action *action, enum capability capability, struct err *err)
{
	for (int i = 0; i < action->database_count; i++) {
		const struct database *database = action->databases[i];

		if (!database->server->is_known || database_can(database, capability, err))
			continue;
		if (action->database_count == 1)
			return false;
		report_log(action->report, "skipped %s", err->text);
		err_clear(err);
	}
	return true;
}

int gather_deadline_ms(const struct action *action)
{
	static const double default_s = 9, most_s = 86400;
	const char *given = command_option(action->command, "--timeout");
	double seconds = 0;
	if (!given || !units_parse_duration_s(given, &seconds) || seconds <= 0)
		seconds = default_s;
	return (int)((seconds < most_s ? seconds : most_s) * 1000);
}

bool gather_interval_ms(const struct action *action, int *interval_ms, struct err *err)
{
	static const double most_s = 3600;
	const char *given = command_option(action->command, "--interval");
	double seconds = 1;

	if (given && (!units_parse_duration_s(given, &seconds) || seconds < 0 || seconds > most_s))
		return err_set(err, ERR_USAGE, "--interval: %s is no time between nothing and an hour", given);
	*interval_ms = (int)(seconds * 1000);
	return true;
}
