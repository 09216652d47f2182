/* lifecycle/create_form.c - the statement that makes a database, and what its failure means. */
#include <string.h>

#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/sql_embedded.h"

/* Another encoding or locale can only come from the template that holds no text. */
static bool wants_empty_template(const struct creation *creation)
{
	return creation->has_other_encoding || create_key(creation, "locale") != NULL ||
	       create_key(creation, "locale_provider") != NULL || create_key(creation, "icu_locale") != NULL;
}

const char *create_template(const struct creation *creation)
{
	const char *template = create_key(creation, "template");
	return template != NULL ? template : wants_empty_template(creation) ? "template0" : "template1";
}

static void add_option(struct session *session, struct text *sql, const char *word, const char *value, bool is_name)
{
	if (value == NULL || *value == '\0')
		return;
	char *quoted = is_name ? session_quote_identifier(session, value) : session_quote_literal(session, value);
	text_addf(sql, " %s %s", word, quoted);
	mem_free(quoted);
}

char *create_form(const struct creation *creation, struct session *session)
{
	const struct section *section = creation->database->section;
	const char *provider = create_key(creation, "locale_provider"), *icu = create_key(creation, "icu_locale");
	struct text sql = {0};
	add_option(session, &sql, "encoding", create_key(creation, "encoding"), false);
	add_option(session, &sql, "locale", create_key(creation, "locale"), false);
	add_option(session, &sql, "locale_provider", provider == NULL && icu != NULL ? "icu" : provider, true);
	add_option(session, &sql, "icu_locale", icu, false);
	if (create_key(creation, "template") != NULL || wants_empty_template(creation))
		add_option(session, &sql, "template", create_template(creation), true);
	add_option(session, &sql, "tablespace", create_key(creation, "tablespace"), true);
	if (section_is_set(section, "connection_limit"))
		text_addf(&sql, " connection limit %lld", (long long)section_int(section, "connection_limit"));
	return text_take(&sql);
}

/* --- what went wrong ------------------------------------------------------------------------------- */

/* "pid 12 (psql, user app, since 3m), pid ..."; NULL: nobody any more. */
static char *users_of(const char *dbname, struct session *session)
{
	const char *params[] = {dbname};
	struct result *r = NULL;
	struct err ignored;
	char *who = NULL;
	if (session_query_wait(session, sql_lifecycle_users_of, params, 1, CREATE_DEADLINE_MS, &r, &ignored))
		who = mem_copy(result_text(r, 0, 0));
	result_free(r);
	return who;
}

static void word_busy(const struct creation *creation, struct session *session, struct err *err)
{
	const char *template = create_template(creation);
	char *who = users_of(template, session);
	err_set(err, ERR_FAILED, "%s cannot be copied from the template %s while somebody is connected to it: %s",
	    creation->database->dbname, template, who != NULL ? who : "they are gone by now, try again");
	memcpy(err->sqlstate, "55006", 6);
	err_hint(err, "end those sessions, or set template = template0, which lets nobody in");
	mem_free(who);
}

void create_word_failure(const struct creation *creation, struct session *session, struct err *err)
{
	if (strcmp(err->sqlstate, "55006") == 0)
		word_busy(creation, session, err);
	else if (strcmp(err->sqlstate, "53100") == 0)
		err_hint(err, "the server's disk is full where %s would lie: nothing of it is left there; make room and try again",
		    create_key(creation, "tablespace") != NULL ? create_key(creation, "tablespace") : "the database");
	else if (strcmp(err->sqlstate, "42809") == 0 && (create_key(creation, "locale") != NULL || create_key(creation, "icu_locale") != NULL))
		err_hint(err, "%s: the server's system must have it: locale -a lists them there, locale-gen makes more",
		    section_where(creation->database->section, create_key(creation, "locale") != NULL ? "locale" : "icu_locale"));
	else if (strcmp(err->sqlstate, "22023") == 0)
		err_hint(err, "see encoding and locale in [database %s]: each locale has an encoding of its own; a template keeps "
		              "its own, set template = template0 for others", creation->database->name);
}
