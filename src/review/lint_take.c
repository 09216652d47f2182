/* DROP, TRUNCATE, RENAME, REFRESH, REINDEX, CLUSTER, VACUUM FULL, LOCK, UPDATE, SET: what takes away, holds up, or stays behind. See
 * lint_internal.h. */
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

static bool is_word(const char *value, const char *wanted)
{
	return value && strcmp(value, wanted) == 0;
}

static size_t here(const struct lint *lint)
{
	return lint->statement->begin;
}

/* --- DROP --------------------------------------------------------------------------------------------------------- */

/* Names as people write them, of any kind of object: a list of Strings, one String, a TypeName or a function with its arguments. */
static char *object_name(const json_t *object)
{
	const json_t *items = tree_list(tree_only(object, "List"), "items"), *one;
	const json_t *with_args = tree_only(object, "ObjectWithArgs"), *type = tree_only(object, "TypeName");
	struct text text = {0};
	size_t i;
	if (with_args)
		items = tree_list(with_args, "objname");
	else if (type)
		items = tree_list(type, "names");
	json_array_foreach(items, i, one)
		text_addf(&text, "%s%s", text.length ? "." : "", tree_string(one) ? tree_string(one) : "?");
	if (text.length == 0 && tree_string(object))
		text_add(&text, tree_string(object));
	return text_take(&text);
}

static void drop_relation(struct lint *lint, const json_t *fields, const json_t *object, bool is_table)
{
	const char *schema, *name = tree_last(tree_list(tree_only(object, "List"), "items"), &schema);
	struct lint_relation *relation = name ? world_relation(&lint->world, schema, name) : NULL;
	if (!relation || (tree_true(fields, "missing_ok") && relation->is_asked && !relation->is_there && !relation->is_new))
		return;
	if (is_table)
		lint_find(lint, RULE_DROP_TABLE, here(lint), relation, relation->title, NULL);
	else if (!relation->is_new && lint->current->is_up)
		lint_find(lint, RULE_DROP_OBJECT, here(lint), NULL, relation->title, NULL);
	world_drop(&lint->world, relation);
}

static void drop_index(struct lint *lint, const json_t *fields, const json_t *object)
{
	const char *schema, *name = tree_last(tree_list(tree_only(object, "List"), "items"), &schema);
	struct lint_relation *relation = name ? world_relation(&lint->world, schema, name) : NULL;
	if (!relation || (tree_true(fields, "missing_ok") && relation->is_asked && !relation->is_there))
		return;
	if (!tree_true(fields, "concurrent"))
		lint_find(lint, RULE_DROP_INDEX_NOT_CONCURRENT, here(lint), relation, relation->title, NULL);
	else if (relation->is_hypertable || relation->kind == 'I')
		lint_find(lint, RULE_CONCURRENTLY_IMPOSSIBLE, here(lint), NULL, relation->title,
		    "an index of a partitioned table or hypertable can only be dropped without CONCURRENTLY");
}

/* DROP TRIGGER, RULE, POLICY x ON TABLE: the table's name and the thing's are one list. */
static void drop_from_table(struct lint *lint, const json_t *object)
{
	const json_t *items = tree_list(tree_only(object, "List"), "items");
	size_t count = json_array_size(items);
	const char *table = count > 1 ? tree_string(json_array_get(items, count - 2)) : NULL;
	const char *schema = count > 2 ? tree_string(json_array_get(items, count - 3)) : NULL;
	if (table)
		lint_lock(lint, world_relation(&lint->world, schema, table), here(lint));
}

static void drop(struct lint *lint, const json_t *fields)
{
	/* Nobody's programs speak of these. */
	static const char *const harmless[] = {"OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY", "OBJECT_STATISTIC_EXT",
	    "OBJECT_CAST", "OBJECT_EVENT_TRIGGER", "OBJECT_PUBLICATION", "OBJECT_EXTENSION", "OBJECT_TRANSFORM"};
	const char *kind = tree_text(fields, "removeType");
	const json_t *object;
	size_t i;
	json_array_foreach(tree_list(fields, "objects"), i, object) {
		bool is_harmless = !kind;
		if (is_word(kind, "OBJECT_TABLE") || is_word(kind, "OBJECT_FOREIGN_TABLE")) {
			drop_relation(lint, fields, object, is_word(kind, "OBJECT_TABLE"));
			continue;
		}
		if (is_word(kind, "OBJECT_VIEW") || is_word(kind, "OBJECT_MATVIEW") || is_word(kind, "OBJECT_SEQUENCE")) {
			drop_relation(lint, fields, object, false);
			continue;
		}
		if (is_word(kind, "OBJECT_INDEX")) {
			drop_index(lint, fields, object);
			continue;
		}
		if (is_word(kind, "OBJECT_TRIGGER") || is_word(kind, "OBJECT_RULE") || is_word(kind, "OBJECT_POLICY"))
			drop_from_table(lint, object);
		for (size_t k = 0; k < sizeof harmless / sizeof harmless[0]; k++)
			is_harmless = is_harmless || is_word(kind, harmless[k]);
		char *name = object_name(object);
		const char *last = strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
		if (!is_harmless && lint->current->is_up && !words_has(&lint->world.made_types, last))
			lint_find(lint, RULE_DROP_OBJECT, here(lint), NULL, name, NULL);
		mem_free(name);
	}
	if (is_word(tree_text(fields, "behavior"), "DROP_CASCADE")) {
		char *name = object_name(json_array_get(tree_list(fields, "objects"), 0));
		lint_find(lint, RULE_DROP_CASCADE, here(lint), NULL, name, NULL);
		mem_free(name);
	}
}

