/* Connection strings: read by libpq, shown without secrets, handed to children without argv. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "pgtend/config/conninfo.h"
#include "pgtend/core/mem.h"

static struct conninfo *parse(const char *text)
{
	struct err err;
	struct conninfo *info = conninfo_parse(text, &err);
	if (!info)
		fail_msg("%s", err.text);
	return info;
}

static void what_is_shown_has_no_secret(void **state)
{
	static const struct {
		const char *text, *safe;
	} cases[] = {
	    {"postgresql://u:secret@h:5433/d?sslmode=require", "postgresql://u@h:5433/d?sslmode=require"},
	    {"postgres://u:secret@h/d", "postgresql://u@h/d"},
	    {"host=/tmp/x port=5433 user='a b' dbname=d password=secret sslpassword=secret",
	        "postgresql://a%20b@/d?host=/tmp/x&port=5433"},
	    {"postgresql://a:1,b:2/d?target_session_attrs=any", "postgresql://a:1,b:2/d?target_session_attrs=any"},
	    {"postgresql://a,b:7/d", "postgresql://a,b:7/d"},
	    {"host=a,b port=7", "postgresql://a:7,b:7"},
	    {"postgresql://[::1]:7/d", "postgresql://[::1]:7/d"},
	    {"service=x password=secret", "postgresql://?service=x"},
	    {"dbname='a/b?c=d&e%@'", "postgresql:///a%2Fb%3Fc%3Dd%26e%25%40"},
	    {"host=h user='\x1b[2Jx'", "postgresql://%1B%5B2Jx@h"},
	    {"", "postgresql://"},
	    {NULL, "postgresql://"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conninfo *info = parse(cases[i].text);
		char *safe = conninfo_safe(info);
		assert_string_equal(safe, cases[i].safe);
		/* and it leads to the same place */
		struct conninfo *again = parse(safe);
		const char *const keywords[] = {"user", "dbname", "service", "sslmode"};
		for (size_t k = 0; k < sizeof keywords / sizeof *keywords; k++) {
			const char *one = conninfo_get(info, keywords[k]), *two = conninfo_get(again, keywords[k]);
			assert_string_equal(one ? one : "-", two ? two : "-");
		}
		conninfo_free(again);
		mem_free(safe);
		conninfo_free(info);
	}
}

static void mistakes_are_worded_without_what_was_given(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"host=h sslmod=require", "unknown parameter \"sslmod\"; did you mean \"sslmode\"?"},
	    {"postgresql://h/d?sslmod=require", "unknown parameter \"sslmod\"; did you mean \"sslmode\"?"},
	    {"postgresql://h/d?hunter2=1", "it has a parameter that libpq does not know"},
	    {"hunter2", "a word without \"=\""},
	    {"password='hunter2", "a quote that is not closed"},
	    {"postgresql://u:hunter2%zz@h/d", "a % without two hexadecimal digits"},
	    {"postgresql://u:hunter2@[::1/d", "an IPv6 address without its closing ]"},
	    {"postgresql://u:pass/hunter2@h:5/d", "the port is no number"},
	    {"postgresql://u:hunter2@h:5x/d", "the port is no number"},
	    {"postgresql://u:pass@hunter2@h/d", "an @ stands in the host"},
	    {"postgresql://u:pass@a,hunter2@h:5/d", "an @ stands in the host"},
	    {"postgresql://u:12/hunter2@h/d", "an @ stands in the host or behind it"},
	    {"host=hunter2@h", "an @ stands in the host"},
	    {"postgresql://u:hunter2@h/d?a", "a parameter without \"=\""},
	    {"postgresql://u:hunter2@h/d?sslmode=a=b", "a second \"=\""},
	};
	(void)state;
	for (int translated = 0; translated < 2; translated++) {
		/* libpq's messages follow the locale; ours may not change with it */
		if (translated)
			setlocale(LC_ALL, "");
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct err err = {0};
			assert_null(conninfo_parse(cases[i].text, &err));
			if (!strstr(err.text, cases[i].words) || strstr(err.text, "hunter2"))
				fail_msg("%s: %s", cases[i].text, err.text);
			assert_int_equal(err.kind, ERR_CONFIG);
		}
	}
}

