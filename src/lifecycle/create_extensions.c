/* lifecycle/create_extensions.c - the extensions of a new database: had by the server, missing in the database,
 * added. */
#include <string.h>

#include "pgtend/pg/alone.h"
#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/sql_embedded.h"

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
		/* Debian's own is the Apache edition; the other comes from TimescaleDB's repository. */
		err_hint(err,
		    "install timescaledb-2-postgresql-%d (TimescaleDB's repository) or postgresql-%d-timescaledb (Debian 13, Apache edition) on the "
		    "server and add it to shared_preload_libraries", major, major);
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

static const char *get(const struct result *r, int row, const char *column)
{
	return result_text(r, row, result_column(r, column));
}

static bool refuse_unavailable(const struct creation *creation, const char *name, const char *required_by, struct err *err)
{
	if (required_by != NULL)
		err_set(err, ERR_FAILED, "the server does not have the extension \"%s\", which %s requires", name, required_by);
	else
		err_set(err, ERR_FAILED, "the server does not have the extension \"%s\"", name);
	name_package(creation, name, err);
	return false;
}

/* What the template has, the new database has. */
static bool is_in_template(const struct creation *creation, const char *name)
{
	const char *template = create_template(creation), *params[] = {name};
	struct err ignored;
	struct result *r = NULL;
	if (strcmp(template, "template0") == 0)
		return false;
	struct session *session =
	    database_action_session(creation->fleet, creation->database, template, "create", 0, true);
	bool is_there = session_ready_wait(session, CREATE_DEADLINE_MS, &ignored) &&
	                session_query_wait(session, "select from pg_catalog.pg_extension where extname = $1", params, 1,
	                    CREATE_DEADLINE_MS, &r, &ignored) &&
	                result_rows(r) > 0;
	result_free(r);
	session_free(session);
	return is_there;
}

static bool refuse_weak(const struct creation *creation, const char *name, struct err *err)
{
	char *quoted = text_sql_name(name);
	err_set(err, ERR_FAILED, "the extension \"%s\" can only be made by a superuser, which the role %s is not", name, creation->role);
	err_hint(err, "as a superuser: CREATE EXTENSION %s in %s", quoted,
	    creation->existing.is_there ? creation->server_name : "template1, whose copies have it then");
	mem_free(quoted);
	return false;
}

bool create_look_at_extensions(
    struct creation *creation, struct session *session, struct words *missing, struct err *err)
{
	if (creation->extensions.count == 0)
		return true;
	char *names = create_array(&creation->extensions);
	const char *params[] = {names};
	struct words all = {0};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_lifecycle_create_extensions, params, 1, CREATE_DEADLINE_MS, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++) {
		const char *name = get(r, row, "name");
		bool is_installed = missing != NULL && get(r, row, "installed") != NULL;
		bool is_asked = result_bool(r, row, result_column(r, "is_asked"));
		if (is_installed || words_has(&all, name))
			continue;
		words_add(&all, name);
		if (is_asked && missing != NULL)
			words_add(missing, name);
		if (get(r, row, "available") == NULL)
			ok = refuse_unavailable(creation, name, get(r, row, "required_by"), err);
		else if (result_bool(r, row, result_column(r, "needs_superuser")) && !creation->is_super)
			ok = (missing == NULL && is_in_template(creation, name)) || refuse_weak(creation, name, err);
	}
	result_free(r);
	mem_free(names);
	/* In a database that this run has made, its needs were looked at before. */
	ok = ok && (words_has(&creation->steps, "create") || create_look_at_needs(creation, session, &all, err));
	words_done(&all);
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
