/* pg/connect_error.c - see connect_error.h. */
#include "connect_error.h"

#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

static locale_t outer_locale;

void libpq_english_begin(void)
{
	static locale_t english;

	if (!english)
		english = newlocale(LC_MESSAGES_MASK, "C", (locale_t)0);
	outer_locale = english ? uselocale(english) : (locale_t)0;
}

void libpq_english_end(void)
{
	if (outer_locale)
		uselocale(outer_locale);
}

char *connect_place_text(const struct connect_place *place)
{
	if (place->host[0] == '/' || place->host[0] == '@')
		return mem_format("socket %s/.s.PGSQL.%s", place->host, place->port);
	if (strchr(place->host, ':'))
		return mem_format("[%s]:%s", place->host, place->port);
	return mem_format("%s:%s", place->host, place->port);
}

/* --- finding the reason in libpq's text ------------------------------------------------------- */

struct reason {
	char sqlstate[6];
	char *text;
};

/* "FATAL:  28P01: password authentication failed": the word before may be in any language. */
static const char *skip_sqlstate(const char *line, char sqlstate[6])
{
	for (const char *p = strstr(line, ":  "); p; p = strstr(p + 1, ":  ")) {
		const char *code = p + 3;
		size_t length = 0;

		while (length < 5 && (isdigit((unsigned char)code[length]) || isupper((unsigned char)code[length])))
			length++;
		if (length == 5 && code[5] == ':' && code[6] == ' ') {
			memcpy(sqlstate, code, 5);
			sqlstate[5] = '\0';
			return code + 7;
		}
	}
	sqlstate[0] = '\0';
	return line;
}

static bool is_aside(const char *line)
{
	static const char *const asides[] = {"\t", "LOCATION:", "DETAIL:", "HINT:", "CONTEXT:", "Either provide "};

	for (size_t i = 0; i < sizeof asides / sizeof *asides; i++)
		if (text_starts_with(line, asides[i]))
			return true;
	return false;
}

static struct reason read_reason(const char *line)
{
	struct reason reason;
	const char *failed = text_starts_with(line, "connection to server") ? strstr(line, " failed: ") : NULL;

	reason.text = mem_copy(skip_sqlstate(failed ? failed + strlen(" failed: ") : line, reason.sqlstate));
	return reason;
}

/* sslmode=prefer tries twice: the second attempt's "no pg_hba.conf entry ... no encryption" must not hide the first
 * one's wrong password. Else the last attempt speaks. */
static struct reason find_reason(const char *message)
{
	struct reason found = {"", NULL};
	char *copy = mem_copy(message), *rest = copy;

	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		if (!*line || is_aside(line))
			continue;
		struct reason reason = read_reason(line);

		if (found.text && strcmp(found.sqlstate, "28P01") == 0) {
			mem_free(reason.text);
			continue;
		}
		mem_free(found.text);
		found = reason;
	}
	mem_free(copy);
	if (!found.text)
		found.text = mem_copy("the connection failed and libpq does not say why");
	return found;
}

/* --- wording ----------------------------------------------------------------------------------- */

struct wording {
	const char *sqlstate; /* its beginning; "": libpq's own error, which has none; NULL: any */
	const char *part;     /* stands in libpq's or the server's text; NULL: any */
	enum connect_verdict verdict;
	enum session_stage stage;
	const char *words; /* %1 place, %2 user, %3 database, %4 sslmode, %5 the text itself */
	const char *hint;
};

