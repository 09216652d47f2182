/* One clear line for each reason, whatever libpq's text looks like; what the session does next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../src/pg/connect_error.h"
#include "pgtend/core/mem.h"

static const struct connect_place place = {"db.example", "5432", "bob", "core", "require"};
static const struct connect_place unix_place = {"/run/pg", "5433", "bob", "core", NULL};

static void check(const struct connect_place *where, const char *message, enum connect_verdict verdict, const char *sqlstate, const char *text)
{
	struct err err = {0};

	assert_int_equal(connect_error_word(&err, where, message, false), verdict);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_string_equal(err.text, text);
	assert_string_equal(err.sqlstate, sqlstate);
}

static void words_what_the_network_says(void **state)
{
	(void)state;
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n",
		CONNECT_RETRY_SOON, "", "no server listens at db.example:5432 (connection refused)");
	check(&unix_place, "connection to server on socket \"/run/pg/.s.PGSQL.5433\" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n",
		CONNECT_RETRY_SOON, "", "no server listens at socket /run/pg/.s.PGSQL.5433 (no such socket)");
	check(&unix_place, "connection to server on socket \"/run/pg/.s.PGSQL.5433\" failed: Resource temporarily unavailable\n",
		CONNECT_SILENT, "", "socket /run/pg/.s.PGSQL.5433 does not answer: its queue of new connections is full");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: No route to host\n", CONNECT_RETRY, "", "no connection to db.example:5432: No route to host");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n",
		CONNECT_RETRY_SOON, "", "db.example:5432 closed the connection while it was made");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: expected authentication request from server, but received H\n",
		CONNECT_RETRY, "", "db.example:5432 does not speak PostgreSQL's protocol");
	check(&place, "", CONNECT_RETRY, "", "no connection to db.example:5432: the connection failed and libpq does not say why");
}

static void words_what_the_server_says(void **state)
{
	(void)state;
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  28P01: password authentication failed for user \"bob\"\nLOCATION:  auth_failed, auth.c:335\n",
		CONNECT_REFUSED, "28P01", "wrong password for user \"bob\" at db.example:5432");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  3D000: database \"core\" does not exist\nLOCATION:  InitPostgres, postinit.c:885\n",
		CONNECT_REFUSED, "3D000", "there is no database \"core\" at db.example:5432");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  57P03: the database system is starting up\nLOCATION:  x\n",
		CONNECT_RETRY_SOON, "57P03", "db.example:5432 takes no connections now: the database system is starting up");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  53300: sorry, too many clients already\nLOCATION:  x\n",
		CONNECT_RETRY, "53300", "db.example:5432 has too many connections: sorry, too many clients already");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  28000: no pg_hba.conf entry for host \"192.0.2.7\", user \"bob\", database \"core\", no encryption\nLOCATION:  x\n",
		CONNECT_REFUSED, "28000", "db.example:5432 lets user \"bob\" not in: no pg_hba.conf entry for host \"192.0.2.7\", user \"bob\", database \"core\", no encryption");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  08P01: unsupported startup parameter: options\n",
		CONNECT_WITHOUT_OPTIONS, "08P01", "db.example:5432 refuses a startup parameter: unsupported startup parameter: options");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  55000: cannot connect to invalid database \"core\"\nHINT:  Use DROP DATABASE to drop invalid databases.\nLOCATION:  x\n",
		CONNECT_RETRY, "55000", "the database \"core\" at db.example:5432 is invalid: a DROP DATABASE did not come to its end");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  XX000: could not write init file\nLOCATION:  x\n",
		CONNECT_RETRY, "XX000", "db.example:5432 cannot open the database \"core\": could not write init file");
	/* a server's text may hold libpq's words */
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  58P01: could not open file \"base/1/1259\": No such file or directory\n",
		CONNECT_RETRY, "58P01", "no connection to db.example:5432: could not open file \"base/1/1259\": No such file or directory");
}

static void reads_other_languages(void **state)
{
	(void)state;
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: VERHÄNGNISVOLL:  28P01: Passwort-Authentifizierung für Benutzer »bob« fehlgeschlagen\nORT:  auth_failed, auth.c:335\n",
		CONNECT_REFUSED, "28P01", "wrong password for user \"bob\" at db.example:5432");
}

