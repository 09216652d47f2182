# tests of cli/
EXTRA_DIST += tests/cli/docs.test tests/cli/guards.test tests/cli/hostile.test tests/cli/left_out.test tests/cli/output.test tests/cli/tracking.test tests/cli/usage.test tests/lib/terminal.py
if HAVE_CMOCKA
check_PROGRAMS += tests/cli/test_print
endif
tests_cli_test_print_SOURCES = tests/cli/test_print.c
tests_cli_test_print_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_cli_test_print_LDADD = $(TEST_LIBS)
