/* See fleet/own_tables.h. */
#include "pgtend/fleet/own_tables.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000 };

/* --- looking ------------------------------------------------------------------------------------------- */

struct look {
	const struct result *result;
	int row;
	struct text make;
	struct text why;
};

static const char *text_of(const struct look *look, const char *column)
{
	const char *text = result_text(look->result, look->row, result_column(look->result, column));
	return text ? text : "";
}

static bool is(const struct look *look, const char *column)
{
	return result_bool(look->result, look->row, result_column(look->result, column));
}

static const struct own_column *column_named(const struct own_column *columns, const char *name)
{
	for (; columns->name; columns++)
		if (strcmp(columns->name, name) == 0)
			return columns;
	return NULL;
}

static void make_table(struct look *look, const struct own_table *table)
{
	text_addf(&look->make, "CREATE TABLE pgtend.%s (", table->name);
	for (const struct own_column *column = table->columns; column->name; column++)
		text_addf(&look->make, "%s%s %s", column == table->columns ? "" : ", ", column->name, column->definition);
	text_addf(&look->make, "%s%s); COMMENT ON TABLE pgtend.%s IS '%s'; ", table->constraint ? ", " : "",
	    table->constraint ? table->constraint : "", table->name, table->comment);
}

/* Every column that is there must be ours, or one that we need not fill; what is missing is added, where the rest is ours. */
static void look_at_columns(struct look *look, const struct own_table *table)
{
	struct words there = {0}, names = {0};
	words_split(&there, text_of(look, "columns"), ",");
	for (size_t i = 0; i < there.count; i++) {
		char *name = there.v[i], *type = strchr(name, ' ');
		*type++ = 0;
		bool is_needed = text_ends_with(type, " needed");
		if (is_needed)
			type[strlen(type) - strlen(" needed")] = 0;
		const struct own_column *own = column_named(table->columns, name);
		if (own ? strcmp(own->type, type) != 0 : is_needed)
			text_addf(&look->why, "pgtend.%s is of a shape that this pgtend does not know (column %s %s)", table->name, name,
			    type);
		words_add(&names, name);
	}
	int missing = 0;
	for (const struct own_column *column = table->columns; column->name; column++) {
		if (words_has(&names, column->name))
			continue;
		missing++;
		text_addf(&look->make, "ALTER TABLE pgtend.%s ADD COLUMN %s %s; ", table->name, column->name, column->definition);
	}
	bool is_ours = (!table->marks[0] || words_has(&names, table->marks[0])) && (!table->marks[1] || words_has(&names, table->marks[1]));
	if (!look->why.length && missing && !is_ours)
		text_addf(&look->why, "pgtend.%s is of a shape that this pgtend does not know", table->name);
	else if (!look->why.length && missing && !is(look, "is_owner"))
		text_addf(&look->why, "pgtend.%s was made by an older pgtend, and only its owner %s may add to it", table->name,
		    text_of(look, "owner"));
	words_done(&there);
	words_done(&names);
}

static bool may_write(const struct look *look, const struct own_table *table)
{
	static const char *const rights[] = {"may_select", "may_insert", "may_update", "may_delete"};
	for (unsigned i = 0; i < sizeof rights / sizeof rights[0]; i++)
		if ((table->rights & (1U << i)) && !is(look, rights[i]))
			return false;
	return true;
}

static void look_at_table(struct look *look, const struct own_table *table)
{
	const char *kind = text_of(look, "kind"), *who = text_of(look, "who");
	if (!*kind) {
		if (is(look, "has_schema") && !is(look, "may_make"))
			text_addf(&look->why, "%s may not make tables in the schema pgtend", who);
		make_table(look, table);
	} else if (strcmp(kind, "r") != 0 || is(look, "has_row_security")) {
		text_addf(&look->why, "pgtend.%s is no plain table", table->name);
	} else if (!is(look, "is_trusted")) {
		text_addf(&look->why, "pgtend.%s belongs to %s, who could run commands as %s by it", table->name, text_of(look, "owner"),
		    who);
	} else if (!may_write(look, table)) {
		text_addf(&look->why, "%s may not write pgtend.%s", who, table->name);
	} else {
		look_at_columns(look, table);
	}
}