static const struct wording wordings[] = {
	{NULL, "unsupported startup parameter", CONNECT_WITHOUT_OPTIONS, SESSION_STAGE_AUTHENTICATION, "%1 refuses a startup parameter: %5", ""},
	{"28P01", NULL, CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "wrong password for user \"%2\" at %1", "set `password` through a .env variable, PGPASSWORD or ~/.pgpass"},
	{"3D000", NULL, CONNECT_REFUSED, SESSION_STAGE_DATABASE, "there is no database \"%3\" at %1", "`pgtend create` makes it"},
	{"55000", "invalid database", CONNECT_RETRY, SESSION_STAGE_DATABASE, "the database \"%3\" at %1 is invalid: a DROP DATABASE did not come to its end", "`pgtend drop` takes the rest away"},
	{"53100", NULL, CONNECT_RETRY, SESSION_STAGE_DATABASE, "%1 has no room left on its disk: %5", "make room there"},
	{NULL, "could not write init file", CONNECT_RETRY, SESSION_STAGE_DATABASE, "%1 cannot open the database \"%3\": %5", "is there room left on the server's disk?"},
	{NULL, "no such database: ", CONNECT_REFUSED, SESSION_STAGE_DATABASE, "the pooler at %1 knows no database \"%3\"", "add it to the pooler's [databases]"},
	{NULL, "no such user", CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "the pooler at %1 knows no user \"%2\"", "add it to the pooler's auth_file"},
	{"57P03", NULL, CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "%1 takes no connections now: %5", ""},
	{"57P01", NULL, CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "%1 is shutting down: %5", ""},
	{"57P02", NULL, CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "%1 restarts after a crash: %5", ""},
	{"53300", NULL, CONNECT_RETRY, SESSION_STAGE_PORT, "%1 has too many connections: %5", "end idle sessions or raise max_connections"},
	{NULL, "no more connections allowed", CONNECT_RETRY, SESSION_STAGE_PORT, "%1 has too many connections: %5", "raise max_client_conn of the pooler"},
	{"08P01", "not allowed", CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "the pooler at %1 does not let user \"%2\" look into \"%3\"", "name the user in stats_users of its configuration, then RELOAD"},
	{"08P01", "\"trust\" authentication failed", CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "the pooler at %1 knows no user \"%2\"", "add it to the pooler's auth_file"},
	{"42501", NULL, CONNECT_REFUSED, SESSION_STAGE_DATABASE, "user \"%2\" may not connect to database \"%3\" at %1: %5", ""},
	{"28", NULL, CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "%1 lets user \"%2\" not in: %5", ""},
	{"08P01", NULL, CONNECT_RETRY, SESSION_STAGE_AUTHENTICATION, "%1 refuses the connection: %5", ""},
	{"", "no password supplied", CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "%1 asks user \"%2\" for a password and none is configured", "set `password` through a .env variable, PGPASSWORD or ~/.pgpass; a pgtend.ini that was found gets none of them before `pgtend trust`"},
	{"", "does not support SSL, but SSL was required", CONNECT_REFUSED, SESSION_STAGE_TLS, "%1 offers no TLS, which sslmode=%4 asks for", ""},
	{"", "invalid response to SSL negotiation", CONNECT_REFUSED, SESSION_STAGE_PORT, "%1 does not understand the question for TLS", "set sslmode=disable when TLS is not wanted there"},
	{"", "certificate", CONNECT_REFUSED, SESSION_STAGE_TLS, "TLS with %1 failed: %5", "see sslmode, sslrootcert and sslcert"},
	{"", "private key file", CONNECT_REFUSED, SESSION_STAGE_TLS, "TLS with %1 failed: %5", "see sslkey"},
	{"", "SSL error: ", CONNECT_REFUSED, SESSION_STAGE_TLS, "TLS with %1 failed: %5", "see sslmode and ssl_min_protocol_version"},
	{"", "Connection refused", CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "no server listens at %1 (connection refused)", ""},
	{"", "No such file or directory", CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "no server listens at %1 (no such socket)", ""},
	{"", "Resource temporarily unavailable", CONNECT_SILENT, SESSION_STAGE_PORT, "%1 does not answer: its queue of new connections is full", "is the server stopped?"},
	{"", "Connection reset by peer", CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "%1 cut the connection while it was made", ""},
	{"", "server closed the connection", CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "%1 closed the connection while it was made", ""},
	{"", "SSL SYSCALL error", CONNECT_RETRY_SOON, SESSION_STAGE_PORT, "%1 closed the connection while it was made", ""},
	{"", "expected authentication request", CONNECT_RETRY, SESSION_STAGE_PORT, "%1 does not speak PostgreSQL's protocol", "is the port right?"},
	{"", "invalid authentication request", CONNECT_RETRY, SESSION_STAGE_PORT, "%1 does not speak PostgreSQL's protocol", "is the port right?"},
	{"", "lost synchronization", CONNECT_RETRY, SESSION_STAGE_PORT, "%1 does not speak PostgreSQL's protocol", "is the port right?"},
	{"", "Permission denied", CONNECT_REFUSED, SESSION_STAGE_PORT, "the socket of %1 may not be opened (permission denied)", ""},
	{"", "definition of service", CONNECT_REFUSED, SESSION_STAGE_NAME, "%5", "see pg_service.conf or PGSERVICEFILE"},
	{"", "invalid port number", CONNECT_REFUSED, SESSION_STAGE_PORT, "the port is no number between 1 and 65535", ""},
	{"", "invalid sslmode value", CONNECT_REFUSED, SESSION_STAGE_TLS, "there is no sslmode \"%4\"", "disable, allow, prefer, require, verify-ca or verify-full"},
	{"", "session is", CONNECT_RETRY, SESSION_STAGE_DATABASE, "%1 is not the server that target_session_attrs asks for: %5", ""},
	{"", "server is", CONNECT_RETRY, SESSION_STAGE_DATABASE, "%1 is not the server that target_session_attrs asks for: %5", ""},
	{"", "channel binding", CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "%1 lets user \"%2\" not in: %5", "see channel_binding"},
	{"", "authentication", CONNECT_REFUSED, SESSION_STAGE_AUTHENTICATION, "%1 lets user \"%2\" not in: %5", ""},
};

