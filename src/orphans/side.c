/* orphans/side.c - one of the two columns: where it is, of what type, and the statement that gives its values in order. */
#include <stdlib.h>
#include <string.h>

#include "orphans_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/pg/alone.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 30000, ROWS_PER_VALUE = 8 };

/* --- transactions -------------------------------------------------------------------------------- */

static bool alone(struct side *side, const char *sql, struct err *err)
{
	const struct session_statement statement = {.sql = sql};

	return session_alone_wait(side->session, &statement, NULL, err) || err_prefix(err, "%s", side->database->name);
}

/* Nothing of what follows is looked up anywhere else. */
static const char plain_path[] = "SET LOCAL search_path = pg_catalog";

/* Rows that a policy hides would make orphans of those that point to them: an error is better. Behind a pooler the session's own settings did not arrive. */
bool side_begin(struct side *side, struct err *err)
{
	double statement_s = section_seconds(side->database->section, "statement_timeout");
	char *sql = mem_format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL row_security = off; SET LOCAL lock_timeout = %d; "
						   "SET LOCAL statement_timeout = %lld; %s",
		database_lock_timeout_ms(side->database), statement_s > 0 && statement_s < 1e6 ? (long long)(statement_s * 1000) : 0LL,
		side->from ? plain_path : "");
	bool is_good = side->is_begun = alone(side, sql, err);

	mem_free(sql);
	return is_good;
}

bool side_end(struct side *side, struct err *err)
{
	side->is_begun = false;
	return alone(side, "COMMIT", err);
}

/* A server of one connection would still be in the transaction of one that went without a word (PGlite), and answer nobody. */
static void leave(struct side *side)
{
	struct err ignored = {0};

	if (side->is_begun && session_state(side->session) == SESSION_READY && !task_is_cancelled())
		side->is_begun = !alone(side, "ROLLBACK", &ignored);
}

/* --- the column ---------------------------------------------------------------------------------- */

static const char *text_of(const struct result *r, int row, const char *name)
{
	return result_text(r, row, result_column(r, name));
}

static bool is_true(const struct result *r, int row, const char *name)
{
	return result_bool(r, row, result_column(r, name));
}

/* A schema that was said leaves one; else what the search path shows, else the only one of that name. */
static bool choose(const struct side *side, const struct result *r, int *chosen, struct err *err)
{
	int rows = result_rows(r);
	const char *name = side->database->name;

	*chosen = rows == 1 ? 0 : -1;
	for (int row = 0; row < rows && *chosen < 0; row++)
		if (is_true(r, row, "is_visible"))
			*chosen = row;
	if (rows == 0)
		return err_set(err, ERR_FAILED, "%s has no table \"%s%s%s\"", name, side->schema ? side->schema : "", side->schema ? "." : "", side->table);
	if (*chosen < 0) {
		err_set(err, ERR_FAILED, "%s: \"%s\" is a table of %d schemas", name, side->table, rows);
		return err_hint(err, "write the schema too: %s.%s.%s", text_of(r, 0, "schema"), side->table, side->column);
	}
	if (text_of(r, *chosen, "column") == NULL)
		return err_set(err, ERR_FAILED, "%s: the table %s.%s has no column \"%s\"", name, text_of(r, *chosen, "schema"), side->table, side->column);
	return true;
}

static bool may_read(const struct side *side, const struct result *r, int row, struct err *err)
{
	const char *role = text_of(r, row, "role"), *table = text_of(r, row, "quoted_table"), *column = text_of(r, row, "quoted_column");
	bool may_use = is_true(r, row, "may_use"), may_select = is_true(r, row, "may_read");
	struct text grant = {0};

	if (may_use && may_select)
		return true;
	if (!may_use)
		text_addf(&grant, "GRANT USAGE ON SCHEMA %s TO %s; ", text_of(r, row, "quoted_schema"), role);
	if (!may_select)
		text_addf(&grant, "GRANT SELECT (%s) ON %s TO %s", column + strlen("t."), table, role);
	err_set(err, ERR_FAILED, "%s: the role %s may not read %s of %s", side->database->name, role, side->column, table);
	err_hint(err, "%s", text_str(&grant));
	text_done(&grant);
	return false;
}

