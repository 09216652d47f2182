/* Numbers of relations become names: each database alone knows its own. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/pg/move.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 3000 };

static const char *const pairs[][2] = {{"relation_oid", "relation"}, {"index_oid", "index"}};

static bool has_column(const struct table *table, const char *column)
{
	return table_column(table_shape(table), column) >= 0;
}

/* Of this database, with a number and no name yet. */
static bool is_nameless(const struct table *table, int row, int pair, int64_t database_oid)
{
	return table_get_int(table, row, "relation_database", -1) == database_oid && table_get_int(table, row, pairs[pair][0], 0) > 0 &&
		!table_get(table, row, pairs[pair][1])->has_value;
}

static char *numbers_of(const struct table *table, int64_t database_oid)
{
	struct text list = {0};
	for (int pair = 0; pair < 2; pair++)
		for (int row = 0; has_column(table, pairs[pair][0]) && row < table_rows(table); row++)
			if (is_nameless(table, row, pair, database_oid))
				text_addf(&list, "%s%lld", list.length > 0 ? "," : "", (long long)table_get_int(table, row, pairs[pair][0], 0));
	if (list.length == 0)
		return NULL;
	char *array = mem_format("{%s}", text_str(&list));
	text_done(&list);
	return array;
}

static void set_names(const struct result *result, struct table *table, int64_t database_oid)
{
	for (int pair = 0; pair < 2; pair++)
		for (int row = 0; has_column(table, pairs[pair][0]) && row < table_rows(table); row++)
			for (int i = 0; is_nameless(table, row, pair, database_oid) && i < result_rows(result); i++)
				if (result_int(result, i, 0, -1) == table_get_int(table, row, pairs[pair][0], 0))
					table_set_text(table, row, pairs[pair][1], result_text(result, i, 1));
}

static bool is_open(struct session *session)
{
	return session != NULL && (session_state(session) == SESSION_READY || session_state(session) == SESSION_BUSY);
}

static bool is_first_of_server(const struct fleet *fleet, const struct database *database)
{
	for (int i = 0; i < fleet->database_count; i++)
		if (fleet->databases[i]->server == database->server)
			return fleet->databases[i] == database;
	return false;
}

/* A session of that very database: its own, or the server's where that is connected to it. */
static struct session *session_of(struct fleet *fleet, struct database *database, bool may_open)
{
	struct err ignored;
	if (is_open(database->session))
		return database->session;
	if (is_open(database->server->session) && !session_is_moved(database->server->session) && is_first_of_server(fleet, database))
		return database->server->session;
	if (!may_open)
		return NULL;
	struct session *session = database_session(fleet, database);
	return session_ready_wait(session, DEADLINE_MS, &ignored) && database_learn_wait(fleet, database, session, &ignored) ? session : NULL;
}

static bool is_about(const struct database *database, const struct table *table, int64_t *oid)
{
	*oid = database->oid;
	if (*oid != 0)
		return true;
	/* not asked itself yet: by its name, which the rows tell beside the number */
	for (int row = 0; row < table_rows(table); row++)
		if (table_get_text(table, row, "database") != NULL && strcmp(table_get_text(table, row, "database"), database->dbname) == 0) {
			*oid = table_get_int(table, row, "relation_database", 0);
			if (*oid != 0)
				return true;
		}
	return false;
}

void sessions_name_relations(struct fleet *fleet, const struct server *server, struct table *table, bool may_open)
{
	for (int i = 0; i < fleet->database_count; i++) {
		struct database *database = fleet->databases[i];
		int64_t oid;
		if (database->server != server || !is_about(database, table, &oid))
			continue;
		char *numbers = numbers_of(table, oid);
		struct session *session = numbers != NULL ? session_of(fleet, database, may_open) : NULL;
		struct result *result = NULL;
		struct err ignored;
		const char *params[] = {numbers};
		if (session != NULL && session_query_wait(session, sql_sessions_names, params, 1, DEADLINE_MS, &result, &ignored))
			set_names(result, table, oid);
		result_free(result);
		mem_free(numbers);
	}
}