static void truncate_tables(struct lint *lint, const json_t *fields)
{
	const json_t *one;
	size_t i;
	json_array_foreach(tree_list(fields, "relations"), i, one) {
		struct lint_relation *relation = world_range(&lint->world, tree_only(one, "RangeVar"));
		lint_find(lint, RULE_TRUNCATE, here(lint), relation, relation->title, NULL);
		lint_lock(lint, relation, here(lint));
	}
	if (is_word(tree_text(fields, "behavior"), "DROP_CASCADE"))
		lint_find(lint, RULE_DROP_CASCADE, here(lint), NULL, NULL, "TRUNCATE ... CASCADE empties every table that refers to it");
}

/* --- RENAME ------------------------------------------------------------------------------------------------------- */

static void rename_relation(struct lint *lint, const json_t *range, const char *new_name)
{
	struct lint_world *world = &lint->world;
	struct lint_relation *relation = world_range(world, range);
	bool is_new = relation->is_new;
	if (!is_new)
		lint_find(lint, RULE_RENAME, here(lint), NULL, relation->title, "to %s", new_name);
	/* What it is goes with it. */
	double rows = relation->rows, bytes = relation->bytes;
	const json_t *columns = relation->columns, *constraints = relation->constraints;
	char kind = relation->kind;
	bool is_hypertable = relation->is_hypertable;
	world_drop(world, relation);
	relation = world_relation(world, tree_text(range, "schemaname"), new_name);
	*relation = (struct lint_relation){.schema = relation->schema, .name = relation->name, .title = relation->title,
	    .table = relation->table, .not_null_checks = relation->not_null_checks, .is_asked = relation->is_asked,
	    .is_there = !is_new, .is_new = is_new, .kind = kind, .is_hypertable = is_hypertable, .rows = rows, .bytes = bytes,
	    .columns = columns, .constraints = constraints};
}

static void rename_any(struct lint *lint, const json_t *fields)
{
	/* Names that only people see. */
	static const char *const harmless[] = {"OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT", "OBJECT_TRIGGER",
	    "OBJECT_RULE", "OBJECT_POLICY", "OBJECT_STATISTIC_EXT", "OBJECT_OPCLASS", "OBJECT_OPFAMILY", "OBJECT_EVENT_TRIGGER",
	    "OBJECT_TABLESPACE"};
	const char *kind = tree_text(fields, "renameType"), *new_name = tree_text(fields, "newname"),
	           *column = tree_text(fields, "subname");
	const json_t *range = tree_get(fields, "relation");
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		if (!kind || is_word(kind, harmless[i])) {
			/* An index has a lock of its own, and a lesser one. */
			if (range && !is_word(kind, "OBJECT_INDEX"))
				lint_lock(lint, world_range(&lint->world, range), here(lint));
			return;
		}
	if (is_word(kind, "OBJECT_COLUMN") && range) {
		struct lint_relation *relation = world_range(&lint->world, range);
		char *object = mem_format("%s.%s", relation->title, column ? column : "?");
		if (!relation->is_new)
			lint_find(lint, RULE_RENAME, here(lint), NULL, object, "to %s", new_name);
		lint_lock(lint, world_range(&lint->world, range), here(lint));
		mem_free(object);
	} else if (is_word(kind, "OBJECT_TABLE") || is_word(kind, "OBJECT_VIEW") || is_word(kind, "OBJECT_MATVIEW") ||
	           is_word(kind, "OBJECT_SEQUENCE") || is_word(kind, "OBJECT_FOREIGN_TABLE")) {
		if (range && new_name) {
			lint_lock(lint, world_range(&lint->world, range), here(lint));
			rename_relation(lint, range, new_name);
		}
	} else {
		char *name = tree_get(fields, "object") ? object_name(tree_get(fields, "object")) : mem_copy(column);
		lint_find(lint, RULE_RENAME, here(lint), NULL, name, "to %s", new_name ? new_name : "?");
		mem_free(name);
	}
}

