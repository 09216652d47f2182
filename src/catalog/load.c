/* catalog/load.c - a database's objects, asked from its server in some ten questions. See catalog/catalog.h. */
#include <string.h>

#include "catalog_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

/* In one message with what it is for, so that it holds for that alone, also behind a pooler: names come whole and values in one form. */
static const char settings[] = "select pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('timezone', 'UTC', true), "
                               "pg_catalog.set_config('datestyle', 'ISO, YMD', true), pg_catalog.set_config('intervalstyle', 'postgres', true), "
                               "pg_catalog.set_config('extra_float_digits', '1', true), pg_catalog.set_config('bytea_output', 'hex', true), "
                               "pg_catalog.set_config('quote_all_identifiers', 'off', true);\n";

struct loading {
	struct session *session;
	const struct catalog_options *options;
	struct catalog *catalog;
	struct words hidden; /* "schema.table" */
	bool has_timescaledb;
};

static bool ask(struct loading *loading, const char *sql, struct result **result, struct err *err)
{
	char *whole = mem_format("%s%s", settings, sql);
	bool is_done = session_query_wait(loading->session, whole, NULL, 0, CATALOG_DEADLINE_MS, result, err);
	mem_free(whole);
	return is_done || err_prefix(err, "reading the schema");
}

static bool load(struct loading *loading, const char *sql, struct err *err)
{
	struct result *r = NULL;
	bool is_done = ask(loading, sql, &r, err);
	for (int row = 0; is_done && row < result_rows(r); row++)
		catalog_add(loading->catalog, result_text(r, row, 0), result_text(r, row, 1), result_text(r, row, 2), result_text(r, row, 3),
		    result_text(r, row, 4), (int)result_int(r, row, 5, 0));
	result_free(r);
	return is_done;
}

/* Schema and name of each row are hidden. */
static bool hide(struct loading *loading, const char *sql, struct err *err)
{
	struct result *r = NULL;
	bool is_done = ask(loading, sql, &r, err);
	for (int row = 0; is_done && row < result_rows(r); row++)
		words_take(&loading->hidden, mem_format("%s.%s", result_text(r, row, 0), result_text(r, row, 1)));
	result_free(r);
	return is_done;
}

static bool learn(struct loading *loading, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(loading->session, "select 1 from pg_catalog.pg_extension where extname = 'timescaledb'", NULL, 0,
	    CATALOG_DEADLINE_MS, &r, err);
	loading->has_timescaledb = is_done && result_rows(r) > 0;
	result_free(r);
	return is_done;
}

/* --- what is left out ------------------------------------------------------------------------------------------ */

static bool is_of(const struct catalog_object *object, const char *table, const char *whole)
{
	size_t schema = strlen(object->schema);
	return table[0] != '\0' && strncmp(whole, object->schema, schema) == 0 && whole[schema] == '.' && strcmp(whole + schema + 1, table) == 0;
}

static bool is_shown(const struct catalog_object *object, const void *arg)
{
	const struct words *hidden = arg;
	static const char *const kept[] = {"continuous aggregate", "job"}; /* their view is hidden, they are not */
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (strcmp(object->kind, kept[i]) == 0)
			return true;
	for (size_t i = 0; i < hidden->count; i++)
		if (is_of(object, object->parent, hidden->v[i]) ||
		    ((strcmp(object->kind, "table") == 0 || strcmp(object->kind, "view") == 0) && is_of(object, object->name, hidden->v[i])))
			return false;
	return true;
}

static bool is_of_schemas(const struct catalog_object *object, const void *arg)
{
	const struct words *schemas = arg;
	return words_has(schemas, strcmp(object->kind, "schema") == 0 ? object->name : object->schema);
}

struct emptiness {
	const struct catalog *catalog;
	const struct words *hidden;
};

/* A schema in which nothing stands but a history was made by the history's tool. */
static bool is_no_shell(const struct catalog_object *object, const void *arg)
{
	const struct emptiness *emptiness = arg;
	bool has_hidden = false;
	if (strcmp(object->kind, "schema") != 0)
		return true;
	for (size_t i = 0; i < emptiness->hidden->count && !has_hidden; i++)
		has_hidden = text_starts_with(emptiness->hidden->v[i], object->name) && emptiness->hidden->v[i][strlen(object->name)] == '.';
	if (!has_hidden)
		return true;
	for (size_t i = 0; i < emptiness->catalog->count; i++) {
		const struct catalog_object *other = &emptiness->catalog->v[i];
		bool is_told = other->parent[0] != '\0' || (strcmp(other->kind, "owner") != 0 && strcmp(other->kind, "grant") != 0);
		if (strcmp(other->schema, object->name) == 0 && is_told)
			return true;
	}
	return false;
}

static bool is_none_of(const struct catalog_object *object, const void *arg)
{
	return strcmp(object->kind, "schema") != 0 || !words_has(arg, object->name);
}

static void leave_out(struct loading *loading)
{
	const struct catalog_options *options = loading->options;
	struct catalog *catalog = loading->catalog;
	if (loading->hidden.count > 0) {
		catalog_keep(catalog, is_shown, &loading->hidden);
		/* looked up in a list that does not change meanwhile */
		struct catalog shown = {.v = mem_grow(NULL, catalog->count + 1, sizeof *shown.v), .count = catalog->count};
		if (catalog->count > 0)
			memcpy(shown.v, catalog->v, catalog->count * sizeof *shown.v);
		struct words shells = {0};
		const struct emptiness emptiness = {.catalog = &shown, .hidden = &loading->hidden};
		for (size_t i = 0; i < shown.count; i++)
			if (!is_no_shell(&shown.v[i], &emptiness))
				words_add(&shells, shown.v[i].name);
		mem_free(shown.v);
		if (shells.count > 0)
			catalog_keep(catalog, is_none_of, &shells);
		words_done(&shells);
	}
	if (options->schemas && options->schemas->count > 0)
		catalog_keep(catalog, is_of_schemas, options->schemas);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static bool load_all(struct loading *loading, struct err *err)
{
	const struct catalog_options *options = loading->options;
	const char *const asked[] = {sql_catalog_load_others, sql_catalog_load_types, sql_catalog_load_functions, sql_catalog_load_relations,
	    sql_catalog_load_columns, sql_catalog_load_parts, sql_catalog_load_comments};
	for (size_t i = 0; options->hidden && i < options->hidden->count; i++)
		words_add(&loading->hidden, options->hidden->v[i]);
	if (!learn(loading, err) || (!options->with_histories && !hide(loading, sql_catalog_load_histories, err)) ||
	    (loading->has_timescaledb && !hide(loading, sql_catalog_load_chunks, err)))
		return false;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		if (!load(loading, asked[i], err))
			return false;
	return (!loading->has_timescaledb || load(loading, sql_catalog_load_timescale, err)) &&
	       (!options->with_grants || load(loading, sql_catalog_load_grants, err));
}

bool catalog_load_wait(struct session *session, const struct catalog_options *options, struct catalog *catalog, struct err *err)
{
	static const struct catalog_options usual = {0};
	struct loading loading = {.session = session, .options = options ? options : &usual, .catalog = catalog};
	*catalog = (struct catalog){0};
	bool is_done = load_all(&loading, err);
	if (is_done) {
		leave_out(&loading);
		catalog_sort(catalog);
	} else {
		catalog_done(catalog);
	}
	words_done(&loading.hidden);
	return is_done;
}
