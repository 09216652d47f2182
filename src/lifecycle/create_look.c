/* lifecycle/create_look.c - what there is on the server, and whether the role at hand can make what is asked for. */
#include <string.h>
#include <strings.h>

#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/sql_embedded.h"

static const char *const marker_unfinished = "being created by pgtend";

const char *create_marker(void)
{
	return marker_unfinished;
}

/* --- looking ------------------------------------------------------------------------------------- */

static char *take(const struct result *r, const char *column)
{
	return mem_copy(result_text(r, 0, result_column(r, column)));
}

static bool is(const struct result *r, const char *column)
{
	return result_bool(r, 0, result_column(r, column));
}

static void take_existing(struct existing *existing, const struct result *r)
{
	existing->oid = result_int(r, 0, result_column(r, "oid"), 0);
	existing->is_there = existing->oid != 0;
	existing->is_invalid = is(r, "is_invalid");
	existing->is_closed = is(r, "is_closed");
	existing->connection_limit = result_int(r, 0, result_column(r, "connection_limit"), -1);
	existing->comment = take(r, "comment");
	existing->owner = take(r, "owner");
	existing->encoding = take(r, "encoding");
	existing->collate = take(r, "collate");
	existing->provider = take(r, "provider");
	existing->locale = take(r, "locale");
	existing->tablespace = take(r, "tablespace");
	existing->timezone = take(r, "timezone");
}

static void take_rights(struct creation *creation, const struct result *r)
{
	creation->role = take(r, "role");
	creation->server_timezone = take(r, "server_timezone");
	creation->is_super = is(r, "is_super");
	creation->may_create = is(r, "may_create");
	creation->is_owner_there = is(r, "is_owner_there");
	creation->may_give = is(r, "may_give");
	creation->has_owners_rights = is(r, "has_owners_rights");
	creation->is_space_there = is(r, "is_space_there");
	creation->may_use_space = is(r, "may_use_space");
	creation->is_template_there = is(r, "is_template_there");
	creation->may_copy = is(r, "may_copy");
	creation->is_encoding_known = is(r, "is_encoding_known");
}

bool create_look(struct creation *creation, struct session *session, struct err *err)
{
	const char *encoding = create_key(creation, "encoding");
	const char *params[] = {creation->database->dbname, create_key(creation, "owner"), create_key(creation, "tablespace"),
	    create_template(creation), encoding};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_lifecycle_create_look, params, 5, CREATE_DEADLINE_MS, &r, err);
	if (ok && result_rows(r) != 1)
		ok = err_set(err, ERR_FAILED, "the server did not say what it has");
	if (ok) {
		const char *its = result_text(r, 0, result_column(r, "template_encoding"));
		take_existing(&creation->existing, r);
		take_rights(creation, r);
		const char *comment = creation->existing.comment;
		creation->is_unfinished = comment != NULL && strcmp(comment, marker_unfinished) == 0;
		creation->has_other_encoding = encoding != NULL && its != NULL && strcasecmp(encoding, its) != 0;
	}
	result_free(r);
	return ok;
}

/* --- whether it can be made ------------------------------------------------------------------------- */

static bool refuse_key(const struct creation *creation, const char *key, const char *why, const char *hint, struct err *err)
{
	err_set(err, ERR_FAILED, "%s: %s = %s: %s", section_where(creation->database->section, key), key,
	    create_key(creation, key), why);
	return err_hint(err, "%s", hint);
}

static bool may_own(const struct creation *creation, struct err *err)
{
	const char *owner = create_key(creation, "owner");
	if (owner == NULL || (creation->is_super && creation->is_owner_there))
		return true;
	char *name = text_sql_name(owner), *role = text_sql_name(creation->role), *hint;
	bool ok = true;
	if (!creation->is_owner_there) {
		hint = mem_format("make it first: CREATE ROLE %s LOGIN", name);
		ok = refuse_key(creation, "owner", "there is no such role", hint, err);
	} else {
		hint = mem_format("as a superuser: GRANT %s TO %s%s", name, role,
		    creation->database->server->version_num >= 160000 ? " WITH INHERIT TRUE, SET TRUE" : "");
		char *why = mem_format("%s may not give a database to that role", creation->role);
		/* A member that does not inherit could make it, but then do nothing more with it. */
		ok = (creation->may_give && creation->has_owners_rights) || refuse_key(creation, "owner", why, hint, err);
		mem_free(why);
	}
	mem_free(hint);
	mem_free(role);
	mem_free(name);
	return ok;
}

