# tests of syntax/
if HAVE_CMOCKA
check_PROGRAMS += tests/syntax/test_parse tests/syntax/test_statements
endif
tests_syntax_test_parse_SOURCES = tests/syntax/test_parse.c
tests_syntax_test_parse_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_syntax_test_parse_LDADD = $(TEST_LIBS) -lm
tests_syntax_test_statements_SOURCES = tests/syntax/test_statements.c
tests_syntax_test_statements_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_syntax_test_statements_LDADD = $(TEST_LIBS) -lm