static void take(struct side *side, const struct result *r, int row)
{
	const char *encoding = text_of(r, row, "encoding"), *distinct = text_of(r, row, "n_distinct");

	side->found_schema = mem_copy(text_of(r, row, "schema"));
	side->found_column = mem_copy(text_of(r, row, "column"));
	side->shown = mem_format("%s.%s.%s", side->found_schema, side->table, side->found_column);
	side->type = mem_copy(text_of(r, row, "type_name"));
	side->base = mem_copy(text_of(r, row, "base"));
	side->from = mem_copy(text_of(r, row, "quoted_table"));
	side->quoted = mem_copy(text_of(r, row, "quoted_column"));
	side->row_key = mem_copy(text_of(r, row, "row_key"));
	side->kind = text_of(r, row, "kind")[0];
	side->is_enum = is_true(r, row, "is_enum");
	side->is_bytewise = is_true(r, row, "is_bytewise");
	side->is_loose = is_true(r, row, "is_loose");
	side->is_converted = strcmp(encoding, "UTF8") != 0 && strcmp(encoding, "SQL_ASCII") != 0;
	side->rows = result_int(r, row, result_column(r, "rows"), 0);
	side->distinct = distinct ? strtod(distinct, NULL) : 0;
}

static bool find_column(struct side *side, struct err *err)
{
	const char *params[] = {side->schema, side->table, side->column};
	struct result *r = NULL;
	int row = -1;
	bool is_good = session_query_wait(side->session, sql_orphans_column, params, 3, DEADLINE_MS, &r, err) || err_prefix(err, "%s", side->database->name);

	is_good = is_good && choose(side, r, &row, err) && may_read(side, r, row, err);
	if (is_good)
		take(side, r, row);
	result_free(r);
	return is_good;
}

bool side_open(struct fleet *fleet, struct side *side, struct err *err)
{
	struct database *database = side->database;

	side->session = database_action_session(fleet, database, NULL, "orphans", database_lock_timeout_ms(database), true);
	if (!session_ready_wait(side->session, 0, err) || !database_learn_wait(fleet, database, side->session, err))
		return err_prefix(err, "%s", database->name);
	return true;
}

bool side_look(struct side *side, struct err *err)
{
	return side_begin(side, err) && find_column(side, err) && alone(side, plain_path, err);
}

void side_done(struct side *side)
{
	char *const owned[] = {side->found_schema, side->found_column, side->shown, side->type, side->base, side->from, side->quoted, side->row_key, side->value};

	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		mem_free(owned[i]);
	leave(side);
	session_free(side->session);
}

/* --- how both compare ---------------------------------------------------------------------------- */

enum family { FAMILY_NONE, FAMILY_NUMBER, FAMILY_UUID, FAMILY_TEXT, FAMILY_NUMERIC, FAMILY_BYTES };

static enum family family_of(const struct side *side)
{
	static const struct { const char *base; enum family family; } known[] = {{"int2", FAMILY_NUMBER}, {"int4", FAMILY_NUMBER}, {"int8", FAMILY_NUMBER},
		{"oid", FAMILY_NUMBER}, {"uuid", FAMILY_UUID}, {"text", FAMILY_TEXT}, {"varchar", FAMILY_TEXT}, {"bpchar", FAMILY_TEXT}, {"name", FAMILY_TEXT},
		{"citext", FAMILY_TEXT}, {"numeric", FAMILY_NUMERIC}, {"bytea", FAMILY_BYTES}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(side->base, known[i].base) == 0)
			return known[i].family;
	return side->is_enum ? FAMILY_TEXT : FAMILY_NONE;
}

static bool can_meet(enum family a, enum family b)
{
	if (a == FAMILY_NONE || b == FAMILY_NONE)
		return false;
	if (a == b)
		return true;
	if (a == FAMILY_BYTES || b == FAMILY_BYTES)
		return false;
	return a == FAMILY_TEXT || b == FAMILY_TEXT || (a != FAMILY_UUID && b != FAMILY_UUID);
}

