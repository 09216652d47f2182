/* pitr: what pgBackRest's info says, the time to go back to, what of a configuration is shown, what an archive_command names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/pitr/pitr_internal.h"
#include "pgtend/core/mem.h"

static const char two_sets[] =
    "[{\"archive\":[{\"database\":{\"id\":1,\"repo-key\":1},\"id\":\"14-1\",\"max\":\"OLD\",\"min\":\"OLD\"},"
    "{\"database\":{\"id\":2,\"repo-key\":1},\"id\":\"15-2\",\"max\":\"000000010000000000000009\",\"min\":\"000000010000000000000003\"}],"
    "\"backup\":[{\"database\":{\"id\":1},\"label\":\"20250101-000000F\",\"type\":\"full\",\"timestamp\":{\"start\":1,\"stop\":2}},"
    "{\"database\":{\"id\":2},\"error\":false,\"info\":{\"size\":23246426,\"repository\":{\"delta\":3063622}},\"label\":\"20261121-172635F\",\"type\":\"full\",\"timestamp\":{\"start\":1795281995,\"stop\":1795282004}},"
    "{\"database\":{\"id\":2},\"error\":true,\"info\":{\"size\":23246427,\"repository\":{\"delta\":5}},\"label\":\"20261121-172635F_20261121-180000I\",\"type\":\"incr\",\"timestamp\":{\"start\":1795284000,\"stop\":1795284001}}],"
    "\"cipher\":\"aes-256-cbc\",\"db\":[{\"id\":1,\"system-id\":7,\"version\":\"14\"},{\"id\":2,\"system-id\":7710677423920352284,\"version\":\"15\"}],"
    "\"name\":\"main\",\"repo\":[{\"key\":1,\"status\":{\"code\":0,\"message\":\"ok\"}}],\"status\":{\"code\":0,\"lock\":{\"backup\":{\"held\":true}},\"message\":\"ok\"}}]";

static void info_speaks_of_the_cluster_of_now(void **state)
{
	(void)state;
	struct pitr_info info;
	struct err err = {0};
	assert_true(pitr_info_parse(two_sets, "main", &info, &err));
	assert_int_equal(info.code, 0);
	assert_true(info.is_running);
	/* more digits than a double has */
	assert_string_equal(info.system_identifier, "7710677423920352284");
	assert_int_equal(info.major, 15);
	assert_string_equal(info.wal_max, "000000010000000000000009");
	assert_int_equal(info.count, 2);
	assert_string_equal(pitr_info_newest(&info, "full")->label, "20261121-172635F");
	assert_string_equal(pitr_info_newest(&info, NULL)->type, "incr");
	assert_true(pitr_info_newest(&info, NULL)->is_damaged);
	assert_null(pitr_info_newest(&info, "diff"));
	assert_int_equal(pitr_info_newest(&info, "full")->stop_us, INT64_C(1795282004) * 1000000);
	pitr_info_done(&info);
}

static void a_stanza_that_is_not_there_is_said(void **state)
{
	(void)state;
	struct pitr_info info;
	struct err err = {0};
	assert_true(pitr_info_parse("[]", "main", &info, &err));
	assert_int_equal(info.code, 1);
	pitr_info_done(&info);
	assert_true(pitr_info_parse(two_sets, "other", &info, &err));
	assert_int_equal(info.code, 1);
	assert_int_equal(info.count, 0);
	pitr_info_done(&info);
	assert_true(pitr_info_parse("[{\"name\":\"main\",\"repo\":[{\"status\":{\"code\":99,\"message\":\"[PathOpenError] no\"}}],\"status\":{\"code\":99,\"message\":\"other\"}}]", "main", &info, &err));
	assert_string_equal(info.message, "[PathOpenError] no");
	pitr_info_done(&info);
}

