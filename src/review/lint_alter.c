/* ALTER TABLE: what each of its parts does to a table that is in use. Lock levels as in AlterTableGetLockLevel() of PostgreSQL 13 to 18, verified by
 * tests/review/lint.test. See lint_internal.h. */
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

struct alter {
	struct lint *lint;
	const json_t *range;
	const json_t *command;
	size_t at;
};

static struct lint_relation *relation_of(const struct alter *alter)
{
	return world_range(&alter->lint->world, alter->range);
}

/* "users.email" */
static char *column_title(const struct alter *alter, const char *column)
{
	return mem_format("%s.%s", relation_of(alter)->title, column ? column : "?");
}

static void find(const struct alter *alter, enum lint_rule rule, const char *column, const char *detail)
{
	struct lint_relation *relation = relation_of(alter);
	char *object = column ? column_title(alter, column) : mem_copy(relation->title);
	if (detail)
		lint_find(alter->lint, rule, alter->at, relation, object, "%s", detail);
	else
		lint_find(alter->lint, rule, alter->at, relation, object, NULL);
	mem_free(object);
}

/* --- expressions -------------------------------------------------------------------------------------------------- */

struct volatility {
	const struct lint_world *world;
	const char *certain, *unknown; /* a function that is volatile; one of which nobody knows */
};

static bool look_volatile(const char *name, const json_t *fields, void *arg)
{
	struct volatility *found = arg;
	if (strcmp(name, "FuncCall") == 0) {
		const char *function = tree_last(tree_list(fields, "funcname"), NULL);
		int is = function ? world_is_volatile(found->world, function) : 0;
		if (is > 0)
			found->certain = function;
		else if (is < 0)
			found->unknown = function;
	}
	return true;
}

static bool is_null_constant(const json_t *expression)
{
	const json_t *constant = tree_only(expression, "A_Const");
	if (!constant) {
		const json_t *cast = tree_only(expression, "TypeCast");
		return cast && is_null_constant(tree_get(cast, "arg"));
	}
	return tree_true(constant, "isnull") || tree_only(tree_get(constant, "val"), "Null");
}

/* The column of CHECK (column IS NOT NULL); NULL: another one. */
static const char *not_null_column(const json_t *expression)
{
	const json_t *test = tree_only(expression, "NullTest");
	const char *kind = tree_text(test, "nulltesttype");
	const json_t *column = tree_only(tree_get(test, "arg"), "ColumnRef");
	return kind && strcmp(kind, "IS_NOT_NULL") == 0 ? tree_last(tree_list(column, "fields"), NULL) : NULL;
}

/* --- ADD COLUMN --------------------------------------------------------------------------------------------------- */

struct column_facts {
	const json_t *default_value;
	bool is_not_null, is_identity, is_stored, is_unique, is_checked, is_foreign, is_serial;
};

static void read_constraints(const json_t *column, struct column_facts *facts)
{
	static const char *const serials[] = {
	    "serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"};
	const json_t *one;
	size_t i;
	const char *type = tree_type(tree_get(column, "typeName"), NULL, NULL);
	for (size_t k = 0; type && k < sizeof serials / sizeof serials[0]; k++)
		facts->is_serial |= strcmp(type, serials[k]) == 0;
	json_array_foreach(tree_list(column, "constraints"), i, one) {
		const json_t *constraint = tree_only(one, "Constraint");
		const char *kind = tree_text(constraint, "contype");
		if (!kind)
			continue;
		if (strcmp(kind, "CONSTR_DEFAULT") == 0 && !is_null_constant(tree_get(constraint, "raw_expr")))
			facts->default_value = tree_get(constraint, "raw_expr");
		facts->is_not_null |= strcmp(kind, "CONSTR_NOTNULL") == 0 || strcmp(kind, "CONSTR_PRIMARY") == 0;
		facts->is_identity |= strcmp(kind, "CONSTR_IDENTITY") == 0;
		facts->is_stored |= strcmp(kind, "CONSTR_GENERATED") == 0;
		facts->is_unique |= strcmp(kind, "CONSTR_UNIQUE") == 0 || strcmp(kind, "CONSTR_PRIMARY") == 0;
		facts->is_checked |= strcmp(kind, "CONSTR_CHECK") == 0;
		facts->is_foreign |= strcmp(kind, "CONSTR_FOREIGN") == 0;
	}
}

