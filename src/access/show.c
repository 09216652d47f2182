/* access/show.c - who may do what, role by role. */
#include "access_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"role", CELL_TEXT, "role", 0, "Role (pg_roles.rolname); public: everybody."},
	{"profile", CELL_TEXT, "profile", 0, "What it comes to: superuser, owner (of the database or of tables), read and write, read only, connect only, nothing; everybody: PUBLIC."},
	{"is_login", CELL_BOOL, "login", 1, "May log in (pg_roles.rolcanlogin)."},
	{"is_superuser", CELL_BOOL, NULL, 9, "No grant limits it (pg_roles.rolsuper)."},
	{"is_bypassing_rls", CELL_BOOL, "no rls", 3, "Row-level policies do not count for it (pg_roles.rolbypassrls)."},
	{"may_create_databases", CELL_BOOL, "createdb", 4, "May create databases (pg_roles.rolcreatedb)."},
	{"may_create_roles", CELL_BOOL, "createrole", 4, "May create roles (pg_roles.rolcreaterole)."},
	{"may_replicate", CELL_BOOL, NULL, 9, "May replicate (pg_roles.rolreplication)."},
	{"member_of", CELL_WORDS, "member of", 2, "Roles whose member it is (pg_auth_members)."},
	{"may_connect", CELL_BOOL, "connect", 1, "May connect to the database (has_database_privilege)."},
	{"may_create_schemas", CELL_BOOL, NULL, 9, "May create schemas in it."},
	{"uses", CELL_WORDS, "uses", 2, "Schemas that it reaches (USAGE)."},
	{"creates_in", CELL_WORDS, "creates in", 2, "Schemas in which it may create objects."},
	{"tables", CELL_COUNT, "tables", 1, "Tables, views and foreign tables of the database."},
	{"owned", CELL_COUNT, "owns", 2, "How many of them it owns."},
	{"readable", CELL_COUNT, "select", 0, "How many it may read, schema and table taken together; as owner or member too."},
	{"insertable", CELL_COUNT, "insert", 0, "How many it may insert into."},
	{"updatable", CELL_COUNT, "update", 0, "How many it may update."},
	{"deletable", CELL_COUNT, "delete", 0, "How many it may delete from."},
	{"truncatable", CELL_COUNT, "truncate", 3, "How many it may empty."},
	{"usable_sequences", CELL_COUNT, "sequences", 3, "Sequences that it may draw from (USAGE)."},
	{"future", CELL_WORDS, "future", 2, "What it will be given on objects that are made later (pg_default_acl)."},
	{"connection_limit", CELL_COUNT, NULL, 9, "How many connections it may have; null: as many as there are."},
	{"password_until", CELL_TIME, "until", 4, "When its password ends; null: never (pg_roles.rolvaliduntil)."},
};
const struct table_shape access_show_shape = {"access", columns, sizeof columns / sizeof *columns};

bool access_unknown_role(struct session *session, const struct database *database, const char *role, struct err *err)
{
	struct result *r = NULL;
	struct words names = {0};

	if (!session_query_wait(session, sql_access_role_names, NULL, 0, ACCESS_DEADLINE_MS, &r, err)) {
		result_free(r);
		return false;
	}
	for (int row = 0; row < result_rows(r); row++)
		words_add(&names, result_text(r, row, 0));
	const char *nearest = text_nearest(role, (const char *const *)names.v, names.count);

	err_set(err, ERR_USAGE, "the server of %s has no role \"%s\"", database->name, role);
	if (nearest)
		err_hint(err, "did you mean \"%s\"?", nearest);
	words_done(&names);
	result_free(r);
	return false;
}

bool access_show(struct fleet *fleet, struct database *database, const char *role, struct table *rows, struct err *err)
{
	struct session *session = database_session(fleet, database);
	const char *params[] = {role};
	struct result *r = NULL;
	bool is_good = session_ready_wait(session, ACCESS_DEADLINE_MS, err) &&
		session_query_wait(session, sql_access_roles, params, 1, ACCESS_DEADLINE_MS, &r, err);

	if (is_good && role && result_rows(r) == 0) {
		is_good = access_unknown_role(session, database, role, err);
	} else if (is_good) {
		int first = table_rows(rows);

		result_fill(r, rows);
		for (int row = first; row < table_rows(rows); row++)
			table_set_text(rows, row, "database", database->name);
	}
	result_free(r);
	return is_good;
}
