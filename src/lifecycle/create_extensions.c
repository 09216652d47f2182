/* lifecycle/create_extensions.c - the extensions of a new database: had by the server, missing in the database,
 * added. */
#include <string.h>

#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

void create_step_done(struct creation *creation, const char *what)
{
	words_add(&creation->steps, what);
}

static void name_package(const struct creation *creation, const char *extension, struct err *err)
{
	static const struct {
		const char *extension, *package;
	} known[] = {
	    {"vector", "pgvector"},
	    {"postgis", "postgis-3"},
	    {"postgis_topology", "postgis-3"},
	    {"postgis_raster", "postgis-3"},
	    {"pg_cron", "cron"},
	    {"pg_partman", "partman"},
	    {"pg_repack", "repack"},
	};
	int major = creation->database->server->version_num / 10000;
	if (strcmp(extension, "timescaledb") == 0) {
		err_hint(
		    err, "install timescaledb-2-postgresql-%d on the server and add it to shared_preload_libraries", major);
		return;
	}
	const char *package = extension;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(extension, known[i].extension) == 0)
			package = known[i].package;
	char *dashed = mem_copy(package);
	for (char *c = dashed; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
	err_hint(err,
	    "install it on the server; on Debian probably postgresql-%d-%s (modules of PostgreSQL itself: "
	    "postgresql-contrib)",
	    major, dashed);
	mem_free(dashed);
}

/* '{"a","b"}' */
static char *array_of(const struct words *words)
{
	struct text array = {0};
	text_add(&array, "{");
	for (size_t i = 0; i < words->count; i++) {
		text_add(&array, i > 0 ? ",\"" : "\"");
		for (const char *c = words->v[i]; *c != '\0'; c++) {
			if (*c == '"' || *c == '\\')
				text_add_char(&array, '\\');
			text_add_char(&array, *c);
		}
		text_add(&array, "\"");
	}
	text_add(&array, "}");
	return text_take(&array);
}

bool create_look_at_extensions(
    struct creation *creation, struct session *session, struct words *missing, struct err *err)
{
	if (creation->extensions.count == 0)
		return true;
	char *names = array_of(&creation->extensions);
	const char *params[] = {names};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_lifecycle_create_extensions, params, 1, CREATE_DEADLINE_MS, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++) {
		const char *name = result_text(r, row, result_column(r, "name"));
		if (result_text(r, row, result_column(r, "installed")) == NULL && missing != NULL)
			words_add(missing, name);
		if (result_text(r, row, result_column(r, "available")) == NULL &&
		    result_text(r, row, result_column(r, "installed")) == NULL) {
			ok = err_set(err, ERR_FAILED, "the server does not have the extension \"%s\"", name);
			name_package(creation, name, err);
		}
	}
	result_free(r);
	mem_free(names);
	return ok;
}

bool create_add_extensions(
    struct creation *creation, struct session *session, const struct words *missing, struct err *err)
{
	for (size_t i = 0; i < missing->count; i++) {
		report_step(creation->report, "extension %s", missing->v[i]);
		/* Alone: some extensions (timescaledb) want to be the first thing that a session does. */
		char *quoted = session_quote_identifier(session, missing->v[i]);
		char *sql = mem_format("create extension if not exists %s cascade", quoted);
		struct session_statement statement = {.sql = sql};
		bool ok = session_alone_wait(session, &statement, NULL, err);
		mem_free(sql);
		mem_free(quoted);
		if (!ok)
			return err_prefix(err, "extension %s", missing->v[i]);
		char *step = mem_format("extension %s", missing->v[i]);
		create_step_done(creation, step);
		mem_free(step);
	}
	return true;
}