static void judge_default(const struct alter *alter, const char *column, const struct column_facts *facts)
{
	struct volatility found = {.world = &alter->lint->world};
	char *detail = NULL;
	if (facts->is_identity || facts->is_serial) {
		detail = mem_copy(facts->is_serial ? "serial numbers each old row" : "an identity numbers each old row");
	} else if (facts->default_value) {
		tree_walk(facts->default_value, look_volatile, &found);
		if (found.certain)
			detail = mem_format("%s() is volatile", found.certain);
		else if (found.unknown)
			detail = mem_format("%s(), if it is volatile, which nobody could say here", found.unknown);
	}
	if (detail)
		find(alter, RULE_VOLATILE_DEFAULT, column, detail);
	mem_free(detail);
}

static void add_column(const struct alter *alter)
{
	const json_t *column = tree_only(tree_get(alter->command, "def"), "ColumnDef");
	const char *name = tree_text(column, "colname");
	struct column_facts facts = {0};
	read_constraints(column, &facts);
	lint_column(alter->lint, column, relation_of(alter)->title);
	if (tree_true(alter->command, "missing_ok") && world_column(relation_of(alter), name))
		return; /* IF NOT EXISTS, and it does */
	judge_default(alter, name, &facts);
	if (facts.is_stored)
		find(alter, RULE_TABLE_REWRITE, name, "GENERATED ... STORED is worked out for each old row");
	bool is_array = false;
	const char *type = tree_type(tree_get(column, "typeName"), NULL, &is_array);
	if (type && !is_array && !facts.is_stored && world_is_checked(&alter->lint->world, type))
		find(alter, RULE_TABLE_REWRITE, name, "its type is a domain with constraints, which each old row is checked by");
	if (facts.is_not_null && !facts.default_value && !facts.is_identity && !facts.is_stored && !facts.is_serial)
		find(alter, RULE_NOT_NULL_NO_DEFAULT, name, NULL);
	if (facts.is_unique)
		find(alter, RULE_UNIQUE_BUILDS_INDEX, name, NULL);
	if (facts.is_checked)
		find(alter, RULE_CHECK_VALIDATES, name, "a CHECK beside the column cannot be NOT VALID: add it by ADD CONSTRAINT");
	/* Without a default every old row holds null there, and the server knows that null refers to nothing. */
	if (facts.is_foreign && (facts.default_value || facts.is_identity || facts.is_stored))
		find(alter, RULE_FOREIGN_KEY_VALIDATES, name, "with a default REFERENCES is checked for each old row");
}

/* --- SET NOT NULL ------------------------------------------------------------------------------------------------- */

static bool is_proved_by(const char *definition, const char *column)
{
	char *bare = mem_format("(%s IS NOT NULL)", column), *quoted = mem_format("(\"%s\" IS NOT NULL)", column);
	bool is = definition && (strstr(definition, bare) || strstr(definition, quoted)) && !strstr(definition, " OR ") &&
	          !strstr(definition, "CASE ") && !strstr(definition, "NOT (");
	mem_free(bare);
	mem_free(quoted);
	return is;
}

/* From version 12 a valid CHECK that implies it spares the scan. */
static bool is_not_null_already(const struct lint_relation *relation, const char *column)
{
	const json_t *one, *known = world_column(relation, column);
	size_t i;
	if (tree_true(known, "not_null") || words_has(&relation->not_null_checks, column))
		return true;
	json_array_foreach(relation->constraints, i, one)
		if (tree_true(one, "is_valid") && is_proved_by(tree_text(one, "definition"), column))
			return true;
	return false;
}

static void set_not_null(const struct alter *alter)
{
	const char *column = tree_text(alter->command, "name");
	if (column && !is_not_null_already(relation_of(alter), column))
		find(alter, RULE_NOT_NULL_SCAN, column, NULL);
}

/* --- constraints -------------------------------------------------------------------------------------------------- */

static void promise(const struct alter *alter, const char *constraint, const char *not_null)
{
	struct lint *lint = alter->lint;
	lint->promises = mem_grow(lint->promises, (size_t)lint->promise_count + 1, sizeof *lint->promises);
	lint->promises[lint->promise_count++] = (struct lint_promise){.constraint = mem_copy(constraint),
	    .table = mem_copy(relation_of(alter)->title),
	    .not_null = mem_copy(not_null),
	    .step = lint->step,
	    .transaction = lint->current->transaction,
	    .offset = alter->at};
}

