# tests of queries/
if HAVE_CMOCKA
check_PROGRAMS += tests/queries/test_explain
endif
tests_queries_test_explain_SOURCES = tests/queries/test_explain.c
tests_queries_test_explain_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_queries_test_explain_LDADD = $(TEST_LIBS) -lm
EXTRA_DIST += tests/queries/queries.test tests/queries/versions.test