static void keywords_are_set_and_taken_away(void **state)
{
	(void)state;
	struct err err = {0};
	struct conninfo *info = parse("host=h password=x");
	assert_true(conninfo_set(info, "host", "k", &err));
	assert_true(conninfo_set(info, "password", NULL, &err));
	assert_true(conninfo_set(info, "password", NULL, &err));
	assert_false(conninfo_set(info, "prt", "1", &err));
	assert_string_equal(err.text, "libpq has no connection parameter \"prt\"; did you mean \"port\"?");
	struct conninfo *copy = conninfo_copy(info);
	assert_true(conninfo_set(info, "host", "z", &err));
	assert_string_equal(conninfo_get(copy, "host"), "k");
	assert_null(conninfo_get(copy, "password"));
	assert_null(conninfo_get(copy, "no such"));
	const char **names, **values;
	assert_true(conninfo_set(copy, "port", "5", &err));
	conninfo_arrays(copy, &names, &values);
	int count = 0;
	while (names[count])
		count++;
	assert_int_equal(count, 2);
	assert_null(values[2]);
	mem_free(names);
	mem_free(values);
	conninfo_free(copy);
	conninfo_free(info);
}

static void what_libpq_will_take_is_known(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "service.conf", "[s]\nhost=servicehost\nport=7777\nuser=serviceuser\n");
	char *services = mem_format("%s/service.conf", folder);
	setenv("PGSERVICEFILE", services, 1);
	setenv("PGPORT", "6666", 1);
	setenv("PGUSER", "envuser", 1);
	struct conninfo *info = parse("dbname=d channel_binding=require");
	assert_string_equal(conninfo_effective(info, "port"), "6666");
	assert_string_equal(conninfo_effective(info, "user"), "envuser");
	assert_string_equal(conninfo_effective(info, "dbname"), "d");
	assert_string_equal(conninfo_effective(info, "channel_binding"), "require");
	assert_non_null(strchr(conninfo_effective(info, "host"), '/')); /* the compiled socket folder */
	assert_true(conninfo_set(info, "service", "s", &err));
	assert_string_equal(conninfo_effective(info, "host"), "servicehost");
	assert_string_equal(conninfo_effective(info, "port"), "7777");
	assert_string_equal(conninfo_effective(info, "user"), "serviceuser");
	assert_true(conninfo_set(info, "user", "given", &err));
	assert_string_equal(conninfo_effective(info, "user"), "given");
	assert_null(conninfo_effective(info, "no such"));
	/* a service that is not there: the connection will say so, nothing crashes here */
	assert_true(conninfo_set(info, "service", "nowhere", &err));
	assert_string_equal(conninfo_effective(info, "port"), "6666");
	assert_string_equal(conninfo_effective(info, "user"), "given");
	conninfo_free(info);
	info = parse("");
	unsetenv("PGUSER");
	assert_non_null(conninfo_effective(info, "user"));
	assert_string_equal(conninfo_effective(info, "dbname"), conninfo_effective(info, "user"));
	conninfo_free(info);
	unsetenv("PGPORT");
	unsetenv("PGSERVICEFILE");
	mem_free(services);
}

static const char *variable(const struct conninfo_child *child, const char *name)
{
	const char *found = NULL;
	size_t length = strlen(name);
	for (size_t i = 0; i < child->env.count; i++)
		if (strncmp(child->env.v[i], name, length) == 0 && child->env.v[i][length] == '=') {
			assert_null(found); /* named once */
			found = child->env.v[i] + length + 1;
		}
	return found;
}

static void check_variable(const struct conninfo_child *child, const char *name, const char *wanted)
{
	const char *value = variable(child, name);
	assert_string_equal(value ? value : "(not set)", wanted ? wanted : "(not set)");
}

