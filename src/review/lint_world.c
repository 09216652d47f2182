/* What lint knows of the database, from one question, and what the plan itself makes of it on its way. See lint_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 30000, VERSION_WITHOUT_DATABASE = 130000 };

/* A scan of so much takes a good part of a second, a rewrite more than one. */
static const double BIG_BYTES = 64.0 * 1024 * 1024, BIG_ROWS = 100000;

/* --- relations ---------------------------------------------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static char *make_title(const char *schema, const char *name)
{
	return schema ? mem_format("%s.%s", schema, name) : mem_copy(name);
}

/* "users" and "public.users", unless the database told better. */
static bool is_twin(const struct lint_relation *a, const struct lint_relation *b)
{
	const char *other = a->schema ? a->schema : b->schema;
	if (strcmp(a->name, b->name) != 0)
		return false;
	if (strcmp(a->title, b->title) == 0)
		return true;
	return (!a->schema || !b->schema) && other && strcmp(other, "public") == 0;
}

static struct lint_relation *add_relation(struct lint_world *world, const char *schema, const char *name)
{
	if (world->count == world->room) {
		world->room = world->room ? world->room * 2 : 16;
		world->relations = mem_grow(world->relations, (size_t)world->room, sizeof *world->relations);
	}
	struct lint_relation *relation = &world->relations[world->count++];
	*relation = (struct lint_relation){.schema = mem_copy(schema),
	    .name = mem_copy(name),
	    .title = make_title(schema, name),
	    .rows = -1,
	    .bytes = -1};
	for (int i = 0; i < world->count - 1; i++)
		if (is_twin(&world->relations[i], relation))
			relation->is_new |= world->relations[i].is_new;
	return relation;
}

struct lint_relation *world_relation(struct lint_world *world, const char *schema, const char *name)
{
	for (int i = 0; i < world->count; i++)
		if (strcmp(world->relations[i].name, name) == 0 && is_same(world->relations[i].schema, schema))
			return &world->relations[i];
	return add_relation(world, schema, name);
}

struct lint_relation *world_range(struct lint_world *world, const json_t *range_var)
{
	const char *name = tree_text(range_var, "relname");
	return world_relation(world, tree_text(range_var, "schemaname"), name ? name : "");
}

static void forget_relation(struct lint_relation *relation)
{
	mem_free(relation->schema);
	mem_free(relation->name);
	mem_free(relation->title);
	mem_free(relation->table);
	words_done(&relation->not_null_checks);
}

void world_make(struct lint_world *world, const char *schema, const char *name)
{
	struct lint_relation made = *world_relation(world, schema, name);
	for (int i = 0; i < world->count; i++)
		if (is_twin(&world->relations[i], &made)) {
			world->relations[i].is_new = true;
			world->relations[i].is_gone = false;
		}
}

void world_drop(struct lint_world *world, const struct lint_relation *relation)
{
	struct lint_relation gone = *relation;
	for (int i = 0; i < world->count; i++)
		if (is_twin(&world->relations[i], &gone)) {
			world->relations[i].is_new = false;
			world->relations[i].is_gone = true;
		}
}

enum world_size world_size(const struct lint_relation *relation)
{
	if (relation->is_new)
		return SIZE_NEW;
	if (relation->rows < 0 && relation->bytes < 0)
		return SIZE_UNKNOWN;
	if (relation->bytes == 0 && relation->rows <= 0)
		return SIZE_EMPTY;
	if (relation->bytes >= BIG_BYTES || relation->rows >= BIG_ROWS)
		return SIZE_BIG;
	return SIZE_SMALL;
}

/* "12,345,678": exact enough, and read at a glance. */
static void add_count(struct text *text, double count)
{
	char digits[32];
	snprintf(digits, sizeof digits, "%.0f", count);
	size_t length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		text_add_char(text, digits[i]);
		if (i + 1 < length && (length - i - 1) % 3 == 0)
			text_add_char(text, ',');
	}
}

char *world_words(const struct lint_relation *relation)
{
	struct text text = {0};
	char bytes[UNITS_SIZE];
	const char *title = relation->table ? relation->table : relation->title;
	text_add(&text, title);
	if (relation->is_new)
		return text_take(&text);
	if (relation->bytes < 0) {
		text_add(&text, relation->is_asked && !relation->is_there ? " (not there yet)" : " (size unknown)");
		return text_take(&text);
	}
	text_add(&text, " (");
	if (relation->rows >= 0) {
		text_add(&text, "about ");
		add_count(&text, relation->rows);
		text_add(&text, relation->rows >= 0.5 && relation->rows < 1.5 ? " row, " : " rows, ");
	}
	text_addf(&text, "%s)", units_bytes(bytes, (int64_t)relation->bytes));
	return text_take(&text);
}

