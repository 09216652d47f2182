/* doctor/login.c - TLS, authentication, database: what let us in, or did not, and the line that would change it. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/knock.h"
#include "pgtend/sql_embedded.h"

enum { CERTIFICATE_MS = 2000 };

static const char *const tls_keys[] = {"sslmode", "url", NULL}, *const root_keys[] = {"sslrootcert", "sslmode", "url", NULL};
static const char *const user_keys[] = {"user", "url", NULL}, *const password_keys[] = {"password", "passfile", "url", NULL};
static const char *const dbname_keys[] = {"dbname", "url", NULL}, *const host_keys[] = {"host", "url", NULL};

static const char *effective(const struct walk *walk, const char *keyword)
{
	const char *value = conninfo_effective(walk->database->info, keyword);

	return value ? value : "";
}

static bool is_network(const struct walk *walk)
{
	const char *address = walk->is_in ? session_peer_address(walk->session) : walk->addresses.v[0];

	return address[0] != '\0' && address[0] != '/' && address[0] != '@' && !text_starts_with(address, "127.") && strcmp(address, "::1") != 0;
}

/* The error's own words, and what to do where we know better than its hint. Takes over mend. */
static void say_failed(struct walk *walk, enum step step, char *mend)
{
	if (!mend && walk->err.hint[0])
		mend = mem_copy(walk->err.hint);
	step_say(walk, step, FOUND_FAILED, mem_copy(walk->err.text), mend);
}

/* --- TLS --------------------------------------------------------------------------------------- */

static char *tls_mend(const struct walk *walk)
{
	const char *text = walk->err.text;
	char *mode = walk_where(walk, tls_keys), *root = walk_where(walk, root_keys), *host = walk_where(walk, host_keys), *mend = NULL;

	if (strstr(text, "offers no TLS"))
		mend = mem_format("turn ssl on at the server (ssl_cert_file, ssl_key_file), or sslmode = prefer (%s)", mode);
	else if (strstr(text, "does not match host name") || strstr(text, "do not match"))
		mend = mem_format("use the name that the certificate has as host (%s), or have one made with this name", host);
	else if (strstr(text, "root certificate file"))
		mend = mem_format("put the certificate that the server's one comes from where %s says", root);
	else if (strstr(text, "certificate verify failed"))
		mend = mem_format("sslrootcert = the certificate that the server's one comes from (%s)", root);
	mem_free(mode);
	mem_free(root);
	mem_free(host);
	return mend;
}

static const char *const new_certificate = "put a new certificate in ssl_cert_file of the server, then: select pg_reload_conf()";

/* libpq does not say why a certificate was not verified: whether its time is over is looked up, without verifying anything. Caller frees. */
static char *time_trouble(const struct walk *walk)
{
	for (size_t i = 0; i < walk->addresses.count && !task_is_cancelled(); i++) {
		struct knock knock;
		struct err ignored = {0};
		char age[UNITS_SIZE];
		int64_t now_us = units_now_us();

		if (!knock_certificate_wait(walk->fleet->loop, walk->addresses.v[i], walk->ports.v[i], CERTIFICATE_MS, &knock, &ignored) || knock.valid_until_us == 0)
			continue;
		if (knock.valid_until_us < now_us)
			return mem_format("the server's certificate has ended %s ago", units_age(age, (now_us - knock.valid_until_us) / 1000000));
		if (knock.valid_from_us > now_us)
			return mem_format("the server's certificate begins only in %s: is a clock wrong?", units_age(age, (knock.valid_from_us - now_us) / 1000000));
	}
	return NULL;
}

static void say_refused(struct walk *walk)
{
	char *trouble = strstr(walk->err.text, "certificate verify failed") ? time_trouble(walk) : NULL;

	if (trouble)
		step_say(walk, STEP_TLS, FOUND_FAILED, mem_format("%s: %s", walk->err.text, trouble), mem_copy(new_certificate));
	else
		say_failed(walk, STEP_TLS, tls_mend(walk));
	mem_free(trouble);
}

static void say_certificate(struct walk *walk, const struct session_tls *tls)
{
	if (tls->valid_until_us == 0)
		return;
	char age[UNITS_SIZE];
	double left_s = (double)(tls->valid_until_us - units_now_us()) / 1e6;
	bool is_short = left_s < limits_value(walk->fleet, "tls_expires_warn");
	char *text = left_s < 0 ? mem_format("the certificate has ended %s ago", units_age(age, (int64_t)-left_s))
	                        : mem_format("the certificate ends in %s", units_age(age, (int64_t)left_s));

	step_say(walk, STEP_TLS, is_short ? FOUND_NOTE : FOUND_OK, text,
		is_short ? mem_copy(new_certificate) : NULL);
}

