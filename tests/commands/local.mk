# tests of commands/
if HAVE_CMOCKA
check_PROGRAMS += tests/commands/test_complete tests/commands/test_dispatch tests/commands/test_fuzz tests/commands/test_help tests/commands/test_parse
endif
EXTRA_DIST += tests/commands/fixture.h tests/commands/registry.test
tests_commands_test_complete_SOURCES = tests/commands/test_complete.c
tests_commands_test_complete_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_commands_test_complete_LDADD = $(TEST_LIBS)
tests_commands_test_dispatch_SOURCES = tests/commands/test_dispatch.c
tests_commands_test_dispatch_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_commands_test_dispatch_LDADD = $(TEST_LIBS)
tests_commands_test_fuzz_SOURCES = tests/commands/test_fuzz.c
tests_commands_test_fuzz_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_commands_test_fuzz_LDADD = $(TEST_LIBS)
tests_commands_test_help_SOURCES = tests/commands/test_help.c
tests_commands_test_help_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_commands_test_help_LDADD = $(TEST_LIBS)
tests_commands_test_parse_SOURCES = tests/commands/test_parse.c
tests_commands_test_parse_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_commands_test_parse_LDADD = $(TEST_LIBS)