/* The schema; false: why not stands in look->why. */
static bool look_at_schema(struct look *look)
{
	const char *who = text_of(look, "who");
	if (is(look, "is_read_only"))
		text_add(&look->why, "the session is read only");
	else if (!is(look, "has_schema") && !is(look, "may_make_schema"))
		text_addf(&look->why, "%s may not make the schema pgtend in this database", who);
	else if (is(look, "has_schema") && !is(look, "is_schema_trusted"))
		text_addf(&look->why, "the schema pgtend belongs to %s, who could run commands as %s by it",
		    text_of(look, "schema_owner"), who);
	else if (is(look, "has_schema") && !is(look, "may_use"))
		text_addf(&look->why, "%s may not use the schema pgtend", who);
	else if (!is(look, "has_schema"))
		text_add(&look->make,
		    "CREATE SCHEMA pgtend; COMMENT ON SCHEMA pgtend IS 'pgtend''s own records; metadata = no in pgtend.ini forbids it'; ");
	return look->why.length == 0;
}

static const struct own_table *table_named(const struct own_table *tables, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

/* A list as the server reads it; our own names hold nothing that had to be quoted. */
static char *names_of(const struct own_table *tables, int count)
{
	struct text names = {0};
	for (int i = 0; i < count; i++)
		text_addf(&names, "%s%s", i ? "," : "{", tables[i].name);
	text_add_char(&names, '}');
	return text_take(&names);
}

/* A server that answers that it cannot tell is no failure; one that does not answer is. */
static bool take_refusal(struct result *result, struct own_look *look, struct err *err)
{
	bool is_answer = result && result_error(result);
	look->why_not = mem_copy(err->text);
	if (is_answer)
		err_clear(err);
	return is_answer;
}

bool own_tables_look(const struct database *database, struct session *session, const struct own_table *tables, int count,
    struct own_look *own, struct err *err)
{
	memset(own, 0, sizeof *own);
	if (database->section && !section_bool(database->section, "metadata")) {
		own->why_not = mem_copy("metadata = no");
		return true;
	}
	struct result *result = NULL;
	struct look look = {0};
	char *names = names_of(tables, count);
	const char *params[] = {names};
	bool is_asked = session_query_wait(session, sql_fleet_own_tables, params, 1, DEADLINE_MS, &result, err);
	mem_free(names);
	if (!is_asked) {
		is_asked = take_refusal(result, own, err);
		result_free(result);
		return is_asked;
	}
	look.result = result;
	bool is_good = result_rows(result) == count && look_at_schema(&look);
	if (result_rows(result) > 0) {
		own->who = mem_copy(text_of(&look, "who"));
		own->has_schema = is(&look, "has_schema");
	}
	for (; is_good && look.row < count; look.row++) {
		look_at_table(&look, table_named(tables, count, text_of(&look, "name")));
		is_good = look.why.length == 0;
	}
	own->is_there = is_good && look.make.length == 0;
	own->may_make = is_good && look.make.length > 0;
	if (own->may_make)
		own->make = text_take(&look.make);
	if (!is_good)
		own->why_not = look.why.length ? text_take(&look.why) : mem_copy("the server does not tell");
	text_done(&look.make);
	text_done(&look.why);
	result_free(result);
	return true;
}

void own_look_done(struct own_look *look)
{
	mem_free(look->why_not);
	mem_free(look->make);
	mem_free(look->who);
	memset(look, 0, sizeof *look);
}

/* --- making -------------------------------------------------------------------------------------------- */

char *own_tables_make_sql(const char *make)
{
	/* Types and functions are PostgreSQL's own, whatever the search path of the role is. */
	return make ? mem_format("DO $pgtend$ BEGIN PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true); %sEND $pgtend$", make)
	            : NULL;
}

bool own_tables_make(const struct database *database, struct session *session, const struct own_table *tables, int count,
    struct own_look *look, struct err *err)
{
	char *sql = own_tables_make_sql(look->make);
	if (!sql)
		return true;
	struct result *result = NULL;
	bool is_made = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &result, err);
	bool is_answer = is_made || (result && result_error(result));
	mem_free(sql);
	result_free(result);
	if (!is_answer)
		return false;
	char *why = is_made ? NULL : mem_copy(err->text);
	if (!is_made)
		err_clear(err);
	own_look_done(look);
	bool is_known = own_tables_look(database, session, tables, count, look, err);
	if (is_known && why && !look->is_there) {
		look->may_make = false;
		mem_free(look->why_not);
		look->why_not = why;
		why = NULL;
	}
	mem_free(why);
	return is_known;
}