static void lets_the_wrong_password_speak(void **state)
{
	(void)state;
	/* sslmode=prefer tries again without TLS, and that attempt fails for another reason */
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  28P01: password authentication failed for user \"bob\"\nLOCATION:  x\n"
		"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  28000: no pg_hba.conf entry for host \"192.0.2.7\", no encryption\nLOCATION:  x\n",
		CONNECT_REFUSED, "28P01", "wrong password for user \"bob\" at db.example:5432");
}

static void words_what_tls_and_configuration_say(void **state)
{
	(void)state;
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: server does not support SSL, but SSL was required\n",
		CONNECT_REFUSED, "", "db.example:5432 offers no TLS, which sslmode=require asks for");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: SSL error: certificate verify failed\n",
		CONNECT_REFUSED, "", "TLS with db.example:5432 failed: SSL error: certificate verify failed");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: received invalid response to SSL negotiation: R\n",
		CONNECT_REFUSED, "", "db.example:5432 does not understand the question for TLS");
	check(&place, "definition of service \"nope\" not found\n", CONNECT_REFUSED, "", "definition of service \"nope\" not found");
	check(&place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: fe_sendauth: no password supplied\n",
		CONNECT_REFUSED, "", "db.example:5432 asks user \"bob\" for a password and none is configured");
}

static void shows_no_control_bytes(void **state)
{
	(void)state;
	struct err err = {0};

	connect_error_word(&err, &place, "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  XX000: \033[2Jgone\n", false);
	assert_null(strchr(err.text, '\033'));
	assert_non_null(strstr(err.text, "gone"));
}

static void goes_on_to_the_next_host(void **state)
{
	(void)state;
	struct err err = {0};

	assert_true(connect_error_tries_next(CONNECT_RETRY_SOON, &err));
	assert_true(connect_error_tries_next(CONNECT_SILENT, &err));
	assert_true(connect_error_tries_next(CONNECT_RETRY, &err));
	assert_false(connect_error_tries_next(CONNECT_REFUSED, &err));
	strcpy(err.sqlstate, "53300");
	assert_false(connect_error_tries_next(CONNECT_RETRY, &err)); /* that server was reached and has spoken */
}

static void names_the_place(void **state)
{
	(void)state;
	struct connect_place v6 = {"2001:db8::1", "5432", NULL, NULL, NULL};
	char *text = connect_place_text(&v6);

	assert_string_equal(text, "[2001:db8::1]:5432");
	mem_free(text);
}

static void tells_where_it_stopped(void **state)
{
	static const struct {
		const char *message;
		bool needs_password;
		enum session_stage stage;
	} cases[] = {
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: Connection refused\n", false, SESSION_STAGE_PORT},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: expected authentication request from server, but received H\n", false, SESSION_STAGE_PORT},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  57P03: the database system is starting up\n", false, SESSION_STAGE_PORT},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: server does not support SSL, but SSL was required\n", false, SESSION_STAGE_TLS},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: SSL error: certificate verify failed\n", false, SESSION_STAGE_TLS},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: root certificate file \"/x/root.crt\" does not exist\nEither provide the file or change sslmode to disable server certificate verification.\n", false, SESSION_STAGE_TLS},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  28P01: password authentication failed for user \"bob\"\n", false, SESSION_STAGE_AUTHENTICATION},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: fe_sendauth: no password supplied\n", true, SESSION_STAGE_AUTHENTICATION},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: authentication method 42 not supported\n", false, SESSION_STAGE_AUTHENTICATION},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: channel binding is required, but server did not offer an authentication method that supports channel binding\n", false, SESSION_STAGE_AUTHENTICATION},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  3D000: database \"core\" does not exist\n", false, SESSION_STAGE_DATABASE},
		{"connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL:  55000: database \"core\" is not currently accepting connections\n", false, SESSION_STAGE_DATABASE},
		{"definition of service \"shop\" not found\n", false, SESSION_STAGE_NAME},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(connect_error_stage(cases[i].message, cases[i].needs_password), cases[i].stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_what_the_network_says),
		cmocka_unit_test(words_what_the_server_says),
		cmocka_unit_test(reads_other_languages),
		cmocka_unit_test(lets_the_wrong_password_speak),
		cmocka_unit_test(words_what_tls_and_configuration_say),
		cmocka_unit_test(shows_no_control_bytes),
		cmocka_unit_test(goes_on_to_the_next_host),
		cmocka_unit_test(names_the_place),
		cmocka_unit_test(tells_where_it_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
