# tests of sessions/
if HAVE_CMOCKA
check_PROGRAMS += tests/sessions/test_tree
endif
tests_sessions_test_tree_SOURCES = tests/sessions/test_tree.c
tests_sessions_test_tree_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_sessions_test_tree_LDADD = $(TEST_LIBS)
