/* backup/manifest.c - what stands beside a dump: what it is of, and that it was read back. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup_internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 30000 };

/* ---- asking ------------------------------------------------------------------- */

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

/* ---- reading ------------------------------------------------------------------- */

static int64_t integer_of(const json_t *root, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(root, key);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static bool read_manifest(const char *path, struct manifest *manifest)
{
	json_t *root = NULL;
	struct err ignored;
	struct stat info;
	if (!json_read_file(path, &root, &ignored))
		return false;
	const char *taken = json_string_value(json_object_get(root, "taken_at")),
	           *sha256 = json_string_value(json_object_get(root, "sha256"));
	manifest->path = mem_copy(path);
	manifest->dump = mem_format("%.*s.dump", (int)(strlen(path) - strlen(".json")), path);
	manifest->sha256 = mem_copy(sha256);
	manifest->size_bytes = integer_of(root, "size_bytes", -1);
	manifest->database_bytes = integer_of(root, "database_bytes", -1);
	manifest->is_verified = json_is_true(json_object_get(root, "verified"));
	bool is_complete = taken != NULL && units_parse_time_us(taken, &manifest->stamp_us) &&
	                   stat(manifest->dump, &info) == 0 && S_ISREG(info.st_mode) &&
	                   (int64_t)info.st_size == manifest->size_bytes;
	json_decref(root);
	if (!is_complete)
		manifest_done(manifest);
	return is_complete;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

bool manifest_newest(const char *folder, const char *database, struct manifest *manifest)
{
	struct dirent **entries;
	char *name = backup_place_name(database), *prefix = mem_format("%s-", name);
	bool is_found = false;
	/* The stamp in the name sorts as time does. */
	int count = scandir(folder, &entries, NULL, newest_first);
	memset(manifest, 0, sizeof *manifest);
	for (int i = 0; i < count; i++) {
		if (!is_found && text_starts_with(entries[i]->d_name, prefix) && text_ends_with(entries[i]->d_name, ".json")) {
			char *path = places_join(folder, entries[i]->d_name);
			is_found = read_manifest(path, manifest);
			mem_free(path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	mem_free(prefix);
	mem_free(name);
	return is_found;
}

void manifest_done(struct manifest *manifest)
{
	mem_free(manifest->path);
	mem_free(manifest->dump);
	mem_free(manifest->sha256);
	memset(manifest, 0, sizeof *manifest);
}
