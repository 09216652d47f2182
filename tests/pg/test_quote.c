/* Texts with identifiers and literals quoted by libpq; options escaped for the startup packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/pg/session_private.h"
#include "pgtend/core/mem.h"

static char *format(const char *words, ...)
{
	struct text text = {0};
	struct err err;
	va_list args;

	va_start(args, words);
	assert_true(quote_format(quote_conn(NULL), &text, words, args, &err));
	va_end(args);
	return text_take(&text);
}

static void check(char *got, const char *wanted)
{
	assert_string_equal(got, wanted);
	mem_free(got);
}

static void quotes_names_and_values(void **state)
{
	(void)state;
	check(format("drop table %I.%I", "public", "Odd \"name\"\n"), "drop table \"public\".\"Odd \"\"name\"\"\n\"");
	check(format("select %L, %L", "it's", NULL), "select 'it''s', NULL");
	check(format("select %L", "back\\slash"), "select  E'back\\\\slash'");
	check(format("%s %d %lld 100%%", "limit", 5, 9000000000LL), "limit 5 9000000000 100%");
	check(format("select %L", "'; drop table x; --"), "select '''; drop table x; --'");
	check(format("%I", "größe"), "\"größe\"");
}

static struct session *session_of(const char *text, const struct session_setting *settings, bool is_read_only, struct loop *loop)
{
	struct err err;
	struct conninfo *info = conninfo_parse(text, &err);
	struct session_options options = {.settings = settings, .is_read_only = is_read_only};

	assert_non_null(info);
	struct session *session = session_new(loop, info, &options);

	conninfo_free(info);
	return session;
}

static void escapes_startup_options(void **state)
{
	(void)state;
	static const struct session_setting settings[] = {{"statement_timeout", "5s"}, {"search_path", "a, \"b\\c\""}, {NULL, NULL}};
	struct loop *loop = loop_new();
	struct session *session = session_of("host=/nowhere options='-c geqo=off'", settings, true, loop);

	check(pooler_startup_options(session),
		"-c geqo=off -c statement_timeout=5s -c search_path=a,\\ \"b\\\\c\" -c default_transaction_read_only=on -c pgtend.attached=on");
	session_free(session);
	session = session_of("host=/nowhere options='-c geqo=off'", NULL, false, loop);
	assert_null(pooler_startup_options(session)); /* nothing of ours: libpq sends what is configured */
	session_free(session);
	loop_free(loop);
}

static void finds_the_hosts(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	struct session *session = session_of("host=a,,/run/pg,10.0.0.1 port=1,2,3,4", NULL, false, loop);

	session_hosts_init(session);
	assert_int_equal(session->host_count, 4);
	assert_string_equal(session->hosts[0].host, "a");
	assert_string_equal(session->hosts[1].host, "localhost");
	assert_string_equal(session->hosts[3].port, "4");
	assert_null(host_address(&session->hosts[0]));
	assert_string_equal(host_address(&session->hosts[2]), "");
	assert_string_equal(host_address(&session->hosts[3]), "10.0.0.1");
	session_free(session);
	session = session_of("host=name.example hostaddr=192.0.2.9,192.0.2.10 port=7", NULL, false, loop);
	session_hosts_init(session);
	assert_int_equal(session->host_count, 2);
	assert_string_equal(host_address(&session->hosts[0]), "192.0.2.9"); /* no name server is asked */
	assert_string_equal(session->hosts[0].host, "name.example");
	assert_string_equal(session->hosts[1].port, "7");
	session_free(session);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_names_and_values),
		cmocka_unit_test(escapes_startup_options),
		cmocka_unit_test(finds_the_hosts),
	};
	unsetenv("PGOPTIONS");
	unsetenv("PGHOSTADDR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
