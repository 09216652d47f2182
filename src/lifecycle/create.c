/* lifecycle/create.c - makes a database: owner, encoding, locale, template, UTC, a comment, extensions.
 *
 * CREATE DATABASE cannot stand in a transaction with what follows it, so each step is such that a second run
 * finishes what the
 * first one left: the comment says "being created" until all is done.
 */
#include <string.h>
#include <strings.h>

#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"dbname", CELL_TEXT, "dbname", 1, "Its name in the server (pg_database.datname)."},
    {"created", CELL_BOOL, "created", 0, "Whether this run made it; false: it was there."},
    {"steps", CELL_WORDS, "steps", 0, "What this run did: create, timezone, extension NAME, comment."},
    {"duration_ms", CELL_MS, "took", 1, "From the first question to the last step."},
};
const struct table_shape create_shape = {"create", columns, sizeof columns / sizeof columns[0]};

static const char *const marker_unfinished = "being created by pgtend";

static const char *text_of(const struct creation *creation, const char *key)
{
	return section_text(creation->database->section, key);
}

/* A database that does not exist was never learnt of: what the maintenance database said of itself is forgotten. */
static void forget_local(struct database *database)
{
	database->oid = 0;
	database->has_timescaledb = false;
	mem_free(database->timescaledb_version);
	mem_free(database->timescaledb_license);
	database->timescaledb_version = database->timescaledb_license = NULL;
}

/* ---- connecting --------------------------------------------------------------- */

static struct session *connect_to(struct creation *creation, const char *dbname, struct err *err)
{
	struct session *session = database_action_session(
	    creation->fleet, creation->database, dbname, "create", database_lock_timeout_ms(creation->database), true);
	if (session_ready_wait(session, 0, err))
		return session;
	session_free(session);
	return NULL;
}

/* postgres, else template1, else the database itself: some hosts let in to nothing else. A server of one session would
 * make others wait, so there the database is asked first (elsewhere it is not: PgBouncer remembers for 15 s that a
 * database was not there). A server that does not answer is not asked again. NULL: none; err is the first one. */
static struct session *connect_for_making(struct creation *creation, struct err *err)
{
	const struct database *database = creation->database;
	bool is_single = database->direct == NULL && section_text(database->section, "pooler") != NULL &&
	                 section_is_set(database->section, "pool_size") && section_int(database->section, "pool_size") == 1;
	const char *const usual[] = {"postgres", "template1", NULL}, *const single[] = {NULL, "postgres", "template1"};
	const char *const *names = is_single ? single : usual;
	struct session *session = NULL;
	struct err other = {0};
	bool may_help = true;
	for (int i = 0; i < 3 && session == NULL && may_help; i++) {
		session = connect_to(creation, names[i], i == 0 ? err : &other);
		creation->is_own = session != NULL && names[i] == NULL;
		const struct err *last = i == 0 ? err : &other;
		may_help = session == NULL && last->sqlstate[0] != '\0' && strcmp(last->sqlstate, "28P01") != 0;
	}
	return session;
}

/* ---- looking -------------------------------------------------------------------- */

static bool look(struct creation *creation, struct session *session, struct err *err)
{
	const char *params[] = {creation->database->dbname};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_lifecycle_create_look, params, 1, CREATE_DEADLINE_MS, &r, err);
	if (ok) {
		const char *encoding = text_of(creation, "encoding"),
		           *its = result_text(r, 0, result_column(r, "template_encoding"));
		const char *comment = result_text(r, 0, result_column(r, "comment"));
		creation->is_there = result_bool(r, 0, result_column(r, "is_there"));
		creation->may_create = result_bool(r, 0, result_column(r, "may_create"));
		creation->role = mem_copy(result_text(r, 0, result_column(r, "role")));
		creation->is_unfinished = comment != NULL && strcmp(comment, marker_unfinished) == 0;
		creation->has_other_encoding = encoding != NULL && its != NULL && strcasecmp(encoding, its) != 0;
	}
	result_free(r);
	return ok;
}

/* ---- the steps -------------------------------------------------------------------- */

static void add_option(struct session *session, struct text *sql, const char *word, const char *value, bool is_name)
{
	if (value == NULL || *value == '\0')
		return;
	char *quoted = is_name ? session_quote_identifier(session, value) : session_quote_literal(session, value);
	text_addf(sql, " %s %s", word, quoted);
	mem_free(quoted);
}

/* Another encoding or locale can only come from the template that holds no text. */
static char *create_sql(const struct creation *creation, struct session *session)
{
	struct text sql = {0};
	const char *template = text_of(creation, "template"), *locale = text_of(creation, "locale");
	if (template == NULL && (locale != NULL || creation->has_other_encoding))
		template = "template0";
	add_option(session, &sql, "create database", creation->server_name, true);
	add_option(session, &sql, "owner", text_of(creation, "owner"), true);
	add_option(session, &sql, "encoding", text_of(creation, "encoding"), false);
	add_option(session, &sql, "locale", locale, false);
	add_option(session, &sql, "template", template, true);
	char *made = mem_copy(text_str(&sql) + 1);
	text_done(&sql);
	return made;
}

