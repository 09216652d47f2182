/* CREATE ...: what it locks of tables that are in use, what belongs to extensions that are not there, and what the plan itself brings along. See
 * lint_internal.h. */
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

/* --- indexes ------------------------------------------------------------------------------------------------------ */

static void refuse_concurrent(struct lint *lint, const struct lint_relation *relation)
{
	if (relation->is_hypertable)
		lint_find(lint, RULE_CONCURRENTLY_IMPOSSIBLE, lint->statement->begin, NULL, relation->title,
		    "hypertables know no CONCURRENTLY: CREATE INDEX ... WITH (timescaledb.transaction_per_chunk), outside a "
		    "transaction, locks one chunk at a time");
	else if (relation->kind == 'p')
		lint_find(lint, RULE_CONCURRENTLY_IMPOSSIBLE, lint->statement->begin, NULL, relation->title,
		    "partitioned tables know no CONCURRENTLY: CREATE INDEX ON ONLY it, CREATE INDEX CONCURRENTLY on each partition, "
		    "then ALTER INDEX ... ATTACH PARTITION");
}

static bool is_chunkwise(const json_t *fields)
{
	const json_t *one;
	size_t i;
	json_array_foreach(tree_list(fields, "options"), i, one) {
		const char *name = tree_text(tree_only(one, "DefElem"), "defname");
		if (name && strcmp(name, "transaction_per_chunk") == 0)
			return true;
	}
	return false;
}