/* SET SCHEMA: for who names it with its schema, or has another search path, it is gone. */
static void move_object(struct lint *lint, const json_t *fields)
{
	const json_t *range = tree_get(fields, "relation");
	const char *schema = tree_text(fields, "newschema");
	char *name = NULL;
	if (tree_text(range, "relname")) {
		struct lint_relation *relation = world_range(&lint->world, range);
		lint_lock(lint, relation, here(lint));
		name = relation->is_new ? NULL : mem_copy(relation->title);
	} else {
		name = object_name(tree_get(fields, "object"));
	}
	if (name)
		lint_find(lint, RULE_RENAME, here(lint), NULL, name, "to schema %s", schema ? schema : "?");
	mem_free(name);
}

/* ALTER TYPE ... RENAME VALUE */
static void rename_value(struct lint *lint, const json_t *fields)
{
	const char *old = tree_text(fields, "oldVal");
	if (old)
		lint_find(lint, RULE_RENAME, here(lint), NULL, old, "the enum's value, to %s", tree_text(fields, "newVal"));
}

/* --- what runs long ----------------------------------------------------------------------------------------------- */

static bool has_option(const json_t *list, const char *wanted)
{
	const json_t *one;
	size_t i;
	json_array_foreach(list, i, one) {
		const json_t *element = tree_only(one, "DefElem");
		const json_t *value = tree_get(element, "arg");
		const char *text = tree_string(value);
		if (is_word(tree_text(element, "defname"), wanted))
			return !text || (strcmp(text, "false") != 0 && strcmp(text, "off") != 0 && strcmp(text, "0") != 0);
	}
	return false;
}

static void vacuum(struct lint *lint, const json_t *fields)
{
	const json_t *one;
	size_t i;
	if (!has_option(tree_list(fields, "options"), "full"))
		return;
	json_array_foreach(tree_list(fields, "rels"), i, one) {
		const json_t *range = tree_get(tree_only(one, "VacuumRelation"), "relation");
		struct lint_relation *relation = world_range(&lint->world, range);
		lint_find(lint, RULE_TABLE_REWRITE, here(lint), relation, relation->title, "VACUUM FULL");
	}
	if (json_array_size(tree_list(fields, "rels")) == 0)
		lint_find(lint, RULE_TABLE_REWRITE, here(lint), NULL, NULL, "VACUUM FULL of every table");
}

static void cluster(struct lint *lint, const json_t *fields)
{
	const json_t *range = tree_get(fields, "relation");
	struct lint_relation *relation = range ? world_range(&lint->world, range) : NULL;
	lint_find(lint, RULE_TABLE_REWRITE, here(lint), relation, relation ? relation->title : NULL, "CLUSTER");
}

static void reindex(struct lint *lint, const json_t *fields)
{
	const json_t *range = tree_get(fields, "relation");
	struct lint_relation *relation = range ? world_range(&lint->world, range) : NULL;
	const char *title = relation ? relation->title : tree_text(fields, "name");
	bool is_concurrent = has_option(tree_list(fields, "params"), "concurrently");
	if (!is_concurrent)
		lint_find(lint, RULE_REINDEX_NOT_CONCURRENT, here(lint), relation, title, NULL);
	else if (relation && relation->is_hypertable)
		lint_find(lint, RULE_CONCURRENTLY_IMPOSSIBLE, here(lint), NULL, title, "hypertables know no REINDEX CONCURRENTLY");
}

static void refresh(struct lint *lint, const json_t *fields)
{
	struct lint_relation *relation = world_range(&lint->world, tree_get(fields, "relation"));
	if (!tree_true(fields, "concurrent") && !tree_true(fields, "skipData"))
		lint_find(lint, RULE_REFRESH_NOT_CONCURRENT, here(lint), relation, relation->title, NULL);
}

static void lock_tables(struct lint *lint, const json_t *fields)
{
	enum { MODE_ACCESS_EXCLUSIVE = 8 };
	const json_t *one;
	size_t i;
	if (json_integer_value(tree_get(fields, "mode")) != MODE_ACCESS_EXCLUSIVE)
		return;
	json_array_foreach(tree_list(fields, "relations"), i, one)
		lint_lock(lint, world_range(&lint->world, tree_only(one, "RangeVar")), here(lint));
}