static void say_plain(struct walk *walk, const struct session_tls *tls)
{
	bool is_production = walk->database->environment == ENVIRONMENT_PRODUCTION;
	char *where = walk_where(walk, tls_keys);

	if (!is_network(walk))
		step_say(walk, STEP_TLS, FOUND_OK, mem_copy("no TLS, and no network on the way"), NULL);
	else
		step_say(walk, STEP_TLS, FOUND_NOTE, mem_format("not encrypted (sslmode=%s)", tls->mode),
			is_production ? mem_format("turn ssl on at the server where it is off, and sslmode = verify-full with sslrootcert (%s)", where) : NULL);
	mem_free(where);
}

void step_tls(struct walk *walk)
{
	struct session_tls tls;

	if (!walk->is_in && walk->stage == SESSION_STAGE_TLS) {
		say_refused(walk);
		return;
	}
	if (!walk->is_in) {
		step_say(walk, STEP_TLS, FOUND_OK, mem_format("nothing stands in the way (sslmode=%s)", *effective(walk, "sslmode") ? effective(walk, "sslmode") : "prefer"), NULL);
		return;
	}
	session_tls_read(walk->session, &tls);
	if (tls.is_used) {
		step_say(walk, STEP_TLS, FOUND_OK, mem_format("%s, %s", tls.protocol ? tls.protocol : "TLS", tls.is_name_verified ? "certificate and host name verified" :
			tls.is_verified ? "certificate verified, host name not" : "certificate not verified"), NULL);
		say_certificate(walk, &tls);
	} else {
		say_plain(walk, &tls);
	}
	session_tls_done(&tls);
}

/* --- authentication ---------------------------------------------------------------------------- */

/* The word in quotes behind `before` in the server's text: host "192.0.2.7". False: there is none. */
static bool quoted_after(const char *text, const char *before, char out[128])
{
	const char *start = strstr(text, before), *end = start ? strstr(start + strlen(before), "\", ") : NULL;

	/* a name may hold a quote; the last of all has nothing behind it */
	if (start && !end)
		end = strrchr(start + strlen(before), '"');
	if (!end || (size_t)(end - start) - strlen(before) >= 128)
		return false;
	snprintf(out, 128, "%.*s", (int)((size_t)(end - start) - strlen(before)), start + strlen(before));
	return true;
}