static bool may_lie(const struct creation *creation, struct err *err)
{
	const char *space = create_key(creation, "tablespace");
	if (space == NULL || (creation->is_space_there && creation->may_use_space))
		return true;
	char *name = text_sql_name(space), *role = text_sql_name(creation->role);
	char *hint = creation->is_space_there
	                 ? mem_format("as a superuser: GRANT CREATE ON TABLESPACE %s TO %s", name, role)
	                 : mem_format("make it first: CREATE TABLESPACE %s LOCATION 'FOLDER ON THE SERVER'", name);
	refuse_key(creation, "tablespace",
	    creation->is_space_there ? "nothing may be put there by this role" : "the server has no such tablespace", hint, err);
	mem_free(hint);
	mem_free(role);
	mem_free(name);
	return false;
}

static bool may_copy(const struct creation *creation, struct err *err)
{
	const char *template = create_key(creation, "template");
	if (template == NULL || (creation->is_template_there && creation->may_copy))
		return true;
	if (!creation->is_template_there)
		return refuse_key(creation, "template", "the server has no such database", "make it first, or leave the key out", err);
	char *name = text_sql_name(template), *hint = mem_format("as its owner: ALTER DATABASE %s IS_TEMPLATE true", name);
	refuse_key(creation, "template", "only its owner and superusers may copy it", hint, err);
	mem_free(hint);
	mem_free(name);
	return false;
}

/* The server's own list of names is read from a hundred files; to be understood is enough. */
static bool knows_timezone(const struct creation *creation, struct session *session, struct err *err)
{
	const char *zone = create_key(creation, "timezone"), *params[] = {zone};
	struct err trouble = {0};
	if (zone == NULL || strcasecmp(zone, "UTC") == 0 ||
	    session_query_wait(session, "select pg_catalog.timezone($1, pg_catalog.now())", params, 1, CREATE_DEADLINE_MS, NULL, &trouble))
		return true;
	if (strncmp(trouble.sqlstate, "22", 2) != 0) {
		*err = trouble;
		return false;
	}
	return refuse_key(creation, "timezone", "the server does not know such a time zone",
	    "a name as pg_timezone_names has it: UTC, Europe/Madrid", err);
}

static bool knows_provider(const struct creation *creation, struct err *err)
{
	const char *provider = create_key(creation, "locale_provider"), *icu = create_key(creation, "icu_locale");
	const char *key = provider != NULL ? "locale_provider" : "icu_locale";
	if (provider == NULL && icu == NULL)
		return true;
	int version = creation->database->server->version_num, least = 150000;
	if (provider != NULL && strcmp(provider, "builtin") == 0)
		least = 170000;
	else if (provider != NULL && strcmp(provider, "libc") == 0 && icu == NULL)
		return true;
	if (version < least) {
		char *why = mem_format("that takes PostgreSQL %d, this is %d", least / 10000, version / 10000);
		refuse_key(creation, key, why, "leave the key out: the C library's locales are in every version", err);
		mem_free(why);
		return false;
	}
	if (icu != NULL && provider != NULL && strcmp(provider, "icu") != 0)
		return refuse_key(creation, "icu_locale", "it means nothing with another locale_provider than icu",
		    "leave one of them out", err);
	if (icu == NULL && provider != NULL && strcmp(provider, "icu") == 0)
		return refuse_key(creation, "locale_provider", "icu_locale is missing", "icu_locale = und, en, es-MX", err);
	return true;
}

bool create_may(const struct creation *creation, struct session *session, struct err *err)
{
	const struct database *database = creation->database;
	if (database->server->is_in_recovery) {
		err_set(err, ERR_FAILED, "%s cannot be made on %s: that server is a standby (in recovery)", database->dbname,
		    database->server->label);
		return err_hint(err, "make it on the server that this one follows; it comes by itself then");
	}
	if (!creation->may_create) {
		char *role = text_sql_name(creation->role);
		err_set(err, ERR_FAILED, "the role %s may not create databases", creation->role);
		err_hint(err, "as a superuser: ALTER ROLE %s CREATEDB", role);
		mem_free(role);
		return false;
	}
	if (!creation->is_encoding_known)
		return refuse_key(creation, "encoding", "PostgreSQL has no such encoding", "UTF8, LATIN1, SQL_ASCII", err);
	return may_own(creation, err) && may_lie(creation, err) && may_copy(creation, err) && knows_provider(creation, err) &&
	       knows_timezone(creation, session, err);
}
