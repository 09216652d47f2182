/* What a statement makes, by its parse tree. See adopt_internal.h. */
#include <string.h>

#include <openssl/evp.h>

#include "adopt_internal.h"
#include "pgtend/core/mem.h"

/* --- trees ---------------------------------------------------------------------------------------------- */

const char *adopt_text(const json_t *fields, const char *key)
{
	return json_string_value(json_object_get(fields, key));
}

const char *adopt_string(const json_t *node)
{
	return adopt_text(json_object_get(node, "String"), "sval");
}

struct want_name adopt_range(const json_t *range_var)
{
	return (struct want_name){adopt_text(range_var, "schemaname"), adopt_text(range_var, "relname")};
}

struct want_name adopt_names(const json_t *list)
{
	size_t count = json_array_size(list);
	return (struct want_name){count > 1 ? adopt_string(json_array_get(list, count - 2)) : NULL,
	    count > 0 ? adopt_string(json_array_get(list, count - 1)) : NULL};
}

char *adopt_type(const json_t *type_name)
{
	static const char *const serials[][2] = {{"serial", "int4"}, {"serial4", "int4"}, {"bigserial", "int8"}, {"serial8", "int8"},
	    {"smallserial", "int2"}, {"serial2", "int2"}};
	const char *name = adopt_names(json_object_get(type_name, "names")).name;
	if (!name || json_is_true(json_object_get(type_name, "pct_type")))
		return NULL;
	for (size_t i = 0; i < sizeof serials / sizeof *serials; i++)
		if (strcmp(name, serials[i][0]) == 0)
			return mem_copy(serials[i][1]);
	return mem_format("%s%s", json_array_size(json_object_get(type_name, "arrayBounds")) > 0 ? "_" : "", name);
}

static bool is_temporary(const json_t *range_var)
{
	const char *persistence = adopt_text(range_var, "relpersistence");
	return persistence && strcmp(persistence, "t") == 0;
}

static bool is_set(const json_t *fields, const char *key)
{
	return json_is_true(json_object_get(fields, key));
}

/* --- tables and what stands on them ------------------------------------------------------------------------ */

static void read_columns(struct walk *walk, struct want_name table, const json_t *elements)
{
	size_t i;
	json_t *element;
	json_array_foreach(elements, i, element) {
		const json_t *column = json_object_get(element, "ColumnDef"), *constraint = json_object_get(element, "Constraint");
		if (column)
			want_add(walk, WANT_COLUMN, "column", table, adopt_text(column, "colname"), NULL);
		if (constraint && adopt_text(constraint, "conname"))
			adopt_read_constraint(walk, table, constraint);
	}
}

static void read_table(struct walk *walk, const json_t *fields, const char *noun)
{
	const json_t *range = json_object_get(fields, "relation");
	struct want_name table = adopt_range(range);
	if (is_temporary(range))
		return;
	/* The second CREATE TABLE IF NOT EXISTS of a folder makes nothing: what columns it names counts for nothing. */
	bool is_repeated = is_set(fields, "if_not_exists") && want_is_made(walk, WANT_RELATION, table);
	want_add(walk, WANT_RELATION, noun, table, NULL, NULL);
	if (!is_repeated)
		read_columns(walk, table, json_object_get(fields, "tableElts"));
}

/* Its columns by lines; false: there is an expression among them. */
static bool read_index_columns(const json_t *fields, struct words *columns)
{
	size_t i;
	json_t *param;
	bool is_whole = true;
	json_array_foreach(json_object_get(fields, "indexParams"), i, param) {
		const char *column = adopt_text(json_object_get(param, "IndexElem"), "name");
		if (column)
			words_add(columns, column);
		else
			is_whole = false;
	}
	json_array_foreach(json_object_get(fields, "indexIncludingParams"), i, param)
		is_whole = false;
	return is_whole && !json_object_get(fields, "whereClause");
}