static void word_create_failure(const struct creation *creation, struct err *err)
{
	const char *template = text_of(creation, "template");
	if (strcmp(err->sqlstate, "55006") == 0)
		err_hint(err, "somebody is connected to the template %s: end those sessions, or set template = template0",
		    template != NULL ? template : "template1");
	else if (strcmp(err->sqlstate, "22023") == 0 && err->hint[0] == '\0')
		err_hint(err, "set template = template0 for another encoding or locale");
}

static bool make(struct creation *creation, struct session *session, struct err *err)
{
	const struct database *database = creation->database;
	if (!creation->may_create) {
		err_set(err, ERR_FAILED, "the role %s may not create databases", creation->role);
		return err_hint(err, "as a superuser: ALTER ROLE \"%s\" CREATEDB", creation->role);
	}
	report_step(creation->report, "create database %s", database->dbname);
	char *sql = create_sql(creation, session);
	struct session_statement statement = {.sql = sql};
	bool ok = session_alone_wait(session, &statement, NULL, err);
	mem_free(sql);
	if (!ok && (strcmp(err->sqlstate, "42P04") == 0 || strcmp(err->sqlstate, "23505") == 0)) {
		/* Somebody else made it between our look and this. */
		creation->is_there = true;
		return true;
	}
	if (!ok) {
		word_create_failure(creation, err);
		return false;
	}
	create_step_done(creation, "create");
	creation->is_unfinished = true;
	return session_queryf_wait(session, CREATE_DEADLINE_MS, NULL, err, "comment on database %I is %L",
	    creation->server_name, marker_unfinished);
}

static bool set_timezone(struct creation *creation, struct session *session, struct err *err)
{
	report_step(creation->report, "timezone of %s", creation->database->dbname);
	if (!session_queryf_wait(
	        session, CREATE_DEADLINE_MS, NULL, err, "alter database %I set timezone to 'UTC'", creation->server_name))
		return err_prefix(err, "timezone");
	create_step_done(creation, "timezone");
	return true;
}

static bool set_comment(struct creation *creation, struct session *session, struct err *err)
{
	char *comment = mem_format(
	    "%s, %s, made by pgtend", creation->database->name, environment_word(creation->database->environment));
	bool ok = session_queryf_wait(
	    session, CREATE_DEADLINE_MS, NULL, err, "comment on database %I is %L", creation->server_name, comment);
	if (ok)
		create_step_done(creation, "comment");
	mem_free(comment);
	return ok || err_prefix(err, "comment");
}

/* ---- in the database itself ---------------------------------------------------------- */

/* Killed between CREATE DATABASE and its first comment: nothing in it, nothing said about it. */
static bool look_unfinished(struct creation *creation, struct session *session, bool *has_timezone, struct err *err)
{
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_lifecycle_create_state, NULL, 0, CREATE_DEADLINE_MS, &r, err);
	if (ok) {
		const char *comment = result_text(r, 0, result_column(r, "comment"));
		mem_free(creation->server_name);
		creation->server_name = mem_copy(result_text(r, 0, result_column(r, "dbname")));
		*has_timezone = result_bool(r, 0, result_column(r, "has_timezone"));
		if (comment == NULL && result_bool(r, 0, result_column(r, "is_empty")) && !*has_timezone)
			creation->is_unfinished = true;
	}
	result_free(r);
	return ok;
}

static bool finish_in(struct creation *creation, struct session *session, struct err *err)
{
	struct words missing = {0};
	bool has_timezone = false;
	bool ok = look_unfinished(creation, session, &has_timezone, err) &&
	          create_look_at_extensions(creation, session, &missing, err);
	if (ok && creation->is_dry_run) {
		for (size_t i = 0; i < missing.count; i++)
			report_log(creation->report, "would add the extension %s", missing.v[i]);
	} else if (ok) {
		/* Another's database keeps its time zone and its comment; extensions are asked for by the configuration. */
		ok = (!creation->is_unfinished || has_timezone || set_timezone(creation, session, err)) &&
		     create_add_extensions(creation, session, &missing, err) &&
		     (!creation->is_unfinished || set_comment(creation, session, err));
	}
	words_done(&missing);
	return ok;
}

static bool finish(struct creation *creation, struct err *err)
{
	struct session *session = connect_to(creation, NULL, err);
	/* A database that is there and of which nothing is asked need not let us in. */
	if (session == NULL && creation->is_there && !creation->is_unfinished && creation->extensions.count == 0 &&
	    err->kind != ERR_CANCELLED) {
		report_log(creation->report, "it exists, but: %s", err->text);
		return true;
	}
	bool ok = session != NULL && finish_in(creation, session, err);
	if (session != NULL)
		session_free(session);
	return ok;
}