static void make_index(struct lint *lint, const json_t *fields)
{
	struct lint_relation *relation = world_range(&lint->world, tree_get(fields, "relation"));
	const char *name = tree_text(fields, "idxname");
	if (tree_true(fields, "concurrent")) {
		refuse_concurrent(lint, relation);
		return;
	}
	if (relation->is_hypertable && is_chunkwise(fields))
		return;
	const char *detail = NULL;
	if (relation->is_hypertable)
		detail = "a hypertable: WITH (timescaledb.transaction_per_chunk) in a file of its own instead of CONCURRENTLY";
	else if (relation->kind == 'p')
		detail = "partitioned: CREATE INDEX ON ONLY it, CONCURRENTLY on each partition, then ALTER INDEX ... ATTACH PARTITION";
	if (detail)
		lint_find(lint, RULE_INDEX_NOT_CONCURRENT, lint->statement->begin, relation, name, "%s", detail);
	else
		lint_find(lint, RULE_INDEX_NOT_CONCURRENT, lint->statement->begin, relation, name, NULL);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static void make_table(struct lint *lint, const json_t *fields)
{
	const json_t *range = tree_get(fields, "relation"), *one, *parent;
	struct lint_relation *relation = world_range(&lint->world, range);
	size_t i;
	if (tree_true(fields, "if_not_exists") && relation->is_there && !relation->is_gone)
		return; /* it stays as it is */
	world_make(&lint->world, tree_text(range, "schemaname"), relation->name);
	json_array_foreach(tree_list(fields, "tableElts"), i, one) {
		const json_t *column = tree_only(one, "ColumnDef");
		if (column)
			lint_column(lint, column, world_range(&lint->world, range)->title);
	}
	if (!tree_get(fields, "partbound"))
		return;
	/* PARTITION OF; ATTACH PARTITION would do with less. */
	json_array_foreach(tree_list(fields, "inhRelations"), i, parent) {
		lint_default_partition(lint, world_range(&lint->world, tree_only(parent, "RangeVar")), lint->statement->begin);
		lint_lock(lint, world_range(&lint->world, tree_only(parent, "RangeVar")), lint->statement->begin);
	}
}

/* The server looks through it for rows that belong into the new one. */
void lint_default_partition(struct lint *lint, const struct lint_relation *parent, size_t at)
{
	const json_t *known = parent->default_partition, *rows = tree_get(known, "rows"), *bytes = tree_get(known, "bytes");
	if (!json_is_object(known))
		return;
	struct lint_relation part = {.title = mem_copy(tree_text(known, "name")), .is_asked = true, .is_there = true,
	    .rows = json_is_number(rows) ? json_number_value(rows) : -1,
	    .bytes = json_is_number(bytes) ? json_number_value(bytes) : -1};
	lint_find(lint, RULE_PARTITION_SCAN, at, &part, part.title, "the DEFAULT partition is read for rows that belong into the new one");
	mem_free(part.title);
}

/* CREATE TABLE AS, CREATE MATERIALIZED VIEW, SELECT INTO: {"rel": {...}} */
static void make_as(struct lint *lint, const json_t *into)
{
	const json_t *range = tree_get(into, "rel");
	if (tree_text(range, "relname"))
		world_make(&lint->world, tree_text(range, "schemaname"), tree_text(range, "relname"));
}

static void make_type(struct lint *lint, const json_t *names)
{
	const char *name = tree_last(names, NULL);
	if (name)
		words_add(&lint->world.made_types, name);
}

/* CREATE DOMAIN: whether its values are checked. */
static void make_domain(struct lint *lint, const json_t *fields)
{
	const char *name = tree_last(tree_list(fields, "domainname"), NULL), *kind;
	const char *base = tree_type(tree_get(fields, "typeName"), NULL, NULL);
	const json_t *one;
	size_t i;
	make_type(lint, tree_list(fields, "domainname"));
	bool is_checked = base && world_is_checked(&lint->world, base);
	json_array_foreach(tree_list(fields, "constraints"), i, one) {
		kind = tree_text(tree_only(one, "Constraint"), "contype");
		is_checked |= kind && (strcmp(kind, "CONSTR_CHECK") == 0 || strcmp(kind, "CONSTR_NOTNULL") == 0);
	}
	if (name && is_checked)
		words_add(&lint->world.checked_domains, name);
}

/* CREATE SCHEMA s CREATE TABLE t ...: t is s.t. */
static void make_schema(struct lint *lint, const json_t *fields)
{
	const char *schema = tree_text(fields, "schemaname"), *name;
	const json_t *one, *element;
	size_t i;
	json_array_foreach(tree_list(fields, "schemaElts"), i, one) {
		json_t *copy = json_deep_copy(one);
		name = tree_node(copy, &element);
		json_t *range = json_object_get(element, "relation");
		if (schema && json_is_object(range) && !tree_text(range, "schemaname"))
			json_object_set_new(range, "schemaname", json_string(schema));
		if (name)
			lint_make(lint, name, element);
		json_decref(copy);
	}
}

/* --- extensions --------------------------------------------------------------------------------------------------- */

static void make_extension(struct lint *lint, const json_t *fields)
{
	const char *name = tree_text(fields, "extname");
	if (!name)
		return;
	if (!world_has_extension(&lint->world, name) && !world_may_have_extension(&lint->world, name))
		lint_find(lint, RULE_EXTENSION_NOT_AVAILABLE, lint->statement->begin, NULL, name, NULL);
	words_add(&lint->world.made_extensions, name);
}

enum kind { KIND_TYPE, KIND_FUNCTION, KIND_METHOD, KIND_CLASS };
/* What people use and forget to ask for. */
static const struct {
	enum kind kind;
	const char *name, *extension;
} belongings[] = {
    {KIND_TYPE, "vector", "vector"},
    {KIND_TYPE, "halfvec", "vector"},
    {KIND_TYPE, "sparsevec", "vector"},
    {KIND_METHOD, "ivfflat", "vector"},
    {KIND_METHOD, "hnsw", "vector"},
    {KIND_TYPE, "citext", "citext"},
    {KIND_TYPE, "hstore", "hstore"},
    {KIND_TYPE, "ltree", "ltree"},
    {KIND_TYPE, "cube", "cube"},
    {KIND_TYPE, "geometry", "postgis"},
    {KIND_TYPE, "geography", "postgis"},
    {KIND_FUNCTION, "uuid_generate_v1", "uuid-ossp"},
    {KIND_FUNCTION, "uuid_generate_v1mc", "uuid-ossp"},
    {KIND_FUNCTION, "uuid_generate_v4", "uuid-ossp"},
    {KIND_FUNCTION, "uuid_generate_v5", "uuid-ossp"},
    {KIND_FUNCTION, "crypt", "pgcrypto"},
    {KIND_FUNCTION, "gen_salt", "pgcrypto"},
    {KIND_FUNCTION, "gen_random_bytes", "pgcrypto"},
    {KIND_FUNCTION, "similarity", "pg_trgm"},
    {KIND_CLASS, "gin_trgm_ops", "pg_trgm"},
    {KIND_CLASS, "gist_trgm_ops", "pg_trgm"},
    {KIND_FUNCTION, "unaccent", "unaccent"},
    {KIND_FUNCTION, "create_hypertable", "timescaledb"},
    {KIND_FUNCTION, "add_retention_policy", "timescaledb"},
    {KIND_FUNCTION, "add_compression_policy", "timescaledb"},
    {KIND_FUNCTION, "add_continuous_aggregate_policy", "timescaledb"},
    {KIND_FUNCTION, "time_bucket", "timescaledb"},
};

struct need {
	struct lint *lint;
	struct words told;
};

/* Somebody's own type or function of that name is no extension's. */
static bool is_there(const struct lint_world *world, enum kind kind, const char *name, const char *extension)
{
	if (world_has_extension(world, extension))
		return true;
	if (kind == KIND_TYPE)
		return world_has_type(world, name);
	return kind == KIND_FUNCTION && tree_get(tree_get(world->answer, "volatile"), name) != NULL;
}

static void need(struct need *need, enum kind kind, const char *name, const json_t *node)
{
	struct lint *lint = need->lint;
	for (size_t i = 0; name && i < sizeof belongings / sizeof belongings[0]; i++) {
		const char *extension = belongings[i].extension;
		if (belongings[i].kind != kind || strcmp(belongings[i].name, name) != 0 ||
		    is_there(&lint->world, kind, name, extension) || words_has(&need->told, extension))
			continue;
		words_add(&need->told, extension);
		lint_find(lint, RULE_EXTENSION_MISSING, lint_at(lint, node), NULL, name, "extension %s%s", extension,
		    world_may_have_extension(&lint->world, extension) ? ", which the server has"
		                                                      : ", whose files the server does not have either: install its package first");
	}
}

static bool look(const char *name, const json_t *fields, void *arg)
{
	if (strcmp(name, "TypeName") == 0)
		need(arg, KIND_TYPE, tree_type(fields, NULL, NULL), fields);
	else if (strcmp(name, "FuncCall") == 0)
		need(arg, KIND_FUNCTION, tree_last(tree_list(fields, "funcname"), NULL), fields);
	else if (strcmp(name, "IndexStmt") == 0)
		need(arg, KIND_METHOD, tree_text(fields, "accessMethod"), NULL);
	else if (strcmp(name, "IndexElem") == 0)
		need(arg, KIND_CLASS, tree_last(tree_list(fields, "opclass"), NULL), NULL);
	return true;
}

void lint_extensions(struct lint *lint, const json_t *tree)
{
	struct need all = {.lint = lint};
	/* Without a database nobody knows which extensions it has. */
	if (lint->world.answer)
		tree_walk(tree, look, &all);
	words_done(&all.told);
}

/* --- by name ------------------------------------------------------------------------------------------------------ */

/* A value of an enum; it may be used only after its transaction. */
static void add_value(struct lint *lint, const json_t *fields)
{
	const char *value = tree_text(fields, "newVal");
	const char *type = tree_last(tree_list(fields, "typeName"), NULL);
	/* The enum is new as well: then the server lets it be used. */
	if (value && !tree_text(fields, "oldVal") && lint->current->transaction > 0 &&
	    !(type && words_has(&lint->world.made_types, type)))
		words_take(&lint->early_values, mem_format("%d %s", lint->current->transaction, value));
}

void lint_make(struct lint *lint, const char *name, const json_t *fields)
{
	if (strcmp(name, "IndexStmt") == 0)
		make_index(lint, fields);
	else if (strcmp(name, "CreateStmt") == 0)
		make_table(lint, fields);
	else if (strcmp(name, "CreateForeignTableStmt") == 0)
		make_table(lint, tree_get(fields, "base"));
	else if (strcmp(name, "CreateTableAsStmt") == 0)
		make_as(lint, tree_get(fields, "into"));
	else if (strcmp(name, "SelectStmt") == 0 && !lint->is_in_body)
		make_as(lint, tree_get(fields, "intoClause"));
	else if (strcmp(name, "CreateExtensionStmt") == 0)
		make_extension(lint, fields);
	else if (strcmp(name, "CreateEnumStmt") == 0)
		make_type(lint, tree_list(fields, "typeName"));
	else if (strcmp(name, "CreateDomainStmt") == 0)
		make_domain(lint, fields);
	else if (strcmp(name, "CreateSchemaStmt") == 0)
		make_schema(lint, fields);
	else if (strcmp(name, "AlterEnumStmt") == 0)
		add_value(lint, fields);
	else if (strcmp(name, "CompositeTypeStmt") == 0 && tree_text(tree_get(fields, "typevar"), "relname"))
		words_add(&lint->world.made_types, tree_text(tree_get(fields, "typevar"), "relname"));
	/* Rules and row security change what a SELECT means. */
	else if (strcmp(name, "RuleStmt") == 0)
		lint_lock(lint, world_range(&lint->world, tree_get(fields, "relation")), lint->statement->begin);
	else if (strcmp(name, "CreatePolicyStmt") == 0 || strcmp(name, "AlterPolicyStmt") == 0)
		lint_lock(lint, world_range(&lint->world, tree_get(fields, "table")), lint->statement->begin);
}