static void what_is_no_info_is_an_error(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "{}", "[", "null", "ssh: connect to host db1 port 22: Connection refused", "[1, \"x\", null, {\"name\": 3}]", "[{\"name\":\"main\"}]"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct pitr_info info;
		struct err err = {0};
		assert_int_equal(pitr_info_parse(bad[i], "main", &info, &err), i >= 5);
		assert_int_equal(info.count, 0);
		pitr_info_done(&info);
	}
	/* cut anywhere it is never taken for whole */
	for (size_t length = 0; length < strlen(two_sets); length++) {
		struct pitr_info info;
		struct err err = {0};
		char *part = mem_copy_n(two_sets, length);
		assert_false(pitr_info_parse(part, "main", &info, &err));
		pitr_info_done(&info);
		mem_free(part);
	}
}

static void times(void **state)
{
	(void)state;
	const int64_t now = INT64_C(1795282004) * 1000000;
	int64_t us = 0;
	struct err err = {0};
	assert_true(pitr_parse_time("2026-11-21 17:26:43.747679+00", now, &us, &err));
	assert_int_equal(us, INT64_C(1795282003) * 1000000 + 747679);
	assert_true(pitr_parse_time("2026-11-21T17:26:43Z", now, &us, &err));
	assert_int_equal(us, INT64_C(1795282003) * 1000000);
	assert_true(pitr_parse_time("2026-11-21 17:26:43", now, &us, &err));
	assert_int_equal(us, INT64_C(1795282003) * 1000000);
	assert_true(pitr_parse_time("2026-11-21 18:26:43+01", now, &us, &err));
	assert_int_equal(us, INT64_C(1795282003) * 1000000);
	assert_true(pitr_parse_time("10 min ago", now, &us, &err));
	assert_int_equal(us, now - INT64_C(600) * 1000000);
	assert_true(pitr_parse_time("0s ago", now, &us, &err));
	assert_int_equal(us, now);
	static const char *const bad[] = {"", "ago", "yesterday", "-5min ago", "2026-13-01", "2026-11-21 17:26:45+00", "2999-01-01", "10 min", "'; drop"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(pitr_parse_time(bad[i], now, &us, &err));
		assert_int_equal(err.kind, ERR_USAGE);
	}
}

static void secrets_are_not_shown(void **state)
{
	(void)state;
	static const char *const secret[] = {"repo1-cipher-pass=x", "repo1-s3-key=x", "repo1-s3-key-secret=x", "repo2-azure-key=x", "repo1-s3-token=x", "repo1-sftp-private-key-passphrase=x"};
	static const char *const open[] = {"repo1-path=/x", "repo1-cipher-type=aes-256-cbc", "[main]", "repo1-s3-bucket=x", "pg1-port=5432"};
	for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
		char *shown = pitr_wanted_shown(secret[i]);
		assert_non_null(strstr(shown, "=(not shown)"));
		mem_free(shown);
	}
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
		char *shown = pitr_wanted_shown(open[i]);
		assert_string_equal(shown, open[i]);
		mem_free(shown);
	}
}

static void names_and_options(void **state)
{
	(void)state;
	assert_true(pitr_is_name("main"));
	assert_true(pitr_is_name("20261121-172635F_20261121-180000I"));
	static const char *const bad[] = {"", "-x", "--delta", "../x", "a/b", "a b", "a;b", ".hidden"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(pitr_is_name(bad[i]));
	char *value = pitr_option_of("pgbackrest --config=/etc/x.conf --stanza=main archive-push %p", "--stanza");
	assert_string_equal(value, "main");
	mem_free(value);
	value = pitr_option_of("envdir /x pgbackrest '--stanza' \"main\" archive-push \"%p\"", "--stanza");
	assert_string_equal(value, "main");
	mem_free(value);
	assert_null(pitr_option_of("cp %p /archive/%f", "--stanza"));
	assert_null(pitr_option_of("pgbackrest --stanza", "--stanza"));
	assert_null(pitr_option_of("pgbackrest --stanza-x=y", "--stanza"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(info_speaks_of_the_cluster_of_now),
	    cmocka_unit_test(a_stanza_that_is_not_there_is_said),
	    cmocka_unit_test(what_is_no_info_is_an_error),
	    cmocka_unit_test(times),
	    cmocka_unit_test(secrets_are_not_shown),
	    cmocka_unit_test(names_and_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
