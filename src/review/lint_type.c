/* ALTER COLUMN TYPE: which changes leave the rows as they lie on the disk, and the types that a team would not choose. See lint_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

/* More digits of a second than these nobody keeps. */
enum { MICROSECONDS = 6 };

/* A type with its modifiers: varchar 255, numeric 10 2; -1: none. */
struct type {
	char name[64];
	int first, second;
	bool is_array;
};

/* format_type()'s names, and the parser's. */
static const char *const names[][2] = {
    {"character varying", "varchar"},
    {"character", "bpchar"},
    {"integer", "int4"},
    {"int", "int4"},
    {"bigint", "int8"},
    {"smallint", "int2"},
    {"boolean", "bool"},
    {"double precision", "float8"},
    {"real", "float4"},
    {"bit varying", "varbit"},
    {"decimal", "numeric"},
    {"timestamp without time zone", "timestamp"},
    {"timestamp with time zone", "timestamptz"},
    {"time without time zone", "time"},
    {"time with time zone", "timetz"},
};

static void canonical(struct type *type)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(type->name, names[i][0]) == 0)
			strcpy(type->name, names[i][1]);
}

/* "timestamp(3) with time zone", "numeric(10,2)[]" */
static struct type type_of_text(const char *text)
{
	struct type type = {.first = -1, .second = -1};
	size_t n = 0;
	for (const char *s = text; *s && n < sizeof type.name - 1; s++) {
		if (*s == '(') {
			char *end;
			type.first = (int)strtol(s + 1, &end, 10);
			if (*end == ',')
				type.second = (int)strtol(end + 1, &end, 10);
			s = *end == ')' ? end : s + strlen(s) - 1;
		} else if (*s == '[') {
			type.is_array = true;
			break;
		} else {
			type.name[n++] = *s;
		}
	}
	type.name[n] = 0;
	canonical(&type);
	return type;
}

static struct type type_of_tree(const json_t *type_name)
{
	struct type type = {.first = -1, .second = -1};
	const char *name = tree_type(type_name, &type.first, &type.is_array);
	const json_t *second = tree_only(json_array_get(tree_list(type_name, "typmods"), 1), "A_Const");
	if (second) {
		const json_t *value = tree_get(tree_get(second, "ival"), "ival");
		type.second = value ? (int)json_integer_value(value) : 0;
	} else if (type.first >= 0) {
		type.second = 0;
	}
	snprintf(type.name, sizeof type.name, "%s", name ? name : "");
	canonical(&type);
	return type;
}

static bool is_one_of(const char *name, const char *list)
{
	size_t length = strlen(name);
	for (const char *s = list; *s; s += strcspn(s, " "), s += *s == ' ')
		if (strcspn(s, " ") == length && memcmp(s, name, length) == 0)
			return true;
	return false;
}

/* As the server's support functions and casts decide; what is not known here is taken for a rewrite. */
static bool keeps_rows(const struct type *from, const struct type *to, bool is_utc)
{
	bool is_wider = to->first < 0 || (from->first >= 0 && to->first >= from->first);
	if (from->is_array || to->is_array)
		return from->is_array && to->is_array && strcmp(from->name, to->name) == 0 && from->first == to->first &&
		       (from->first < 0 || from->second == to->second);
	if (strcmp(from->name, to->name) == 0) {
		if (strcmp(to->name, "numeric") == 0) {
			int from_scale = from->second < 0 ? 0 : from->second, to_scale = to->second < 0 ? 0 : to->second;
			return is_wider && (to->first < 0 || from_scale == to_scale);
		}
		if (is_one_of(to->name, "timestamp timestamptz time timetz"))
			return is_wider || to->first >= MICROSECONDS;
		if (is_one_of(to->name, "varchar varbit"))
			return is_wider;
		/* interval's first modifier is a mask of its fields. */
		return from->first == to->first || (strcmp(to->name, "interval") == 0 && to->first < 0);
	}
	if (is_one_of(from->name, "varchar text") && is_one_of(to->name, "varchar text citext"))
		return to->first < 0;
	if (strcmp(from->name, "citext") == 0 && is_one_of(to->name, "varchar text"))
		return to->first < 0;
	if (strcmp(from->name, "cidr") == 0 && strcmp(to->name, "inet") == 0)
		return true;
	return is_utc && is_one_of(from->name, "timestamp timestamptz") && is_one_of(to->name, "timestamp timestamptz") &&
	       is_wider;
}

/* USING c, USING c::type: what would be done without it. */
static bool is_plain_using(const json_t *expression, const char *column)
{
	const json_t *cast = tree_only(expression, "TypeCast"), *argument = cast ? tree_get(cast, "arg") : expression;
	const char *name = tree_last(tree_list(tree_only(argument, "ColumnRef"), "fields"), NULL);
	return !expression || (name && column && strcmp(name, column) == 0);
}

static bool is_utc(const struct lint_world *world)
{
	const char *zone = tree_text(world->answer, "zone");
	return zone && is_one_of(zone, "UTC Etc/UTC GMT Etc/GMT Etc/Universal Universal Zulu");
}

void lint_type_change(struct lint *lint, const json_t *range, const json_t *command, size_t at)
{
	const char *column = tree_text(command, "name");
	const json_t *definition = tree_only(tree_get(command, "def"), "ColumnDef");
	struct lint_relation *relation = world_range(&lint->world, range);
	const char *old = tree_text(world_column(relation, column), "type");
	struct type to = type_of_tree(tree_get(definition, "typeName"));
	char *object = mem_format("%s.%s", relation->title, column ? column : "?");
	bool is_plain = is_plain_using(tree_get(definition, "raw_default"), column);
	lint_type(lint, tree_get(definition, "typeName"), object, at);
	if (!old) {
		lint_find(lint, RULE_TYPE_CHANGE, at, relation, object,
		    "to %s; from what, nobody could say here: widening varchar or numeric, and varchar to text, leave the rows alone",
		    to.name);
	} else {
		struct type from = type_of_text(old);
		if (!is_plain || !keeps_rows(&from, &to, is_utc(&lint->world)))
			lint_find(lint, RULE_TYPE_CHANGE, at, relation, object, "from %s to %s%s", old, to.name,
			    is_plain ? "" : " by an expression");
	}
	mem_free(object);
}

/* --- types that are seldom meant ---------------------------------------------------------------------------------- */

void lint_type(struct lint *lint, const json_t *type_name, const char *object, size_t at)
{
	const char *name = tree_type(type_name, NULL, NULL);
	if (!name)
		return;
	if (strcmp(name, "timestamp") == 0 && !lint->is_timestamp_folder)
		lint_find(lint, RULE_TIMESTAMP_WITHOUT_TIME_ZONE, at, NULL, object, NULL);
	else if (strcmp(name, "json") == 0)
		lint_find(lint, RULE_JSON_NOT_JSONB, at, NULL, object, NULL);
}

void lint_column(struct lint *lint, const json_t *column, const char *table)
{
	const char *name = tree_text(column, "colname");
	const json_t *type = tree_get(column, "typeName");
	char *object = mem_format("%s.%s", table, name ? name : "?");
	lint_type(lint, type, object, lint_at(lint, type));
	mem_free(object);
}