const json_t *world_column(const struct lint_relation *relation, const char *column)
{
	const json_t *one;
	size_t i;
	json_array_foreach(relation->columns, i, one)
		if (column && is_same(tree_text(one, "name"), column))
			return one;
	return NULL;
}

/* --- extensions, types, functions --------------------------------------------------------------------------------- */

static bool has_string(const json_t *list, const char *wanted)
{
	const json_t *one;
	size_t i;
	json_array_foreach(list, i, one)
		if (json_is_string(one) && strcmp(json_string_value(one), wanted) == 0)
			return true;
	return false;
}

bool world_has_extension(const struct lint_world *world, const char *name)
{
	return !world->answer || has_string(tree_get(world->answer, "installed"), name) ||
	       words_has(&world->made_extensions, name);
}

bool world_may_have_extension(const struct lint_world *world, const char *name)
{
	const json_t *extensions = tree_get(world->answer, "extensions");
	return !json_is_object(extensions) || tree_get(extensions, name) != NULL;
}

bool world_has_type(const struct lint_world *world, const char *name)
{
	return !world->answer || has_string(tree_get(world->answer, "types"), name) || words_has(&world->made_types, name);
}

bool world_is_checked(const struct lint_world *world, const char *type)
{
	return has_string(tree_get(world->answer, "checked_domains"), type) || words_has(&world->checked_domains, type);
}

int world_is_volatile(const struct lint_world *world, const char *function)
{
	/* What the server itself ships, for when it was not asked. */
	static const char *const volatile_names[] = {"random", "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc",
	    "uuid_generate_v4", "uuidv4", "uuidv7", "clock_timestamp", "timeofday", "nextval", "setval", "currval", "lastval",
	    "gen_salt", "gen_random_bytes", "pg_sleep", "random_normal"};
	static const char *const other_names[] = {"now", "transaction_timestamp", "statement_timestamp", "timezone", "lower",
	    "upper", "to_char", "date_trunc", "jsonb_build_object", "jsonb_build_array", "json_build_object", "concat", "length",
	    "md5", "current_setting", "txid_current", "pg_current_xact_id", "to_timestamp", "make_interval", "replace", "array_fill"};
	const json_t *known = tree_get(tree_get(world->answer, "volatile"), function);
	if (known)
		return json_is_true(known);
	for (size_t i = 0; i < sizeof volatile_names / sizeof volatile_names[0]; i++)
		if (strcmp(function, volatile_names[i]) == 0)
			return 1;
	for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++)
		if (strcmp(function, other_names[i]) == 0)
			return 0;
	return -1;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

struct wish {
	struct lint_world *world;
	json_t *functions, *types;
};

static void add_string(json_t *list, const char *value)
{
	if (value && !has_string(list, value))
		json_array_append_new(list, json_string(value));
}