static void change_rows(struct lint *lint, const json_t *fields, const char *verb)
{
	struct lint_relation *relation = world_range(&lint->world, tree_get(fields, "relation"));
	if (!tree_get(fields, "whereClause"))
		lint_find(lint, RULE_BACKFILL, here(lint), relation, relation->title, "%s without WHERE", verb);
	lint_long(lint, relation, here(lint));
}

/* WITH x AS (UPDATE ...) */
static bool look_with(const char *name, const json_t *fields, void *arg)
{
	if (strcmp(name, "UpdateStmt") == 0)
		change_rows(arg, fields, "UPDATE");
	else if (strcmp(name, "DeleteStmt") == 0)
		change_rows(arg, fields, "DELETE");
	return true;
}

/* INSERT ... SELECT: as long as the biggest table that it reads. */
static bool look_source(const char *name, const json_t *fields, void *arg)
{
	struct lint *lint = arg;
	if (strcmp(name, "RangeVar") == 0)
		lint_long(lint, world_range(&lint->world, fields), here(lint));
	return true;
}

/* --- SET ---------------------------------------------------------------------------------------------------------- */

static void set_variable(struct lint *lint, const json_t *fields)
{
	const char *kind = tree_text(fields, "kind"), *name = tree_text(fields, "name");
	if (!tree_true(fields, "is_local") && (is_word(kind, "VAR_SET_VALUE") || is_word(kind, "VAR_SET_DEFAULT")))
		lint_find(lint, RULE_SETTING_OUTLIVES_FILE, here(lint), NULL, name, NULL);
}

/* pg_dump's SELECT pg_catalog.set_config('search_path', '', false) */
static bool look_set_config(const char *name, const json_t *fields, void *arg)
{
	struct lint *lint = arg;
	const json_t *args = tree_list(fields, "args");
	if (strcmp(name, "FuncCall") != 0 || !is_word(tree_last(tree_list(fields, "funcname"), NULL), "set_config"))
		return true;
	const json_t *setting = tree_get(tree_only(json_array_get(args, 0), "A_Const"), "sval");
	const json_t *local = json_array_get(args, 2), *constant = tree_only(local, "A_Const");
	const json_t *value = tree_get(constant, "boolval");
	const json_t *cast = tree_get(tree_only(tree_get(tree_only(local, "TypeCast"), "arg"), "A_Const"), "sval");
	const char *text = tree_text(cast, "sval");
	/* false is written as no value by version 15's tree, and as 'f'::bool by older ones. */
	if ((constant && !tree_true(value, "boolval")) || (text && text[0] == 'f'))
		lint_find(lint, RULE_SETTING_OUTLIVES_FILE, here(lint), NULL, tree_text(setting, "sval"), NULL);
	return true;
}

void lint_take(struct lint *lint, const char *name, const json_t *fields)
{
	tree_walk(tree_get(fields, "withClause"), look_with, lint);
	if (strcmp(name, "DropStmt") == 0)
		drop(lint, fields);
	else if (strcmp(name, "DropdbStmt") == 0)
		lint_find(lint, RULE_DROP_OBJECT, here(lint), NULL, tree_text(fields, "dbname"), "a whole database");
	else if (strcmp(name, "TruncateStmt") == 0)
		truncate_tables(lint, fields);
	else if (strcmp(name, "RenameStmt") == 0)
		rename_any(lint, fields);
	else if (strcmp(name, "AlterObjectSchemaStmt") == 0)
		move_object(lint, fields);
	else if (strcmp(name, "AlterEnumStmt") == 0)
		rename_value(lint, fields);
	else if (strcmp(name, "VacuumStmt") == 0)
		vacuum(lint, fields);
	else if (strcmp(name, "ClusterStmt") == 0)
		cluster(lint, fields);
	else if (strcmp(name, "ReindexStmt") == 0)
		reindex(lint, fields);
	else if (strcmp(name, "RefreshMatViewStmt") == 0)
		refresh(lint, fields);
	else if (strcmp(name, "LockStmt") == 0)
		lock_tables(lint, fields);
	else if (strcmp(name, "UpdateStmt") == 0)
		change_rows(lint, fields, "UPDATE");
	else if (strcmp(name, "DeleteStmt") == 0)
		change_rows(lint, fields, "DELETE");
	else if (strcmp(name, "InsertStmt") == 0)
		tree_walk(tree_only(tree_get(fields, "selectStmt"), "SelectStmt"), look_source, lint);
	else if (strcmp(name, "VariableSetStmt") == 0)
		set_variable(lint, fields);
	else if (strcmp(name, "SelectStmt") == 0)
		tree_walk(fields, look_set_config, lint);
}