/* ---- telling ------------------------------------------------------------------------- */

static void tell_plan(const struct creation *creation)
{
	const struct database *database = creation->database;
	if (creation->is_there) {
		report_summary(creation->report, "%s exists already", database->dbname);
		return;
	}
	report_log(creation->report, "would create the database %s (encoding %s) with time zone UTC", database->dbname,
	    text_of(creation, "encoding"));
	for (size_t i = 0; i < creation->extensions.count; i++)
		report_log(creation->report, "would add the extension %s", creation->extensions.v[i]);
	report_summary(creation->report, "%s would be created on %s:%d", database->dbname, database->server->host,
	    database->server->port);
}

static void tell_done(const struct creation *creation, int64_t began_us)
{
	const struct database *database = creation->database;
	struct report *report = creation->report;
	double took_ms = (double)(units_now_us() - began_us) / 1000.0;
	char took[UNITS_SIZE], *steps = words_join(&creation->steps, ", ");
	bool is_made = words_has(&creation->steps, "create");
	if (is_made)
		report_summary(report, "%s created in %s", database->dbname, units_ms(took, took_ms));
	else if (creation->steps.count > 0)
		report_summary(report, "%s exists already; finished it: %s", database->dbname, steps);
	else
		report_summary(report, "%s exists already", database->dbname);
	if (creation->steps.count > 0 && text_of(creation, "migrations") != NULL)
		report_hint(report, "build its schema: pgtend migrate up %s", database->name);
	if (creation->steps.count > 0 && text_of(creation, "seeds") != NULL &&
	    database->environment != ENVIRONMENT_PRODUCTION)
		report_hint(report, "then fill it: pgtend seed %s", database->name);
	struct table *rows = table_new(&create_shape);
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "dbname", database->dbname);
	table_set_int(rows, row, "created", is_made);
	table_add_word(rows, row, "steps", NULL);
	for (size_t i = 0; i < creation->steps.count; i++)
		table_add_word(rows, row, "steps", creation->steps.v[i]);
	table_set_real(rows, row, "duration_ms", took_ms);
	report_rows(report, rows);
	mem_free(steps);
}

/* The database is there but not whole: what is done, and how to go on. */
static bool tell_half(const struct creation *creation, struct err *err)
{
	if (creation->steps.count == 0)
		return false;
	char *steps = words_join(&creation->steps, ", ");
	if (err->kind == ERR_FAILED || err->kind == ERR_TIMEOUT || err->kind == ERR_UNREACHABLE)
		err->kind = ERR_PARTIAL;
	err_prefix(err, "done: %s; not done", steps);
	if (err->hint[0] == '\0')
		err_hint(err, "pgtend create %s goes on from here", creation->database->name);
	mem_free(steps);
	return false;
}

/* ---- all ------------------------------------------------------------------------------- */

static bool prepare(struct creation *creation, struct session *session, struct err *err)
{
	struct database *database = creation->database;
	if (strlen(database->dbname) > 63)
		return err_set(err, ERR_CONFIG, "%s: \"%s\" is longer than the 63 bytes that PostgreSQL keeps of a name",
		    section_where(database->section, NULL), database->dbname);
	if (!database_learn_wait(creation->fleet, database, session, err))
		return false;
	if (!creation->is_own)
		forget_local(database);
	if (!look(creation, session, err) || !create_look_at_extensions(creation, session, NULL, err))
		return false;
	if (!creation->is_there && !database_can(database, CAP_CREATE_DATABASE, err))
		return false;
	/* A pooler may call it by another name than the server does. */
	creation->is_there = creation->is_there || creation->is_own;
	return true;
}

static bool create(struct creation *creation, struct err *err)
{
	int64_t began_us = units_now_us();
	report_step(creation->report, "looking for %s", creation->database->dbname);
	struct session *session = connect_for_making(creation, err);
	if (session == NULL)
		return false;
	bool ok = prepare(creation, session, err);
	if (ok && !creation->is_there && !creation->is_dry_run)
		ok = make(creation, session, err) || tell_half(creation, err);
	session_free(session);
	if (!ok)
		return false;
	if (creation->is_dry_run)
		tell_plan(creation);
	if ((creation->is_there || !creation->is_dry_run) && !finish(creation, err))
		return tell_half(creation, err);
	if (!creation->is_dry_run)
		tell_done(creation, began_us);
	return true;
}

bool lifecycle_create(
    struct fleet *fleet, struct database *database, bool is_dry_run, struct report *report, struct err *err)
{
	struct creation creation = {.fleet = fleet, .database = database, .report = report, .is_dry_run = is_dry_run};
	creation.server_name = mem_copy(database->dbname);
	section_words(database->section, "extensions", &creation.extensions);
	bool ok = create(&creation, err);
	words_done(&creation.extensions);
	words_done(&creation.steps);
	mem_free(creation.role);
	mem_free(creation.server_name);
	return ok;
}