/* A name as pg_hba.conf has it: in quotes where it would be several words, a comment, a keyword, or a group. Caller frees. */
static char *hba_word(const char *name)
{
	static const char *const keywords[] = {"all", "sameuser", "samerole", "samegroup", "replication"};
	struct text text = {0};
	bool is_plain = name[0] != '\0' && strcspn(name, " \t,#\"") == strlen(name) && !strchr("+@/", name[0]);

	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		is_plain = is_plain && strcmp(name, keywords[i]) != 0;
	if (is_plain)
		return mem_copy(name);
	text_add_char(&text, '"');
	for (const char *c = name; *c != '\0'; c++)
		text_add_n(&text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
	text_add_char(&text, '"');
	return text_take(&text);
}

static char *hba_line(const char *text, const char *host, const char *dbname, const char *user)
{
	char *database = *dbname ? hba_word(dbname) : mem_copy("all"), *role = hba_word(user), *line;

	if (*host && strcmp(host, "[local]") != 0)
		line = mem_format("%s %s %s %s%s scram-sha-256", strstr(text, "SSL encryption") || strstr(text, "SSL on") ? "hostssl" : "host", database, role, host, strchr(host, ':') ? "/128" : "/32");
	else
		line = mem_format("local %s %s scram-sha-256", database, role);
	mem_free(database);
	mem_free(role);
	return line;
}

static char *hba_mend(const struct walk *walk)
{
	char host[128] = "", user[128] = "", dbname[128] = "";
	const char *text = strstr(walk->err.text, "no pg_hba.conf entry"), *reject = strstr(walk->err.text, "pg_hba.conf rejects");

	if (!text)
		text = reject;
	if (!text || !quoted_after(text, "user \"", user))
		return NULL;
	(void)quoted_after(text, "database \"", dbname);
	(void)quoted_after(text, "host \"", host);
	char *line = hba_line(text, host, dbname, user);
	const char *tls = strstr(text, "no encryption") || strstr(text, "SSL off") ? "; or, where its line is hostssl, sslmode = require" : "";
	char *mend = reject ? mem_format("take away the line of pg_hba.conf that rejects it, or put before it \"%s\"; then: select pg_reload_conf()%s", line, tls)
	                    : mem_format("in pg_hba.conf of the server \"%s\", then: select pg_reload_conf()%s", line, tls);

	mem_free(line);
	return mend;
}

/* Where the password came from that was wrong; it is never shown. */
static char *password_mend(const struct walk *walk)
{
	char *where = walk_where(walk, password_keys), *mend;

	if (conninfo_get(walk->database->info, "password"))
		mend = mem_format("the password given by %s is another one than the server's", where);
	else if (getenv("PGPASSWORD"))
		mend = mem_copy("the password came from PGPASSWORD; the server has another one");
	else if (*effective(walk, "passfile"))
		mend = mem_format("the password came from %s; the server has another one", effective(walk, "passfile"));
	else
		mend = mem_format("set `password` through a .env variable, PGPASSWORD or ~/.pgpass (%s)", where);
	mem_free(where);
	return mend;
}

static char *role_mend(const struct walk *walk)
{
	char *user = walk_quoted(walk, effective(walk, "user")), *where = walk_where(walk, user_keys);
	char *mend = strstr(walk->err.text, "does not exist") ? mem_format("CREATE ROLE %s LOGIN at the server, or correct %s", user, where)
		: strstr(walk->err.text, "not permitted to log in") ? mem_format("ALTER ROLE %s LOGIN at the server, or correct %s", user, where) : NULL;

	if (!mend && (strstr(walk->err.text, "Peer authentication") || strstr(walk->err.text, "Ident authentication")))
		mend = mem_format("run pgtend as the system's user %s, or connect by host = localhost with a password (%s)", effective(walk, "user"), where);
	mem_free(user);
	mem_free(where);
	return mend;
}

static void say_method(struct walk *walk, const struct result *login)
{
	const char *method = result_text(login, 0, result_column(login, "method")), *who = result_text(login, 0, result_column(login, "who"));
	bool has_password = session_used_password(walk->session);
	bool is_open = !has_password && is_network(walk) && (!method || strcmp(method, "trust") == 0 || strcmp(method, "md5") == 0);
	const char *how = has_password ? "with a password" : "without a password being asked for";

	if (method && *method)
		step_say(walk, STEP_AUTHENTICATION, FOUND_OK, mem_format("let in as %s by %s", who ? who : effective(walk, "user"), method), NULL);
	else
		step_say(walk, STEP_AUTHENTICATION, FOUND_OK, mem_format("let in as %s %s", who ? who : effective(walk, "user"), how), NULL);
	if (is_open)
		step_say(walk, STEP_AUTHENTICATION, FOUND_NOTE, mem_copy("whoever comes from here needs no password"), mem_copy("scram-sha-256 instead of trust in pg_hba.conf of the server"));
	if (method && strcmp(method, "md5") == 0)
		step_say(walk, STEP_AUTHENTICATION, FOUND_NOTE, mem_copy("md5 is given up by PostgreSQL"),
			mem_copy("password_encryption = scram-sha-256, set the password again, scram-sha-256 in pg_hba.conf"));
}

static struct result *ask_login(struct walk *walk)
{
	struct result *result = NULL;
	struct err err = {0};
	bool knows_method = session_server_version(walk->session) >= 160000;

	if (session_query_wait(walk->session, knows_method ? sql_doctor_login_16 : sql_doctor_login, NULL, 0, DOCTOR_QUESTION_MS, &result, &err))
		return result;
	result_free(result);
	return NULL;
}

void step_authentication(struct walk *walk)
{
	char *mend;

	if (walk->is_in) {
		struct result *login = ask_login(walk);

		if (login)
			say_method(walk, login);
		else
			step_say(walk, STEP_AUTHENTICATION, FOUND_OK, mem_format("let in as %s", effective(walk, "user")), NULL);
		result_free(login);
		return;
	}
	if (walk->stage != SESSION_STAGE_AUTHENTICATION) {
		step_say(walk, STEP_AUTHENTICATION, FOUND_OK, mem_format("let in as %s", effective(walk, "user")), NULL);
		return;
	}
	/* by its administrator: who may log in is not asked any more */
	if (strstr(walk->err.text, "is disabled") && pooler_explains(walk, STEP_AUTHENTICATION))
		return;
	mend = strcmp(walk->err.sqlstate, "28P01") == 0 ? password_mend(walk) : hba_mend(walk);
	say_failed(walk, STEP_AUTHENTICATION, mend ? mend : role_mend(walk));
}

/* --- database ---------------------------------------------------------------------------------- */

/* Through another database of the same server, with the same login. */
static bool list_databases(struct walk *walk, struct words *names)
{
	static const char *const doors[] = {"postgres", "template1"};
	bool is_answered = false;

	for (size_t i = 0; i < sizeof doors / sizeof *doors && !is_answered; i++) {
		struct session *session = database_look_session(walk->fleet, walk->database, doors[i], false);
		struct result *result = NULL;
		struct err err = {0};

		is_answered = session_ready_wait(session, DOCTOR_QUESTION_MS, &err) && session_query_wait(session, sql_doctor_databases, NULL, 0, DOCTOR_QUESTION_MS, &result, &err);
		for (int row = 0; is_answered && row < result_rows(result); row++)
			words_add(names, result_text(result, row, 0));
		result_free(result);
		session_free(session);
	}
	return is_answered;
}

static int by_byte(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* Letters in another order (shpo), or one name in the other (shop, shop_db), are nearer than counting edits tells. */
static bool is_like(const char *a, const char *b)
{
	if (strstr(a, b) || strstr(b, a))
		return true;
	size_t length = strlen(a);

	if (length < 3 || length != strlen(b))
		return false;
	char *x = mem_copy(a), *y = mem_copy(b);

	qsort(x, length, 1, by_byte);
	qsort(y, length, 1, by_byte);
	bool is_same = strcmp(x, y) == 0;

	mem_free(x);
	mem_free(y);
	return is_same;
}

static const char *nearest_name(const char *name, const struct words *names)
{
	const char *nearest = names->count > 0 ? text_nearest(name, (const char *const *)names->v, names->count) : NULL;

	for (size_t i = 0; !nearest && i < names->count; i++)
		if (is_like(name, names->v[i]))
			nearest = names->v[i];
	return nearest;
}

static char *database_mend(struct walk *walk)
{
	struct words names = {0};
	char *where = walk_where(walk, dbname_keys), *mend;

	(void)list_databases(walk, &names);
	const char *nearest = nearest_name(walk->database->dbname, &names);
	char *list = words_join(&names, ", ");

	if (nearest)
		mend = mem_format("did you mean %s? %s; `pgtend create %s` makes the one that is missing", nearest, where, walk->database->name);
	else if (names.count > 0 && names.count <= 12)
		mend = mem_format("`pgtend create %s` makes it; there are %s (%s)", walk->database->name, list, where);
	else
		mend = mem_format("`pgtend create %s` makes it, or correct %s", walk->database->name, where);
	mem_free(list);
	mem_free(where);
	words_done(&names);
	return mend;
}

static char *connect_mend(const struct walk *walk)
{
	char *user = walk_quoted(walk, effective(walk, "user")), *dbname = walk_quoted(walk, walk->database->dbname), *mend = NULL;

	if (strcmp(walk->err.sqlstate, "42501") == 0)
		mend = mem_format("GRANT CONNECT ON DATABASE %s TO %s", dbname, user);
	else if (strcmp(walk->err.sqlstate, "55000") == 0)
		mend = mem_format("ALTER DATABASE %s ALLOW_CONNECTIONS true, if that is meant", dbname);
	mem_free(user);
	mem_free(dbname);
	return mend;
}

static void say_database(struct walk *walk)
{
	struct result *login = ask_login(walk);
	const char *version = login ? result_text(login, 0, result_column(login, "version")) : NULL;

	if (login)
		step_say(walk, STEP_DATABASE, FOUND_OK, mem_format("%s, oid %lld, of PostgreSQL %s%s", result_text(login, 0, result_column(login, "dbname")),
			(long long)result_int(login, 0, result_column(login, "oid"), 0), version ? version : "?",
			result_bool(login, 0, result_column(login, "is_in_recovery")) ? ", a standby: nothing can be written" : ""), NULL);
	else
		step_say(walk, STEP_DATABASE, FOUND_FAILED, mem_format("%s does not answer a question", walk->database->dbname), mem_copy("look at the server's log"));
	result_free(login);
}

void step_database(struct walk *walk)
{
	bool is_missing = strcmp(walk->err.sqlstate, "3D000") == 0;

	if (walk->is_in)
		say_database(walk);
	else if (is_missing)
		say_failed(walk, STEP_DATABASE, strstr(walk->err.text, "the pooler at") ? NULL : database_mend(walk));
	else if (!pooler_explains(walk, STEP_DATABASE))
		say_failed(walk, STEP_DATABASE, connect_mend(walk));
}
