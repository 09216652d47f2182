EXTRA_DIST += tests/config/init.test tests/config/trust.test
if HAVE_CMOCKA
check_PROGRAMS += tests/config/test_archive_rule \
	tests/config/test_config \
	tests/config/test_conninfo \
	tests/config/test_dialect \
	tests/config/test_discover \
	tests/config/test_discover_atriz \
	tests/config/test_dotenv \
	tests/config/test_find \
	tests/config/test_fuzz \
	tests/config/test_ini \
	tests/config/test_reference \
	tests/config/test_trust \
	tests/config/test_weakness
tests_config_test_archive_rule_SOURCES = tests/config/test_archive_rule.c
tests_config_test_archive_rule_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_archive_rule_LDADD = $(TEST_LIBS)
tests_config_test_config_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_config.c
tests_config_test_config_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_config_LDADD = $(TEST_LIBS)
tests_config_test_conninfo_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_conninfo.c
tests_config_test_conninfo_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_conninfo_LDADD = $(TEST_LIBS)
tests_config_test_dialect_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_dialect.c
tests_config_test_dialect_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_dialect_LDADD = $(TEST_LIBS)
tests_config_test_discover_SOURCES = tests/config/files.c tests/config/files.h tests/config/seen.c tests/config/seen.h tests/config/test_discover.c
tests_config_test_discover_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_discover_LDADD = $(TEST_LIBS)
tests_config_test_discover_atriz_SOURCES = tests/config/files.c tests/config/files.h tests/config/seen.c tests/config/seen.h tests/config/test_discover_atriz.c
tests_config_test_discover_atriz_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_discover_atriz_LDADD = $(TEST_LIBS)
tests_config_test_dotenv_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_dotenv.c
tests_config_test_dotenv_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_dotenv_LDADD = $(TEST_LIBS)
tests_config_test_find_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_find.c
tests_config_test_find_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_find_LDADD = $(TEST_LIBS)
tests_config_test_fuzz_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_fuzz.c
tests_config_test_fuzz_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_fuzz_LDADD = $(TEST_LIBS)
tests_config_test_ini_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_ini.c
tests_config_test_ini_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_ini_LDADD = $(TEST_LIBS)
tests_config_test_reference_SOURCES = tests/config/test_reference.c
tests_config_test_reference_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_reference_LDADD = $(TEST_LIBS)
tests_config_test_trust_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_trust.c
tests_config_test_trust_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_trust_LDADD = $(TEST_LIBS)
tests_config_test_weakness_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_weakness.c
tests_config_test_weakness_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_weakness_LDADD = $(TEST_LIBS)
endif
