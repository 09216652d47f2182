/* backup/facts.c - what a manifest says of a database: asked in the session that looks at it before the dump. */
#include <string.h>

#include "backup_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 30000 };


/* JSON takes valid UTF-8 only; a database in another encoding may hold anything. */
static json_t *json_words(const char *s)
{
	if (s == NULL)
		return json_null();
	if (text_is_valid_utf8(s, strlen(s)))
		return json_string(s);
	char *visible = text_visible(s);
	json_t *value = json_string(visible);
	mem_free(visible);
	return value;
}

static const char *get(const struct result *r, const char *column)
{
	return result_text(r, 0, result_column(r, column));
}

static bool ask_facts(const struct database *database, struct session *session, json_t *facts, struct err *err)
{
	static const char *const texts[] = {"dbname", "server_version", "encoding", "collate", "ctype", "owner"};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_backup_facts, NULL, 0, DEADLINE_MS, &r, err);
	if (ok && strcmp(get(r, "restoring"), "off") != 0) {
		ok = err_set(err, ERR_FAILED, "timescaledb.restoring is on: rows are hidden, a dump would lack them");
		err_hint(err, "finish the restore: SELECT timescaledb_post_restore()");
	}
	for (size_t i = 0; ok && i < sizeof texts / sizeof texts[0]; i++)
		json_object_set_new(facts, texts[i], json_words(get(r, texts[i])));
	if (ok) {
		json_object_set_new(facts, "database_bytes", json_integer(result_int(r, 0, result_column(r, "bytes"), 0)));
		json_object_set_new(facts, "server_version_num", json_integer(database->server->version_num));
	}
	result_free(r);
	return ok;
}

static bool ask_extensions(struct session *session, json_t *facts, struct err *err)
{
	struct result *r = NULL;
	if (!session_query_wait(session, sql_backup_extensions, NULL, 0, DEADLINE_MS, &r, err)) {
		result_free(r);
		return false;
	}
	json_t *extensions = json_object();
	for (int row = 0; row < result_rows(r); row++)
		json_object_set_new(extensions, result_text(r, row, 0), json_words(result_text(r, row, 1)));
	json_object_set_new(facts, "extensions", extensions);
	result_free(r);
	return true;
}

/* A history that cannot be read is unknown (null), never a reason to have no backup. */
static void ask_migrations(struct database *database, struct session *session, json_t *facts)
{
	struct ledger ledger = {0};
	struct err ignored;
	json_t *migrations = json_null();
	if (ledger_read(database, session, &ledger, &ignored) && ledger.dialect != NULL && ledger.has_history) {
		migrations = json_object();
		json_object_set_new(migrations, "dialect", json_string(ledger.dialect->name));
		json_object_set_new(migrations, "history", json_words(ledger.history));
		json_object_set_new(migrations, "applied", json_integer(ledger.row_count));
		json_object_set_new(migrations, "last",
		    ledger.row_count > 0 ? json_words(ledger.rows[ledger.row_count - 1].name) : json_null());
	}
	ledger_done(&ledger);
	json_object_set_new(facts, "migrations", migrations);
}

bool manifest_ask(struct database *database, struct session *session, json_t **facts, struct err *err)
{
	*facts = json_object();
	json_object_set_new(*facts, "format", json_integer(1));
	json_object_set_new(*facts, "database", json_words(database->name));
	if (ask_facts(database, session, *facts, err) && ask_extensions(session, *facts, err)) {
		ask_migrations(database, session, *facts);
		return true;
	}
	json_decref(*facts);
	*facts = NULL;
	return false;
}
