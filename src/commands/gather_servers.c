/* Facts of servers as one table: each server is asked once, whatever databases of it were named. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"

enum { DEADLINE_MS = 30000 };

int gather_first_of_servers(const struct action *action, struct database **first)
{
	int count = 0;

	for (int i = 0; i < action->database_count; i++) {
		bool is_known = false;

		for (int k = 0; k < count && !is_known; k++)
			is_known = first[k]->server == action->databases[i]->server;
		if (!is_known)
			first[count++] = action->databases[i];
	}
	return count;
}

static void add_rows(const struct server *server, enum fact fact, struct table *all)
{
	const struct table *table = server->facts[fact].table;

	for (int from = 0; table && from < table_rows(table); from++) {
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "server", server->label);
	}
}

struct table *gather_servers(struct action *action, const enum fact *facts, enum fact shown, const struct table_shape *shape)
{
	struct database **first = mem_new(sizeof *first * ((size_t)action->database_count + 1));
	struct table *all = table_new(shape);
	int count = gather_first_of_servers(action, first);

	collect_wait(action->fleet, first, count, facts, DEADLINE_MS);
	for (int i = 0; i < count; i++)
		add_rows(first[i]->server, shown, all);
	mem_free(first);
	return all;
}

static bool is_lacking(const struct database *database, enum fact fact)
{
	return database_facts(database, fact)->err.kind == ERR_UNSUPPORTED;
}

/* A server that cannot tell says so: alone it is a failure, among others it is skipped. */
bool gather_server_verdict(struct action *action, enum fact fact, struct err *err)
{
	struct database **named = action->databases, **kept = mem_new(sizeof *kept * ((size_t)action->database_count + 1));
	int all = action->database_count, count = gather_first_of_servers(action, kept), left = 0;

	for (int i = 0; i < count; i++) {
		if (count > 1 && is_lacking(kept[i], fact))
			report_log(action->report, "skipped %s: %s", kept[i]->name, database_facts(kept[i], fact)->err.text);
		else
			kept[left++] = kept[i];
	}
	action->databases = kept;
	action->database_count = left;
	bool is_good = gather_verdict(action, fact, err);

	action->databases = named;
	action->database_count = all;
	mem_free(kept);
	return is_good;
}

static bool is_hidden(const struct table *rows, int row)
{
	for (int column = 0; column < table_shape(rows)->column_count; column++)
		if (table_cell(rows, row, column)->missing == MISSING_PRIVILEGE)
			return true;
	return false;
}

/* Whether the row tells of that server: by its label, or by a database of it. What names none that was asked for may be of any. */
static bool is_of_server(const struct action *action, const struct table *rows, int row, const struct server *server)
{
	const char *column = table_shape(rows)->columns[0].name, *label = table_get_text(rows, row, column);

	if (label && strcmp(column, "server") == 0)
		return strcmp(label, server->label) == 0;
	for (int i = 0; label && i < action->database_count; i++)
		if (strcmp(action->databases[i]->name, label) == 0)
			return action->databases[i]->server == server;
	return true;
}

static void hint_grant(struct action *action, const struct database *database, const char *place, const char *granted)
{
	const char *role = conninfo_effective(database->info, "user");
	char *name = text_sql_name(role ? role : "");

	report_hint(action->report, "%s%swhat reads \"privilege\" is shown after: GRANT %s TO %s;", place, *place ? ": " : "", granted, name);
	mem_free(name);
}

void gather_hint_grant(struct action *action, const struct table *rows, const char *granted)
{
	struct database **first = mem_new(sizeof *first * ((size_t)action->database_count + 1));
	int count = gather_first_of_servers(action, first);

	for (int i = 0; i < count; i++) {
		bool is_lacking_some = false;

		for (int row = 0; row < table_rows(rows) && !is_lacking_some; row++)
			is_lacking_some = is_hidden(rows, row) && is_of_server(action, rows, row, first[i]->server);
		if (is_lacking_some)
			hint_grant(action, first[i], count > 1 ? first[i]->server->label : "", granted);
	}
	mem_free(first);
}

void gather_hint_grant_in(struct action *action, const struct database *database, const char *granted)
{
	hint_grant(action, database, action->database_count > 1 ? database->name : "", granted);
}