static void expand(struct text *out, const char *words, const struct connect_place *place, const char *reason)
{
	char *where = connect_place_text(place);

	for (const char *p = words; *p; p++) {
		if (*p != '%') {
			text_add_char(out, *p);
			continue;
		}
		switch (*++p) {
		case '1': text_add(out, where); break;
		case '2': text_add(out, place->user ? place->user : "?"); break;
		case '3': text_add(out, place->dbname ? place->dbname : "?"); break;
		case '4': text_add(out, place->sslmode ? place->sslmode : "prefer"); break;
		case '5': text_add(out, reason); break;
		}
	}
	mem_free(where);
}

/* A server's text may hold the words of libpq ("could not open file ...: No such file or directory"), so who spoke counts. */
static const struct wording *match(const struct reason *reason)
{
	for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
		const struct wording *wording = &wordings[i];

		if (wording->sqlstate && (*wording->sqlstate ? !text_starts_with(reason->sqlstate, wording->sqlstate) : reason->sqlstate[0] != '\0'))
			continue;
		if (wording->part && !strstr(reason->text, wording->part))
			continue;
		return wording;
	}
	return NULL;
}

static const struct wording *find_wording(struct reason *reason, bool needs_password)
{
	const struct wording *wording = match(reason);

	if (wording || !needs_password)
		return wording;
	mem_free(reason->text);
	reason->text = mem_copy("no password supplied");
	return match(reason);
}

enum session_stage connect_error_stage(const char *message, bool needs_password)
{
	struct reason reason = find_reason(message);
	const struct wording *wording = find_wording(&reason, needs_password);
	/* a server that has words of its own was reached and let the user in */
	enum session_stage otherwise = reason.sqlstate[0] ? SESSION_STAGE_DATABASE : SESSION_STAGE_PORT;

	mem_free(reason.text);
	return wording ? wording->stage : otherwise;
}

enum connect_verdict connect_error_word(struct err *err, const struct connect_place *place, const char *message, bool needs_password)
{
	static const struct wording plain = {NULL, NULL, CONNECT_RETRY, SESSION_STAGE_NONE, "no connection to %1: %5", ""};
	struct reason reason = find_reason(message);
	const struct wording *wording = find_wording(&reason, needs_password);
	struct text words = {0};

	if (!wording)
		wording = &plain;
	expand(&words, wording->words, place, reason.text);
	err_set(err, ERR_UNREACHABLE, "%s", text_str(&words));
	if (*wording->hint)
		err_hint(err, "%s", wording->hint);
	snprintf(err->sqlstate, sizeof err->sqlstate, "%s", reason.sqlstate);
	text_done(&words);
	mem_free(reason.text);
	return wording->verdict;
}

bool connect_error_tries_next(enum connect_verdict verdict, const struct err *err)
{
	return verdict == CONNECT_RETRY_SOON || verdict == CONNECT_SILENT || (verdict == CONNECT_RETRY && err->sqlstate[0] == '\0');
}