/* One without a name gets it as PostgreSQL makes it: table_column_column_idx. */
static void read_index(struct walk *walk, const json_t *fields)
{
	struct want_name table = adopt_range(json_object_get(fields, "relation"));
	const char *given = adopt_text(fields, "idxname");
	struct words columns = {0};
	bool is_whole = read_index_columns(fields, &columns);
	char *list = words_join(&columns, "\n"), *joined = words_join(&columns, "_");
	char *name = given ? mem_copy(given) : mem_format("%s_%s_idx", table.name ? table.name : "", joined);
	if (table.name && (given || (is_whole && strlen(name) < 64)))
		want_add_index(walk, (struct want_name){table.schema, name}, table.name, is_whole ? list : NULL);
	else
		want_unknown(walk, "CREATE INDEX without a name");
	mem_free(name);
	mem_free(joined);
	mem_free(list);
	words_done(&columns);
}

static void read_into(struct walk *walk, const json_t *into, const char *noun)
{
	const json_t *range = json_object_get(into, "rel");
	if (!is_temporary(range))
		want_add(walk, WANT_RELATION, noun, adopt_range(range), NULL, NULL);
}

/* --- functions -------------------------------------------------------------------------------------------------- */

static char *hash_of(const char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	struct text hex = {0};
	if (EVP_Digest(text, strlen(text), digest, &size, EVP_sha256(), NULL) != 1)
		mem_die("libcrypto has no sha256");
	for (unsigned i = 0; i < size; i++)
		text_addf(&hex, "%02x", digest[i]);
	return text_take(&hex);
}

/* The body as pg_proc keeps it; NULL: it keeps it in another way (C, BEGIN ATOMIC). */
static const char *body_of(const json_t *options)
{
	size_t i;
	json_t *option;
	const char *body = NULL, *language = NULL;
	json_array_foreach(options, i, option) {
		const json_t *def = json_object_get(option, "DefElem"), *arg = json_object_get(def, "arg");
		const char *name = adopt_text(def, "defname");
		const json_t *items = json_object_get(json_object_get(arg, "List"), "items");
		if (name && strcmp(name, "as") == 0 && json_array_size(items) == 1)
			body = adopt_string(json_array_get(items, 0));
		else if (name && strcmp(name, "language") == 0)
			language = adopt_string(arg);
	}
	bool is_kept = language && (strcmp(language, "sql") == 0 || strcmp(language, "plpgsql") == 0);
	return is_kept ? body : NULL;
}

static void read_function(struct walk *walk, const json_t *fields)
{
	struct want_name name = adopt_names(json_object_get(fields, "funcname"));
	char *arguments = adopt_arguments(json_object_get(fields, "parameters"));
	const char *body = body_of(json_object_get(fields, "options"));
	const char *noun = is_set(fields, "is_procedure") ? "procedure" : "function";
	char *hash = body ? hash_of(body) : NULL;
	if (arguments)
		want_add(walk, WANT_FUNCTION, noun, name, arguments, hash);
	else
		want_add(walk, WANT_FUNCTION_NAME, noun, name, NULL, NULL);
	mem_free(hash);
	mem_free(arguments);
}

static void read_define(struct walk *walk, const json_t *fields)
{
	const char *kind = adopt_text(fields, "kind");
	struct want_name name = adopt_names(json_object_get(fields, "defnames"));
	if (kind && strcmp(kind, "OBJECT_AGGREGATE") == 0)
		want_add(walk, WANT_FUNCTION_NAME, "aggregate", name, NULL, NULL);
	else if (kind && strcmp(kind, "OBJECT_TYPE") == 0)
		want_add(walk, WANT_TYPE, "type", name, NULL, NULL);
	else if (kind && strcmp(kind, "OBJECT_COLLATION") == 0)
		want_add(walk, WANT_COLLATION, "collation", name, NULL, NULL);
	else
		want_unknown(walk, "CREATE OPERATOR or the like");
}

/* --- types --------------------------------------------------------------------------------------------------------- */

static void read_enum(struct walk *walk, const json_t *fields)
{
	struct want_name name = adopt_names(json_object_get(fields, "typeName"));
	size_t i;
	json_t *label;
	want_add(walk, WANT_TYPE, "type", name, NULL, NULL);
	json_array_foreach(json_object_get(fields, "vals"), i, label)
		want_add(walk, WANT_LABEL, "label", name, adopt_string(label), NULL);
}

static void read_alter_enum(struct walk *walk, const json_t *fields)
{
	struct want_name name = adopt_names(json_object_get(fields, "typeName"));
	const char *old = adopt_text(fields, "oldVal"), *label = adopt_text(fields, "newVal");
	if (old)
		want_rename(walk, WANT_LABEL, "label", name, old, label);
	else
		want_add(walk, WANT_LABEL, "label", name, label, NULL);
}

