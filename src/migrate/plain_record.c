/* What a plain runner's history gets written, and whether that is known for certain. See plain_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/history.h"
#include "dialect_internal.h"
#include "plain_internal.h"

/* --- is it known? -------------------------------------------------------------------------------------------- */

/* Of the identity, when neither a row nor the configuration told: some column names leave no doubt. */
static enum plain_name_form name_form(const struct ledger *ledger, const struct plain_columns *shape)
{
	if (shape->is_number)
		return PLAIN_NUMBER;
	if (ledger->plain.name != PLAIN_FORM_UNKNOWN)
		return ledger->plain.name;
	bool is_clear = strcmp(shape->name, "migration_name") == 0 || strcmp(shape->name, "filename") == 0 ||
	                strcmp(shape->name, "file_name") == 0;
	return is_clear ? PLAIN_FILE : PLAIN_FORM_UNKNOWN;
}

/* What the configuration says is of the text beside a number. */
static enum plain_name_form also_form(const struct ledger *ledger, const struct plain_columns *shape)
{
	return ledger->plain.also == PLAIN_FORM_UNKNOWN && shape->is_number ? ledger->plain.said_name : ledger->plain.also;
}

static enum plain_checksum_form checksum_form(const struct ledger *ledger, const struct plain_columns *shape)
{
	if (ledger->plain.checksum != PLAIN_CHECKSUM_UNKNOWN || !shape->checksum)
		return ledger->plain.checksum;
	return strstr(shape->checksum, "sha256")        ? PLAIN_SHA256
	       : strcmp(shape->checksum, "sha1") == 0 ? PLAIN_SHA1
	       : strcmp(shape->checksum, "md5") == 0  ? PLAIN_MD5
	                                              : PLAIN_CHECKSUM_UNKNOWN;
}

static bool is_bare(const struct ledger *ledger, const char *column, bool only_needed)
{
	struct words bare = {0};
	words_split(&bare, ledger->bare_columns ? ledger->bare_columns : "", ",");
	char *needed = mem_format("%s!", column);
	bool is_so = words_has(&bare, needed) || (!only_needed && words_has(&bare, column));
	mem_free(needed);
	words_done(&bare);
	return is_so;
}

static bool refuse_column(const struct ledger *ledger, const char *column, const char *key, const char *values, struct err *err)
{
	err_set(err, ERR_CONFIG, "how your own runner fills the column %s of %s, no row tells yet", column, ledger->history);
	return err_hint(err, "say it with `%s = %s` in its section, or let your own runner apply the first one", key, values);
}

/* The first column that must have a value and gets none; NULL: there is none. Caller frees. */
static char *find_unfilled(const struct ledger *ledger, const struct plain_columns *shape)
{
	struct words bare = {0};
	char *found = NULL;
	words_split(&bare, ledger->bare_columns ? ledger->bare_columns : "", ",");
	for (size_t i = 0; i < bare.count && !found; i++) {
		size_t length = strlen(bare.v[i]);
		if (bare.v[i][length - 1] != '!')
			continue;
		char *column = mem_copy_n(bare.v[i], length - 1);
		const char *const filled[] = {shape->name, shape->also, shape->time, shape->checksum};
		bool is_filled = plain_filler(column) != NULL;
		for (size_t k = 0; k < sizeof filled / sizeof filled[0]; k++)
			is_filled = is_filled || (filled[k] && strcmp(filled[k], column) == 0);
		if (is_filled)
			mem_free(column);
		else
			found = column;
	}
	words_done(&bare);
	return found;
}

static bool can_sum(const struct ledger *ledger, const char *column, enum plain_checksum_form form, struct err *err)
{
	if (form == PLAIN_NO_CHECKSUM && is_bare(ledger, column, true)) {
		err_set(err, ERR_CONFIG, "the column %s of %s must have a value, and the configuration says none", column,
		    ledger->history);
		return err_hint(err, "say `migrations_checksum = sha256`, sha1 or md5 in its section, as your own runner has it");
	}
	if (form != PLAIN_CHECKSUM_UNKNOWN)
		return true;
	if (ledger->row_count == 0)
		return refuse_column(ledger, column, "migrations_checksum", "sha256|sha1|md5|none", err);
	err_set(err, ERR_CONFIG, "what stands in the column %s of %s is not the sha256, sha1 or md5 of any file's bytes", column,
	    ledger->history);
	return err_hint(err, "let your own runner run these, or say `migrations_checksum = ` what new rows get in its section");
}

