/* access/grant.c - what a role lacks of a profile: planned by the catalog (sql/grant_plan.sql), run in one transaction. */
#include <string.h>

#include "access_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/pg/alone.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"role", CELL_TEXT, "role", 0, "The role that is given the profile."},
	{"profile", CELL_TEXT, "profile", 0, "application (reads and writes) or readonly."},
	{"state", CELL_TEXT, "state", 0, "done; needed (--dry-run); excess: the role has more than the profile, and the statement would take it away (--exact)."},
	{"statement", CELL_TEXT, "statement", 0, "The statement."},
};
const struct table_shape access_grant_shape = {"access_grant", columns, sizeof columns / sizeof *columns};

struct work {
	struct database *database;
	const struct access_grant *grant;
	struct session *session;
	struct words statements, excess, cannot;
};

static const char *profile_word(const struct work *work)
{
	return work->grant->profile == ACCESS_APPLICATION ? "application" : "readonly";
}

/* --- the plan ------------------------------------------------------------------------------------ */

static bool check_role(struct work *work, struct err *err)
{
	const char *role = work->grant->role, *params[] = {role};
	struct result *r = NULL;
	bool is_good = session_query_wait(work->session, sql_access_role, params, 1, ACCESS_DEADLINE_MS, &r, err);

	if (is_good && (strcmp(role, "public") == 0 || text_starts_with(role, "pg_")))
		is_good = err_set(err, ERR_USAGE, "a profile is for a role of your own, not for %s", role);
	else if (is_good && result_rows(r) == 0 && !work->grant->is_created) {
		is_good = access_unknown_role(work->session, work->database, role, err);
		if (err->kind == ERR_USAGE && !*err->hint)
			err_hint(err, "--create makes it");
	} else if (is_good && result_rows(r) == 1 && result_bool(r, 0, 0))
		is_good = err_set(err, ERR_FAILED, "%s is a superuser: no profile limits it", role) ||
			err_hint(err, "an application wants a role of its own: pgtend access grant %s ROLE %s --create", work->database->name, profile_word(work));
	result_free(r);
	return is_good;
}

/* {"a","b"}; NULL: all. Caller frees. */
static char *schemas_array(const struct words *schemas)
{
	struct text text = {0};

	if (!schemas || schemas->count == 0)
		return NULL;
	for (size_t i = 0; i < schemas->count; i++) {
		text_add(&text, i == 0 ? "{\"" : ",\"");
		for (const char *p = schemas->v[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				text_add_char(&text, '\\');
			text_add_char(&text, *p);
		}
		text_add_char(&text, '"');
	}
	text_add_char(&text, '}');
	return text_take(&text);
}

static bool plan(struct work *work, struct err *err)
{
	char *schemas = schemas_array(work->grant->schemas);
	const char *params[] = {work->grant->role, profile_word(work), schemas, section_text(work->database->section, "migrations_table")};
	struct result *r = NULL;
	bool is_good = session_query_wait(work->session, sql_access_grant_plan, params, 4, ACCESS_DEADLINE_MS, &r, err);

	for (int row = 0; is_good && row < result_rows(r); row++) {
		const char *kind = result_text(r, row, 0), *words = result_text(r, row, 1);
		bool is_excess = strcmp(kind, "excess") == 0;

		words_add(strcmp(kind, "cannot") == 0 ? &work->cannot : is_excess && !work->grant->is_exact ? &work->excess : &work->statements, words);
	}
	result_free(r);
	mem_free(schemas);
	if (!is_good || work->cannot.count == 0)
		return is_good;
	char *all = words_join(&work->cannot, "; ");

	err_set(err, ERR_FAILED, "%s: %s", work->database->name, all);
	mem_free(all);
	return err_hint(err, "connect as the owner, or choose schemas: --schema NAME");
}

/* --- carrying out -------------------------------------------------------------------------------- */

static bool is_as_shown(const struct work *work, struct err *err)
{
	char *now = words_join(&work->statements, ";\n");
	bool is_same = !work->grant->shown || strcmp(now, work->grant->shown) == 0;

	mem_free(now);
	if (is_same)
		return true;
	err_set(err, ERR_REFUSED, "%s: what is needed has changed since it was shown", work->database->name);
	return err_hint(err, "look again, then repeat the command");
}

/* One message, one transaction: all of it or nothing. */
static bool carry_out(struct work *work, struct err *err)
{
	char *all = words_join(&work->statements, ";\n"), *sql = mem_format("BEGIN;\n%s;\nCOMMIT", all);
	const struct session_statement statement = {.sql = sql};
	bool is_good = session_alone_wait(work->session, &statement, NULL, err);

	mem_free(sql);
	mem_free(all);
	return is_good || err_prefix(err, "%s: nothing was changed", work->database->name);
}

static void add_rows(const struct work *work, const struct words *statements, const char *state, struct table *rows)
{
	for (size_t i = 0; i < statements->count; i++) {
		int row = table_add_row(rows);

		table_set_text(rows, row, "database", work->database->name);
		table_set_text(rows, row, "role", work->grant->role);
		table_set_text(rows, row, "profile", profile_word(work));
		table_set_text(rows, row, "state", state);
		table_set_text(rows, row, "statement", statements->v[i]);
	}
}

static void tell(const struct work *work, struct report *report)
{
	struct table *rows = table_new(&access_grant_shape);
	size_t count = work->statements.count;

	add_rows(work, &work->statements, work->grant->is_dry_run ? "needed" : "done", rows);
	add_rows(work, &work->excess, "excess", rows);
	report_rows(report, rows);
	for (size_t i = 0; i < count; i++)
		report_log(report, "%s;", work->statements.v[i]);
	for (size_t i = 0; i < work->excess.count; i++)
		report_log(report, "has more than the profile: %s; would take it away (--exact)", work->excess.v[i]);
	if (count == 0)
		report_summary(report, "%s: %s has all of the profile %s", work->database->name, work->grant->role, profile_word(work));
	else
		report_summary(report, "%s: %zu statement%s %s for %s, in one transaction", work->database->name, count, count == 1 ? "" : "s",
			work->grant->is_dry_run ? "needed" : "run", work->grant->role);
	if (!work->grant->is_dry_run && count > 0 && text_starts_with(work->statements.v[0], "CREATE ROLE"))
		report_hint(report, "it has no password yet: \\password %s in psql", work->grant->role);
}

bool access_grant(struct fleet *fleet, struct database *database, const struct access_grant *grant, struct report *report, char **statements, struct err *err)
{
	struct work work = {.database = database, .grant = grant};

	work.session = database_action_session(fleet, database, NULL, "access", database_lock_timeout_ms(database), true);
	bool is_good = session_ready_wait(work.session, 0, err) && check_role(&work, err) && plan(&work, err) && is_as_shown(&work, err);

	if (is_good && !grant->is_dry_run && work.statements.count > 0)
		is_good = carry_out(&work, err);
	if (is_good)
		tell(&work, report);
	if (is_good && statements)
		*statements = words_join(&work.statements, ";\n");
	words_done(&work.statements);
	words_done(&work.excess);
	words_done(&work.cannot);
	session_free(work.session);
	return is_good;
}