static void a_child_gets_variables_and_a_private_passfile(void **state)
{
	(void)state;
	struct err err;
	struct stat st;
	struct conninfo_child child;
	struct conninfo *info = parse("postgresql://u:p%3Aa%5Css@h:5433/d?sslmode=require&passfile=/x");
	assert_true(conninfo_child_init(&child, info, &err));
	check_variable(&child, "PGHOST", "h");
	check_variable(&child, "PGPORT", "5433");
	check_variable(&child, "PGUSER", "u");
	check_variable(&child, "PGDATABASE", "d");
	check_variable(&child, "PGSSLMODE", "require");
	check_variable(&child, "PGPASSWORD", "");
	check_variable(&child, "PGSERVICE", NULL);
	for (size_t i = 0; i < child.env.count; i++)
		assert_null(strstr(child.env.v[i], "p:a"));
	const char *path = variable(&child, "PGPASSFILE");
	assert_int_equal(stat(child.folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	char *lines = files_read(child.folder, "pass");
	assert_string_equal(lines, "h:*:*:*:p\\:a\\\\ss\n");
	mem_free(lines);
	char *folder = mem_copy(child.folder);
	conninfo_child_done(&child);
	assert_int_not_equal(stat(folder, &st), 0);
	mem_free(folder);
	conninfo_free(info);

	info = parse("host=/tmp/x dbname=d user=u passfile=/x");
	assert_true(conninfo_child_init(&child, info, &err));
	assert_null(child.folder);
	check_variable(&child, "PGHOST", "/tmp/x");
	check_variable(&child, "PGPASSFILE", "/x");
	check_variable(&child, "PGPASSWORD", NULL);
	conninfo_child_done(&child);
	assert_true(conninfo_set(info, "password", "a\nb", &err));
	assert_false(conninfo_child_init(&child, info, &err));
	assert_non_null(strstr(err.text, "line break"));
	conninfo_free(info);
}

/* What a child's libpq makes of the variables, asked of libpq itself. */
static void a_service_does_not_win_over_what_was_given(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "service.conf",
	    "[s]\nhost=servicehost\nport=7777\nuser=serviceuser\npassword=servicepw\nconnect_timeout=3\n");
	char *services = mem_format("%s/service.conf", folder);
	setenv("PGSERVICEFILE", services, 1);
	struct conninfo *info = parse("service=s user=given dbname=d sslpassword=hunter2");
	struct conninfo_child child;
	assert_true(conninfo_child_init(&child, info, &err));
	for (size_t i = 0; i < child.env.count; i++) {
		assert_null(strstr(child.env.v[i], "hunter2"));
		assert_null(strstr(child.env.v[i], "servicepw"));
		putenv(child.env.v[i]);
	}
	struct conninfo *as_child = parse("");
	assert_string_equal(conninfo_effective(as_child, "host"), "servicehost");
	assert_string_equal(conninfo_effective(as_child, "port"), "7777");
	assert_string_equal(conninfo_effective(as_child, "user"), "given");
	assert_string_equal(conninfo_effective(as_child, "dbname"), "d");
	assert_string_equal(conninfo_effective(as_child, "connect_timeout"), "3");
	char *passes = files_read(child.folder, "pass");
	assert_string_equal(passes, "servicehost:*:*:*:servicepw\n");
	mem_free(passes);
	conninfo_free(as_child);
	conninfo_free(info);
	static const char *const names[] = {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE", "PGSERVICEFILE",
	    "PGPASSFILE", "PGPASSWORD", "PGCONNECT_TIMEOUT"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	conninfo_child_done(&child);
	mem_free(services);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_shown_has_no_secret),
	    cmocka_unit_test(mistakes_are_worded_without_what_was_given),
	    cmocka_unit_test(keywords_are_set_and_taken_away),
	    cmocka_unit_test_setup_teardown(what_libpq_will_take_is_known, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(a_child_gets_variables_and_a_private_passfile, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(a_service_does_not_win_over_what_was_given, files_setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
