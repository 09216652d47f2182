/* access/check.c - what is dangerous in who may do what. Each question stands in a file of its own, so that one that is refused hides no other. */
#include <string.h>

#include "access_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"severity", CELL_TEXT, "severity", 0, "critical, warning, note, or unknown: the role may not see it."},
	{"item", CELL_TEXT, "item", 0, "What it is about: superuser, bypassrls, owner, public schema, public tables, public future, public connect, monitor, hba, tls, "
		"password_encryption, md5, expiry, function."},
	{"role", CELL_TEXT, "role", 1, "The role that it is about; null: none in particular."},
	{"finding", CELL_TEXT, "finding", 0, "What was found, in words."},
	{"mend", CELL_TEXT, "mend", 0, "What mends it: a statement, or what to do."},
};
const struct table_shape access_check_shape = {"access_check", columns, sizeof columns / sizeof *columns};

struct question {
	const char *sql;
	const char *item;
	const char *hidden; /* what is not known without the right that own_role.sql tells in the column of this item; NULL: everybody may ask */
	const char *grant;  /* with the role for %s */
};

static const struct question questions[] = {
	{sql_access_check_superusers, "superuser", NULL, NULL},
	{sql_access_check_public, "public", NULL, NULL},
	{sql_access_check_monitor, "monitor", NULL, NULL},
	{sql_access_check_hba, "hba", "the rules of pg_hba.conf cannot be seen",
		"GRANT SELECT ON pg_catalog.pg_hba_file_rules TO %s; GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO %s"},
	{sql_access_check_tls, "tls", NULL, NULL},
	{sql_access_check_passwords, "md5", "how passwords are kept cannot be seen", "a superuser may: connect as one, or GRANT SELECT ON pg_catalog.pg_authid TO %s, "
		"which shows it the hashes too"},
	{sql_access_check_expiry, "expiry", NULL, NULL},
	{sql_access_check_owners, "owner", NULL, NULL},
	{sql_access_check_functions, "function", NULL, NULL},
};

static void add(const struct database *database, const struct result *r, struct table *rows, int *bad)
{
	int first = table_rows(rows);

	result_fill(r, rows);
	for (int row = first; row < table_rows(rows); row++) {
		const char *severity = table_get_text(rows, row, "severity");

		table_set_text(rows, row, "database", database->name);
		*bad += strcmp(severity, "note") != 0;
	}
}

static void add_unknown(const struct database *database, const char *item, const char *finding, const char *mend, struct table *rows)
{
	int row = table_add_row(rows);

	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "severity", "unknown");
	table_set_text(rows, row, "item", item);
	table_set_text(rows, row, "finding", finding);
	table_set_text(rows, row, "mend", mend);
}

/* `role` in the place of each %s. */
static void add_hidden(const struct database *database, const struct question *question, const char *role, struct table *rows)
{
	struct text mend = {0};

	for (const char *p = question->grant; *p; p++)
		if (p[0] == '%' && p[1] == 's') {
			text_add(&mend, role);
			p++;
		} else {
			text_add_char(&mend, *p);
		}
	add_unknown(database, question->item, question->hidden, text_str(&mend), rows);
	text_done(&mend);
}

/* What one question is refused with says nothing of the others. */
static bool ask(struct session *session, const struct database *database, const struct question *question, struct table *rows, int *bad, struct err *err)
{
	struct result *r = NULL;
	struct err own = {0};
	bool is_good = session_query_wait(session, question->sql, NULL, 0, ACCESS_DEADLINE_MS, &r, &own);
	bool is_refused = !is_good && result_error(r) && own.kind != ERR_CANCELLED;

	if (is_good)
		add(database, r, rows, bad);
	else if (is_refused)
		add_unknown(database, question->item, own.text, NULL, rows);
	else
		*err = own;
	result_free(r);
	return is_good || is_refused;
}

static bool ask_all(struct session *session, const struct database *database, const struct result *own, struct table *rows, int *bad, struct err *err)
{
	bool is_good = true;

	for (size_t i = 0; is_good && i < sizeof questions / sizeof *questions; i++) {
		if (questions[i].hidden && !result_bool(own, 0, result_column(own, questions[i].item)))
			add_hidden(database, &questions[i], result_text(own, 0, result_column(own, "role")), rows);
		else
			is_good = ask(session, database, &questions[i], rows, bad, err);
	}
	return is_good;
}

bool access_check(struct fleet *fleet, struct database *database, struct table *rows, int *bad, struct err *err)
{
	struct session *session = database_session(fleet, database);
	struct result *own = NULL;
	bool is_good = session_ready_wait(session, ACCESS_DEADLINE_MS, err) &&
		session_query_wait(session, sql_access_own_role, NULL, 0, ACCESS_DEADLINE_MS, &own, err) && ask_all(session, database, own, rows, bad, err);

	result_free(own);
	return is_good;
}