/* Values as the server sends them, and as an array of them is written; not each int8 is an oid. */
static void take_as_is(struct side *side, enum family family)
{
	side->value = mem_format("%s%s", side->quoted, strcmp(side->base, "oid") == 0 ? "::int8" : "");
	side->collate = "";
	side->form = family == FAMILY_NUMBER ? KEY_NUMBER : family == FAMILY_UUID ? KEY_BYTES_16 : KEY_RAW;
	side->array = family == FAMILY_NUMBER ? "int8[]" : family == FAMILY_UUID ? "uuid[]" : "bytea[]";
}

/* 1.50 is 1.5; a uuid, and what citext keeps, may be written in capitals; beside char(n) blanks at the end of a varchar say nothing, as in the server's own =. */
static void take_as_text(struct side *side, const struct side *other, enum family family, bool is_folded)
{
	bool is_lowered = is_folded && family == FAMILY_TEXT, is_padded = strcmp(side->base, "varchar") == 0 && strcmp(other->base, "bpchar") == 0;
	char *text = family == FAMILY_NUMERIC ? mem_format("trim_scale(%s)::text", side->quoted)
	                                      : mem_format("%s%s::text", side->quoted, is_padded ? "::bpchar" : "");
	char *value = is_lowered ? mem_format("lower(%s)", text) : mem_copy(text);

	side->value = side->is_converted ? mem_format("convert_to(%s, 'UTF8')", value) : mem_copy(value);
	side->array = side->is_converted ? "bytea[]" : "text[]";
	side->collate = side->is_converted || (side->is_bytewise && !is_lowered && family == FAMILY_TEXT) ? "" : " COLLATE \"C\"";
	side->form = KEY_TEXT_BYTES;
	mem_free(text);
	mem_free(value);
}

/* Bytes tell nothing of what such a collation takes for equal. */
static bool is_exact(const struct side *side, struct err *err)
{
	return !side->is_loose || err_set(err, ERR_FAILED, "%s %s has a nondeterministic collation, for which different texts are equal: its values are not compared",
		side->database->name, side->shown);
}

bool side_pair(struct side *from, struct side *to, char **words, struct err *err)
{
	enum family a = family_of(from), b = family_of(to);
	bool is_folded = a == FAMILY_UUID || b == FAMILY_UUID || strcmp(from->base, "citext") == 0 || strcmp(to->base, "citext") == 0;
	bool is_text = a != b || a == FAMILY_TEXT || a == FAMILY_NUMERIC;

	*words = NULL;
	if (!can_meet(a, b))
		return err_set(err, ERR_FAILED, "%s %s is %s and %s %s is %s: values of these types are not compared", from->database->name, from->shown, from->type,
			to->database->name, to->shown, to->type);
	if (!is_exact(from, err) || !is_exact(to, err))
		return false;
	if (!is_text) {
		take_as_is(from, a);
		take_as_is(to, b);
		return true;
	}
	take_as_text(from, to, a, is_folded);
	take_as_text(to, from, b, is_folded);
	if (a != b || is_folded)
		*words = mem_format("as text%s: %s is %s, %s is %s", is_folded ? ", capitals as small letters" : "", from->shown, from->type, to->shown, to->type);
	return true;
}

/* --- its statement ------------------------------------------------------------------------------- */

/* Where a value stands in many rows, the server counts them: less goes over the wire. */
static bool is_repetitive(const struct side *side)
{
	double rows = (double)side->rows, values = side->distinct >= 0 ? side->distinct : -side->distinct * rows;

	return values > 0 && rows > 0 && rows / values >= ROWS_PER_VALUE;
}

char *side_copy(const struct side *side, bool is_target)
{
	bool is_counted = !is_target && is_repetitive(side);

	return mem_format("COPY (SELECT %s%s%s FROM %s t WHERE %s IS NOT NULL %sORDER BY 1) TO STDOUT (FORMAT binary)", side->value, side->collate,
		is_counted ? ", count(*)" : "", side->from, side->quoted, is_counted ? "GROUP BY 1 " : "");
}
