/* The history table that a folder makes itself (Logikids' 000_schema_migrations.sql), before it is there. See plain_internal.h. */
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/syntax/parse.h"
#include "plain_internal.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The last name of a type ("varchar" of pg_catalog.varchar), as pg_attribute would show it. */
static const char *type_of(const json_t *column, bool *is_serial)
{
	static const struct {
		const char *name, *shown;
	} types[] = {
	    {"varchar", "character varying"},
	    {"bpchar", "character"},
	    {"timestamptz", "timestamp with time zone"},
	    {"timestamp", "timestamp without time zone"},
	    {"int4", "integer"},
	    {"int", "integer"},
	    {"int8", "bigint"},
	    {"int2", "smallint"},
	    {"bool", "boolean"},
	    {"serial", "integer"},
	    {"serial4", "integer"},
	    {"bigserial", "bigint"},
	    {"serial8", "bigint"},
	    {"smallserial", "smallint"},
	    {"serial2", "smallint"},
	};
	const json_t *names = json_object_get(json_object_get(column, "typeName"), "names");
	const json_t *last = json_array_get(names, json_array_size(names) - 1), *string = json_object_get(last, "String");
	const char *name = text_of(string, "sval");
	if (!name)
		name = text_of(string, "str"); /* libpg_query 13 and 14 */
	*is_serial = name && strstr(name, "serial") != NULL;
	for (size_t i = 0; name && i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].shown;
	return name ? name : "?";
}

static void add_column(const json_t *column, struct text *columns, struct text *bare)
{
	bool is_filled, is_needed = false;
	const char *name = text_of(column, "colname"), *type = type_of(column, &is_filled);
	const json_t *constraints = json_object_get(column, "constraints");
	for (size_t i = 0; i < json_array_size(constraints); i++) {
		const char *kind = text_of(json_object_get(json_array_get(constraints, i), "Constraint"), "contype");
		if (!kind)
			continue;
		is_filled = is_filled || strcmp(kind, "CONSTR_DEFAULT") == 0 || strcmp(kind, "CONSTR_IDENTITY") == 0 ||
		            strcmp(kind, "CONSTR_GENERATED") == 0;
		is_needed = is_needed || strcmp(kind, "CONSTR_NOTNULL") == 0 || strcmp(kind, "CONSTR_PRIMARY") == 0;
	}
	text_addf(columns, "%s%s %s", columns->length ? "," : "", name ? name : "?", type);
	if (!is_filled)
		text_addf(bare, "%s%s%s", bare->length ? "," : "", name ? name : "?", is_needed ? "!" : "");
}

/* The statement that makes our table; its columns into the ledger. */
static bool take_statement(struct ledger *ledger, const char *sql, const struct parse_statement *statement)
{
	const json_t *fields = NULL;
	const char *node = parse_node(statement, &fields);
	const json_t *relation = json_object_get(fields, "relation"), *elements = json_object_get(fields, "tableElts");
	const char *table = text_of(relation, "relname"), *schema = text_of(relation, "schemaname");
	if (!node || strcmp(node, "CreateStmt") != 0 || !table || strcmp(table, ledger->history_table) != 0 ||
	    strcmp(schema ? schema : "public", ledger->history_schema) != 0)
		return false;
	struct text columns = {0}, bare = {0};
	for (size_t i = 0; i < json_array_size(elements); i++) {
		const json_t *column = json_object_get(json_array_get(elements, i), "ColumnDef");
		if (column)
			add_column(column, &columns, &bare);
	}
	ledger->columns = text_take(&columns);
	ledger->bare_columns = text_take(&bare);
	ledger->create_sql = mem_copy_n(sql + statement->begin, statement->end - statement->begin);
	return true;
}

static bool look_into(struct ledger *ledger, const char *path)
{
	char *text = NULL;
	size_t length;
	struct err unreadable = {0};
	bool is_found = false;
	if (places_read_file(path, &text, &length, &unreadable) && strlen(text) == length &&
	    strcasestr(text, ledger->history_table)) {
		struct parse parse;
		parse_text(text, true, &parse);
		for (int i = 0; !is_found && i < parse.count; i++)
			is_found = take_statement(ledger, text, &parse.statements[i]);
		parse_done(&parse);
	}
	mem_free(text);
	return is_found;
}

/* It stands in the first file, or in one that is named after it: others are not read for this. */
void plain_foresee(struct ledger *ledger)
{
	mem_free(ledger->create_sql);
	mem_free(ledger->bare_columns);
	mem_free(ledger->columns);
	ledger->create_sql = ledger->bare_columns = ledger->columns = NULL;
	for (int i = 0; i < ledger->migration_count; i++)
		if ((i == 0 || strstr(ledger->files[i].name, ledger->history_table)) && look_into(ledger, ledger->files[i].path))
			return;
	ledger->columns = mem_copy("id integer,migration_name character varying,applied_at timestamp with time zone");
	ledger->bare_columns = mem_copy("migration_name!");
}
