/* Reading libpg_query's trees as jansson holds them. See lint_internal.h. */
#include <string.h>

#include "lint_internal.h"

const json_t *tree_get(const json_t *node, const char *key)
{
	return json_object_get(node, key);
}

const char *tree_text(const json_t *node, const char *key)
{
	return json_string_value(json_object_get(node, key));
}

bool tree_true(const json_t *node, const char *key)
{
	return json_is_true(json_object_get(node, key));
}

const json_t *tree_list(const json_t *node, const char *key)
{
	const json_t *list = json_object_get(node, key);
	return json_is_array(list) ? list : NULL;
}

const char *tree_node(const json_t *wrapped, const json_t **fields)
{
	/* Reading alone; jansson's iterator wants no const. */
	void *first = json_object_iter((json_t *)(uintptr_t)wrapped);
	*fields = first ? json_object_iter_value(first) : NULL;
	return first ? json_object_iter_key(first) : NULL;
}

const json_t *tree_only(const json_t *wrapped, const char *name)
{
	return json_object_get(wrapped, name);
}

const char *tree_string(const json_t *wrapped)
{
	const json_t *string = json_object_get(wrapped, "String");
	const char *value = tree_text(string, "sval");
	return value ? value : tree_text(string, "str");
}

const char *tree_last(const json_t *list, const char **before)
{
	size_t count = json_array_size(list);
	if (before)
		*before = count > 1 ? tree_string(json_array_get(list, count - 2)) : NULL;
	return count > 0 ? tree_string(json_array_get(list, count - 1)) : NULL;
}

static int first_number(const json_t *modifiers)
{
	const json_t *constant = tree_only(json_array_get(modifiers, 0), "A_Const");
	const json_t *integer = tree_get(constant, "ival");
	if (!constant || (!integer && !tree_get(constant, "val")))
		return -1;
	/* libpg_query 15 and later leave out a value of 0. */
	const json_t *value = tree_get(integer, "ival");
	return value ? (int)json_integer_value(value) : 0;
}

const char *tree_type(const json_t *type_name, int *modifier, bool *is_array)
{
	const char *schema, *name = tree_last(tree_list(type_name, "names"), &schema);
	if (modifier)
		*modifier = first_number(tree_list(type_name, "typmods"));
	if (is_array)
		*is_array = json_array_size(tree_list(type_name, "arrayBounds")) > 0;
	return name;
}

void tree_walk(const json_t *node, bool (*fn)(const char *name, const json_t *fields, void *arg), void *arg)
{
	const json_t *value;
	size_t i;
	if (json_is_array(node)) {
		json_array_foreach(node, i, value)
			tree_walk(value, fn, arg);
		return;
	}
	for (void *at = json_object_iter((json_t *)(uintptr_t)node); at; at = json_object_iter_next((json_t *)(uintptr_t)node, at)) {
		const char *key = json_object_iter_key(at);
		value = json_object_iter_value(at);
		if (!json_is_object(value) && !json_is_array(value))
			continue;
		/* Nodes are named in capitals, fields are not. A field that always holds one kind of node holds it bare. */
		bool is_node = key[0] >= 'A' && key[0] <= 'Z';
		if (is_node && !fn(key, value, arg))
			continue;
		if (!is_node && json_is_object(value) && tree_get(value, "relname") && !fn("RangeVar", value, arg))
			continue;
		if (!is_node && json_is_object(value) && tree_get(value, "names") && !fn("TypeName", value, arg))
			continue;
		tree_walk(value, fn, arg);
	}
}
