/* See migrate/history.h. */
#include "pgtend/migrate/history.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/checksum.h"
#include "pgtend/sql_embedded.h"

enum { HISTORY_DEADLINE_MS = 15000 };

static void add_quoted(struct text *text, const char *name)
{
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789$")] == 0) {
		text_add(text, name);
		return;
	}
	text_add_char(text, '"');
	for (; *name; name++) {
		if (*name == '"')
			text_add_char(text, '"');
		text_add_char(text, *name);
	}
	text_add_char(text, '"');
}

void history_name(struct ledger *ledger, const char *schema, const char *table)
{
	struct text text = {0};
	add_quoted(&text, schema);
	text_add_char(&text, '.');
	add_quoted(&text, table);
	char *new_schema = mem_copy(schema), *new_table = mem_copy(table);
	mem_free(ledger->history);
	mem_free(ledger->history_schema);
	mem_free(ledger->history_table);
	ledger->history = text_take(&text);
	ledger->history_schema = new_schema;
	ledger->history_table = new_table;
}

static bool may_read(const struct ledger *ledger, const struct result *result, struct err *err)
{
	const char *who = result_text(result, 0, result_column(result, "who"));
	bool may_use = result_bool(result, 0, result_column(result, "may_use"));
	if (may_use && result_bool(result, 0, result_column(result, "may_read")))
		return true;
	err_set(err, ERR_FAILED, "%s may not read the migration history %s", who, ledger->history);
	memcpy(err->sqlstate, "42501", 6);
	struct text role = {0}, schema = {0};
	add_quoted(&role, who ? who : "");
	add_quoted(&schema, ledger->history_schema);
	if (may_use)
		err_hint(err, "its owner may say: GRANT SELECT ON %s TO %s", ledger->history, text_str(&role));
	else
		err_hint(err, "its owner may say: GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %s", text_str(&schema),
		    text_str(&role), ledger->history, text_str(&role));
	text_done(&role);
	text_done(&schema);
	return false;
}

bool history_look(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	const char *params[] = {ledger->history_schema, ledger->history_table};
	ledger->has_history = false;
	mem_free(ledger->columns);
	mem_free(ledger->bare_columns);
	mem_free(ledger->record_columns);
	ledger->columns = ledger->bare_columns = ledger->record_columns = NULL;
	ledger->has_progress = ledger->has_hidden_records = false;
	struct question *question = session_ask(session, sql_migrate_history_look, params, 2, HISTORY_DEADLINE_MS);
	if (!question)
		return err_set(err, ERR_CANCELLED, "cancelled");
	/* Wanted soon, and time to read it is now. */
	if (ledger->folder && !ledger->files && !ledger->checksums)
		ledger->checksums = checksums_open(ledger->folder);
	bool is_done = session_answer_wait(question, &result, err);
	if (is_done && result_rows(result) > 0) {
		is_done = may_read(ledger, result, err);
		ledger->has_history = is_done;
		ledger->columns = mem_copy(result_text(result, 0, result_column(result, "columns")));
		ledger->bare_columns = mem_copy(result_text(result, 0, result_column(result, "bare_columns")));
		ledger->record_columns = mem_copy(result_text(result, 0, result_column(result, "record_columns")));
		ledger->has_progress = result_bool(result, 0, result_column(result, "has_progress"));
		ledger->has_hidden_records = result_bool(result, 0, result_column(result, "has_hidden_records"));
	}
	result_free(result);
	return is_done;
}

bool history_column(const char *columns, const char *name, char type[64])
{
	size_t length = strlen(name);
	for (const char *s = columns; s && *s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL) {
		if (strncmp(s, name, length) != 0 || s[length] != ' ')
			continue;
		size_t n = strcspn(s + length + 1, ",");
		if (n > 63)
			n = 63;
		memcpy(type, s + length + 1, n);
		type[n] = 0;
		return true;
	}
	return false;
}

int history_column_count(const char *columns)
{
	int count = columns && *columns ? 1 : 0;
	for (const char *s = columns; s && *s; s++)
		count += *s == ',';
	return count;
}