/* CHECK and FOREIGN KEY know NOT VALID. */
static void add_checked(const struct alter *alter, const json_t *constraint, enum lint_rule rule)
{
	const char *name = tree_text(constraint, "conname");
	const char *not_null = not_null_column(tree_get(constraint, "raw_expr"));
	if (tree_true(constraint, "skip_validation")) {
		if (!relation_of(alter)->is_new)
			promise(alter, name ? name : "", not_null);
		return;
	}
	if (not_null)
		words_add(&relation_of(alter)->not_null_checks, not_null);
	if (relation_of(alter)->kind == 'p' && rule == RULE_FOREIGN_KEY_VALIDATES && alter->lint->world.server_version < 180000)
		find(alter, rule, name, "NOT VALID is refused for partitioned tables before version 18: add it to each partition as NOT "
		                        "VALID, validate them, then add it here");
	else
		find(alter, rule, name, NULL);
}

static void add_unique(const struct alter *alter, const json_t *constraint, bool is_primary)
{
	const char *name = tree_text(constraint, "conname");
	const json_t *key;
	size_t i;
	if (!tree_text(constraint, "indexname")) {
		bool is_split = relation_of(alter)->kind == 'p' || relation_of(alter)->is_hypertable;
		find(alter, RULE_UNIQUE_BUILDS_INDEX, name,
		    is_split ? "partitioned tables and hypertables know no USING INDEX: run it when little is going on" : NULL);
	}
	json_array_foreach(tree_list(constraint, "keys"), i, key) {
		const char *column = tree_string(key);
		const json_t *known = world_column(relation_of(alter), column);
		if (is_primary && known && !is_not_null_already(relation_of(alter), column))
			find(alter, RULE_NOT_NULL_SCAN, column, "PRIMARY KEY makes the column NOT NULL");
	}
}

static void add_constraint(const struct alter *alter)
{
	const json_t *constraint = tree_only(tree_get(alter->command, "def"), "Constraint");
	const char *kind = tree_text(constraint, "contype");
	if (!kind)
		return;
	if (strcmp(kind, "CONSTR_CHECK") == 0)
		add_checked(alter, constraint, RULE_CHECK_VALIDATES);
	else if (strcmp(kind, "CONSTR_FOREIGN") == 0)
		add_checked(alter, constraint, RULE_FOREIGN_KEY_VALIDATES);
	else if (strcmp(kind, "CONSTR_UNIQUE") == 0 || strcmp(kind, "CONSTR_PRIMARY") == 0)
		add_unique(alter, constraint, strcmp(kind, "CONSTR_PRIMARY") == 0);
	else if (strcmp(kind, "CONSTR_EXCLUSION") == 0)
		find(alter, RULE_UNIQUE_BUILDS_INDEX, tree_text(constraint, "conname"),
		    "EXCLUDE cannot take an index that was built concurrently: run it when little is going on");
}

static void validate(const struct alter *alter)
{
	struct lint *lint = alter->lint;
	const char *name = tree_text(alter->command, "name");
	struct lint_relation *relation = relation_of(alter);
	bool is_same_transaction = false;
	for (int i = 0; name && i < lint->promise_count; i++) {
		struct lint_promise *made = &lint->promises[i];
		if (strcmp(made->constraint, name) != 0 || strcmp(made->table, relation->title) != 0)
			continue;
		made->is_validated = true;
		is_same_transaction |= made->transaction > 0 && made->transaction == lint->current->transaction;
		if (made->not_null)
			words_add(&relation->not_null_checks, made->not_null);
	}
	if (is_same_transaction)
		find(alter, RULE_VALIDATE_SAME_TRANSACTION, name, NULL);
	else
		lint_long(lint, relation_of(alter), alter->at);
}

/* --- the parts by name -------------------------------------------------------------------------------------------- */

static void drop_column(const struct alter *alter)
{
	const char *column = tree_text(alter->command, "name"), *behavior = tree_text(alter->command, "behavior");
	const struct lint_relation *relation = relation_of(alter);
	if (tree_true(alter->command, "missing_ok") && relation->columns && !world_column(relation, column))
		return;
	find(alter, RULE_DROP_COLUMN, column, NULL);
	if (behavior && strcmp(behavior, "DROP_CASCADE") == 0 && !relation_of(alter)->is_new)
		find(alter, RULE_DROP_CASCADE, column, NULL);
}

static void attach(const struct alter *alter)
{
	const json_t *command = tree_only(tree_get(alter->command, "def"), "PartitionCmd");
	const json_t *range = tree_get(command, "name");
	struct lint_relation *part = world_range(&alter->lint->world, range);
	lint_find(alter->lint, RULE_PARTITION_SCAN, alter->at, part, part->title, NULL);
	lint_default_partition(alter->lint, relation_of(alter), alter->at);
}

