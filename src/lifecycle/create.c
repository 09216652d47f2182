/* lifecycle/create.c - makes a database: owner, encoding, locale, template, UTC, a comment, extensions.
 *
 * CREATE DATABASE cannot stand in a transaction with what follows it, so each step is such that a second run
 * finishes what the
 * first one left: the comment says "being created" until all is done.
 */
#include <string.h>
#include <strings.h>

#include "pgtend/pg/alone.h"
#include "create_internal.h"
#include "pgtend/loop/task.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"dbname", CELL_TEXT, "dbname", 1, "Its name in the server (pg_database.datname)."},
    {"created", CELL_BOOL, "created", 0, "Whether this run made it; false: it was there."},
    {"steps", CELL_WORDS, "steps", 0, "What this run did: create, timezone, extension NAME, comment."},
    {"differs", CELL_WORDS, "differs", 1,
        "Keys of pgtend.ini whose values a database that was there does not have: owner, encoding, locale, locale_provider, icu_locale, "
        "tablespace, connection_limit, timezone, comment, allow_connections."},
    {"duration_ms", CELL_MS, "took", 1, "From the first question to the last step."},
};
const struct table_shape create_shape = {"create", columns, sizeof columns / sizeof columns[0]};

const char *create_key(const struct creation *creation, const char *key)
{
	const char *value = section_text(creation->database->section, key);
	return value != NULL && *value != '\0' ? value : NULL;
}

void create_step_done(struct creation *creation, const char *what)
{
	words_add(&creation->steps, what);
}

/* ---- the steps -------------------------------------------------------------------- */

static bool create_database(struct creation *creation, struct session *session, struct err *err)
{
	char *form = create_form(creation, session), *name = session_quote_identifier(session, creation->server_name);
	const char *owner = create_key(creation, "owner");
	char *quoted = owner != NULL ? session_quote_identifier(session, owner) : NULL;
	char *sql = mem_format("create database %s%s%s%s", name, quoted != NULL ? " owner " : "", quoted != NULL ? quoted : "", form);
	struct session_statement statement = {.sql = sql};
	bool ok = session_alone_wait(session, &statement, NULL, err);
	mem_free(sql);
	mem_free(quoted);
	mem_free(name);
	mem_free(form);
	return ok;
}

static bool make(struct creation *creation, struct session *session, struct err *err)
{
	report_step(creation->report, "create database %s", creation->database->dbname);
	if (!create_database(creation, session, err)) {
		/* Somebody else made it between our look and this. */
		if (strcmp(err->sqlstate, "42P04") == 0 || strcmp(err->sqlstate, "23505") == 0) {
			creation->existing.is_there = true;
			return true;
		}
		create_word_failure(creation, session, err);
		return false;
	}
	create_step_done(creation, "create");
	creation->is_unfinished = true;
	return session_queryf_wait(session, CREATE_DEADLINE_MS, NULL, err, "comment on database %I is %L",
	    creation->server_name, create_marker());
}

static bool set_timezone(struct creation *creation, struct session *session, struct err *err)
{
	report_step(creation->report, "timezone of %s", creation->database->dbname);
	if (!session_queryf_wait(session, CREATE_DEADLINE_MS, NULL, err, "alter database %I set timezone to %L",
	        creation->server_name, create_key(creation, "timezone")))
		return err_prefix(err, "timezone");
	create_step_done(creation, "timezone");
	return true;
}

char *lifecycle_comment(const struct database *database)
{
	return mem_format("%s, %s, made by pgtend", database->name, environment_word(database->environment));
}

