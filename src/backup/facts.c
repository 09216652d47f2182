/* backup/facts.c - what a manifest says of a database: asked in the session that looks at it before the dump. */
#include <string.h>
#include <unistd.h>

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

static void set(json_t *facts, const char *key, const struct result *r, const char *column)
{
	json_object_set_new(facts, key, json_words(get(r, column)));
}

static bool ask_facts(const struct database *database, struct session *session, struct backup_facts *facts, struct err *err)
{
	static const char *const texts[] = {
	    "dbname", "server_version", "encoding", "collate", "ctype", "locale_provider", "locale", "icu_rules", "owner"};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_backup_facts, NULL, 0, DEADLINE_MS, &r, err);
	if (ok && strcmp(get(r, "restoring"), "off") != 0) {
		ok = err_set(err, ERR_FAILED, "timescaledb.restoring is on: rows are hidden, a dump would lack them");
		err_hint(err, "finish the restore: SELECT timescaledb_post_restore()");
	}
	for (size_t i = 0; ok && i < sizeof texts / sizeof texts[0]; i++)
		set(facts->manifest, texts[i], r, texts[i]);
	if (ok) {
		facts->database_bytes = result_int(r, 0, result_column(r, "bytes"), 0);
		facts->largest_bytes = result_int(r, 0, result_column(r, "largest_bytes"), 0);
		json_object_set_new(facts->manifest, "database_bytes", json_integer(facts->database_bytes));
		json_object_set_new(facts->manifest, "server_version_num", json_integer(database->server->version_num));
	}
	result_free(r);
	return ok;
}

/* Rows of a name and a value, as an object. */
static bool ask_pairs(struct session *session, const char *sql, json_t **pairs, struct err *err)
{
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &r, err);
	*pairs = json_object();
	for (int row = 0; ok && row < result_rows(r); row++)
		json_object_set_new(*pairs, result_text(r, row, 0), json_words(result_text(r, row, 1)));
	result_free(r);
	return ok;
}

static bool ask_extensions(struct session *session, json_t *manifest, struct err *err)
{
	json_t *extensions = NULL, *settings = NULL;
	bool ok = ask_pairs(session, sql_backup_extensions, &extensions, err);
	json_object_set_new(manifest, "extensions", extensions);
	if (!ok || !ask_pairs(session, sql_backup_settings, &settings, err)) {
		json_decref(settings);
		return false;
	}
	json_object_set_new(manifest, "settings", settings);
	return true;
}

/* Views of another version that say it otherwise are no reason to have no backup. */
static void ask_hypertables(const struct database *database, struct session *session, json_t *manifest)
{
	struct result *r = NULL;
	struct err ignored;
	json_t *value = json_null();
	if (database->has_timescaledb && session_query_wait(session, sql_backup_hypertables, NULL, 0, DEADLINE_MS, &r, &ignored))
		value = json_pack("{s:I, s:I}", "hypertables", (json_int_t)result_int(r, 0, 0, 0), "chunks", (json_int_t)result_int(r, 0, 1, 0));
	result_free(r);
	json_object_set_new(manifest, "timescaledb", value);
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

/* The machine that ran pgtend: folders may be shared. */
static json_t *own_host(void)
{
	char host[256] = "";
	if (gethostname(host, sizeof host - 1) != 0)
		strcpy(host, "localhost");
	return json_words(host);
}

bool facts_ask(struct fleet *fleet, struct database *database, struct session *session, struct backup_facts *facts, struct err *err)
{
	struct identity identity;
	json_t *manifest = facts->manifest = json_object();
	if (!database_identity_wait(fleet, database, session, &identity, err))
		return false;
	json_object_set_new(manifest, "format", json_integer(2));
	json_object_set_new(manifest, "database", json_words(database->name));
	json_object_set_new(manifest, "host", own_host());
	json_object_set_new(manifest, "system_identifier", json_words(identity.system_identifier));
	if (!ask_facts(database, session, facts, err) || !ask_extensions(session, manifest, err))
		return false;
	ask_hypertables(database, session, manifest);
	ask_migrations(database, session, manifest);
	return true;
}

const char *facts_server(const struct backup_facts *facts)
{
	const char *server = json_string_value(json_object_get(facts->manifest, "system_identifier"));
	return server != NULL ? server : "unknown";
}
