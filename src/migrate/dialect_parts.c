/* See dialect_internal.h. */
#include "dialect_internal.h"

#include <string.h>
#include <time.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

char *dialect_table_sql(const struct ledger *ledger, struct session *session)
{
	char *schema = session_quote_identifier(session, ledger->history_schema),
	     *table = session_quote_identifier(session, ledger->history_table);
	char *both = mem_format("%s.%s", schema, table);
	mem_free(schema);
	mem_free(table);
	return both;
}

char *dialect_ensure_sql(const struct ledger *ledger, struct session *session, const char *columns)
{
	char *schema = session_quote_identifier(session, ledger->history_schema),
	     *literal = session_quote_literal(session, ledger->history_schema);
	char *table = dialect_table_sql(ledger, session);
	char *sql = mem_format(
	    "DO $pgtend$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s) THEN CREATE SCHEMA "
	    "%s; END IF; END $pgtend$;\n"
	    "CREATE TABLE IF NOT EXISTS %s (%s)",
	    literal, schema, table, columns);
	mem_free(schema);
	mem_free(literal);
	mem_free(table);
	return sql;
}

char *dialect_forget_sql(
    const struct ledger *ledger, struct session *session, const char *column, const char *value)
{
	char *table = dialect_table_sql(ledger, session), *name = session_quote_identifier(session, column),
	     *literal = session_quote_literal(session, value);
	char *sql = mem_format("DELETE FROM %s WHERE %s = %s", table, name, literal);
	mem_free(table);
	mem_free(name);
	mem_free(literal);
	return sql;
}

int64_t dialect_own_lock_key(const struct ledger *ledger, const char *dbname)
{
	(void)ledger;
	(void)dbname;
	return 0x706774656e64; /* "pgtend" */
}

char *dialect_settings_sql(const struct ledger *ledger, const struct section *section, struct session *session)
{
	(void)ledger;
	struct words schemas = {0};
	struct text sql = {0};
	if (section && section_is_set(section, "search_path"))
		section_words(section, "search_path", &schemas);
	for (size_t i = 0; i < schemas.count; i++) {
		char *quoted = session_quote_identifier(session, schemas.v[i]);
		text_addf(&sql, "%s%s", i ? ", " : "SET LOCAL search_path TO ", quoted);
		mem_free(quoted);
	}
	bool is_said = schemas.count > 0;
	words_done(&schemas);
	return is_said ? text_take(&sql) : NULL;
}

bool dialect_whole_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	(void)ledger;
	(void)file;
	(void)err;
	out->sql = mem_copy(text);
	out->first_line = 1;
	return true;
}

char *dialect_down_beside(const struct ledger *ledger, const struct migration_file *file)
{
	const char *slash = strrchr(file->path, '/');
	char *inside = mem_format("down/%s", slash ? slash + 1 : file->path);
	char *path = places_join(ledger->folder, inside);
	mem_free(inside);
	return path;
}

bool dialect_whole_down(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	if (text)
		return dialect_whole_text(ledger, file, text, out, err);
	char *path = ledger->dialect->run->down_path(ledger, file);
	err_set(err, ERR_FAILED, "%s has no down part", file->path);
	err_hint(err, "write what takes it back into %s; nothing was taken back", path);
	mem_free(path);
	return false;
}

static bool has_stamp(const struct ledger *ledger, const char *stamp)
{
	for (int i = 0; i < ledger->migration_count; i++)
		if (strncmp(ledger->files[i].name, stamp, 14) == 0)
			return true;
	return false;
}

void dialect_new_stamp(const struct ledger *ledger, char stamp[15])
{
	for (time_t now = time(NULL);; now++) {
		struct tm tm;
		gmtime_r(&now, &tm);
		strftime(stamp, 15, "%Y%m%d%H%M%S", &tm);
		if (!has_stamp(ledger, stamp))
			return;
	}
}