/* --- the search path ---------------------------------------------------------------------------------------------------- */

static void set_path(struct walk *walk, const char *schema)
{
	if (!schema || !*schema || strcmp(schema, "$user") == 0)
		return;
	mem_free(walk->schema);
	walk->schema = mem_copy_n(schema, strcspn(schema, ", "));
}

static const char *constant(const json_t *node)
{
	return adopt_text(json_object_get(json_object_get(node, "A_Const"), "sval"), "sval");
}

static void read_set(struct walk *walk, const json_t *fields)
{
	const char *name = adopt_text(fields, "name");
	if (name && strcmp(name, "search_path") == 0)
		set_path(walk, constant(json_array_get(json_object_get(fields, "args"), 0)));
}

/* SELECT INTO makes a table; set_config('search_path', ...) as dumps have it moves on; anything else leaves nothing to be seen. */
static void read_select(struct walk *walk, const json_t *fields)
{
	const json_t *into = json_object_get(fields, "intoClause");
	if (into) {
		read_into(walk, into, "table");
		return;
	}
	const json_t *target = json_object_get(json_array_get(json_object_get(fields, "targetList"), 0), "ResTarget");
	const json_t *call = json_object_get(json_object_get(target, "val"), "FuncCall"), *args = json_object_get(call, "args");
	const char *function = adopt_names(json_object_get(call, "funcname")).name, *name = constant(json_array_get(args, 0));
	if (function && strcmp(function, "set_config") == 0) {
		if (name && strcmp(name, "search_path") == 0)
			set_path(walk, constant(json_array_get(args, 1)));
		return;
	}
	char *word = mem_format("SELECT%s%s%s", function ? " " : "", function ? function : "", function ? "()" : "");
	want_unknown(walk, word);
	mem_free(word);
}

/* --- all of them ------------------------------------------------------------------------------------------------------------ */

static void read_create_schema(struct walk *walk, const json_t *fields)
{
	const char *name = adopt_text(fields, "schemaname");
	if (!name)
		name = adopt_text(json_object_get(fields, "authrole"), "rolename");
	want_add(walk, WANT_SCHEMA, "schema", (struct want_name){NULL, name}, NULL, NULL);
	/* CREATE SCHEMA x CREATE TABLE ...: its elements are in it. */
	char *before = walk->schema;
	size_t i;
	json_t *element;
	walk->schema = mem_copy(name ? name : before);
	json_array_foreach(json_object_get(fields, "schemaElts"), i, element) {
		const struct parse_statement statement = {.tree = element};
		adopt_read_statement(walk, &statement);
	}
	mem_free(walk->schema);
	walk->schema = before;
}

static void read_rule(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_RULE, "rule", adopt_range(json_object_get(fields, "relation")), adopt_text(fields, "rulename"), NULL);
}

static void read_trigger(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_TRIGGER, "trigger", adopt_range(json_object_get(fields, "relation")), adopt_text(fields, "trigname"), NULL);
}

static void read_policy(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_POLICY, "policy", adopt_range(json_object_get(fields, "table")), adopt_text(fields, "policy_name"), NULL);
}

static void read_create_table(struct walk *walk, const json_t *fields)
{
	read_table(walk, fields, "table");
}

static void read_foreign_table(struct walk *walk, const json_t *fields)
{
	read_table(walk, json_object_get(fields, "base"), "foreign table");
}

static void read_table_as(struct walk *walk, const json_t *fields)
{
	const char *kind = adopt_text(fields, "objtype");
	read_into(walk, json_object_get(fields, "into"), kind && strcmp(kind, "OBJECT_MATVIEW") == 0 ? "materialized view" : "table");
}

static void read_view(struct walk *walk, const json_t *fields)
{
	const json_t *range = json_object_get(fields, "view");
	if (!is_temporary(range))
		want_add(walk, WANT_RELATION, "view", adopt_range(range), NULL, NULL);
}

static void read_sequence(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_RELATION, "sequence", adopt_range(json_object_get(fields, "sequence")), NULL, NULL);
}

static void read_composite(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_TYPE, "type", adopt_range(json_object_get(fields, "typevar")), NULL, NULL);
}

static void read_range_type(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_TYPE, "type", adopt_names(json_object_get(fields, "typeName")), NULL, NULL);
}