static bool set_comment(struct creation *creation, struct session *session, struct err *err)
{
	char *comment = lifecycle_comment(creation->database);
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
	/* On a standby nothing is finished: it comes as it is where it is made. */
	if (creation->existing.is_there && creation->database->server->is_in_recovery)
		return true;
	struct session *session = lifecycle_connect(creation->fleet, creation->database, NULL, "create", err);
	/* A database that is there and of which nothing is asked need not let us in. */
	if (session == NULL && creation->existing.is_there && !creation->is_unfinished && creation->extensions.count == 0 &&
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
	if (creation->existing.is_there) {
		report_summary(creation->report, "%s exists already", database->dbname);
		return;
	}
	const char *owner = create_key(creation, "owner");
	report_log(creation->report, "would create the database %s: owner %s,%s, time zone %s", database->dbname,
	    owner != NULL ? owner : creation->role, creation->form, create_key(creation, "timezone"));
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
	if (creation->steps.count > 0 && create_key(creation, "migrations") != NULL)
		report_hint(report, "build its schema: pgtend migrate up %s", database->name);
	if (creation->steps.count > 0 && create_key(creation, "seeds") != NULL &&
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
	table_add_word(rows, row, "differs", NULL);
	for (size_t i = 0; i < creation->differs.count; i++)
		table_add_word(rows, row, "differs", creation->differs.v[i]);
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

static bool refuse_invalid(const struct creation *creation, struct err *err)
{
	err_set(err, ERR_FAILED, "%s is what a DROP DATABASE left that was interrupted: nobody can connect to it",
	    creation->database->dbname);
	return err_hint(err, "pgtend drop %s takes it away, then create it again", creation->database->name);
}

static bool prepare(struct creation *creation, struct session *session, struct err *err)
{
	struct database *database = creation->database;
	if (strlen(database->dbname) > 63)
		return err_set(err, ERR_CONFIG, "%s: \"%s\" is longer than the 63 bytes that PostgreSQL keeps of a name",
		    section_where(database->section, NULL), database->dbname);
	if (!database_learn_wait(creation->fleet, database, session, err))
		return false;
	if (!creation->is_own)
		lifecycle_forget(database);
	if (!create_look(creation, session, err))
		return false;
	if (creation->existing.is_invalid)
		return refuse_invalid(creation, err);
	if (!creation->existing.is_there && !database_can(database, CAP_CREATE_DATABASE, err))
		return false;
	/* A pooler may call it by another name than the server does. */
	creation->existing.is_there = creation->existing.is_there || creation->is_own;
	if (creation->existing.is_there)
		return true;
	if (!create_may(creation, session, err) ||
	    !create_look_at_extensions(creation, session, NULL, err))
		return false;
	creation->form = create_form(creation, session);
	return true;
}

/* A template is only copied while nobody else is in it. Where template1 is all that lets us in, databases that are made at the same
 * time would keep each other out, so they take turns. */
static const struct creation *in_template;

static struct session *connect_for_making(struct creation *creation, struct err *err)
{
	enum { TURN_MS = 20 };
	const char *beside = NULL;
	struct session *session = NULL;
	for (;;) {
		session = lifecycle_connect_beside(creation->fleet, creation->database, "create", &beside, err);
		if (session == NULL || beside == NULL || strcmp(beside, "template1") != 0 || in_template == NULL)
			break;
		session_free(session);
		session = NULL;
		while (in_template != NULL && !task_is_cancelled())
			task_sleep(TURN_MS);
	}
	if (session != NULL && beside != NULL && strcmp(beside, "template1") == 0)
		in_template = creation;
	creation->is_own = session != NULL && beside == NULL;
	return session;
}

static void let_go(const struct creation *creation, struct session *session)
{
	enum { MOMENT_MS = 50 };
	session_free(session);
	if (in_template != creation)
		return;
	/* The server needs a moment to see that nobody is there any more. */
	task_sleep(MOMENT_MS);
	in_template = NULL;
}

static bool create(struct creation *creation, struct err *err)
{
	int64_t began_us = units_now_us();
	report_step(creation->report, "looking for %s", creation->database->dbname);
	struct session *session = connect_for_making(creation, err);
	if (session == NULL)
		return false;
	bool ok = prepare(creation, session, err);
	if (ok && !creation->existing.is_there && !creation->is_dry_run)
		ok = make(creation, session, err) || tell_half(creation, err);
	let_go(creation, session);
	if (!ok)
		return false;
	if (creation->is_dry_run)
		tell_plan(creation);
	if (creation->existing.is_there)
		create_note_differences(creation);
	if ((creation->existing.is_there || !creation->is_dry_run) && !finish(creation, err))
		return tell_half(creation, err);
	if (!creation->is_dry_run)
		tell_done(creation, began_us);
	return true;
}

void creation_begin(struct creation *creation, struct fleet *fleet, struct database *database, struct report *report)
{
	memset(creation, 0, sizeof *creation);
	creation->fleet = fleet;
	creation->database = database;
	creation->report = report;
	creation->server_name = mem_copy(database->dbname);
	section_words(database->section, "extensions", &creation->extensions);
}

static void existing_done(struct existing *existing)
{
	mem_free(existing->comment);
	mem_free(existing->owner);
	mem_free(existing->encoding);
	mem_free(existing->collate);
	mem_free(existing->provider);
	mem_free(existing->locale);
	mem_free(existing->tablespace);
	mem_free(existing->timezone);
}

void creation_done(struct creation *creation)
{
	existing_done(&creation->existing);
	words_done(&creation->extensions);
	words_done(&creation->steps);
	words_done(&creation->differs);
	mem_free(creation->role);
	mem_free(creation->server_timezone);
	mem_free(creation->server_name);
	mem_free(creation->form);
}

bool lifecycle_create(
    struct fleet *fleet, struct database *database, bool is_dry_run, struct report *report, struct err *err)
{
	struct creation creation;
	creation_begin(&creation, fleet, database, report);
	creation.is_dry_run = is_dry_run;
	bool ok = create(&creation, err);
	creation_done(&creation);
	return ok;
}

/* ---- for others -------------------------------------------------------------------------- */

bool lifecycle_check_wait(struct fleet *fleet, struct database *database, struct session *session,
    struct report *report, char **form, struct err *err)
{
	struct creation creation;
	creation_begin(&creation, fleet, database, report);
	*form = NULL;
	if (database->server->version_num == 0)
		database->server->version_num = session_server_version(session);
	bool ok = create_look(&creation, session, err) && create_may(&creation, session, err) &&
	          create_look_at_extensions(&creation, session, NULL, err);
	if (ok)
		*form = create_form(&creation, session);
	creation_done(&creation);
	return ok;
}

bool lifecycle_furnish_wait(struct fleet *fleet, struct database *database, struct report *report, struct err *err)
{
	struct creation creation;
	struct words missing = {0};
	creation_begin(&creation, fleet, database, report);
	creation.is_super = true; /* what the role may was looked at before */
	create_step_done(&creation, "create");
	struct session *session = lifecycle_connect(fleet, database, NULL, "create", err);
	bool ok = session != NULL && set_timezone(&creation, session, err) &&
	          create_look_at_extensions(&creation, session, &missing, err) &&
	          create_add_extensions(&creation, session, &missing, err);
	if (session != NULL)
		session_free(session);
	words_done(&missing);
	creation_done(&creation);
	return ok;
}
