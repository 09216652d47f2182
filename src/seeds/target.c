/* seeds/target.c - which table a file of CSV goes into. See target.h. */
#include "target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000 };

/* ---- the file's name ------------------------------------------------------------------- */

/* "010_", "20-": the number by which the folder is in order. */
static const char *behind_number(const char *base)
{
	size_t digits = strspn(base, "0123456789");
	return digits > 0 && (base[digits] == '_' || base[digits] == '-') && base[digits + 1] != '\0' ? base + digits + 1 : base;
}

/* One part of a name, up to a dot or `end`. NULL: a quote that is never closed, or text behind one. */
static char *take_part(const char **at, const char *end, bool *is_quoted)
{
	struct text part = {0};
	*is_quoted = **at == '"';
	if (!*is_quoted) {
		while (*at < end && **at != '.')
			text_add_char(&part, *(*at)++);
		return text_take(&part);
	}
	for ((*at)++; *at < end; (*at)++) {
		if (**at == '"' && (*at + 1 == end || (*at)[1] != '"')) {
			(*at)++;
			if (*at == end || **at == '.')
				return text_take(&part);
			break;
		}
		if (**at == '"')
			(*at)++;
		text_add_char(&part, **at);
	}
	text_done(&part);
	return NULL;
}

bool target_name_read(const char *file, struct target_name *name, struct err *err)
{
	const char *slash = strrchr(file, '/'), *base = slash != NULL ? slash + 1 : file;
	const char *at = behind_number(base), *end = base + strlen(base) - strlen(".csv");
	memset(name, 0, sizeof *name);
	name->name = at < end ? take_part(&at, end, &name->is_name_quoted) : NULL;
	if (name->name != NULL && at < end) {
		at++;
		name->schema = name->name;
		name->is_schema_quoted = name->is_name_quoted;
		name->name = take_part(&at, end, &name->is_name_quoted);
	}
	if (name->name != NULL && *name->name != '\0' && at == end && (name->schema == NULL || *name->schema != '\0'))
		return true;
	target_name_done(name);
	err_set(err, ERR_FAILED, "%s: its name names no table", file);
	return err_hint(err, "call it NUMBER_TABLE.csv or NUMBER_SCHEMA.TABLE.csv; a part that holds a dot stands in double quotes");
}

void target_name_done(struct target_name *name)
{
	mem_free(name->schema);
	mem_free(name->name);
	memset(name, 0, sizeof *name);
}

/* ---- the table ------------------------------------------------------------------------- */

static char *folded(const char *name, bool is_quoted)
{
	char *copy = mem_copy(name != NULL ? name : "");
	for (char *c = copy; !is_quoted && *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static char *copy_of(const struct result *result, int row, const char *column)
{
	return mem_copy(result_text(result, row, result_column(result, column)));
}

static bool is(const struct result *result, int row, const char *column)
{
	return result_bool(result, row, result_column(result, column));
}

/* The nearest name, also one in another schema. */
static void hint_nearest(struct session *session, const struct target_name *name, struct err *err)
{
	struct result *result = NULL;
	struct err ignored;
	struct words names = {0};
	const char *other = NULL, *nearest = NULL;
	if (session_query_wait(session, sql_seeds_target_names, NULL, 0, DEADLINE_MS, &result, &ignored)) {
		char *wanted = name->schema != NULL ? mem_format("%s.%s", name->schema, name->name) : mem_copy(name->name);
		for (int i = 0; i < result_rows(result); i++) {
			words_add(&names, result_text(result, i, 0));
			if (other == NULL && strcmp(result_text(result, i, 1), name->name) == 0)
				other = result_text(result, i, 0);
		}
		nearest = text_nearest(wanted, (const char *const *)names.v, names.count);
		mem_free(wanted);
	}
	if (other != NULL)
		err_hint(err, "there is %s: call the file NUMBER_%s.csv", other, other);
	else if (nearest != NULL)
		err_hint(err, "did you mean %s?", nearest);
	words_done(&names);
	result_free(result);
}

static bool read_columns(struct session *session, struct seed_target *target, struct err *err)
{
	const char *params[] = {target->oid};
	struct result *result = NULL;
	bool ok = session_query_wait(session, sql_seeds_target_columns, params, 1, DEADLINE_MS, &result, err);
	if (ok) {
		target->column_count = result_rows(result);
		target->columns = mem_new((size_t)target->column_count * sizeof target->columns[0]);
		for (int i = 0; i < target->column_count; i++)
			target->columns[i] = (struct target_column){.name = copy_of(result, i, "name"), .is_generated = is(result, i, "is_generated"),
			    .is_not_null = is(result, i, "is_not_null"), .is_needed = is(result, i, "is_needed"), .is_key = is(result, i, "is_key")};
	}
	result_free(result);
	return ok;
}

static void take_target(struct session *session, const struct result *result, struct seed_target *target)
{
	target->schema = copy_of(result, 0, "schema");
	target->name = copy_of(result, 0, "name");
	target->oid = copy_of(result, 0, "oid");
	target->kind = result_text(result, 0, result_column(result, "kind"))[0];
	target->takes_copy = is(result, 0, "takes_copy");
	target->has_key = is(result, 0, "has_key");
	target->may_read = is(result, 0, "may_read");
	target->may_stage = is(result, 0, "may_stage");
	const char *arbiter = result_text(result, 0, result_column(result, "arbiter"));
	target->arbiter = arbiter != NULL ? session_quote_identifier(session, arbiter) : NULL;
	char *schema = session_quote_identifier(session, target->schema), *name = session_quote_identifier(session, target->name);
	target->quoted = mem_format("%s.%s", schema, name);
	mem_free(schema);
	mem_free(name);
}

bool target_find(
    struct session *session, const struct seed_file *file, struct seed_target *target, bool *is_absent, struct err *err)
{
	struct target_name name;
	memset(target, 0, sizeof *target);
	*is_absent = false;
	if (!target_name_read(file->name, &name, err))
		return false;
	char *schema = folded(name.schema, name.is_schema_quoted), *table = folded(name.name, name.is_name_quoted);
	const char *params[] = {name.schema != NULL ? name.schema : "", name.name, schema, table};
	struct result *result = NULL;
	bool ok = session_query_wait(session, sql_seeds_target, params, 4, DEADLINE_MS, &result, err);
	if (ok && result_rows(result) == 0) {
		*is_absent = true;
		err_set(err, ERR_FAILED, "%s: there is no table %s%s%s", file->name, name.schema != NULL ? name.schema : "",
		    name.schema != NULL ? "." : "", name.name);
		memcpy(err->sqlstate, "42P01", sizeof "42P01");
		hint_nearest(session, &name, err);
		ok = false;
	} else if (ok) {
		take_target(session, result, target);
		ok = read_columns(session, target, err);
	}
	if (ok && target->kind == 'm')
		ok = err_set(err, ERR_FAILED, "%s: %s.%s is a materialized view", file->name, target->schema, target->name);
	result_free(result);
	mem_free(schema);
	mem_free(table);
	target_name_done(&name);
	if (!ok)
		target_done(target);
	return ok;
}

void target_done(struct seed_target *target)
{
	for (int i = 0; i < target->column_count; i++)
		mem_free(target->columns[i].name);
	mem_free(target->columns);
	mem_free(target->schema);
	mem_free(target->name);
	mem_free(target->oid);
	mem_free(target->quoted);
	mem_free(target->arbiter);
	memset(target, 0, sizeof *target);
}