static bool can_record(const struct ledger *ledger, struct err *err)
{
	struct plain_columns shape;
	if (!plain_columns_of(ledger->columns, &shape)) {
		err_set(err, ERR_CONFIG, "the folder makes the history table %s of a shape that nobody knows here: %s",
		    ledger->history, ledger->columns);
		return err_hint(err, "let your own runner run these; nothing was run");
	}
	char *unfilled = find_unfilled(ledger, &shape);
	if (unfilled) {
		err_set(err, ERR_CONFIG, "the column %s of %s must have a value, and only your own runner knows which", unfilled,
		    ledger->history);
		mem_free(unfilled);
		return err_hint(err, "let your own runner run these, or give the column a default; nothing was run");
	}
	if (name_form(ledger, &shape) == PLAIN_FORM_UNKNOWN)
		return refuse_column(ledger, shape.name, "migrations_names", "file|stem|number", err);
	if (shape.also && also_form(ledger, &shape) == PLAIN_FORM_UNKNOWN && is_bare(ledger, shape.also, true))
		return refuse_column(ledger, shape.also, "migrations_names", "file|stem|title", err);
	return !shape.checksum || can_sum(ledger, shape.checksum, checksum_form(ledger, &shape), err);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static char *ensure_sql(const struct ledger *ledger, struct session *session)
{
	/* As the folder makes it: its file then finds it there, and says IF NOT EXISTS. */
	if (ledger->create_sql)
		return mem_copy(ledger->create_sql);
	return dialect_ensure_sql(ledger, session,
	    "id SERIAL PRIMARY KEY, migration_name VARCHAR(255) NOT NULL UNIQUE, applied_at TIMESTAMPTZ NOT NULL DEFAULT "
	    "NOW()");
}

struct insert {
	struct text columns, values;
};

static void add_value(struct insert *insert, struct session *session, const char *column, const char *expression)
{
	char *quoted = session_quote_identifier(session, column);
	text_addf(&insert->columns, "%s%s", insert->columns.length ? ", " : "", quoted);
	text_addf(&insert->values, "%s%s", insert->values.length ? ", " : "", expression);
	mem_free(quoted);
}

/* value is taken over; NULL: nothing. */
static void take_literal(struct insert *insert, struct session *session, const char *column, char *value)
{
	if (!value)
		return;
	char *literal = session_quote_literal(session, value);
	add_value(insert, session, column, literal);
	mem_free(literal);
	mem_free(value);
}

static void add_fillers(struct insert *insert, const struct ledger *ledger, struct session *session)
{
	struct words bare = {0};
	words_split(&bare, ledger->bare_columns ? ledger->bare_columns : "", ",");
	for (size_t i = 0; i < bare.count; i++) {
		size_t length = strlen(bare.v[i]);
		if (bare.v[i][length - 1] == '!')
			bare.v[i][length - 1] = 0;
		const char *filler = plain_filler(bare.v[i]);
		if (filler)
			add_value(insert, session, bare.v[i], filler);
	}
	words_done(&bare);
}

static char *record_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	struct plain_columns shape;
	struct insert insert = {{0}, {0}};
	if (!plain_columns_of(ledger->columns, &shape))
		mem_die("a history of no known shape is written"); /* can_record() refused it */
	take_literal(&insert, session, shape.name, plain_name_in_form(file->name, name_form(ledger, &shape)));
	if (shape.also && also_form(ledger, &shape) != PLAIN_FORM_UNKNOWN)
		take_literal(&insert, session, shape.also, plain_name_in_form(file->name, also_form(ledger, &shape)));
	enum plain_checksum_form sum = shape.checksum ? checksum_form(ledger, &shape) : PLAIN_NO_CHECKSUM;
	if (sum != PLAIN_NO_CHECKSUM)
		take_literal(&insert, session, shape.checksum, plain_digest(file->path, sum));
	if (shape.time && is_bare(ledger, shape.time, false))
		add_value(&insert, session, shape.time, "pg_catalog.now()");
	add_fillers(&insert, ledger, session);
	char *table = dialect_table_sql(ledger, session);
	char *sql = mem_format(
	    "INSERT INTO %s (%s) VALUES (%s)", table, text_str(&insert.columns), text_str(&insert.values));
	mem_free(table);
	text_done(&insert.columns);
	text_done(&insert.values);
	return sql;
}

/* The row as it is written there, whoever wrote it. */
static char *forget_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	struct plain_columns shape;
	if (!plain_columns_of(ledger->columns, &shape))
		mem_die("a history of no known shape is written");
	char *name = file->row >= 0 ? mem_copy(ledger->rows[file->row].name)
	                            : plain_name_in_form(file->name, name_form(ledger, &shape));
	char *sql = dialect_forget_sql(ledger, session, shape.name, name ? name : "");
	mem_free(name);
	return sql;
}

/* NULL: the table has no checksum, or nobody knows of what. */
static char *accept_sql(const struct ledger *ledger, const struct migration_file *file, struct session *session)
{
	struct plain_columns shape;
	if (!plain_columns_of(ledger->columns, &shape) || !shape.checksum)
		return NULL;
	char *sum = plain_digest(file->path, checksum_form(ledger, &shape));
	if (!sum)
		return NULL;
	char *table = dialect_table_sql(ledger, session), *literal = session_quote_literal(session, sum),
	     *name = session_quote_literal(session, ledger->rows[file->row].name),
	     *column = session_quote_identifier(session, shape.checksum), *key = session_quote_identifier(session, shape.name);
	char *sql = mem_format("UPDATE %s SET %s = %s WHERE %s::text = %s", table, column, literal, key, name);
	mem_free(sum);
	mem_free(table);
	mem_free(literal);
	mem_free(name);
	mem_free(column);
	mem_free(key);
	return sql;
}

const struct dialect_run plain_run = {
    .lock_key = dialect_own_lock_key,
    .locks_history = true,
    .transaction = TRANSACTION_FILE,
    .can_record = can_record,
    .ensure_sql = ensure_sql,
    .settings_sql = dialect_settings_sql,
    .record_sql = record_sql,
    .forget_sql = forget_sql,
    .accept_sql = accept_sql,
    .up_text = dialect_whole_text,
    .down_text = dialect_whole_down,
    .down_path = dialect_down_beside,
};