static bool is_concurrent_detach(const json_t *command)
{
	return tree_true(tree_only(tree_get(command, "def"), "PartitionCmd"), "concurrent");
}

static const struct {
	const char *name;
	void (*judge)(const struct alter *alter);
	const char *rewrites; /* why, of those that do */
} parts[] = {
    {"AT_AddColumn", add_column, NULL},
    {"AT_SetNotNull", set_not_null, NULL},
    {"AT_AddConstraint", add_constraint, NULL},
    {"AT_ValidateConstraint", validate, NULL},
    {"AT_DropColumn", drop_column, NULL},
    {"AT_AttachPartition", attach, NULL},
    {"AT_SetLogged", NULL, "SET LOGGED writes it all to the log"},
    {"AT_SetUnLogged", NULL, "SET UNLOGGED copies it"},
    {"AT_SetTableSpace", NULL, "SET TABLESPACE copies it"},
    {"AT_SetAccessMethod", NULL, "SET ACCESS METHOD copies it"},
};

static bool has_option(const json_t *command, const char *wanted)
{
	const json_t *one;
	size_t i;
	json_array_foreach(tree_list(tree_only(tree_get(command, "def"), "List"), "items"), i, one) {
		const char *name = tree_text(tree_only(one, "DefElem"), "defname");
		if (name && strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

bool lint_is_access_exclusive(const json_t *command)
{
	static const char *const weaker[] = {"AT_ValidateConstraint", "AT_SetStatistics", "AT_SetOptions", "AT_ResetOptions",
	    "AT_SetRelOptions", "AT_ResetRelOptions", "AT_ClusterOn", "AT_DropCluster", "AT_EnableTrig", "AT_EnableAlwaysTrig",
	    "AT_EnableReplicaTrig", "AT_EnableTrigAll", "AT_EnableTrigUser", "AT_DisableTrig", "AT_DisableTrigAll",
	    "AT_DisableTrigUser", "AT_AttachPartition", "AT_DetachPartitionFinalize"};
	const char *subtype = tree_text(command, "subtype");
	const json_t *constraint = tree_only(tree_get(command, "def"), "Constraint");
	const char *kind = tree_text(constraint, "contype");
	if (!subtype)
		return false;
	if (strcmp(subtype, "AT_AddConstraint") == 0)
		return !kind || strcmp(kind, "CONSTR_FOREIGN") != 0;
	if (strcmp(subtype, "AT_DetachPartition") == 0)
		return !is_concurrent_detach(command);
	if (strcmp(subtype, "AT_SetRelOptions") == 0 && has_option(command, "user_catalog_table"))
		return true;
	for (size_t i = 0; i < sizeof weaker / sizeof weaker[0]; i++)
		if (strcmp(subtype, weaker[i]) == 0)
			return false;
	return true;
}

static void judge_part(const struct alter *alter)
{
	const char *subtype = tree_text(alter->command, "subtype");
	if (subtype && strcmp(subtype, "AT_AlterColumnType") == 0)
		lint_type_change(alter->lint, alter->range, alter->command, alter->at);
	for (size_t i = 0; subtype && i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, subtype) == 0) {
			if (parts[i].judge)
				parts[i].judge(alter);
			else
				find(alter, RULE_TABLE_REWRITE, NULL, parts[i].rewrites);
		}
}

void lint_alter(struct lint *lint, const json_t *fields)
{
	static const char *const judged[] = {"OBJECT_TABLE", "OBJECT_MATVIEW"};
	const char *kind = tree_text(fields, "objtype");
	const json_t *range = tree_get(fields, "relation"), *one;
	bool is_exclusive = false;
	size_t i;
	if (!range || (kind && strcmp(kind, judged[0]) != 0 && strcmp(kind, judged[1]) != 0))
		return;
	json_array_foreach(tree_list(fields, "cmds"), i, one) {
		struct alter alter = {.lint = lint, .range = range, .command = tree_only(one, "AlterTableCmd")};
		alter.at = lint_at(lint, tree_get(tree_get(alter.command, "def"), "ColumnDef"));
		if (alter.at == lint->statement->begin)
			alter.at = lint_at(lint, tree_get(tree_get(alter.command, "def"), "Constraint"));
		judge_part(&alter);
		is_exclusive |= lint_is_access_exclusive(alter.command);
	}
	if (is_exclusive)
		lint_lock(lint, world_range(&lint->world, range), lint->statement->begin);
}
