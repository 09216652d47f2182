/* What a statement changes, renames or drops, by its parse tree. See adopt_internal.h. */
#include <string.h>

#include "adopt_internal.h"
#include "pgtend/core/mem.h"

static bool is(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

/* --- constraints ----------------------------------------------------------------------------------------- */

/* As PostgreSQL names one that has no name; NULL: it depends on more than the statement. Caller frees. */
static char *default_name(struct want_name table, const json_t *constraint)
{
	const char *type = adopt_text(constraint, "contype"), *suffix = is(type, "CONSTR_UNIQUE") ? "key" : is(type, "CONSTR_FOREIGN") ? "fkey" : NULL;
	const json_t *columns = json_object_get(constraint, is(type, "CONSTR_FOREIGN") ? "fk_attrs" : "keys");
	struct text name = {0};
	size_t i;
	json_t *column;
	if (!suffix || !table.name || json_array_size(columns) == 0)
		return NULL;
	text_add(&name, table.name);
	json_array_foreach(columns, i, column)
		text_addf(&name, "_%s", adopt_string(column) ? adopt_string(column) : "");
	text_addf(&name, "_%s", suffix);
	if (name.length < 64)
		return text_take(&name);
	text_done(&name);
	return NULL;
}

void adopt_read_constraint(struct walk *walk, struct want_name table, const json_t *constraint)
{
	const char *given = adopt_text(constraint, "conname");
	if (!given && is(adopt_text(constraint, "contype"), "CONSTR_PRIMARY")) {
		want_add(walk, WANT_PRIMARY_KEY, "primary key of", table, NULL, NULL);
		return;
	}
	char *name = given ? mem_copy(given) : default_name(table, constraint);
	if (name)
		want_add(walk, WANT_CONSTRAINT, "constraint", table, name, NULL);
	else
		want_unknown(walk, "a constraint without a name");
	mem_free(name);
}

/* --- ALTER TABLE ------------------------------------------------------------------------------------------- */

static void change_type(struct walk *walk, struct want_name table, const char *column, const json_t *type)
{
	char *name = adopt_type(type);
	/* How long a varchar is does not stand in the catalog as it does here. */
	if (name && json_array_size(json_object_get(type, "typmods")) == 0)
		want_add(walk, WANT_COLUMN, "column", table, column, name);
	else
		want_unknown(walk, "ALTER COLUMN TYPE");
	mem_free(name);
}

static void set_or_drop(struct walk *walk, enum want_kind kind, const char *noun, struct want_name table, const char *column, bool is_set)
{
	if (is_set)
		want_add(walk, kind, noun, table, column, NULL);
	else
		want_drop(walk, kind, noun, table, column);
}

static void read_command(struct walk *walk, struct want_name table, const json_t *command)
{
	const char *type = adopt_text(command, "subtype"), *name = adopt_text(command, "name");
	const json_t *def = json_object_get(command, "def"), *column = json_object_get(def, "ColumnDef");
	if (is(type, "AT_AddColumn"))
		want_add(walk, WANT_COLUMN, "column", table, adopt_text(column, "colname"), NULL);
	else if (is(type, "AT_DropColumn"))
		want_drop(walk, WANT_COLUMN, "column", table, name);
	else if (is(type, "AT_AlterColumnType"))
		change_type(walk, table, name, json_object_get(column, "typeName"));
	else if (is(type, "AT_SetNotNull") || is(type, "AT_DropNotNull"))
		set_or_drop(walk, WANT_NOT_NULL, "NOT NULL of", table, name, is(type, "AT_SetNotNull"));
	else if (is(type, "AT_ColumnDefault"))
		set_or_drop(walk, WANT_DEFAULT, "DEFAULT of", table, name, def != NULL);
	else if (is(type, "AT_AddIdentity"))
		want_add(walk, WANT_DEFAULT, "identity of", table, name, NULL);
	else if (is(type, "AT_AddConstraint"))
		adopt_read_constraint(walk, table, json_object_get(def, "Constraint"));
	else if (is(type, "AT_DropConstraint"))
		want_drop(walk, WANT_CONSTRAINT, "constraint", table, name);
	else if (is(type, "AT_ValidateConstraint"))
		want_add(walk, WANT_VALID, "validated constraint", table, name, NULL);
	else if (is(type, "AT_EnableRowSecurity") || is(type, "AT_DisableRowSecurity"))
		set_or_drop(walk, WANT_ROW_SECURITY, "row level security of", table, NULL, is(type, "AT_EnableRowSecurity"));
	else if (is(type, "AT_AttachPartition"))
		want_add(walk, WANT_PARENT, "partition", adopt_range(json_object_get(json_object_get(def, "PartitionCmd"), "name")), table.name, NULL);
	else
		want_unknown(walk, "ALTER TABLE");
}

void adopt_read_alter_table(struct walk *walk, const json_t *fields)
{
	struct want_name table = adopt_range(json_object_get(fields, "relation"));
	size_t i;
	json_t *command;
	json_array_foreach(json_object_get(fields, "cmds"), i, command)
		read_command(walk, table, json_object_get(command, "AlterTableCmd"));
}

/* --- RENAME --------------------------------------------------------------------------------------------------- */

char *adopt_arguments(const json_t *parameters)
{
	struct text list = {0};
	size_t i;
	json_t *item;
	bool is_first = true;
	json_array_foreach(parameters, i, item) {
		const json_t *parameter = json_object_get(item, "FunctionParameter");
		const char *mode = adopt_text(parameter, "mode");
		if (is(mode, "FUNC_PARAM_OUT") || is(mode, "FUNC_PARAM_TABLE"))
			continue;
		char *type = adopt_type(json_object_get(parameter, "argType"));
		if (!type) {
			text_done(&list);
			return NULL;
		}
		text_addf(&list, "%s%s", is_first ? "" : ",", type);
		is_first = false;
		mem_free(type);
	}
	return text_take(&list);
}

void adopt_read_rename(struct walk *walk, const json_t *fields)
{
	static const struct {
		const char *type, *noun;
		enum want_kind kind;
	} parts[] = {{"OBJECT_COLUMN", "column", WANT_COLUMN}, {"OBJECT_TABCONSTRAINT", "constraint", WANT_CONSTRAINT},
	    {"OBJECT_TRIGGER", "trigger", WANT_TRIGGER}, {"OBJECT_POLICY", "policy", WANT_POLICY}, {"OBJECT_RULE", "rule", WANT_RULE}},
	  relations[] = {{"OBJECT_TABLE", "table", WANT_RELATION}, {"OBJECT_INDEX", "index", WANT_RELATION},
	      {"OBJECT_VIEW", "view", WANT_RELATION}, {"OBJECT_MATVIEW", "materialized view", WANT_RELATION},
	      {"OBJECT_SEQUENCE", "sequence", WANT_RELATION}, {"OBJECT_FOREIGN_TABLE", "foreign table", WANT_RELATION}};
	const char *type = adopt_text(fields, "renameType"), *new_name = adopt_text(fields, "newname");
	struct want_name relation = adopt_range(json_object_get(fields, "relation"));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (is(type, parts[i].type)) {
			want_rename(walk, parts[i].kind, parts[i].noun, relation, adopt_text(fields, "subname"), new_name);
			return;
		}
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
		if (is(type, relations[i].type)) {
			want_rename(walk, WANT_RELATION, relations[i].noun, relation, NULL, new_name);
			return;
		}
	const json_t *object = json_object_get(fields, "object"), *items = json_object_get(json_object_get(object, "List"), "items");
	if (is(type, "OBJECT_TYPE") || is(type, "OBJECT_DOMAIN"))
		want_rename(walk, WANT_TYPE, "type", adopt_names(items), NULL, new_name);
	else if (is(type, "OBJECT_SCHEMA"))
		want_rename(walk, WANT_SCHEMA, "schema", (struct want_name){NULL, adopt_text(fields, "subname")}, NULL, new_name);
	else
		want_unknown(walk, "ALTER ... RENAME");
}

/* --- DROP -------------------------------------------------------------------------------------------------------- */

static void drop_function(struct walk *walk, const json_t *object)
{
	const json_t *with = json_object_get(object, "ObjectWithArgs");
	struct want_name name = adopt_names(json_object_get(with, "objname"));
	char *arguments = json_is_true(json_object_get(with, "args_unspecified")) ? NULL : adopt_arguments(json_object_get(with, "objfuncargs"));
	if (arguments)
		want_drop(walk, WANT_FUNCTION, "function", name, arguments);
	else
		want_drop(walk, WANT_FUNCTION_NAME, "function", name, NULL);
	mem_free(arguments);
}

/* [schema, table, name]: what stands on a table. */
static void drop_part(struct walk *walk, enum want_kind kind, const char *noun, const json_t *items)
{
	size_t count = json_array_size(items);
	if (count < 2)
		return;
	struct want_name table = {count > 2 ? adopt_string(json_array_get(items, count - 3)) : NULL, adopt_string(json_array_get(items, count - 2))};
	want_drop(walk, kind, noun, table, adopt_string(json_array_get(items, count - 1)));
}

static bool drop_one(struct walk *walk, const char *type, const json_t *object)
{
	static const char *const relations[][2] = {{"OBJECT_TABLE", "table"}, {"OBJECT_VIEW", "view"}, {"OBJECT_MATVIEW", "materialized view"},
	    {"OBJECT_INDEX", "index"}, {"OBJECT_SEQUENCE", "sequence"}, {"OBJECT_FOREIGN_TABLE", "foreign table"}};
	const json_t *items = json_object_get(json_object_get(object, "List"), "items");
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
		if (is(type, relations[i][0])) {
			want_drop(walk, WANT_RELATION, relations[i][1], adopt_names(items), NULL);
			return true;
		}
	if (is(type, "OBJECT_TYPE") || is(type, "OBJECT_DOMAIN"))
		want_drop(walk, WANT_TYPE, "type", adopt_names(json_object_get(json_object_get(object, "TypeName"), "names")), NULL);
	else if (is(type, "OBJECT_TRIGGER"))
		drop_part(walk, WANT_TRIGGER, "trigger", items);
	else if (is(type, "OBJECT_POLICY"))
		drop_part(walk, WANT_POLICY, "policy", items);
	else if (is(type, "OBJECT_RULE"))
		drop_part(walk, WANT_RULE, "rule", items);
	else if (is(type, "OBJECT_SCHEMA"))
		want_drop(walk, WANT_SCHEMA, "schema", (struct want_name){NULL, adopt_string(object)}, NULL);
	else if (is(type, "OBJECT_EXTENSION"))
		want_drop(walk, WANT_EXTENSION, "extension", (struct want_name){NULL, adopt_string(object)}, NULL);
	else if (is(type, "OBJECT_FUNCTION") || is(type, "OBJECT_PROCEDURE") || is(type, "OBJECT_ROUTINE"))
		drop_function(walk, object);
	else
		return false;
	return true;
}

void adopt_read_drop(struct walk *walk, const json_t *fields)
{
	const char *type = adopt_text(fields, "removeType");
	size_t i;
	json_t *object;
	json_array_foreach(json_object_get(fields, "objects"), i, object)
		if (!drop_one(walk, type, object))
			want_unknown(walk, "DROP");
}