bool history_is_text(const char *columns, const char *name)
{
	char type[64];
	return history_column(columns, name, type) && (strcmp(type, "text") == 0 || strcmp(type, "character varying") == 0);
}

/* --- which dialect's is it? -------------------------------------------------------------------------- */

static const struct dialect *dialect_of_columns(const char *columns)
{
	for (int i = 0; i < dialect_count; i++)
		if (columns && dialects[i]->knows_columns(columns))
			return dialects[i];
	return NULL;
}

/* A name that tools give by default. Others that runners are seen to give (migrations) may be anybody's table. */
static bool is_common(const char *table)
{
	for (int i = 0; i < dialect_count; i++)
		if (strcmp(dialects[i]->history_table, table) == 0)
			return true;
	return false;
}

static bool is_any(struct session *session, bool *is_there, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_migrate_history_any, NULL, 0, HISTORY_DEADLINE_MS, &result, err);
	*is_there = is_answered && result_rows(result) > 0;
	result_free(result);
	return is_answered;
}

/* What the tables that were found are. */
struct sighting {
	int found, unknown; /* rows: the last known one, the first of a shape that nobody knows; -1 */
	int known;
	struct text names; /* of the known ones */
};

/* Those with a name that tools give by default, or the others. */
static void look_over(const struct result *result, bool wants_common, bool wants_others, struct sighting *sighting)
{
	int schema = result_column(result, "schema"), name = result_column(result, "name"),
	    columns = result_column(result, "columns");
	for (int row = 0; row < result_rows(result); row++) {
		const char *table = result_text(result, row, name);
		if (is_common(table) ? !wants_common : !wants_others)
			continue;
		if (dialect_of_columns(result_text(result, row, columns))) {
			text_addf(&sighting->names, "%s%s.%s", sighting->known ? ", " : "", result_text(result, row, schema), table);
			sighting->known++;
			sighting->found = row;
		} else if (sighting->unknown < 0 && wants_common) {
			sighting->unknown = row;
		}
	}
}

static bool judge(struct ledger *ledger, const struct result *result, const struct sighting *sighting, const char *where,
    struct err *err)
{
	int schema = result_column(result, "schema"), name = result_column(result, "name"),
	    columns = result_column(result, "columns"), row = sighting->known ? sighting->found : sighting->unknown;
	if (sighting->known > 1) {
		err_set(err, ERR_CONFIG, "several migration histories: %s", text_str(&sighting->names));
		return err_hint(err, "say which with `dialect =` and `migrations_schema =` in %s", where);
	}
	if (sighting->known == 1) {
		ledger->dialect = dialect_of_columns(result_text(result, row, columns));
		history_name(ledger, result_text(result, row, schema), result_text(result, row, name));
		return true;
	}
	if (row < 0)
		return true;
	const char *shape = result_text(result, row, columns);
	err_set(err, ERR_CONFIG, "the history table %s.%s has columns that no migration tool known here makes: %s",
	    result_text(result, row, schema), result_text(result, row, name), shape ? shape : "none");
	return err_hint(err,
	    "if it is not the one, say which is with `migrations_table =` (and `dialect =`) in %s; else let the tool that made "
	    "it run its migrations",
	    where);
}

bool history_detect(struct ledger *ledger, struct session *session, const char *only_schema, const char *only_table,
    const char *where, struct err *err)
{
	struct result *result = NULL;
	const char *params[] = {only_schema, only_table};
	bool is_there = true;
	if (only_table == NULL && !is_any(session, &is_there, err))
		return false;
	if (!is_there)
		return true;
	struct sighting sighting = {.found = -1, .unknown = -1};
	bool is_good =
	    session_query_wait(session, sql_migrate_history_detect, params, 2, HISTORY_DEADLINE_MS, &result, err);
	if (is_good) {
		look_over(result, true, only_table != NULL, &sighting);
		if (sighting.known == 0 && sighting.unknown < 0 && !only_table)
			look_over(result, false, true, &sighting);
		is_good = judge(ledger, result, &sighting, where, err);
	}
	text_done(&sighting.names);
	result_free(result);
	return is_good;
}