static void read_domain(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_TYPE, "domain", adopt_names(json_object_get(fields, "domainname")), NULL, NULL);
}

static void read_statistics(struct walk *walk, const json_t *fields)
{
	want_add(walk, WANT_STATISTICS, "statistics", adopt_names(json_object_get(fields, "defnames")), NULL, NULL);
}

/* Those that are known by one name alone. */
static const struct {
	const char *node, *key, *noun;
	enum want_kind kind;
} named[] = {
    {"CreateExtensionStmt", "extname", "extension", WANT_EXTENSION},
    {"CreatePublicationStmt", "pubname", "publication", WANT_PUBLICATION},
    {"CreateEventTrigStmt", "trigname", "event trigger", WANT_EVENT_TRIGGER},
    {"CreateRoleStmt", "role", "role", WANT_ROLE},
    {"CreateForeignServerStmt", "servername", "server", WANT_SERVER},
};
static const struct {
	const char *node;
	void (*read)(struct walk *walk, const json_t *fields);
} readers[] = {
    {"CreateStmt", read_create_table},
    {"CreateForeignTableStmt", read_foreign_table},
    {"CreateTableAsStmt", read_table_as},
    {"ViewStmt", read_view},
    {"IndexStmt", read_index},
    {"CreateSeqStmt", read_sequence},
    {"CreateFunctionStmt", read_function},
    {"DefineStmt", read_define},
    {"CreateEnumStmt", read_enum},
    {"AlterEnumStmt", read_alter_enum},
    {"CompositeTypeStmt", read_composite},
    {"CreateRangeStmt", read_range_type},
    {"CreateDomainStmt", read_domain},
    {"CreateStatsStmt", read_statistics},
    {"CreateSchemaStmt", read_create_schema},
    {"CreateTrigStmt", read_trigger},
    {"CreatePolicyStmt", read_policy},
    {"RuleStmt", read_rule},
    {"AlterTableStmt", adopt_read_alter_table},
    {"RenameStmt", adopt_read_rename},
    {"DropStmt", adopt_read_drop},
    {"VariableSetStmt", read_set},
    {"SelectStmt", read_select},
};
/* They change nothing that lasts, or nothing that matters to what is there. */
static const char *const idle[] = {"TransactionStmt", "VacuumStmt", "NotifyStmt", "ListenStmt", "LockStmt", "CheckPointStmt",
    "RefreshMatViewStmt", "ReindexStmt", "CommentStmt", "VariableShowStmt", "ConstraintsSetStmt", "ExplainStmt"};

/* "InsertStmt" -> "INSERT", "AlterOwnerStmt" -> "ALTER OWNER". */
static char *words_of(const char *node)
{
	struct text words = {0};
	size_t length = strlen(node) - (text_ends_with(node, "Stmt") ? 4 : 0);
	for (size_t i = 0; i < length; i++) {
		bool is_capital = node[i] >= 'A' && node[i] <= 'Z';
		if (is_capital && i > 0)
			text_add_char(&words, ' ');
		text_add_char(&words, is_capital ? node[i] : (char)(node[i] >= 'a' && node[i] <= 'z' ? node[i] - 32 : node[i]));
	}
	return text_take(&words);
}

static void read_other(struct walk *walk, const char *node, const json_t *fields)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strcmp(node, named[i].node) == 0) {
			want_add(walk, named[i].kind, named[i].noun, (struct want_name){NULL, adopt_text(fields, named[i].key)}, NULL, NULL);
			return;
		}
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		if (strcmp(node, idle[i]) == 0)
			return;
	const char *table = adopt_range(json_object_get(fields, "relation")).name;
	char *word = words_of(node), *whole = mem_format("%s%s%s", word, table ? " " : "", table ? table : "");
	want_unknown(walk, whole);
	mem_free(whole);
	mem_free(word);
}

void adopt_read_statement(struct walk *walk, const struct parse_statement *statement)
{
	const json_t *fields = NULL;
	const char *node = statement->tree ? parse_node(statement, &fields) : NULL;
	if (!node) {
		want_unknown(walk, "a statement that the parser here does not know");
		return;
	}
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (strcmp(node, readers[i].node) == 0) {
			readers[i].read(walk, fields);
			return;
		}
	read_other(walk, node, fields);
}