static bool is_relation_kind(const char *kind)
{
	static const char *const kinds[] = {
	    "OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"};
	for (size_t i = 0; kind && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/* DROP TRIGGER x ON t */
static void collect_tables(struct wish *wish, const json_t *drop)
{
	const char *kind = tree_text(drop, "removeType");
	const json_t *object;
	size_t i;
	if (!kind || (strcmp(kind, "OBJECT_TRIGGER") != 0 && strcmp(kind, "OBJECT_RULE") != 0 && strcmp(kind, "OBJECT_POLICY") != 0))
		return;
	json_array_foreach(tree_list(drop, "objects"), i, object) {
		const json_t *items = tree_list(tree_only(object, "List"), "items");
		size_t count = json_array_size(items);
		const char *table = count > 1 ? tree_string(json_array_get(items, count - 2)) : NULL;
		if (table)
			world_relation(wish->world, count > 2 ? tree_string(json_array_get(items, count - 3)) : NULL, table);
	}
}

static bool collect(const char *name, const json_t *fields, void *arg)
{
	struct wish *wish = arg;
	if (strcmp(name, "RangeVar") == 0 && tree_text(fields, "relname")) {
		world_range(wish->world, fields);
	} else if (strcmp(name, "TypeName") == 0) {
		add_string(wish->types, tree_type(fields, NULL, NULL));
	} else if (strcmp(name, "FuncCall") == 0) {
		add_string(wish->functions, tree_last(tree_list(fields, "funcname"), NULL));
	} else if (strcmp(name, "DropStmt") == 0 && !is_relation_kind(tree_text(fields, "removeType"))) {
		collect_tables(wish, fields);
	} else if (strcmp(name, "DropStmt") == 0) {
		const json_t *object;
		size_t i;
		json_array_foreach(tree_list(fields, "objects"), i, object) {
			const char *schema, *last = tree_last(tree_list(tree_only(object, "List"), "items"), &schema);
			if (last)
				world_relation(wish->world, schema, last);
		}
	}
	return true;
}

static char *wish_text(struct lint *lint)
{
	json_t *all = json_object(), *relations = json_array();
	struct wish wish = {&lint->world, json_array(), json_array()};
	for (int i = 0; i < lint->plan->count; i++) {
		for (int k = 0; k < lint->parses[i].count; k++)
			tree_walk(lint->parses[i].statements[k].tree, collect, &wish);
		for (int k = 0; k < lint->bodies[i].count; k++)
			tree_walk(lint->bodies[i].statements[k].tree, collect, &wish);
	}
	for (int i = 0; i < lint->world.count; i++) {
		const struct lint_relation *relation = &lint->world.relations[i];
		json_array_append_new(relations, json_pack("{s:s?, s:s}", "schema", relation->schema, "name", relation->name));
	}
	json_object_set_new(all, "relations", relations);
	json_object_set_new(all, "functions", wish.functions);
	json_object_set_new(all, "types", wish.types);
	char *text = json_dumps(all, JSON_COMPACT);
	char *copy = mem_copy(text);
	free(text);
	json_decref(all);
	return copy;
}

static double number_or(const json_t *object, const char *key, double otherwise)
{
	const json_t *value = tree_get(object, key);
	return json_is_number(value) ? json_number_value(value) : otherwise;
}

static void take_relation(struct lint_world *world, const json_t *one)
{
	struct lint_relation *relation = NULL;
	for (int i = 0; i < world->count && !relation; i++)
		if (is_same(world->relations[i].name, tree_text(one, "name")) &&
		    is_same(world->relations[i].schema, tree_text(one, "schema")))
			relation = &world->relations[i];
	if (!relation)
		return;
	const char *kind = tree_text(one, "kind"), *in = tree_text(one, "in");
	relation->is_there = true;
	relation->kind = kind ? kind[0] : 0;
	relation->rows = number_or(one, "rows", -1);
	relation->bytes = number_or(one, "bytes", -1);
	relation->is_partition = tree_true(one, "is_partition");
	relation->table = mem_copy(tree_text(one, "table"));
	relation->columns = tree_list(one, "columns");
	relation->constraints = tree_list(one, "constraints");
	relation->default_partition = tree_get(one, "default_partition");
	mem_free(relation->title);
	relation->title = make_title(in, relation->name);
}

static bool take_hypertables(struct lint_world *world, struct session *session, struct err *err)
{
	struct result *result = NULL;
	if (!has_string(tree_get(world->answer, "installed"), "timescaledb"))
		return true;
	bool is_done = session_query_wait(session, sql_review_lint_hypertables, NULL, 0, DEADLINE_MS, &result, err);
	for (int row = 0; is_done && row < result_rows(result); row++) {
		const char *name = result_text(result, row, result_column(result, "name"));
		for (int i = 0; name && i < world->count; i++) {
			struct lint_relation *relation = &world->relations[i];
			if (is_same(relation->title, name) || is_same(relation->table, name))
				relation->is_hypertable = true;
		}
	}
	result_free(result);
	return is_done;
}

bool world_ask(struct lint *lint, struct session *session, struct err *err)
{
	struct lint_world *world = &lint->world;
	struct result *result = NULL;
	const json_t *one;
	size_t i;
	char *wish = wish_text(lint);
	const char *params[] = {wish};
	bool is_done = !session || session_query_wait(session, sql_review_lint_world, params, 1, DEADLINE_MS, &result, err);
	world->server_version = VERSION_WITHOUT_DATABASE;
	if (is_done && session) {
		const char *answer = result_rows(result) > 0 ? result_text(result, 0, 0) : NULL;
		world->answer = answer ? json_loads(answer, 0, NULL) : NULL;
		for (int k = 0; k < world->count; k++)
			world->relations[k].is_asked = true;
		json_array_foreach(tree_list(world->answer, "relations"), i, one)
			take_relation(world, one);
		world->server_version = (int)number_or(world->answer, "version", VERSION_WITHOUT_DATABASE);
		is_done = take_hypertables(world, session, err);
	}
	result_free(result);
	mem_free(wish);
	return is_done || err_prefix(err, "asking the database what the migrations would meet");
}

void world_done(struct lint_world *world)
{
	for (int i = 0; i < world->count; i++)
		forget_relation(&world->relations[i]);
	mem_free(world->relations);
	json_decref(world->answer);
	words_done(&world->made_extensions);
	words_done(&world->made_types);
	words_done(&world->checked_domains);
	memset(world, 0, sizeof *world);
}
