/* See migrate/metadata.h: whether pgtend's own tables are there, and making them. */
#include "pgtend/migrate/metadata.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/who.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000 };

/* The one place that says what the tables look like. A column that a later pgtend adds goes to the end, may be null or has a default: an
 * older one can then still write. */
struct own_column {
	const char *name, *type, *definition;
};
static const struct own_column migrations[] = {
    {"id", "bigint", "bigint generated always as identity primary key"},
    {"history", "text", "text not null"},
    {"name", "text", "text not null"},
    {"action", "text", "text not null"},
    {"dialect", "text", "text"},
    {"checksum", "text", "text"},
    {"mode", "text", "text"},
    {"duration_ms", "double precision", "double precision"},
    {"ran_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.now()"},
    {"db_user", "text", "text not null default session_user"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {"client", "text", "text default coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local')"},
    {"version", "text", "text"},
    {"backup", "text", "text"},
    {0},
};
static const struct own_column progress[] = {
    {"history", "text", "text not null"},
    {"name", "text", "text not null"},
    {"direction", "text", "text not null"},
    {"checksum", "text", "text"},
    {"begun", "integer", "integer not null"},
    {"done", "integer", "integer not null"},
    {"started_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.now()"},
    {"changed_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.now()"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {0},
};
static const struct own_column runs[] = {
    {"id", "bigint", "bigint generated always as identity primary key"},
    {"history", "text", "text not null"},
    {"verb", "text", "text not null"},
    {"started_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.clock_timestamp()"},
    {"ended_at", "timestamp with time zone", "timestamp with time zone"},
    {"outcome", "text", "text"},
    {"backend_pid", "integer", "integer not null default pg_catalog.pg_backend_pid()"},
    {"backend_start", "timestamp with time zone", "timestamp with time zone"},
    {"db_user", "text", "text not null default session_user"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {"os_pid", "integer", "integer"},
    {"client", "text", "text default coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local')"},
    {"version", "text", "text"},
    {0},
};
static const struct own_table {
	const char *name;
	const struct own_column *columns;
	const char *constraint;
	const char *comment;
} tables[] = {
    {"migrations", migrations, NULL, "Kept by pgtend: what it ran or recorded of the migrations, newest last."},
    {"migration_progress", progress, "primary key (history, name, direction)",
        "Kept by pgtend: how far migrations that run outside a transaction came."},
    {"migration_runs", runs, NULL, "Kept by pgtend: who ran migrations, from when to when; without an end: it died, or runs."},
};
enum { TABLE_COUNT = (int)(sizeof tables / sizeof tables[0]) };

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
	/* history and name tell a migration apart: a table without them was never ours. */
	bool is_ours = words_has(&names, "history") && (words_has(&names, "name") || words_has(&names, "verb"));
	if (!look->why.length && missing && !is_ours)
		text_addf(&look->why, "pgtend.%s is of a shape that this pgtend does not know", table->name);
	else if (!look->why.length && missing && !is(look, "is_owner"))
		text_addf(&look->why, "pgtend.%s was made by an older pgtend, and only its owner %s may add to it", table->name,
		    text_of(look, "owner"));
	words_done(&there);
	words_done(&names);
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
	} else if (!is(look, "may_write")) {
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

static const struct own_table *table_named(const char *name)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

bool metadata_look(const struct database *database, struct session *session, struct metadata *metadata, struct err *err)
{
	memset(metadata, 0, sizeof *metadata);
	if (database->section && !section_bool(database->section, "metadata")) {
		metadata->why_not = mem_copy("metadata = no");
		return true;
	}
	struct result *result = NULL;
	struct look look = {0};
	if (!session_query_wait(session, sql_migrate_metadata_look, NULL, 0, DEADLINE_MS, &result, err)) {
		/* A server that answers that it cannot tell is no failure; one that does not answer is. */
		bool is_answer = result && result_error(result);
		metadata->why_not = mem_copy(err->text);
		result_free(result);
		if (is_answer)
			err_clear(err);
		return is_answer;
	}
	look.result = result;
	bool is_good = result_rows(result) == TABLE_COUNT && look_at_schema(&look);
	for (; is_good && look.row < TABLE_COUNT; look.row++) {
		look_at_table(&look, table_named(text_of(&look, "name")));
		is_good = look.why.length == 0;
	}
	metadata->is_there = is_good && look.make.length == 0;
	metadata->may_make = is_good && look.make.length > 0;
	if (metadata->may_make)
		metadata->make = text_take(&look.make);
	if (!is_good)
		metadata->why_not = look.why.length ? text_take(&look.why) : mem_copy("the server does not tell");
	metadata->user = who_user();
	metadata->host = who_host();
	text_done(&look.make);
	text_done(&look.why);
	result_free(result);
	return true;
}

void metadata_done(struct metadata *metadata)
{
	mem_free(metadata->why_not);
	mem_free(metadata->make);
	mem_free(metadata->user);
	mem_free(metadata->host);
	memset(metadata, 0, sizeof *metadata);
}

/* --- making -------------------------------------------------------------------------------------------- */

char *metadata_ensure_sql(const struct metadata *metadata)
{
	if (!metadata->may_make)
		return NULL;
	/* Types and functions are PostgreSQL's own, whatever the search path of the role is. */
	return mem_format("DO $pgtend$ BEGIN PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true); %sEND $pgtend$",
	    metadata->make);
}

bool metadata_make(const struct database *database, struct session *session, struct metadata *metadata, struct err *err)
{
	char *sql = metadata_ensure_sql(metadata);
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
	metadata_done(metadata);
	bool is_known = metadata_look(database, session, metadata, err);
	if (is_known && why && !metadata->is_there) {
		metadata->may_make = false;
		mem_free(metadata->why_not);
		metadata->why_not = why;
		why = NULL;
	}
	mem_free(why);
	return is_known;
}
